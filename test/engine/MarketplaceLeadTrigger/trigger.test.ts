import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { INodeParameters } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { parseLead } from '../../../nodes/lead';
import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { workflowOf } from '../../support/engine';
import { SharedReferences } from '../../support/sharedReferences';
import { startWebhookServer, type WebhookServer } from '../../support/webhookServer';

const SECRET = 'c0ffee00c0ffee00c0ffee00';
const sample = (name: string) =>
	readFileSync(path.join(__dirname, '../../samples', name), 'utf8').trim();
const LEAD = sample('https-power-automate.json');
const TEST_LEAD = sample('https-test-lead.json');
const JSON_TYPE = { 'content-type': 'application/json' };

let server: WebhookServer;
afterEach(async () => await server.stop());

async function listen(parameters: INodeParameters = {}, secret: string | null = SECRET) {
	const credentials = { marketplaceLeadTriggerApi: { secret: secret ?? '', user: 'marketplace' } };
	server = await startWebhookServer({
		type: new MarketplaceLeadTrigger(),
		// What is told of refused requests is bounded for each trigger.
		id: randomUUID(),
		parameters: { authentication: 'sharedSecret', ...parameters },
		...(secret === null ? {} : { credentials }),
	});
}

async function post(
	body: string | Uint8Array<ArrayBuffer>,
	{ query = `?code=${SECRET}`, headers = JSON_TYPE as Record<string, string> } = {},
) {
	const response = await fetch(server.url + query, { method: 'POST', headers, body });
	const text = await response.text();
	return {
		status: response.status,
		headers: response.headers,
		text,
		json: text === '' ? undefined : (JSON.parse(text) as unknown),
	};
}

const leadsStarted = () =>
	server.started().map((items) => items.map((item) => item.json as unknown as { id: string }));

describe('a lead', () => {
	it('starts the workflow with the lead alone, and responds with its id', async () => {
		await listen();
		const before = Date.now();
		const { status, json, headers } = await post(LEAD);
		const [[lead]] = leadsStarted() as [[{ id: string; receivedAt: string }]];
		const expected = parseLead(JSON.parse(LEAD), { destination: 'https' });
		expect(lead).toEqual({ ...expected, receivedAt: lead.receivedAt });
		expect(Date.parse(lead.receivedAt)).toBeGreaterThanOrEqual(before);
		expect({ status, json }).toEqual({ status: 200, json: { id: expected.id } });
		expect(headers.get('x-lead-id')).toBe(expected.id);
	});

	it('shares nothing with another, of the same delivery or of one that is alike', async () => {
		await listen({ options: { includeRaw: true } });
		const seen = new SharedReferences();
		for (const body of [LEAD, LEAD, `[${LEAD},${LEAD}]`]) await post(body);
		const jsons = server.started().flatMap((items) => items.map(({ json }) => json));
		expect(jsons).toHaveLength(4);
		expect(seen.in(jsons, 'leads')).toEqual([]);
	});

	it('never takes the secret into the workflow', async () => {
		await listen({ options: { includeRaw: true } });
		await post(LEAD, { headers: { ...JSON_TYPE, 'x-lead-secret': SECRET } });
		expect(JSON.stringify(server.results)).not.toContain(SECRET);
		expect(leadsStarted()[0]?.[0]).toMatchObject({ raw: JSON.parse(LEAD) });
	});

	it.each([
		['JSON under a name of its own', { 'content-type': 'application/vnd.lead+json' }],
		['JSON in other case', { 'content-type': 'Application/JSON; charset=UTF-8' }],
		['text', { 'content-type': 'text/plain' }],
		['bytes', { 'content-type': 'application/octet-stream' }],
	])('may come as %s', async (_name, headers) => {
		await listen();
		const { status } = await post(`\ufeff${LEAD}`, { headers });
		expect(status).toBe(200);
		expect(leadsStarted()).toHaveLength(1);
	});

	it('may be a Web-to-Lead form', async () => {
		await listen();
		const form = new URLSearchParams(
			JSON.parse(sample('salesforce-test-lead.json')) as Record<string, string>,
		);
		const headers = { 'content-type': 'application/x-www-form-urlencoded' };
		const { status } = await post(form.toString(), { headers });
		expect(status).toBe(200);
		expect(leadsStarted()[0]?.[0]).toMatchObject({ isTest: true });
	});

	it('is read by the chosen stage guide', async () => {
		await listen({ options: { stageGuide: 'partnerCenter' } });
		await post(LEAD);
		expect(leadsStarted()[0]?.[0]).toMatchObject({ stage: 'active' });
	});
});

