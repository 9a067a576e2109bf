/** The poll trigger on an Azure table whose leads are handed over until they are marked as handled. */
import { setTimeout as sleep } from 'node:timers/promises';

import { TableClient } from '@azure/data-tables';
import type { IDataObject, INodeExecutionData, INodeParameters, IRun } from 'n8n-workflow';
import { createRunExecutionData } from 'n8n-workflow';

import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import {
	cutBeforeResponse,
	tooManyProperties,
	type SeenRequest,
} from '../../fakeServers/azureTable/faultProxy.ts';
import {
	marketplaceRow,
	marketplaceRows,
	MarketplaceTable,
} from '../../fakeServers/azureTable/marketplaceTable.ts';
import { pollContext, type TestExecution, type TestPoller } from '../../support/engine.ts';
import type { Places } from '../../support/places/place.ts';
import { type AzureTablePlace, azureTablePlaces } from '../../support/places/azureTable.ts';

const MINUTE = 60_000;

let server: Places<AzureTablePlace>;
let place: AzureTablePlace;

beforeAll(async () => {
	server = await azureTablePlaces();
});
afterAll(async () => await server.stop());
beforeEach(async () => {
	place = await server.newPlace();
});

interface Trigger {
	type?: MarketplaceLeadPollTrigger;
	parameters?: INodeParameters;
	staticData?: IDataObject;
}

function trigger({ type = new MarketplaceLeadPollTrigger(), parameters, ...rest }: Trigger = {}) {
	return pollContext({
		type,
		parameters: {
			startFrom: 'all',
			...place.parameters,
			handledWhen: 'executionFinishesSuccessfully',
			...parameters,
		},
		credentials: place.credentials,
		...rest,
	});
}

/** Time goes on for Azure, by whose clock everything is decided. */
function pass(minutes: number): void {
	place.proxy.clockOffsetMs += minutes * MINUTE;
}

type Output = INodeExecutionData[][] | null;

function ids(output: Output, at = 0): string[] {
	return (output?.[at] ?? []).map(({ json }) => String(json.id)).sort();
}

function attempts(output: Output, at = 0): number[] {
	return (output?.[at] ?? []).map(({ json }) => (json.delivery as { attempt: number }).attempt);
}

async function poll(poller: TestPoller): Promise<{ output: Output; execution: TestExecution }> {
	const output = await poller.poll();
	return { output, execution: poller.executions.at(-1) as TestExecution };
}

function run(status: IRun['status'], error?: object, hasRun = true): IRun {
	const task = { startTime: 0, executionIndex: 0, executionTime: 1, source: [] };
	return {
		status,
		finished: status === 'success',
		mode: 'trigger',
		startedAt: new Date(0),
		storedAt: 'db',
		data: createRunExecutionData({
			resultData: {
				runData: hasRun ? { Trigger: [task] } : {},
				...(error && { error: error as never }),
			},
		}),
	};
}

const stalled = Object.assign(new Error('job stalled more than maxStalledCount'), {
	name: 'MaxStalledCountError',
});

