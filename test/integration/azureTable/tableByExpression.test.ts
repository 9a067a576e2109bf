/** A table that an expression names: another one at any poll. */
import type { IDataObject, INodeParameterResourceLocator } from 'n8n-workflow';

import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { pollContext } from '../../support/engine.ts';
import type { DestinationServer, PollHarness } from '../../support/pollContract/harness.ts';
import { azureTablePlaces } from '../../support/places/azureTable.ts';

let server: DestinationServer;
let places: PollHarness[];
beforeAll(async () => {
	server = await azureTablePlaces();
});
afterAll(async () => await server.stop());
beforeEach(async () => {
	places = await Promise.all(Array.from({ length: 5 }, async () => await server.newPlace()));
	// Long ago: a start from now passes on what was written within the service's last second.
	for (const [index, place] of places.entries()) {
		await place.insert([{ name: `lead ${index}`, writtenAt: place.now() - 86_400_000 }]);
	}
});

const tableOf = (place: PollHarness) =>
	(place.parameters.table as INodeParameterResourceLocator).value;

/** A trigger of the first place's account, whose expression gives the table of each place in turn. */
function trigger(startFrom: string, staticData: IDataObject = {}) {
	const [{ parameters, credentials } = places[0]!] = places;
	const poller = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: {
			...parameters,
			startFrom,
			table: { __rl: true, mode: 'name', value: '={{ $workflow.name }}' },
		},
		credentials,
		staticData,
	});
	return {
		poller,
		async poll(place: number): Promise<string[]> {
			Object.assign(poller.workflow, { name: tableOf(places[place]!) });
			const output = (await poller.poll()) ?? [];
			return output
				.flat()
				.map(({ json }) => (json as { customer: { lastName: string } }).customer.lastName);
		},
	};
}

it('goes on where it was in each of the tables that it names by turns', async () => {
	const { poll } = trigger('all');
	for (const table of [0, 1, 2, 3]) expect(await poll(table)).toEqual([`lead ${table}`]);
	for (const table of [0, 3, 1, 2, 0]) expect(await poll(table)).toEqual([]);
	await places[1]!.insert([{ name: 'new' }]);
	expect(await poll(0)).toEqual([]);
	expect(await poll(1)).toEqual(['new']);
});

it('keeps the last four, and the others begin anew', async () => {
	const { poller, poll } = trigger('all');
	for (const table of [0, 1, 2, 3, 4]) await poll(table);
	expect(JSON.stringify(poller.kept()).match(/"watermark"/g)).toHaveLength(2 * 4);
	expect(await poll(1)).toEqual([]);
	expect(await poll(0)).toEqual(['lead 0']);
});

it('begins each anew where the start is changed', async () => {
	const first = trigger('all');
	for (const table of [0, 1]) await first.poll(table);
	const now = trigger('now', first.poller.kept());
	expect(await now.poll(1)).toEqual([]);
	const again = trigger('all', now.poller.kept());
	expect(await again.poll(1)).toEqual(['lead 1']);
	expect(await again.poll(0)).toEqual(['lead 0']);
});
