/**
 * Pages as Azure documents them and Azurite never ends them. Whatever the faults, following the
 * tokens has to give every row once and in order: else a test of a reader would blame the reader.
 */
import { AzureNamedKeyCredential, TableClient, generateAccountSas } from '@azure/data-tables';
import fc from 'fast-check';

import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startFaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import type { FaultProxy, PagingFaults } from '../../fakeServers/azureTable/faultProxy.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../../fakeServers/azureTable/marketplaceTable.ts';

const TABLE = 'PagedLeads';
/** Keys that need quoting or encoding on the way, sort by code unit, or are empty. */
const SPECIAL_KEYS = [
	'',
	' ',
	"'",
	"''o",
	'%41',
	'&$filter=x',
	'+',
	'Z',
	'a',
	'ä',
	'漢',
	'😀',
	'１',
];
/** Two small partitions around one of special keys. */
const ROWS: MarketplaceRow[] = [
	...[1, 2, 3].map((n) => ({ partitionKey: '2018-10-01', rowKey: `a${n}`, Number: n })),
	...SPECIAL_KEYS.map((rowKey, n) => ({ partitionKey: "it's 2018.10", rowKey, Number: 10 + n })),
	...[1, 2].map((n) => ({ partitionKey: 'z', rowKey: `c${n}`, Number: 30 + n })),
];

type Keys = `${string}|${string}`;
const keysOf = ({ partitionKey, rowKey }: { partitionKey?: string; rowKey?: string }): Keys =>
	`${partitionKey}|${rowKey}`;
const inOrder = (keys: Keys[]) => [...keys].sort((a, b) => (a < b ? -1 : 1));
const ALL_KEYS = inOrder(ROWS.map(keysOf));

let azurite: Azurite;
let proxy: FaultProxy;
let client: TableClient;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
	const table = await new MarketplaceTable(azurite, TABLE).create();
	await table.insert(ROWS);
	client = reader(TABLE);
});

afterEach(() => proxy.reset());

afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

function reader(table: string): TableClient {
	return TableClient.fromConnectionString(proxy.connectionString, table, {
		allowInsecureConnection: true,
		retryOptions: { maxRetries: 0 },
	});
}

async function pages(
	paging: PagingFaults | undefined,
	{ filter, top, table = client }: { filter?: string; top?: number; table?: TableClient } = {},
): Promise<Keys[][]> {
	proxy.paging = paging;
	const result: Keys[][] = [];
	const listing = table.listEntities({ queryOptions: filter ? { filter } : {} });
	for await (const page of listing.byPage(top ? { maxPageSize: top } : {})) {
		result.push(page.map(keysOf));
	}
	return result;
}

const sizes = (listed: Keys[][]) => listed.map(({ length }) => length);

describe('empty pages with a token', () => {
	it.each<[string, PagingFaults['emptyPages'], number[]]>([
		['before the rows', { before: 2 }, [0, 0, 10, 8]],
		['between pages', { between: 2 }, [10, 0, 0, 8]],
		['after the last row', { after: 1 }, [10, 8, 0]],
		['several after the last row', { after: 3 }, [10, 8, 0, 0, 0]],
		['everywhere', { before: 1, between: 1, after: 1 }, [0, 10, 0, 8, 0]],
	])('%s', async (_, emptyPages, expected) => {
		const before = proxy.counts();
		const listed = await pages({ emptyPages }, { top: 10 });
		expect(sizes(listed)).toEqual(expected);
		expect(listed.flat()).toEqual(ALL_KEYS);
		expect(proxy.counts(before)).toMatchObject({
			pages: expected.length,
			emptyPages: expected.filter((size) => size === 0).length,
			rows: ALL_KEYS.length,
		});
	});

	it('of a table without rows', async () => {
		const empty = reader('EmptyLeads');
		await empty.createTable();
		expect(sizes(await pages({ emptyPages: { before: 1, after: 2 } }, { table: empty }))).toEqual([
			...[0, 0, 0, 0],
		]);
		expect(sizes(await pages({}, { table: empty }))).toEqual([0]);
	});

	it('lead to the same page when asked for twice', async () => {
		proxy.paging = { emptyPages: { between: 1 } };
		const listing = client.listEntities().byPage({ maxPageSize: 5 });
		await listing.next();
		const { continuationToken = '' } = (await listing.next()).value as {
			continuationToken?: string;
		};
		const again = async () => {
			const settings = { maxPageSize: 5, continuationToken };
			const page = (await client.listEntities().byPage(settings).next()).value as [];
			return page.map(keysOf);
		};
		expect(await again()).toEqual(ALL_KEYS.slice(5, 10));
		expect(await again()).toEqual(ALL_KEYS.slice(5, 10));
	});
});

