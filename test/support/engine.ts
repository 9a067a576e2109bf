/**
 * n8n's own engine in process, without a server: real `Workflow`s whose nodes are given as classes,
 * n8n-core's real contexts on them, and real workflow runs. Nothing of n8n is replaced but its
 * database: credentials are given inline and nothing is stored.
 *
 * A poll sequence with the real `PollContext`:
 *
 *     const poller = pollContext({
 *       type: new MarketplaceLeadPollTrigger(),
 *       parameters: { table: 'MarketplaceLeads' },          // the rest gets its defaults
 *       credentials: { marketplaceLeadAzureTableApi: { … } },              // decrypted data, by credential type
 *     });
 *     const first = await poller.poll('trigger');           // or 'manual'
 *     poller.kept();                                        // the cursor as n8n would store it
 *     const restarted = pollContext({ …, staticData: poller.kept() });   // another process
 *
 * Asking for a parameter that the node's description does not declare throws.
 *
 * `poll()` is what n8n calls: `nodeType.poll.call(new PollContext(…))`. What a poll leaves in its
 * static data is kept only by `kept()`; start the next poller from an older copy of it to play a
 * cursor that was not saved.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
	CredentialTestContext,
	ExecutionLifecycleHooks,
	HookContext,
	PollContext,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import type {
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialsExpressionResolveValues,
	IDataObject,
	IExecuteData,
	IExecuteFunctions,
	IHttpRequestOptions,
	INode,
	INodeCredentialTestResult,
	INodeCredentials,
	INodeCredentialsDetails,
	INodeExecutionData,
	INodeParameters,
	INodeProperties,
	INodeType,
	IPollFunctions,
	IRequestOptionsSimplified,
	IRun,
	IWebhookData,
	IWebhookFunctions,
	IWebhookResponseData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import {
	createRunExecutionData,
	ICredentialsHelper,
	setSafeRegexEngine,
	Workflow,
} from 'n8n-workflow';

import { withDeclaredParameters } from './nodeParameters';
import { nodeTypes } from './nodeTypes';

// n8n ends a regular expression of a parameter after 250 ms of the clock, which on a busy machine says
// nothing about the expression.
setSafeRegexEngine({
	exec: (pattern, input, flags) => new RegExp(pattern, flags).exec(input),
	test: (pattern, input, flags) => new RegExp(pattern, flags).test(input),
	replace: (pattern, input, flags, by) => input.replace(new RegExp(pattern, flags), by),
	matchAll: (pattern, input, flags) => [...input.matchAll(new RegExp(pattern, flags))],
	split: (pattern, input, flags) => input.split(new RegExp(pattern, flags)),
});

// n8n writes its settings file into the user's home at the first context unless told otherwise.
const userFolder = mkdtempSync(join(tmpdir(), 'n8n-engine-test-'));
process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_ENCRYPTION_KEY ??= 'only-for-tests';
process.env.N8N_LOG_LEVEL ??= 'silent';
process.on('exit', () => rmSync(userFolder, { recursive: true, force: true }));

/** A node of a workflow under test. Parameters that are not given have their defaults. */
export interface TestNode {
	type: INodeType;
	/** The node's ID in the workflow; one by its place when absent. */
	id?: string;
	/** The node's name in the workflow; its default name when absent. */
	name?: string;
	parameters?: INodeParameters;
	/** Decrypted credential data by credential type. */
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	/** The random part of its webhooks' URLs. */
	webhookId?: string;
	/** As in the node's settings. */
	onError?: INode['onError'];
	retryOnFail?: boolean;
	executeOnce?: boolean;
}

/**
 * Credentials come from the nodes themselves: the id n8n looks up is the data as JSON. Expressions
 * in them are resolved for the item, as n8n's server does.
 */
