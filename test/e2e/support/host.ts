import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import type { DemoHost } from '../../../scripts/host/demo.ts';
import type { Environment } from '../../../scripts/host/environment.ts';
import { RestClient } from '../../../scripts/host/rest.ts';
import type { Owner, Session } from '../../../scripts/host/rest.ts';
import type { TableAccount } from '../../fakeServers/azureTable/marketplaceTable.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { FakeServerOptions } from '../../fakeServers/fakeServer.ts';

/** How the global set-up tells the test files, which share no memory with it. */
const VARIABLE = 'MARKETPLACE_LEADS_E2E_HOST';

/** What the global tear-down stops, last first; jest loads it apart, but in the same process. */
export const shared = globalThis as { marketplaceLeadsStops?: Array<() => Promise<void>> };

/** What n8n reaches through a proxy only, by certificates that it trusts by setting only. */
export interface Outside {
	/** The fake server for Entra. */
	authority: Omit<EntraAuthority, 'stop'>;
	/** A storage account that takes Entra tokens, by a name that only the proxy can resolve. */
	storage: DemoHost['azurite'];
	/** The same account as it is reached without the proxy. */
	storageHere: TableAccount;
	/** One line a connection through the proxy. */
	proxyLog: string;
	/** The port here of each vendor that n8n's own nodes know by name: whoever listens there is the vendor. */
	vendorPorts: Readonly<Record<Vendor, number>>;
}

/** Vendors whose addresses stand in n8n's own nodes. */
export const VENDORS = [
	'api.hubapi.com',
	'api.pipedrive.com',
	'sheets.googleapis.com',
	'www.zohoapis.com',
] as const;
export type Vendor = (typeof VENDORS)[number];

/** For the fake server that is the vendor by this name. */
export function asVendor({ authority, vendorPorts }: Outside, host: Vendor): FakeServerOptions {
	const { certFile, keyFile } = authority.tls;
	const tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
	return { tls, host, hidesPort: true, port: vendorPorts[host] };
}

interface Announcement {
	baseUrl: string;
	owner: Owner;
	session: Session;
	azurite: DemoHost['azurite'];
	outside: Outside;
}

export function announceHost(
	{ baseUrl, owner, rest, azurite }: Environment,
	outside: Outside,
): void {
	const announcement: Announcement = { baseUrl, owner, session: rest.session, azurite, outside };
	process.env[VARIABLE] = JSON.stringify(announcement);
}

/** The n8n that all test files share, with one session of its owner's. */
export async function sharedHost(): Promise<DemoHost & { owner: Owner; outside: Outside }> {
	const announced = process.env[VARIABLE];
	if (!announced) throw new Error('The global set-up of the e2e project did not run.');
	const { baseUrl, owner, session, azurite, outside } = JSON.parse(announced) as Announcement;
	// What the tests start themselves has the authority's certificate too.
	const trusted = readFileSync(outside.authority.tls.certFile, 'utf8');
	setDefaultCACertificates([...getCACertificates('default'), trusted]);
	return { baseUrl, owner, rest: new RestClient(baseUrl, session), azurite, outside };
}