it('ends pages at partition boundaries, with a token that names no row', async () => {
	const listed = await pages({ breakAtPartitions: true });
	expect(sizes(listed)).toEqual([3, 13, 2]);
	expect(listed.flat()).toEqual(ALL_KEYS);
	const followed = proxy.requests.slice(-2).map(({ query }) => query);
	for (const query of followed) {
		expect(query).toHaveProperty('NextPartitionKey');
		expect(query).not.toHaveProperty('NextRowKey');
	}
	expect(sizes(await pages({ breakAtPartitions: true }, { top: 2 }))).toEqual([
		...[2, 1, 2, 2, 2, 2, 2, 2, 1, 2],
	]);
});

it('names the next row in NextRowKey alone, so that half a token starts the partition over', async () => {
	proxy.paging = { rowsPerPage: 5 };
	const first = await client.listEntities().byPage().next();
	const { continuationToken = '' } = first.value as { continuationToken?: string };
	const { nextPartitionKey } = JSON.parse(Buffer.from(continuationToken, 'base64').toString());
	const half = Buffer.from(JSON.stringify({ nextPartitionKey })).toString('base64');
	const page = await client.listEntities().byPage({ continuationToken: half }).next();
	expect((page.value as []).map(keysOf)).toEqual(ALL_KEYS.slice(3, 8));
});

it('sends pages shorter than $top', async () => {
	const listed = await pages({ rowsPerPage: 4 }, { top: 7 });
	expect(sizes(listed)).toEqual([4, 4, 4, 4, 2]);
	expect(listed.flat()).toEqual(ALL_KEYS);
	expect(sizes(await pages({ rowsPerPage: 9 }, { top: 8 }))).toEqual([8, 8, 2]);
});

it('ends a page after so many rows were looked at, whatever matched', async () => {
	const filter = 'Number ge 31 or Number eq 2';
	const listed = await pages({ rowsScanned: 5 }, { filter });
	expect(listed).toEqual([['2018-10-01|a2'], [], [], ['z|c1', 'z|c2']]);
	expect(await pages({ breakAtPartitions: true }, { filter: 'Number ge 31' })).toEqual([
		...[[], [], ['z|c1', 'z|c2']],
	]);
});

it('gives every row once and in order under any mix of faults, filters and page sizes', async () => {
	const count = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
	const empties = fc.integer({ min: 0, max: 2 });
	const faults = fc.record({
		rowsPerPage: count(7),
		rowsScanned: count(7),
		breakAtPartitions: fc.boolean(),
		emptyPages: fc.record({ before: empties, between: empties, after: empties }),
	});
	const filters = fc.constantFrom(
		...['', 'Number gt 12', "PartitionKey eq 'z'", "RowKey le 'a' and not (Number eq 1)"],
	);
	await fc.assert(
		fc.asyncProperty(faults, filters, count(8), async (paging, filter, top) => {
			const expected = (await pages(undefined, { filter })).flat();
			const listed = await pages(paging as PagingFaults, { filter, ...(top && { top }) });
			expect(listed.flat()).toEqual(expected);
			expect(Math.max(...sizes(listed))).toBeLessThanOrEqual(top ?? ROWS.length);
		}),
		{ numRuns: 60 },
	);
});

describe('a listing whose table or faults change under way', () => {
	it('goes on where it was when the faults are switched on or off', async () => {
		type Change = [PagingFaults | undefined, PagingFaults | undefined];
		const changes: Change[] = [
			[undefined, { breakAtPartitions: true }],
			[{ rowsPerPage: 7 }, undefined],
		];
		for (const [from, to] of changes) {
			proxy.paging = from;
			const keys: Keys[] = [];
			for await (const page of client.listEntities().byPage({ maxPageSize: 7 })) {
				keys.push(...page.map(keysOf));
				proxy.paging = to;
			}
			expect(keys).toEqual(ALL_KEYS);
		}
	});

	it('finds rows that were added behind the last one', async () => {
		const growing = reader('GrowingLeads');
		await growing.createTable();
		await growing.createEntity({ partitionKey: 'p', rowKey: 'a' });
		proxy.paging = { emptyPages: { after: 2 } };
		const listed: Keys[][] = [];
		for await (const page of growing.listEntities().byPage()) {
			listed.push(page.map(keysOf));
			if (listed.length === 2) await growing.createEntity({ partitionKey: 'p', rowKey: 'b' });
		}
		expect(listed).toEqual([['p|a'], [], ['p|b'], [], []]);
	});
});

