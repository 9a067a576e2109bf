/**
 * Our nodes as tools of n8n's AI agent on a real n8n, with a chat model that asks for them. Agents of
 * version 3 have n8n run the tool; those before run it themselves, give it no items, and tell their
 * model nothing of what it throws.
 */
import { PACKAGE, type DemoHost } from '../../scripts/host/demo.ts';
import type { WorkflowFile, WorkflowNode } from '../../scripts/host/rest.ts';
import { LeadReceiver } from '../fakeServers/https/leadReceiver.ts';
import { ChatModel } from '../fakeServers/openAi/chatModel.ts';
import { sharedHost } from './support/host.ts';
import { LiveWorkflow, node, withCredential, type Parameters } from './support/workflows.ts';
import { LEAD_PARTS } from '../support/leadParts.ts';

const LEAD = {
	email: 'Kim.Sample@Fabrikam.example',
	firstName: 'Kim',
	lastName: 'Sample',
	company: 'Fabrikam',
	leadSource: 'AzureMarketplace-INS|contoso.crm',
};
let host: DemoHost;
let model: ChatModel;
let receiver: LeadReceiver;
let modelNode: WorkflowNode;

beforeAll(async () => {
	host = await sharedHost();
	model = await ChatModel.start();
	const { rest } = host;
	const credential = await rest.createCredential(model.credentialType, 'Model', model.credential);
	const parameters = { model: { __rl: true, mode: 'id', value: 'fake' } };
	const chat = node('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', parameters);
	modelNode = withCredential({ ...chat, typeVersion: 1.2 }, credential);
});
beforeEach(async () => {
	receiver = await LeadReceiver.start();
	model.told.length = 0;
	model.arguments = LEAD;
});
afterEach(async () => await receiver.stop());
afterAll(async () => await model?.stop());

/** Has an agent of this version call the tool once; gives what its model was told of that. */
async function told(agentVersion: number, tool: WorkflowNode): Promise<unknown> {
	const agent = {
		...node('Agent', '@n8n/n8n-nodes-langchain.agent', {
			...(agentVersion < 2 && { agent: 'toolsAgent' }),
			promptType: 'define',
			text: '={{ $json.chatInput }}',
		}),
		typeVersion: agentVersion,
	};
	const start = node('Start', 'n8n-nodes-base.manualTrigger');
	const to = (type: string) => ({ [type]: [[{ node: 'Agent', type, index: 0 }]] });
	const connections = {
		Start: to('main'),
		Model: to('ai_languageModel'),
		[tool.name]: to('ai_tool'),
	} as unknown as WorkflowFile['connections'];
	const workflow = await LiveWorkflow.create(host, {
		name: `Agent ${agentVersion}`,
		nodes: [start, agent, modelNode, tool],
		connections,
		// As the editor makes workflows. In the older order n8n goes on with the agent before the tool.
		settings: { executionOrder: 'v1' },
		pinData: { Start: [{ json: { chatInput: 'Please write the lead of this visitor' } }] },
	});
	await host.rest.runManually(workflow.workflow.id, 'Start');
	const [execution] = await workflow.executions(1);
	await host.rest.deleteWorkflow(workflow.workflow.id);
	expect([execution!.status, execution!.error?.message]).toEqual(['success', undefined]);
	expect(model.told).toHaveLength(1);
	return JSON.parse(model.told[0] ?? '');
}

/** Create Leads as a tool, into the receiver. */
async function createLeads(options: Parameters = {}): Promise<WorkflowNode> {
	const { credentialType, credential } = receiver;
	const reference = await host.rest.createCredential(credentialType, 'Receiver', credential);
	const tool = node('Create Leads', `${PACKAGE}.marketplaceLeadTool`, {
		operation: 'createLeads',
		destination: 'https',
		// From the node that it was before; a tool has but one output.
		separateOutputs: true,
		options: { allowHttpOnLocalhost: true, ...options },
	});
	return withCredential(tool, reference);
}

const leadSource = (parameters: Parameters): WorkflowNode =>
	node('Lead Source', `${PACKAGE}.leadSourceTool`, parameters);

describe.each([1.7, 2.2, 3.1])('the model of an agent of version %d', (version) => {
	it('has a lead written', async () => {
		expect(await told(version, await createLeads())).toMatchObject([
			{ customer: { lastName: 'Sample' }, written: { outcome: 'created', destination: 'https' } },
		]);
		expect(Object.keys(model.offered[0]!.parameters.properties).sort()).toEqual(LEAD_PARTS);
		expect([...receiver.leads.values()]).toEqual([
			expect.objectContaining({
				LeadSource: 'AzureMarketplace',
				UserDetails: expect.objectContaining({ LastName: 'Sample', Company: 'Fabrikam' }),
			}),
		]);
	});

	it('is told that a lead was left out', async () => {
		model.arguments = { ...LEAD, leadSource: 'AzureMarketplace-DNC|contoso.crm' };
		expect(await told(version, await createLeads())).toMatchObject([
			{ written: { outcome: 'leftOut', reason: 'The customer must not be contacted' } },
		]);
		expect(receiver.leads.size).toBe(0);
	});

	it('is told what went wrong, and what to do', async () => {
		const { leadSource: _, ...rest } = LEAD;
		model.arguments = { ...rest, leadSource: 'AzureMarketplace-DNC|contoso.crm' };
		expect(await told(version, await createLeads({ doNotContact: 'fail' }))).toEqual([
			{
				error: 'The customer must not be contacted',
				details: expect.stringContaining('set the option Do-Not-Contact Leads to Leave Out'),
			},
		]);
		model.told.length = 0;
		model.arguments = LEAD;
		receiver.spoil = () => ({ status: 400, body: { message: 'Unknown offer' } });
		expect(await told(version, await createLeads())).toEqual([
			{ error: expect.stringContaining('400'), details: expect.stringMatching(/./) },
		]);
	});

	it('is told that there is nothing of a lead', async () => {
		model.arguments = { email: ' ' };
		expect(await told(version, leadSource({ operation: 'parseLeads' }))).toEqual([
			expect.objectContaining({ error: 'No field of the lead is filled in' }),
		]);
	});

	const owners = { values: [{ name: 'Robin', email: 'robin@contoso.example' }] };
	it.each([
		['parseLeads', {}, { customer: { email: 'kim.sample@fabrikam.example' } }],
		['parseLeads', { readLeadFrom: 'text' }, { offer: { id: 'contoso.crm' } }],
		['removeRepeats', {}, { repeat: { isRepeat: false, seen: '' } }],
		['mergeLeads', {}, { customer: { lastName: 'Sample' } }],
		['composeFollowUp', { sender: 'Robin Sample' }, { followUp: { write: true } }],
		['assignOwner', { owners }, { owner: { email: 'robin@contoso.example' } }],
	])('is told what came of %s %j', async (operation, parameters, expected) => {
		const said = await told(version, leadSource({ operation, ...parameters }));
		expect(said).toMatchObject([expected]);
	});
});
