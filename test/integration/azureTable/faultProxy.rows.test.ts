/**
 * Rows that come late, and Timestamps that are not what Azurite would set. The proxy then filters
 * by itself, so its filter is held against Azurite's own, and against Azure where the two differ.
 */
import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';

import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startFaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import type { FaultProxy, Row } from '../../fakeServers/azureTable/faultProxy.ts';

const TABLE = 'LateLeads';
const KEYS = ['a', 'b', 'c', 'd'];
const GUID = '3701c77e-1cfa-4c56-91e6-3ed0b622145a';

let azurite: Azurite;
let proxy: FaultProxy;
let client: TableClient;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
	client = await tableWith(
		TABLE,
		KEYS.map((rowKey) => ({ rowKey })),
	);
});

afterEach(() => proxy.reset());

afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

async function tableWith(
	name: string,
	rows: Array<{ rowKey: string; [column: string]: unknown }>,
): Promise<TableClient> {
	const table = TableClient.fromConnectionString(proxy.connectionString, name, {
		allowInsecureConnection: true,
		retryOptions: { maxRetries: 0 },
	});
	await table.createTable();
	for (const row of rows) await table.createEntity({ partitionKey: 'p', ...row });
	return table;
}

async function list(
	filter = '',
	table = client,
): Promise<Array<{ rowKey: string; timestamp: string }>> {
	const rows = [];
	const options = { queryOptions: filter ? { filter } : {} };
	for await (const row of table.listEntities<{ rowKey: string; timestamp: string }>(options)) {
		rows.push({ rowKey: row.rowKey, timestamp: row.timestamp });
	}
	return rows;
}

async function keys(filter = '', table = client): Promise<string[]> {
	return (await list(filter, table)).map(({ rowKey }) => rowKey);
}

const at = (...rowKeys: string[]) => rowKeys.map((rowKey) => ({ partitionKey: 'p', rowKey }));

describe('late rows', () => {
	it('are in no response until released, then with their older Timestamp', async () => {
		const all = await list();
		proxy.hide(at('b', 'd'));
		expect(await keys()).toEqual(['a', 'c']);
		expect(await keys("RowKey ge 'b'")).toEqual(['c']);
		await expect(client.getEntity('p', 'b')).rejects.toMatchObject({
			statusCode: 404,
			details: { odataError: { code: 'ResourceNotFound' } },
		});
		expect(await client.getEntity('p', 'a')).toMatchObject({ rowKey: 'a' });
		proxy.release(at('b'));
		expect(await keys()).toEqual(['a', 'b', 'c']);
		proxy.release();
		expect(await list()).toEqual(all);
	});

	it('can be hidden before they are written, between two pages', async () => {
		const table = await tableWith('GrowingLeads', [{ rowKey: 'a' }, { rowKey: 'c' }]);
		proxy.hide(at('b'));
		const pages = table.listEntities<{ rowKey: string }>().byPage({ maxPageSize: 1 });
		const next = async () => ((await pages.next()).value as Row[]).map(({ rowKey }) => rowKey);
		expect(await next()).toEqual(['a']);
		await table.createEntity({ partitionKey: 'p', rowKey: 'b' });
		expect(await next()).toEqual(['c']);
		expect(await keys('', table)).toEqual(['a', 'c']);
		proxy.release();
		expect(await keys('', table)).toEqual(['a', 'b', 'c']);
	});

	it('are counted as rows only once they are sent', async () => {
		proxy.hide(at('a', 'b', 'c'));
		const before = proxy.counts();
		await keys();
		expect(proxy.counts(before)).toMatchObject({ pages: 1, rows: 1 });
	});
});

describe('rewritten Timestamps', () => {
	it('make rows years old, in listings, single rows and selected columns', async () => {
		const old = '2018-10-02T08:15:30.1234567Z';
		proxy.rewriteTimestamp = ({ RowKey }) => (RowKey === 'b' ? old : undefined);
		const [a, b] = await list();
		expect(b?.timestamp).toBe(old);
		expect(Date.parse(a?.timestamp ?? '')).toBeGreaterThan(Date.parse('2024-01-01'));
		expect(await client.getEntity('p', 'b')).toMatchObject({ timestamp: old });
		const selected = client.listEntities({ queryOptions: { select: ['Timestamp'] } });
		const timestamps = [];
		for await (const row of selected) timestamps.push(row);
		expect(timestamps[1]).toEqual({ etag: expect.any(String), timestamp: old });
	});

	it('hold for the filter, to 100 ns, whatever Azurite has stored', async () => {
		const times = new Map<unknown, string>([
			['a', '2018-10-02T08:15:30.1234566Z'],
			['b', '2018-10-02T08:15:30.1234567Z'],
			['c', '2018-10-02T08:15:30.1234567Z'],
			['d', '2018-10-02T08:15:30.1234568Z'],
		]);
		proxy.rewriteTimestamp = ({ RowKey }) => times.get(RowKey);
		const time = "datetime'2018-10-02T08:15:30.1234567Z'";
		expect(await keys(`Timestamp eq ${time}`)).toEqual(['b', 'c']);
		expect(await keys(`Timestamp ge ${time}`)).toEqual(['b', 'c', 'd']);
		expect(await keys(`Timestamp gt ${time}`)).toEqual(['d']);
		expect(await keys(`Timestamp lt ${time} or RowKey eq 'c'`)).toEqual(['a', 'c']);
		expect(await keys(`${time} ge Timestamp`)).toEqual(['a', 'b', 'c']);
		expect(await keys("Timestamp ge datetime'2018-10-02T10:15:30.1234568+02:00'")).toEqual(['d']);
	});

	it('that are no times tell the test so', async () => {
		proxy.rewriteTimestamp = () => 'yesterday';
		await expect(keys()).rejects.toThrow(/rewriteTimestamp gave yesterday/);
	});
});

