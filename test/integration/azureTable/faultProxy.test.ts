/**
 * The fake server for Azure's bad days, proved through the client that the package itself uses. Here:
 * straight passage, counting, scripted failures and clock skew.
 */
import {
	AzureNamedKeyCredential,
	AzureSASCredential,
	TableClient,
	generateAccountSas,
} from '@azure/data-tables';
import type { TableServiceClientOptions } from '@azure/data-tables';

import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import {
	authenticationFailed,
	cutBeforeResponse,
	cutInBody,
	operationTimedOut,
	queries,
	serverBusy,
	slowResponse,
	startFaultProxy,
	tableNotFound,
	tooManyRequests,
	tricklingBody,
} from '../../fakeServers/azureTable/faultProxy.ts';
import type { Fault, FaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import {
	marketplaceRows,
	MarketplaceTable,
} from '../../fakeServers/azureTable/marketplaceTable.ts';

const TABLE = 'FaultyLeads';
/** More than one page of the service, so that listings have a second request to break. */
const ROWS = 1200;

let azurite: Azurite;
let proxy: FaultProxy;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
	const table = await new MarketplaceTable(azurite, TABLE).create();
	await table.insert(marketplaceRows(ROWS));
});

afterEach(() => proxy.reset());

afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

function client(options: TableServiceClientOptions = {}, table = TABLE): TableClient {
	const retryOptions = { maxRetries: 3, retryDelayInMs: 5, maxRetryDelayInMs: 20 };
	return TableClient.fromConnectionString(proxy.connectionString, table, {
		allowInsecureConnection: true,
		retryOptions,
		...options,
	});
}

function readingSas(): string {
	const credential = new AzureNamedKeyCredential(proxy.accountName, proxy.accountKey);
	const expiresOn = new Date(Date.now() + 600_000);
	return generateAccountSas(credential, { expiresOn, permissions: { query: true, list: true } });
}

const withoutRetries = () => client({ retryOptions: { maxRetries: 0 } });

async function rowKeys(from: TableClient): Promise<string[]> {
	const keys: string[] = [];
	for await (const row of from.listEntities<{ rowKey: string }>()) keys.push(row.rowKey);
	return keys;
}

const ALL_KEYS = marketplaceRows(ROWS).map(({ rowKey }) => rowKey);

describe('straight through', () => {
	it('lists what Azurite holds', async () => {
		expect(await rowKeys(client())).toEqual(ALL_KEYS);
	});

	it('carries transactions, single rows, edits and deletes', async () => {
		const table = client({}, 'Written');
		await table.createTable();
		await table.submitTransaction([
			['create', { partitionKey: 'p', rowKey: 'a', Text: 'one' }],
			['create', { partitionKey: 'p', rowKey: "it's 50% ü", Text: 'two' }],
		]);
		await table.updateEntity({ partitionKey: 'p', rowKey: 'a', Text: 'three' });
		expect(await table.getEntity('p', 'a')).toMatchObject({ Text: 'three' });
		expect(await table.getEntity('p', "it's 50% ü")).toMatchObject({ Text: 'two' });
		await table.deleteEntity('p', 'a');
		expect(await rowKeys(table)).toEqual(["it's 50% ü"]);
		await table.deleteTable();
	});

	it('leaves the check of the key to Azurite', async () => {
		const credential = new AzureNamedKeyCredential(proxy.accountName, btoa('another key'));
		const stranger = new TableClient(proxy.endpoint, TABLE, credential, {
			allowInsecureConnection: true,
		});
		await expect(rowKeys(stranger)).rejects.toMatchObject({ statusCode: 403 });
		proxy.paging = {};
		await expect(rowKeys(stranger)).rejects.toMatchObject({ statusCode: 403 });
	});
});

