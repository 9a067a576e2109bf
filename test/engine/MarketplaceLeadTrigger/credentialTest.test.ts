import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { MarketplaceLeadTriggerApi } from '../../../credentials/MarketplaceLeadTriggerApi.credentials';
import { MarketplaceLeadTrigger } from '../../../nodes/MarketplaceLeadTrigger/MarketplaceLeadTrigger.node';
import { testCredential } from '../../support/engine';
import { startWebhookServer, type WebhookServer } from '../../support/webhookServer';

const SECRET = 'c0ffee00c0ffee00c0ffee00';
const type = new MarketplaceLeadTrigger();
const [credential] = type.description.credentials ?? [];

async function tested(data: ICredentialDataDecryptedObject) {
	const defaults = new MarketplaceLeadTriggerApi().properties.map(
		({ name, default: value }): [string, string] => [name, String(value)],
	);
	const filledIn = { ...Object.fromEntries(defaults), ...data };
	return await testCredential(type, String(credential?.testedBy), filledIn);
}

it('is the test of the credential the trigger takes', () => {
	expect(credential?.name).toBe(new MarketplaceLeadTriggerApi().name);
});

describe('the secret by itself', () => {
	it.each([SECRET, 'A-Za-z0-9._~-A-Za', 'x'.repeat(16)])(
		'%p is fit, which is no success while nothing was contacted',
		async (secret) => {
			const { status, message } = await tested({ secret });
			expect(status).toBe('Error');
			expect(message).toMatch(
				/^The Secret is fit for a URL, but nothing was contacted.* not checked/,
			);
			expect(message).not.toContain(secret);
		},
	);

	it.each([
		['', 'is empty'],
		['   ', 'is empty'],
		['x'.repeat(15), 'shorter than 16 characters'],
		[` ${SECRET}`, 'white space'],
		[`${SECRET}\n`, 'white space'],
		['two words of a secret', 'characters other than'],
		['sixteen&characters', 'characters other than'],
		['sixteen+characters', 'characters other than'],
		['sixteen#characters', 'characters other than'],
		['sixteen%20characters', 'characters other than'],
		['zwölf-und-vier-zeichen', 'characters other than'],
	])('%p is refused: %s', async (secret, reason) => {
		const { status, message } = await tested({ secret });
		expect(status).toBe('Error');
		expect(message).toContain(reason);
		if (secret.trim() !== '') expect(message).not.toContain(secret.trim());
	});

	it('takes no user that basic authentication could not carry', async () => {
		const { status, message } = await tested({ secret: SECRET, user: 'a:b' });
		expect({ status, message }).toEqual({
			status: 'Error',
			message: expect.stringContaining('colon') as string,
		});
	});

	it('has to be there', async () => {
		expect(await testCredential(type, String(credential?.testedBy), {})).toMatchObject({
			status: 'Error',
		});
	});
});

describe('the Endpoint URL by itself', () => {
	it.each([
		['lead', 'is not a URL'],
		['ftp://n8n.example.com/lead', 'is not a URL'],
		['http://n8n.example.com/webhook/lead', 'begins with http'],
		['http://localhost.example.com/lead', 'begins with http'],
		['http://127.0.0.1.example.com/lead', 'begins with http'],
		[`https://n8n.example.com/webhook/lead?code=${SECRET}`, 'more than the address'],
		[`https://user:${SECRET}@n8n.example.com/lead`, 'more than the address'],
	])('%p is refused: %s', async (endpointUrl, reason) => {
		const { status, message } = await tested({ secret: SECRET, endpointUrl });
		expect(status).toBe('Error');
		expect(message).toContain(reason);
		expect(message).not.toContain(SECRET);
	});
});

