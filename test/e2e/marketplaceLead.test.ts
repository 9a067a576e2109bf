/**
 * The Marketplace Lead node on a real n8n that gets out by a proxy only: the examples as a user sets
 * them up, leads over HTTPS into every other destination, and the morning's check.
 */
import { PACKAGE, readExample } from '../../scripts/host/demo.ts';
import type {
	CredentialRef,
	Execution,
	WorkflowFile,
	WorkflowNode,
} from '../../scripts/host/rest.ts';
import { azureTableDestination, startCrms } from '../fakeServers/leadDestinations.ts';
import type { LeadDestination, FakeDestination } from '../fakeServers/leadDestinations.ts';
import { LeadReceiver } from '../fakeServers/https/leadReceiver.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { chain, LiveWorkflow, node, withCredential, type Parameters } from './support/workflows.ts';

const NAMES = ['azureTable', 'dynamics365', 'marketo', 'salesforce'] as const;

let host: Awaited<ReturnType<typeof sharedHost>>;
let crms: FakeDestination[] = [];
let receiver: LeadReceiver;
let destinations: Map<string, LeadDestination>;
const credentials = new Map<string, CredentialRef>();
const badCredentials = new Map<string, CredentialRef>();
const live: LiveWorkflow[] = [];

beforeAll(async () => {
	host = await sharedHost();
	const authority = { ...host.outside.authority, stop: async () => undefined };
	crms = await startCrms({ authority, secure: true });
	receiver = await LeadReceiver.start();
	const { storage, storageHere } = host.outside;
	const table = azureTableDestination(storage, 'WrittenLeads', storageHere);
	destinations = new Map([table, ...crms].map((destination) => [destination.name, destination]));
	for (const [name, { credentialType, credential, badCredential }] of destinations) {
		credentials.set(
			name,
			await host.rest.createCredential(credentialType, `Written ${name}`, credential),
		);
		badCredentials.set(
			name,
			await host.rest.createCredential(credentialType, `Bad ${name}`, badCredential),
		);
	}
});

afterAll(async () => {
	for (const workflow of live) await workflow.remove();
	await receiver?.stop();
	await Promise.all(crms.map(async (crm) => await crm.stop()));
});

/** The example with what a user fills in. */
async function filledIn(
	file: string,
	credentialOf: (name: string) => CredentialRef | undefined = (name) => credentials.get(name),
): Promise<WorkflowFile> {
	const example = await readExample(file);
	const nodes = example.nodes.map((one): WorkflowNode => {
		if (one.type !== `${PACKAGE}.marketplaceLead`) return one;
		const name = String(one.parameters['destination']);
		const { parameters } = destinations.get(name)!;
		const filled = { ...one, parameters: { ...one.parameters, ...parameters } };
		const credential = credentialOf(name);
		return credential ? withCredential(filled, credential) : filled;
	});
	return { ...example, nodes };
}

function leadNode(name: string, parameters: Parameters, credential: CredentialRef): WorkflowNode {
	return withCredential(node(name, `${PACKAGE}.marketplaceLead`, parameters), credential);
}

/** Runs a workflow of these nodes by hand. */
async function runByHand(name: string, ...nodes: WorkflowNode[]): Promise<Execution> {
	const start = node('Start', 'n8n-nodes-base.manualTrigger');
	return await run(chain(name, start, ...nodes), 'Start');
}

async function run(file: WorkflowFile, trigger: string): Promise<Execution> {
	const workflow = await LiveWorkflow.create(host, file);
	await host.rest.runManually(workflow.workflow.id, trigger);
	const [execution] = await workflow.executions(1);
	await host.rest.deleteWorkflow(workflow.workflow.id);
	return execution!;
}

type Json = Record<string, unknown>;
const jsonOf = (execution: Execution, name: string, output = 0): Json[] =>
	(execution.runs[name]?.[0]?.data?.main[output] ?? []).map(({ json }) => json as Json);

