import { randomUUID } from 'node:crypto';

import { PACKAGE } from '../../../scripts/host/demo.ts';
import type { DemoHost } from '../../../scripts/host/demo.ts';
import type {
	CredentialRef,
	Execution,
	PublicationStatus,
	Workflow,
	WorkflowFile,
	WorkflowNode,
} from '../../../scripts/host/rest.ts';
import { waitFor } from '../../../scripts/host/wait.ts';

/** n8n polls once a minute at most; the rest is for the poll itself on a busy machine. */
export const NEXT_POLL_MS = 300_000;
/** From a lead's arrival to the end of a workflow that does nothing. */
const EXECUTION_MS = 240_000;

export type Parameters = Record<string, unknown>;

export function node(name: string, type: string, parameters: Parameters = {}): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion: 1, position: [0, 0], parameters };
}

export function withCredential(trigger: WorkflowNode, credential: CredentialRef): WorkflowNode {
	const { id, name, type } = credential;
	return { ...trigger, credentials: { [type]: { id, name } } };
}

export function leadTrigger(parameters: Parameters = {}): WorkflowNode {
	const trigger = node('Trigger', `${PACKAGE}.marketplaceLeadTrigger`, {
		authentication: 'sharedSecret',
		...parameters,
	});
	return { ...trigger, typeVersion: 2, webhookId: randomUUID() };
}

export function pollTrigger(table: string, parameters: Parameters = {}): WorkflowNode {
	return pollsFrom({ table: { __rl: true, mode: 'name', value: table }, ...parameters });
}

/** The poll trigger at the destination that the parameters choose. */
export function pollsFrom(parameters: Parameters): WorkflowNode {
	return node('Trigger', `${PACKAGE}.marketplaceLeadPollTrigger`, {
		pollTimes: { item: [{ mode: 'everyMinute' }] },
		// Most tests are of leads that are there already.
		startFrom: 'all',
		...parameters,
	});
}

export function leadSource(name: string, parameters: Parameters = {}): WorkflowNode {
	return node(name, `${PACKAGE}.leadSource`, parameters);
}

/** Nodes in a row, each with the first output of the one before. */
export function chain(name: string, ...nodes: WorkflowNode[]): WorkflowFile {
	const connections: WorkflowFile['connections'] = {};
	for (const [at, from] of nodes.entries()) {
		const to = nodes[at + 1];
		if (to) connections[from.name] = { main: [[{ node: to.name, type: 'main', index: 0 }]] };
	}
	return { name, nodes, connections };
}

/** A workflow on a running n8n, and what the tests ask of it. */
export class LiveWorkflow {
	readonly workflow: Workflow;
	private readonly host: DemoHost;

	private constructor(host: DemoHost, workflow: Workflow) {
		this.host = host;
		this.workflow = workflow;
	}

	static async create(host: DemoHost, file: WorkflowFile): Promise<LiveWorkflow> {
		return new LiveWorkflow(host, await host.rest.createWorkflow(file));
	}

	/** @throws with n8n's reason when a trigger is not live afterwards */
	static async activate(host: DemoHost, file: WorkflowFile): Promise<LiveWorkflow> {
		return await LiveWorkflow.goOn(host, await host.rest.createWorkflow(file));
	}

	/** Puts one live that is there already. @throws with n8n's reason when a trigger is not live afterwards */
	static async goOn(host: DemoHost, workflow: Workflow): Promise<LiveWorkflow> {
		const live = new LiveWorkflow(host, workflow);
		const { status, triggers } = await live.publish();
		if (status !== 'published') throw new Error(`${status}: ${JSON.stringify(triggers)}`);
		return live;
	}

	async publish(): Promise<PublicationStatus> {
		return await this.host.rest.activate(this.workflow);
	}

	/** The address that leads are sent to, of the lead trigger or of n8n's own Webhook. */
	url(kind: 'webhook' | 'webhook-test' = 'webhook'): string {
		const trigger = this.workflow.nodes.find((candidate) => candidate.webhookId !== undefined);
		if (!trigger) throw new Error(`"${this.workflow.name}" has no webhook.`);
		const isOurs = trigger.type.startsWith(PACKAGE);
		const path = isOurs ? `${trigger.webhookId}/lead` : String(trigger.parameters['path']);
		const { baseUrl, webhookUrl = baseUrl } = this.host;
		return `${kind === 'webhook' ? webhookUrl : baseUrl}/${kind}/${path}`;
	}

	/** How many executions were begun so far, ended or not. */
	async begun(): Promise<number> {
		return (await this.host.rest.executions(this.workflow.id)).length;
	}

	/** How many executions have come to their end so far. */
	async ended(): Promise<number> {
		const all = await this.host.rest.executions(this.workflow.id);
		return all.filter(({ stoppedAt }) => stoppedAt !== null).length;
	}

	/** Waits until so many executions have ended and none still runs; oldest first. */
	async executions(count: number, timeoutMs = EXECUTION_MS): Promise<Execution[]> {
		const { rest } = this.host;
		const ended = await waitFor(`${count} executions`, timeoutMs, async () => {
			const all = await rest.executions(this.workflow.id);
			const isSettled = all.length >= count && all.every(({ stoppedAt }) => stoppedAt !== null);
			return isSettled ? all : undefined;
		});
		return await Promise.all(ended.reverse().map(({ id }) => rest.execution(id)));
	}

	/** Waits until at least so many items left the trigger, over all executions. */
	async leads(count: number, timeoutMs = EXECUTION_MS): Promise<LeadJson[]> {
		return await waitFor(`${count} leads`, timeoutMs, async () => {
			const leads = (await this.executions(0)).flatMap((execution) => itemsOf(execution));
			return leads.length >= count ? leads : undefined;
		});
	}

	async remove(): Promise<void> {
		await this.host.rest.deactivate(this.workflow.id);
		await this.host.rest.deleteWorkflow(this.workflow.id);
	}
}

/** The part of a lead that the tests look at. */
export interface LeadJson {
	id: string;
	stage: string;
	isTest: boolean;
	source: { code: string };
	offer: { id: string; title: string };
	customer: { company: string; email: string; lastName: string };
	[more: string]: unknown;
}

export function itemsOf(execution: Execution, nodeName = 'Trigger', output = 0): LeadJson[] {
	const items = execution.runs[nodeName]?.[0]?.data?.main[output] ?? [];
	return items.map(({ json }) => json as unknown as LeadJson);
}
