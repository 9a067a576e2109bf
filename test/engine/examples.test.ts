/** What the examples do until a lead is handled: every way through a workflow that marks ends at the mark. And what they write into data tables. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { createRunExecutionData, NodeHelpers, Workflow } from 'n8n-workflow';
import type { INode, INodeType, INodeTypeDescription } from 'n8n-workflow';

import { STAGES } from '../../nodes/lead';
import { LeadSource } from '../../nodes/LeadSource/LeadSource.node';
import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { MarketplaceLeadTrigger } from '../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { nodeTypes } from '../support/nodeTypes';

const FOLDER = path.resolve(__dirname, '../../examples');
const PACKAGE = 'n8n-nodes-marketplace-leads.';
const POLL_TRIGGER = `${PACKAGE}marketplaceLeadPollTrigger`;

type Connections = Record<string, { main: Array<Array<{ node: string }> | null> }>;
interface Example {
	nodes: Array<INode & { onError?: string }>;
	connections: Connections;
}

/** Examples that poll and do not wait for the mark, each with what its note has to say of it. */
const HANDED_OVER: Readonly<Record<string, RegExp>> = {
	// Each CRM needs a field that only its administrator can make; Marketo has nothing to mark.
	'leads-from-crms.json': /Lead Is Handled When[^]*Execution Finishes Successfully[^]*inbox/,
};
/** What comes by HTTPS can't be marked, and its example says what to do where that matters. */
const BY_HTTPS: Readonly<Record<string, RegExp>> = {
	'follow-up-to-crm.json': /Lead Is Handled When[^]*inbox-from-https\.json/,
};

const OURS: Readonly<Record<string, INodeType>> = {
	[`${PACKAGE}leadSource`]: new LeadSource(),
	[`${PACKAGE}marketplaceLead`]: new MarketplaceLead(),
	[POLL_TRIGGER]: new MarketplaceLeadPollTrigger(),
	[`${PACKAGE}marketplaceLeadTrigger`]: new MarketplaceLeadTrigger() as unknown as INodeType,
};

const examples = readdirSync(FOLDER).map((file): [string, Example] => [
	file,
	JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Example,
]);

/** Without the connections that n8n's own nodes would need to be known for. */
function outputCount({ nodes, connections }: Example, node: Example['nodes'][number]): number {
	const type = OURS[node.type];
	const forErrors = node.onError === 'continueErrorOutput' ? 1 : 0;
	// Of n8n's own nodes the examples use none but those with one output.
	if (!type) return 1 + forErrors;
	const workflow = new Workflow({
		...{ nodes, nodeTypes: nodeTypes((name) => OURS[name] ?? type), active: false },
		connections: connections as unknown as Workflow['connectionsBySourceNode'],
	});
	const description = versioned(type, node.typeVersion);
	return NodeHelpers.getNodeOutputs(workflow, node, description).length;
}

function versioned(type: INodeType, version: number): INodeTypeDescription {
	const { nodeVersions } = type as unknown as { nodeVersions?: Record<number, INodeType> };
	return nodeVersions?.[version]?.description ?? type.description;
}

/** Outputs from which a lead would come to no mark: those that lead nowhere, and nodes without a way on. */
function unmarkedEnds(example: Example, from: string): string[] {
	const ends: string[] = [];
	const seen = new Set<string>();
	const visit = (name: string, outputs: (count: number) => number[]): void => {
		const node = example.nodes.find((candidate) => candidate.name === name);
		if (!node) throw new Error(`There is no node "${name}"`);
		if (node.parameters['operation'] === 'markAsHandled' || seen.has(name)) return;
		seen.add(name);
		for (const output of outputs(outputCount(example, node))) {
			const next = example.connections[name]?.main[output] ?? [];
			if (next.length === 0) ends.push(`${name}, output ${output}`);
			for (const { node: to } of next) visit(to, (count) => [...Array(count).keys()]);
		}
	};
	// What is given up is not handled.
	visit(from, () => [0]);
	return ends;
}

