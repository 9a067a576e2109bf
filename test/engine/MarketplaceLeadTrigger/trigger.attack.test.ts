/**
 * Hostile inputs, against the trigger on n8n-core's real context:
 * - responses that have ended, that somebody began to write, whose caller hung up
 * - requests without query, headers or body, or with something else in their place
 * - bodies: nested 100,000 deep, a text of 1 MB, `__proto__` and `constructor` keys, wrong types,
 *   broken UTF-8, numbers beyond 2^1023, lists of 100,000 entries, JSON within JSON within JSON
 * - ids that would write headers of their own
 * - sockets: cut in the middle of a body, the secret's header sent twice
 */
import { once } from 'node:events';
import { connect } from 'node:net';

import type { IWebhookResponseData } from 'n8n-workflow';

import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { callWebhook, type TestNode } from '../../support/engine';
import { startWebhookServer, type WebhookServer } from '../../support/webhookServer';

const SECRET = 'c0ffee00c0ffee00c0ffee00';
const LEAD = { LeadSource: 'AzureMarketplace', ActionCode: 'INS', UserDetails: { FirstName: 'A' } };
const NODE: TestNode = {
	type: new MarketplaceLeadTrigger(),
	parameters: { authentication: 'sharedSecret' },
	credentials: { marketplaceLeadTriggerApi: { secret: SECRET, user: 'marketplace' } },
};

/** As strict as Node's own: writing headers too late and ending twice throw. */
class StrictResponse {
	statusCode = 200;
	headersSent = false;
	writableEnded = false;
	ends = 0;
	body = '';
	readonly headers = new Map<string, string>();

	setHeader(name: string, value: string): void {
		if (this.headersSent) throw new Error('Cannot set headers after they are sent');
		if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError('Invalid character in header');
		this.headers.set(name.toLowerCase(), value);
	}

	end(body = ''): void {
		if (this.writableEnded) throw new Error('write after end');
		this.ends++;
		this.body = body;
		this.headersSent = true;
		this.writableEnded = true;
	}
}

const request = (parts: object) => ({
	query: { code: SECRET },
	headers: { 'content-type': 'application/json' },
	contentType: 'application/json',
	body: LEAD,
	rawBody: Buffer.from(JSON.stringify(LEAD)),
	...parts,
});

async function call(
	parts: object,
	response: object = new StrictResponse(),
): Promise<IWebhookResponseData> {
	return await callWebhook(NODE, request(parts), response);
}

describe('every rejection ends the response exactly once', () => {
	it.each([
		['no secret', { query: {} }, 401],
		['no query at all', { query: undefined, headers: undefined }, 401],
		['a query that is text', { query: `code=${SECRET}` }, 401],
		['the secret in a list', { query: { code: [SECRET] } }, 401],
		['a megabyte for a secret', { query: { code: 'x'.repeat(1024 * 1024) } }, 401],
		['no body', { body: undefined, rawBody: Buffer.alloc(0) }, 400],
		['no body and no bytes', { body: undefined, rawBody: undefined, contentType: undefined }, 400],
		['XML', { contentType: 'text/xml', body: {} }, 400],
		[
			'bytes that do not come',
			{ contentType: 'text/json', rawBody: undefined, readRawBody: cutOff },
			500,
		],
	])('%s', async (_name, parts, status) => {
		const response = new StrictResponse();
		const result = await call(parts, response);
		expect(result).toEqual({ noWebhookResponse: true });
		expect(response).toMatchObject({ statusCode: status, ends: 1 });
		expect(Object.keys(JSON.parse(response.body) as object)).toEqual([
			status === 400 ? 'errors' : 'message',
		]);
		expect(response.body).not.toContain(SECRET);
	});
});

describe('while a person listens in the editor', () => {
	it.each([
		['a wrong secret', { query: { code: 'guess-at-the-secret' } }, 401],
		['no lead', { body: { a: 1 }, rawBody: Buffer.from('{"a":1}') }, 400],
		[
			'a body that is cut off',
			{ contentType: 'text/json', rawBody: undefined, readRawBody: cutOff },
			500,
		],
	])('%s is shown at once, on no output that anything hangs on', async (_name, parts, status) => {
		const response = new StrictResponse();
		const { workflowData } = await callWebhook(NODE, request(parts), response, 'manual');
		expect(workflowData).toEqual([
			[],
			[{ json: expect.objectContaining({ refused: true, status }) as unknown }],
		]);
		expect(JSON.stringify(workflowData)).not.toMatch(/c0ffee|guess-at/);
	});
});

async function cutOff(): Promise<never> {
	throw await Promise.resolve(new Error('request aborted'));
}

describe('a response that is not for us to write any more', () => {
	it.each([
		['ended', { headersSent: true, writableEnded: true }, 0],
		['begun', { headersSent: true, writableEnded: false }, 1],
	])('%s, when refusing', async (_name, state, ends) => {
		const response = Object.assign(new StrictResponse(), state);
		expect(await call({ query: {} }, response)).toEqual({ noWebhookResponse: true });
		expect(response).toMatchObject({ ends, body: '' });
	});

	it('ended, when taking a lead', async () => {
		const response = Object.assign(new StrictResponse(), {
			headersSent: true,
			writableEnded: true,
		});
		expect(await call({}, response)).toMatchObject({ workflowData: [[{ json: {} }]] });
		expect(response.ends).toBe(0);
	});
});