describe('leads over HTTPS into every other destination', () => {
	let workflow: LiveWorkflow;
	let url: string;

	beforeAll(async () => {
		workflow = await LiveWorkflow.activate(host, await filledIn('leads-to-destinations.json'));
		live.push(workflow);
		url = workflow.url();
	});

	it('are written as they came, and not where nobody may be contacted', async () => {
		await send(url, httpsLead('Fabrikam "Ünïcode" 漢字 🚀', { Description: "It's\nnew" }));
		await send(url, httpsLead('Nobody', { LeadSource: 'SPZA', ActionCode: 'DNC' }));
		const executions = await workflow.executions(2);
		const displayNames = NAMES.map((name) => destinations.get(name)!.displayName);
		const created = executions.flatMap((execution) =>
			displayNames.flatMap((displayName) => {
				const refused = jsonOf(execution, `Create in ${displayName}`, 1);
				expect([displayName, refused]).toEqual([displayName, []]);
				return jsonOf(execution, `Create in ${displayName}`);
			}),
		);
		expect(created.map(({ written }) => (written as Json)['destination']).sort()).toEqual([
			...NAMES,
		]);
		for (const { written, customer } of created) {
			expect([(written as Json)['destination'], (written as Json)['outcome']]).toEqual([
				expect.any(String),
				'created',
			]);
			expect(customer).toMatchObject({ company: 'Fabrikam "Ünïcode" 漢字 🚀' });
		}
	});

	it.each(NAMES)('come back out of %s as they were', async (name) => {
		const { parameters } = destinations.get(name)!;
		const getLeads = leadNode(
			'Get',
			{ operation: 'getLeads', returnAll: true, simplify: false, ...parameters },
			credentials.get(name)!,
		);
		const found = jsonOf(await runByHand(`Get from ${name}`, getLeads), 'Get');
		expect(found).toEqual([
			expect.objectContaining({
				destination: name,
				source: { code: 'AzureMarketplace', name: 'Azure Marketplace' },
				contactAllowed: true,
				isTest: false,
				customer: expect.objectContaining({
					firstName: 'Kim',
					lastName: 'Sample',
					email: expect.stringMatching(/^kim@fabrikam/),
					company: 'Fabrikam "Ünïcode" 漢字 🚀',
				}),
			}),
		]);
	});
});

it('sends a test lead to an HTTPS endpoint', async () => {
	const credential = await host.rest.createCredential(
		receiver.credentialType,
		'Receiver e2e',
		receiver.credential,
	);
	expect(
		await host.rest.testCredential(receiver.credentialType, receiver.credential, credential),
	).toMatchObject({ status: 'OK' });
	const options = { allowHttpOnLocalhost: true };
	const parameters = { operation: 'sendTestLead', destination: 'https', options };
	const execution = await runByHand('Test lead', leadNode('Send', parameters, credential));
	expect(jsonOf(execution, 'Send')).toEqual([
		expect.objectContaining({
			isTest: true,
			written: expect.objectContaining({ outcome: 'created' }),
		}),
	]);
	expect([...receiver.leads.values()]).toEqual([
		expect.objectContaining({ LeadSource: 'AzureMarketplace', ActionCode: 'INS' }),
	]);
});

it.each([
	['dynamics365', {}],
	['marketo', { marketoMethod: 'submitForm' }],
	['salesforce', { salesforceMethod: 'restApi' }],
])('shows the fields of %s that can be mapped', async (name, method) => {
	const { id, name: credentialName, type } = credentials.get(name)!;
	const { fields } = await host.rest.post<{ fields: Array<{ id: string; displayName: string }> }>(
		'/rest/dynamic-node-parameters/resource-mapper-fields',
		{
			path: 'parameters.fields',
			nodeTypeAndVersion: { name: `${PACKAGE}.marketplaceLead`, version: 1 },
			currentNodeParameters: {
				operation: 'createLeads',
				...method,
				...destinations.get(name)!.parameters,
			},
			credentials: { [type]: { id, name: credentialName } },
			methodName: 'writableFields',
		},
	);
	expect(fields.length).toBeGreaterThan(5);
	expect(fields.every((field) => field.id !== '' && field.displayName.includes(field.id))).toBe(
		true,
	);
});

describe('the check of every morning', () => {
	it('ends well while everything works', async () => {
		const execution = await run(await filledIn('check-connections.json'), 'Every Morning');
		const reports = jsonOf(execution, 'All Checks');
		expect(reports.map(({ destination, ok, message }) => [destination, ok, message])).toEqual(
			NAMES.map((name) => [name, true, expect.stringMatching(/\d checks passed/)]),
		);
		expect(execution.status).toBe('success');
	});

	it('raises the alarm about what does not, and about nothing else', async () => {
		const file = await filledIn('check-connections.json', (name) =>
			(name === 'marketo' ? badCredentials : credentials).get(name),
		);
		const execution = await run(file, 'Every Morning');
		expect(jsonOf(execution, 'All Checks').map(({ ok }) => ok)).toEqual([true, true, false, true]);
		expect(execution.status).toBe('error');
		expect(execution.runs['Raise the Alarm']?.[0]?.error?.message).toMatch(
			/^marketo, signedIn: [A-Z].*\.$/,
		);
	});
});
