/** What a place says where its fake server lacks what a suite asks for. */
import type { INodeParameters } from 'n8n-workflow';

import type { FakeServer } from '../../fakeServers/fakeServer.ts';
import { FakeServerPlace, type PlaceableFakeServer } from '../../support/places/fakeServerPlace.ts';
import type { StoredLead } from '../../support/places/place.ts';

class MadeUpPlace extends FakeServerPlace<PlaceableFakeServer> {
	readonly again = 'unchanged';
	readonly secrets = [];
	readonly writing: INodeParameters = {};
	edit = () => Promise.resolve();
	shapePages = () => {};
	records = (): Promise<StoredLead[]> => Promise.resolve([]);
	refuse = () => ({});
	loseSignIn = () => () => {};
}

class WrittenOnly extends MadeUpPlace {
	override readonly reads = false;
}

const fault = jest.fn();
/** The least that a fake server brings. */
const least: PlaceableFakeServer = {
	server: { fault } as unknown as FakeServer,
	credentialType: 'madeUpApi',
	credential: {},
	badCredential: {},
	parameters: { destination: 'madeUp' },
	insert: () => Promise.resolve([]),
	stop: () => Promise.resolve(),
};
const place = new MadeUpPlace(least);

it('names the ability that would have to be denied', async () => {
	await expect(place.insertLate([])).rejects.toThrow(/madeUp .*lateRecords/);
	expect(() => place.showLate()).toThrow(/madeUp .*lateRecords/);
	expect(() => place.otherCredentials).toThrow(/madeUp .*secondSignIn/);
});

it('strikes no requests that read for those that write', () => {
	expect(() => place.strike({ kind: 'refused', why: 'busy' })).toThrow(/madeUp .*struck/);
	expect(() => place.meanwhile(() => {})).toThrow(/madeUp .*struck/);
	expect(fault).not.toHaveBeenCalled();
	new WrittenOnly(least).strike({ kind: 'refused', why: 'busy' });
	expect(fault).toHaveBeenCalledTimes(1);
});