describe('bodies', () => {
	const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
	const text = (body: string | Buffer) => ({
		contentType: 'text/json',
		body: undefined,
		rawBody: Buffer.from(body as string),
	});

	it.each([
		['nested 100,000 deep', text(deep(100_000))],
		['nested 100,000 deep within a lead', text(`{"LeadSource":"SPZA","x":${deep(100_000)}}`)],
		['a list of 100,000 leads', text(`[${Array(100_000).fill('{"LeadSource":"SPZA"}').join()}]`)],
		['a list of lists', text('[[[[{"LeadSource":"SPZA"}]]]]')],
		['no UTF-8', text(Buffer.from([0x7b, 0xff, 0xfe, 0x22, 0x80]))],
		['JSON in JSON in JSON', text(JSON.stringify(JSON.stringify(JSON.stringify(LEAD))))],
		['a megabyte of brackets', text('['.repeat(1024 * 1024))],
	])('%s: refused with reasons', async (_name, parts) => {
		const response = new StrictResponse();
		await call(parts, response);
		expect(response).toMatchObject({ statusCode: 400, ends: 1 });
		expect(response.body.length).toBeLessThan(10_000);
	});

	it.each([
		['a text of 1 MB', JSON.stringify({ ...LEAD, Description: 'x'.repeat(1024 * 1024) })],
		[
			'every type where a text belongs',
			'{"LeadSource":[1],"ActionCode":{"a":1},"OfferTitle":true,"UserDetails":7}',
		],
		[
			'numbers beyond all bounds',
			'{"LeadSource":"SPZA","n":1e999,"m":-1e999,"UserDetails":{"Phone":1e308}}',
		],
		[
			'broken UTF-8 in a name',
			Buffer.from('{"LeadSource":"SPZA","UserDetails":{"FirstName":"\xff\xfe"}}', 'latin1'),
		],
		['lone surrogates', '{"LeadSource":"SPZA","OfferTitle":"\\ud800"}'],
	])('%s: a lead, if an unusual one', async (_name, body) => {
		const result = await call(text(body));
		expect(result.workflowData?.[0]).toHaveLength(1);
		expect(() => encodeURIComponent(JSON.stringify(result.workflowData))).not.toThrow();
	});

	it('keys that name prototypes reach none', async () => {
		const keys = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
		const body = `{${keys},"LeadSource":"SPZA","UserDetails":{${keys}}}`;
		for (const parts of [text(body), { body: JSON.parse(body) as unknown }]) {
			const result = await call(parts);
			expect(result.workflowData?.[0]?.[0]?.json).toMatchObject({ source: { code: 'SPZA' } });
			expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
			expect(JSON.stringify(result)).not.toContain('polluted');
		}
	});
});

describe('ids', () => {
	const ownLead = (id: string) => ({
		id,
		leadSource: 'SPZA-PLT|a.b',
		source: { code: 'SPZA' },
		action: { code: 'PLT' },
		offer: {},
		stage: 'active',
		contactAllowed: true,
		customer: {},
	});

	it.each(['a\r\nSet-Cookie: a=b', '\u2028', '\0', 'x'.repeat(100_000)])(
		'%j writes no header of its own',
		async (id) => {
			const response = new StrictResponse();
			const result = await call({ body: ownLead(id) }, response);
			expect(result.workflowData).toHaveLength(1);
			// The domain may have made another id of it; that one may be told.
			for (const header of response.headers)
				expect(header).toEqual(['x-lead-id', expect.stringMatching(/^[\w-]{1,256}$/)]);
		},
	);
});

describe('sockets', () => {
	let server: WebhookServer;
	beforeEach(async () => (server = await startWebhookServer(NODE)));
	afterEach(async () => await server.stop());

	async function raw(request: string): Promise<string> {
		const socket = connect(server.port, '127.0.0.1');
		socket.end(request);
		let response = '';
		socket.on('data', (chunk) => (response += chunk.toString()));
		await once(socket, 'close');
		return response;
	}

	const head = (headers: string[]) =>
		['POST /webhook/lead HTTP/1.1', 'Host: a', 'Connection: close', ...headers, '', ''].join(
			'\r\n',
		);
	const body = JSON.stringify(LEAD);
	const length = `Content-Length: ${body.length}`;

	it('the header of the secret sent twice', async () => {
		const header = `X-Lead-Secret: ${SECRET}`;
		expect(await raw(head([header, length]) + body)).toMatch(/^HTTP\/1.1 200 /);
		expect(await raw(head([header, header, length]) + body)).toMatch(/^HTTP\/1.1 401 /);
		expect(await raw(head([header, 'x-lead-secret:', length]) + body)).toMatch(/^HTTP\/1.1 401 /);
	});

	it('cut in the middle of a body, and the next caller is served', async () => {
		await raw(head([`X-Lead-Secret: ${SECRET}`, 'Content-Length: 100000']) + body);
		expect(server.started()).toEqual([]);
		expect(await raw(head([`X-Lead-Secret: ${SECRET}`, length]) + body)).toMatch(/^HTTP\/1.1 200 /);
	});
});
