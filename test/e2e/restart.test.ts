/**
 * n8n stopped, and cut off between polls and during one: no lead of any destination is lost, and
 * only those can come out twice that n8n handed over without having kept that it did.
 */
import { randomUUID } from 'node:crypto';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import { waitFor } from '../../scripts/host/wait.ts';
import { MarketplaceTable } from '../fakeServers/azureTable/marketplaceTable.ts';
import { startEntraAuthority } from '../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../fakeServers/entra/authority.ts';
import { azureTableDestination, startCrms } from '../fakeServers/leadDestinations.ts';
import type { LeadDestination, FakeDestination } from '../fakeServers/leadDestinations.ts';
import { httpsLead, send } from './support/send.ts';
import {
	chain,
	itemsOf,
	leadSource,
	leadTrigger,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollsFrom,
	withCredential,
} from './support/workflows.ts';

const SECRET = 'an-e2e-secret-of-32-characters-02';
/** A start of n8n on busy cores, and the leads through it. */
const TIMEOUT_MS = 2 * NEXT_POLL_MS;
/** Milliseconds; longer than from a poll's first request to the cut. */
const SLOW_RESPONSE_MS = 45_000;

interface Polled {
	destination: LeadDestination;
	workflow: LiveWorkflow;
}

let authority: EntraAuthority;
let environment: Environment;
let crms: FakeDestination[] = [];
const polled: Polled[] = [];
let sent: LiveWorkflow;
/** How many leads each destination holds so far. */
let written = 0;

beforeAll(async () => {
	const install = await ensureN8n(() => undefined);
	authority = await startEntraAuthority();
	crms = await startCrms({ authority });
	environment = await withTarball((tarball) =>
		Environment.start({
			install,
			tarballs: [tarball],
			env: { NODE_EXTRA_CA_CERTS: authority.tls.certFile },
		}),
	);
	const { rest, azurite } = environment;
	const done = node('Done', 'n8n-nodes-base.noOp');
	const destinations = [azureTableDestination(azurite, 'MarketplaceLeads'), ...crms];
	for (const { insert } of destinations) await insert(leads(0, 10));
	written = 10;
	for (const destination of destinations) {
		const { name, credentialType, credential, parameters } = destination;
		const reference = await rest.createCredential(credentialType, name, credential);
		const trigger = withCredential(pollsFrom({ ...parameters }), reference);
		const file = chain(`Polled ${name}`, trigger, done);
		polled.push({ destination, workflow: await LiveWorkflow.activate(environment, file) });
	}
	const endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'Endpoint', {
		secret: SECRET,
	});
	const trigger = withCredential(leadTrigger(), endpoint);
	const repeats = leadSource('Repeats', { operation: 'removeRepeats' });
	sent = await LiveWorkflow.activate(environment, chain('Sent', trigger, repeats));
}, TIMEOUT_MS);

afterAll(async () => {
	await environment?.stop();
	await Promise.all(crms.map(async (crm) => await crm.stop()));
	await authority?.stop();
});

const nameOf = (at: number) => `Sample ${String(at).padStart(3, '0')}`;
const leads = (from: number, count: number) =>
	Array.from({ length: count }, (_, at) => ({ name: nameOf(from + at) }));

async function write(count: number): Promise<void> {
	for (const { destination } of polled) await destination.insert(leads(written, count));
	written += count;
}

/** The names that came out of each destination, a name for each time; all that were written at least. */
async function cameOut(): Promise<Map<string, string[]>> {
	const names = new Map<string, string[]>();
	for (const { destination, workflow } of polled) {
		const found = await waitFor(`All of ${destination.name}`, NEXT_POLL_MS, async () => {
			const all = (await workflow.leads(0)).map(({ customer }) => customer.lastName);
			return new Set(all).size >= written ? all.sort() : undefined;
		});
		names.set(destination.name, found);
	}
	return names;
}

const allOnce = () =>
	new Map(
		polled.map(({ destination }) => [
			destination.name,
			Array.from({ length: written }, (_, at) => nameOf(at)),
		]),
	);

const companies = async (count: number) =>
	(await sent.leads(count)).map(({ customer }) => customer.company).sort();
const seenBefore = async (executions: number) =>
	(await sent.executions(executions)).flatMap((execution) =>
		itemsOf(execution, 'Repeats', 1).map(({ customer }) => customer.company),
	);
const sendLead = async (company: string) => {
	// The response is 200: from then on the lead is n8n's, whatever happens to it.
	const response = await send(sent.url(), httpsLead(company), { code: SECRET });
	expect(response.status).toBe(200);
};

it(
	'goes on after a stop and after a cut with what came in between, each lead once',
	async () => {
		expect(await cameOut()).toEqual(allOnce());

		await sendLead('Before the stop');
		await environment.n8n.stop();
		await write(5);
		await environment.restart();
		expect(await cameOut()).toEqual(allOnce());
		await sendLead('After the stop');
		expect(await companies(2)).toEqual(['After the stop', 'Before the stop']);
		await sendLead('Before the stop');
		expect(await seenBefore(3)).toEqual(['Before the stop']);

		// Held first, so that no poll gets the lead and is cut off in what it does with it.
		process.kill(environment.n8n.pid!, 'SIGSTOP');
		await write(1);
		await environment.n8n.kill();
		await write(4);
		await environment.restart();
		expect(await cameOut()).toEqual(allOnce());
		await sendLead('After the cut');
		await sendLead('After the stop');
		expect(await companies(5)).toEqual([
			'After the cut',
			'After the stop',
			'After the stop',
			'Before the stop',
			'Before the stop',
		]);
		// n8n's store of what was seen outlives both.
		expect(await seenBefore(5)).toEqual(['Before the stop', 'After the stop']);
	},
	3 * TIMEOUT_MS,
);