describe('a lead that claims to be more than it is', () => {
	it('has the id and the destination of this endpoint, and each of its flags counts', async () => {
		await listen();
		const claimed = {
			contactAllowed: true,
			leadSource: 'AzureMarketplace-INS|a.b',
			source: { code: 'AzureMarketplace' },
			action: { code: 'INS' },
			offer: {},
			customer: { email: 'kim@contoso.com' },
			id: '00Q000000000001AAA',
			destination: 'salesforce',
			isTest: false,
			DoNotContact: true,
		};
		const { json, headers } = await post(JSON.stringify(claimed));
		const [[lead]] = leadsStarted() as [[{ id: string }]];
		expect(lead).toMatchObject({ destination: 'https', contactAllowed: false });
		expect(lead.id).toMatch(/^[0-9a-f]{32}$/);
		expect(json).toEqual({ id: lead.id });
		expect(headers.get('x-lead-id')).toBe(lead.id);
	});
});

describe('a lead in Latin 1', () => {
	const BODY = new Uint8Array(
		Buffer.from(
			'{"UserDetails":{"FirstName":"Ren\xe9"},"LeadSource":"SPZA","ActionCode":"INS"}',
			'latin1',
		),
	);

	it.each(['application/json', 'text/plain', 'text/json', 'application/json; charset=utf-8'])(
		'is read with a warning as %s',
		async (type) => {
			await listen();
			await post(BODY, { headers: { 'content-type': type } });
			const [[lead]] = leadsStarted() as unknown as [[{ customer: object; warnings: string[] }]];
			expect(lead.customer).toMatchObject({ firstName: 'René' });
			expect(lead.warnings[0]).toMatch(/^The body was not in UTF-8/);
		},
	);
});

describe('a list of leads', () => {
	it('starts the workflow once, with one item per lead, and responds in its order', async () => {
		await listen();
		const { status, json, headers } = await post(`[${TEST_LEAD},${LEAD}]`);
		const ids = [TEST_LEAD, LEAD].map(
			(text) => parseLead(JSON.parse(text), { destination: 'https' }).id,
		);
		expect({ status, json }).toEqual({ status: 200, json: ids.map((id) => ({ id })) });
		expect(leadsStarted().map((items) => items.map(({ id }) => id))).toEqual([ids]);
		expect(headers.get('x-lead-id')).toBeNull();
	});

	it('of one gets a list of one', async () => {
		await listen();
		const { json } = await post(`[${LEAD}]`);
		expect(json).toEqual([{ id: expect.any(String) as string }]);
	});

	it('with an entry that is no lead starts nothing', async () => {
		await listen();
		const { status, json } = await post(`[${LEAD},{"a":1}]`);
		expect({ status, json }).toEqual({
			status: 400,
			json: { errors: [expect.stringContaining('Lead 2 of the list') as string] },
		});
		expect(server.started()).toEqual([]);
	});
});

describe('filters', () => {
	it('respond to a lead held back, and start nothing', async () => {
		await listen({ filters: { testLeads: 'exclude' } });
		const { status, json } = await post(TEST_LEAD);
		expect({ status, json }).toEqual({
			status: 200,
			json: { id: expect.any(String) as string, filtered: true },
		});
		expect(server.started()).toEqual([]);
	});

	it('pass on the rest of a list', async () => {
		await listen({ filters: { testLeads: 'exclude' } });
		const { json } = await post(`[${TEST_LEAD},${LEAD}]`);
		expect(json).toMatchObject([{ filtered: true }, { id: expect.any(String) as string }]);
		expect((json as object[])[1]).not.toHaveProperty('filtered');
		expect(leadsStarted().map((items) => items.length)).toEqual([1]);
	});
});

