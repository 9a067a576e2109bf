import type { INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers, Workflow } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import type { SplitName } from '../../../nodes/LeadSource/splits';
import {
	offerSplit,
	readOfferOutputs,
	SEPARATE,
	splitNamed,
	SPLITS,
} from '../../../nodes/LeadSource/splits';
import { nodeTypes } from '../../support/nodeTypes';
import { ACTIONS, parseLead, SOURCES } from '../../../nodes/lead';

const NAMES = Object.keys(SPLITS) as SplitName[];
const LEADS = [...SOURCES.map(({ code }) => code), 'MSFT_TEST_1', 'Fax']
	.flatMap((source) =>
		[...ACTIONS.map(({ code }) => code), 'MSFT_TEST_1', 'WINK'].map(
			(action) => `${source}-${action}|contoso.crm`,
		),
	)
	.map((leadSource) => parseLead(leadSource));

function route(name: SplitName, leadSource: string): string | undefined {
	const split = SPLITS[name];
	return split.outputs[split.outputOf(parseLead(leadSource))];
}

describe('every lead has an output', () => {
	it.each(NAMES)('%s', (name) => {
		const { outputs, outputOf, leftover } = SPLITS[name];
		for (const lead of LEADS) expect(outputs[outputOf(lead)]).toBeDefined();
		expect(outputs[leftover]).toBeDefined();
	});

	it.each(NAMES.filter((name) => name !== 'contact'))(
		'every output can have a lead: %s',
		(name) => {
			const used = new Set(LEADS.map((lead) => SPLITS[name].outputOf(lead)));
			expect(used.size).toBe(SPLITS[name].outputs.length);
		},
	);
});

describe('the outputs', () => {
	it.each([
		['stage', 'AzureMarketplace-INS|a.b', 'Initial Interest'],
		['stage', 'SPZA-PLT|a.b', 'Active'],
		['stage', 'TestDrive-StartTestDrive|a.b', 'Trial'],
		['stage', 'SPZA-DNC|a.b', 'Do Not Contact'],
		['stage', 'SPZA-WINK|a.b', 'Unknown'],
		['source', 'AzureMarketplace-INS|a.b', 'Azure Marketplace'],
		['source', 'AzurePortal-Create|a.b', 'Azure Portal'],
		['source', 'TestDrive-StartTestDrive|a.b', 'Test Drive'],
		['source', 'SPZA-INS|a.b', 'AppSource'],
		['source', 'Fax-INS|a.b', 'Other'],
		['contact', 'SPZA-INS|a.b', 'Contact Allowed'],
		['contact', 'SPZA-DNC|a.b', 'Do Not Contact'],
		['contact', 'MSFT_TEST_1-MSFT_TEST_1|a.b', 'Test'],
		['contact', 'MSFT_TEST_1-DNC|a.b', 'Do Not Contact'],
	] as const)('by %s: %s is %s', (name, leadSource, output) => {
		expect(route(name, leadSource)).toBe(output);
	});

	it('put what is no lead where it does no harm', () => {
		const leftovers = NAMES.map((name) => [name, SPLITS[name].outputs[SPLITS[name].leftover]]);
		expect(Object.fromEntries(leftovers)).toEqual({
			one: 'Lead',
			stage: 'Unknown',
			contact: 'Do Not Contact',
			source: 'Other',
		});
	});

	it.each(['', 'Stage', 'constructor', '__proto__', 'toString'])('%p is no split', (name) => {
		expect(splitNamed(name)).toBeUndefined();
	});
});

