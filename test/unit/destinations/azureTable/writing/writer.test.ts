/** The writer behind the engine, on a table whose responses are scripted: what is sent, and how often. */
import type { LeadWriter, WritableLead } from '../../../../../nodes/destinations/contract';
import { AzureTableWriter } from '../../../../../nodes/destinations/azureTable/writing/writer';
import { toRow, type TableRow } from '../../../../../nodes/destinations/azureTable/writing/mapping';
import { parseLead } from '../../../../../nodes/lead';
import {
	RestError,
	type TableClient,
	type TransactionAction,
} from '../../../../../nodes/vendor/dataTables';
import { writeLeads } from '../../../../../nodes/writing/writeLeads';

/** Waits between attempts pass at once: the clock is not what is tried here. */
jest.mock('node:timers/promises', () => ({
	setTimeout: async (_delay: number, value: unknown) => await Promise.resolve(value),
}));

const limits = () => ({ signal: new AbortController().signal, deadline: Date.now() + 600_000 });

const leads = (count: number): WritableLead[] =>
	Array.from({ length: count }, (_, at) => ({
		lead: {
			...parseLead(
				{ UserDetails: { FirstName: 'Kim', LastName: `Sample ${at}` } },
				{ receivedAt: '2018-10-03T00:00:00Z' },
			),
			id: `lead-${at}`,
		},
		additional: {},
	}));

const failed = (statusCode: number, code: string, message = code) =>
	new RestError(message, { statusCode, code });

/** A table of the service: rows by RowKey, transactions whole or not at all. */
class ScriptedTable {
	readonly rows = new Map<string, Record<string, unknown>>();
	readonly requests: string[] = [];
	/** Thrown by the next requests of a kind, after the request is carried out where it says so. */
	readonly faults: Array<{ kind: string; error: Error; isDone?: boolean }> = [];
	exists = true;
	timestamp = () => new Date();

	get client(): TableClient {
		return this as unknown as TableClient;
	}

	count(kind: string): number {
		return this.requests.filter((request) => request === kind).length;
	}

	async createTable(): Promise<void> {
		this.request('createTable', () => (this.exists = true));
		await Promise.resolve();
	}

	async createEntity(entity: Record<string, unknown>): Promise<void> {
		this.request('create', () => this.apply([['create', entity]] as never));
		await Promise.resolve();
	}

	async upsertEntity(entity: Record<string, unknown>): Promise<void> {
		this.request('upsert', () => this.apply([['upsert', entity, 'Merge']] as never));
		await Promise.resolve();
	}

	async submitTransaction(actions: TransactionAction[]): Promise<{ subResponses: unknown[] }> {
		this.request('transaction', () => this.apply(actions));
		return await Promise.resolve({ subResponses: actions });
	}

	async getEntity(
		partitionKey: string,
		rowKey: string,
		{ onResponse }: { onResponse: (response: unknown) => void },
	): Promise<unknown> {
		let row: Record<string, unknown> | undefined;
		this.request('get', () => (row = this.rows.get(`${partitionKey}/${rowKey}`)));
		await Promise.resolve();
		if (!row) throw failed(404, 'ResourceNotFound');
		onResponse({ headers: new Map([['date', new Date().toUTCString()]]) });
		return row;
	}

	private request(kind: string, carryOut: () => void): void {
		this.requests.push(kind);
		const [fault] = this.faults;
		if (fault?.kind === kind) {
			this.faults.shift();
			if (fault.isDone) carryOut();
			throw fault.error;
		}
		if (kind !== 'createTable' && !this.exists) throw failed(404, 'TableNotFound');
		carryOut();
	}

	private apply(actions: TransactionAction[]): void {
		actions.forEach(([kind, entity], at) => {
			const { partitionKey, rowKey, Bad } = entity;
			if (Bad !== undefined) throw failed(400, 'PropertyValueTooLarge', `${at}:Too large`);
			if (kind === 'create' && this.rows.has(`${partitionKey}/${rowKey}`)) {
				throw failed(409, 'EntityAlreadyExists', `${at}:It is there`);
			}
		});
		for (const [, entity] of actions) {
			const key = `${entity.partitionKey}/${entity.rowKey}`;
			const timestamp = this.timestamp().toISOString();
			this.rows.set(key, { ...this.rows.get(key), ...entity, timestamp });
		}
	}
}

let table: ScriptedTable;
let writer: AzureTableWriter;
beforeEach(() => {
	table = new ScriptedTable();
	writer = new AzureTableWriter(table.client);
});

async function outcomes(all: readonly WritableLead[], by: LeadWriter = writer): Promise<string[]> {
	const results = await writeLeads(by, all, limits());
	return results.map((result) => (result.ok ? result.written.outcome : result.error.code));
}
const allAre = (count: number, outcome: string) => Array.from({ length: count }, () => outcome);

