/** Leads moved to the table of handled ones while somebody else writes to their rows. */
import { randomBytes } from 'node:crypto';

import {
	openAccount,
	type StorageAccount,
} from '../../../nodes/destinations/azureTable/connection/account';
import { PendingRows } from '../../../nodes/destinations/azureTable/marking/pending';
import { idOf } from '../../../nodes/destinations/azureTable/writing/mapping';
import type { MarkResult } from '../../../nodes/destinations/contract';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { type FaultProxy, startFaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import {
	marketplaceRow,
	MarketplaceTable,
	type MarketplaceRow,
} from '../../fakeServers/azureTable/marketplaceTable.ts';

let azurite: Azurite;
let proxy: FaultProxy;
let table: MarketplaceTable;
let handled: MarketplaceTable;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
});
beforeEach(async () => {
	const name = `Leads${randomBytes(6).toString('hex')}`;
	table = await new MarketplaceTable(azurite, name).create();
	handled = await new MarketplaceTable(azurite, `${name}Handled`).create();
});
afterEach(() => proxy.reset());
afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

/** The account, with something that somebody else does each time copies have been made. */
function meanwhile(account: StorageAccount, act: () => Promise<void>): StorageAccount {
	return {
		...account,
		table(name) {
			const client = account.table(name);
			if (name !== handled.name) return client;
			const submit = client.submitTransaction.bind(client);
			client.submitTransaction = async (...given) => {
				const response = await submit(...given);
				await act();
				return response;
			};
			const upsert = client.upsertEntity.bind(client);
			client.upsertEntity = async (...given) => {
				const response = await upsert(...given);
				await act();
				return response;
			};
			return client;
		},
	};
}

async function mark(
	rows: readonly MarketplaceRow[],
	act: () => Promise<void> = async () => {},
): Promise<MarkResult[]> {
	const account = await openAccount({ connectionString: proxy.connectionString }, { retries: 0 });
	const names = { table: table.name, handledTable: handled.name, way: 'move' } as const;
	const marker = new PendingRows(meanwhile(account, act), names, account);
	const handledAt = Date.UTC(2026, 0, 2);
	return await marker.mark(
		rows.map((row) => ({ id: idOf(row), handledBy: 'Test', handledAt })),
		{ signal: new AbortController().signal, deadline: Date.now() + 600_000 },
	);
}

const MARKED: MarkResult = { ok: true, outcome: 'marked' };

const leads = (count: number, partitionKey = 'p'): MarketplaceRow[] =>
	Array.from({ length: count }, (_, at) => ({ ...marketplaceRow(at + 1), partitionKey }));

it.each([
	['among others of its partition', 150],
	['alone', 1],
])(
	'takes along what a person writes to a row between its copy and its deletion: %s',
	async (_title, count) => {
		const rows = leads(count);
		await table.insert(rows);
		const edited = rows[count >> 1] as MarketplaceRow;
		let edits = 0;
		const results = await mark(rows, async () => {
			if (edits++ === 0) await table.touch(edited);
		});
		expect(results).toEqual(rows.map(() => MARKED));
		expect(await table.list()).toEqual([]);
		const moved = await handled.list();
		expect(moved).toHaveLength(count);
		expect(moved.find(({ rowKey }) => rowKey === edited.rowKey)).toMatchObject({
			Description: 'edited later',
			LeadHandledAt: expect.any(Date),
		});
	},
);

it('leaves a row where it is that is written to each time', async () => {
	const rows = leads(3);
	await table.insert(rows);
	const [edited] = rows as [MarketplaceRow];
	const results = await mark(rows, async () => await table.touch(edited));
	expect(results).toEqual([
		{ ok: false, error: expect.objectContaining({ code: 'rejected', operation: 'write' }) },
		MARKED,
		MARKED,
	]);
	expect((await table.list()).map(({ rowKey }) => rowKey)).toEqual([edited.rowKey]);
});

it('is no less marked where somebody deletes the row meanwhile', async () => {
	const rows = leads(3);
	await table.insert(rows);
	let deletions = 0;
	const results = await mark(rows, async () => {
		if (deletions++ === 0) await table.remove(rows[1] as MarketplaceRow);
	});
	expect(results).toEqual(rows.map(() => MARKED));
	expect(await table.list()).toEqual([]);
	expect(await handled.list()).toHaveLength(3);
});

it('costs a request for each row to read, and one for a hundred to copy and to delete', async () => {
	const rows = leads(200);
	await table.insert(rows);
	const before = proxy.requests.length;
	expect(await mark(rows)).toEqual(rows.map(() => MARKED));
	expect(proxy.requests.length - before).toBe(200 + 2 + 2);
});
