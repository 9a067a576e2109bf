/** Leads written into a real table service, read back by our own reader, on good days and bad. */
import { randomBytes, randomUUID } from 'node:crypto';

import fc from 'fast-check';

import { openAccount } from '../../../nodes/destinations/azureTable/connection/account';
import { AzureTableReader } from '../../../nodes/destinations/azureTable/reading/reader';
import { AzureTableWriter } from '../../../nodes/destinations/azureTable/writing/writer';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract';
import { DestinationError } from '../../../nodes/destinations/destinationError';
import { writeLeads } from '../../../nodes/writing/writeLeads';
import {
	microsoftTestLead,
	parseLead,
	parseLeadSource,
	type JsonObject,
	type Lead,
} from '../../../nodes/lead';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import {
	cutBeforeResponse,
	cutInBody,
	operationTimedOut,
	serverBusy,
	slowResponse,
	startFaultProxy,
	tooManyRequests,
	type Fault,
	type FaultProxy,
	type SeenRequest,
} from '../../fakeServers/azureTable/faultProxy.ts';
import { marketplaceRow, MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import { inTime } from '../../support/inTime.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { generatedWritableLead } from '../https/generatedLeads.ts';

let azurite: Azurite;
let proxy: FaultProxy;
let table: MarketplaceTable;
let writer: AzureTableWriter;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
});
beforeEach(async () => {
	table = new MarketplaceTable(azurite, `Leads${randomBytes(6).toString('hex')}`);
	writer = await writerOf({ connectionString: proxy.connectionString });
});
afterEach(() => proxy.reset());
afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

async function writerOf(credential: Record<string, unknown>): Promise<AzureTableWriter> {
	const account = await openAccount(credential, { retries: 0 });
	return new AzureTableWriter(account.table(table.name));
}

const lead = (number = 1, fields: JsonObject = {}): WritableLead => ({
	lead: {
		...parseLead(
			{
				UserDetails: {
					FirstName: 'Kim',
					LastName: `Sample ${number}`,
					Email: 'Kim.Sample@Fabrikam.example',
					Phone: '4255550100',
					Country: 'USA',
					Company: 'Fabrikam',
					Title: 'Buyer',
				},
				LeadSource: 'AzureMarketplace-INS|fabrikam.widget',
				OfferTitle: 'Fabrikam Widget',
				Description: 'Please call',
				CreatedTime: '2018-10-02T08:15:29Z',
				...fields,
			},
			{ destination: 'https', receivedAt: '2018-10-03T00:00:00Z' },
		),
		id: `lead-${number}`,
	},
	additional: {},
});
const leads = (count: number, from = 0) =>
	Array.from({ length: count }, (_, at) => lead(from + at));

const outcomes = (results: readonly WriteResult[]) =>
	results.map((result) => (result.ok ? result.written.outcome : result.error.message));
const counted = (results: readonly WriteResult[]) => {
	const counts: Record<string, number> = {};
	for (const outcome of outcomes(results)) counts[outcome] = (counts[outcome] ?? 0) + 1;
	return counts;
};
const errorsOf = (results: readonly WriteResult[]) =>
	results.flatMap((result) => (result.ok ? [] : [result.error]));

function expectHelpful(error: DestinationError | undefined, said: RegExp): void {
	expect(error).toBeInstanceOf(DestinationError);
	const { message, description } = error!;
	expect(message).toMatch(said);
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expect(description).not.toMatch(/poll/);
	expectNoSecret(error, [azurite.accountKey]);
}

/** The records of the table as the poll reads them, by lead id. */
async function readAll(): Promise<Map<string, JsonObject>> {
	const account = await openAccount({ connectionString: azurite.connectionString });
	const reader = new AzureTableReader(account.table(table.name));
	const records = new Map<string, JsonObject>();
	let position = null;
	do {
		const page = await reader.readPage({
			since: undefined,
			position,
			pageSize: 1_000,
			...inTime(),
			isKnown: () => false,
		});
		for (const { record } of page.rows) {
			const row = record as JsonObject;
			records.set(parseLead(row, { destination: 'azureTable' }).id, row);
		}
		position = page.next;
	} while (position !== null);
	return records;
}

