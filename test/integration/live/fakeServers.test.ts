/**
 * The live tests, run as somebody with accounts runs them, but against the fake servers: so that the
 * first one who has an account meets no mistake of the tests' own. It is the one command of
 * docs/live-tests.md, in a process of its own.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startServer } from '../../../scripts/host/child.ts';
import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver.ts';
import { azureTableDestination, startCrms } from '../../fakeServers/leadDestinations.ts';
import type { FakeDestination } from '../../fakeServers/leadDestinations.ts';
import { MINUTE } from '../../support/pollContract/time.ts';

const ROOT = path.resolve(__dirname, '../../..');

interface Report {
	testResults: Array<{
		assertionResults: Array<{ fullName: string; status: string; failureMessages: string[] }>;
	}>;
}

let folder: string;
let authority: EntraAuthority;
let crms: FakeDestination[];
let azurite: Azurite;
let receiver: LeadReceiver;
beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'live-'));
	authority = await startEntraAuthority();
	crms = await startCrms({ authority });
	azurite = await startAzurite();
	receiver = await LeadReceiver.start();
});
afterAll(async () => {
	await receiver?.server.stop();
	await azurite?.stop();
	await Promise.all((crms ?? []).map(async (crm) => await crm.stop()));
	await authority?.stop();
	await rm(folder, { recursive: true, force: true });
});

/** Variables as docs/live-tests.md has them: what differs from the nodes' defaults, and no more. */
async function variables(): Promise<Record<string, string>> {
	const table = azureTableDestination(azurite, 'MarketplaceLeads');
	const given: Record<string, string> = {
		MARKETPLACE_LEADS_LIVE_WRITE: '1',
		MARKETPLACE_LEADS_LIVE_PAUSE: '0.1',
		MARKETPLACE_LEADS_LIVE_HTTPS: JSON.stringify({
			credential: receiver.credential,
			options: { allowHttpOnLocalhost: true },
		}),
	};
	for (const { name, credential, parameters, insert } of [...crms, table]) {
		const at = (index: number) => Date.now() - 40 * MINUTE + index * MINUTE;
		await insert(
			Array.from({ length: 5 }, (_, index) => ({
				name: `Old ${index}`,
				leadSource: 'AzureMarketplace-INS|contoso.gateway',
				writtenAt: at(index),
				createdAt: at(index),
			})),
		);
		const variable = `MARKETPLACE_LEADS_LIVE_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
		given[variable] = JSON.stringify({ credential, parameters });
	}
	return given;
}

it('run and pass, every one of them', async () => {
	const outputFile = path.join(folder, 'report.json');
	const tests = startServer({
		script: path.join(ROOT, 'node_modules/jest/bin/jest.js'),
		args: [
			...['--config', 'test/jest.config.js', '--selectProjects', 'integration', '--runInBand'],
			...['--testPathPatterns', 'live/live\\.test', '--json', '--outputFile', outputFile],
		],
		env: { ...(await variables()), NODE_EXTRA_CA_CERTS: authority.tls.certFile },
		cwd: ROOT,
	});
	await tests.exited;
	const { testResults } = JSON.parse(await readFile(outputFile, 'utf8')) as Report;
	const results = testResults.flatMap(({ assertionResults }) => assertionResults);
	const notPassed = results.filter(({ status }) => status !== 'passed');
	expect(notPassed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages])).toEqual(
		[],
	);
	expect(results.length).toBeGreaterThan(35);
});
