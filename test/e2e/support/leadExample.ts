import { randomUUID } from 'node:crypto';

import { readExample } from '../../../scripts/host/demo.ts';
import type { DemoHost } from '../../../scripts/host/demo.ts';
import type { CredentialRef, Execution, WorkflowNode } from '../../../scripts/host/rest.ts';
import { httpsLead, send } from './send.ts';
import { LiveWorkflow, withCredential } from './workflows.ts';

/** An example that leads over HTTPS begin, live. */
export class LeadExample {
	private readonly workflow: LiveWorkflow;
	private sent = 0;

	private constructor(workflow: LiveWorkflow) {
		this.workflow = workflow;
	}

	/** @param setUp what a user sets in a node; the trigger's address is this import's own in any case */
	static async activate(
		host: DemoHost,
		file: string,
		setUp: (node: WorkflowNode) => WorkflowNode = (node) => node,
	): Promise<LeadExample> {
		const example = await readExample(file);
		const nodes = example.nodes.map((node) =>
			node.type.endsWith('.marketplaceLeadTrigger')
				? { ...node, webhookId: randomUUID() }
				: setUp(node),
		);
		return new LeadExample(await LiveWorkflow.activate(host, { ...example, nodes }));
	}

	/** Sends leads in one request, and waits for the end of their execution. */
	async run(...bodies: object[]): Promise<Execution> {
		const body = bodies.length === 1 ? bodies[0] : bodies;
		expect((await send(this.workflow.url(), body)).status).toBe(200);
		this.sent += 1;
		return (await this.workflow.executions(this.sent)).at(-1)!;
	}

	/** The same, and the execution has to succeed. */
	async succeed(...bodies: object[]): Promise<Execution> {
		const execution = await this.run(...bodies);
		expect([execution.status, execution.error?.message]).toEqual(['success', undefined]);
		return execution;
	}

	async remove(): Promise<void> {
		await this.workflow.remove();
	}
}

/** Nodes that ask by this credential have it; what is to be tried again is, and nobody waits for it here. */
export function asking(credential: CredentialRef): (node: WorkflowNode) => WorkflowNode {
	return (node) =>
		node.parameters['nodeCredentialType'] === credential.type
			? { ...withCredential(node, credential), waitBetweenTries: 0 }
			: node;
}

/** A lead over HTTPS of whom more is known, or something else. */
export function leadOf(company: string, user: object = {}, lead: object = {}) {
	const body = httpsLead(company, { ...lead });
	return { ...body, UserDetails: { ...body.UserDetails, ...user } };
}
