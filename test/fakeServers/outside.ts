/**
 * What a workflow of the fixtures polls, under names that are the same whenever they run: a kept
 * cursor belongs to an address. Erasable TypeScript: `npm run fixtures` runs it as it is.
 */
import { readFileSync } from 'node:fs';

import { startAzurite } from './azureTable/azurite.ts';
import type { Azurite } from './azureTable/azurite.ts';
import { startDynamics } from './dynamics365/dynamics.ts';
import { startEntraAuthority } from './entra/authority.ts';
import type { EntraAuthority } from './entra/authority.ts';
import type { FakeServerOptions } from './fakeServer.ts';
import { startForwardProxy } from './forwardProxy.ts';
import type { LeadToWrite } from './leadToWrite.ts';
import { startMarketo } from './marketo/marketo.ts';
import { startSalesforce } from './salesforce/salesforce.ts';

const ACCOUNT = 'keptleads';
/** With the account in the path: under a name of its own Azurite takes no transactions. */
const STORAGE_URL = `https://localhost/${ACCOUNT}`;
export const CRMS = ['dynamics365', 'marketo', 'salesforce'] as const;
export type Crm = (typeof CRMS)[number];

export interface PolledCrm {
	credentialType: string;
	credential: Readonly<Record<string, unknown>>;
	/** Of the node. */
	parameters: Readonly<Record<string, unknown>>;
	/** @returns the records' ids */
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
}

export interface Outside {
	storage: Azurite;
	/** For n8n's credential. */
	storageCredential: Readonly<Record<string, unknown>>;
	crms: Record<Crm, PolledCrm>;
	/** What of n8n's credential for the storage account is Entra's. */
	entra: Readonly<Record<string, string>>;
	/** Every way to sign in to Salesforce. */
	salesforce: ReadonlyArray<Readonly<Record<string, unknown>>>;
	/** Of Salesforce: a cursor belongs to it, and not to its address. */
	organisationId: string;
	/** For n8n, which gets there by the proxy alone. */
	env: Record<string, string>;
	stop(): Promise<void>;
}

/** @param organisationId made up when absent */
export async function startOutside(organisationId?: string): Promise<Outside> {
	const stops: Array<() => Promise<void>> = [];
	const stop = async () => {
		for (const each of stops.reverse()) await each();
	};
	try {
		const authority = await startEntraAuthority(['*.leads.example']);
		stops.push(authority.stop);
		const storage = await startAzurite({ tls: authority.tls, accountName: ACCOUNT });
		stops.push(storage.stop);
		const { servers, ports } = await startCrms(authority, stops);
		const { dynamics365, marketo, salesforce } = servers;
		if (organisationId !== undefined) salesforce.organisation.id = organisationId;
		const proxy = await startForwardProxy({ ...ports, 'localhost:443': storage.port });
		stops.push(proxy.stop);
		const { accountName, accountKey } = storage;
		return {
			storage,
			storageCredential: {
				authentication: 'connectionString',
				connectionString: `AccountName=${accountName};AccountKey=${accountKey};TableEndpoint=${STORAGE_URL};`,
			},
			crms: {
				dynamics365: asPolled('dynamics365', dynamics365),
				marketo: asPolled('marketo', marketo),
				salesforce: asPolled('salesforce', salesforce),
			},
			entra: {
				authorityHost: authority.host,
				tenantId: authority.application.tenantId,
				clientId: authority.application.clientId,
				clientSecret: authority.application.clientSecret,
			},
			salesforce: [salesforce.credential, salesforce.jwtCredential, salesforce.refreshCredential],
			organisationId: salesforce.organisation.id,
			env: {
				HTTP_PROXY: proxy.url,
				HTTPS_PROXY: proxy.url,
				NO_PROXY: '127.0.0.1',
				NODE_EXTRA_CA_CERTS: authority.tls.certFile,
			},
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

async function startCrms(authority: EntraAuthority, stops: Array<() => Promise<void>>) {
	const tls = {
		key: readFileSync(authority.tls.keyFile, 'utf8'),
		cert: readFileSync(authority.tls.certFile, 'utf8'),
	};
	const options = (name: Crm): FakeServerOptions => ({
		tls,
		host: `${name}.leads.example`,
		hidesPort: true,
	});
	const dynamics365 = await startDynamics({ authority, ...options('dynamics365') });
	stops.push(async () => await dynamics365.stop());
	const marketo = await startMarketo(options('marketo'));
	stops.push(async () => await marketo.stop());
	const salesforce = await startSalesforce(options('salesforce'));
	stops.push(async () => await salesforce.stop());
	const servers = { dynamics365, marketo, salesforce };
	const ports = Object.fromEntries(
		CRMS.map((name) => [`${name}.leads.example:443`, servers[name].server.port]),
	);
	return { servers, ports };
}

interface FakeCrm extends Pick<PolledCrm, 'credentialType' | 'insert'> {
	credential: object;
	parameters: object;
}

const asPolled = (name: Crm, server: FakeCrm): PolledCrm => ({
	credentialType: server.credentialType,
	credential: { ...server.credential },
	parameters: { destination: name, ...server.parameters },
	insert: async (leads) => await server.insert(leads),
});