describe('the filter', () => {
	let typed: TableClient;

	beforeAll(async () => {
		typed = await tableWith('TypedLeads', [
			{ rowKey: 'all', Text: "it's", Whole: 7, Fraction: 1.5, Yes: true, Big: 9007199254740993n },
			{ rowKey: 'other', Text: 'Ärger', Whole: -7, Fraction: -0.25, Yes: false, Big: -1n },
			{
				rowKey: 'dated',
				When: new Date('2018-10-02T08:15:29Z'),
				Id: { type: 'Guid', value: GUID },
			},
			{ rowKey: 'lower', Text: 'and', When: new Date('2019-01-01T00:00:00.5Z'), Whole: 0 },
			{ rowKey: 'none' },
		]);
	});

	/** By Azurite while nothing is switched on, and by the proxy otherwise. */
	async function both(filter: string): Promise<{ theirs: string[]; ours: string[] }> {
		proxy.paging = undefined;
		const theirs = await keys(filter, typed);
		proxy.paging = {};
		return { theirs, ours: await keys(filter, typed) };
	}

	it.each([
		["Text eq 'it''s'", ['all']],
		["Text ne 'it''s'", ['lower', 'other']],
		["not (Text eq 'it''s')", ['dated', 'lower', 'none', 'other']],
		["not Text eq 'it''s'", ['dated', 'lower', 'none', 'other']],
		["Text ge 'and' and Text lt 'z'", ['all', 'lower']],
		["Text gt 'z'", ['other']],
		["Text eq 'and' or Text eq 'it''s' and Whole gt 7", ['lower']],
		["(Text eq 'and' or Text eq 'it''s') and Whole lt 7", ['lower']],
		['Whole gt -7 and Whole le 7', ['all', 'lower']],
		['7 eq Whole', ['all']],
		['0 lt Whole', ['all']],
		['Fraction eq 1.5', ['all']],
		['Yes eq true', ['all']],
		['Yes ne true', ['other']],
		['Big eq 9007199254740993L', ['all']],
		['Big lt 9007199254740993L', ['other']],
		["Id eq guid'3701c77e-1cfa-4c56-91e6-3ed0b622145a'", ['dated']],
		["When ge datetime'2018-10-02T08:15:29Z'", ['dated', 'lower']],
		["When gt datetime'2018-10-02T08:15:29Z'", ['lower']],
		["PartitionKey eq 'p' and RowKey ge 'n'", ['none', 'other']],
		["Nowhere eq 'x' or Nowhere ne 'x'", []],
		["Text eq 'a) or (''1'' eq ''1'", []],
	])('%s', async (filter, expected) => {
		expect(await both(filter)).toEqual({ theirs: expected, ours: expected });
	});

	it('agrees with Azurite on any nesting', async () => {
		const comparison = fc.constantFrom(
			...["Text eq 'and'", 'Whole ge 0', 'Yes eq true', 'Big gt 0L', "RowKey lt 'lower'"],
			...["When lt datetime'2019-01-01T00:00:00Z'", "Text ne 'x'", 'Fraction le 1.5'],
		);
		const { tree } = fc.letrec<{ tree: string }>((tie) => ({
			tree: fc.oneof(
				{ maxDepth: 4, depthIdentifier: 'filter' },
				comparison,
				fc
					.tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
					.map((parts) => parts.join(' ')),
				tie('tree').map((inside) => `(${inside})`),
				tie('tree').map((inside) => `not (${inside})`),
			),
		}));
		const short = tree.filter((filter) => filter.split(/ (?:and|or) /).length <= 15);
		await fc.assert(
			fc.asyncProperty(short, async (filter) => {
				const { theirs, ours } = await both(filter);
				expect(ours).toEqual(theirs);
			}),
			{ numRuns: 100 },
		);
	});

	it('is stricter than Azurite where Azure is: types, columns, and 15 comparisons', async () => {
		proxy.paging = {};
		expect(await keys("constructor ne 'x'", typed)).toEqual([]);
		expect(await keys("When eq '2018-10-02T08:15:29.0000000Z'", typed)).toEqual([]);
		expect(await keys("Text le datetime'2018-10-02T08:15:29Z'", typed)).toEqual([]);
		expect(await keys("Whole eq '7'", typed)).toEqual([]);
		const comparisons = (count: number) => Array(count).fill("RowKey eq 'all'").join(' or ');
		expect(await keys(comparisons(15), typed)).toEqual(['all']);
		await expect(keys(comparisons(16), typed)).rejects.toMatchObject({ statusCode: 400 });
	});

	it.each([
		...[
			'Whole',
			'Whole eq',
			'eq 7',
			'Whole eq 7 and',
			'(Whole eq 7',
			'Whole eq 7)',
			'Whole like 7',
		],
		...['Whole eq 7 Yes eq true', "Text eq 'open", 'Text eq "double"', '7 eq 7', 'Whole eq Big'],
		...["When eq datetime'yesterday'", "When eq datetime'2018-13-02T00:00:00Z'", 'Whole eq 7;'],
	])('refuses %s', async (filter) => {
		proxy.paging = {};
		await expect(keys(filter, typed)).rejects.toMatchObject({
			statusCode: 400,
			details: { odataError: { code: 'InvalidInput' } },
		});
	});
});
