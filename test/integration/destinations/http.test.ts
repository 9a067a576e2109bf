/** The HTTP client of the destinations against real servers. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import {
	HttpError,
	type HttpRequest,
	openHttp,
	unreachable,
} from '../../../nodes/destinations/httpClient';
import { inTime } from '../../support/inTime.ts';
import { BLAME } from '../../support/pollContract/errors.ts';

const SECRET = 'a-token-that-nobody-may-see';

let server: Server;
let origin: string;
const asked: string[] = [];

beforeAll(async () => {
	server = createServer((request, response) => {
		asked.push(`${request.method} ${request.url}`);
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			switch (new URL(request.url ?? '/', 'http://any').pathname) {
				case '/redirect':
					response.writeHead(302, { location: `${origin}/other` }).end('elsewhere');
					break;
				case '/cut':
					response.writeHead(200, { 'content-length': 100 });
					response.write('half of it');
					setTimeout(() => response.destroy(), 10);
					break;
				case '/silent':
					break;
				case '/json':
					response.writeHead(200, { 'content-type': 'application/json', 'X-Twice': ['a', 'b'] });
					response.end('{"a": 1}');
					break;
				case '/407':
					response.writeHead(407).end();
					break;
				case '/large':
					response.writeHead(200);
					for (let megabytes = 0; megabytes < 70; megabytes += 1) {
						response.write(Buffer.alloc(1024 * 1024, 'x'));
					}
					response.end();
					break;
				default:
					response.writeHead(418).end(`${request.headers['x-given']}:${Buffer.concat(chunks)}`);
			}
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const send = async (path: string, request: Partial<HttpRequest> = {}) => {
	const client = await openHttp();
	return await client.send({
		method: 'GET',
		url: `${origin}${path}`,
		headers: { authorization: `Bearer ${SECRET}` },
		signal: inTime().signal,
		...request,
	});
};

const failureOf = async (response: Promise<unknown>): Promise<HttpError> => {
	const error = await response.then(
		(value) => new Error(`It succeeded: ${inspect(value)}`),
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(HttpError);
	expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(SECRET);
	return error as HttpError;
};

it('gives status, headers and body as they came', async () => {
	expect(await send('/json')).toEqual({
		status: 200,
		headers: expect.objectContaining({ 'x-twice': 'a, b', date: expect.any(String) }),
		body: '{"a": 1}',
	});
	const sent = { method: 'POST', body: 'größe', headers: { 'X-Given': 'yes' } } as const;
	expect(await send('/any', sent)).toMatchObject({ status: 418, body: 'yes:größe' });
});

it('follows no redirect', async () => {
	asked.length = 0;
	expect(await send('/redirect')).toMatchObject({ status: 302, body: 'elsewhere' });
	expect(asked).toEqual(['GET /redirect']);
});

it.each([
	['a connection that breaks in the response', '/cut', /ECONNRESET|ERR_BAD_RESPONSE|ECONNABORTED/],
	['a proxy that asks for a sign-in', '/407', /PROXY_AUTHENTICATION/],
	['a response without end', '/large', /ERR_BAD_RESPONSE/],
])('says which failure it was: %s', async (_name, path, code) => {
	expect((await failureOf(send(path))).code).toMatch(code);
});

it('ends when its time is up, without waiting for the response', async () => {
	const failure = await failureOf(send('/silent', { signal: AbortSignal.timeout(200) }));
	expect(failure.code).toBe('ABORTED');
});

it('says so when nobody listens', async () => {
	const closed = createServer();
	await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
	const { port } = closed.address() as AddressInfo;
	await new Promise((resolve) => closed.close(resolve));
	const failure = await failureOf(send('', { url: `http://127.0.0.1:${port}/` }));
	expect(failure.code).toBe('ECONNREFUSED');
});

it('asks the proxy of the environment, and no other where NO_PROXY names the host', async () => {
	const before = { ...process.env };
	const through: string[] = [];
	const proxy = createServer((request, response) => {
		through.push(String(request.url));
		response.writeHead(200).end('by the proxy');
	});
	proxy.on('connect', (request, socket) => {
		through.push(`CONNECT ${request.url}`);
		const { port } = server.address() as AddressInfo;
		const upstream = connect(port, '127.0.0.1', () => {
			socket.write('HTTP/1.1 502 Bad Gateway\r\n\r\n');
			socket.end();
			upstream.end();
		});
	});
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	const { port } = proxy.address() as AddressInfo;
	try {
		process.env['HTTP_PROXY'] = `http://127.0.0.1:${port}`;
		process.env['HTTPS_PROXY'] = `http://127.0.0.1:${port}`;
		process.env['NO_PROXY'] = '127.0.0.1,.inside.example';
		expect(await send('/any')).toMatchObject({ status: 418 });
		const outside = { url: 'http://crm.outside.example/leads' };
		expect(await send('', outside)).toMatchObject({ body: 'by the proxy' });
		await send('', { url: 'https://crm.outside.example/leads' }).catch(() => undefined);
		expect(through).toEqual([
			'http://crm.outside.example/leads',
			'CONNECT crm.outside.example:443',
		]);
		await failureOf(send('', { url: 'http://crm.inside.example/' }));
		expect(through).toHaveLength(2);
		// What nothing encrypts stays on this machine, whatever NO_PROXY says.
		delete process.env['NO_PROXY'];
		expect(await send('/any')).toMatchObject({ status: 418 });
		const local = origin.replace('127.0.0.1', 'LOCALHOST');
		await send('', { url: `${local}/any` }).catch(() => undefined);
		expect(through).toHaveLength(2);
	} finally {
		process.env = before;
		proxy.closeAllConnections();
		await new Promise((resolve) => proxy.close(resolve));
	}
});

it.each([
	['ABORTED', 'did not respond in time', undefined],
	['PROXY_AUTHENTICATION', 'proxy', undefined],
	['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS', undefined],
	['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'NODE_EXTRA_CA_CERTS', undefined],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate', undefined],
	['ENOTFOUND', 'host', undefined],
	['EAI_AGAIN', 'reached', 0],
	['ECONNREFUSED', 'reached', 0],
	['ECONNRESET', 'reached', 0],
	[`a text with ${SECRET}`, 'reached', 0],
])('tells the user what %s means', (code, text, retryAfter) => {
	const error = unreachable(new HttpError(code), 'The CRM');
	const words = `${error.message}. ${error.description}`;
	expect(words).toContain(text);
	expect(words).not.toContain(SECRET);
	expect(words).not.toMatch(BLAME);
	const kind = code === 'ABORTED' ? 'timeout' : 'unreachable';
	expect(error).toMatchObject({ code: kind, operation: 'read', retryAfter });
});
