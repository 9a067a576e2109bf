/** Tables of one storage account (Azurite), reached through what goes wrong. */
import {
	authenticationFailed,
	authorizationFailure,
	cutBeforeResponse,
	cutInBody,
	garbage,
	serverBusy,
	slowResponse,
	startFaultProxy,
	tooManyRequests,
} from '../../test/fakeServers/azureTable/faultProxy.ts';
import type {
	FaultProxy,
	ScriptedFault,
	SeenRequest,
} from '../../test/fakeServers/azureTable/faultProxy.ts';
import type { Azurite } from '../../test/fakeServers/azureTable/azurite.ts';
import {
	marketplaceRow,
	MarketplaceTable,
} from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from '../../test/fakeServers/azureTable/marketplaceTable.ts';
import { Gateway, type Certificate } from './gateway.ts';
import type { LeadStore, Written } from './stores.ts';
import { OTHER_JSON, PAGE, SLOW, WAIT, type Weather } from './weather.ts';

/** A cut line lets this share of the requests through. */
const CUT_SHARE = 0.5;

export interface Certificates {
	valid: Certificate;
	expired: Certificate;
}

/** One way to the account: a clock of its own, and the same weather as all others. */
export class AzureAccount {
	readonly proxy: FaultProxy;
	readonly connectionString: string;
	private readonly gateway: Gateway;
	private readonly certificates: Certificates;
	private readonly random: () => number;

	private constructor(
		proxy: FaultProxy,
		gateway: Gateway,
		certificates: Certificates,
		random: () => number,
	) {
		this.proxy = proxy;
		this.gateway = gateway;
		this.certificates = certificates;
		this.random = random;
		this.connectionString =
			`DefaultEndpointsProtocol=https;AccountName=${proxy.accountName};` +
			`AccountKey=${proxy.accountKey};TableEndpoint=${gateway.origin}${new URL(proxy.endpoint).pathname};`;
	}

	static async start(
		azurite: Azurite,
		certificates: Certificates,
		random: () => number,
	): Promise<AzureAccount> {
		const proxy = await startFaultProxy(azurite);
		const gateway = await Gateway.start(Number(new URL(proxy.endpoint).port), certificates.valid);
		return new AzureAccount(proxy, gateway, certificates, random);
	}

	async begin(weather: Weather): Promise<void> {
		if (weather === 'destination away') await this.gateway.leave();
		else if (weather === 'certificate expired') this.gateway.show(this.certificates.expired);
		else this.proxy.script(this.faultsOf(weather));
	}

	async clear(): Promise<void> {
		this.proxy.script([]);
		this.gateway.show(this.certificates.valid);
		await this.gateway.comeBack();
	}

	async stop(): Promise<void> {
		await this.gateway.leave();
		await this.proxy.stop();
	}

	private faultsOf(weather: Weather): ScriptedFault[] {
		const all = { times: Infinity };
		const some = (share: number) => ({ ...all, when: () => this.random() < share });
		const json = { 'content-type': 'application/json' };
		switch (weather) {
			case 'destination slow':
				return [{ fault: slowResponse(SLOW), ...all }];
			case 'destination cuts':
				return [
					{ fault: cutBeforeResponse(), ...some(CUT_SHARE) },
					{ fault: cutInBody(), ...some(CUT_SHARE) },
				];
			case 'destination throttles':
				return [
					{ fault: serverBusy({ retryAfterSeconds: WAIT }), ...some(1 / 2) },
					{ fault: tooManyRequests({ retryAfterSeconds: WAIT }), ...all },
				];
			case 'destination sends garbage':
				return [
					{
						fault: garbage({
							headers: { 'content-type': 'text/html' },
							body: () => Buffer.from(PAGE),
						}),
						...some(1 / 2),
					},
					{ fault: garbage({ headers: json, body: () => Buffer.from(OTHER_JSON) }), ...all },
				];
			case 'destination says 403':
				return [{ fault: authorizationFailure(), ...all }];
			case 'token revoked':
				return [{ fault: authenticationFailed(), ...all }];
			case 'destination away':
			case 'certificate expired':
				return [];
		}
	}
}

/** The nodes' parameter for a table. */
export const tableOf = (name: string) => ({ __rl: true, mode: 'name', value: name });

/** A table of leads, and the one that handled ones move to. */
export class AzureStore implements LeadStore {
	readonly displayName = 'Azure Table';
	readonly destination = 'azureTable';
	readonly credentialType = 'marketplaceLeadAzureTableApi';
	readonly account: AzureAccount;
	private readonly table: MarketplaceTable;
	private readonly handled: MarketplaceTable;
	private readonly isRepeating: boolean;
	private next = 0;

	private constructor(account: AzureAccount, azurite: Azurite, name: string, isRepeating: boolean) {
		this.account = account;
		// Past whatever goes wrong: this is who counts.
		this.table = new MarketplaceTable(azurite, name);
		this.handled = new MarketplaceTable(azurite, `${name}Handled`);
		this.isRepeating = isRepeating;
	}

	/** @param isRepeating whether every lead comes as several rows */
	static async create(
		account: AzureAccount,
		azurite: Azurite,
		name: string,
		isRepeating: boolean,
	): Promise<AzureStore> {
		const store = new AzureStore(account, azurite, name, isRepeating);
		await store.table.create();
		return store;
	}

	get credential() {
		return {
			authentication: 'connectionString',
			connectionString: this.account.connectionString,
		};
	}

	get parameters() {
		return { destination: this.destination, table: tableOf(this.table.name) };
	}

	get marking() {
		return {};
	}

	async write(count: number): Promise<Written[]> {
		const written: Array<{ row: MarketplaceRow; lead: string }> = [];
		const add = (index: number, prefix: string) => {
			const row = marketplaceRow(index);
			const rowKey = `${prefix}${row.rowKey}`;
			written.push({ row: { ...row, rowKey }, lead: row.rowKey });
		};
		if (this.isRepeating) {
			// Repeats of this wave, and of the one before.
			const fresh = Math.ceil(count / 3);
			for (let at = 0; at < fresh; at += 1) {
				add(this.next + at, '');
				add(this.next + at, 'again-');
				if (this.next >= fresh) add(this.next + at - fresh, 'late-');
			}
			this.next += fresh;
		} else {
			for (let at = 0; at < count; at += 1) add(this.next + at, '');
			this.next += count;
		}
		await this.table.insert(written.map(({ row }) => row));
		return written.map(({ row, lead }) => ({ id: `${row.partitionKey}/${row.rowKey}`, lead }));
	}

	async pending(): Promise<number> {
		return (await this.table.list()).length;
	}

	async marked(): Promise<number> {
		return (await this.rowsOfHandled()).length;
	}

	/** By the rows' own count. */
	async handOvers(): Promise<number> {
		const rows = [...(await this.table.list()), ...(await this.rowsOfHandled())];
		return rows.reduce((sum, row) => sum + Number(row['LeadDeliveryAttempt'] ?? 0), 0);
	}

	get clock() {
		return this.account;
	}

	turnClock(milliseconds: number): void {
		this.account.proxy.clockOffsetMs += milliseconds;
	}

	/** Made with the first lead that is handled. */
	private async rowsOfHandled() {
		return (await this.handled.exists()) ? await this.handled.list() : [];
	}
}

/** What a request to the account is for. */
export function kindOf({ kind }: SeenRequest): 'claim' | 'mark' | 'poll' | undefined {
	if (kind === 'query') return 'poll';
	if (kind === 'batch') return 'claim';
	return kind === 'row' ? 'mark' : undefined;
}
