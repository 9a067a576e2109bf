/**
 * The nodes as tools of an AI agent, by n8n's own code: the schema that a model is given is made by
 * n8n-core from the node's parameters, and a call of the model's is carried out by n8n's engine, on an
 * agent that asks for what a test tells it to.
 */
import { getSchema } from 'n8n-core/dist/execution-engine/node-execution-context/utils/create-node-as-tool';
import type { IDataObject, INodeParameters, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';

import { LeadSource } from '../../nodes/LeadSource/LeadSource.node';
import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { LeadReceiver } from '../fakeServers/https/leadReceiver';
import { runWorkflow, workflowOf, type TestNode } from '../support/engine';
import { LEAD_PARTS } from '../support/leadParts';

/** As n8n makes a node into a tool, beside a description for the model. */
function asTool(type: INodeType): INodeType {
	const { description } = type;
	return Object.create(type, {
		description: {
			value: {
				...description,
				name: `${description.name}Tool`,
				inputs: [],
				outputs: [NodeConnectionTypes.AiTool],
				usableAsTool: undefined,
			},
		},
	}) as INodeType;
}

const SOMETHING: INodeType['description'] = {
	displayName: 'Something',
	name: 'something',
	group: ['transform'],
	version: 1,
	description: '',
	defaults: { name: 'Something' },
	inputs: [NodeConnectionTypes.Main],
	outputs: [NodeConnectionTypes.Main],
	properties: [],
};

/** Calls a tool once, with what a model would give it, and puts out what the tool said. */
class Agent implements INodeType {
	description = {
		...SOMETHING,
		name: 'agent',
		inputs: [NodeConnectionTypes.Main, 'ai_tool' as const],
	};
	constructor(
		private readonly tool: string,
		private readonly input: IDataObject,
	) {}
	private hasAsked = false;
	execute = async () => {
		// n8n calls it again with what the tool said.
		if (this.hasAsked) return [[]];
		this.hasAsked = true;
		return await Promise.resolve({
			actions: [
				{
					actionType: 'ExecutionNodeAction' as const,
					nodeName: this.tool,
					input: this.input,
					type: NodeConnectionTypes.AiTool,
					id: 'call_1',
					metadata: { itemIndex: 0 },
				},
			],
			metadata: {},
		});
	};
}

class Chat implements INodeType {
	description = { ...SOMETHING, name: 'chat' };
	async execute() {
		return await Promise.resolve([[{ json: { chatInput: 'Hi', email: 'visitor@chat.example' } }]]);
	}
}

/** What the tool gave the agent: its items, or what it says went wrong. */
async function called(
	tool: Pick<TestNode, 'credentials' | 'onError' | 'parameters' | 'type'>,
	input: IDataObject,
): Promise<IDataObject[]> {
	const run = await runWorkflow(
		[
			{ type: new Chat(), name: 'Chat' },
			{ type: new Agent('Tool', input), name: 'Agent' },
			{ ...tool, type: asTool(tool.type), name: 'Tool' },
		],
		[{ json: {} }],
		{
			Chat: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Tool: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
	);
	const { error, runData } = run.data.resultData;
	if (error) throw Object.assign(new Error(error.message), error);
	const data = runData['Tool']?.at(-1)?.data?.['ai_tool']?.[0] ?? [];
	return data.map(({ json }) => json);
}

/** What every operation with it fails by: no lead, nowhere to look, and nothing that was seen. */
const SPOILT = {
	leadFields: {},
	readLeadFrom: 'fields',
	historyStore: 'nowhere',
	table: { __rl: true, mode: 'name', value: '' },
	options: { oneItemPerCheck: 'perhaps' },
};
const CONNECTION = {
	authentication: 'connectionString',
	connectionString: 'UseDevelopmentStorage=true',
};

const namesOf = ({ description }: INodeType): string[] =>
	description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options }) =>
			(options as INodePropertyOptions[]).map(({ value }) => String(value)),
		);

/** By n8n's own code: the names of what a model may give, with their descriptions. */
function schemaOf(type: INodeType, parameters: INodeParameters): Record<string, string> {
	const workflow = workflowOf([{ type: asTool(type), parameters }]);
	const [node] = Object.values(workflow.nodes);
	const { shape } = getSchema(node!);
	return Object.fromEntries(
		Object.entries(shape).map(([name, schema]) => [
			name,
			String((schema as { description?: string }).description ?? ''),
		]),
	);
}

const LEAD = {
	company: 'Fabrikam',
	country: 'Germany',
	email: 'Kim.Sample@Fabrikam.example',
	firstName: 'Kim',
	lastName: 'Sample',
	leadSource: 'AzureMarketplace-INS|contoso.crm',
	phone: '+49 30 1234567',
	title: 'Buyer',
	description: 'Please call',
};

