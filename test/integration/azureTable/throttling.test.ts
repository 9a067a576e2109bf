/** Our client on a Table service whose partitions take only so many entities a second. */
import { azureTable } from '../../../nodes/destinations/azureTable';
import type { WriteResult } from '../../../nodes/destinations/contract.ts';
import { timeLimits } from '../../../nodes/destinations/timeLimits.ts';
import { parseLead } from '../../../nodes/lead';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startFaultProxy, type FaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import { PartitionRates } from '../../fakeServers/azureTable/partitionRates.ts';
import { ScanningTable } from '../../fakeServers/azureTable/scanningTable.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { openWriter } from '../../support/openWriter.ts';
import { outputsOf, pollContext, runNode } from '../../support/engine.ts';
import { passTime, skipWaits } from '../../support/skippedWaits.ts';

const MINUTE = 60_000;
const LEADS = 300;
/** Each is noted, read, copied and deleted. */
const PENDING = 100;
const table = { __rl: true, mode: 'name', value: 'leads' };

skipWaits({ isStill: true });

/** The SDK's own waits pass in a moment as well. */
function skipWaitsOfTheSdk(): void {
	const { setTimeout } = globalThis;
	jest.spyOn(globalThis, 'setTimeout').mockImplementation(((
		callback: () => void,
		delay = 0,
		...rest: []
	) => {
		return setTimeout(
			() => {
				passTime(delay);
				callback();
			},
			1,
			...rest,
		);
	}) as typeof setTimeout);
}

describe('polls', () => {
	let account: ScanningTable;
	beforeEach(async () => {
		account = await ScanningTable.start({ oldRows: { leads: 0 } });
		await account.insert(Array.from({ length: LEADS }, (_, at) => ({ name: `n${at}` })));
	});
	afterEach(async () => {
		jest.mocked(globalThis.setTimeout).mockRestore?.();
		await account.stop();
	});

	it.each([
		['waits within a poll where that is enough', 100, 0],
		['goes on in a later poll where it is not', 2, 1],
	])('%s', async (_, entitiesPerSecond, leastFailed) => {
		account.rates = new PartitionRates({ entitiesPerSecond });
		const trigger = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { destination: 'azureTable', table, startFrom: 'all', maxLeads: 100 },
			credentials: {
				marketplaceLeadAzureTableApi: {
					authentication: 'connectionString',
					connectionString: account.connectionString,
				},
			},
		});
		skipWaitsOfTheSdk();
		const names: string[] = [];
		let failed = 0;
		for (let polls = 0; names.length < LEADS && polls < 100; polls += 1) {
			try {
				const [items = []] = (await trigger.poll()) ?? [];
				if (items.length === 0) failed += 1;
				names.push(
					...items.map(({ json }) => String((json['customer'] as { lastName: string }).lastName)),
				);
			} catch {
				failed += 1;
			}
			passTime(leastFailed > 0 ? MINUTE / 4 : 0);
		}
		expect(names.sort()).toEqual(Array.from({ length: LEADS }, (_each, at) => `n${at}`).sort());
		expect(account.rates.throttled.serverBusy).toBeGreaterThan(0);
		expect(account.rates.throttled.operationTimedOut).toBeGreaterThan(0);
		expect(failed > 0).toBe(leastFailed > 0);
	});
});

