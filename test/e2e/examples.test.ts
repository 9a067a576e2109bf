/** Every example as the editor takes it: known nodes of known versions, nothing missing but accounts. */
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { NodeHelpers } from 'n8n-workflow';
import type { INode, INodeTypeDescription } from 'n8n-workflow';

import { readExample } from '../../scripts/host/demo.ts';
import { PROJECT_ROOT } from '../../scripts/host/paths.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { itemsOf, LiveWorkflow } from './support/workflows.ts';

const FILES = readdirSync(path.join(PROJECT_ROOT, 'examples'));
/** What only the user knows: which of Marketo's forms, which document. */
const TO_CHOOSE: Record<string, string[]> = {
	'check-connections.json': ['Check Marketo'],
	'leads-from-crms.json': ['Leads in Marketo'],
	'leads-to-destinations.json': ['Create in Marketo'],
	'leads-to-google-sheet.json': ['Write Row'],
};

let host: Awaited<ReturnType<typeof sharedHost>>;
let types: INodeTypeDescription[];

beforeAll(async () => {
	host = await sharedHost();
	types = await host.rest.get<INodeTypeDescription[]>('/types/nodes.json');
});

it.each(FILES)('%s can be imported and has every setting it needs', async (file) => {
	const example = await readExample(file);
	const { workflow } = await LiveWorkflow.create(host, example);
	const stored = await host.rest.workflow(workflow.id);
	expect(stored.nodes).toHaveLength(example.nodes.length);

	const issues = stored.nodes.flatMap((node) => {
		const type = types.find(
			({ name, version }) => name === node.type && [version].flat().includes(node.typeVersion),
		);
		if (!type) return [`${node.name}: n8n has no ${node.type} of version ${node.typeVersion}`];
		const { properties } = type;
		const given = node as unknown as INode;
		const parameters = NodeHelpers.getNodeParameters(
			properties,
			given.parameters,
			true,
			false,
			given,
			type,
		);
		const unknown = Object.keys(node.parameters).filter((name) => !(name in (parameters ?? {})));
		const missing = NodeHelpers.getNodeParametersIssues(
			properties,
			{ ...given, parameters: parameters ?? {} },
			type,
		);
		return [
			...unknown.map((name) => `${node.name}: there is no parameter ${name}`),
			...(missing ? [`${node.name}: ${JSON.stringify(missing)}`] : []),
		];
	});
	const expected = TO_CHOOSE[file] ?? [];
	expect(issues).toEqual(expected.map((name) => expect.stringContaining(`${name}: `)));
	await host.rest.deleteWorkflow(workflow.id);
});

it('a lead that comes through the built-in Webhook is read under any content type', async () => {
	const types = [
		'application/json',
		'application/cloudevents+json; charset=utf-8',
		'application/hal+json',
		'application/octet-stream',
		'',
	];
	const example = await readExample('webhook-to-lead-source.json');
	// An address of its own: the demo may have the example's live on this n8n.
	const webhook = example.nodes.find(({ type }) => type === 'n8n-nodes-base.webhook')!;
	webhook.parameters['path'] = randomUUID();
	const workflow = await LiveWorkflow.activate(host, example);
	for (const contentType of types) {
		await send(workflow.url(), httpsLead(contentType || 'none'), { contentType });
	}
	const executions = await workflow.executions(types.length);
	const leads = executions.flatMap((execution) => itemsOf(execution, 'Lead Source'));
	const companies = types.map((type) => type || 'none');
	expect(leads.map(({ customer }) => customer.company).sort()).toEqual(companies.sort());
	await workflow.remove();
});
