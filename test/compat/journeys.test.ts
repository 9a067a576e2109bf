/**
 * The packed package in one n8n on one Node.js, a journey for each node: for `npm run test:compat`,
 * which names both in the environment, and has a column for what stands before each title's colon.
 * Every workflow is live before the first test begins, so that all wait for n8n's next poll together.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { withTarball } from '../../scripts/host/build.ts';
import { ensureN8n } from '../../scripts/host/cache.ts';
import { COMPAT_N8N, COMPAT_NODE } from '../../scripts/host/compat.ts';
import { PACKAGE } from '../../scripts/host/demo.ts';
import { Environment } from '../../scripts/host/environment.ts';
import type { CredentialRef, Execution, WorkflowNode } from '../../scripts/host/rest.ts';
import { waitFor } from '../../scripts/host/wait.ts';
import { readManifest } from '../../scripts/publishing/sources.ts';
import {
	MarketplaceTable,
	marketplaceRow,
	marketplaceRows,
} from '../fakeServers/azureTable/marketplaceTable.ts';
import { httpsLead, send } from '../e2e/support/send.ts';
import {
	chain,
	itemsOf,
	leadSource,
	leadTrigger,
	LiveWorkflow,
	NEXT_POLL_MS,
	node,
	pollTrigger,
	withCredential,
	type Parameters,
} from '../e2e/support/workflows.ts';

const SECRET = 'a-compat-secret-of-32-characters';
/** Its first start migrates the database; five activations poll and are confirmed one by one. */
const START_MS = 1_200_000;

type Json = Record<string, unknown>;

let environment: Environment;
let endpoint: CredentialRef;
let storage: CredentialRef;
const polled: Record<'Plain' | 'Marked', MarketplaceTable> = {} as never;
const live: Record<string, LiveWorkflow> = {};

const marketplaceLead = (name: string, parameters: Parameters): WorkflowNode =>
	withCredential(
		node(name, `${PACKAGE}.marketplaceLead`, {
			destination: 'azureTable',
			table: { __rl: true, mode: 'name', value: 'Written' },
			...parameters,
		}),
		storage,
	);

/** A workflow that each lead over HTTPS goes through. */
async function overHttps(name: string, ...nodes: WorkflowNode[]): Promise<void> {
	const file = chain(name, withCredential(leadTrigger(), endpoint), ...nodes);
	live[name] = await LiveWorkflow.activate(environment, file);
}

const post = async (name: string, lead: object) => {
	const response = await send(live[name]!.url(), lead, { code: SECRET });
	expect({ status: response.status, text: response.text }).toMatchObject({ status: 200 });
};

const outputOf = (execution: Execution | undefined, name: string, output = 0): Json[] => {
	expect(execution?.error).toBeUndefined();
	return (execution?.runs[name]?.[0]?.data?.main[output] ?? []).map(({ json }) => json as Json);
};

const rowsOf = async (table: MarketplaceTable): Promise<Json[]> => {
	const rows: Json[] = [];
	for await (const row of table.client.listEntities()) rows.push(row as Json);
	return rows;
};

/** What the node or credential of a file is called: `dist/nodes/LeadSource/LeadSource.node.js` is leadSource. */
function nameIn(file: string): string {
	const [name = ''] = path.basename(file).split('.');
	return name.charAt(0).toLowerCase() + name.slice(1);
}

beforeAll(async () => {
	const install = await ensureN8n(() => undefined, { version: COMPAT_N8N });
	environment = await withTarball((tarball) =>
		Environment.start({ install, node: COMPAT_NODE, tarballs: [tarball] }),
	);
	const { rest, azurite } = environment;
	endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'Endpoint', {
		secret: SECRET,
	});
	storage = await rest.createCredential('marketplaceLeadAzureTableApi', 'Storage', {
		authentication: 'connectionString',
		connectionString: azurite.connectionString,
	});
	const done = node('Done', 'n8n-nodes-base.noOp');
	for (const name of ['Plain', 'Marked'] as const) {
		polled[name] = await new MarketplaceTable(azurite, name).create();
		await polled[name].insert(marketplaceRows(3));
	}
	const poll = (table: string, parameters: Parameters = {}) =>
		withCredential(pollTrigger(table, parameters), storage);
	live['Poll'] = await LiveWorkflow.activate(environment, chain('Poll', poll('Plain'), done));
	live['Mark'] = await LiveWorkflow.activate(
		environment,
		chain(
			'Mark',
			poll('Marked', { handledWhen: 'markedInWorkflow' }),
			marketplaceLead('Mark', {
				operation: 'markAsHandled',
				table: { __rl: true, mode: 'name', value: 'Marked' },
			}),
		),
	);
	await overHttps('Receive', done);
	await overHttps('Parse', leadSource('Parse', { outputs: 'contact' }));
	await overHttps(
		'Merge',
		leadSource('Merge', { operation: 'mergeLeads' }),
		leadSource('Compose', { operation: 'composeFollowUp', sender: 'Contoso' }),
	);
	await overHttps('Repeats', leadSource('Repeats', { operation: 'removeRepeats' }));
	await overHttps('Create', marketplaceLead('Create', { operation: 'createLeads' }));
	await overHttps('Check', marketplaceLead('Check', { operation: 'checkConnection' }));
	await polled.Plain.insert([marketplaceRow(1000)]);
	await polled.Marked.insert([marketplaceRow(1000)]);
}, START_MS);