/** Marking goes on behind the poll. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
	for (let turn = 0; turn < 400; turn += 1) {
		if (await isTrue()) return;
		await sleep(25);
	}
	throw new Error('It did not come to be');
}

const left = async (): Promise<string[]> =>
	(await place.table.list()).map(({ rowKey }) => rowKey).sort();

async function handledRows() {
	const table = Object.assign(Object.create(place.table) as MarketplaceTable, {
		client: handledTable(),
	});
	return await table.list().catch(() => []);
}

function handledTable(): TableClient {
	return TableClient.fromConnectionString(
		place.proxy.connectionString,
		`${place.table.name}Handled`,
		{ allowInsecureConnection: true },
	);
}

const keys = (rows: Array<{ rowKey: string }>): string[] => rows.map(({ rowKey }) => rowKey).sort();

describe('a lead whose execution has succeeded', () => {
	it('moves to the other table with all its columns, and is not handed over again', async () => {
		const row = marketplaceRow(1, {
			Score: { type: 'Int64', value: '9007199254740993' },
			Seen: true,
			At: new Date(Date.UTC(2026, 0, 2)),
			CreatedTime: '2026-01-02T03:04:05Z',
		});
		await place.table.insert([row, ...marketplaceRows(150, 2)]);
		const poller = trigger();
		const { output, execution } = await poll(poller);
		expect(output).toHaveLength(2);
		expect(output?.[0]).toHaveLength(151);
		expect(output?.[1]).toEqual([]);
		expect(output?.[0]?.[0]?.json).toMatchObject({
			destination: 'azureTable',
			delivery: { attempt: 1, firstHandedOverAt: expect.stringMatching(/^20\d\d-.*Z$/) },
		});
		// While the execution runs nothing comes again.
		expect((await poll(poller)).output).toBeNull();
		expect(await left()).toHaveLength(151);

		await execution.end(run('success'));
		await until(async () => (await left()).length === 0);
		const rows = await handledRows();
		expect(rows).toHaveLength(151);
		const moved = rows.find(({ rowKey }) => rowKey === row.rowKey);
		expect(moved).toMatchObject({
			partitionKey: row.partitionKey,
			LeadSource: row.LeadSource,
			CustomerInfo: row.CustomerInfo,
			Score: 9007199254740993n,
			Seen: true,
			At: new Date(Date.UTC(2026, 0, 2)),
			LeadHandledAt: expect.any(Date),
			LeadHandledBy: 'Test (test-workflow)',
		});
		pass(60 * 24);
		expect((await poll(poller)).output).toBeNull();
	});

	it('comes as Microsoft wrote it: the columns of its delivery are no part of it', async () => {
		await place.table.insert([marketplaceRow(1)]);
		const poller = trigger();
		const first = await poll(poller);
		pass(31);
		const second = await poll(poller);
		const plain = ({ output }: { output: Output }) => {
			const { receivedAt, delivery, ...lead } = output?.[0]?.[0]?.json ?? {};
			return lead;
		};
		expect(plain(second)).toEqual(plain(first));
		expect(attempts(second.output)).toEqual([2]);
	});

	it('is marked at a later poll where the destination is away meanwhile, and not handed over before', async () => {
		await place.table.insert(marketplaceRows(3));
		const type = new MarketplaceLeadPollTrigger();
		const poller = trigger({ type });
		const { execution } = await poll(poller);
		place.faultAny({ kind: 'refused', why: 'throttled', waitSeconds: 3_600 }, 0);
		await execution.end(run('success'));
		await until(async () => place.faultsLeft() === 0);
		pass(31);
		await until(async () => {
			expect((await poll(poller)).output).toBeNull();
			return (await left()).length === 0;
		});
		expect(keys(await handledRows())).toHaveLength(3);
	});
});

describe('a lead whose execution was lost', () => {
	it.each<[string, IRun | undefined]>([
		['a worker died', run('error', stalled, false)],
		['a worker died behind the first node', run('error', stalled)],
		['n8n crashed', run('crashed', new Error('crashed'))],
		['somebody stopped it', run('canceled')],
		['it waits', run('waiting')],
	])('comes again after its time, and not before: %s', async (_title, end) => {
		await place.table.insert(marketplaceRows(3));
		const poller = trigger({ parameters: { handledWhen: 'executionFinishes' } });
		const { output, execution } = await poll(poller);
		await execution.end(end);
		pass(29);
		expect((await poll(poller)).output).toBeNull();
		pass(2);
		const again = await poll(poller);
		expect(ids(again.output)).toEqual(ids(output));
		expect(attempts(again.output)).toEqual([2, 2, 2]);
		await again.execution.end(run('success'));
		await until(async () => (await left()).length === 0);
	});

	it('comes again from another process that knows nothing, at the same time and with the same count', async () => {
		await place.table.insert(marketplaceRows(3));
		await poll(trigger());
		const restarted = trigger();
		expect((await poll(restarted)).output).toBeNull();
		pass(31);
		expect(attempts((await poll(restarted)).output)).toEqual([2, 2, 2]);
	});

	it('comes at the next poll where n8n could not store the execution, as if for the first time', async () => {
		await place.table.insert(marketplaceRows(3));
		const poller = trigger();
		const { execution } = await poll(poller);
		await execution.fail(new Error('SQLITE_BUSY: database is locked'));
		let again: Output = null;
		await until(async () => (again = (await poll(poller)).output) !== null);
		expect(attempts(again)).toEqual([1, 1, 1]);
	});
});

describe('a lead of whose execution n8n has lost sight, which may have run', () => {
	class ExecutionNotFoundError extends Error {}
	const lostSight = new ExecutionNotFoundError('No active execution found');

	it('comes again after its time, and not before', async () => {
		await place.table.insert(marketplaceRows(3));
		const poller = trigger();
		const { execution } = await poll(poller);
		await execution.fail(lostSight);
		expect((await poll(poller)).output).toBeNull();
		pass(31);
		expect(attempts((await poll(poller)).output)).toEqual([2, 2, 2]);
	});

	it('does not come again in the default mode: it was handed over', async () => {
		await place.table.insert(marketplaceRows(3));
		const poller = trigger({ parameters: { handledWhen: 'handedOver' } });
		const { output, execution } = await poll(poller);
		expect(ids(output)).toHaveLength(3);
		await execution.fail(lostSight);
		expect((await poll(poller)).output).toBeNull();
	});
});

describe('a lead whose execution has failed', () => {
	const failed = run('error', Object.assign(new Error('no'), { name: 'NodeApiError' }));

	it('is handled where finishing is enough', async () => {
		await place.table.insert(marketplaceRows(2));
		const { execution } = await poll(trigger({ parameters: { handledWhen: 'executionFinishes' } }));
		await execution.end(failed);
		await until(async () => (await left()).length === 0);
	});

	it('comes again where success is asked for', async () => {
		await place.table.insert(marketplaceRows(2));
		const poller = trigger();
		const { execution } = await poll(poller);
		await execution.end(failed);
		pass(31);
		expect(attempts((await poll(poller)).output)).toEqual([2, 2]);
	});
});

describe('marked in the workflow', () => {
	it('nothing else marks it, and it comes again until somebody does', async () => {
		await place.table.insert(marketplaceRows(2));
		const poller = trigger({ parameters: { handledWhen: 'markedInWorkflow' } });
		const { execution } = await poll(poller);
		await execution.end(run('success'));
		pass(31);
		expect(attempts((await poll(poller)).output)).toEqual([2, 2]);
		expect(await left()).toHaveLength(2);
	});
});

it('a lead that is never marked goes once to Given Up, and stays at the destination', async () => {
	await place.table.insert(marketplaceRows(2));
	const poller = trigger({ parameters: { options: { maxAttempts: 2, redeliverAfter: 10 } } });
	await poll(poller);
	pass(11);
	expect(attempts((await poll(poller)).output)).toEqual([2, 2]);
	pass(21);
	const lost = await poll(poller);
	expect(lost.output?.[0]).toEqual([]);
	expect(attempts(lost.output, 1)).toEqual([2, 2]);
	// Its execution was lost: nobody knows of it yet.
	await lost.execution.end(run('error', stalled, false));
	pass(60 * 25);
	const told = await poll(poller);
	expect(ids(told.output, 1)).toHaveLength(2);
	await told.execution.end(run('success'));
	await until(async () =>
		(await place.table.list()).every((row) => row['LeadDeliveryGivenUpAt'] instanceof Date),
	);
	for (let day = 0; day < 5; day += 1) {
		pass(60 * 25);
		expect((await poll(poller)).output).toBeNull();
	}
	expect(await left()).toHaveLength(2);
});

describe('a lead that was given up is told no second time', () => {
	async function giveUp(type = new MarketplaceLeadPollTrigger()) {
		await place.table.insert(marketplaceRows(3));
		const parameters = { options: { maxAttempts: 1, redeliverAfter: 10 } };
		const poller = trigger({ type, parameters });
		const { execution } = await poll(poller);
		await execution.end(run('error', stalled, false));
		pass(11);
		const told = await poll(poller);
		expect(ids(told.output, 1)).toHaveLength(3);
		return { poller, parameters, execution: told.execution };
	}
	const isNoted = async () =>
		(await place.table.list()).every((row) => row['LeadDeliveryGivenUpAt'] instanceof Date);

	async function daysPass(poller: TestPoller): Promise<void> {
		for (let day = 0; day < 3; day += 1) {
			pass(60 * 25);
			expect((await poll(poller)).output).toBeNull();
		}
		expect(await left()).toHaveLength(3);
	}

	it('after a restart of n8n', async () => {
		const { execution, parameters } = await giveUp();
		await execution.end(run('success'));
		await until(isNoted);
		await daysPass(trigger({ parameters }));
	});

	it('where the destination was away as it had been told', async () => {
		const { execution, parameters, poller } = await giveUp();
		place.faultAny({ kind: 'refused', why: 'throttled', waitSeconds: 3_600 }, 0);
		await execution.end(run('success'));
		await until(async () => Promise.resolve(place.faultsLeft() === 0));
		await daysPass(poller);
		// It is noted by now, for an n8n that knows nothing.
		expect(await isNoted()).toBe(true);
		await daysPass(trigger({ parameters }));
	});

	it('where somebody wrote to its row meanwhile', async () => {
		const { execution, parameters } = await giveUp();
		for (const { partitionKey, rowKey } of marketplaceRows(3)) {
			await place.table.client.updateEntity({ partitionKey, rowKey, Note: 'called' }, 'Merge');
		}
		await execution.end(run('success'));
		await until(isNoted);
		await daysPass(trigger({ parameters }));
		expect((await place.table.list()).map((row) => row['Note'])).toEqual(Array(3).fill('called'));
	});
});

it('of two n8n on one table only one gets a lead, whatever the number of partitions', async () => {
	const rows = marketplaceRows(60).map((row, at) => ({ ...row, partitionKey: `p${at % 7}` }));
	await place.table.insert(rows);
	const outputs = await Promise.all(
		[trigger(), trigger(), trigger()].map(async (one) => await poll(one)),
	);
	const all = outputs.flatMap(({ output }) => ids(output));
	expect(new Set(all).size).toBe(all.length);
	// What two wanted at once and neither got is free still.
	const rest = ids((await poll(trigger())).output);
	expect([...all, ...rest].sort()).toEqual(
		rows.map(({ partitionKey, rowKey }) => `${partitionKey}/${rowKey}`).sort(),
	);
});

it('is handed over where its note was made and the response was lost, and by no other n8n', async () => {
	await place.table.insert(marketplaceRows(6));
	const isTransaction = ({ kind }: SeenRequest) => kind === 'batch';
	place.proxy.script([{ fault: cutBeforeResponse(), when: isTransaction }]);
	const [first, second] = [trigger(), trigger()];
	const { output } = await poll(first);
	expect(place.proxy.unspentFaults).toBe(0);
	expect(ids(output)).toHaveLength(6);
	expect(attempts(output)).toEqual(Array(6).fill(1));
	expect((await poll(second)).output).toBeNull();

	// The same while another one is at it: each lead goes to one of them.
	await place.table.insert(marketplaceRows(20).slice(6));
	place.proxy.script([{ fault: cutBeforeResponse(), when: isTransaction }]);
	const both = await Promise.all([poll(first), poll(second)]);
	const all = both.flatMap((one) => ids(one.output));
	expect(new Set(all).size).toBe(14);
	expect(all).toHaveLength(14);
});

it('says so where a lead cannot be noted, and hands over the others', async () => {
	const rows = marketplaceRows(4).map((row, at) => ({ ...row, partitionKey: `p${at}` }));
	await place.table.insert(rows);
	const ofOne = ({ method, path }: SeenRequest) => method !== 'GET' && path.includes("'p2'");
	place.proxy.script([{ fault: tooManyProperties(), when: ofOne }]);
	const poller = trigger();
	const warn = jest.spyOn(poller.context().logger, 'warn').mockClear();
	expect(ids((await poll(poller)).output)).toHaveLength(3);
	expect(place.proxy.unspentFaults).toBe(0);
	expect(warn).toHaveBeenCalledTimes(1);
	expect(warn).toHaveBeenCalledWith(
		'Did not hand over 1 lead, because that could not be noted at the destination (Azure Table Storage did not accept the lead (status 400, TooManyProperties)). The next polls try again.',
	);
	// Nothing was noted of it, so it waits for nothing.
	expect(attempts((await poll(poller)).output)).toEqual([1]);
	expect(warn).toHaveBeenCalledTimes(1);
});

it('a poll hands over no more than asked for, and the next ones go on behind', async () => {
	await place.table.insert(marketplaceRows(25));
	const poller = trigger({ parameters: { maxLeads: 10 } });
	const counts: number[] = [];
	const all = new Set<string>();
	for (let turn = 0; turn < 4; turn += 1) {
		const { output } = await poll(poller);
		counts.push(output?.[0]?.length ?? 0);
		for (const id of ids(output)) all.add(id);
	}
	expect(counts.reduce((sum, count) => sum + count)).toBe(25);
	expect(Math.max(...counts)).toBe(10);
	expect(all.size).toBe(25);
});

it('rows stay where a column marks them', async () => {
	await place.table.insert(marketplaceRows(3));
	const poller = trigger({ parameters: { handledLeadsAre: 'column' } });
	const { execution } = await poll(poller);
	await execution.end(run('success'));
	await until(async () =>
		(await place.table.list()).every((row) => row['LeadHandledAt'] instanceof Date),
	);
	pass(60 * 24);
	expect((await poll(poller)).output).toBeNull();
	expect(await left()).toHaveLength(3);
	expect(await handledRows()).toEqual([]);
});

it('leads created before the date are left alone', async () => {
	await place.table.insert([
		marketplaceRow(1, { CreatedTime: '2026-01-01T00:00:00Z' }),
		marketplaceRow(2, { CreatedTime: '2026-03-01T00:00:00Z' }),
	]);
	const { output } = await poll(trigger({ parameters: { createdSince: '2026-02-01T00:00:00Z' } }));
	expect(ids(output)).toEqual([`2018-10-02/${marketplaceRow(2).rowKey}`]);
});

describe('handed over, in the default mode', () => {
	const parameters = { handledWhen: 'handedOver' };

	it('leads whose execution could not be stored come again, and no others', async () => {
		await place.table.insert(marketplaceRows(3));
		const poller = trigger({ parameters });
		const first = await poll(poller);
		expect(first.output).toHaveLength(1);
		expect(first.output?.[0]?.[0]?.json).not.toHaveProperty('delivery');
		await place.table.insert(marketplaceRows(2, 10));
		const second = await poll(poller);
		expect(ids(second.output)).toHaveLength(2);
		await first.execution.fail(new Error('SQLITE_BUSY: database is locked'));
		await second.execution.end(run('success'));
		const again = await poll(poller);
		expect(ids(again.output)).toEqual(ids(first.output));
		await again.execution.end(run('error', stalled, false));
		expect((await poll(poller)).output).toBeNull();
	});

	it('so do those of a backlog that is read little by little', async () => {
		await place.table.insert(marketplaceRows(9));
		const poller = trigger({ parameters: { ...parameters, maxLeads: 3 } });
		const all = new Set<string>();
		for (let turn = 0; turn < 9; turn += 1) {
			const before = poller.executions.length;
			const { output, execution } = await poll(poller);
			if (poller.executions.length === before) continue;
			if (turn % 2 === 0 && turn < 5) await execution.fail(new Error('locked'));
			else for (const id of ids(output)) all.add(id);
		}
		expect(all.size).toBe(9);
	});
});