class InlineCredentials extends ICredentialsHelper {
	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		{ id }: { id: string | null },
		_type?: string,
		mode: WorkflowExecuteMode = 'internal',
		executeData?: IExecuteData,
		_raw?: boolean,
		item?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const given = JSON.parse(id ?? '{}') as ICredentialDataDecryptedObject;
		const data = { ...given, ...RENEWED_TOKENS.get(id ?? '') };
		if (item === undefined) return resolvedAlone(data, mode);
		const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = item;
		return workflow.expression.getParameterValue(
			data as INodeParameters,
			runExecutionData,
			runIndex,
			itemIndex,
			node.name,
			connectionInputData,
			mode,
			{},
			executeData,
		) as ICredentialDataDecryptedObject;
	}
	isCredentialUsableByNode(): boolean {
		return true;
	}
	/** By n8n's rule for names: only these extend n8n's own type. */
	getParentTypes(name: string): string[] {
		return name.endsWith('OAuth2Api') ? ['oAuth2Api'] : [];
	}
	getCredentialsProperties(): INodeProperties[] {
		return [];
	}
	async authenticate(
		_credentials: ICredentialDataDecryptedObject,
		_type: string,
		request: IHttpRequestOptions | IRequestOptionsSimplified,
	): Promise<IHttpRequestOptions> {
		return request as IHttpRequestOptions;
	}
	async preAuthentication(): Promise<undefined> {}
	async runPreAuthentication(): Promise<undefined> {}
	async getCredentials(): Promise<ICredentials> {
		throw new Error('Stored credentials are not part of these tests');
	}
	async updateCredentials(): Promise<void> {}
	async updateCredentialsOauthTokenData(
		{ id }: INodeCredentialsDetails,
		_type: string,
		{ oauthTokenData }: ICredentialDataDecryptedObject,
	): Promise<void> {
		RENEWED_TOKENS.set(id ?? '', { oauthTokenData: oauthTokenData ?? {} });
	}
}

/** As n8n's server resolves a credential for a trigger, which has no items: by a node of its own making. */
function resolvedAlone(
	data: ICredentialDataDecryptedObject,
	mode: WorkflowExecuteMode,
): ICredentialDataDecryptedObject {
	const type = { description: { properties: [] } } as unknown as INodeType;
	const { name, typeVersion } = { name: 'Temp-Node', typeVersion: 1 };
	const node = { id: 'mock', name, type: 'mock', typeVersion, parameters: {}, position: [0, 0] };
	const workflow = new Workflow({
		nodes: [node as INode],
		connections: {},
		active: false,
		nodeTypes: nodeTypes(() => type),
	});
	const given = data as INodeParameters;
	const keys = { $vars: variables };
	return workflow.expression.getComplexParameterValue(node as INode, given, mode, keys) as never;
}

/** What expressions call `$vars`; n8n's users set them for all workflows. */
export const variables: Record<string, string> = {};

/** What n8n's database holds of tokens that were renewed since, by the id of their credential. */
const RENEWED_TOKENS = new Map<string, ICredentialDataDecryptedObject>();

/** What n8n's server adds to a run: no database, no queue, the credentials of the nodes. */
function additionalDataFor(
	extra: Partial<IWorkflowExecuteAdditionalData> = {},
): IWorkflowExecuteAdditionalData {
	const base = 'http://127.0.0.1:5678';
	return {
		credentialsHelper: new InlineCredentials(),
		executionId: 'test',
		currentNodeExecutionIndex: 0,
		restApiUrl: base,
		instanceBaseUrl: base,
		formBaseUrl: base,
		formWaitingBaseUrl: base,
		formTestBaseUrl: base,
		webhookBaseUrl: base,
		webhookWaitingBaseUrl: base,
		webhookTestBaseUrl: base,
		mcpBaseUrl: base,
		mcpTestBaseUrl: base,
		variables,
		...extra,
		// The rest belongs to features our nodes do not use (sub-workflows, agents, task runners).
	} as IWorkflowExecuteAdditionalData;
}