describe('the editor', () => {
	const type = new LeadSource();

	/** The outputs as n8n works them out of the description. */
	function outputsInEditor(
		given: INodeParameters | string,
		description: INodeTypeDescription = type.description,
		missing: string[] = [],
	) {
		const { workflow, node } = workflowOf(typeof given === 'string' ? { outputs: given } : given);
		// n8n has filled in the defaults by now.
		node.parameters = Object.fromEntries(
			Object.entries(node.parameters).filter(([name]) => !missing.includes(name)),
		);
		return NodeHelpers.getNodeOutputs(workflow, node, description);
	}

	/** The node as it stands in a workflow. */
	function workflowOf(parameters: INodeParameters) {
		const node: INode = {
			id: '1',
			name: 'Lead Source',
			type: 'leadSource',
			typeVersion: 1,
			position: [0, 0],
			parameters,
		};
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes: nodeTypes(() => type),
		});
		return { workflow, node: workflow.nodes['Lead Source']! };
	}

	it.each([
		[{}, 'parse'],
		[{ outputs: 'contact' }, 'parse, by contact'],
		[{ readLeadFrom: 'field', field: 'body.lead' }, 'parse, field body.lead'],
		[{ readLeadFrom: 'text' }, 'parse, lead source text'],
		[{ operation: 'mergeLeads' }, 'merge, by customer'],
		[{ operation: 'mergeLeads', groupBy: 'customerAndOffer' }, 'merge, by customer and offer'],
		[{ operation: 'removeRepeats' }, 'remove repeats, by lead'],
		[{ operation: 'removeRepeats', compareBy: 'customer' }, 'remove repeats, by customer'],
		[{ operation: 'composeFollowUp' }, 'compose follow-up'],
		[{ operation: 'clearRepeats' }, 'clear repeats'],
	])('says on the canvas what it does with %j', (parameters, subtitle) => {
		const { subtitle: expression = '' } = type.description;
		const { workflow, node } = workflowOf(parameters);
		expect(workflow.expression.getSimpleParameterValue(node, expression, 'internal', {})).toBe(
			subtitle,
		);
	});

	it.each(NAMES.filter((name) => name !== 'one'))('shows the outputs of %s by name', (name) => {
		expect(outputsInEditor(name)).toEqual(
			SPLITS[name].outputs.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName })),
		);
	});

	it('shows one output without a name else', () => {
		expect(outputsInEditor('one')).toEqual([NodeConnectionTypes.Main]);
		expect(outputsInEditor('nonsense')).toEqual([NodeConnectionTypes.Main]);
	});

	const named = (names: readonly string[]) =>
		names.map((displayName) => ({ type: NodeConnectionTypes.Main, displayName }));

	it.each([
		[[], ['Other']],
		[
			[{ offers: 'a.b, c.*', outputName: '' }, { offers: 'd.e', outputName: 'D' }, {}],
			['a.b, c.*', 'D', 'Offers', 'Other'],
		],
	])('shows an output for each of the offers %j', (values, names) => {
		const parameters = { outputs: 'offer', offerOutputs: { values } } as INodeParameters;
		expect(outputsInEditor(parameters)).toEqual(named(names));
		expect(offerSplit(readOfferOutputs({ values })).outputs).toEqual(names);
	});

	it('shows the last output alone while the offers are not filled in', () => {
		expect(outputsInEditor({ outputs: 'offer', offerOutputs: {} })).toEqual(named(['Other']));
	});

	it.each(['removeRepeats', 'composeFollowUp'] as const)('shows those of %s', (operation) => {
		const apart = named(SEPARATE[operation].outputs);
		expect(outputsInEditor({ operation })).toEqual(apart);
		// What another operation was set to stays in the workflow, unseen.
		expect(outputsInEditor({ operation, outputs: 'stage' })).toEqual(apart);
		expect(outputsInEditor({ operation, separateOutputs: false })).toEqual([
			NodeConnectionTypes.Main,
		]);
	});

	it('shows those of Parse where a workflow was saved without an operation', () => {
		expect(outputsInEditor({ outputs: 'contact' }, type.description, ['operation'])).toEqual(
			named(SPLITS.contact.outputs),
		);
	});

	it.each(['mergeLeads', 'clearRepeats'])('shows one output for %s', (operation) => {
		const given = { operation, outputs: 'stage', separateOutputs: true };
		expect(outputsInEditor(given)).toEqual([NodeConnectionTypes.Main]);
	});

	it('offers every split', () => {
		const property = type.description.properties.find(({ name }) => name === 'outputs');
		const values = (property?.options ?? []).map((option) => 'value' in option && option.value);
		expect(values.sort()).toEqual([...NAMES, 'offer'].sort());
	});
});