const notesOf = ({ nodes }: Example) =>
	nodes.map(({ parameters }) => String(parameters['content'] ?? '')).join('\n');

const polling = examples.flatMap(([file, example]) =>
	example.nodes
		.filter(({ type }) => type === POLL_TRIGGER)
		.map((trigger) => ({ file, example, trigger })),
);
const marking = polling.filter(
	({ trigger }) => trigger.parameters['handledWhen'] === 'markedInWorkflow',
);

it('recommends acknowledged delivery wherever nothing but the example has to be set up', () => {
	const handedOver = polling.filter(({ trigger }) =>
		[undefined, 'handedOver'].includes(trigger.parameters['handledWhen'] as string | undefined),
	);
	expect([...new Set(handedOver.map(({ file }) => file))].sort()).toEqual(
		Object.keys(HANDED_OVER).sort(),
	);
	for (const [file, words] of Object.entries({ ...HANDED_OVER, ...BY_HTTPS })) {
		const [, example] = examples.find(([name]) => name === file) ?? [];
		expect(example && notesOf(example)).toMatch(words);
	}
	expect(marking.length).toBeGreaterThan(0);
});

it.each(marking)('$file marks a lead whichever output it takes', ({ example, trigger }) => {
	expect(unmarkedEnds(example, trigger.name)).toEqual([]);
	const marks = example.nodes.filter(
		({ parameters }) => parameters['operation'] === 'markAsHandled',
	);
	for (const mark of marks) {
		expect(mark.parameters['table']).toEqual(trigger.parameters['table']);
		expect(mark.parameters['leadId']).toBe(`={{ $('${trigger.name}').item.json.id }}`);
		expect(mark.parameters['leadDestination']).toBe(
			`={{ $('${trigger.name}').item.json.destination }}`,
		);
	}
});

const withTables = examples.flatMap(([file, example]) => {
	const tables = example.nodes.filter(({ type }) => type === 'n8n-nodes-base.dataTable');
	return tables.length > 0 ? [{ file, example, tables }] : [];
});

it.each(withTables)(
	'$file names its data table, says what n8n 1 needs, and makes no row twice',
	({ example, tables }) => {
		for (const { parameters } of tables) {
			const table = parameters['dataTableId'] as { mode: string; value: string };
			expect(notesOf(example)).toContain(`data table **${table.value}** with the text columns`);
			// A lead may come again: it is handed over until it is handled, or its execution is retried.
			expect(['get', 'rowNotExists', 'update', 'upsert']).toContain(parameters['operation']);
			if (table.mode === 'name') expect(notesOf(example)).toMatch(/In n8n 1, [^.]+, choose it in/);
		}
	},
);

/** Nodes that write to a system or to somebody, n8n's Edit Fields in the place of a CRM's node too; ours leave out by default. */
const WRITES =
	/\.(?:dataTable|emailSend|googleSheets|httpRequest|hubspot|pipedrive|salesforce|set)$/;
/** What only looks at a table. */
const LOOKS: readonly unknown[] = ['get', 'rowNotExists'];
/** Nodes that such a lead may come to, each with its reason. */
const MAY_HAVE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'catch-up-from-export.json': {
		List: 'is shown, and says that it is not written',
		'Missing Leads': 'a list for Write Missing Leads, which leaves out',
	},
	'follow-up-to-crm.json': { 'List Do-Not-Contact': 'the list of those who are left alone' },
	'leads-from-azure-table.json': { 'Note Do-Not-Contact': 'the place for them' },
	'leads-from-crms.json': { 'Note Do-Not-Contact': 'the place for them' },
	'leads-from-csv.json': { 'Note Do-Not-Contact': 'the place for them' },
	'leads-from-https.json': { 'Note Do-Not-Contact': 'the place for them' },
	'inbox-to-crm.json': { 'Note Do-Not-Contact': 'the place for them' },
	'leads-to-google-sheet.json': {
		Row: 'leaves out who it is',
		'Write Row': 'without name and address',
	},
	'leads-to-table.json': { Row: 'leaves out who it is', 'Write Row': 'without name and address' },
	'weekly-digest.json': { 'Send Digest': 'numbers, of nobody in particular' },
	'assign-owner-with-deadline.json': Object.fromEntries(
		[
			'Due,Lead of the Row,Note as Handled,Note as Open,Note as Untaken,Pass Over the Owner',
			'Tell the Manager,Tell the Owner,Working Hours',
		]
			.flatMap((names) => names.split(','))
			.map((name) => [name, 'by the schedule alone, of rows that came past May Be Contacted?']),
	),
};

