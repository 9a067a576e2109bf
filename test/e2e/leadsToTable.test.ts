/** The example for an n8n data table on a real n8n: what is in the table afterwards. */
import { randomUUID } from 'node:crypto';

import { readExample } from '../../scripts/host/demo.ts';
import { DataTable } from './support/dataTable.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { LiveWorkflow } from './support/workflows.ts';

type Row = Record<string, string>;

let table: DataTable<Row>;
let workflow: LiveWorkflow;
let sent = 0;

beforeAll(async () => {
	const host = await sharedHost();
	const example = await readExample('leads-to-table.json');
	const row = example.nodes.find(({ name }) => name === 'Row')!;
	const { assignments } = row.parameters['assignments'] as { assignments: Array<{ name: string }> };
	const columns = assignments.map(({ name }) => name);
	table = await DataTable.create(host.rest, 'Marketplace leads', [...columns, 'mine']);
	const nodes = example.nodes.map((node) =>
		node.type.endsWith('.marketplaceLeadTrigger') ? { ...node, webhookId: randomUUID() } : node,
	);
	workflow = await LiveWorkflow.activate(host, { ...example, nodes });
}, 60_000);

afterAll(async () => {
	await workflow?.remove();
	await table?.remove();
});

async function leads(...bodies: object[]): Promise<void> {
	expect((await send(workflow.url(), bodies)).status).toBe(200);
	sent += 1;
	const execution = (await workflow.executions(sent)).at(-1)!;
	expect([execution.status, execution.error?.message]).toEqual(['success', undefined]);
}

it('writes every lead as one row, however often it comes, and test leads never', async () => {
	const lead = httpsLead('Fabrikam "Ünïcode"', { Description: 'Please\ncall' });
	await leads(lead, httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	await table.update('company', 'Tailspin', { mine: 'called' });
	await leads(httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }), lead);
	await leads(httpsLead('T', { Description: 'MSFT_TEST_636573304831318844' }));
	const rows = await table.rows();
	expect(rows).toHaveLength(2);
	expect(rows).toMatchObject([
		{
			lead: expect.stringMatching(/^[0-9a-f]{32}$/),
			created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			source: 'Azure Marketplace',
			stage: 'initialInterest',
			offer: 'Contoso Gateway',
			contact: 'yes',
			firstName: 'Kim',
			lastName: 'Sample',
			email: 'kim@fabrikam-n-code-.example',
			phone: '+14255550100',
			title: 'Buyer',
			company: 'Fabrikam "Ünïcode"',
			country: 'US',
			description: 'Please\ncall',
		},
		{ source: 'AppSource', stage: 'active', company: 'Tailspin', mine: 'called' },
	]);
});

it('keeps nothing of somebody who must not be contacted by which they could be', async () => {
	await leads(httpsLead('Quiet', { LeadSource: 'SPZA', ActionCode: 'DNC', Description: 'Kim' }));
	const [row] = (await table.rows()).filter(({ company }) => company === 'Quiet');
	expect(row).toMatchObject({ contact: 'no', stage: 'doNotContact', offer: 'Contoso Gateway' });
	for (const name of ['firstName', 'lastName', 'email', 'phone', 'title', 'description']) {
		expect([name, row![name]]).toEqual([name, '']);
	}
});