describe('counting', () => {
	it('counts requests, pages and rows, in total and since a mark', async () => {
		const before = proxy.counts();
		await rowKeys(client());
		const middle = proxy.counts();
		await client().getEntity('2018-10-02', 'lead-0000007');
		expect(proxy.counts(before)).toEqual({
			...{ requests: 3, queries: 2, pages: 2, emptyPages: 0, rows: ROWS, faults: 0 },
		});
		expect(proxy.counts(middle)).toMatchObject({ requests: 1, queries: 0, rows: 0 });
	});

	it('does not count rows of a page that was cut', async () => {
		proxy.script([{ fault: cutInBody() }]);
		const before = proxy.counts();
		await expect(rowKeys(withoutRetries())).rejects.toThrow();
		expect(proxy.counts(before)).toMatchObject({ queries: 1, pages: 0, rows: 0, faults: 1 });
	});

	it('logs what was asked by whom, without secrets', async () => {
		const sas = readingSas();
		const signature = new URLSearchParams(sas).get('sig') ?? '';
		const reader = new TableClient(proxy.endpoint, TABLE, new AzureSASCredential(sas), {
			allowInsecureConnection: true,
		});
		expect(await rowKeys(reader)).toHaveLength(ROWS);
		proxy.paging = { rowsPerPage: 700 };
		expect(await rowKeys(reader)).toHaveLength(ROWS);
		expect(proxy.requests.at(-1)).toMatchObject({
			...{ kind: 'query', method: 'GET', table: TABLE, auth: 'SAS', status: 200, rows: 500 },
			path: `/${proxy.accountName}/${TABLE}()`,
			query: { sig: 'REDACTED', NextPartitionKey: expect.any(String) },
		});
		await rowKeys(client());
		await fetch(`${proxy.endpoint}/Tables`, { headers: { authorization: 'Bearer abc.def' } });
		await fetch(`${proxy.endpoint}/Tables`);
		expect([...proxy.authKinds].sort()).toEqual(['Bearer', 'SAS', 'SharedKeyLite', 'none']);
		const log = JSON.stringify(proxy.requests);
		for (const secret of [signature, encodeURIComponent(signature), 'abc.def']) {
			expect(log).not.toContain(secret);
		}
	});
});

describe('error responses', () => {
	it.each<[string, Fault, number, string]>([
		['ServerBusy', serverBusy(), 503, 'unable to receive requests'],
		['TooManyRequests', tooManyRequests(), 429, 'rate is too large'],
		['OperationTimedOut', operationTimedOut(), 500, 'within the permitted time'],
		['AuthenticationFailed', authenticationFailed(), 403, 'failed to authenticate the request'],
		['TableNotFound', tableNotFound(), 404, 'table specified does not exist'],
	])('%s', async (code, fault, statusCode, text) => {
		proxy.script([{ fault }]);
		await expect(rowKeys(withoutRetries())).rejects.toMatchObject({
			statusCode,
			details: { odataError: { code, message: { value: expect.stringContaining(text) } } },
		});
		expect(proxy.unspentFaults).toBe(0);
		expect(proxy.requests.at(-1)).toMatchObject({ fault: code, status: statusCode });
		expect(await rowKeys(withoutRetries())).toEqual(ALL_KEYS);
	});

	it('has the bytes of the same error from Azurite', async () => {
		const responses = [];
		for (const script of [[], [{ fault: tableNotFound() }]]) {
			proxy.script(script);
			const response = await fetch(`${proxy.endpoint}/NoSuchTable()?${readingSas()}`, {
				headers: { accept: 'application/json;odata=minimalmetadata' },
			});
			const { status, headers } = response;
			const body = (await response.text())
				.replace(/[-0-9a-f]{36}/, 'ID')
				.replace(/Time:.*Z/, 'TIME');
			const named = ['content-type', 'x-ms-error-code'].map((name) => headers.get(name));
			responses.push({ status, body, named });
		}
		expect(responses[1]).toEqual(responses[0]);
		expect(responses[0]).toMatchObject({ status: 404, body: expect.stringMatching(/ID\\nTIME/) });
	});

	it('waits as long as Retry-After says, on the second page', async () => {
		proxy.script([{ fault: serverBusy({ retryAfterSeconds: 1 }), when: queries, skip: 1 }]);
		const before = proxy.counts();
		const started = Date.now();
		expect(await rowKeys(client())).toEqual(ALL_KEYS);
		expect(Date.now() - started).toBeGreaterThanOrEqual(1000);
		expect(proxy.counts(before)).toMatchObject({ queries: 3, pages: 2, faults: 1, rows: ROWS });
	});

	it('strikes as often as told, by a predicate', async () => {
		const secondPage = { when: ({ query }: { query: object }) => 'NextRowKey' in query };
		proxy.script([{ fault: operationTimedOut(), ...secondPage, times: 2 }]);
		const before = proxy.counts();
		expect(await rowKeys(client())).toEqual(ALL_KEYS);
		expect(proxy.counts(before)).toMatchObject({ queries: 4, pages: 2, faults: 2 });
		expect(proxy.requests.slice(-4).map(({ status }) => status)).toEqual([200, 500, 500, 200]);

		proxy.script([{ fault: operationTimedOut(), ...secondPage, times: Infinity }]);
		await expect(rowKeys(client())).rejects.toMatchObject({ statusCode: 500 });
		expect(proxy.unspentFaults).toBe(0);
	});

	it('lets several faults wait for their turn', async () => {
		proxy.script([
			{ fault: cutBeforeResponse() },
			{ fault: tooManyRequests({ retryAfterSeconds: 0 }) },
		]);
		expect(await rowKeys(client())).toEqual(ALL_KEYS);
		expect(proxy.requests.slice(-4).map(({ fault }) => fault)).toEqual([
			...['cutBeforeResponse', 'TooManyRequests', undefined, undefined],
		]);
	});
});

