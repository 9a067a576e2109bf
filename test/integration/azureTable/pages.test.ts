/** What only an Azure table does: its keys, its tokens, its clock, its columns. */
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import type { Lead } from '../../../nodes/lead/types.ts';
import type { PagingFaults } from '../../fakeServers/azureTable/faultProxy.ts';
import {
	customerInfo,
	marketplaceRow,
	marketplaceRows,
} from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { Places } from '../../support/places/place.ts';
import { Poller } from '../../support/pollContract/poller.ts';
import { expectHelpful, errorOf } from '../../support/pollContract/errors.ts';
import { HOUR } from '../../support/pollContract/time.ts';
import { azureTablePlaces } from '../../support/places/azureTable.ts';
import type { AzureTablePlace } from '../../support/places/azureTable.ts';

let server: Places<AzureTablePlace>;
beforeAll(async () => {
	server = await azureTablePlaces();
});
afterAll(async () => await server?.stop());

const newPlace = async (options?: { absent?: boolean }) => await server.newPlace(options);

const keyOf = ({ partitionKey, rowKey }: Pick<MarketplaceRow, 'partitionKey' | 'rowKey'>) =>
	`${encodeURIComponent(partitionKey)}/${encodeURIComponent(rowKey)}`;

/** Polls until the table has been read to its end; the ids of all leads, in their order. */
async function drain(poller: Poller): Promise<string[]> {
	const leads: Lead[] = [];
	do leads.push(...(await poller.leads()));
	while (poller.cursor?.scan);
	return leads.map(({ id }) => id);
}

/** Characters that need quoting in a filter or encoding in an address, or sort unlike they look. */
const SPECIAL_TEXTS = [
	"'",
	"''",
	"o'clock'",
	' ',
	'two  words ',
	'%',
	'%27 or %2527',
	'+',
	'a&$top=1',
	'x=y;z,w',
	"') or (PartitionKey ge '",
	"datetime'2018-10-02T00:00:00Z'",
	'"{}[]"',
	'Z',
	'a',
	'ä',
	'a\u0308',
	'İ',
	'漢字',
	'🚀',
	'１',
	'\ue000',
	'𐍈',
	'مرحبا',
	'-1',
];

describe('rows of any key', () => {
	let place: AzureTablePlace;
	/** Every row is of an offer of its own, so that a filter can choose any of them. */
	const rows = [
		...SPECIAL_TEXTS.map((partitionKey) => ({ partitionKey, rowKey: partitionKey })),
		...SPECIAL_TEXTS.map((rowKey) => ({ partitionKey: "it's 2018 %", rowKey })),
		{ partitionKey: "it's 2018 %", rowKey: '' },
		{ partitionKey: '漢', rowKey: '' },
	].map((key, at) => marketplaceRow(at, { ...key, LeadSource: `AzurePortal-Create|p.o${at}x` }));
	const ids = rows.map(keyOf);
	const inOrder = rows
		.map(({ partitionKey, rowKey }, at) => ({ at, key: [partitionKey, rowKey] as const }))
		.sort(({ key: [p, r] }, { key: [q, s] }) => (p < q || (p === q && r < s) ? -1 : 1))
		.map(({ at }) => at);
	/** Pages grow to 1, 2, 4 rows where few are leads: three behind four don't fit a poll of one. */
	const inClusters = inOrder.filter((_, place) => place % 7 > 3);

	beforeAll(async () => {
		place = await newPlace();
		await place.table.insert(rows);
	});
	afterEach(() => place.proxy.reset());

	it('come once, one a poll', async () => {
		const given = await drain(new Poller(place, { parameters: { maxLeads: 1 } }));
		expect([...given].sort()).toEqual([...ids].sort());
	});

	const pagings: fc.Arbitrary<PagingFaults | undefined> = fc.option(
		fc.record(
			{
				rowsPerPage: fc.integer({ min: 1, max: 9 }),
				rowsScanned: fc.integer({ min: 1, max: 9 }),
				breakAtPartitions: fc.boolean(),
				emptyPages: fc.record({
					before: fc.nat(2),
					between: fc.nat(2),
					after: fc.nat(2),
				}),
			},
			{ requiredKeys: [] },
		),
		{ nil: undefined },
	);

	it('come once, whichever are wanted, however pages end, and again with a kept cursor', async () => {
		let stopsInsidePages = 0;
		await fc.assert(
			fc.asyncProperty(
				fc.subarray(ids.map((_, at) => at)),
				fc.integer({ min: 1, max: 5 }),
				pagings,
				async (wanted, maxLeads, paging) => {
					place.proxy.paging = paging;
					const offers = wanted.map((at) => `p.o${at}x`).join(', ') || 'none';
					const parameters = { maxLeads, filters: { offers } };
					let poller = new Poller(place, { parameters });
					const given: string[] = [];
					do {
						const leads = await poller.leads();
						given.push(...leads.map(({ id }) => id));
						const position = poller.cursor?.scan?.position;
						if (position && 'after' in position) stopsInsidePages += 1;
						poller = poller.restarted(poller.kept(), { parameters });
					} while (poller.cursor?.scan);
					expect([...given].sort()).toEqual(wanted.map((at) => ids[at]).sort());
					expect(await drain(poller)).toEqual([]);
				},
			),
			{
				numRuns: 12,
				endOnFailure: true,
				examples: [
					[inClusters, 1, undefined],
					[inClusters, 2, { breakAtPartitions: true, emptyPages: { between: 1 } }],
				],
			},
		);
		// Otherwise no position behind a row was ever tried.
		expect(stopsInsidePages).toBeGreaterThanOrEqual(5);
	});
});

