import { createHash, randomBytes } from 'node:crypto';

export interface BrowserGrant {
	authUrl: string;
	accessTokenUrl: string;
	scope: string;
	clientId: string;
	clientSecret: string;
}

/** Where n8n has a browser sent back to. */
const CALLBACK = 'http://localhost:5678/rest/oauth2-credential/callback';

/** What a token endpoint responds after somebody agreed in the browser: the authorization code flow, with PKCE. */
export async function agreedTo(grant: BrowserGrant): Promise<Record<string, unknown>> {
	const { authUrl, accessTokenUrl, scope, clientId, clientSecret } = grant;
	const verifier = randomBytes(32).toString('base64url');
	const authorize = new URL(authUrl);
	authorize.search = String(
		new URLSearchParams({
			response_type: 'code',
			client_id: clientId,
			redirect_uri: CALLBACK,
			scope,
			state: 'state',
			code_challenge: createHash('sha256').update(verifier).digest('base64url'),
			code_challenge_method: 'S256',
		}),
	);
	const agreed = await fetch(authorize, { redirect: 'manual' });
	const { searchParams } = new URL(agreed.headers.get('location') ?? '');
	return await tokenFrom(accessTokenUrl, {
		grant_type: 'authorization_code',
		code: searchParams.get('code') ?? '',
		redirect_uri: CALLBACK,
		code_verifier: verifier,
		client_id: clientId,
		client_secret: clientSecret,
	});
}

/** What n8n keeps of a token endpoint's response. */
export async function tokenFrom(
	url: string,
	form: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
	const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
	if (response.status !== 200)
		throw new Error(`No token: ${response.status} ${await response.text()}`);
	return (await response.json()) as Record<string, unknown>;
}
