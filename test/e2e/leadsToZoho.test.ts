/** The example for Zoho CRM on a real n8n, with n8n's own HTTP Request node and Zoho credential. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { readExample } from '../../scripts/host/demo.ts';
import type { CredentialRef, Execution, WorkflowNode } from '../../scripts/host/rest.ts';
import { FakeZoho } from '../fakeServers/zoho/zoho.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { LiveWorkflow, withCredential } from './support/workflows.ts';

let zoho: FakeZoho;
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
	const host = await sharedHost();
	const { authority, vendorPorts } = host.outside;
	zoho = await new FakeZoho().start({
		tls: {
			cert: readFileSync(authority.tls.certFile, 'utf8'),
			key: readFileSync(authority.tls.keyFile, 'utf8'),
		},
		host: 'www.zohoapis.com',
		hidesPort: true,
		port: vendorPorts['www.zohoapis.com'],
	});
	// As n8n keeps it once somebody has signed in.
	credential = await host.rest.createCredential('zohoOAuth2Api', 'Zoho', {
		...{ clientId: '1000.client', clientSecret: 'secret' },
		authUrl: 'https://accounts.zoho.com/oauth/v2/auth',
		accessTokenUrl: 'https://accounts.zoho.com/oauth/v2/token',
		oauthTokenData: { access_token: zoho.accessToken, token_type: 'Bearer', refresh_token: 'r' },
	});
	const example = await readExample('leads-to-zoho.json');
	workflow = await LiveWorkflow.activate(host, { ...example, nodes: example.nodes.map(setUp) });
}, 60_000);

afterAll(async () => {
	await zoho?.stop();
	await workflow?.remove();
});

async function leads(...bodies: object[]): Promise<Execution> {
	expect((await send(workflow.url(), bodies)).status).toBe(200);
	sent += 1;
	return (await workflow.executions(sent)).at(-1)!;
}

async function succeeded(...bodies: object[]): Promise<void> {
	const { status, error } = await leads(...bodies);
	expect([status, error?.message]).toEqual(['success', undefined]);
}

const user = (company: string, more: object = {}, lead: object = {}) => {
	const body = httpsLead(company, { ...lead });
	return { ...body, UserDetails: { ...body.UserDetails, ...more } };
};
const inZoho = (email: string) => [...zoho.leads.values()].filter(({ Email }) => Email === email);

it('makes a lead with all that Zoho has a place for, and no other of the same address', async () => {
	await succeeded(user('Fabrikam', {}, { Description: '"Ünïcode"\n漢字' }));
	expect(inZoho('kim@fabrikam.example')).toEqual([
		{
			Email: 'kim@fabrikam.example',
			First_Name: 'Kim',
			Last_Name: 'Sample',
			Company: 'Fabrikam',
			Phone: '+14255550100',
			Designation: 'Buyer',
			Country: 'US',
			Website: 'fabrikam.example',
			Lead_Source: 'Azure Marketplace',
			Description: expect.stringMatching(
				/^\d{4}-\d\d-\d\d Azure Marketplace: .*, Contoso Gateway\nStage: initialInterest\n"Ünïcode"\n漢字$/,
			),
		},
	]);
	const more = { Email: 'KIM@fabrikam.example', Phone: '', Title: '' };
	await succeeded(user('Fabrikam', more, { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	expect(inZoho('kim@fabrikam.example')).toMatchObject([
		{
			Phone: '+14255550100',
			Designation: 'Buyer',
			Lead_Source: 'AppSource',
			Description: expect.stringMatching(
				/AppSource[^]*Stage: active\n\n[^]*Azure Marketplace[^]*漢字$/,
			),
		},
	]);
	const [{ Description: before } = {}] = inZoho('kim@fabrikam.example');
	expect([zoho.leads.size, before?.match(/AppSource/g)?.length]).toEqual([1, 1]);
});

it('leaves name and company that Zoho has, and gives those that it must have', async () => {
	zoho.insert({ Email: 'kim@contoso.example', Last_Name: 'Muster', Company: 'Contoso AG' });
	await succeeded(
		user('Contoso'),
		user('', { Email: 'ann.sample@gmail.com', FirstName: '', LastName: '' }),
	);
	expect(inZoho('kim@contoso.example')).toMatchObject([
		{ Last_Name: 'Muster', Company: 'Contoso AG', Country: 'US' },
	]);
	expect(inZoho('ann.sample@gmail.com')).toMatchObject([
		{ Last_Name: 'ann.sample@gmail.com', Company: 'Unknown' },
	]);
});

it('asks for nothing where nobody may be contacted, or there is no address', async () => {
	const before = zoho.server.requests.length;
	await succeeded(
		user('Quiet', { Email: 'kim@quiet.example' }),
		user('Quiet', { Email: 'kim@quiet.example' }, { LeadSource: 'SPZA', ActionCode: 'DNC' }),
		user('T', {}, { Description: 'MSFT_TEST_636573304831318844' }),
		user('Nowhere', { Email: '***@nowhere.example' }),
	);
	expect(zoho.server.requests.length).toBe(before);
});

it('tries again where Zoho is busy, and fails with the reason where it does not take a lead', async () => {
	zoho.fault({ kind: 'refused', why: 'throttled' }, { times: 2 });
	await succeeded(user('Adatum'));
	expect(inZoho('kim@adatum.example')).toHaveLength(1);
	zoho.invalidEmails.add('kim@wrong.example');
	const { status, error } = await leads(user('Wrong'));
	expect([status, error?.message]).toEqual([
		'error',
		'Zoho did not take the lead kim@wrong.example: invalid data {"api_name":"Email"}',
	]);
});
