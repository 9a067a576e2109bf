/** An authority of one's own that sends the sign-in elsewhere: the Client Secret is for the host in the credential. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { openAccount } from '../../../nodes/destinations/azureTable/connection/account.ts';
import { explainError } from '../../../nodes/destinations/azureTable/errors.ts';
import { openEntra, readEntraApplication } from '../../../nodes/destinations/entra.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { errorOf } from '../../support/pollContract/errors.ts';

const SECRET = 'right~of-nobody-else';
const TENANT = '11111111-2222-3333-4444-555555555555';

let trusted: EntraAuthority;
let authority: Server;
let elsewhere: Server;
let host: string;
let other: string;
/** What the other host was sent. */
let received: string[];
let respond: (url: string, headers: (status: number, headers: object) => void) => string;

beforeAll(async () => {
	trusted = await startEntraAuthority();
	const tls = { cert: readFileSync(trusted.tls.certFile), key: readFileSync(trusted.tls.keyFile) };
	const start = async (server: Server) => {
		await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
		return `https://localhost:${(server.address() as AddressInfo).port}`;
	};
	elsewhere = createServer(tls, async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		received.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString('utf8')}`);
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(
			JSON.stringify({ access_token: 'stolen', token_type: 'Bearer', expires_in: 3600 }),
		);
	});
	authority = createServer(tls, (request, response) => {
		request.resume();
		let status = 200;
		let headers: object = {};
		const body = respond(request.url ?? '', (code, more) => ([status, headers] = [code, more]));
		response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
	});
	[host, other] = [await start(authority), await start(elsewhere)];
});
beforeEach(() => {
	received = [];
});
afterAll(async () => {
	for (const server of [authority, elsewhere]) {
		server?.closeAllConnections();
		await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
	}
	await trusted?.stop();
});

const description = (tokenEndpoint: string) =>
	JSON.stringify({
		issuer: `${host}/${TENANT}/v2.0`,
		authorization_endpoint: `${host}/${TENANT}/oauth2/v2.0/authorize`,
		token_endpoint: tokenEndpoint,
		jwks_uri: `${host}/${TENANT}/discovery/v2.0/keys`,
	});

async function signIn(): Promise<string> {
	const application = readEntraApplication({
		tenantId: TENANT,
		clientId: '99999999-2222-3333-4444-555555555555',
		clientSecret: SECRET,
		cloud: 'custom',
		authorityHost: host,
	});
	const entra = await openEntra(application, { retries: 0 });
	return (await entra.getToken('https://storage.azure.com/.default')).token;
}

it.each([
	['https', () => `${other}/token`],
	['http', () => `${other.replace('https:', 'http:')}/token`],
])('takes no address of another host for the one of its tokens, by %s', async (_, endpoint) => {
	respond = () => description(endpoint());
	const error = await errorOf(signIn());
	expect(received).toEqual([]);
	expect(error.message).toBe(
		'Entra’s response sends the sign-in to another host than the credential',
	);
});

it.each([301, 302, 303, 307, 308])('follows no redirect with status %i', async (code) => {
	for (const place of ['openid-configuration', 'token']) {
		respond = (url, head) => {
			if (url.includes(place)) head(code, { location: `${other}/token` });
			return description(`${host}/${TENANT}/oauth2/v2.0/token`);
		};
		const error = await errorOf(signIn());
		expect(received).toEqual([]);
		expect(error.message).toMatch(/Entra/);
	}
});

it('gives a table that asks for the token of another service none', async () => {
	const { tenantId, clientId, clientSecret } = trusted.application;
	const asked: string[] = [];
	let resource = '';
	const table = createServer(
		{ cert: readFileSync(trusted.tls.certFile), key: readFileSync(trusted.tls.keyFile) },
		(request, response) => {
			asked.push(audienceOf(request.headers.authorization));
			const challenge = `Bearer authorization_uri=${trusted.host}/${tenantId}/oauth2/authorize resource_id=${resource}`;
			response
				.writeHead(401, { 'www-authenticate': challenge, 'x-ms-version': '2019-02-02' })
				.end();
		},
	);
	await new Promise<void>((resolve) => table.listen(0, 'localhost', resolve));
	const tableEndpoint = `https://localhost:${(table.address() as AddressInfo).port}`;
	try {
		const account = await openAccount(
			{
				authentication: 'entra',
				...{ tenantId, clientId, clientSecret },
				...{ cloud: 'custom', authorityHost: trusted.host, tableEndpoint },
			},
			{ retries: 0 },
		);
		const read = async () => {
			try {
				return await account.table('leads').listEntities({}).byPage().next();
			} catch (error) {
				throw explainError(error, 'read');
			}
		};
		// The fake Entra gives tokens for these.
		for (resource of ['https://crm.leads.example', 'https://localhost:1']) {
			const error = await errorOf(read());
			expect(error.message).toBe(
				'Unexpected response from Azure Table Storage: it asks for a sign-in to another service',
			);
		}
		expect(new Set(asked)).toEqual(new Set(['https://storage.azure.com']));
		asked.length = 0;
		// Its own, and that of tables, it may have.
		for (resource of [tableEndpoint, 'https://storage.azure.com']) {
			expect((await errorOf(read())).message).toMatch(/denied access/);
			expect(asked).toContain(resource);
		}
	} finally {
		table.closeAllConnections();
		await new Promise((resolve) => table.close(resolve));
	}
});

function audienceOf(authorization = ''): string {
	const [, payload = ''] = authorization.split('.');
	const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { aud: string };
	return aud;
}