describe('a lead', () => {
	it('is a row in Microsoft’s columns, in a table that was not there', async () => {
		const [result] = await writeLeads(
			writer,
			[{ ...lead(), additional: { Region: 'EMEA' } }],
			inTime(),
		);
		expect(outcomes([result!])).toEqual(['created']);
		const [row, ...others] = await table.list();
		expect(others).toEqual([]);
		const { timestamp, etag, ...columns } = row!;
		expect([timestamp, etag]).not.toContain(undefined);
		expect(columns).toEqual({
			partitionKey: '2018-10-02',
			rowKey: expect.stringMatching(/^[0-9a-f]{32}$/),
			LeadSource: 'AzureMarketplace-INS|fabrikam.widget',
			ActionCode: 'INS',
			CreatedTime: '2018-10-02T08:15:29.000Z',
			CustomerInfo:
				'{"FirstName":"Kim","LastName":"Sample 1","Email":"Kim.Sample@Fabrikam.example","Phone":"4255550100","Country":"USA","Company":"Fabrikam","Title":"Buyer"}',
			Description: 'Please call',
			OfferDisplayName: 'Fabrikam Widget',
			PublisherDisplayName: '',
			ProductId: 'fabrikam.widget',
			Region: 'EMEA',
		});
		expect(result).toMatchObject({ written: { id: `2018-10-02/${columns.rowKey}`, url: '' } });
	});

	it('is read back by its id, taken away, and missing then', async () => {
		const [result] = await writeLeads(writer, [lead()], inTime());
		const { id } = (result as Extract<WriteResult, { ok: true }>).written;
		const record = await writer.readBack(id, inTime());
		expect(parseLead(record).customer).toEqual(lead().lead.customer);
		await writer.remove(id, inTime());
		expect(await writer.readBack(id, inTime())).toBeUndefined();
		await writer.remove(id, inTime());
		for (const none of ['', 'x', 'a/b/c', '%/x', 'p%2F/r']) {
			expect(await writer.readBack(none, inTime())).toBeUndefined();
			await writer.remove(none, inTime());
		}
	});

	it('in no table is not there', async () => {
		expect(await writer.readBack('p/r', inTime())).toBeUndefined();
		await writer.remove('p/r', inTime());
	});

	it('of Microsoft’s tests is a test lead', async () => {
		const test = microsoftTestLead({ destination: 'azureTable', now: Date.now() });
		await writeLeads(writer, [{ lead: test, additional: {} }], inTime());
		const [read] = [...(await readAll()).values()].map((row) => parseLead(row));
		expect(read).toMatchObject({ isTest: true, leadSource: test.leadSource });
	});

	it('out of a table keeps its keys, whatever they are, and is not touched', async () => {
		const keys = ["it's 2018 %", '{7f0c6c5e}', 'a+b&c=d', '漢字 🚀', '', 'x'.repeat(512)];
		await table.create();
		await table.insert(
			keys.map((rowKey, at) => marketplaceRow(at, { partitionKey: "o'p %41", rowKey })),
		);
		const before = await table.list();
		const all = [...(await readAll()).values()].map((row) => ({
			lead: parseLead(row, { destination: 'azureTable' }),
			additional: {},
		}));
		expect(all).toHaveLength(keys.length);
		const results = await writeLeads(writer, all, inTime());
		expect(counted(results)).toEqual({ unchanged: keys.length });
		expect(await table.list()).toEqual(before);
		// And the same into another table, where they are not yet.
		table = new MarketplaceTable(azurite, `${table.name}b`);
		const other = await writerOf({ connectionString: proxy.connectionString });
		expect(counted(await writeLeads(other, all, inTime()))).toEqual({ created: keys.length });
		expect(new Set((await readAll()).keys())).toEqual(new Set(all.map(({ lead }) => lead.id)));
	});

	it('with braces in its keys goes alone: the SDK takes them for an error in a response', async () => {
		await table.create();
		const seen = proxy.requests.length;
		const braced = leads(2).map((writable, at) => ({
			...writable,
			additional: { RowKey: `{7f0c6c5e-${at}}` },
		}));
		expect(counted(await writeLeads(writer, braced, inTime()))).toEqual({ created: 2 });
		expect(proxy.requests.slice(seen).map(({ kind }) => kind)).not.toContain('batch');
	});

	it('is read back as the same lead, whatever it holds', async () => {
		await table.create();
		await fc.assert(
			fc.asyncProperty(
				fc.array(generatedWritableLead, { minLength: 1, maxLength: 4 }),
				async (given) => {
					// A row of its own for each try: a smaller example keeps the ids of a larger one.
					const all = given.map(({ lead, additional }) => ({
						lead: {
							...lead,
							id: randomUUID(),
							description: lead.description.slice(0, MOST).toWellFormed().trim(),
						},
						additional,
					}));
					const results = await writeLeads(writer, all, inTime());
					const records = await readAll();
					results.forEach((result, at) => {
						if (!result.ok) throw new Error(result.error.message);
						const writable = all[at]!;
						const read = parseLead(records.get(result.written.id), { destination: 'azureTable' });
						const expected = heldOf(writable.lead);
						const { leadSource } = expected;
						expect({ ...heldOf(read), ...(leadSource === '' ? { leadSource } : {}) }).toEqual(
							expected,
						);
						expectProperties(read, writable);
					});
					const again = await writeLeads(writer, all, inTime());
					expect(counted(again)).toEqual({ unchanged: all.length });
				},
			),
			// Always the same ones: Azurite spoils a character that a chunk of the request's body divides,
			// so that leads which show nothing about us could be drawn. The mapping itself is tried with any.
			{ numRuns: 40, endOnFailure: true, seed: 20_180_313 },
		);
	});

	it('that may not be contacted stays one, whatever its parts say', async () => {
		const { lead: allowed } = lead();
		await writeLeads(
			writer,
			[{ lead: { ...allowed, contactAllowed: false }, additional: {} }],
			inTime(),
		);
		const [row] = [...(await readAll()).values()];
		expect(parseLead(row).contactAllowed).toBe(false);
	});
});

