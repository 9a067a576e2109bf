/**
 * What people do with nodes in n8n, done with ours: renamed, copied, exported, pinned, in loops and
 * sub-workflows, retried.
 */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { withTarball } from '../../../scripts/host/build.ts';
import { ensureN8n } from '../../../scripts/host/cache.ts';
import { COMPAT_N8N, COMPAT_NODE } from '../../../scripts/host/compat.ts';
import { PACKAGE, type DemoHost } from '../../../scripts/host/demo.ts';
import { Environment } from '../../../scripts/host/environment.ts';
import type {
	CredentialRef,
	Execution,
	Workflow,
	WorkflowFile,
	WorkflowNode,
} from '../../../scripts/host/rest.ts';
import { waitFor } from '../../../scripts/host/wait.ts';
import {
	MarketplaceTable,
	marketplaceRow,
	marketplaceRows,
} from '../../fakeServers/azureTable/marketplaceTable.ts';
import { LeadReceiver } from '../../fakeServers/https/leadReceiver.ts';
import { sharedHost } from './host.ts';
import { httpsLead, send } from './send.ts';
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
} from './workflows.ts';

const SECRET = 'an-e2e-secret-of-32-characters-17';
const CALLS = 40;
/** Without drafts: what is saved is live, and what is called by another workflow need not be. */
const IS_N8N_1 = COMPAT_N8N.startsWith('1.');
/** A start of n8n on busy cores. */
const START_MS = 240_000;

export interface Home {
	host: DemoHost;
	/** Absent where it is not ours to run commands of n8n's beside it. */
	own?: Environment;
	stop(): Promise<void>;
}

/** The one that all files share. */
export async function asItComes(): Promise<Home> {
	return { host: await sharedHost(), stop: async () => undefined };
}

export async function keptShort(): Promise<Home> {
	const install = await ensureN8n(() => undefined, { version: COMPAT_N8N });
	const own = await withTarball((tarball) =>
		Environment.start({
			install,
			...(COMPAT_NODE && { node: COMPAT_NODE }),
			tarballs: [tarball],
			// Writing elsewhere than below n8n's folder is an error, by Node's own doing and for root too.
			nodeOptions: (userFolder) => [
				'--permission',
				'--allow-fs-read=*',
				`--allow-fs-write=${userFolder}`,
				'--allow-child-process',
				'--allow-worker',
				'--allow-addons',
				'--allow-wasi',
			],
			env: {
				N8N_EXPRESSION_ENGINE: 'legacy',
				N8N_BLOCK_ENV_ACCESS_IN_NODE: 'true',
				// Webhooks are served without it: a proxy before n8n takes it off.
				N8N_PATH: '/automation/',
				HOME: '/nonexistent',
				LEADS_TABLE: 'FromTheEnvironment',
			},
		}),
	);
	return { host: own, own, stop: async () => await own.stop() };
}

