/** The Marketplace Lead Trigger as Partner Center meets it: over HTTP, on a real n8n. */
import type { DemoHost } from '../../scripts/host/demo.ts';
import type { CredentialRef, WorkflowNode } from '../../scripts/host/rest.ts';
import { sharedHost } from './support/host.ts';
import { httpsLead, send } from './support/send.ts';
import {
	chain,
	itemsOf,
	leadTrigger,
	LiveWorkflow,
	node,
	withCredential,
	type Parameters,
} from './support/workflows.ts';

const SECRET = 'an-e2e-secret-of-32-characters-00';
const USER = 'partner-center';
const WAIT_SECONDS = 2;

let host: DemoHost;
let credential: CredentialRef;
const live: LiveWorkflow[] = [];

beforeAll(async () => {
	host = await sharedHost();
	credential = await host.rest.createCredential('marketplaceLeadTriggerApi', 'Endpoint e2e', {
		secret: SECRET,
		user: USER,
	});
});

afterAll(async () => {
	for (const workflow of live) await workflow.remove();
});

/** An active workflow with the trigger and what comes after it. */
async function endpoint(
	parameters: Parameters = {},
	...next: WorkflowNode[]
): Promise<LiveWorkflow> {
	const trigger = withCredential(leadTrigger(parameters), credential);
	const nodes = next.length > 0 ? next : [node('Done', 'n8n-nodes-base.noOp')];
	const workflow = await LiveWorkflow.activate(host, chain('HTTPS e2e', trigger, ...nodes));
	live.push(workflow);
	return workflow;
}

describe('authentication', () => {
	it('takes the shared secret in the URL or in a header, and starts nothing without it', async () => {
		const workflow = await endpoint();
		const url = workflow.url();

		for (const [what, options] of [
			['no secret', {}],
			['a wrong secret', { code: 'not-the-secret-but-just-as-long-00' }],
			['the beginning of the secret', { code: SECRET.slice(0, -1) }],
			['a wrong header', { headers: { 'x-lead-secret': 'wrong' } }],
			['a right secret beside a wrong one', { code: SECRET, headers: { 'x-lead-secret': 'no' } }],
		] as const) {
			const response = await send(url, httpsLead('Refused'), options);
			expect([what, response.status]).toEqual([what, 401]);
			expect(response.json).toEqual({ message: expect.stringContaining('secret') });
			expect(response.text).not.toContain(SECRET);
		}

		const byUrl = await send(url, httpsLead('By URL'), { code: SECRET });
		const byHeader = await send(url, httpsLead('By header'), {
			headers: { 'X-Lead-Secret': SECRET },
		});
		expect([byUrl.status, byHeader.status]).toEqual([200, 200]);

		// What was refused came first: had it started anything, it would stand here.
		const executions = await workflow.executions(2);
		const leads = executions.flatMap((execution) => itemsOf(execution));
		expect(leads.map(({ customer }) => customer.company)).toEqual(['By URL', 'By header']);
		expect([byUrl.json, byHeader.json]).toEqual(leads.map(({ id }) => ({ id })));
	});

	it('takes basic authentication, and asks for it', async () => {
		const workflow = await endpoint({ authentication: 'basicAuth' });
		const authorization = (text: string) => ({
			headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
		});

		const without = await send(workflow.url(), httpsLead('Refused'));
		expect(without.status).toBe(401);
		expect(without.headers.get('www-authenticate')).toMatch(/^Basic /);
		const wrong = await send(workflow.url(), httpsLead('Refused'), authorization(`${USER}:wrong`));
		expect(wrong.status).toBe(401);
		const inUrl = await send(workflow.url(), httpsLead('Refused'), { code: SECRET });
		expect(inUrl.status).toBe(401);

		const right = await send(
			workflow.url(),
			httpsLead('Let in'),
			authorization(`${USER}:${SECRET}`),
		);
		expect(right.status).toBe(200);
		expect(await workflow.executions(1)).toHaveLength(1);
	});

	it('takes everything with none', async () => {
		const workflow = await endpoint({ authentication: 'none' });
		expect((await send(workflow.url(), httpsLead('Anyone'))).status).toBe(200);
	});
});

