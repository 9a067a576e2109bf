/** The example for an n8n data table on a real n8n: what is in the table afterwards. */
import { readExample } from '../../scripts/host/demo.ts';
import { DataTable } from './support/dataTable.ts';
import { sharedHost } from './support/host.ts';
import { LeadExample } from './support/leadExample.ts';
import { httpsLead } from './support/send.ts';

type Row = Record<string, string>;

const FILE = 'leads-to-table.json';

let table: DataTable<Row>;
let example: LeadExample;

beforeAll(async () => {
	const host = await sharedHost();
	const { nodes } = await readExample(FILE);
	const row = nodes.find(({ name }) => name === 'Row')!;
	const { assignments } = row.parameters['assignments'] as { assignments: Array<{ name: string }> };
	const columns = assignments.map(({ name }) => name);
	table = await DataTable.create(host.rest, 'Marketplace leads', [...columns, 'mine']);
	example = await LeadExample.activate(host, FILE);
});

afterAll(async () => {
	await example?.remove();
	await table?.remove();
});

it('writes every lead as one row, however often it comes, and test leads never', async () => {
	const lead = httpsLead('Fabrikam "Ünïcode"', { Description: 'Please\ncall' });
	await example.succeed(lead, httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }));
	await table.update('company', 'Tailspin', { mine: 'called' });
	await example.succeed(httpsLead('Tailspin', { LeadSource: 'SPZA', ActionCode: 'PLT' }), lead);
	await example.succeed(httpsLead('T', { Description: 'MSFT_TEST_636573304831318844' }));
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
	await example.succeed(
		httpsLead('Quiet', { LeadSource: 'SPZA', ActionCode: 'DNC', Description: 'Kim' }),
	);
	const [row] = (await table.rows()).filter(({ company }) => company === 'Quiet');
	expect(row).toMatchObject({ contact: 'no', stage: 'doNotContact', offer: 'Contoso Gateway' });
	for (const name of ['firstName', 'lastName', 'email', 'phone', 'title', 'description']) {
		expect([name, row![name]]).toEqual([name, '']);
	}
});