/** A real workflow of these nodes. n8n's constructor completes the parameters with their defaults. */
export function workflowOf(
	nodes: TestNode[],
	{
		connections = {},
		staticData,
		pinData,
	}: {
		connections?: IConnections;
		staticData?: IDataObject;
		pinData?: IWorkflowBase['pinData'];
	} = {},
): Workflow {
	const types = new Map<string, INodeType>();
	const built = nodes.map(
		(
			{
				type,
				id,
				name,
				parameters = {},
				credentials,
				webhookId,
				onError,
				retryOnFail,
				executeOnce,
			},
			index,
		): INode => {
			types.set(type.description.name, strict(type));
			return {
				id: id ?? `node-${index}`,
				name: name ?? String(type.description.defaults.name),
				type: type.description.name,
				typeVersion: Number([type.description.version].flat().at(-1)),
				position: [0, 0],
				parameters,
				...(webhookId === undefined ? {} : { webhookId }),
				...(onError === undefined ? {} : { onError }),
				...(executeOnce === undefined ? {} : { executeOnce }),
				...(retryOnFail === undefined ? {} : { retryOnFail, waitBetweenTries: 0 }),
				...(credentials === undefined ? {} : { credentials: inline(credentials) }),
			};
		},
	);
	const typeNamed = (name: string): INodeType => {
		const type = types.get(name);
		if (type === undefined) throw new Error(`The workflow under test has no node type "${name}"`);
		return type;
	};
	return new Workflow({
		id: 'test-workflow',
		name: 'Test',
		nodes: built,
		connections,
		active: true,
		nodeTypes: nodeTypes(typeNamed),
		settings: { executionOrder: 'v1' },
		...(staticData === undefined ? {} : { staticData }),
		...(pinData === undefined || pinData === null ? {} : { pinData }),
	});
}

/** The node type, whose code may only ask for parameters that its description declares. */
function strict(type: INodeType): INodeType {
	const { description, execute, poll, webhook } = type;
	return Object.create(type, {
		...(execute && {
			execute: {
				value(this: IExecuteFunctions) {
					return execute.call(withDeclaredParameters(this, description));
				},
			},
		}),
		...(poll && {
			poll: {
				value(this: IPollFunctions) {
					return poll.call(withDeclaredParameters(this, description));
				},
			},
		}),
		...(webhook && {
			webhook: {
				value(this: IWebhookFunctions) {
					return webhook.call(withDeclaredParameters(this, description));
				},
			},
		}),
	}) as INodeType;
}

function inline(credentials: NonNullable<TestNode['credentials']>): INodeCredentials {
	return Object.fromEntries(
		Object.entries(credentials).map(([type, data]) => [
			type,
			{ id: JSON.stringify(data), name: type },
		]),
	);
}

function found(workflow: Workflow, node: INode): INodeType {
	return workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
}

function onlyNode(workflow: Workflow): INode {
	const [node] = Object.values(workflow.nodes);
	if (node === undefined) throw new Error('The workflow under test has no nodes');
	return node;
}

export interface TestPoller {
	workflow: Workflow;
	/** One poll as n8n does it; `activation` is what the trigger sees as its activation mode. */
	poll(
		mode?: WorkflowExecuteMode,
		activation?: WorkflowActivateMode,
	): Promise<INodeExecutionData[][] | null>;
	/**
	 * A trigger as n8n activates it: one context for the poll that activates it, which is the first
	 * call, and for all that follow. `budget` is the time n8n gives a poll, in milliseconds.
	 */
	activated(
		activation: WorkflowActivateMode,
		options?: { budget?: number | (() => number) },
	): () => Promise<INodeExecutionData[][] | null>;
	/**
	 * One poll in n8n's durable mode, of which the node's data are a copy of `cursor`; `kept` is the
	 * copy behind it, which n8n stores together with the execution.
	 */
	durable(
		cursor: IDataObject,
		activation?: WorkflowActivateMode,
	): Promise<{ output: INodeExecutionData[][] | null; kept: IDataObject }>;
	/** One poll on a context that `context` gave, or on one made of it. */
	pollOn(context: PollContext): Promise<INodeExecutionData[][] | null>;
	/** Every execution that the polls begin, in their order. */
	executions: TestExecution[];
	/** A context of its own, for tests that call parts of a node (load options aside). */
	context(mode?: WorkflowExecuteMode, activation?: WorkflowActivateMode): PollContext;
	/** The workflow's static data as n8n would store it: a JSON copy, for the next `pollContext`. */
	kept(): IDataObject;
	/** The polling node's own part of it, live, as the trigger sees it. */
	nodeStaticData(): IDataObject;
}