describe('the schema of a tool', () => {
	it.each([
		['Create Leads', new MarketplaceLead(), { operation: 'createLeads', destination: 'https' }],
		['Parse Leads', new LeadSource(), { operation: 'parseLeads' }],
		['Remove Repeats', new LeadSource(), { operation: 'removeRepeats' }],
	] as Array<[string, INodeType, INodeParameters]>)(
		'%s asks for the parts of a lead',
		(_, type, parameters) => {
			const schema = schemaOf(type, parameters);
			expect(Object.keys(schema).sort()).toEqual(LEAD_PARTS);
			for (const description of Object.values(schema)) expect(description).toMatch(/^[A-Z].{10,}/);
		},
	);

	it('Mark as Handled asks which lead', () => {
		const parameters = { operation: 'markAsHandled', destination: 'azureTable' };
		const schema = schemaOf(new MarketplaceLead(), parameters);
		expect(Object.keys(schema)).toEqual(['leadId', 'leadDestination']);
	});

	it('is offered of every operation but the one that compares two inputs', () => {
		const offeredTo = (type: INodeType) => {
			const [{ properties }, parameters] = [type.description, { operation: '' }];
			return properties
				.filter(({ name }) => name === 'operation')
				.flatMap(({ options = [] }) => options as INodePropertyOptions[])
				.filter((option) =>
					NodeHelpers.displayParameter(parameters, option as never, null, type.description),
				)
				.map(({ value }) => value);
		};
		const all = namesOf(new LeadSource());
		expect(offeredTo(new LeadSource())).toEqual(all);
		expect(offeredTo(asTool(new LeadSource()))).toEqual(
			all.filter((name) => name !== 'findMissingLeads'),
		);
	});

	it('asks for a lead source alone where that is all there is', () => {
		const parameters = { operation: 'parseLeads', readLeadFrom: 'text' };
		expect(Object.keys(schemaOf(new LeadSource(), parameters))).toEqual(['leadSource']);
	});

	it('takes nothing that is no text, and no part has to be known', () => {
		const type = asTool(new MarketplaceLead());
		const parameters = { operation: 'createLeads', destination: 'https' };
		const [node] = Object.values(workflowOf([{ type, parameters }]).nodes);
		const schema = getSchema(node!);
		expect(schema.safeParse({ email: 5 }).success).toBe(false);
		expect(schema.parse({ email: 'a@b.example' })).toMatchObject({
			email: 'a@b.example',
			phone: '',
		});
	});

	it('is empty where the node is none, and everything comes from the items', () => {
		const workflow = workflowOf([
			{ type: new LeadSource(), parameters: { operation: 'parseLeads' } },
		]);
		const [node] = Object.values(workflow.nodes);
		expect(node!.parameters).toMatchObject({ readLeadFrom: 'item' });
		expect(Object.keys(getSchema(node!).shape)).toEqual([]);
	});
});

describe('a call of an agent', () => {
	it('parses a lead, of which nothing comes from the chat', async () => {
		const [lead] = await called(
			{ type: new LeadSource(), parameters: { operation: 'parseLeads' } },
			LEAD,
		);
		expect(lead).toMatchObject({
			customer: {
				company: 'Fabrikam',
				country: 'DE',
				email: 'kim.sample@fabrikam.example',
				firstName: 'Kim',
				lastName: 'Sample',
				title: 'Buyer',
			},
			contactAllowed: true,
			offer: { id: 'contoso.crm' },
		});
		const without = { firstName: 'Kim', lastName: 'Sample' };
		const [other] = await called(
			{ type: new LeadSource(), parameters: { operation: 'parseLeads' } },
			without,
		);
		expect(other).toMatchObject({ customer: { email: '', lastName: 'Sample' } });
	});

	it('writes a lead', async () => {
		const receiver = await LeadReceiver.start();
		try {
			const [written] = await called(
				{
					type: new MarketplaceLead(),
					parameters: {
						operation: 'createLeads',
						destination: 'https',
						options: { allowHttpOnLocalhost: true },
					},
					credentials: { [receiver.credentialType]: receiver.credential },
				},
				LEAD,
			);
			expect(written).toMatchObject({ written: { outcome: 'created' } });
			expect(receiver.leads.size).toBe(1);
			expect(JSON.stringify([...receiver.leads.values()])).toContain('Kim');
		} finally {
			await receiver.stop();
		}
	});

	it('marks the lead that it names', async () => {
		const tool = {
			type: new MarketplaceLead(),
			parameters: { operation: 'markAsHandled', destination: 'azureTable' },
			credentials: { marketplaceLeadAzureTableApi: CONNECTION },
		};
		// What the model gave is what is looked at, before any request.
		expect(await called(tool, { leadId: 'p/r', leadDestination: 'marketo' })).toEqual([
			{
				error: 'The lead is not one of Azure Table: its destination is "marketo"',
				details: expect.any(String),
			},
		]);
	});

	it('without anything of a lead is told what is missing, and what to do', async () => {
		const tool = { type: new LeadSource(), parameters: { operation: 'parseLeads' } };
		const [said, ...more] = await called(tool, { email: ' ' });
		expect(said).toEqual({
			error: 'No field of the lead is filled in',
			details: expect.stringContaining('at least an email address or a name'),
		});
		expect(more).toEqual([]);
	});

	it('is told of a lead that is left out on the only output that a tool has', async () => {
		const tool = {
			type: new MarketplaceLead(),
			// From the node that it was before.
			parameters: { operation: 'createLeads', destination: 'https', separateOutputs: true },
			credentials: { marketplaceLeadHttpsApi: { endpointUrl: 'https://contoso.example/lead' } },
		};
		const leadSource = 'AzureMarketplace-DNC|contoso.crm';
		expect(await called(tool, { ...LEAD, leadSource })).toMatchObject([
			{ written: { outcome: 'leftOut', reason: 'The customer must not be contacted' } },
		]);
	});

	it.each([
		...namesOf(new LeadSource()).map((name) => [name, new LeadSource(), {}] as const),
		...namesOf(new MarketplaceLead()).map(
			(name) => [name, new MarketplaceLead(), { destination: 'azureTable' }] as const,
		),
	])('is told what is wrong with %s by an item, unless it is to stop', async (name, type, more) => {
		const parameters: INodeParameters = { operation: name, ...more, ...SPOILT };
		const credentials = { marketplaceLeadAzureTableApi: CONNECTION };
		const tool = { type, parameters, credentials };
		expect(await called(tool, {})).toEqual([
			expect.objectContaining({ error: expect.any(String), details: expect.any(String) }),
		]);
		await expect(called({ ...tool, onError: 'stopWorkflow' }, {})).rejects.toThrow();
	});
});