describe('at a trigger', () => {
	let server: WebhookServer;
	afterEach(async () => await server.stop());

	it.each(['sharedSecret', 'basicAuth', 'none'])(
		'with the right secret: %s',
		async (authentication) => {
			const credentials = { marketplaceLeadTriggerApi: { secret: SECRET, user: 'marketplace' } };
			server = await startWebhookServer({ type, credentials, parameters: { authentication } });
			const result = await tested({ secret: SECRET, endpointUrl: ` ${server.url} ` });
			expect(result).toEqual({ status: 'OK', message: 'The endpoint takes the secret.' });
			// It was asked, and started nothing.
			expect(server.results).toEqual([{ noWebhookResponse: true }]);
		},
	);

	it('with another secret', async () => {
		const credentials = { marketplaceLeadTriggerApi: { secret: `${SECRET}0` } };
		server = await startWebhookServer({
			type,
			parameters: { authentication: 'sharedSecret' },
			credentials,
		});
		const { status, message } = await tested({ secret: SECRET, endpointUrl: server.url });
		expect(status).toBe('Error');
		expect(message).toContain('does not take this Secret');
	});
});

describe('at something else', () => {
	let server: Server | undefined;
	const calls: IncomingMessage[] = [];
	afterEach(() => {
		calls.length = 0;
		// Not every test has one.
		server?.closeAllConnections();
		server?.close();
		server = undefined;
	});

	async function listen(handler: (response: ServerResponse) => void): Promise<string> {
		server = createServer((request, response) => {
			calls.push(request);
			handler(response);
		});
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	}

	const respondWith =
		(status: number, body: string, headers: Record<string, string> = {}) =>
		(response: ServerResponse) => {
			response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
		};

	it.each([
		[
			'no workflow',
			respondWith(404, '{"code":404,"message":"not registered"}'),
			'No workflow listens',
		],
		['a page', respondWith(200, '<html></html>'), 'Something other than'],
		['an API of another kind', respondWith(400, '{"error":"bad"}'), 'Something other than'],
		['text where JSON is said to be', respondWith(400, 'errors'), 'Something other than'],
		['a gateway', respondWith(502, ''), 'status 502'],
		['a socket that is cut', (response: ServerResponse) => response.destroy(), 'cannot be reached'],
	])('%s', async (_name, handler, reason) => {
		const { status, message } = await tested({
			secret: SECRET,
			endpointUrl: await listen(handler),
		});
		expect(status).toBe('Error');
		expect(message).toContain(reason);
		expect(message).not.toContain(SECRET);
	});

	it('is not asked by a proxy, which would read the secret', async () => {
		const before = { ...process.env };
		const through: string[] = [];
		const proxy = createServer((request, response) => {
			through.push(String(request.url));
			response.writeHead(400, { 'content-type': 'application/json' }).end('{"errors": []}');
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		try {
			process.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
			process.env['NO_PROXY'] = process.env['no_proxy'] = '';
			const { status, message } = await tested({
				secret: SECRET,
				endpointUrl: 'http://localhost:5678/webhook/lead',
			});
			expect(status).toBe('Error');
			expect(message).toContain('NO_PROXY');
			expect(through).toEqual([]);
		} finally {
			process.env = before;
			proxy.closeAllConnections();
			await new Promise((resolve) => proxy.close(resolve));
		}
	});

	it.each([301, 302, 307, 308])('a redirect (%i) is told and not followed', async (code) => {
		const url = await listen((response) =>
			respondWith(code, '', { location: '/elsewhere' })(response),
		);
		const { status, message } = await tested({ secret: SECRET, endpointUrl: url });
		expect(status).toBe('Error');
		expect(message).toContain('redirect');
		expect(calls).toHaveLength(1);
	});

	it('nobody', async () => {
		const url = await listen(() => undefined);
		server?.close();
		server?.closeAllConnections();
		const { status, message } = await tested({ secret: SECRET, endpointUrl: url });
		expect(status).toBe('Error');
		expect(message).toContain('cannot be reached from n8n (ECONNREFUSED)');
	});
});