/** An execution that a poll has begun by handing items over, as n8n's server tells of its end. */
export interface TestExecution {
	data: INodeExecutionData[][];
	/** It has ended like this; `undefined` where n8n began none. */
	end(run: IRun | undefined): Promise<void>;
	/** n8n could not store it. */
	fail(error: Error): Promise<void>;
}

/** Lets what hangs on a promise run, as far as it does no I/O. */
async function settled(settle: () => void): Promise<void> {
	settle();
	await new Promise((resolve) => setImmediate(resolve));
}

/** n8n-core's real PollContext on a one-node workflow; see the head of this file. */
export function pollContext(node: TestNode & { staticData?: IDataObject }): TestPoller {
	const copied = node.staticData === undefined ? {} : { staticData: jsonCopy(node.staticData) };
	const workflow = workflowOf([node], copied);
	const pollingNode = onlyNode(workflow);
	const executions: TestExecution[] = [];
	const context: TestPoller['context'] = (mode = 'trigger', activation = 'activate') =>
		new PollContext(workflow, pollingNode, additionalDataFor(), mode, activation);
	// A poll begins an execution by what it returns, or by handing the items over itself.
	const pollOn = async (given: PollContext) => {
		const type = found(workflow, pollingNode);
		if (type.poll === undefined) throw new Error('The node under test does not poll');
		let emitted: INodeExecutionData[][] | null = null;
		Object.assign(given, {
			__emit: (...[data, , done]: Parameters<IPollFunctions['__emit']>) => {
				emitted = data;
				executions.push({
					data,
					end: async (run) => await settled(() => done?.resolve(run)),
					fail: async (error) => await settled(() => done?.reject(error)),
				});
			},
		});
		const returned = await type.poll.call(given);
		return returned ?? emitted;
	};
	return {
		workflow,
		context,
		pollOn,
		executions,
		poll: async (mode, activation) => await pollOn(context(mode, activation)),
		activated(activation, { budget } = {}) {
			const kept = context('trigger', activation);
			if (budget !== undefined)
				Object.assign(kept, {
					getPollBudgetMs: typeof budget === 'function' ? budget : () => budget,
				});
			return async () => await pollOn(kept);
		},
		async durable(cursor, activation = 'update') {
			const copy = jsonCopy(cursor);
			const given = context('trigger', activation);
			Object.assign(given, { resolveNodeStaticData: () => copy });
			return { output: await pollOn(given), kept: jsonCopy(copy) };
		},
		kept: () => jsonCopy(workflow.staticData),
		nodeStaticData: () => workflow.getStaticData('node', pollingNode),
	};
}

/** The static data without the observing proxy n8n wraps it in. */
function jsonCopy(data: IDataObject): IDataObject {
	return JSON.parse(JSON.stringify(data)) as IDataObject;
}

/**
 * One call of a node's webhook on n8n-core's real WebhookContext. `request` and `response` are what
 * n8n's server hands over: Node's own objects with n8n's additions (`test/support/webhookServer.ts`
 * makes them of real HTTP), or anything hostile.
 */
