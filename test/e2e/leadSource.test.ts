/** The Lead Source node behind n8n's own Webhook: every shape in, split over its outputs. */
import { randomUUID } from 'node:crypto';

import { PACKAGE } from '../../scripts/host/demo.ts';
import type { DemoHost } from '../../scripts/host/demo.ts';
import type { WorkflowFile } from '../../scripts/host/rest.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import { itemsOf, LiveWorkflow, node } from './support/workflows.ts';

const TEST_TEXT = 'MSFT_TEST_636573304831318844';
const BODY = [
	httpsLead('Installed'),
	httpsLead('Contact me', { LeadSource: 'SPZA', ActionCode: 'PLT' }),
	httpsLead('Leave alone', { LeadSource: 'SPZA', ActionCode: 'DNC' }),
	httpsLead('Deployed', { LeadSource: 'AzurePortal', ActionCode: 'Create' }),
	httpsLead('Tries it', { LeadSource: 'TestDrive', ActionCode: 'StartTestDrive' }),
	httpsLead('Elsewhere', { LeadSource: 'MoonStore', ActionCode: 'VIP' }),
	httpsLead(TEST_TEXT, { Description: TEST_TEXT }),
];

/** What leaves each output, in the order of the outputs. */
const EXPECTED = {
	one: [BODY.map(({ UserDetails }) => UserDetails.Company)],
	contact: [
		['Installed', 'Contact me', 'Deployed', 'Tries it', 'Elsewhere'],
		['Leave alone'],
		[TEST_TEXT],
	],
	stage: [
		['Installed', TEST_TEXT],
		['Tries it'],
		['Contact me', 'Deployed'],
		['Leave alone'],
		['Elsewhere'],
	],
	source: [
		['Installed', TEST_TEXT],
		['Deployed'],
		['Tries it'],
		['Contact me', 'Leave alone'],
		['Elsewhere'],
	],
};

let host: DemoHost;
let workflow: LiveWorkflow;

beforeAll(async () => {
	host = await sharedHost();
	const splits = Object.keys(EXPECTED).map((output) =>
		node(output, `${PACKAGE}.leadSource`, {
			readLeadFrom: 'field',
			field: 'body',
			outputs: output,
		}),
	);
	const webhook = node('Webhook', 'n8n-nodes-base.webhook', {
		httpMethod: 'POST',
		path: randomUUID(),
		options: {},
	});
	const file: WorkflowFile = {
		name: 'Lead Source e2e',
		nodes: [{ ...webhook, typeVersion: 2, webhookId: randomUUID() }, ...splits],
		connections: {
			Webhook: { main: [splits.map(({ name }) => ({ node: name, type: 'main', index: 0 }))] },
		},
	};
	workflow = await LiveWorkflow.activate(host, file);
});

afterAll(async () => {
	await workflow.remove();
});

it('splits a list of leads the way each node is set', async () => {
	expect((await send(workflow.url(), BODY)).status).toBe(200);
	const [execution] = await workflow.executions(1);
	if (!execution) throw new Error('The workflow did not run.');
	expect(execution.status).toBe('success');

	for (const [output, expected] of Object.entries(EXPECTED)) {
		const outputs = execution.runs[output]?.[0]?.data?.main ?? [];
		const companies = outputs.map((_, index) =>
			itemsOf(execution, output, index).map(({ customer }) => customer.company),
		);
		expect([output, companies]).toEqual([output, expected]);
	}
});