describe('bodies', () => {
	let workflow: LiveWorkflow;
	beforeAll(async () => {
		workflow = await endpoint();
	});

	it.each([
		['an empty object', '{}', 'application/json'],
		['an object of something else', '{"hello":"world"}', 'application/json'],
		['a number', '42', 'text/plain'],
		['an empty body', '', 'application/json'],
		['an empty list', '[]', 'application/json'],
		['text that is no JSON', 'Hello there', 'text/plain'],
		['XML', '<lead/>', 'application/xml'],
	])('refuses %s with a list of what is wrong', async (_what, body, contentType) => {
		const before = await workflow.begun();
		const response = await send(workflow.url(), body, { code: SECRET, contentType });
		expect(response.status).toBe(400);
		expect(response.json).toEqual({ errors: expect.arrayContaining([expect.any(String)]) });
		expect(response.text).not.toMatch(/\bat .+:\d+:\d+|node_modules/);
		expect(await workflow.begun()).toBe(before);
	});

	it('gets a response from n8n for JSON that cannot be parsed', async () => {
		const before = await workflow.begun();
		const response = await send(workflow.url(), '{"LeadSource":', { code: SECRET });
		expect(response.status).toBe(422);
		expect(await workflow.begun()).toBe(before);
	});

	it.each([
		['text/plain', 'As text'],
		['application/vnd.contoso.lead+json; charset=utf-8', 'As vendor JSON'],
		['application/octet-stream', 'As bytes'],
	])('reads JSON sent as %s', async (contentType, company) => {
		const before = await workflow.begun();
		const response = await send(workflow.url(), httpsLead(company), { code: SECRET, contentType });
		expect(response.status).toBe(200);
		const [last] = (await workflow.executions(before + 1)).slice(-1);
		expect(last && itemsOf(last).map((lead) => lead.customer.company)).toEqual([company]);
	});

	it.each(['text/plain', 'application/json', 'application/hal+json; charset=iso-8859-1'])(
		'reads the letters of a body in Latin 1 sent as %s',
		async (contentType) => {
			const before = await workflow.begun();
			const lead = httpsLead('In Latin 1', { Description: 'René Müller' });
			const bytes = Buffer.from(JSON.stringify(lead), 'latin1');
			const response = await send(workflow.url(), bytes, { code: SECRET, contentType });
			expect(response.status).toBe(200);
			const [last] = (await workflow.executions(before + 1)).slice(-1);
			const [read] = last === undefined ? [] : itemsOf(last);
			expect(read?.['description']).toBe('René Müller');
			const isNamed = contentType.includes('iso');
			expect(JSON.stringify(read?.['warnings']).includes('Windows-1252')).toBe(!isNamed);
		},
	);

	it('gets a response from n8n for a charset that n8n does not know', async () => {
		const before = await workflow.begun();
		const contentType = 'application/json; charset=iso-8859-1';
		const response = await send(workflow.url(), httpsLead('Unread'), { code: SECRET, contentType });
		expect(response.status).toBe(422);
		expect(await workflow.begun()).toBe(before);
	});

	it('starts one execution for a list, and responds with a list', async () => {
		const before = await workflow.begun();
		const list = [httpsLead('First'), httpsLead('Second')];
		const response = await send(workflow.url(), list, { code: SECRET });
		const executions = await workflow.executions(before + 1);
		expect(executions).toHaveLength(before + 1);
		const leads = executions.slice(-1).flatMap((execution) => itemsOf(execution));
		expect(leads.map(({ customer }) => customer.company)).toEqual(['First', 'Second']);
		expect(response.json).toEqual(leads.map(({ id }) => ({ id })));
	});
});

describe('responses', () => {
	it('come after the workflow has finished, when asked for', async () => {
		const workflow = await endpoint(
			{ respond: 'lastNode' },
			{ ...node('Wait', 'n8n-nodes-base.wait', { amount: WAIT_SECONDS }), typeVersion: 1.1 },
		);
		const started = Date.now();
		const response = await send(workflow.url(), httpsLead('Patient'), { code: SECRET });
		expect(response.status).toBe(200);
		expect(Date.now() - started).toBeGreaterThanOrEqual(WAIT_SECONDS * 1_000);
		const [summary] = await host.rest.executions(workflow.workflow.id);
		expect(summary?.status).toBe('success');
	});
});

describe('filters', () => {
	it('hold leads back, and still respond', async () => {
		const workflow = await endpoint({
			filters: { offers: 'contoso *', actions: ['INS'], testLeads: 'exclude' },
		});
		const test = 'MSFT_TEST_636573304831318844';
		const kept = [
			httpsLead('Other offer', { OfferTitle: 'Fabrikam Widget' }),
			httpsLead('Other action', { ActionCode: 'PLT' }),
			httpsLead(test, { Description: test }),
		];
		for (const lead of kept) {
			const response = await send(workflow.url(), lead, { code: SECRET });
			expect([response.status, response.json]).toEqual([
				200,
				{ id: expect.any(String), filtered: true },
			]);
		}
		const passed = await send(workflow.url(), httpsLead('Passes'), { code: SECRET });
		const leads = await workflow.leads(1);
		expect(leads.map(({ customer }) => customer.company)).toEqual(['Passes']);
		expect(passed.json).toEqual({ id: leads[0]?.id });
	});
});

describe('"Listen for test event"', () => {
	it('gives the lead to the editor', async () => {
		const trigger = withCredential(leadTrigger(), credential);
		const file = chain('HTTPS e2e test event', trigger, node('Done', 'n8n-nodes-base.noOp'));
		const workflow = await LiveWorkflow.create(host, file);
		const waiting = await host.rest.runManually(workflow.workflow.id, trigger.name);
		expect(waiting).toMatchObject({ waitingForWebhook: true });

		const response = await send(workflow.url('webhook-test'), httpsLead('Tried'), { code: SECRET });
		expect(response.status).toBe(200);
		const [execution] = await workflow.executions(1);
		expect(execution?.mode).toBe('manual');
		expect(execution && itemsOf(execution)).toMatchObject([{ customer: { company: 'Tried' } }]);
		await host.rest.deleteWorkflow(workflow.workflow.id);
	});
});
