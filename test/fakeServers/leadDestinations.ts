/**
 * Every destination that is polled, with something running in the vendor's place: for the demo, the
 * end-to-end tests and the benchmarks. Erasable TypeScript: `npm start` runs it as it is.
 */
import { readFileSync } from 'node:fs';

import type { DestinationName } from '../../nodes/lead/types.ts';
import type { EntraAuthority } from './entra/authority.ts';
import { startDynamics } from './dynamics365/dynamics.ts';
import type { TableAccount } from './azureTable/marketplaceTable.ts';
import { customerInfo, MarketplaceTable, marketplaceRow } from './azureTable/marketplaceTable.ts';
import type { MarketplaceRow } from './azureTable/marketplaceTable.ts';
import { startMarketo } from './marketo/marketo.ts';
import type { Fault, Traffic } from './faults.ts';
import type { LeadToWrite } from './leadToWrite.ts';
import { startSalesforce } from './salesforce/salesforce.ts';
import type { FakeServerOptions } from './fakeServer.ts';

export interface LeadDestination {
	/** What the node's parameter Destination holds. */
	name: DestinationName;
	displayName: string;
	credentialType: string;
	/** For n8n's credential. */
	credential: Readonly<Record<string, unknown>>;
	/** The same with a secret that is refused. */
	badCredential: Readonly<Record<string, unknown>>;
	/** Of the node, the destination included. */
	parameters: Readonly<Record<string, unknown>>;
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
}

/** One that is a server of ours, so that its days can be bad. */
export interface FakeDestination extends LeadDestination {
	origin: string;
	fault(fault: Fault, options?: { page?: number; times?: number }): void;
	faultsLeft(): number;
	traffic(since?: Traffic): Traffic;
	stop(): Promise<void>;
}

export interface CrmOptions {
	/** Plays Entra, for Dynamics 365. */
	authority: EntraAuthority;
	/** HTTPS, with the authority's certificate, under the names `<destination>.leads.example`. */
	secure?: boolean;
}

/** Dynamics 365, Marketo and Salesforce, each on a port of its own. */
export async function startCrms({
	authority,
	secure = false,
}: CrmOptions): Promise<FakeDestination[]> {
	const tls = {
		key: readFileSync(authority.tls.keyFile, 'utf8'),
		cert: readFileSync(authority.tls.certFile, 'utf8'),
	};
	const options = (name: CrmName): FakeServerOptions =>
		secure ? { tls, host: `${name}.leads.example` } : {};
	const starting: Record<CrmName, Promise<FakeDestination>> = {
		dynamics365: startDynamics({ authority, ...options('dynamics365') }).then((fakeServer) =>
			asDestination('dynamics365', 'Dynamics 365', fakeServer),
		),
		marketo: startMarketo(options('marketo')).then((fakeServer) =>
			asDestination('marketo', 'Marketo', fakeServer),
		),
		salesforce: startSalesforce(options('salesforce')).then((fakeServer) =>
			asDestination('salesforce', 'Salesforce', fakeServer),
		),
	};
	return await Promise.all(Object.values(starting));
}

/** A table is in an account that runs already, and an endpoint is only sent to. */
type CrmName = Exclude<DestinationName, 'azureTable' | 'https'>;

interface FakeCrm extends Pick<FakeDestination, 'credentialType' | 'insert' | 'origin' | 'stop'> {
	server: Pick<FakeDestination, 'fault' | 'faultsLeft' | 'traffic'>;
	credential: object;
	badCredential: object;
	parameters: object;
}

function asDestination(name: CrmName, displayName: string, fakeServer: FakeCrm): FakeDestination {
	const { server } = fakeServer;
	return {
		name,
		displayName,
		origin: fakeServer.origin,
		credentialType: fakeServer.credentialType,
		credential: { ...fakeServer.credential },
		badCredential: { ...fakeServer.badCredential },
		parameters: { destination: name, ...fakeServer.parameters },
		insert: async (leads) => await fakeServer.insert(leads),
		fault: (fault, options) => server.fault(fault, options),
		faultsLeft: () => server.faultsLeft(),
		traffic: (since) => server.traffic(since),
		stop: async () => await fakeServer.stop(),
	};
}

/**
 * A table of a storage account that runs already; Microsoft makes it with the first lead. `writer`
 * is the same account as we reach it, where n8n reaches it another way.
 */
export function azureTableDestination(
	account: TableAccount & { connectionString: string },
	tableName: string,
	writer: TableAccount = account,
): LeadDestination {
	const table = new MarketplaceTable(writer, tableName);
	let exists = false;
	const { accountKey, connectionString } = account;
	const credential = { authentication: 'connectionString', connectionString };
	return {
		name: 'azureTable',
		displayName: 'Azure Table',
		credentialType: 'marketplaceLeadAzureTableApi',
		credential,
		badCredential: {
			...credential,
			connectionString: connectionString.replace(
				accountKey,
				Buffer.alloc(64, 7).toString('base64'),
			),
		},
		parameters: {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: tableName },
		},
		async insert(leads) {
			if (!exists) await table.create();
			exists = true;
			const rows = leads.map(tableRow);
			await table.insert(rows);
			return rows.map(({ partitionKey, rowKey }) => `${partitionKey}/${rowKey}`);
		},
	};
}

/** The lead as Microsoft's connector writes it. */
export function tableRow({
	name,
	company = 'Fabrikam',
	leadSource,
	offerTitle,
	isTest = false,
	createdAt = Date.now(),
}: LeadToWrite): MarketplaceRow {
	const created = new Date(createdAt).toISOString();
	const offerId = leadSource?.split('|')[1];
	return {
		...marketplaceRow(0),
		partitionKey: created.slice(0, 10),
		rowKey: name,
		CreatedTime: created,
		CustomerInfo: customerInfo({ FirstName: 'Kim', LastName: name, Company: company }),
		...(leadSource === undefined ? {} : { LeadSource: leadSource }),
		...(leadSource === undefined ? {} : { ActionCode: leadSource.split(/[-|]/)[1] ?? '' }),
		...(offerId === undefined ? {} : { ProductId: offerId }),
		...(offerTitle === undefined ? {} : { OfferDisplayName: offerTitle }),
		...(isTest ? { Description: 'MSFT_TEST_636573304831318844' } : {}),
	};
}