const MAX_TEXT = 32_768;
/** Azurite spoils characters at the ends of a request's chunks of 64 KB: these stay below one. */
const MOST = 200;

/** Not of a list or object: its JSON is a text, which can be a campaign. */
function campaignOf({ campaign, properties }: Lead): string {
	const isText = Object.entries(properties)
		.filter(([name]) => /mktcmpid|campaign/i.test(name))
		.every(([, value]) => typeof value !== 'object' && !/^[[{]/.test(String(value)));
	return isText ? campaign.slice(0, 1_000) : '';
}

function heldOf(lead: Lead): JsonObject {
	const { leadSource, source, action, offer, stage, contactAllowed, isTest, customer } = lead;
	const { createdAt } = lead;
	// What reads otherwise as a whole stands in its parts.
	const parts = parseLeadSource(leadSource);
	const isAmbiguous =
		parts.source.code !== source.code ||
		![action.code, ''].includes(parts.action.code) ||
		![offer.id, ''].includes(parts.offer.id);
	const held = {
		leadSource: isAmbiguous ? '' : leadSource,
		...{ source, action, offer, stage, contactAllowed, isTest, customer, createdAt },
		campaign: campaignOf(lead),
		description: lead.description.slice(0, MAX_TEXT).trim().slice(0, 30_000),
	};
	return JSON.parse(JSON.stringify(held)) as JsonObject;
}

const plainText = (value: unknown): unknown =>
	typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value;

/** Every property and additional field is there, under its name or after `Original_`, as a column holds it. */
function expectProperties(read: Lead, { lead, additional }: WritableLead): void {
	for (const [name, value] of [...Object.entries(lead.properties), ...Object.entries(additional)]) {
		if (value === null || name === '__proto__' || name === 'constructor') continue;
		const plain = String(plainText(name)).replaceAll(/[^\p{L}\p{Nd}_]/gu, '_');
		const candidates = Object.entries(read.properties).filter(([found]) => found.endsWith(plain));
		const asHeld =
			typeof value === 'object' ? JSON.stringify(value, (_, inner) => plainText(inner)) : value;
		const clean = plainText(asHeld);
		const held = typeof clean === 'string' ? clean.slice(0, MAX_TEXT) : clean;
		// With the name, so that a red test tells which it is.
		expect({ name, found: candidates.map(([, found]) => found) }).toEqual({
			name,
			found: expect.arrayContaining([held === 0 ? 0 : held]),
		});
	}
}

describe('the same lead', () => {
	it('is unchanged the second time, and updated where something is new', async () => {
		expect(outcomes(await writeLeads(writer, [lead()], inTime()))).toEqual(['created']);
		const before = await table.list();
		expect(outcomes(await writeLeads(writer, [lead()], inTime()))).toEqual(['unchanged']);
		expect(await table.list()).toEqual(before);
		const changed = { ...lead(), additional: { Region: 'EMEA' } };
		expect(outcomes(await writeLeads(writer, [changed], inTime()))).toEqual(['updated']);
		expect(outcomes(await writeLeads(writer, [changed], inTime()))).toEqual(['unchanged']);
		// What others wrote into the row stays.
		const [{ partitionKey, rowKey }] = before as [(typeof before)[0]];
		await table.client.updateEntity({ partitionKey, rowKey, Owner: 'Kim' }, 'Merge');
		const called = { ...lead(1, { Description: 'Called' }), additional: { Region: 'EMEA' } };
		expect(outcomes(await writeLeads(writer, [called], inTime()))).toEqual(['updated']);
		expect(await table.list()).toEqual([
			expect.objectContaining({ Owner: 'Kim', Region: 'EMEA', Description: 'Called' }),
		]);
	});

	it('twice in a batch makes one row', async () => {
		const changed = { ...lead(1), additional: { Region: 'EMEA' } };
		const results = await writeLeads(writer, [lead(1), lead(2), lead(1), changed], inTime());
		expect(outcomes(results)).toEqual(['created', 'created', 'unchanged', 'updated']);
		expect(await table.list()).toHaveLength(2);
	});

	it.each([
		['one', 1],
		['a transaction', 30],
	])(
		'makes one row when the response to %s is lost, and is told as created',
		async (_name, count) => {
			await table.create();
			for (const fault of [cutBeforeResponse(), cutInBody()]) {
				proxy.script([{ fault, when: writes }]);
				const batch = leads(count, fault.name.length * 1_000);
				const results = await writeLeads(writer, batch, inTime());
				expect(proxy.unspentFaults).toBe(0);
				expect(counted(results)).toEqual({ created: count });
			}
			expect(await table.list()).toHaveLength(2 * count);
		},
	);

	it('that was there for long is not told as created because a response is lost', async () => {
		await writeLeads(writer, leads(3), inTime());
		proxy.clockOffsetMs = 60_000;
		proxy.script([{ fault: cutBeforeResponse(), when: writes }]);
		expect(counted(await writeLeads(writer, leads(3), inTime()))).toEqual({ unchanged: 3 });
		expect(proxy.unspentFaults).toBe(0);
	});
});

const writes = ({ kind, method }: SeenRequest) => kind === 'batch' || method === 'POST';

/** A response of somebody in the service's place. */
const somebodyElsesResponse = (status: number, lines: readonly string[]): Fault => ({
	name: 'somebodyElsesResponse',
	kind: 'refuse',
	respond: () => ({
		status,
		headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_1' },
		body: Buffer.from(lines.join('\r\n')),
	}),
});

describe('a batch', () => {
	it('of 500 goes in transactions of 100', async () => {
		await table.create();
		const before = proxy.counts();
		expect(counted(await writeLeads(writer, leads(500), inTime()))).toEqual({ created: 500 });
		expect(proxy.counts(before).requests).toBe(5);
		expect(await table.list()).toHaveLength(500);
	});

	it('makes the table once', async () => {
		expect(counted(await writeLeads(writer, leads(500), inTime()))).toEqual({ created: 500 });
		const made = proxy.requests.filter(
			({ path, method }) => method === 'POST' && /\/Tables$/.test(path),
		);
		expect(made.length).toBeGreaterThanOrEqual(1);
		expect(await table.list()).toHaveLength(500);
	});

	it('of 500 with refused ones in the middle has all others written, and names them', async () => {
		const all = leads(500);
		const bad = { ...lead(250), additional: { RowKey: 'a/b' } };
		all[250] = bad;
		all[130] = { ...all[130]!, additional: { PartitionKey: 'x'.repeat(513) } };
		const results = await writeLeads(writer, all, inTime());
		expect(results).toHaveLength(500);
		expect(await table.list()).toHaveLength(498);
		results.forEach((result, at) => {
			if (at !== 250 && at !== 130) expect(outcomes([result])).toEqual(['created']);
			else expectHelpful(errorsOf([result])[0], /not a key Azure allows/);
		});
	});

	it('of which the service refuses one has the others written, and names that one', async () => {
		await table.create();
		const fault = somebodyElsesResponse(202, [
			'--batchresponse_1',
			'Content-Type: multipart/mixed; boundary=changesetresponse_1',
			'',
			'--changesetresponse_1',
			'Content-Type: application/http',
			'',
			'HTTP/1.1 400 Bad Request',
			'Content-Type: application/json',
			'',
			'{"odata.error":{"code":"PropertyValueTooLarge","message":{"lang":"en-US","value":"37:The property value is too large: Kim Sample"}}}',
			'--changesetresponse_1--',
			'--batchresponse_1--',
		]);
		expect(counted(await writeLeads(writer, leads(100), inTime()))).toEqual({ created: 100 });
		proxy.script([{ fault, when: writes }]);
		const more = await writeLeads(writer, leads(100, 100), inTime());
		expect(proxy.unspentFaults).toBe(0);
		expectHelpful(errorsOf([more[37]!])[0], /status 400, PropertyValueTooLarge\)/);
		expect(counted(more)['created']).toBe(99);
		expect(await table.list()).toHaveLength(199);
	});

	it('that is refused as a whole goes in halves', async () => {
		await table.create();
		const before = proxy.counts();
		proxy.script([{ fault: somebodyElsesResponse(413, ['']), when: writes }]);
		expect(counted(await writeLeads(writer, leads(9), inTime()))).toEqual({ created: 9 });
		expect(proxy.counts(before).requests).toBe(3);
	});

	it('that something else responded to in Azure’s place is not taken for written', async () => {
		await table.create();
		proxy.script([
			{ fault: somebodyElsesResponse(200, ['<html>Sign in</html>']), when: writes, times: 9 },
		]);
		const results = await writeLeads(writer, leads(3), inTime());
		expectHelpful(errorsOf(results)[2], /not one to a transaction/);
		expect(await table.list()).toEqual([]);
	});

	it('with rows there already writes the others and says which is which', async () => {
		await writeLeads(writer, leads(100, 200), inTime());
		const mixed = leads(500).map((writable, at) =>
			at >= 280 && at < 290 ? { ...writable, additional: { Region: 'EMEA' } } : writable,
		);
		const results = await writeLeads(writer, mixed, inTime());
		expect(counted(results)).toEqual({ created: 400, unchanged: 90, updated: 10 });
		expect(outcomes(results.slice(280, 290))).toEqual(Array(10).fill('updated'));
		expect(await table.list()).toHaveLength(500);
	});

	it.each<[string, Fault]>([
		['429', tooManyRequests({ retryAfterSeconds: 1 })],
		['503', serverBusy()],
		['500', operationTimedOut()],
	])('that is turned away with %s in the middle is written whole', async (_name, fault) => {
		await table.create();
		proxy.script([{ fault, when: writes, skip: 2, times: 3 }]);
		const results = await writeLeads(writer, leads(500), inTime());
		expect(proxy.unspentFaults).toBe(0);
		expect(counted(results)).toEqual({ created: 500 });
		expect(await table.list()).toHaveLength(500);
	});

	it('that is turned away for long is refused, without a wait beyond the deadline', async () => {
		await table.create();
		proxy.script([
			{ fault: serverBusy({ retryAfterSeconds: 7_200 }), when: writes, times: Infinity },
		]);
		const results = await writeLeads(writer, leads(300), inTime());
		expect(errorsOf(results)).toHaveLength(300);
		expectHelpful(errorsOf(results)[299], /asks to wait/);
		expect(await table.list()).toEqual([]);
	});

	it('whose time is up names what was not written, and takes nothing for written', async () => {
		await table.create();
		// The time is up when the ninth transaction comes: of four at once, five are settled then.
		const time = new AbortController();
		let arrived = 0;
		const isLate = (request: SeenRequest) => {
			if (!writes(request)) return false;
			arrived += 1;
			if (arrived === 9) time.abort();
			return arrived > 8;
		};
		proxy.script([{ fault: slowResponse(900), when: isLate, times: Infinity }]);
		const all = leads(1_600);
		const results = await writeLeads(writer, all, { ...inTime(), signal: time.signal });
		const written = results.filter(({ ok }) => ok).length;
		expect(written).toBeGreaterThanOrEqual(500);
		expect(written).toBeLessThanOrEqual(800);
		for (const error of errorsOf(results)) {
			expectHelpful(error, /time was up before this lead|did not respond in time/);
		}
		expectHelpful(errorsOf(results).at(-1), /time was up before this lead/);
		const there = await readAll();
		const ids = results.flatMap((result) => (result.ok ? [result.written.id] : []));
		expect(ids.every((id) => there.has(id))).toBe(true);
		// Said never to have had its turn: then it is not there.
		const late = results.filter((result) => !result.ok && /turn/.test(result.error.message));
		expect(there.size).toBeLessThanOrEqual(1_600 - late.length);
	});

	it('is not begun when the signal is aborted', async () => {
		const results = await writeLeads(writer, leads(3), {
			...inTime(),
			signal: AbortSignal.abort(),
		});
		expectHelpful(errorsOf(results)[0], /time was up/);
		await expect(table.list()).rejects.toThrow();
	});

	it('of large rows stays within what a transaction takes', async () => {
		const large = leads(20).map((writable) => ({
			...writable,
			additional: Object.fromEntries(
				Array.from({ length: 30 }, (_, at) => [`Text${at}`, 'é漢'.repeat(30_000)]),
			),
		}));
		expect(counted(await writeLeads(writer, large, inTime()))).toEqual({ created: 20 });
		const [row] = await table.list();
		expect(row?.LeadSource).toBe('AzureMarketplace-INS|fabrikam.widget');
		expect(String(row?.['Text0'])).toHaveLength(MAX_TEXT);
	});

	it('of none is nothing', async () => {
		expect(await writeLeads(writer, [], inTime())).toEqual([]);
	});
});

describe('a sign-in', () => {
	it('that is wrong is refused of each lead, after one try', async () => {
		const wrong = randomBytes(64).toString('base64');
		const credential = {
			connectionString: proxy.connectionString.replace(azurite.accountKey, wrong),
		};
		const before = proxy.counts();
		const results = await writeLeads(await writerOf(credential), leads(500), inTime());
		expect(errorsOf(results)).toHaveLength(500);
		for (const error of errorsOf(results)) expectHelpful(error, /sign-in/);
		expectNoSecret(errorsOf(results)[0], [wrong]);
		expect(proxy.counts(before).requests).toBeLessThanOrEqual(4);
	});

	it('to nobody is refused as such', async () => {
		const nobody = await writerOf({
			connectionString: proxy.connectionString.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'),
		});
		const results = await writeLeads(nobody, leads(200), inTime());
		expect(errorsOf(results)).toHaveLength(200);
		expectHelpful(errorsOf(results)[0], /could not be reached/);
	});
});