describe('an empty PartitionKey', () => {
	const rows = marketplaceRows(7, 0, { partitionKey: '' });

	it('loses no lead with tokens as Azure gives them', async () => {
		const place = await newPlace();
		await place.table.insert([...rows, ...marketplaceRows(7, 0, { partitionKey: 'p' })]);
		for (const paging of [{}, { breakAtPartitions: true }, { rowsPerPage: 2, rowsScanned: 1 }]) {
			place.proxy.paging = paging;
			const poller = new Poller(place, { parameters: { maxLeads: 3 } });
			expect(await drain(poller)).toHaveLength(14);
			expect(await drain(poller)).toEqual([]);
		}
	});
});

describe('the tokens of a real server', () => {
	it('lead past 1,000 rows and over partitions', async () => {
		const place = await newPlace();
		await place.table.insert([
			...marketplaceRows(1_500, 0, { partitionKey: '2018-10-01' }),
			...marketplaceRows(10, 0, { partitionKey: '2018-10-02' }),
		]);
		const poller = new Poller(place, { parameters: { maxLeads: 1_200 } });
		expect(await drain(poller)).toHaveLength(1_510);
		expect(place.traffic().records).toBe(1_510);
	});

	it('are done without where the service takes one no more', async () => {
		const place = await newPlace();
		const rows = marketplaceRows(10);
		await place.table.insert(rows);
		place.proxy.paging = {};
		const first = new Poller(place, { parameters: { maxLeads: 4 } });
		const given = (await first.leads()).map(({ id }) => id);
		const { scan } = first.cursor!;
		const token = Buffer.from('{"nextPartitionKey":"1!bm90IG91cnM"}').toString('base64');
		const kept = JSON.stringify(first.kept());
		const spoiled = kept.replace(String(scan?.position?.['token']), token);
		expect(spoiled).not.toBe(kept);
		const second = first.restarted(JSON.parse(spoiled));
		expect([...given, ...(await drain(second))]).toEqual(rows.map(keyOf));
	});
});

describe('the Timestamp', () => {
	it('may differ by 100 ns, in either order of the keys', async () => {
		const place = await newPlace();
		const times: Record<string, string> = {
			b: '2018-10-02T08:15:30.1234567Z',
			a: '2018-10-02T08:15:30.1234568Z',
			c: '2018-10-02T08:15:30.1234566Z',
			d: '2018-10-02T08:15:30.1239999Z',
		};
		place.proxy.rewriteTimestamp = ({ RowKey }) => times[String(RowKey)];
		const poller = new Poller(place);
		const polled = [];
		for (const rowKey of Object.keys(times)) {
			await place.table.insert([marketplaceRow(0, { partitionKey: 'p', rowKey })]);
			polled.push(await drain(poller), await drain(poller));
		}
		expect(polled).toEqual([['p/b'], [], ['p/a'], [], ['p/c'], [], ['p/d'], []]);
		// Rounded down, so that the next query begins at or before every row of that instant.
		expect(poller.cursor?.watermark).toBe(Date.parse('2018-10-02T08:15:30.123Z'));
	});

	it.each([-HOUR, HOUR])('counts, not the Date of the response, %d ms off', async (offset) => {
		const place = await newPlace();
		place.proxy.clockOffsetMs = offset;
		const poller = new Poller(place);
		const polled = [];
		for (const rowKey of ['b', 'a', 'c']) {
			await place.table.insert([marketplaceRow(0, { partitionKey: 'p', rowKey })]);
			polled.push(await drain(poller), await drain(poller));
		}
		expect(polled).toEqual([['p/b'], [], ['p/a'], [], ['p/c'], []]);
	});
});

