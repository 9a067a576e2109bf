/** How many requests a backlog takes, held against a client that asks for as many leads at a time. */
import type { INodeParameters } from 'n8n-workflow';

import { processCache } from '../../../nodes/destinations/processCache.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { BARE_CLIENTS } from '../../../scripts/bench/crmClients.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { FakeEntra } from '../../fakeServers/entra/authority.ts';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startFaultProxy, type FaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import { azureTableDestination, startCrms } from '../../fakeServers/leadDestinations.ts';
import type { FakeDestination } from '../../fakeServers/leadDestinations.ts';
import { pollContext } from '../../support/engine.ts';
import { DAY } from '../../support/pollContract/time.ts';

/** More than a page of any vendor's, by far. */
const LEADS = 4_000;
/** Most leads a poll: far fewer than a page of anybody's, as many as the largest has, and more. */
const LIMITS = [LEADS / 20, LEADS / 4, LEADS / 2];
const AIM = 1.3;
/** What the columns are is asked for once, as a backlog begins. */
const BEGINNING = 1;

type Drained = Pick<
	FakeDestination,
	'credential' | 'credentialType' | 'insert' | 'parameters' | 'traffic'
>;

let authority: FakeEntra;
let crms: FakeDestination[];
let azurite: Azurite;
let proxy: FaultProxy;
let table: Drained;
beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
	table = {
		...azureTableDestination(proxy, 'MarketplaceLeads', azurite),
		traffic(since = { requests: 0, records: 0 }) {
			const { requests, rows } = proxy.counts();
			return { requests: requests - since.requests, records: rows - since.records };
		},
	};
	authority = await startEntraAuthority();
	crms = await startCrms({ authority });
});
afterAll(async () => {
	await Promise.all((crms ?? []).map(async (crm) => await crm.stop()));
	await authority?.stop();
	await proxy?.stop();
	await azurite?.stop();
});
beforeEach(() => processCache.clear());

it.each(['azureTable', 'dynamics365', 'marketo', 'salesforce'])(
	'%s',
	async (name) => {
		const crm = name === 'azureTable' ? table : crms.find((each) => each.name === name)!;
		const first = Date.now() - 30 * DAY;
		await crm.insert(
			Array.from({ length: LEADS }, (_, at) => ({
				name: `Sample ${at}`,
				leadSource: 'AzureMarketplace-INS|contoso.gateway',
				// The bare client of Marketo looks back for a day.
				writtenAt: name === 'marketo' ? Date.now() - DAY / 2 : first + at * 1_000,
			})),
		);
		const counted = async (work: () => Promise<void>): Promise<number> => {
			const before = crm.traffic();
			await work();
			return crm.traffic(before).requests;
		};
		const credential = { ...crm.credential } as Record<string, string>;
		const found: Array<{ limit: number; ours: number; bare: number }> = [];
		for (const limit of LIMITS) {
			const bare = await counted(async () => {
				let read = 0;
				const order = { credential, parameters: { ...crm.parameters }, leads: LEADS };
				await BARE_CLIENTS[name]!(order as never, () => (read += 1), limit);
				expect(read).toBe(LEADS);
			});
			processCache.clear();
			const ours = await counted(async () => {
				const trigger = pollContext({
					type: new MarketplaceLeadPollTrigger(),
					parameters: { ...crm.parameters, startFrom: 'all', maxLeads: limit } as INodeParameters,
					credentials: { [crm.credentialType]: credential },
				});
				for (let read = 0; read < LEADS;) {
					const [items = []] = (await trigger.poll()) ?? [];
					expect(items.length).toBeGreaterThan(0);
					read += items.length;
				}
			});
			found.push({ limit, ours, bare });
		}
		for (const { ours, bare } of found) expect(ours).toBeLessThanOrEqual(bare * AIM + BEGINNING);
	},
	600_000,
);
