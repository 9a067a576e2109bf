/**
 * How many requests a poll makes, sign-ins included, counted by the fake servers: what stands in the
 * destinations' pages under "What it costs".
 */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { DestinationName } from '../../../nodes/lead/types.ts';
import { processCache } from '../../../nodes/destinations/processCache.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { ScanningTable } from '../../fakeServers/azureTable/scanningTable.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { FakeEntra } from '../../fakeServers/entra/authority.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import { pollContext } from '../../support/engine.ts';
import { DAY, MINUTE } from '../../support/pollContract/time.ts';

interface Place {
	credentials: Record<string, Record<string, string>>;
	parameters: INodeParameters;
	insert(leads: readonly LeadToWrite[]): Promise<unknown>;
	/** Requests so far, sign-ins included. */
	requests(): Promise<number>;
	/** Leads in the responses so far. */
	rows(): number;
	pass(milliseconds: number): void;
	stop(): Promise<void>;
}

let authority: FakeEntra;
let place: Place;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(() => processCache.clear());
afterEach(async () => await place?.stop());

type FakeCrm = Awaited<ReturnType<typeof startMarketo | typeof startSalesforce>>;

function crm(fake: FakeCrm): Place {
	return {
		credentials: { [fake.credentialType]: { ...fake.credential } },
		parameters: { ...fake.parameters },
		insert: async (leads) => await fake.insert(leads),
		requests: async () => await Promise.resolve(fake.traffic().requests),
		rows: () => fake.traffic().records,
		pass: (milliseconds) => fake.pass(milliseconds),
		stop: async () => await fake.stop(),
	};
}

/** All destinations that are polled: into an HTTPS endpoint leads are only sent. */
type PolledName = Exclude<DestinationName, 'https'>;

const PLACES: Readonly<Record<PolledName, () => Promise<Place>>> = {
	async azureTable() {
		const table = await ScanningTable.start({ oldRows: { leads: 0 } });
		const { connectionString } = table;
		return {
			credentials: {
				marketplaceLeadAzureTableApi: { authentication: 'connectionString', connectionString },
			},
			parameters: {
				destination: 'azureTable',
				table: { __rl: true, mode: 'name', value: 'leads' },
			},
			insert: async (leads) => await table.insert(leads),
			requests: async () => await Promise.resolve(table.traffic().requests),
			rows: () => table.traffic().records,
			pass: (milliseconds) => table.pass(milliseconds),
			stop: async () => await table.stop(),
		};
	},
	async dynamics365() {
		const fake = await startDynamics({ authority });
		await authority.fault({ kind: 'cut', times: 0 });
		return {
			credentials: { [fake.credentialType]: { ...fake.credential } },
			parameters: {
				...(fake.parameters as INodeParameters),
				// The node's default, a column of choices.
				leadSourceColumn: { __rl: true, mode: 'name', value: 'leadsourcecode' },
				options: {},
			},
			// Microsoft writes the lead source into the topic as well.
			insert: async (leads) =>
				await Promise.resolve(
					leads.map(({ name, leadSource = '', writtenAt }) =>
						fake.write({ lastname: name, subject: leadSource }, writtenAt),
					),
				),
			requests: async () => fake.server.traffic().requests + (await authority.signIns()),
			rows: () => fake.server.traffic().records,
			pass: (milliseconds) => fake.server.pass(milliseconds),
			stop: async () => await fake.stop(),
		};
	},
	marketo: async () => crm(await startMarketo()),
	salesforce: async () => crm(await startSalesforce()),
};

const NAMES = Object.keys(PLACES) as PolledName[];

/** Old leads, and then: nothing new, nothing new again, one new lead, nothing in another process. */
const REQUESTS: Readonly<Record<PolledName, Record<string, number>>> = {
	azureTable: { first: 1, second: 1, third: 1, withLead: 1, elsewhere: 1 },
	// Sign-in, columns, choices, leads.
	dynamics365: { first: 4, second: 1, third: 1, withLead: 1, elsewhere: 2 },
	// Sign-in, paging token, form, activities, usage, persons; the second one finds its place anew.
	marketo: { first: 6, second: 2, third: 1, withLead: 2, elsewhere: 2 },
	// Sign-in, lead sources, leads.
	salesforce: { first: 3, second: 1, third: 1, withLead: 1, elsewhere: 2 },
};