it('reads past Azurite’s own page size', async () => {
	const table = await new MarketplaceTable(azurite, 'ManyLeads').create();
	const keys = Array.from({ length: 2500 }, (_, n) => `r${String(n).padStart(5, '0')}`);
	await table.insert(keys.map((rowKey, n) => ({ partitionKey: 'p', rowKey, Number: n })));
	const many = reader('ManyLeads');
	expect(sizes(await pages({}, { table: many }))).toEqual([1000, 1000, 500]);
	expect(await pages({}, { table: many, filter: 'Number ge 2498' })).toEqual([
		...[['p|r02498', 'p|r02499']],
	]);
});

describe('responses as Azurite writes them', () => {
	const query = async (options: Record<string, string>, accept = 'minimalmetadata') => {
		const credential = new AzureNamedKeyCredential(proxy.accountName, proxy.accountKey);
		const sas = generateAccountSas(credential, {
			expiresOn: new Date(Date.now() + 600_000),
			permissions: { query: true, list: true },
		});
		const search = new URLSearchParams({
			...options,
			...Object.fromEntries(new URLSearchParams(sas)),
		});
		const response = await fetch(`${proxy.endpoint}/TypedLeads()?${search}`, {
			headers: { accept: `application/json;odata=${accept}` },
		});
		const { status, headers } = response;
		const named = ['content-type', 'x-ms-version', 'content-length', 'cache-control'];
		return {
			status,
			headers: named.map((name) => [name, headers.get(name)]),
			hasToken: headers.has('x-ms-continuation-nextpartitionkey'),
			body: await response.text(),
		};
	};

	beforeAll(async () => {
		const typed = reader('TypedLeads');
		await typed.createTable();
		await typed.createEntity({
			...{ partitionKey: 'p', rowKey: 'all types', Text: 'ü "quoted" \u2028', Whole: 7 },
			...{ Fraction: 1.5, Yes: true, Big: 9007199254740993n, When: new Date(1e12) },
			Id: { type: 'Guid', value: '3701c77e-1cfa-4c56-91e6-3ed0b622145a' },
			Bytes: new Uint8Array([0, 255]),
		});
		await typed.createEntity({ partitionKey: 'p', rowKey: 'few', Whole: -1 });
		await typed.createEntity({ partitionKey: 'q', rowKey: 'none' });
	});

	it.each<[string, Record<string, string>, string]>([
		['whole rows', {}, 'minimalmetadata'],
		['without metadata', {}, 'nometadata'],
		['with full metadata', {}, 'fullmetadata'],
		['a page with a token', { $top: '2' }, 'minimalmetadata'],
		['a page that just holds all', { $top: '3' }, 'minimalmetadata'],
		['selected columns', { $select: 'Big,When,Timestamp,RowKey,Nowhere' }, 'minimalmetadata'],
		['a filter', { $filter: 'Whole lt 0' }, 'minimalmetadata'],
		['a filter that nothing matches', { $filter: "RowKey eq 'other'" }, 'minimalmetadata'],
		['a filter on another column', { $filter: 'Whole lt 0', $select: 'RowKey' }, 'nometadata'],
	])('%s', async (_, options, accept) => {
		const theirs = await query(options, accept);
		proxy.paging = {};
		expect(await query(options, accept)).toEqual(theirs);
		expect(theirs.status).toBe(200);
	});

	it.each([
		['a $top above 1,000', { $top: '1001' }],
		['a filter that is none', { $filter: 'Whole lt' }],
		['a token never handed out', { NextPartitionKey: '1!bm9uc2Vuc2U' }],
		['a token that says nothing', { NextPartitionKey: '1!e30' }],
		['half a token of another listing', { NextPartitionKey: '1!e30', NextRowKey: 'cA==' }],
	])('refuses %s with InvalidInput', async (_, options) => {
		proxy.paging = {};
		expect(await query(options)).toMatchObject({
			status: 400,
			body: expect.stringContaining('"code":"InvalidInput"'),
		});
	});
});
