/** The example for Pipedrive on a real n8n, with n8n's own HTTP Request node and Pipedrive credential. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { readExample } from '../../scripts/host/demo.ts';
import type { CredentialRef, Execution, WorkflowNode } from '../../scripts/host/rest.ts';
import { FakePipedrive } from '../fakeServers/pipedrive/pipedrive.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { LiveWorkflow, withCredential } from './support/workflows.ts';

let host: Awaited<ReturnType<typeof sharedHost>>;
let pipedrive: FakePipedrive;
let credential: CredentialRef;
let workflow: LiveWorkflow;
let sent = 0;

function setUp(node: WorkflowNode): WorkflowNode {
	const asks = node.parameters['nodeCredentialType'] === credential.type;
	// What is to be tried again is, and nobody waits for it here.
	if (asks) return { ...withCredential(node, credential), waitBetweenTries: 0 };
	return node.type.endsWith('.marketplaceLeadTrigger')
		? { ...node, webhookId: randomUUID() }
		: node;
}

beforeAll(async () => {
	host = await sharedHost();
	const { authority, vendorPorts } = host.outside;
	pipedrive = await new FakePipedrive().start({
		tls: {
			cert: readFileSync(authority.tls.certFile, 'utf8'),
			key: readFileSync(authority.tls.keyFile, 'utf8'),
		},
		host: 'api.pipedrive.com',
		hidesPort: true,
		port: vendorPorts['api.pipedrive.com'],
	});
	credential = await host.rest.createCredential('pipedriveApi', 'Pipedrive', pipedrive.credential);
	const example = await readExample('leads-to-pipedrive.json');
	workflow = await LiveWorkflow.activate(host, { ...example, nodes: example.nodes.map(setUp) });
}, 60_000);

afterAll(async () => {
	await pipedrive?.stop();
	await workflow?.remove();
});

async function leads(...bodies: object[]): Promise<Execution> {
	expect((await send(workflow.url(), bodies)).status).toBe(200);
	sent += 1;
	const execution = (await workflow.executions(sent)).at(-1)!;
	expect([execution.status, execution.error?.message]).toEqual(['success', undefined]);
	return execution;
}

const user = (company: string, more: object = {}, lead: object = {}) => {
	const body = httpsLead(company, { ...lead });
	return { ...body, UserDetails: { ...body.UserDetails, ...more } };
};
const person = (email: string) =>
	[...pipedrive.persons.values()].find(({ emails }) => emails.some(({ value }) => value === email));
const notesOf = (email: string) =>
	[...pipedrive.notes.values()].filter(({ person_id: id }) => id === person(email)?.id);
const channel = (value: string) => [{ value, primary: true, label: 'work' }];

it('makes a person, an organization and a note of a lead', async () => {
	await leads(
		user('Fabrikam <Ltd>', { Email: 'kim@fabrikam.example' }, { Description: 'a & b\n<c>' }),
	);
	const [organization] = [...pipedrive.organizations.values()];
	expect(organization).toMatchObject({ name: 'Fabrikam <Ltd>' });
	expect(person('kim@fabrikam.example')).toMatchObject({
		name: 'Kim Sample',
		emails: channel('kim@fabrikam.example'),
		phones: channel('+14255550100'),
		org_id: organization!.id,
	});
	expect(notesOf('kim@fabrikam.example').map(({ content }) => content)).toEqual([
		expect.stringMatching(
			/^\d{4}-\d\d-\d\d Azure Marketplace: .*, Contoso Gateway<br>Stage: initialInterest<br>Buyer, US<br>a &amp; b<br>&lt;c>$/,
		),
	]);
});

it('makes nothing twice, also of colleagues whose leads come together', async () => {
	const before = [pipedrive.persons.size, pipedrive.organizations.size, pipedrive.notes.size];
	const lead = user(
		'Fabrikam <Ltd>',
		{ Email: 'KIM@fabrikam.example' },
		{ Description: 'a & b\n<c>' },
	);
	await leads(lead);
	expect([pipedrive.persons.size, pipedrive.organizations.size, pipedrive.notes.size]).toEqual(
		before,
	);
	await leads(
		user('Tailspin', { Email: 'ann@tailspin.example' }),
		user('TAILSPIN', { Email: 'ben@tailspin.example' }),
		user('Tailspin', { Email: 'ann@tailspin.example' }, { LeadSource: 'SPZA', ActionCode: 'PLT' }),
		user('', { Email: 'dora.sample@gmail.com' }),
	);
	const tailspin = [...pipedrive.organizations.values()].filter(({ name }) =>
		/tailspin/i.test(name),
	);
	expect(tailspin).toHaveLength(1);
	for (const email of ['ann@tailspin.example', 'ben@tailspin.example']) {
		expect(person(email)).toMatchObject({ org_id: tailspin[0]!.id });
	}
	expect(notesOf('ann@tailspin.example')).toHaveLength(1);
	expect(notesOf('ann@tailspin.example')[0]!.content).toContain('Stage: active');
	expect(person('dora.sample@gmail.com')).toMatchObject({ org_id: null });
});

it('leaves alone what somebody has filled in', async () => {
	const other = pipedrive.addOrganization('Another');
	pipedrive.addPerson({
		...{ name: 'Dr. Kim', emails: channel('kim@contoso.example'), org_id: other },
		phones: [{ value: '030 1', primary: true, label: 'mobile' }],
	});
	await leads(user('Contoso'));
	expect(person('kim@contoso.example')).toMatchObject({
		name: 'Dr. Kim',
		emails: channel('kim@contoso.example'),
		phones: [{ value: '030 1', primary: true, label: 'mobile' }],
		org_id: other,
	});
	expect(notesOf('kim@contoso.example')).toHaveLength(1);
});

it('asks for nothing where nobody may be contacted, or there is no address', async () => {
	const before = pipedrive.server.requests.length;
	await leads(
		user('Quiet', { Email: 'kim@quiet.example' }),
		user('Quiet', { Email: 'kim@quiet.example' }, { LeadSource: 'SPZA', ActionCode: 'DNC' }),
		user('T', {}, { Description: 'MSFT_TEST_636573304831318844' }),
		user('Nowhere', { Email: '***@nowhere.example' }),
	);
	expect(pipedrive.server.requests.length).toBe(before);
});

it('tries again where Pipedrive is busy', async () => {
	pipedrive.fault({ kind: 'refused', why: 'throttled' }, { times: 2 });
	await leads(user('Adatum'));
	expect(person('kim@adatum.example')).toBeDefined();
});