describe('writes', () => {
	let azurite: Azurite;
	let proxy: FaultProxy;
	let credentials: Record<string, { authentication: string; connectionString: string }>;
	beforeAll(async () => {
		azurite = await startAzurite();
	});
	afterAll(async () => await azurite?.stop());
	beforeEach(async () => {
		proxy = await startFaultProxy(azurite);
		const { connectionString } = proxy;
		credentials = {
			marketplaceLeadAzureTableApi: { authentication: 'connectionString', connectionString },
		};
	});
	afterEach(async () => {
		await Promise.all(
			['leads', 'leadsHandled'].map(async (name) => {
				const made = new MarketplaceTable(azurite, name);
				if (await made.exists()) await made.client.deleteTable();
			}),
		);
		await proxy.stop();
	});

	/** All of one day, so of one partition. */
	const leads = (count = LEADS) =>
		Array.from({ length: count }, (_, at) => ({
			json: {
				PartitionKey: '2026-03-01',
				RowKey: `n${at}`,
				CreatedTime: '2026-03-01T12:00:00.000Z',
				LeadSource: 'AzureMarketplace-INS|contoso.crm',
				CustomerInfo: JSON.stringify({ LastName: `n${at}`, Email: `n${at}@fabrikam.example` }),
			},
		}));

	async function mark(items: INodeExecutionData[]) {
		const node = {
			type: new MarketplaceLead(),
			parameters: {
				operation: 'markAsHandled',
				destination: 'azureTable',
				table,
			} as INodeParameters,
			credentials,
			onError: 'continueRegularOutput' as const,
		};
		return outputsOf(await runNode(node, items))[0] ?? [];
	}

	async function rowKeys(name: string): Promise<string[]> {
		const made = new MarketplaceTable(azurite, name);
		return (await made.exists()) ? (await made.list()).map(({ rowKey }) => rowKey).sort() : [];
	}

	/** Writes the leads as the node does; what became of them by their RowKeys. */
	async function write(from: ReturnType<typeof leads>): Promise<Map<string, WriteResult>> {
		const input = destinationInput(credentials['marketplaceLeadAzureTableApi']!, { table });
		const writer = await openWriter(azureTable.writing, input);
		const results = await writer.write(
			from.map(({ json }) => ({ lead: parseLead(json), additional: {} })),
			timeLimits(10 * MINUTE),
		);
		return new Map(from.map(({ json }, at) => [json.RowKey, results[at]!]));
	}

	const outcomes = (results: Map<string, WriteResult>) =>
		new Set([...results.values()].map((result) => result.ok && result.written.outcome));

	it('are all carried out, each once, while waiting is enough', async () => {
		proxy.rates = new PartitionRates({ entitiesPerSecond: 350 });
		expect(outcomes(await write(leads()))).toEqual(new Set(['created']));
		expect(await rowKeys('leads')).toHaveLength(LEADS);
		expect(proxy.rates.throttled.serverBusy).toBeGreaterThan(0);
	});

	it('are told truly where it is not, and carried out once when they are asked for again', async () => {
		proxy.rates = new PartitionRates({ entitiesPerSecond: 40 });
		let runs = 0;
		let timedOut = 0;
		let before = new Set<string>();
		for (let left = leads(); left.length > 0 && runs < 20; runs += 1) {
			const results = await write(left);
			const there = new Set(await rowKeys('leads'));
			for (const [name, result] of results) {
				// An earlier run may have written it without knowing.
				if (before.has(name)) continue;
				const isUncertain = !result.ok && result.error.mayBeDone;
				if (!isUncertain) expect([name, there.has(name)]).toEqual([name, result.ok]);
				else if (there.has(name)) timedOut += 1;
			}
			before = there;
			left = left.filter(({ json }) => results.get(json.RowKey)?.ok !== true);
			passTime(MINUTE);
		}
		expect(runs).toBeGreaterThan(1);
		expect(timedOut).toBeGreaterThan(0);
		expect(await rowKeys('leads')).toHaveLength(LEADS);
	});

	it('keep no pending lead from being handed over, marked and moved, each once', async () => {
		const created = await write(leads(PENDING));
		expect(outcomes(created)).toEqual(new Set(['created']));
		const keys = await rowKeys('leads');
		proxy.rates = new PartitionRates({ entitiesPerSecond: 40 });
		const trigger = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: {
				destination: 'azureTable',
				table,
				handledWhen: 'markedInWorkflow',
				maxLeads: 50,
			},
			credentials,
		});
		const handedOver = new Map<string, number>();
		for (let polls = 0; handedOver.size < PENDING && polls < 60; polls += 1) {
			skipWaitsOfTheSdk();
			const items = await trigger.poll().then(
				(result) => result?.[0] ?? [],
				() => [],
			);
			jest.mocked(globalThis.setTimeout).mockRestore();
			for (const { json } of items) {
				const id = String(json['id']);
				handedOver.set(id, (handedOver.get(id) ?? 0) + 1);
			}
			if (items.length > 0) {
				// Those that are not marked for want of time are marked by the next run.
				for (let left = items, turn = 0; left.length > 0 && turn < 10; turn += 1) {
					const marked = await mark(left);
					left = left.filter((_, at) => Object.hasOwn(marked[at]!.json, 'error'));
					passTime(MINUTE / 4);
				}
			}
			passTime(MINUTE / 4);
			// Those whose note was made but not confirmed have to wait until they are due again.
			proxy.clockOffsetMs += 12 * 60 * MINUTE;
		}
		expect([...handedOver.values()].filter((times) => times > 1)).toEqual([]);
		expect(handedOver.size).toBe(PENDING);
		expect(await rowKeys('leads')).toEqual([]);
		expect(await rowKeys('leadsHandled')).toEqual(keys);
		expect(proxy.rates.throttled.serverBusy).toBeGreaterThan(0);
		expect(proxy.rates.throttled.operationTimedOut).toBeGreaterThan(0);
	});
});
