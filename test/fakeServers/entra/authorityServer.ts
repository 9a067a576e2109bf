/**
 * A process of its own, since `oauth2-mock-server` is an ES module, which jest does not load.
 * Arguments: port, certificate file, key file; the application comes in `ENTRA_APPLICATION`.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import type {
	MutableRedirectUri,
	MutableResponse,
	MutableToken,
	TokenRequestIncomingMessage,
} from 'oauth2-mock-server';

export interface EntraApplication {
	tenantId: string;
	clientId: string;
	clientSecret: string;
	/** A secret of the application's that is past its date. */
	expiredSecret: string;
}

/** What the next requests for a token or for the tenant's description get instead of their response. */
export type EntraFault = { times: number } & (
	| { kind: 'throttled'; waitSeconds?: number }
	| { kind: 'down'; status: number; waitSeconds?: number }
	/** The connection is closed without a response. */
	| { kind: 'cut' }
	/** No response ever comes. */
	| { kind: 'silent' }
	/** One of Entra's codes, as its page of codes has them. */
	| { kind: 'code'; code: number; status?: number; error?: string }
	/** Somebody else's page in Entra's place: a proxy, a captive portal. */
	| { kind: 'page'; status: number; characters?: number }
);

/** Where the test tells this process what to do; no address of Entra's. */
const CONTROL = '/control/fault';

const STORAGE = 'https://storage.azure.com';
/** What the SDK asks a token for where the account is on this machine. */
const COSMOS = 'https://cosmos.azure.com';
/** Services that this tenant knows: Azure Storage, and its fake servers on this machine. */
const KNOWN_SERVICE =
	/^https:\/\/storage\.azure\.com$|^https?:\/\/(localhost|127\.0\.0\.1|\w+\.leads\.example)(:\d+)?$/;

/** Entra's codes, with texts that quote what was sent, as Entra's do. */
function rejectionOf(
	application: EntraApplication,
	body: { client_id?: unknown; client_secret?: unknown },
	scope: unknown,
) {
	const { client_id: client, client_secret: secret } = body;
	const service = serviceOf(scope);
	if (client !== application.clientId) {
		return {
			status: 400,
			error: 'unauthorized_client',
			code: 700016,
			text: `Application with identifier '${String(client)}' was not found in the directory.`,
		};
	}
	if (secret === application.expiredSecret) {
		return {
			status: 401,
			error: 'invalid_client',
			code: 7000222,
			text: `The provided client secret keys for app '${String(client)}' are expired.`,
		};
	}
	if (secret === application.clientSecret) {
		if (KNOWN_SERVICE.test(service)) return undefined;
		return {
			status: 400,
			error: 'invalid_resource',
			code: 500011,
			text: `The resource principal named ${service} was not found in the tenant named Contoso.`,
		};
	}
	return {
		status: 401,
		error: 'invalid_client',
		code: 7000215,
		text: `Invalid client secret provided: '${String(secret)}'.`,
	};
}

/**
 * Whom the token is for: a scope is the service's address and a permission, `/.default` for an
 * application; a person's stands among others without an address.
 */
function serviceOf(scope: unknown): string {
	const scopes = String(scope).split(' ');
	const ofService = scopes.find((one) => one.includes('://')) ?? String(scope);
	const service = ofService.replace(/\/(\.default|user_impersonation)$/, '');
	return service === COSMOS ? STORAGE : service;
}

function errorBody(error: string, code: number, text: string) {
	return {
		error,
		error_description: `AADSTS${code}: ${text} Trace ID: 0 Correlation ID: 0`,
		error_codes: [code],
	};
}