export async function callWebhook(
	node: TestNode,
	request: object,
	response: object,
	mode: WorkflowExecuteMode = 'webhook',
): Promise<IWebhookResponseData> {
	const workflow = workflowOf([node]);
	const webhookNode = onlyNode(workflow);
	const type = found(workflow, webhookNode);
	const [webhookDescription] = type.description.webhooks ?? [];
	if (type.webhook === undefined || webhookDescription === undefined) {
		throw new Error('The node under test has no webhook');
	}
	const additionalData = additionalDataFor({
		httpRequest: request as NonNullable<IWorkflowExecuteAdditionalData['httpRequest']>,
		httpResponse: response as NonNullable<IWorkflowExecuteAdditionalData['httpResponse']>,
	});
	const webhook: IWebhookData = {
		httpMethod: 'POST',
		node: webhookNode.name,
		path: 'test',
		webhookDescription,
		workflowId: 'test-workflow',
		workflowExecuteAdditionalData: additionalData,
	};
	const context = new WebhookContext(
		workflow,
		webhookNode,
		additionalData,
		mode,
		webhook,
		[],
		null,
	);
	return await type.webhook.call(context);
}

/** n8n-core's real context of what n8n asks of a node as it puts its webhook live. */
export function hookContext(node: TestNode, activation: WorkflowActivateMode): HookContext {
	const workflow = workflowOf([node]);
	const mode = activation === 'manual' ? 'manual' : 'trigger';
	return new HookContext(workflow, onlyNode(workflow), additionalDataFor(), mode, activation);
}

/** The execution of a run; by default one that a trigger began. */
export interface RunExecution {
	id?: string;
	mode?: WorkflowExecuteMode;
	/** The execution that it is a retry of. */
	retryOf?: string;
	/** Items of the first node's second input. */
	secondInput?: INodeExecutionData[];
}

/** Runs one node on these items in a real workflow run; see `IRun` for what comes back. */
export async function runNode(
	node: TestNode,
	items: INodeExecutionData[],
	execution: RunExecution = {},
): Promise<IRun> {
	return await runWorkflow([node], items, {}, execution);
}

/** Runs these nodes, of which the first one is given the items. */
export async function runWorkflow(
	nodes: TestNode[],
	items: INodeExecutionData[],
	connections: IConnections = {},
	{ id = 'test', mode = 'trigger', retryOf, secondInput }: RunExecution = {},
): Promise<IRun> {
	const workflow = workflowOf(nodes, { connections });
	const [startNode] = Object.values(workflow.nodes);
	if (startNode === undefined) throw new Error('The workflow under test has no nodes');
	const workflowData: IWorkflowBase = {
		id: 'test-workflow',
		name: 'Test',
		active: true,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		activeVersionId: null,
		nodes: Object.values(workflow.nodes),
		connections,
	};
	const hooks = new ExecutionLifecycleHooks(mode, id, workflowData, retryOf);
	const inputs = secondInput ? [items, secondInput] : [items];
	const data = createRunExecutionData({
		executionData: {
			nodeExecutionStack: [{ node: startNode, data: { main: inputs }, source: null }],
		},
	});
	const additionalData = additionalDataFor({ hooks, executionId: id });
	return await new WorkflowExecute(additionalData, mode, data).processRunExecutionData(workflow);
}

/** What the run's only node put out, by output. @throws what the node threw */
export function outputsOf(run: IRun): INodeExecutionData[][] {
	const { error, runData } = run.data.resultData;
	// n8n keeps a copy of what was thrown, which is no Error any more.
	if (error !== undefined) throw Object.assign(new Error(error.message), error);
	const [task] = Object.values(runData).flat();
	return (task?.data?.main ?? []).map((items) => items ?? []);
}

/** Runs a credential's test as the Test button does, on n8n-core's real context. */
export async function testCredential(
	type: INodeType,
	test: string,
	data: ICredentialDataDecryptedObject,
): Promise<INodeCredentialTestResult> {
	const method = type.methods?.credentialTest?.[test];
	if (method === undefined) throw new Error(`The node under test has no credential test "${test}"`);
	const context = new CredentialTestContext(additionalDataFor());
	return await method.call(context, { id: 'test', name: 'Test', type: 'test', data });
}