/** Nodes that a lead gets to that must not be contacted, from wherever one comes. */
function reachedWithoutConsent({ nodes, connections }: Example): Example['nodes'] {
	const reached = new Set<string>();
	const visit = (name: string): void => {
		const node = nodes.find((candidate) => candidate.name === name);
		if (node === undefined || reached.has(name)) return;
		reached.add(name);
		const { outputs, operation, conditions } = node.parameters;
		const splits =
			outputs === 'contact' ||
			operation === 'composeFollowUp' ||
			JSON.stringify(conditions ?? '').includes('$json.contactAllowed');
		const byStage =
			outputs === 'stage' ? STAGES.findIndex(({ code }) => code === 'doNotContact') : -1;
		for (const [output, next] of (connections[name]?.main ?? []).entries()) {
			if ((splits && output === 0) || (byStage >= 0 && output !== byStage)) continue;
			// A split by contact has an output for tests of its own.
			if (outputs === 'contact' && output === 2) continue;
			for (const { node: to } of next ?? []) visit(to);
		}
	};
	for (const { name, type } of nodes) if (/trigger$|\.webhook$/i.test(type)) visit(name);
	return nodes.filter(({ name }) => reached.has(name));
}

it.each(examples)('%s writes nothing of who must not be contacted', (file, example) => {
	const written = reachedWithoutConsent(example)
		.filter(({ type, parameters }) => WRITES.test(type) && !LOOKS.includes(parameters['operation']))
		.map(({ name }) => name);
	expect(written.sort()).toEqual(Object.keys(MAY_HAVE[file] ?? {}).sort());
});

it('Create Leads writes who must not be contacted into the inbox alone, which is split behind it', () => {
	const writing = examples.filter(([, { nodes }]) =>
		nodes.some(({ parameters }) => /"doNotContact":"write"/.test(JSON.stringify(parameters))),
	);
	expect(writing.map(([file]) => file)).toEqual(['inbox-from-https.json']);
});

it.each([
	[undefined, '2026-03-08T12:00:00.000Z'],
	[168, '2026-03-02T12:00:00.000Z'],
])(
	'catching up reads from the CRM all that leads of the export may be, with %s hours',
	(withinHours, from) => {
		const [, example] = examples.find(([file]) => file === 'catch-up-from-export.json') ?? [];
		const nodes = example!.nodes.map((node) =>
			node.name === 'Find Missing Leads' && withinHours !== undefined
				? { ...node, parameters: { ...node.parameters, withinHours } }
				: node,
		);
		const workflow = new Workflow({
			...{ nodes, nodeTypes: nodeTypes((name) => OURS[name] ?? new LeadSource()), active: false },
			connections: example!.connections as unknown as Workflow['connectionsBySourceNode'],
		});
		const leads = ['2026-03-12T12:00:00.000Z', '', '2026-03-10T12:00:00.000Z'].map((createdAt) => ({
			json: { createdAt },
		}));
		const task = { startTime: 0, executionTime: 0, executionIndex: 0, source: [] };
		const run = createRunExecutionData({
			resultData: { runData: { 'Rows to Leads': [{ ...task, data: { main: [leads] } }] } },
		});
		const { name, parameters } = nodes.find((node) => node.name === 'Leads in the CRM')!;
		const value = workflow.expression.getParameterValue(
			parameters['createdAfter']!,
			...([run, 0, 0, name, leads, 'manual', {}] as const),
		);
		expect(new Date(value as string).toISOString()).toBe(from);
	},
);