/** The tests, on an n8n that is started for them. */
export function itIsAtHome(start: () => Promise<Home>, isOwn: boolean): void {
	let home: Home;
	let host: DemoHost;
	let storage: CredentialRef;
	let endpoint: CredentialRef;
	let receiver: LeadReceiver;
	let receiving: CredentialRef;
	const live: LiveWorkflow[] = [];

	beforeAll(async () => {
		home = await start();
		({ host } = home);
		const { rest, azurite } = host;
		storage = await rest.createCredential('marketplaceLeadAzureTableApi', 'At home', {
			authentication: 'connectionString',
			connectionString: azurite.connectionString,
		});
		endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'At home', {
			secret: SECRET,
		});
		receiver = await LeadReceiver.start();
		const { credentialType, credential } = receiver;
		receiving = await rest.createCredential(credentialType, 'At home', credential);
	}, START_MS);

	afterAll(async () => {
		if (home && !home.own) for (const workflow of live) await workflow.remove();
		await home?.stop();
		await receiver?.stop();
	});

	const located = (table: string) => ({ __rl: true, mode: 'name', value: table });
	const table = (name: string) => new MarketplaceTable(host.azurite, name);
	const marketplaceLead = (name: string, parameters: Parameters): WorkflowNode =>
		withCredential(node(name, `${PACKAGE}.marketplaceLead`, parameters), storage);
	const creates = (name: string, written: string, more: Parameters = {}) =>
		marketplaceLead(name, {
			operation: 'createLeads',
			destination: 'azureTable',
			table: located(written),
			...more,
		});

	/** Last names of the leads in a table, of which Microsoft's connector makes the table with the first. */
	async function namesIn(written: string): Promise<string[]> {
		const place = table(written);
		if (!(await place.exists())) return [];
		const infos = (await place.list()).map(({ CustomerInfo = '{}' }) => CustomerInfo);
		return infos.map((info) => (JSON.parse(info) as { LastName: string }).LastName).sort();
	}

	/** Both triggers, with both other nodes behind them. */
	function allFour(name: string, read: string, written: string): WorkflowFile {
		const nodes = [
			{ ...withCredential(leadTrigger(), endpoint), name: 'Posted' },
			{ ...withCredential(pollTrigger(read, { startFrom: 'all' }), storage), name: 'Polled' },
			leadSource('Repeats', { operation: 'removeRepeats' }),
			creates('Create', written),
		];
		const to = (next: string) => ({ main: [[{ node: next, type: 'main', index: 0 }]] });
		const connections = { Posted: to('Repeats'), Polled: to('Repeats'), Repeats: to('Create') };
		return { name, nodes, connections };
	}

	async function published(file: WorkflowFile): Promise<LiveWorkflow> {
		const workflow = await LiveWorkflow.activate(host, file);
		live.push(workflow);
		return workflow;
	}

	async function republish(workflow: LiveWorkflow, changes: Partial<WorkflowFile>): Promise<void> {
		const saved = await host.rest.saveDraft(workflow.workflow.id, changes);
		const { status, triggers } = await host.rest.activate(saved);
		expect([status, triggers.map(({ errorMessage }) => errorMessage)]).toEqual([
			'published',
			triggers.map(() => null),
		]);
	}

	/** Posts a lead of this last name. */
	async function post(workflow: LiveWorkflow, lastName: string): Promise<void> {
		const lead = httpsLead('Fabrikam');
		const UserDetails = { ...lead.UserDetails, LastName: lastName };
		const response = await send(workflow.url(), { ...lead, UserDetails }, { code: SECRET });
		expect([response.status, response.text]).toEqual([200, expect.any(String)]);
	}

	/** What left a node, over all executions. */
	async function cameOut(
		workflow: LiveWorkflow,
		count: number,
		name: string,
		output = 0,
	): Promise<string[]> {
		const ended = await workflow.executions(count);
		expect(ended.flatMap(({ error }) => error ?? [])).toEqual([]);
		return ended
			.flatMap((execution) => itemsOf(execution, name, output))
			.map(({ customer }) => customer.lastName)
			.sort();
	}

	/** Runs these nodes one behind the other by hand, on items that are pinned to the first. */
	async function runOn(
		items: object[],
		nodes: WorkflowNode[],
		connections?: WorkflowFile['connections'],
	): Promise<Execution> {
		const begin = node('Start', 'n8n-nodes-base.manualTrigger');
		const file = chain(`By hand ${randomUUID()}`, begin, ...nodes);
		const pinData = { Start: items.map((json) => ({ json: json as Record<string, unknown> })) };
		const given = { ...file, ...(connections && { connections }), pinData };
		const workflow = await LiveWorkflow.create(host, given);
		await host.rest.runManually(workflow.workflow.id, 'Start');
		const [execution] = await workflow.executions(1);
		await host.rest.deleteWorkflow(workflow.workflow.id);
		return execution!;
	}

	const leads = (count: number, name: string) =>
		Array.from({ length: count }, (_, at) => {
			const lead = httpsLead('Fabrikam');
			return { ...lead, UserDetails: { ...lead.UserDetails, LastName: `${name} ${at}` } };
		});
	const numbered = (count: number, name: string) =>
		leads(count, name)
			.map(({ UserDetails }) => UserDetails.LastName)
			.sort();
	const outputs = (execution: Execution, name: string, output = 0) =>
		(execution.runs[name] ?? []).flatMap(({ data }) => data?.main[output] ?? []);

	/** With new IDs, as the editor gives them to what it duplicates, pastes or imports. */
	function copied(
		file: WorkflowFile,
		changes: { rename?: (name: string) => string; isUrlNew: boolean },
	): WorkflowFile {
		const { rename = (name) => name, isUrlNew } = changes;
		const nodes = file.nodes.map((one) => ({
			...one,
			id: randomUUID(),
			name: rename(one.name),
			...(isUrlNew && one.webhookId !== undefined && { webhookId: randomUUID() }),
		}));
		return { name: file.name, nodes, connections: renamedIn(file.connections, rename) };
	}

	function renamedIn(
		connections: WorkflowFile['connections'],
		rename: (name: string) => string,
	): WorkflowFile['connections'] {
		return Object.fromEntries(
			Object.entries(connections).map(([name, { main }]) => [
				rename(name),
				{ main: main.map((to) => to.map((one) => ({ ...one, node: rename(one.node) }))) },
			]),
		);
	}

	it('goes on where it was when its nodes are renamed', async () => {
		await (await table('Renamed').create()).insert(marketplaceRows(3));
		const workflow = await published(allFour('Renamed', 'Renamed', 'RenamedWritten'));
		await workflow.leads(0);
		await post(workflow, 'Posted');
		expect(await cameOut(workflow, 2, 'Polled')).toEqual(['Sample 0', 'Sample 1', 'Sample 2']);

		const { nodes, connections } = workflow.workflow;
		const rename = (name: string) => `${name} anew`;
		await table('Renamed').insert([marketplaceRow(3)]);
		await republish(workflow, {
			nodes: nodes.map((one) => ({ ...one, name: rename(one.name) })),
			connections: renamedIn(connections, rename),
		});
		await post(workflow, 'Posted');
		expect(await cameOut(workflow, 4, 'Polled anew')).toEqual(['Sample 3']);
		// The same lead, known by the node under its other name.
		expect(await cameOut(workflow, 4, 'Repeats anew', 1)).toEqual(['Posted']);
		const all = ['Posted', 'Sample 0', 'Sample 1', 'Sample 2', 'Sample 3'];
		expect(await namesIn('RenamedWritten')).toEqual(all);
	});

	it.each([
		['duplicated', 'Duplicated', true],
		['imported from a file', 'Imported', false],
	])(
		'leaves the first as it was in a workflow that is %s, and begins anew where it is published',
		async (_how, name, isUrlNew) => {
			await (await table(name).create()).insert(marketplaceRows(2));
			const first = await published(allFour(name, name, `${name}Written`));
			expect(await cameOut(first, 1, 'Polled')).toEqual(['Sample 0', 'Sample 1']);

			// The editor sends on all that it was given, static data too.
			const {
				id: _id,
				versionId: _version,
				...whole
			} = await host.rest.workflow(first.workflow.id);
			const copy = await LiveWorkflow.create(host, { ...whole, ...copied(whole, { isUrlNew }) });
			live.push(copy);
			if (!isUrlNew) {
				// The URL is part of a file, and n8n gives it to one workflow at a time.
				await expect(copy.publish()).rejects.toThrow(
					/There is a conflict with one of the webhooks|is already taken/,
				);
				return;
			}
			expect(await copy.publish()).toMatchObject({ status: 'published' });
			expect(await cameOut(copy, 1, 'Polled')).toEqual(['Sample 0', 'Sample 1']);
			await post(copy, 'To the copy');
			expect(await cameOut(copy, 2, 'Posted')).toEqual(['To the copy']);
			expect(await first.begun()).toBe(1);
		},
	);

	it('reads for itself with two of each node in one workflow', async () => {
		await (await table('Two').create()).insert(marketplaceRows(2));
		const file = allFour('Two of each', 'Two', 'TwoWritten');
		const workflow = await published(file);
		expect(await cameOut(workflow, 1, 'Polled')).toEqual(['Sample 0', 'Sample 1']);

		const pasted = copied(file, { rename: (name) => `${name}1`, isUrlNew: true });
		await table('Two').insert([marketplaceRow(2)]);
		await republish(workflow, {
			nodes: [...file.nodes, ...pasted.nodes],
			connections: { ...file.connections, ...pasted.connections },
		});
		const all = ['Sample 0', 'Sample 1', 'Sample 2'];
		expect(await cameOut(workflow, 3, 'Polled')).toEqual(all);
		expect(await cameOut(workflow, 3, 'Polled1')).toEqual(all);
		// Each has a history of its own, and the table takes a lead once.
		expect(await cameOut(workflow, 3, 'Repeats1')).toEqual(all);
		expect(await namesIn('TwoWritten')).toEqual(all);
	});

	it('takes pinned data for a trigger by hand, and never when it is published', async () => {
		await (await table('Pinned').create()).insert(marketplaceRows(1));
		const [lead] = leads(1, 'Pinned');
		const pinned = [{ json: lead as Record<string, unknown> }];
		const pinData = { Polled: pinned, Posted: pinned };
		const file = { ...allFour('Pinned', 'Pinned', 'PinnedWritten'), pinData };
		const workflow = await LiveWorkflow.create(host, file);
		live.push(workflow);
		for (const trigger of ['Posted', 'Polled']) {
			await host.rest.runManually(workflow.workflow.id, trigger);
			await workflow.executions(trigger === 'Posted' ? 1 : 2);
		}
		// Nothing was polled, and what is by hand notes nothing.
		expect(await namesIn('PinnedWritten')).toEqual(['Pinned 0']);
		expect(await workflow.publish()).toMatchObject({ status: 'published' });
		await workflow.executions(3);
		expect(await namesIn('PinnedWritten')).toEqual(['Pinned 0', 'Sample 0']);
	});

	it('takes pinned data in the place of a node', async () => {
		const written = 'InItsPlace';
		const begin = node('Start', 'n8n-nodes-base.manualTrigger');
		const file = chain('In its place', begin, leadSource('Parse'), creates('Create', written));
		const [lead] = leads(1, 'Pinned');
		const pinData = { Parse: [{ json: lead as Record<string, unknown> }] };
		const workflow = await LiveWorkflow.create(host, { ...file, pinData });
		live.push(workflow);
		await host.rest.runManually(workflow.workflow.id, 'Start');
		const [execution] = await workflow.executions(1);
		expect(outputs(execution!, 'Create')).toHaveLength(1);
		expect(await namesIn(written)).toEqual(['Pinned 0']);
	});

	it('goes through a loop', async () => {
		const loop = {
			...node('Loop', 'n8n-nodes-base.splitInBatches', { batchSize: 2 }),
			typeVersion: 3,
		};
		const to = (...next: string[]) => ({
			main: next.map((name) => (name ? [{ node: name, type: 'main', index: 0 }] : [])),
		});
		const inLoop = [
			leadSource('Repeats', { operation: 'removeRepeats' }),
			leadSource('Merge', { operation: 'mergeLeads' }),
			leadSource('Parse'),
			creates('Create', 'Looped'),
		];
		const execution = await runOn(
			leads(5, 'Looped'),
			[loop, ...inLoop, node('Done', 'n8n-nodes-base.noOp')],
			{
				Start: to('Loop'),
				Loop: to('Done', 'Repeats'),
				Repeats: {
					main: [
						[
							{ node: 'Merge', type: 'main', index: 0 },
							{ node: 'Create', type: 'main', index: 0 },
						],
					],
				},
				Create: to('Loop'),
			},
		);
		expect(execution.error).toBeUndefined();
		expect(['Repeats', 'Merge', 'Create'].map((name) => execution.runs[name]?.length)).toEqual([
			3, 3, 3,
		]);
		expect(outputs(execution, 'Done')).toHaveLength(5);
		expect(await namesIn('Looped')).toEqual(numbered(5, 'Looped'));
	});

	it('does every operation in each turn of a loop', async () => {
		const loop = {
			...node('Loop', 'n8n-nodes-base.splitInBatches', { batchSize: 2 }),
			typeVersion: 3,
		};
		const azure = (name: string, operation: string, more: Parameters = {}) =>
			marketplaceLead(name, {
				operation,
				destination: 'azureTable',
				table: located('Operations'),
				...more,
			});
		const owners = { values: [{ name: 'Ann', email: 'ann@vendor.example' }] };
		const mark = { leadId: '={{ $json.written.id }}', leadDestination: 'azureTable' };
		// Items that come out of each turn, over all outputs: two leads, then one.
		const expected: Array<[WorkflowNode, number[]]> = [
			[leadSource('Assign', { operation: 'assignOwner', owners }), [2, 1]],
			[leadSource('Clear', { operation: 'clearRepeats' }), [2, 1]],
			[leadSource('Compose', { operation: 'composeFollowUp', sender: 'Sam Sample' }), [2, 1]],
			[leadSource('Find', { operation: 'findMissingLeads' }), [2, 1]],
			[leadSource('Report', { operation: 'createReport', period: 'allLeads' }), [1, 1]],
			[azure('Check', 'checkConnection'), [1, 1]],
			[azure('Test', 'sendTestLead', { table: located('OperationsTests') }), [1, 1]],
			[azure('Get', 'getLeads', { table: located('OperationsTests') }), [1, 2]],
			[azure('Create', 'createLeads'), [2, 1]],
			[azure('Mark', 'markAsHandled', mark), [2, 1]],
		];
		const begun = expected.map(([{ name }]) => name).filter((name) => !'Get Mark'.includes(name));
		const next = (name: string, index = 0) => ({ node: name, type: 'main', index });
		const execution = await runOn(
			leads(3, 'Operations'),
			[loop, ...expected.map(([one]) => one), node('Done', 'n8n-nodes-base.noOp')],
			{
				Start: { main: [[next('Loop')]] },
				Loop: {
					main: [[next('Done')], [...begun.map((name) => next(name)), next('Find', 1)]],
				},
				Test: { main: [[next('Get')]] },
				Create: { main: [[next('Mark')]] },
				Mark: { main: [[next('Loop')]] },
			},
		);
		expect(execution.error).toBeUndefined();
		const cameOutOf = (name: string) =>
			(execution.runs[name] ?? []).map(({ data }) => (data?.main ?? []).flat().length);
		expect(expected.map(([{ name }]) => [name, cameOutOf(name)])).toEqual(
			expected.map(([{ name }, counts]) => [name, counts]),
		);
		expect(outputs(execution, 'Done')).toHaveLength(3);
		// Moved, each to the table for those that are handled.
		expect(await namesIn('OperationsHandled')).toEqual(numbered(3, 'Operations'));
	});

	it(`does the same in a sub-workflow that is called ${CALLS} times`, async () => {
		const begin = {
			...node('Called', 'n8n-nodes-base.executeWorkflowTrigger', { inputSource: 'passthrough' }),
			typeVersion: 1.1,
		};
		const file = chain(
			'Called',
			begin,
			leadSource('Repeats', { operation: 'removeRepeats' }),
			creates('Create', 'Called'),
		);
		const called = await (IS_N8N_1 ? LiveWorkflow.create(host, file) : published(file));
		if (IS_N8N_1) live.push(called);
		const call = {
			...node('Call', 'n8n-nodes-base.executeWorkflow', {
				workflowId: { __rl: true, mode: 'id', value: called.workflow.id },
				mode: 'each',
				workflowInputs: { mappingMode: 'defineBelow', value: {} },
			}),
			typeVersion: 1.2,
		};
		const execution = await runOn(leads(CALLS, 'Called'), [call]);
		expect(execution.error).toBeUndefined();
		expect(outputs(execution, 'Call')).toHaveLength(CALLS);
		expect(await namesIn('Called')).toEqual(numbered(CALLS, 'Called'));
		// Each call is an execution, and what one noted the next one knows.
		const again = await runOn(leads(2, 'Called'), [call]);
		expect(again.error).toBeUndefined();
		const ended = await called.executions(CALLS + 2);
		expect(ended.flatMap((one) => itemsOf(one, 'Repeats', 1))).toHaveLength(2);
		expect(await namesIn('Called')).toHaveLength(CALLS);
	});

	it('handles the first item alone with Execute Once', async () => {
		const execution = await runOn(leads(3, 'Once'), [
			{ ...leadSource('Parse'), executeOnce: true },
			creates('Create', 'Once'),
		]);
		expect(outputs(execution, 'Parse')).toHaveLength(1);
		const other = await runOn(leads(3, 'Once'), [
			{ ...creates('Create', 'CreatedOnce'), executeOnce: true },
		]);
		expect(outputs(other, 'Create')).toHaveLength(1);
		expect(await namesIn('CreatedOnce')).toEqual(['Once 0']);
	});

	const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };

	it('writes each lead once when Retry On Fail tries it again', async () => {
		let spoilt = 0;
		receiver.spoil = ({ body }) =>
			body.includes('Retried 1') && (spoilt += 1) === 1 ? { status: 400 } : undefined;
		const parameters = {
			operation: 'createLeads',
			destination: 'https',
			options: { allowHttpOnLocalhost: true },
		};
		const create = node('Create', `${PACKAGE}.marketplaceLead`, parameters);
		const execution = await runOn(leads(3, 'Retried'), [
			{ ...withCredential(create, receiving), ...retried },
		]);
		expect(execution.error).toBeUndefined();
		expect(spoilt).toBe(2);
		expect(outputs(execution, 'Create')).toHaveLength(3);
		expect(receiver.leads.size).toBe(3);
	});

	it('knows nothing of a try that failed', async () => {
		const repeats = { ...leadSource('Repeats', { operation: 'removeRepeats' }), ...retried };
		const begin = node('Start', 'n8n-nodes-base.manualTrigger');
		const pinned = [...leads(2, 'Tried'), { no: 'lead' }].map((json) => ({ json }));
		const workflow = await LiveWorkflow.create(host, {
			...chain('Tried', begin, repeats),
			pinData: { Start: pinned },
		});
		live.push(workflow);
		const { id } = workflow.workflow;
		await host.rest.runManually(id, 'Start');
		expect((await workflow.executions(1))[0]!.status).toBe('error');
		await host.rest.saveDraft(id, { pinData: { Start: pinned.slice(0, 2) } });
		await host.rest.runManually(id, 'Start');
		const [, second] = await workflow.executions(2);
		expect([outputs(second!, 'Repeats').length, outputs(second!, 'Repeats', 1).length]).toEqual([
			2, 0,
		]);
	});

	it('keeps what one workflow changes out of the next', async () => {
		const [lead] = leads(1, 'Shared');
		const [changed, after] = await Promise.all(
			[true, false].map(async (isChanged) => {
				const name = isChanged ? '={{ "Changed " + $json.id }}' : '={{ $json.source.name }}';
				const assignments = [
					{ id: '1', name: 'source', value: '={{ $json.source }}', type: 'object' },
					{ id: '2', name: 'source.name', value: name, type: 'string' },
				];
				const edit = {
					...node('Edit', 'n8n-nodes-base.set', {
						assignments: { assignments },
						includeOtherFields: true,
						options: {},
					}),
					typeVersion: 3.4,
				};
				const execution = await runOn([{ ...lead, LeadSource: '' }], [leadSource('Parse'), edit]);
				return outputs(execution, 'Edit')[0]?.json['source'] as { name: string };
			}),
		);
		expect(changed!.name).toMatch(/^Changed /);
		const again = await runOn([{ ...lead, LeadSource: '' }], [leadSource('Parse')]);
		const { source } = outputs(again, 'Parse')[0]!.json as { source: { name: string } };
		expect([after!.name, source.name]).not.toContain(changed!.name);
	});

	const itWithDrafts = IS_N8N_1 ? it.skip : it;

	itWithDrafts('runs what is published while the draft is another', async () => {
		await (await table('Draft').create()).insert(marketplaceRows(1));
		const workflow = await published(allFour('Draft', 'Draft', 'PublishedWritten'));
		expect(await cameOut(workflow, 1, 'Polled')).toEqual(['Sample 0']);
		const { rest } = host;
		const { nodes } = workflow.workflow;
		await rest.saveDraft(workflow.workflow.id, {
			nodes: nodes.map((one) =>
				one.name === 'Create' ? creates('Create', 'DraftWritten') : { ...one, disabled: true },
			),
			pinData: { Polled: [{ json: { id: 'pinned' } }], Repeats: [{ json: { id: 'pinned' } }] },
		});
		await post(workflow, 'Posted');
		expect(await cameOut(workflow, 2, 'Repeats')).toEqual(['Posted', 'Sample 0']);
		expect(await namesIn('PublishedWritten')).toEqual(['Posted', 'Sample 0']);
		expect(await namesIn('DraftWritten')).toEqual([]);
	});

	it('gives an error to the item that asks for the environment, and to no other', async () => {
		const value = "={{ $json.UserDetails.LastName === 'Short 1' ? $env.LEADS_TABLE : 'Short' }}";
		const create = { ...creates('Create', value), onError: 'continueErrorOutput' };
		const execution = await runOn(leads(3, 'Short'), [create]);
		expect(outputs(execution, 'Create')).toHaveLength(2);
		// n8n 1.x gives the environment unless it is told not to, where there is no such variable.
		const error =
			IS_N8N_1 && !isOwn
				? '"Table" is empty'
				: `The expression in "Table" can't be evaluated: access to env vars denied`;
		// Behind Written and Left Out.
		expect(outputs(execution, 'Create', 2).map(({ json }) => json)).toEqual([
			expect.objectContaining({ error }),
		]);
		expect(await namesIn('Short')).toEqual(['Short 0', 'Short 2']);
	});

	if (!isOwn) return;

	it('writes with a credential that is shared into the workflow’s project, and not before', async () => {
		const projectId = randomUUID();
		// Making a project and sharing take a licence of n8n's; what comes of them does not.
		const tell = (sql: string, ...values: string[]) => {
			const file = path.join(home.own!.n8n.userFolder, '.n8n', 'database.sqlite');
			const database = new DatabaseSync(file, { timeout: 10_000 });
			database.prepare(sql).run(...values);
			database.close();
		};
		tell("INSERT INTO project (id, name, type) VALUES (?, 'Sales', 'team')", projectId);
		const posted = { ...withCredential(leadTrigger(), endpoint), name: 'Posted' };
		const file = { ...chain('In a project', posted, creates('Create', 'InAProject')), projectId };
		const workflow = await published(file);
		await send(workflow.url(), httpsLead('Fabrikam'), { code: SECRET });
		const [first] = await workflow.executions(1);
		expect([first!.status, first!.error?.message]).toEqual([
			'error',
			expect.stringContaining('does not have access to the credential'),
		]);
		expect(await namesIn('InAProject')).toEqual([]);

		for (const { id } of [storage, endpoint]) {
			tell(
				`INSERT INTO shared_credentials ("credentialsId", "projectId", role) VALUES (?, ?, 'credential:user')`,
				id,
				projectId,
			);
		}
		await post(workflow, 'Shared');
		const [, second] = await workflow.executions(2);
		expect([second!.status, second!.error?.message]).toEqual(['success', undefined]);
		expect(await namesIn('InAProject')).toEqual(['Shared']);
	});

	describe('by the command line', () => {
		let folder: string;
		let first: LiveWorkflow;
		let exported: Workflow & { staticData: unknown };
		beforeAll(async () => {
			await (await table('Exported').create()).insert(marketplaceRows(2));
			first = await published(allFour('Exported', 'Exported', 'ExportedWritten'));
			expect(await cameOut(first, 1, 'Polled')).toEqual(['Sample 0', 'Sample 1']);
			await host.rest.deactivate(first.workflow.id);
			folder = home.own!.n8n.userFolder;
			const output = path.join(folder, 'exported.json');
			await home.own!.n8n.command(
				'export:workflow',
				`--id=${first.workflow.id}`,
				`--output=${output}`,
			);
			const [found] = JSON.parse(await readFile(output, 'utf8')) as Array<typeof exported>;
			exported = found!;
			await table('Exported').insert([marketplaceRow(2)]);
		}, NEXT_POLL_MS);

		it.each([
			['goes on where the exported one was', true, ['Sample 2']],
			['begins anew without the static data', false, ['Sample 0', 'Sample 1', 'Sample 2']],
		])(
			'an imported workflow %s',
			async (_what, isWithData, expected) => {
				const input = path.join(folder, 'imported.json');
				const id = isWithData ? 'importedWithData' : 'importedWithout0';
				const staticData = isWithData ? exported.staticData : null;
				await writeFile(input, JSON.stringify([{ ...exported, id, staticData }]));
				await home.own!.n8n.command('import:workflow', `--input=${input}`);
				const { rest } = host;
				const imported = await rest.workflow(id);
				expect(await rest.activate(imported)).toMatchObject({ status: 'published' });
				const of = async () =>
					(await rest.executions(id)).filter(({ stoppedAt }) => stoppedAt !== null);
				const [summary] = await waitFor('The execution', NEXT_POLL_MS, async () => {
					const ended = await of();
					return ended.length > 0 ? ended : undefined;
				});
				const execution = await rest.execution(summary!.id);
				expect(itemsOf(execution, 'Polled').map(({ customer }) => customer.lastName)).toEqual(
					expected,
				);
				await rest.deactivate(id);
			},
			NEXT_POLL_MS,
		);
	});
}
