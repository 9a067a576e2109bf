/** The Test button of the endpoint's credential: says which part of it does not work. */
import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { isPlainLoopback } from '../destinations/addresses';
import { isBlocked } from '../destinations/egress';
import { SECRET_HEADER } from './authentication';

/** Characters. 16 random ones of the set below are some 95 bits: nobody guesses that by asking. */
export const MIN_SECRET_LENGTH = 16;
/** What a URL's query takes without encoding (RFC 3986 "unreserved"). */
const URL_SAFE = /^[A-Za-z0-9._~-]+$/;
/** Milliseconds. n8n's own test waits for us, and a person for n8n. */
const RESPONSE_TIMEOUT = 10_000;
/** n8n shows any success as "Connection tested successfully", whatever its message. */
const NOTHING_CONTACTED =
	'The Secret is fit for a URL, but nothing was contacted: whether the endpoint takes it was not checked. Publish the workflow, paste the Production URL of its trigger into Endpoint URL, and test again. The credential can be used without that.';
const READ_BY_PROXY =
	'The Endpoint URL begins with http, and n8n’s proxy would read the secret on the way. Name its host in NO_PROXY where n8n is started, or use its https address.';
const MAKE_ONE =
	'A password manager makes one, or n8n’s Crypto node (Generate, type HEX, length 48).';

/**
 * Checks the secret by itself and, where the URL of an active trigger is given, sends it there with
 * an empty object for a lead. A trigger that takes the secret then refuses the lead with status 400,
 * so the test starts no workflow.
 */
export async function marketplaceLeadTriggerApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const secret = textOf(credential.data?.secret);
	const user = textOf(credential.data?.user);
	const endpointUrl = textOf(credential.data?.endpointUrl).trim();
	const complaint =
		secretComplaint(secret) ??
		userComplaint(user) ??
		(endpointUrl === '' ? undefined : urlComplaint(endpointUrl));
	if (complaint !== undefined) return { status: 'Error', message: complaint };
	if (endpointUrl === '') {
		return { status: 'Error', message: NOTHING_CONTACTED };
	}
	return await tryEndpoint(this, endpointUrl, secret, user);
}

/** A field that was never filled in may be missing. */
function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** Whether a secret could be guessed, or is none. */
export function shortSecret(secret: unknown): boolean {
	return typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH;
}

function secretComplaint(secret: string): string | undefined {
	if (secret.trim() === '') {
		return `The Secret is empty, so nobody could send leads. ${MAKE_ONE}`;
	}
	if (secret !== secret.trim()) {
		return 'The Secret begins or ends with white space. Remove it: a URL would lose it on the way.';
	}
	if (shortSecret(secret)) {
		return `The Secret is shorter than ${MIN_SECRET_LENGTH} characters and could be guessed. ${MAKE_ONE}`;
	}
	if (!URL_SAFE.test(secret)) {
		return `The Secret has characters other than A–Z, a–z, 0–9, "-", ".", "_" and "~". Partner Center takes only a URL, and an "&", "#", "+" or "%" in it would change the secret on the way. ${MAKE_ONE}`;
	}
	return undefined;
}

function userComplaint(user: string): string | undefined {
	return user.includes(':')
		? 'The User has a colon in it. Basic authentication ends the user there: choose another name.'
		: undefined;
}

function urlComplaint(endpointUrl: string): string | undefined {
	const url = URL.canParse(endpointUrl) ? new URL(endpointUrl) : undefined;
	if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
		return 'The Endpoint URL is not a URL. Copy the Production URL from the Marketplace Lead Trigger.';
	}
	if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
		return 'The Endpoint URL has more than the address in it. Paste the Production URL as it is, without the secret: this field is not hidden.';
	}
	if (url.protocol === 'http:' && !isPlainLoopback(url)) {
		return 'The Endpoint URL begins with http, so anyone on the way could read the secret. Use its https address.';
	}
	return undefined;
}

interface EndpointResponse {
	statusCode: number;
	body: unknown;
}

async function tryEndpoint(
	context: ICredentialTestFunctions,
	url: string,
	secret: string,
	user: string,
): Promise<INodeCredentialTestResult> {
	const { getProxyForUrl } = await import('../vendor/proxyAgents');
	if (isPlainLoopback(new URL(url)) && getProxyForUrl(url) !== '') {
		return { status: 'Error', message: READ_BY_PROXY };
	}
	let response: EndpointResponse;
	try {
		// The only HTTP helper a credential test has. It knows the instance's proxy, unlike fetch.
		response = (await context.helpers.request({
			method: 'POST',
			uri: url,
			// One of them is the one the trigger looks at.
			headers: { [SECRET_HEADER]: secret },
			auth: { user, pass: secret },
			body: {},
			json: true,
			simple: false,
			resolveWithFullResponse: true,
			// Whoever we are sent on to would be handed the secret.
			followRedirect: false,
			timeout: RESPONSE_TIMEOUT,
		})) as EndpointResponse;
	} catch (error) {
		return { status: 'Error', message: unreachable(error) };
	}
	const complaint = responseComplaint(response);
	return complaint === undefined
		? { status: 'OK', message: 'The endpoint takes the secret.' }
		: { status: 'Error', message: complaint };
}

/** Says no more than the code: the message of an HTTP client can quote the request. */
function unreachable(error: unknown): string {
	if (isBlocked(error)) {
		return 'n8n’s SSRF protection blocks requests to the Endpoint URL. If it may be reached, n8n’s administrator can add it to N8N_SSRF_ALLOWED_HOSTNAMES or N8N_SSRF_ALLOWED_IP_RANGES.';
	}
	const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
	return `The Endpoint URL cannot be reached from n8n${code}. Check the address, and that n8n can resolve and open it.`;
}

function responseComplaint({ statusCode, body }: EndpointResponse): string | undefined {
	if (statusCode === 400 && hasErrorList(body)) return undefined;
	if (statusCode === 401) {
		return 'The endpoint does not take this Secret: it differs from the one in the credential its trigger uses.';
	}
	if (statusCode === 404) {
		return 'No workflow listens at the Endpoint URL. Publish the workflow with the trigger, and copy its Production URL.';
	}
	if (statusCode >= 300 && statusCode < 400) {
		return `The Endpoint URL responds with a redirect (status ${statusCode}), which Partner Center may not follow. Use the address it leads to.`;
	}
	return `Something other than a Marketplace Lead Trigger responds at the Endpoint URL (status ${statusCode}). Copy the Production URL from the trigger.`;
}

/** The list our trigger gives for a body that is no lead. */
function hasErrorList(body: unknown): boolean {
	return (
		typeof body === 'object' && body !== null && 'errors' in body && Array.isArray(body.errors)
	);
}