afterAll(async () => {
	await environment?.stop();
});

it('Load: all nodes and credentials are known, and n8n names none of them in its log', async () => {
	const types = await environment.rest.get<Array<{ name: string }>>('/types/nodes.json');
	const credentials =
		await environment.rest.get<Array<{ name: string }>>('/types/credentials.json');
	const { nodes: nodeFiles, credentials: credentialFiles } = readManifest().n8n;
	const loaded = new Set(types.map(({ name }) => name.replace(`${PACKAGE}.`, '')));
	expect([...loaded]).toEqual(expect.arrayContaining(nodeFiles.map(nameIn)));
	const loadedCredentials = credentials.map(({ name }) => name);
	expect(loadedCredentials).toEqual(expect.arrayContaining(credentialFiles.map(nameIn)));
	const log = readFileSync(environment.n8n.logFile, 'utf8');
	expect(log.split('\n').filter((line) => /error/i.test(line) && /lead/i.test(line))).toEqual([]);
});

it('HTTPS lead: starts with the right secret only', async () => {
	const wrong = await send(live['Receive']!.url(), httpsLead('Wrong'), { code: 'wrong' });
	expect(wrong.status).toBe(401);
	await post('Receive', httpsLead('Received'));
	const [execution] = await live['Receive']!.executions(1);
	expect(execution?.status).toBe('success');
	expect(itemsOf(execution!)).toEqual([
		expect.objectContaining({
			stage: 'initialInterest',
			customer: expect.objectContaining({ company: 'Received', country: 'US' }),
		}),
	]);
});

it('Parse: one shape, split by contact', async () => {
	await post('Parse', [
		httpsLead('Contact'),
		httpsLead('Leave alone', { LeadSource: 'SPZA', ActionCode: 'DNC' }),
	]);
	const [execution] = await live['Parse']!.executions(1);
	const companies = [0, 1].map((output) =>
		outputOf(execution, 'Parse', output).map(({ customer }) => (customer as Json)['company']),
	);
	expect(companies).toEqual([['Contact'], ['Leave alone']]);
});

it('Merge: two leads are one customer, with the follow-up that fits', async () => {
	const first = httpsLead('Journey');
	await post('Merge', [first, { ...first, LeadSource: 'SPZA', ActionCode: 'PLT' }]);
	const [execution] = await live['Merge']!.executions(1);
	expect(outputOf(execution, 'Merge')).toHaveLength(1);
	expect(outputOf(execution, 'Compose')).toEqual([
		expect.objectContaining({
			followUp: expect.objectContaining({ subject: expect.stringMatching(/\S/) }),
		}),
	]);
});

it('Remove repeats: a lead goes through once', async () => {
	for (const at of [1, 2]) {
		await post('Repeats', httpsLead('Repeated'));
		await live['Repeats']!.executions(at);
	}
	const executions = await live['Repeats']!.executions(2);
	const counts = executions.map((execution) =>
		[0, 1].map((output) => outputOf(execution, 'Repeats', output).length),
	);
	expect(counts).toEqual([
		[1, 0],
		[0, 1],
	]);
});

it('Create: a lead is written, once', async () => {
	for (const at of [1, 2]) {
		await post('Create', httpsLead('Created'));
		await live['Create']!.executions(at);
	}
	const outcomes = (await live['Create']!.executions(2)).flatMap((execution) =>
		outputOf(execution, 'Create').map(({ written }) => (written as Json)['outcome']),
	);
	expect(outcomes).toEqual(['created', 'unchanged']);
	expect(await rowsOf(new MarketplaceTable(environment.azurite, 'Written'))).toHaveLength(1);
});

it('Check: the connection is told to work, by the Test button too', async () => {
	await post('Check', httpsLead('Asks'));
	const [execution] = await live['Check']!.executions(1);
	expect(outputOf(execution, 'Check')).toEqual([
		expect.objectContaining({ destination: 'azureTable', ok: true }),
	]);
	const { connectionString, accountKey } = environment.azurite;
	const test = async (data: Json) =>
		await environment.rest.testCredential(storage.type, data, storage);
	const data = { authentication: 'connectionString', connectionString };
	expect(await test(data)).toMatchObject({ status: 'OK' });
	const wrong = connectionString.replace(accountKey, Buffer.alloc(64, 7).toString('base64'));
	expect(await test({ ...data, connectionString: wrong })).toMatchObject({ status: 'Error' });
});

it(
	'Table poll: gives each lead once, and what comes later with the next poll',
	async () => {
		const leads = await live['Poll']!.leads(4, NEXT_POLL_MS);
		expect(leads.map(({ customer }) => customer.email).sort()).toEqual(
			[0, 1, 1000, 2].map((at) => `kim.sample.${at}@fabrikam.example`).sort(),
		);
	},
	2 * NEXT_POLL_MS,
);

it(
	'Mark: every lead is handed over once, and moved away',
	async () => {
		const handled = new MarketplaceTable(environment.azurite, 'MarkedHandled');
		await waitFor('Every lead moved', NEXT_POLL_MS, async () => {
			const [left, moved] = [await rowsOf(polled.Marked), await rowsOf(handled)];
			return (left.length === 0 && moved.length === 4) || undefined;
		});
		const leads = await live['Mark']!.leads(4);
		expect(leads).toHaveLength(4);
		for (const { delivery } of leads) expect(delivery).toMatchObject({ attempt: 1 });
	},
	2 * NEXT_POLL_MS,
);
