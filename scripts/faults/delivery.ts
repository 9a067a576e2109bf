/**
 * Acknowledged delivery in a real n8n that is killed at seeded instants. What was sent, what the sink
 * took and what is marked is counted outside n8n.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { startFaultProxy } from '../../test/fakeServers/azureTable/faultProxy.ts';
import type { FaultProxy } from '../../test/fakeServers/azureTable/faultProxy.ts';
import {
	marketplaceRows,
	MarketplaceTable,
} from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import type { Environment } from '../host/environment.ts';
import { PACKAGE } from '../host/demo.ts';
import type { WorkflowFile, WorkflowNode } from '../host/rest.ts';
import { randomFrom } from './random.ts';
import { Sink } from './sink.ts';

export const MODES = [
	'executionFinishes',
	'executionFinishesSuccessfully',
	'markedInWorkflow',
] as const;
export type Mode = (typeof MODES)[number];

export interface DeliveryFaults {
	seed: number;
	kills: number;
	/** Leads written before each life of n8n, for each mode. */
	leadsPerLife: number;
	tell: (line: string) => void;
}

/** What became of the leads of one mode. */
export interface DeliveryCount {
	mode: Mode;
	sent: number;
	/** Hand-overs, by the rows' own count. */
	handedOver: number;
	/** Different leads at the sink. */
	atSink: number;
	/** Taken by the sink once more, for each time. */
	doubled: number;
	marked: number;
	/** Sent, and at no time taken by the sink. */
	lost: number;
	/** Neither marked nor handed over again within the time. */
	stuck: number;
}

/** Milliseconds from the first request of a life to the cut, at most: a poll and its execution. */
const LONGEST_LIFE = 2_500;
/** Milliseconds that a life may take until something happens; n8n polls as it starts. */
const QUIET_LIFE = 30_000;
/** Milliseconds; n8n polls once a minute. */
const POLL_INTERVAL = 60_000;
const MINUTE = 60_000;
/** Of polls, until what is still pending is stuck. */
const LAST_POLLS = 6;

interface Delivered {
	mode: Mode;
	path: string;
	table: MarketplaceTable;
	ids: Set<string>;
}

/** Kills n8n at seeded instants, lets it come to rest, and counts. Leaves n8n running. */
export async function deliverUnderKills(
	environment: Environment,
	{ seed, kills, leadsPerLife, tell }: DeliveryFaults,
): Promise<DeliveryCount[]> {
	const random = randomFrom(seed);
	const sink = await Sink.start();
	// Everything is timed by the destination's clock, so turning it spares the waiting.
	const proxy = await startFaultProxy(environment.azurite);
	try {
		const delivered = await Promise.all(
			MODES.map(async (mode) => await activate(environment, proxy, sink, mode)),
		);
		for (let life = 0; life < kills; life += 1) {
			await write(delivered, leadsPerLife);
			// Finishing is what counts there, so a sink that is down would lose leads by design.
			for (const { mode, path } of delivered) {
				if (mode !== 'executionFinishes' && random() < 0.25) sink.down.add(path);
			}
			if (life > 0) await environment.restart();
			await sink.nextRequest(QUIET_LIFE);
			const left = Math.floor(random() * LONGEST_LIFE);
			await sleep(left);
			await environment.n8n.kill();
			tell(`kill ${life + 1} of ${kills}: ${left} ms behind the first lead`);
			sink.down.clear();
			proxy.clockOffsetMs += 10 * MINUTE;
		}
		await environment.restart();
		for (let poll = 0; poll < LAST_POLLS && !(await isAllMarked(delivered)); poll += 1) {
			proxy.clockOffsetMs += 25 * 60 * MINUTE;
			await sleep(POLL_INTERVAL);
		}
		return await Promise.all(delivered.map(async (one) => await count(one, sink, proxy)));
	} finally {
		await proxy.stop();
		await sink.stop();
	}
}

async function activate(
	{ rest }: Environment,
	proxy: FaultProxy,
	sink: Sink,
	mode: Mode,
): Promise<Delivered> {
	const table = await new MarketplaceTable(proxy, `Leads${mode}`).create();
	const credential = await rest.createCredential('marketplaceLeadAzureTableApi', `Table ${mode}`, {
		authentication: 'connectionString',
		connectionString: proxy.connectionString,
	});
	const path = `/${mode}`;
	const created = await rest.createWorkflow(
		workflow(mode, table.name, `${sink.origin}${path}`, {
			id: credential.id,
			name: credential.name,
		}),
	);
	await rest.activate(created);
	return { mode, path, table, ids: new Set() };
}

function workflow(
	mode: Mode,
	tableName: string,
	url: string,
	credential: { id: string; name: string },
): WorkflowFile {
	const ours = { destination: 'azureTable', table: { __rl: true, mode: 'name', value: tableName } };
	const credentials = { marketplaceLeadAzureTableApi: credential };
	const node = (
		name: string,
		type: string,
		typeVersion: number,
		parameters: Record<string, unknown>,
	): WorkflowNode => ({
		...{ id: `${mode}-${name}`, name, type, typeVersion, position: [0, 0], parameters },
	});
	const nodes = [
		{
			...node('Trigger', `${PACKAGE}.marketplaceLeadPollTrigger`, 1, {
				...ours,
				pollTimes: { item: [{ mode: 'everyMinute' }] },
				handledWhen: mode,
				options: { redeliverAfter: 1, maxAttempts: 1_000 },
			}),
			credentials,
		},
		node('Sink', 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify({ id: $json.id, attempt: $json.delivery.attempt }) }}',
			options: {},
		}),
		...(mode === 'markedInWorkflow'
			? [
					{
						...node('Mark', `${PACKAGE}.marketplaceLead`, 1, {
							operation: 'markAsHandled',
							...ours,
						}),
						credentials,
					},
				]
			: []),
	];
	const connections: WorkflowFile['connections'] = {};
	nodes.slice(1).forEach(({ name }, at) => {
		const from = nodes[at]?.name ?? '';
		connections[from] = { main: [[{ node: name, type: 'main', index: 0 }]] };
	});
	return { name: `Delivery ${mode}`, nodes, connections };
}

async function write(delivered: readonly Delivered[], leads: number): Promise<void> {
	for (const { table, ids } of delivered) {
		const rows = marketplaceRows(leads, ids.size);
		await table.insert(rows);
		for (const { partitionKey, rowKey } of rows) ids.add(`${partitionKey}/${rowKey}`);
	}
}

async function isAllMarked(delivered: readonly Delivered[]): Promise<boolean> {
	const left = await Promise.all(delivered.map(async ({ table }) => (await table.list()).length));
	return left.every((rows) => rows === 0);
}

async function count(
	{ mode, path, table, ids }: Delivered,
	sink: Sink,
	proxy: FaultProxy,
): Promise<DeliveryCount> {
	const pending = await table.list();
	const handled = await new MarketplaceTable(proxy, `${table.name}Handled`).list().catch(() => []);
	const taken = sink.taken.get(path) ?? new Map<string, number>();
	const attempts = [...pending, ...handled].map((row) => Number(row['LeadDeliveryAttempt'] ?? 0));
	return {
		mode,
		sent: ids.size,
		handedOver: attempts.reduce((sum, attempt) => sum + attempt, 0),
		atSink: taken.size,
		doubled: [...taken.values()].reduce((sum, times) => sum + times - 1, 0),
		marked: handled.length,
		lost: [...ids].filter((id) => !taken.has(id)).length,
		stuck: pending.length,
	};
}