describe('responding when the workflow has finished', () => {
	it('tells the id in the header and nothing of the data', async () => {
		await listen({ respond: 'lastNode' });
		const { status, text, headers } = await post(LEAD);
		expect({ status, text }).toEqual({ status: 200, text: '' });
		expect(headers.get('x-lead-id')).toBe(leadsStarted()[0]?.[0]?.id);
	});
});

describe('who is let in', () => {
	it.each([
		['with the secret in the query', {}, 200],
		[
			'with the secret in the header',
			{ query: '', headers: { ...JSON_TYPE, 'X-Lead-Secret': SECRET } },
			200,
		],
		['without a secret', { query: '' }, 401],
		['with a wrong secret', { query: '?code=guess' }, 401],
		['with the secret twice', { query: `?code=${SECRET}&code=${SECRET}` }, 401],
	])('%s', async (_name, request, status) => {
		await listen();
		const response = await post(LEAD, request);
		expect(response.status).toBe(status);
		expect(server.started()).toHaveLength(status === 200 ? 1 : 0);
		if (status === 401) {
			expect(response.json).toEqual({ message: expect.stringContaining('secret') as string });
			expect(response.headers.get('www-authenticate')).toBeNull();
		}
	});

	it('by basic authentication, with a challenge', async () => {
		await listen({ authentication: 'basicAuth' });
		const refused = await post(LEAD);
		expect(refused.status).toBe(401);
		expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+"/);
		const authorization = `Basic ${Buffer.from(`marketplace:${SECRET}`).toString('base64')}`;
		const { status } = await post(LEAD, { query: '', headers: { ...JSON_TYPE, authorization } });
		expect(status).toBe(200);
	});

	it('is everyone where the user wants no authentication', async () => {
		await listen({ authentication: 'none' }, null);
		expect((await post(LEAD, { query: '' })).status).toBe(200);
	});

	it('learns nothing of the body before the secret is right', async () => {
		await listen();
		expect((await post('{}', { query: '?code=guess' })).status).toBe(401);
	});
});

it('tells every guess that it is wrong, and lets the sender through meanwhile', async () => {
	await listen();
	const guesses = Array.from(
		{ length: 20 },
		async () => await post(LEAD, { query: '?code=guess' }),
	);
	expect((await post(LEAD)).status).toBe(200);
	const statuses = (await Promise.all(guesses)).map(({ status }) => status);
	expect(new Set(statuses)).toEqual(new Set([401]));
	expect(server.started()).toHaveLength(1);
});