it(
	'loses nothing when it is cut off during a poll, and repeats at most what it just handed over',
	async () => {
		const [table, ...others] = polled as [Polled, ...Polled[]];
		const handedOver = await table.workflow.ended();
		for (const crm of crms) crm.fault({ kind: 'slow', milliseconds: SLOW_RESPONSE_MS });
		await write(3);
		// The table's leads are through, the other polls wait for a response. An execution that is cut off itself
		// is there to be retried, which is another test's.
		await waitFor(
			'The polls',
			NEXT_POLL_MS,
			async () => {
				const waiting = crms.every((crm) => crm.faultsLeft() === 0);
				return (waiting && (await table.workflow.ended()) > handedOver) || undefined;
			},
			20,
		);
		await environment.n8n.kill();
		await environment.restart();

		const names = await cameOut();
		const expected = allOnce();
		for (const { destination } of others) {
			expect(names.get(destination.name)).toEqual(expected.get(destination.name));
		}
		// n8n saves the cursor after it has stored the execution, and nobody waits for it.
		const ofTable = names.get(table.destination.name)!;
		expect([...new Set(ofTable)]).toEqual(expected.get(table.destination.name));
		const twice = ofTable.filter((name, at) => ofTable.indexOf(name) !== at);
		const latest = Array.from({ length: 3 }, (_, at) => nameOf(written - 3 + at));
		expect(latest).toEqual(expect.arrayContaining(twice));
		console.log(`Cut off during a poll: ${twice.length} of ${ofTable.length} leads came twice.`);
	},
	2 * TIMEOUT_MS,
);

it(
	'finds a lead new again that was new in an execution that crashed, once that is retried',
	async () => {
		const { rest, azurite } = environment;
		const storage = await rest.createCredential('marketplaceLeadAzureTableApi', 'Noted', {
			authentication: 'connectionString',
			connectionString: azurite.connectionString,
		});
		const noted = new MarketplaceTable(azurite, 'NotedLeads');
		const parameters = {
			operation: 'createLeads',
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: noted.name },
		};
		const behind = () => [
			leadSource('Repeats', { operation: 'removeRepeats' }),
			withCredential(node('Write', `${PACKAGE}.marketplaceLead`, parameters), storage),
			// Within it n8n is cut off.
			node('Pause', 'n8n-nodes-base.wait', { resume: 'timeInterval', amount: 20, unit: 'seconds' }),
		];
		const endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'Retried', {
			secret: SECRET,
		});
		const webhook = {
			...node('Trigger', 'n8n-nodes-base.webhook', { path: 'retried', httpMethod: 'POST' }),
			typeVersion: 2,
			webhookId: randomUUID(),
		};
		const live = [
			await LiveWorkflow.activate(
				environment,
				chain('Retried: our trigger', withCredential(leadTrigger(), endpoint), ...behind()),
			),
			// Its leads are read in the middle of the execution, and have another time in each.
			await LiveWorkflow.activate(
				environment,
				chain('Retried: any trigger', webhook, leadSource('Parse'), ...behind()),
			),
		];
		const post = async (workflow: LiveWorkflow, at: number) => {
			const response = await send(workflow.url(), httpsLead(`Retried ${at}`), { code: SECRET });
			expect(response.status).toBe(200);
		};
		for (const [at, workflow] of live.entries()) await post(workflow, at);
		await waitFor('Both leads noted', TIMEOUT_MS, async () => {
			const rows: unknown[] = [];
			try {
				for await (const row of noted.client.listEntities()) rows.push(row);
			} catch (error) {
				// Made with the first lead.
				if ((error as { statusCode?: number }).statusCode !== 404) throw error;
			}
			return rows.length === live.length || undefined;
		});
		await environment.n8n.kill();
		await environment.restart();
		for (const [at, workflow] of live.entries()) {
			const { id } = workflow.workflow;
			const [crashed] = await waitFor('The crashed execution', TIMEOUT_MS, async () => {
				const all = await environment.rest.executions(id);
				return all.every(({ status }) => status === 'crashed') ? all : undefined;
			});
			const retried = await environment.rest.execution(await environment.rest.retry(crashed!.id));
			expect(retried.status).toBe('success');
			expect(itemsOf(retried, 'Repeats')).toHaveLength(1);
			expect(itemsOf(retried, 'Repeats', 1)).toHaveLength(0);
			await post(workflow, at);
			const [, , again] = await workflow.executions(3, TIMEOUT_MS);
			expect(itemsOf(again!, 'Repeats', 1)).toHaveLength(1);
		}
	},
	4 * TIMEOUT_MS,
);