/** Entra's own words: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
function misbehave(fault: EntraFault, request: IncomingMessage, response: ServerResponse): void {
	const json = (status: number, body: object, waitSeconds?: number) => {
		const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
		if (waitSeconds !== undefined) headers['retry-after'] = String(waitSeconds);
		response.writeHead(status, headers).end(JSON.stringify(body));
	};
	switch (fault.kind) {
		case 'throttled': {
			const text = 'There are too many incoming requests.';
			json(429, errorBody('temporarily_unavailable', 90055, text), fault.waitSeconds);
			return;
		}
		case 'down':
			json(
				fault.status,
				errorBody('temporarily_unavailable', 90033, 'A transient error has occurred.'),
				fault.waitSeconds,
			);
			return;
		case 'code': {
			const { code, status = 401, error = 'invalid_client' } = fault;
			json(status, errorBody(error, code, `Said of '${request.url ?? ''}'.`));
			return;
		}
		case 'page': {
			const filler = 'AADST '.repeat((fault.characters ?? 0) / 6);
			const page = `<html><title>Sign in to the network</title>${filler}</html>`;
			response.writeHead(fault.status, { 'content-type': 'text/html' }).end(page);
			return;
		}
		case 'cut':
			request.socket.destroy();
			return;
		case 'silent':
	}
}

async function main(): Promise<void> {
	const [port = '0', certFile = '', keyFile = ''] = process.argv.slice(2);
	const application = JSON.parse(process.env['ENTRA_APPLICATION'] ?? '{}') as EntraApplication;
	const { tenantId } = application;

	const issuer = new OAuth2Issuer();
	// The endpoints below are added to it.
	issuer.url = `https://localhost:${port}`;
	await issuer.keys.generate('RS256');
	const service = new OAuth2Service(issuer, {
		token: `/${tenantId}/oauth2/v2.0/token`,
		authorize: `/${tenantId}/oauth2/v2.0/authorize`,
		jwks: `/${tenantId}/discovery/v2.0/keys`,
		wellKnownDocument: `/${tenantId}/v2.0/.well-known/openid-configuration`,
	});
	/** What people agreed to, by the code or refresh token that they were given for it. */
	const scopes = new Map<string, unknown>();
	const scopeOf = ({ body }: TokenRequestIncomingMessage): unknown => {
		const {
			scope,
			code,
			refresh_token: refreshToken,
		} = { ...body } as Partial<Record<string, unknown>>;
		return scope ?? scopes.get(String(code ?? refreshToken));
	};
	service.on(
		'beforeAuthorizeRedirect',
		({ url }: MutableRedirectUri, { url: asked = '' }: IncomingMessage) => {
			const { searchParams } = new URL(asked, issuer.url);
			scopes.set(url.searchParams.get('code') ?? '', searchParams.get('scope'));
		},
	);
	service.on(
		'beforeTokenSigning',
		({ payload }: MutableToken, request: TokenRequestIncomingMessage) => {
			payload.iss = `https://sts.windows.net/${tenantId}/`;
			payload['aud'] = serviceOf(scopeOf(request));
			payload['appid'] = request.body.client_id;
			payload['tid'] = tenantId;
			// Entra's tokens differ even within a second.
			payload['uti'] = randomUUID();
		},
	);
	service.on(
		'beforeResponse',
		(response: MutableResponse, request: TokenRequestIncomingMessage) => {
			const { grant_type: grant, refresh_token: old } = { ...request.body } as Record<
				string,
				unknown
			>;
			const rejection =
				grant === 'refresh_token' && !scopes.has(String(old))
					? { status: 400, error: 'invalid_grant', code: 70000, text: 'The grant is not valid.' }
					: rejectionOf(application, request.body, scopeOf(request));
			if (!rejection) {
				const { refresh_token: refreshToken } = Object(response.body) as Record<string, unknown>;
				if (typeof refreshToken === 'string') scopes.set(refreshToken, scopeOf(request));
				return;
			}
			response.statusCode = rejection.status;
			response.body = errorBody(rejection.error, rejection.code, rejection.text);
		},
	);

	let fault: EntraFault | undefined;
	let requests = 0;
	let signIns = 0;
	const control = (request: IncomingMessage, response: ServerResponse) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			if (request.method === 'PUT') {
				fault = JSON.parse(Buffer.concat(chunks).toString('utf8')) as EntraFault;
				requests = 0;
				signIns = 0;
			}
			response.end(JSON.stringify({ requests, signIns }));
		});
	};
	const respond = (request: IncomingMessage, response: ServerResponse) => {
		if (request.url === CONTROL) return control(request, response);
		requests += 1;
		if (request.method === 'POST') signIns += 1;
		if (fault && fault.times > 0) {
			fault.times -= 1;
			return misbehave(fault, request, response);
		}
		const tenant = request.url?.split('/')[1] ?? '';
		if (tenant === tenantId) return service.requestHandler(request, response);
		const body = errorBody('invalid_tenant', 90002, `Tenant '${tenant}' not found.`);
		response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
	};
	const server = createServer(
		{ cert: readFileSync(certFile), key: readFileSync(keyFile) },
		respond,
	);
	// Never closed for being idle, as with the other fake servers.
	server.keepAliveTimeout = 0;
	server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
}

await main();