it('sends a thousand new leads in ten transactions, and looks for none', async () => {
	expect(await outcomes(leads(1_000))).toEqual(allAre(1_000, 'created'));
	expect(table.requests).toEqual(allAre(10, 'transaction'));
});

it('leaves leads that are there alone, and updates those that have changed', async () => {
	await outcomes(leads(200));
	table.requests.length = 0;
	expect(await outcomes(leads(200))).toEqual(allAre(200, 'unchanged'));
	expect([table.count('transaction'), table.count('get')]).toEqual([2, 200]);
	table.requests.length = 0;
	const some = leads(100).map((lead, at) =>
		at < 40 ? { ...lead, additional: { Region: 'EMEA' } } : lead,
	);
	expect(await outcomes(some)).toEqual([...allAre(40, 'updated'), ...allAre(60, 'unchanged')]);
	expect([table.count('transaction'), table.count('get')]).toEqual([2, 100]);
});

it('needs one request more for each row that Azure names', async () => {
	const all = leads(500).map((lead, at) =>
		[50, 130, 250, 499].includes(at) ? { ...lead, additional: { Bad: 'x' } } : lead,
	);
	const found = await outcomes(all);
	expect(found.filter((outcome) => outcome === 'rejected')).toHaveLength(4);
	expect([found[50], found[130], found[250], found[499]]).toEqual(allAre(4, 'rejected'));
	expect(table.rows.size).toBe(496);
	expect(table.requests).toHaveLength(9);
});

it('sends rows with braces in their keys alone, others of one partition together', async () => {
	const all = leads(4).map((lead, at): WritableLead => ({
		...lead,
		additional: at < 2 ? { RowKey: `{${at}}` } : { PartitionKey: 'p' },
	}));
	expect(await outcomes(all)).toEqual(allAre(4, 'created'));
	expect(table.requests.toSorted()).toEqual(['create', 'create', 'transaction']);
});

it('keeps a transaction below the bytes that Azure takes', async () => {
	const text = 'x'.repeat(32_000);
	const large = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`Text${at}`, text]));
	const all = leads(10).map((lead) => ({ ...lead, additional: large }));
	expect(await outcomes(all)).toEqual(allAre(10, 'created'));
	expect(table.requests).toEqual(allAre(2, 'transaction'));
});

describe('a table that is missing', () => {
	beforeEach(() => (table.exists = false));

	it('is made once for all transactions', async () => {
		expect(await outcomes(leads(400))).toEqual(allAre(400, 'created'));
		expect(table.count('createTable')).toBe(1);
		expect(table.count('transaction')).toBe(8);
	});

	it('is asked for again where making it did not work out', async () => {
		table.faults.push({ kind: 'transaction', error: failed(404, 'TableNotFound') });
		table.faults.push({ kind: 'createTable', error: failed(503, 'ServerBusy') });
		expect(await outcomes(leads(2))).toEqual(allAre(2, 'created'));
		expect(table.count('createTable')).toBe(2);
	});

	it('is left missing where it is not to be made', async () => {
		const careful = new AzureTableWriter(table.client, { createTable: false });
		expect(await outcomes(leads(2), careful)).toEqual(allAre(2, 'notFound'));
		expect(table.count('createTable')).toBe(0);
	});
});

describe('a response that is lost', () => {
	const lost = () => ({ kind: 'transaction', error: new RestError('x', { code: 'ECONNRESET' }) });

	it('makes leads created that this attempt has made', async () => {
		table.faults.push({ ...lost(), isDone: true });
		expect(await outcomes(leads(3))).toEqual(allAre(3, 'created'));
		expect(table.rows.size).toBe(3);
	});

	it('leaves those unchanged that were there by the service’s clock', async () => {
		table.timestamp = () => new Date(Date.now() - 60_000);
		await outcomes(leads(3));
		table.faults.push(lost());
		expect(await outcomes(leads(3))).toEqual(allAre(3, 'unchanged'));
	});
});

it('does not look further where a look fails, and tells the right that is missing', async () => {
	await outcomes(leads(100));
	table.requests.length = 0;
	const error = failed(403, 'AuthorizationPermissionMismatch');
	// Those that are under way already are eight.
	for (let times = 0; times < 8; times += 1) table.faults.push({ kind: 'get', error });
	const [result] = await writeLeads(writer, leads(100), limits());
	expect(result).toMatchObject({ ok: false, error: { code: 'permission', operation: 'read' } });
	expect(table.count('get')).toBeLessThanOrEqual(8);
});

it('takes two leads of one row for two versions of it', () => {
	const [one] = leads(1);
	const row: TableRow = toRow(one!);
	const first = writer.prepare(one!);
	const second = writer.prepare({ ...one!, additional: { Region: 'EMEA' } });
	expect(second.key).toBe(first.key);
	expect(second.content).not.toBe(first.content);
	expect(first).toMatchObject({ group: row.partitionKey, isAlone: false });
});