describe('connections', () => {
	it('are reset before the response, though the write was done', async () => {
		const table = client({}, 'Cut');
		await table.createTable();
		proxy.script([{ fault: cutBeforeResponse() }]);
		const write = client({ retryOptions: { maxRetries: 0 } }, 'Cut').createEntity({
			...{ partitionKey: 'p', rowKey: 'r' },
		});
		await expect(write).rejects.toMatchObject({ code: 'ECONNRESET' });
		expect(await rowKeys(table)).toEqual(['r']);
		expect(proxy.requests.at(-2)).not.toHaveProperty('status');
	});

	it('end in the middle of the body', async () => {
		proxy.script([{ fault: cutInBody(), when: queries, skip: 1 }]);
		const pages = withoutRetries().listEntities().byPage();
		expect((await pages.next()).value).toHaveLength(1000);
		await expect(pages.next()).rejects.toThrow(/aborted|terminated|hang up/i);
		const expected = { kind: 'query', fault: 'cutInBody', status: 200 };
		expect(proxy.requests.at(-1)).toMatchObject(expected);
	});

	it('are slow to give the headers', async () => {
		proxy.script([{ fault: slowResponse(400) }]);
		const started = Date.now();
		expect(await rowKeys(client())).toEqual(ALL_KEYS);
		expect(Date.now() - started).toBeGreaterThanOrEqual(400);
	});

	it('trickle the body, headers first', async () => {
		proxy.script([{ fault: tricklingBody({ chunkBytes: 40_000, chunkEveryMs: 50 }) }]);
		const started = Date.now();
		const response = await fetch(`${proxy.endpoint}/${TABLE}()?${readingSas()}`, {
			headers: { accept: 'application/json;odata=minimalmetadata' },
		});
		const headersAfterMs = Date.now() - started;
		const body = await response.text();
		const piecesMs = Math.floor((body.length - 1) / 40_000) * 50;
		expect(piecesMs).toBeGreaterThanOrEqual(500);
		expect(Date.now() - started - headersAfterMs).toBeGreaterThanOrEqual(piecesMs - 50);
		expect((JSON.parse(body) as { value: unknown[] }).value).toHaveLength(1000);
	});

	it('are let go by stop, even in the middle of a slow response', async () => {
		const another = await startFaultProxy(azurite);
		another.script([{ fault: slowResponse(60_000) }]);
		const waiting = fetch(`${another.endpoint}/Tables`).catch((error: unknown) => error);
		while (another.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		await another.stop();
		expect(String(await waiting)).toBe('TypeError: fetch failed');
	});
});

describe('clock skew', () => {
	async function dates(): Promise<number[]> {
		const seen: number[] = [];
		const onResponse = ({ headers }: { headers: { get(name: string): string | undefined } }) => {
			seen.push(Date.parse(headers.get('date') ?? ''));
		};
		for await (const page of client().listEntities({ onResponse }).byPage())
			expect(page).toBeDefined();
		return seen;
	}

	it('moves the Date of every response', async () => {
		for (const offsetMs of [0, -3_600_000, 900_000]) {
			proxy.clockOffsetMs = offsetMs;
			proxy.script([{ fault: serverBusy() }]);
			const began = Date.now() + offsetMs;
			for (const date of await dates()) {
				// A Date has whole seconds.
				expect(date).toBeGreaterThan(began - 1_000);
				expect(date).toBeLessThanOrEqual(Date.now() + offsetMs);
			}
		}
	});
});
