/** Check Connection with Check Marking: whether what a trigger needs to mark leads is there. */
import type { INodeParameters } from 'n8n-workflow';

import { typedField } from '../../fakeServers/salesforce/fields';
import { PLACES, type StartPlaces } from '../../support/places';
import { asItems, run, type WritePlace } from '../../support/places/place';
import { SalesforcePlace } from '../../support/places/salesforce';

async function markingOf(place: WritePlace, parameters: INodeParameters) {
	const [item] = await run(place, 'checkConnection', asItems({}), {
		parameters: { writeTestLead: false, checkMarking: true, ...place.marking, ...parameters },
	});
	const { ok, checks } = item!.json as unknown as {
		ok: boolean;
		checks: Array<{ name: string; status: string; message: string; toDo: string }>;
	};
	const check = checks.find(({ name }) => name === 'mayMark');
	return { ok, ...check! };
}

describe.each(['azureTable', 'dynamics365', 'salesforce'] as const)('%s', (name) => {
	let places: Awaited<ReturnType<StartPlaces>>;
	let place: WritePlace;
	beforeAll(async () => {
		places = await PLACES[name]();
		place = await places.newPlace();
	});
	afterAll(async () => {
		await place.stop();
		await places.stop();
	});

	it('passes where it is there', async () => {
		expect(await markingOf(place, {})).toMatchObject({ ok: true, status: 'passed', toDo: '' });
	});

	it('is not made where it is not asked for', async () => {
		const [item] = await run(place, 'checkConnection', asItems({}), {
			parameters: { writeTestLead: false },
		});
		expect(JSON.stringify(item!.json)).not.toContain('mayMark');
	});
});

const named = (value: string) => ({ __rl: true, mode: 'name', value });

it('Salesforce: says what is wrong with the field', async () => {
	const place = await SalesforcePlace.start();
	const { organisation } = place.fakeServer;
	organisation.addField({ ...typedField('Locked__c', 'boolean', 'Locked'), updateable: false });
	try {
		const failed = {
			ok: false,
			status: 'failed',
			toDo: expect.stringMatching(/^In Setup|^Make it/),
		};
		expect(await markingOf(place, { handledField: named('Nobody__c') })).toMatchObject({
			...failed,
			message: 'Leads have no field Nobody__c that is a boolean',
		});
		expect(await markingOf(place, { markedBy: 'dateTime' })).toMatchObject({
			...failed,
			message: 'Leads have no field Handled__c that is a datetime',
		});
		expect(await markingOf(place, { handledField: named('Locked__c') })).toMatchObject({
			...failed,
			message: 'The user may not change the field Locked__c of leads',
		});
	} finally {
		await place.stop();
	}
});

it('Dynamics 365: says what is wrong with the column', async () => {
	const places = await PLACES.dynamics365();
	const place = await places.newPlace();
	try {
		for (const column of ['contoso_none', 'contoso_handledon', 'createdon']) {
			expect(await markingOf(place, { handledColumn: named(column) })).toMatchObject({
				ok: false,
				status: 'failed',
				message: `The table Lead has no column "${column}" of that type which can be changed`,
			});
		}
	} finally {
		await place.stop();
		await places.stop();
	}
});
