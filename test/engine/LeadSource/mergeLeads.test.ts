import type { MergedCustomer } from '../../../nodes/lead';
import { items, outputs, row } from './support';

const KIM = { Email: 'kim@contoso.com', FirstName: 'Kim' };
const MERGE = { operation: 'mergeLeads' };
const on = (day: number) => ({ CreatedTime: `2026-03-0${day}T00:00:00Z` });
const journey = [
	row('1', 'TestDrive-StartTestDrive|contoso.crm', KIM, on(1)),
	row('2', 'AzureMarketplace-INS|contoso.crm', { Email: 'KIM@contoso.com ' }, on(2)),
	row('3', 'SPZA-PLT|contoso.erp', { Email: 'sam@contoso.com' }, on(3)),
	row('4', 'AzurePortal-Create|contoso.erp', { Email: '<kim@contoso.com>' }, on(4)),
];

describe('Merge Leads', () => {
	it('makes one item a customer, paired with all of its leads', async () => {
		const [found] = await outputs(MERGE, items(...journey));
		const byCustomer = found!.map(({ json, pairedItem }) => {
			const { identity, journey: steps } = json as unknown as MergedCustomer;
			return [identity.value, steps.length, pairedItem];
		});
		expect(byCustomer.sort()).toEqual([
			['kim@contoso.com', 3, [{ item: 0 }, { item: 1 }, { item: 3 }]],
			['sam@contoso.com', 1, [{ item: 2 }]],
		]);
	});

	it('makes one a customer and offer', async () => {
		const [found] = await outputs({ ...MERGE, groupBy: 'customerAndOffer' }, items(...journey));
		expect(found).toHaveLength(3);
	});

	it('takes lists, records, leads and merged customers, mixed', async () => {
		const [[whole]] = (await outputs(MERGE, items(...journey.slice(0, 2)))) as [[{ json: object }]];
		const [[parsed]] = (await outputs({}, items(journey[3]!))) as [[{ json: object }]];
		const parameters = { ...MERGE, readLeadFrom: 'field', field: 'it' };
		const input = items({ it: whole.json }, { it: [journey[2], journey[1]] }, { it: parsed.json });
		const [found] = await outputs(parameters, input);
		const [expected] = await outputs(MERGE, items(...journey));
		const plain = (all: typeof found) => all!.map(({ json }) => withoutReceipt(json));
		expect(plain(found)).toEqual(plain(expected));
		expect(found!.map(({ pairedItem }) => pairedItem)).toEqual(
			expect.arrayContaining([[{ item: 0 }, { item: 1 }, { item: 2 }], [{ item: 1 }]]),
		);
	});

	it('reads stages by the guide that is chosen, also of customers merged before', async () => {
		const partnerCenter = { ...MERGE, options: { stageGuide: 'partnerCenter' } };
		const [merged] = await outputs(MERGE, items(row('1', 'SPZA-PLT|contoso.crm', KIM)));
		expect(merged).toMatchObject([{ json: { stage: 'active' } }]);
		expect(await outputs(partnerCenter, merged!)).toMatchObject([
			[{ json: { stage: 'initialInterest', journey: [{ stage: 'initialInterest' }] } }],
		]);
	});

	it('does not take a customer of several offers apart', async () => {
		const [merged] = await outputs(MERGE, items(...journey));
		const attempt = outputs({ ...MERGE, groupBy: 'customerAndOffer' }, merged!);
		await expect(attempt).rejects.toMatchObject({
			message: 'The customer was merged over several offers',
			description: expect.stringContaining('"Customer"') as string,
		});
	});

	it('refuses half a merged customer', async () => {
		const [[item]] = (await outputs(MERGE, items(journey[0]!))) as [[{ json: object }]];
		for (const half of [
			{ ...item.json, groupedBy: undefined },
			{ ...item.json, journey: [] },
			{ ...item.json, journey: [{}] },
			{ ...item.json, journey: [null] },
			{ ...item.json, identity: { by: 'constructor', value: 'x' } },
			{ ...item.json, identity: { by: 'email' } },
		]) {
			await expect(outputs(MERGE, items(half))).rejects.toThrow('not a whole merged customer');
		}
	});

	it('merges the others when one item holds no lead', async () => {
		const input = items({ name: 'Someone' }, ...journey);
		const [found] = await outputs(MERGE, input, 'continueRegularOutput');
		expect(found!.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
			expect.arrayContaining([
				[undefined, [{ item: 1 }, { item: 2 }, { item: 4 }]],
				['The item holds no lead', { item: 0 }],
			]),
		);
		expect(found).toHaveLength(3);
	});

	it('gives nothing for nothing', async () => {
		expect(await outputs(MERGE, [{ json: row('1', 'SPZA-DNC|a.b') }])).toHaveLength(1);
	});
});

/** Without the time at which this test run read the lead. */
function withoutReceipt(json: object): unknown {
	return JSON.parse(
		JSON.stringify(json, (key, value: unknown) => (key === 'receivedAt' ? '' : value)),
	);
}