describe('a body that is no lead', () => {
	it.each([
		['an empty object', '{}', JSON_TYPE],
		['nothing', '', JSON_TYPE],
		['a number', '7', JSON_TYPE],
		['text', 'hello', { 'content-type': 'text/plain' }],
		['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
		['XML', '<lead/>', { 'content-type': 'application/xml' }],
		['files', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
	])('%s is told what is wrong with it', async (_name, body, headers) => {
		await listen();
		const { status, json } = await post(body, { headers });
		expect(status).toBe(400);
		const { errors } = json as { errors: string[] };
		expect(errors.length).toBeGreaterThan(0);
		for (const error of errors) expect(error).toMatch(/^[A-Z].*\.$/s);
		expect(server.started()).toEqual([]);
	});
});

describe('a request that is refused', () => {
	const WRONG = { query: '?code=guess-at-the-secret' };
	const REFUSED = [
		['a wrong secret', {}, LEAD, WRONG, 401, /secret is missing or is not/],
		['no lead', {}, '{"a":1}', {}, 400, /lead/i],
		['a lead that is filtered', { filters: { actions: ['DNC'] } }, LEAD, {}, 200, /Filters/],
	] as const;

	it.each(REFUSED)('starts the workflow on an output of its own: %s', async (...given) => {
		const [, parameters, body, request, status, reason] = given;
		await listen({
			options: { outputRefused: true },
			...(parameters as unknown as INodeParameters),
		});
		expect((await post(body, request)).status).toBe(status);
		const [{ workflowData = [] } = {}] = server.results;
		expect(workflowData).toEqual([[], [{ json: expect.anything() }]]);
		expect(workflowData[1]?.[0]?.json).toMatchObject({
			refused: true,
			status,
			reasons: [expect.stringMatching(reason)],
			senderAddress: expect.stringContaining('127.0.0.1'),
			body,
		});
		expect(JSON.stringify(workflowData)).not.toMatch(new RegExp(`${SECRET}|guess-at-the-secret`));
	});

	it.each(REFUSED)('starts nothing where nobody asks for it: %s', async (...given) => {
		const [, parameters, body, request] = given;
		await listen(parameters as unknown as INodeParameters);
		await post(body, request);
		expect(server.started()).toEqual([]);
	});

	it('does so at most ten times a minute, whoever sends how many', async () => {
		await listen({ options: { outputRefused: true } });
		for (let at = 0; at < 15; at += 1) await post('{}');
		expect(server.results.filter(({ workflowData }) => workflowData)).toHaveLength(10);
	});

	it('has its output where the switch came as text, as out of a template', async () => {
		await listen({ options: { outputRefused: 'true' } });
		await post('{}');
		expect(server.started().map((items) => items.length)).toEqual([0, 1]);
	});

	it('in a list goes beside the leads that pass', async () => {
		await listen({ options: { outputRefused: true }, filters: { testLeads: 'exclude' } });
		await post(`[${LEAD},${TEST_LEAD}]`);
		const [{ workflowData = [] } = {}] = server.results;
		expect(workflowData.map((items) => items.length)).toEqual([1, 1]);
	});

	it('has its second output only where it is asked for', () => {
		const outputsOf = (options: INodeParameters) => {
			const type = new MarketplaceLeadTrigger();
			const workflow = workflowOf([{ type, parameters: { options } }]);
			const [node] = Object.values(workflow.nodes);
			return NodeHelpers.getNodeOutputs(workflow, node!, type.description);
		};
		expect(outputsOf({})).toEqual(['main']);
		expect(outputsOf({ outputRefused: false })).toEqual(['main']);
		expect(outputsOf({ outputRefused: 'true' })).toHaveLength(2);
		expect(outputsOf({ outputRefused: true })).toEqual([
			{ type: 'main', displayName: 'Leads' },
			{ type: 'main', displayName: 'Refused' },
		]);
	});
});

describe('a secret that can be guessed', () => {
	it.each(['sharedSecret', 'basicAuth'])(
		'lets nobody in, the right one neither: %s',
		async (way) => {
			const short = 'fifteen-letters';
			await listen({ authentication: way }, short);
			const authorization = `Basic ${Buffer.from(`marketplace:${short}`).toString('base64')}`;
			const { status } = await post(LEAD, {
				query: `?code=${short}`,
				headers: { ...JSON_TYPE, authorization },
			});
			expect(status).toBe(500);
			expect(server.started()).toEqual([]);
		},
	);
});

it('with Secret URL asks for nothing but its URL', async () => {
	await listen({ authentication: 'secretUrl' }, null);
	expect((await post(LEAD, { query: '' })).status).toBe(200);
	expect(server.started()).toHaveLength(1);
});

describe('a node that is not set up completely', () => {
	it.each([
		['without its credential', {}],
		['with an authentication that does not exist', { authentication: 'magic' }],
		['with a filter that is none', { authentication: 'none', filters: { testLeads: 'perhaps' } }],
		['with options that are none', { authentication: 'none', options: { stageGuide: 'perhaps' } }],
	])('%s refuses the lead with a plain sentence', async (_name, parameters) => {
		await listen(parameters, null);
		const { status, json, text } = await post(LEAD);
		expect({ status, json }).toEqual({
			status: 500,
			json: { message: expect.stringMatching(/n8n log/) as string },
		});
		expect(text).not.toMatch(/\bat \w|node_modules|Error/);
		expect(server.started()).toEqual([]);
	});
});