describe('the table', () => {
	it('may be named in any casing', async () => {
		const place = await newPlace();
		await place.table.insert([marketplaceRow(1)]);
		const named = (value: string): INodeParameters => ({
			table: { __rl: true, mode: 'list', value },
		});
		const poller = new Poller(place);
		expect(await drain(poller)).toHaveLength(1);
		const options = { parameters: named(place.table.name.toLowerCase()) };
		expect(await drain(poller.restarted(poller.kept(), options))).toEqual([]);
	});

	it('that goes missing in the middle is not at its end, and is read again when it is back', async () => {
		const place = await newPlace();
		await place.table.insert(marketplaceRows(6));
		const poller = new Poller(place, { parameters: { maxLeads: 3 } });
		expect(await poller.leads()).toHaveLength(3);
		const { cursor } = poller;
		await place.table.drop();
		expectHelpful(await errorOf(poller.leads()), place);
		expect(poller.cursor).toEqual(cursor);
		await place.table.create();
		await place.table.insert(marketplaceRows(6));
		const rest = await drain(poller);
		expect(rest).toEqual(marketplaceRows(3, 3).map(keyOf));
	});

	it('that is dropped and filled anew gives its new rows', async () => {
		const place = await newPlace();
		await place.table.insert(marketplaceRows(3));
		const poller = new Poller(place);
		await drain(poller);
		await place.table.drop();
		expect(await drain(poller)).toEqual([]);
		await place.table.create();
		await place.table.insert(marketplaceRows(3, 2));
		expect(await drain(poller)).toEqual(marketplaceRows(2, 3).map(keyOf));
	});
});

describe('the columns', () => {
	it('may be few, of any type, or unreadable, and all are leads', async () => {
		const place = await newPlace();
		const key = (rowKey: string) => ({ partitionKey: 'p', rowKey });
		await place.table.insert([
			key('bare'),
			{ ...marketplaceRow(1), ...key('broken'), CustomerInfo: '{"FirstName":"Ki' },
			{ ...key('dated'), CreatedTime: new Date('2018-10-02T08:15:29Z') },
			{
				...key('typed'),
				LeadSource: 'AzureMarketplace-INS|contoso.one',
				Count: 9_007_199_254_740_993n,
				Ratio: 0.5,
				Flag: true,
				Ticket: { type: 'Guid', value: '7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11' },
				Picture: new Uint8Array([1, 2, 3]),
				CustomerInfo: customerInfo({ LastName: 'Smith' }),
			},
		]);
		const poller = new Poller(place, { parameters: { options: { includeRaw: true } } });
		const leads = new Map((await poller.leads()).map((lead) => [lead.id, lead]));
		expect([...leads.keys()]).toEqual(['p/bare', 'p/broken', 'p/dated', 'p/typed']);
		expect(leads.get('p/broken')?.warnings.join()).toMatch(/CustomerInfo/);
		expect(leads.get('p/dated')?.createdAt).toBe('2018-10-02T08:15:29.000Z');
		const typed = leads.get('p/typed');
		expect(typed?.customer.lastName).toBe('Smith');
		expect(typed?.properties).toEqual({
			Count: '9007199254740993',
			Ratio: 0.5,
			Flag: true,
			Ticket: '7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
			Picture: 'AQID',
		});
		expect(typed?.raw).toMatchObject({
			PartitionKey: 'p',
			RowKey: 'typed',
			Count: '9007199254740993',
		});
		expect(await drain(poller)).toEqual([]);
	});
});
