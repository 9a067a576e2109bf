/** Azure Table: one Azurite for all places, a fault proxy for each. */
import { randomBytes } from 'node:crypto';

import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables';
import type { INodeParameters } from 'n8n-workflow';

import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import * as faults from '../../fakeServers/azureTable/faultProxy.ts';
import type { FaultProxy, SeenRequest } from '../../fakeServers/azureTable/faultProxy.ts';
import { tableRow } from '../../fakeServers/leadDestinations.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import type { Credentials, PolledDestination, PollHarness } from '../pollContract/harness.ts';
import { customerOf, type Places, placesOf, type StoredLead, type WritePlace } from './place.ts';

/** Seconds the SDK's own retries wait within a test without making it slow. */
const SHORT_WAIT = 2;

export async function azureTablePlaces(): Promise<Places<AzureTablePlace>> {
	const azurite = await startAzurite();
	return placesOf(
		async ({ absent = false }) => {
			const place = new AzureTablePlace(azurite, await faults.startFaultProxy(azurite));
			if (!absent) await place.create();
			return place;
		},
		async () => await azurite.stop(),
	);
}

export const azureTablePolled: PolledDestination = {
	destination: 'azureTable',
	cannot: {},
	retries(fault) {
		if (fault.kind === 'refused') return (fault.waitSeconds ?? 0) <= SHORT_WAIT;
		if (fault.kind === 'garbage') return false;
		// The SDK does not try again once the response has begun, nor while it waits for one.
		return fault.kind === 'cut' && fault.where === 'beforeResponse';
	},
	start: azureTablePlaces,
};

export class AzureTablePlace implements PollHarness, WritePlace {
	readonly destination = 'azureTable';
	readonly reads = true;
	readonly again = 'unchanged';
	readonly credentialType = 'marketplaceLeadAzureTableApi';
	readonly options = {};
	readonly writing: INodeParameters;
	/** On Azurite itself: what a test writes is no traffic of the node's. */
	readonly table: MarketplaceTable;
	readonly parameters;
	readonly credential;
	readonly badCredential;
	readonly otherCredentials: Credentials;
	readonly secrets: string[];
	private exists = false;
	private stopped: Promise<void> | undefined;
	/** How far the clock is turned, in milliseconds. */
	private turned = 0;
	/** Rows whose Timestamp is not Azurite's: as given, or moved by the clock of when it was written. */
	private readonly timestamps = new Map<string, { at: number } | { moved: number }>();
	private readonly keys = new Map<string, Pick<MarketplaceRow, 'partitionKey' | 'rowKey'>>();

