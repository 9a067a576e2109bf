/**
 * The process that `drain.ts` measures, bundled for CommonJS because n8n's packages load no other
 * way. Takes a {@link DrainOrder} as JSON in its argument and prints a {@link DrainReport}.
 */
import { createRequire } from 'node:module';
import path from 'node:path';

import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables';
import type { TableEntityResult } from '@azure/data-tables';
import type { IDataObject } from 'n8n-workflow';

import type * as TableRecord from '../../nodes/destinations/azureTable/reading/record.ts';
import type * as Domain from '../../nodes/lead/index.ts';
import { pollContext } from '../../test/support/engine.ts';
import { builtNode } from './builtNode.ts';
import type { Azurite } from '../../test/fakeServers/azureTable/azurite.ts';
import { peakMemory } from './peakMemory.ts';

/**
 * The bare SDK; the same with each row read into a lead, which is what no way of polling can do
 * without; or the trigger, by its most leads a poll.
 */
export type DrainSide = 'bare' | 'parsed' | number;

export interface DrainOrder {
	packageFolder: string;
	storage: Pick<Azurite, 'accountKey' | 'accountName' | 'connectionString' | 'endpoint'>;
	table: string;
	rows: number;
	/** Drained one after the other. */
	sides: DrainSide[];
}

export interface DrainReport {
	/** In the order given. */
	drains: Array<{ side: DrainSide; seconds: number; cursorBytes: number }>;
	/** The most memory this process ever had, in bytes. */
	peakMemory: number;
}

/** The service's own limit, and the SDK's default. */
const PAGE_SIZE = 1_000;
const order = JSON.parse(process.argv[2] ?? '') as DrainOrder;

/** Counts rows by the number at the end of their keys: each has to come exactly once. */
class Tally {
	private readonly seen = new Uint8Array(order.rows);
	count = 0;

	add(key: unknown): void {
		const index = Number(/(\d+)$/.exec(String(key))?.[1]);
		if (this.seen[index] !== 0)
			throw new Error(`The row ${String(key)} came twice, or was not asked for.`);
		this.seen[index] = 1;
		this.count += 1;
	}
}

type Row = TableEntityResult<Record<string, unknown>>;

/** Lists the rows as the SDK's documentation does. */
async function list(use: (row: Row) => unknown): Promise<void> {
	const { accountName, accountKey, endpoint } = order.storage;
	const credential = new AzureNamedKeyCredential(accountName, accountKey);
	const client = new TableClient(endpoint, order.table, credential, {
		allowInsecureConnection: true,
	});
	const tally = new Tally();
	for await (const page of client.listEntities().byPage({ maxPageSize: PAGE_SIZE })) {
		for (const row of page) tally.add(use(row));
	}
	if (tally.count !== order.rows) throw new Error(`The SDK listed ${tally.count} rows.`);
}

function rowReader(): (row: Row) => unknown {
	const load = createRequire(path.join(order.packageFolder, 'package.json'));
	const { parseLead } = load('./dist/nodes/lead/index.js') as typeof Domain;
	const { toRecord } = load(
		'./dist/nodes/destinations/azureTable/reading/record.js',
	) as typeof TableRecord;
	const context = { destination: 'azureTable', receivedAt: new Date().toISOString() } as const;
	return (row) => parseLead(toRecord(row), context).id;
}

/** Polls as n8n does, from no cursor until every lead has come; gives the largest cursor's size. */
async function pollAll(limit: number): Promise<number> {
	const poller = pollContext({
		type: builtNode(order.packageFolder, 'MarketplaceLeadPollTrigger'),
		parameters: {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: order.table },
			startFrom: 'all',
			maxLeads: limit,
		},
		credentials: {
			marketplaceLeadAzureTableApi: {
				authentication: 'connectionString',
				connectionString: order.storage.connectionString,
			},
		},
	});
	const tally = new Tally();
	let cursorBytes = 0;
	while (tally.count < order.rows) {
		const [items = []] = (await poller.poll()) ?? [];
		// n8n's own, which it ends or has elsewhere; the test's engine would keep them all.
		poller.executions.length = 0;
		if (items.length === 0) throw new Error(`A poll found nothing after ${tally.count} leads.`);
		for (const { json } of items) tally.add((json as IDataObject).id);
		// What n8n does to save it with the execution.
		cursorBytes = Math.max(cursorBytes, JSON.stringify(poller.kept()).length);
	}
	return cursorBytes;
}

async function main(): Promise<DrainReport> {
	// Loaded by every child, so that their memory differs by what they do.
	builtNode(order.packageFolder, 'MarketplaceLeadPollTrigger');
	createRequire(__filename)(path.join(order.packageFolder, 'dist/nodes/vendor/dataTables.js'));
	const drains: DrainReport['drains'] = [];
	for (const side of order.sides) {
		const started = performance.now();
		let cursorBytes = 0;
		if (side === 'bare') await list(({ rowKey }) => rowKey);
		else if (side === 'parsed') await list(rowReader());
		else cursorBytes = await pollAll(side);
		drains.push({ side, seconds: (performance.now() - started) / 1_000, cursorBytes });
	}
	return { drains, peakMemory: peakMemory() };
}

main().then(
	(report) => process.stdout.write(JSON.stringify(report)),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	},
);
