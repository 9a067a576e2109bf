import { randomBytes, randomUUID } from 'node:crypto';

import { PACKAGE } from '../host/demo.ts';
import type { Environment } from '../host/environment.ts';
import type { CredentialRef, WorkflowFile, WorkflowNode } from '../host/rest.ts';
import { TEN_LINES } from './tenLines.ts';

/** A published workflow that leads are sent to. */
export interface Target {
	workflowId: string;
	url: string;
	headers: Record<string, string>;
	/** Leads sent to it so far. */
	sent: number;
}

export const TARGETS = {
	plain: 'ten-line trigger',
	ours: 'Lead trigger',
	oursSecret: 'Lead trigger with a secret',
	webhook: 'Webhook',
	webhookSecret: 'Webhook with a secret',
	webhookLeadSource: 'Webhook → Lead Source',
} as const;
export type TargetName = keyof typeof TARGETS;
export type Targets = Record<TargetName, Target>;

const SECRET_HEADER = 'x-lead-secret';

/** Makes and publishes the workflows: nothing but a trigger, and once with the parser behind it. */
export async function makeTargets({ rest, baseUrl }: Environment): Promise<Targets> {
	const secret = randomBytes(24).toString('base64url');
	const endpoint = await rest.createCredential('marketplaceLeadTriggerApi', 'Lead endpoint', {
		secret,
	});
	const header = await rest.createCredential('httpHeaderAuth', 'Header', {
		name: SECRET_HEADER,
		value: secret,
	});
	const live = async (
		name: TargetName,
		nodes: WorkflowNode[],
		path: string,
		headers: Record<string, string> = {},
	): Promise<Target> => {
		const workflow = await rest.createWorkflow(chain(TARGETS[name], nodes));
		const { status, triggers } = await rest.activate(workflow);
		if (status !== 'published') {
			throw new Error(`n8n did not publish "${TARGETS[name]}": ${JSON.stringify(triggers)}`);
		}
		return { workflowId: workflow.id, url: `${baseUrl}/webhook/${path}`, headers, sent: 0 };
	};
	const trigger = (type: string, typeVersion: number, parameters = {}): WorkflowNode => ({
		...node('Trigger', type, typeVersion, parameters),
		webhookId: randomUUID(),
	});
	const ours = (parameters: object) =>
		trigger(`${PACKAGE}.marketplaceLeadTrigger`, 2, { path: 'lead', ...parameters });
	const webhook = (parameters = {}) =>
		trigger('n8n-nodes-base.webhook', 2, {
			httpMethod: 'POST',
			path: randomUUID(),
			options: {},
			...parameters,
		});

	const tenLines = trigger(TEN_LINES, 1);
	const open = ours({ authentication: 'none' });
	const guarded = withCredential(ours({ authentication: 'sharedSecret' }), endpoint);
	const builtIn = webhook();
	const builtInGuarded = withCredential(webhook({ authentication: 'headerAuth' }), header);
	const beforeParser = webhook();
	const parser = node('Lead Source', `${PACKAGE}.leadSource`, 1, {
		readLeadFrom: 'field',
		field: 'body',
	});
	return {
		plain: await live('plain', [tenLines], `${tenLines.webhookId}/ten`),
		ours: await live('ours', [open], `${open.webhookId}/lead`),
		oursSecret: await live('oursSecret', [guarded], `${guarded.webhookId}/lead?code=${secret}`),
		webhook: await live('webhook', [builtIn], String(builtIn.parameters['path'])),
		webhookSecret: await live(
			'webhookSecret',
			[builtInGuarded],
			String(builtInGuarded.parameters['path']),
			{ [SECRET_HEADER]: secret },
		),
		webhookLeadSource: await live(
			'webhookLeadSource',
			[beforeParser, parser],
			String(beforeParser.parameters['path']),
		),
	};
}

function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Record<string, unknown>,
): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters };
}

function withCredential(trigger: WorkflowNode, { id, name, type }: CredentialRef): WorkflowNode {
	return { ...trigger, credentials: { [type]: { id, name } } };
}

/** Nodes in a row. */
function chain(name: string, nodes: WorkflowNode[]): WorkflowFile {
	const links = nodes.slice(1).map((to, at): WorkflowFile['connections'] => ({
		[nodes[at]?.name ?? '']: { main: [[{ node: to.name, type: 'main', index: 0 }]] },
	}));
	return { name, nodes, connections: Object.assign({}, ...links) as WorkflowFile['connections'] };
}
