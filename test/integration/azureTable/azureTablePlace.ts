/** Azure Table behind the poll contract: one Azurite for all places, a fault proxy for each. */
import { randomBytes } from 'node:crypto';

import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables';

import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import * as faults from '../../fakeServers/azureTable/faultProxy.ts';
import type { FaultProxy } from '../../fakeServers/azureTable/faultProxy.ts';
import { tableRow } from '../../fakeServers/leadDestinations.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import type {
	Credentials,
	DestinationServer,
	PolledDestination,
	PollHarness,
} from '../../support/pollContract/harness.ts';

/** Seconds the SDK's own retries wait within a test without making it slow. */
const SHORT_WAIT = 2;

export const azureTablePolled: PolledDestination = {
	destination: 'azureTable',
	cannot: {},
	retries(fault) {
		if (fault.kind === 'refused') return (fault.waitSeconds ?? 0) <= SHORT_WAIT;
		if (fault.kind === 'garbage') return false;
		// The SDK does not try again once the answer has begun, nor while it waits for one.
		return fault.kind === 'cut' && fault.where === 'beforeAnswer';
	},
	async start(): Promise<DestinationServer> {
		const azurite = await startAzurite();
		const places: AzureTablePlace[] = [];
		return {
			async newPlace({ absent = false } = {}) {
				const place = new AzureTablePlace(azurite, await faults.startFaultProxy(azurite));
				places.push(place);
				if (!absent) await place.create();
				return place;
			},
			async stop() {
				await Promise.all(places.map(async ({ proxy }) => await proxy.stop()));
				await azurite.stop();
			},
		};
	},
};

export class AzureTablePlace implements PollHarness {
	/** On Azurite itself: what a test writes is no traffic of the node's. */
	readonly table: MarketplaceTable;
	readonly parameters;
	readonly credentials: Credentials;
	readonly badCredentials: Credentials;
	readonly otherCredentials: Credentials;
	readonly secrets: string[];
	#exists = false;
	/** How far the clock is turned, in milliseconds. */
	#turned = 0;
	/** Rows whose Timestamp is not Azurite's: as given, or moved by the clock of when it was written. */
	readonly #timestamps = new Map<string, { at: number } | { moved: number }>();
	readonly #keys = new Map<string, Pick<MarketplaceRow, 'partitionKey' | 'rowKey'>>();

	constructor(
		azurite: Azurite,
		readonly proxy: FaultProxy,
	) {
		const name = `Leads${randomBytes(6).toString('hex')}`;
		this.table = new MarketplaceTable(azurite, name);
		this.parameters = {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: name },
		};
		const sas = generateAccountSas(
			new AzureNamedKeyCredential(azurite.accountName, azurite.accountKey),
			{ permissions: { query: true, list: true }, expiresOn: new Date(Date.now() + 3_600_000) },
		);
		const { connectionString } = proxy;
		this.credentials = {
			marketplaceLeadAzureTableApi: { authentication: 'connectionString', connectionString },
		};
		// Of all sign-ins this one could leak most easily: it is in the address of every request.
		const wrong = new URLSearchParams(sas);
		wrong.set('sig', randomBytes(32).toString('base64'));
		this.badCredentials = {
			marketplaceLeadAzureTableApi: {
				authentication: 'connectionString',
				connectionString: `TableEndpoint=${proxy.endpoint};SharedAccessSignature=${wrong}`,
			},
		};
		this.otherCredentials = {
			marketplaceLeadAzureTableApi: { authentication: 'sas', sasUrl: `${proxy.endpoint}/?${sas}` },
		};
		const signatures = [sas, wrong].map((text) => new URLSearchParams(text).get('sig') ?? '');
		this.secrets = [azurite.accountKey, ...signatures, ...signatures.map(encodeURIComponent)];
	}

	async create(): Promise<void> {
		await this.table.create();
		this.#exists = true;
	}

	now(): number {
		return Date.now() + this.#turned;
	}

	pass(milliseconds: number): void {
		this.#turned += milliseconds;
		this.proxy.clockOffsetMs = this.#turned;
		this.#rewrite();
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return await this.#write(leads.map((lead) => this.#rowOf(lead)));
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		const rows = leads.map((lead) => this.#rowOf(lead));
		this.proxy.hide(rows);
		return await this.#write(rows);
	}

	showLate(): void {
		this.proxy.release();
	}

	async edit(...names: string[]): Promise<void> {
		for (const name of names) {
			const key = this.#keys.get(name);
			if (key === undefined) throw new Error(`There is no lead "${name}" here`);
			await this.table.touch(key);
			this.#timestamps.set(JSON.stringify(key), { moved: this.#turned });
		}
	}

	fault(fault: Fault, { page = 0, times = 1 } = {}): void {
		this.proxy.script([{ fault: playedFault(fault), when: faults.queries, skip: page, times }]);
	}

	faultAny(fault: Fault, request: number): void {
		this.proxy.script([{ fault: playedFault(fault), skip: request }]);
	}

	faultsLeft(): number {
		return this.proxy.unspentFaults;
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

	async #write(rows: readonly MarketplaceRow[]): Promise<string[]> {
		if (!this.#exists) await this.create();
		await this.table.insert(rows);
		return rows.map(
			({ partitionKey, rowKey }) =>
				`${encodeURIComponent(partitionKey)}/${encodeURIComponent(rowKey)}`,
		);
	}

	#rowOf({ name, createdAt, writtenAt, ...lead }: LeadToWrite): MarketplaceRow {
		const created = new Date(createdAt ?? writtenAt ?? this.now());
		const key = { partitionKey: created.toISOString().slice(0, 10), rowKey: name };
		this.#keys.set(name, key);
		const timestamp = writtenAt === undefined ? { moved: this.#turned } : { at: writtenAt };
		this.#timestamps.set(JSON.stringify(key), timestamp);
		if (writtenAt !== undefined) this.#rewrite();
		return { ...tableRow({ ...lead, name, createdAt: created.getTime() }), ...key };
	}

	/** Only once it is needed: with it, the proxy reads the table itself and is far slower. */
	#rewrite(): void {
		this.proxy.rewriteTimestamp ??= ({ PartitionKey, RowKey, Timestamp }) => {
			const key = JSON.stringify({ partitionKey: PartitionKey, rowKey: RowKey });
			const timestamp = this.#timestamps.get(key);
			if (timestamp === undefined) return undefined;
			if ('at' in timestamp) return new Date(timestamp.at).toISOString();
			return new Date(Date.parse(String(Timestamp)) + timestamp.moved).toISOString();
		};
	}
}

function playedFault(fault: Fault): faults.Fault {
	switch (fault.kind) {
		case 'cut':
			return fault.where === 'inAnswer' ? faults.cutInBody() : faults.cutBeforeAnswer();
		case 'garbage':
			return faults.garbage(fault.what);
		case 'slow':
			return faults.slowAnswer(fault.milliseconds);
		case 'refused': {
			const { waitSeconds } = fault;
			const wait = waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds };
			if (fault.why === 'throttled') return faults.tooManyRequests(wait);
			return fault.why === 'busy' ? faults.serverBusy(wait) : faults.operationTimedOut();
		}
	}
}
