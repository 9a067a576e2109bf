import type { DemoHost } from '../../../scripts/host/demo.ts';
import type { Environment } from '../../../scripts/host/environment.ts';
import { RestClient } from '../../../scripts/host/rest.ts';
import type { Owner } from '../../../scripts/host/rest.ts';

/** How the global set-up tells the test files, which share no memory with it. */
const VARIABLE = 'MARKETPLACE_LEADS_E2E_HOST';

/** For the global tear-down, which jest loads apart from the set-up but in the same process. */
export const shared = globalThis as { marketplaceLeadsEnvironment?: Environment };

interface Announcement {
	baseUrl: string;
	owner: Owner;
	azurite: DemoHost['azurite'];
}

export function announceHost({ baseUrl, owner, azurite }: Environment): void {
	process.env[VARIABLE] = JSON.stringify({ baseUrl, owner, azurite } satisfies Announcement);
}

/** The n8n that all test files share, with a session of its owner's. */
export async function sharedHost(): Promise<DemoHost> {
	const announced = process.env[VARIABLE];
	if (!announced) throw new Error('The global set-up of the e2e project did not run.');
	const { baseUrl, owner, azurite } = JSON.parse(announced) as Announcement;
	const rest = new RestClient(baseUrl);
	await rest.login(owner);
	return { baseUrl, rest, azurite };
}
