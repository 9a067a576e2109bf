import type { DemoHost } from '../../../scripts/host/demo.ts';
import type { Environment } from '../../../scripts/host/environment.ts';
import { RestClient } from '../../../scripts/host/rest.ts';
import type { Owner } from '../../../scripts/host/rest.ts';
import type { EntraApplication } from '../../support/entra/authorityServer.ts';

/** How the global set-up tells the test files, which share no memory with it. */
const VARIABLE = 'MARKETPLACE_LEADS_E2E_HOST';

/** What the global tear-down stops, last first; jest loads it apart, but in the same process. */
export const shared = globalThis as { marketplaceLeadsStops?: Array<() => Promise<void>> };

/** A storage account that takes Entra tokens, and the stand-in for Entra that n8n trusts. */
export interface EntraStorage {
	authorityHost: string;
	endpoint: string;
	application: EntraApplication;
}

interface Announcement {
	baseUrl: string;
	owner: Owner;
	azurite: DemoHost['azurite'];
	entra: EntraStorage;
}

export function announceHost({ baseUrl, owner, azurite }: Environment, entra: EntraStorage): void {
	const announcement: Announcement = { baseUrl, owner, azurite, entra };
	process.env[VARIABLE] = JSON.stringify(announcement);
}

/** The n8n that all test files share, with a session of its owner's. */
export async function sharedHost(): Promise<DemoHost & { entra: EntraStorage }> {
	const announced = process.env[VARIABLE];
	if (!announced) throw new Error('The global set-up of the e2e project did not run.');
	const { baseUrl, owner, azurite, entra } = JSON.parse(announced) as Announcement;
	const rest = new RestClient(baseUrl);
	await rest.login(owner);
	return { baseUrl, rest, azurite, entra };
}
