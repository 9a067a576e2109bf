/** What a poll costs where Azure scans the table's history for it, and where there is none to scan. */
import type { INodeParameters } from 'n8n-workflow';

import { openAccount } from '../../../nodes/destinations/azureTable/connection/account.ts';
import { AzureTableReader } from '../../../nodes/destinations/azureTable/reading/reader.ts';
import { ProcessCache } from '../../../nodes/destinations/processCache.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { cursorOrigin } from '../../../nodes/polling/cursor.ts';
import type { Cursor } from '../../../nodes/polling/cursor.ts';
import { poll } from '../../../nodes/polling/poll.ts';
import { parseLead } from '../../../nodes/lead';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import { ScanningTable } from '../../fakeServers/azureTable/scanningTable.ts';
import { pollContext } from '../../support/engine.ts';

const MINUTE = 60_000;

let account: ScanningTable;
afterEach(async () => await account?.stop());

/** Polls the table from a minute ago on, as a trigger that has read the history before. */
function poller() {
	const origin = cursorOrigin('leads', { from: 'all' });
	let cursor: Cursor | undefined;
	return async () => {
		const before = account.traffic();
		const table = (
			await openAccount({
				authentication: 'connectionString',
				connectionString: account.connectionString,
			})
		).table('leads');
		const names: string[] = [];
		// A scan that takes longer than a poll goes on in the next one.
		do {
			const result = await poll({
				reader: new AzureTableReader(table),
				cursor,
				origin,
				start: { from: 'date', date: Date.now() - MINUTE },
				limit: 1_000,
				accept: (record) => parseLead(record, { destination: 'azureTable', receivedAt: '' }),
				signal: new AbortController().signal,
				deadline: Number.POSITIVE_INFINITY,
			});
			({ cursor } = result);
			names.push(...result.leads.map(({ customer }) => customer.lastName));
		} while (cursor.scan);
		return { names, ...account.traffic(before) };
	};
}

it.each([
	[10_000, 10],
	[100_000, 100],
	[1_000_000, 1_000],
])(
	'scans %i old rows in %i requests, whether or not there is a new one',
	async (oldRows, requests) => {
		account = await ScanningTable.start({ oldRows: { leads: oldRows } });
		const read = poller();
		expect(await read()).toEqual({ names: [], requests, records: 0 });
		await account.insert([{ name: 'new' }]);
		const withNew = await read();
		expect(withNew).toMatchObject({ names: ['new'], records: 1 });
		// The new row is one more to look at.
		expect(withNew.requests).toBe(requests + 1);
		expect(await read()).toMatchObject({ names: [], requests: requests + 1 });
	},
	300_000,
);

it('goes on behind pages that Azure cut short by time, empty or not', async () => {
	account = await ScanningTable.start({ oldRows: { leads: 1_000 }, rowsPerSecond: 10 });
	await account.insert(['a', 'b', 'c'].map((name) => ({ name })));
	const { names, requests } = await poller()();
	expect(names.sort()).toEqual(['a', 'b', 'c']);
	// 50 rows in five seconds.
	expect(requests).toBe(Math.ceil(1_003 / 50));
});

it('costs one request whatever the history, where handled leads are moved away', async () => {
	account = await ScanningTable.start({ oldRows: { leads: 0, leadsHandled: 1_000_000 } });
	const trigger = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: 'leads' },
			handledWhen: 'markedInWorkflow',
		} as INodeParameters,
		credentials: {
			marketplaceLeadAzureTableApi: {
				authentication: 'connectionString',
				connectionString: account.connectionString,
			},
		},
	});
	// The first one that finds no lead looks at what there is, to say why.
	await trigger.poll();
	for (let turn = 0; turn < 3; turn += 1) {
		const before = account.traffic();
		expect(await trigger.poll()).toBeNull();
		expect(account.traffic(before).requests).toBe(1);
	}
});

it('keeps its token of Entra beyond an execution, and asks for one more where it is rejected', async () => {
	const authority = await startEntraAuthority();
	try {
		account = await ScanningTable.start({ oldRows: { leads: 5 }, tls: authority.tls });
		const rejected = new Set<string>();
		const seen = new Set<string>();
		account.accepts = (authorization) => {
			seen.add(authorization);
			return !rejected.has(authorization);
		};
		await authority.fault({ kind: 'cut', times: 0 });
		const { tenantId, clientId, clientSecret } = authority.application;
		const credential = {
			authentication: 'entra',
			cloud: 'custom',
			authorityHost: authority.host,
			tableEndpoint: account.origin,
			...{ tenantId, clientId, clientSecret },
		};
		const cache = new ProcessCache();
		const read = async () => {
			const table = (await openAccount(credential, { cache })).table('leads');
			const rows = [];
			for await (const row of table.listEntities()) rows.push(row);
			return rows.length;
		};
		expect([await read(), await read()]).toEqual([5, 5]);
		expect(await authority.signIns()).toBe(1);
		for (const each of seen) rejected.add(each);
		expect(await read()).toBe(5);
		expect(await authority.signIns()).toBe(2);
		expect([await read(), await read()]).toEqual([5, 5]);
		expect(await authority.signIns()).toBe(2);
	} finally {
		await authority.stop();
	}
});