const LEAD_SOURCE = 'AzureMarketplace-INS|contoso.gateway';

describe.each([
	['without filters', {}],
	['with filters', { filters: { sources: ['AzureMarketplace'], offers: 'contoso.*' } }],
])('%s', (_, filtered) => {
	it.each(NAMES)('%s makes as many requests as it did', async (name) => {
		place = await PLACES[name]();
		const old = Array.from({ length: 40 }, (__, at) => ({
			name: `Old ${at}`,
			leadSource: LEAD_SOURCE,
			writtenAt: Date.now() - 30 * DAY + at * MINUTE,
			createdAt: Date.now() - 30 * DAY + at * MINUTE,
		}));
		await place.insert(old);
		const newTrigger = (staticData?: IDataObject) =>
			pollContext({
				type: new MarketplaceLeadPollTrigger(),
				parameters: { ...place.parameters, ...filtered, startFrom: 'all' },
				credentials: place.credentials,
				...(staticData && { staticData }),
			});
		let trigger = newTrigger();
		const poll = async (leads: number): Promise<number> => {
			place.pass(MINUTE);
			const before = await place.requests();
			const [items = []] = (await trigger.poll()) ?? [];
			expect(items).toHaveLength(leads);
			return (await place.requests()) - before;
		};
		const counted: Record<string, number> = {};
		counted['first'] = await poll(40);
		counted['second'] = await poll(0);
		counted['third'] = await poll(0);
		await place.insert([{ name: 'New', leadSource: LEAD_SOURCE }]);
		counted['withLead'] = await poll(1);
		// While what comes late is still looked for around the new one.
		expect(await poll(0)).toBe(1);
		processCache.clear();
		trigger = newTrigger(trigger.kept());
		counted['elsewhere'] = await poll(0);
		expect(counted).toEqual(REQUESTS[name]);
	});

	it.each(NAMES)('%s makes one request in each of 100 idle polls', async (name) => {
		place = await PLACES[name]();
		const trigger = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { ...place.parameters, ...filtered, startFrom: 'all' },
			credentials: place.credentials,
		});
		for (let turn = 0; turn < 3; turn += 1) await trigger.poll();
		const before = await place.requests();
		for (let turn = 0; turn < 100; turn += 1) {
			place.pass(MINUTE / 4);
			expect(await trigger.poll()).toBeNull();
		}
		const made = (await place.requests()) - before;
		// Marketo's count of the day's calls is asked for every 100 calls.
		expect(made).toBe(name === 'marketo' ? 101 : 100);
	});
});

/** Leads of an import, all within ten seconds: more than a page, and than are read again for good. */
const BURST = 2_500;

it.each([
	// The scan of the table, one request for each 1,000 rows, is Azure's.
	['azureTable', Math.ceil(BURST / 1_000)],
	['dynamics365', 1],
	['salesforce', 1],
] as const)('%s reads a burst no more once its time has passed', async (name, requests) => {
	place = await PLACES[name]();
	const first = Date.now() - 20_000;
	await place.insert(
		Array.from({ length: BURST }, (__, at) => ({
			name: `Imported ${at}`,
			leadSource: LEAD_SOURCE,
			writtenAt: first + at * 4,
			createdAt: first + at * 4,
		})),
	);
	const trigger = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: {
			...place.parameters,
			startFrom: 'all',
			maxLeads: 2 * BURST,
			// So that a reader asks for every lead: one that leaves some out goes by its own time.
			options: { includeOthers: true },
		},
		credentials: place.credentials,
	});
	const [items = []] = (await trigger.poll()) ?? [];
	expect(items).toHaveLength(BURST);
	// Until then others of the same time may still show up.
	place.pass(30 * MINUTE);
	expect(await trigger.poll()).toBeNull();
	for (let turn = 0; turn < 3; turn += 1) {
		place.pass(MINUTE);
		const before = { requests: await place.requests(), rows: place.rows() };
		expect(await trigger.poll()).toBeNull();
		expect(await place.requests()).toBe(before.requests + requests);
		expect(place.rows()).toBe(before.rows);
	}
});