	constructor(
		private readonly azurite: Azurite,
		readonly proxy: FaultProxy,
		private readonly name = `Leads${randomBytes(6).toString('hex')}`,
	) {
		this.table = new MarketplaceTable(azurite, name);
		this.parameters = {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: name },
		} satisfies INodeParameters;
		this.writing = { table: this.parameters.table };
		const sas = generateAccountSas(
			new AzureNamedKeyCredential(azurite.accountName, azurite.accountKey),
			{ permissions: { query: true, list: true }, expiresOn: new Date(Date.now() + 3_600_000) },
		);
		const { connectionString } = proxy;
		this.credential = { authentication: 'connectionString', connectionString };
		// Of all sign-ins this one could leak most easily: it is in the address of every request.
		const wrong = new URLSearchParams(sas);
		wrong.set('sig', randomBytes(32).toString('base64'));
		this.badCredential = {
			authentication: 'connectionString',
			connectionString: `TableEndpoint=${proxy.endpoint};SharedAccessSignature=${wrong}`,
		};
		this.otherCredentials = {
			marketplaceLeadAzureTableApi: { authentication: 'sas', sasUrl: `${proxy.endpoint}/?${sas}` },
		};
		const signatures = [sas, wrong].map((text) => new URLSearchParams(text).get('sig') ?? '');
		this.secrets = [azurite.accountKey, ...signatures, ...signatures.map(encodeURIComponent)];
	}

	get marking(): INodeParameters {
		return { ...this.writing, handledLeadsAre: 'move' };
	}

	get credentials(): Credentials {
		return { [this.credentialType]: this.credential };
	}

	get badCredentials(): Credentials {
		return { [this.credentialType]: this.badCredential };
	}

	async create(): Promise<void> {
		await this.table.create();
		this.exists = true;
	}

	now(): number {
		return Date.now() + this.turned;
	}

	pass(milliseconds: number): void {
		this.turned += milliseconds;
		this.proxy.clockOffsetMs = this.turned;
		this.rewrite();
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.write(leads.map((lead) => this.rowOf(lead)));
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		const rows = leads.map((lead) => this.rowOf(lead));
		this.proxy.hide(rows);
		return await this.write(rows);
	}

	showLate(): void {
		this.proxy.release();
	}

	async edit(...names: string[]): Promise<void> {
		for (const name of names) {
			const key = this.keys.get(name);
			if (key === undefined) throw new Error(`There is no lead "${name}" here`);
			await this.table.touch(key);
			this.timestamps.set(JSON.stringify(key), { moved: this.turned });
		}
	}

	fault(fault: Fault, { page = 0, times = 1 } = {}): void {
		this.proxy.script([{ fault: playedFault(fault), when: faults.queries, skip: page, times }]);
	}

	faultAny(fault: Fault, request: number): void {
		this.proxy.script([{ fault: playedFault(fault), skip: request }]);
	}

	strike(fault: Fault, request = 0, times = 1): void {
		this.proxy.script([{ fault: playedFault(fault), when: isWriting, skip: request, times }]);
	}

	faultsLeft(): number {
		return this.proxy.unspentFaults;
	}

	meanwhile(action: () => void, request = 0): void {
		let skip = request;
		this.proxy.onRequest = (seen) => {
			if (isWriting(seen) && (skip -= 1) === -1) action();
		};
	}

	shapePages({ records, emptyPages = 0 }: { records?: number; emptyPages?: number }): void {
		this.proxy.paging = {
			...(records === undefined ? {} : { rowsPerPage: records }),
			emptyPages: { before: emptyPages, between: emptyPages, after: emptyPages },
		};
	}

	traffic(since: Traffic = { requests: 0, records: 0 }): Traffic {
		const { requests, rows } = this.proxy.counts();
		return { requests: requests - since.requests, records: rows - since.records };
	}

	async records(): Promise<StoredLead[]> {
		if (!(await this.table.exists())) return [];
		return (await this.table.list()).map(({ partitionKey, rowKey, CustomerInfo = '{}' }) => ({
			id: [partitionKey, rowKey].map(encodeURIComponent).join('/'),
			...customerOf({ UserDetails: CustomerInfo }),
		}));
	}

	async marked(): Promise<number> {
		const handled = new MarketplaceTable(this.azurite, `${this.name}Handled`);
		return (await handled.exists()) ? (await handled.list()).length : 0;
	}

	/** There is no rule that would turn a row away, but a key that Azure takes from nobody. */
	refuse(name: string): INodeParameters {
		const value = `={{ $json.customer.lastName === ${JSON.stringify(name)} ? 'no/key' : '' }}`;
		return { additionalFieldsByName: { values: [{ name: 'PartitionKey', value }] } };
	}

	loseSignIn(): () => void {
		this.proxy.script([{ fault: faults.authenticationFailed(), times: Number.POSITIVE_INFINITY }]);
		return () => this.proxy.script([]);
	}

	async stop(): Promise<void> {
		await (this.stopped ??= this.proxy.stop());
	}

	private async write(rows: readonly MarketplaceRow[]): Promise<string[]> {
		if (!this.exists) await this.create();
		await this.table.insert(rows);
		return rows.map(
			({ partitionKey, rowKey }) =>
				`${encodeURIComponent(partitionKey)}/${encodeURIComponent(rowKey)}`,
		);
	}

	private rowOf({ name, createdAt, writtenAt, ...lead }: LeadToWrite): MarketplaceRow {
		const created = new Date(createdAt ?? writtenAt ?? this.now());
		const key = { partitionKey: created.toISOString().slice(0, 10), rowKey: name };
		this.keys.set(name, key);
		const timestamp = writtenAt === undefined ? { moved: this.turned } : { at: writtenAt };
		this.timestamps.set(JSON.stringify(key), timestamp);
		if (writtenAt !== undefined) this.rewrite();
		return { ...tableRow({ ...lead, name, createdAt: created.getTime() }), ...key };
	}

	/** Only once it is needed: with it, the proxy reads the table itself and is far slower. */
	private rewrite(): void {
		this.proxy.rewriteTimestamp ??= ({ PartitionKey, RowKey, Timestamp }) => {
			const key = JSON.stringify({ partitionKey: PartitionKey, rowKey: RowKey });
			const timestamp = this.timestamps.get(key);
			if (timestamp === undefined) return undefined;
			if ('at' in timestamp) return new Date(timestamp.at).toISOString();
			return new Date(Date.parse(String(Timestamp)) + timestamp.moved).toISOString();
		};
	}
}

/** Whether it changes rows. */
const isWriting = ({ kind, method, table }: SeenRequest) =>
	kind === 'batch' || (method !== 'GET' && table !== undefined);

const CUTS = {
	afterTaking: faults.cutBeforeResponse,
	beforeResponse: faults.cutBeforeRequest,
	inResponse: faults.cutInBody,
};

function playedFault(fault: Fault): faults.Fault {
	switch (fault.kind) {
		case 'cut':
			return CUTS[fault.where]();
		case 'garbage':
			return faults.garbage(fault.what);
		case 'slow':
			return faults.slowResponse(fault.milliseconds);
		case 'refused': {
			const { waitSeconds } = fault;
			const wait = waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds };
			if (fault.why === 'throttled') return faults.tooManyRequests(wait);
			return fault.why === 'busy' ? faults.serverBusy(wait) : faults.operationTimedOut();
		}
	}
}
