/** From n8n's OAuth2 credentials to what destinations know of a person who signed in with the browser. */
import type { IAllExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { type BrowserSignIn, hasToReconnect } from '../destinations/browserSignIn';
import type { DestinationDescription } from '../destinations/contract';
import { DestinationError } from '../destinations/destinationError';
import { readCredential } from './failedExpression';
import type { DestinationContext } from './destinationContext';

/** Name of the parameter that chooses between a destination's two credentials. */
export const AUTHENTICATION = 'authentication';
export const BY_APPLICATION = 'application';
export const BY_BROWSER = 'oAuth2';

/** Milliseconds that n8n's request may take. */
const PROBE_TIME = 15_000;

/** What chooses between the two, for destinations that have both. */
export const authenticationProperty: INodeProperties = {
	displayName: 'Authentication',
	name: AUTHENTICATION,
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Application',
			value: BY_APPLICATION,
			description: 'An application signs in by itself, with its own permissions',
		},
		{
			name: 'OAuth2',
			value: BY_BROWSER,
			description: 'You sign in with the browser, and n8n acts with your permissions',
		},
	],
	default: BY_APPLICATION,
	description: 'Who signs in',
};

/** The type of the credential that is chosen. @throws NodeOperationError for a choice that there is not */
export function credentialTypeOf(
	context: DestinationContext,
	{ credentialType, browserCredentialType }: DestinationDescription,
): string {
	if (browserCredentialType === undefined) return credentialType;
	const chosen = context.getNodeParameter(AUTHENTICATION, BY_APPLICATION) ?? BY_APPLICATION;
	if (chosen === BY_BROWSER) return browserCredentialType;
	if (chosen === BY_APPLICATION) return credentialType;
	throw new NodeOperationError(
		context.getNode(),
		'"Authentication" has a value that it does not offer',
		{ description: 'Choose one of the entries of "Authentication".' },
	);
}

/** The credential that is chosen, with what renews its tokens where n8n has them. */
export async function credentialOf(
	context: DestinationContext,
	destination: DestinationDescription,
): Promise<{ credential: Record<string, unknown>; browser?: BrowserSignIn }> {
	const type = credentialTypeOf(context, destination);
	const credential = {
		...(await readCredential(context.getNode(), async () => await context.getCredentials(type))),
	};
	if (type !== destination.browserCredentialType) return { credential };
	return { credential, browser: { renew: async (...call) => await renew(context, type, ...call) } };
}

async function renew(
	context: DestinationContext,
	type: string,
	ended: string,
	url: string,
): Promise<Record<string, unknown>> {
	const caller = (context.caller ?? context) as IAllExecuteFunctions;
	const now = async () => ({ ...(await context.getCredentials(type)) });
	const current = await now();
	if (tokenOf(current) !== ended) return current;
	try {
		await caller.helpers.httpRequestWithAuthentication.call(caller, type, {
			method: 'GET',
			url,
			headers: { accept: 'application/json' },
			disableFollowRedirect: true,
			timeout: PROBE_TIME,
		});
	} catch (error) {
		const credential = await now();
		// Whatever the service says to the new token, our own request will tell.
		if (tokenOf(credential) !== ended || isAccepted(error)) return credential;
		throw renewalError(error);
	}
	return await now();
}

/** Whether it was the service that responded, and not for the token. */
function isAccepted(error: unknown): boolean {
	const told = causesOf(error);
	if (oAuthCodesOf(told).length > 0) return false;
	return told.some(({ httpCode }) => /^(3..|40[2-9]|4[1-9].)$/.test(String(httpCode)));
}

/** What an authority called it: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function oAuthCodesOf(told: readonly Told[]): string[] {
	const codes = told.map(({ body }) => (Object(body) as { error?: unknown }).error);
	return codes.filter((code) => typeof code === 'string');
}

function tokenOf(credential: object): unknown {
	const { oauthTokenData } = credential as { oauthTokenData?: unknown };
	return (Object(oauthTokenData) as { access_token?: unknown }).access_token;
}

/**
 * Why n8n could not renew a token. What it says itself is not repeated: it may quote what the
 * authority wrote.
 */
export function renewalError(error: unknown): DestinationError {
	const told = causesOf(error);
	const codes = oAuthCodesOf(told);
	const isRevoked =
		codes.includes('invalid_grant') ||
		codes.includes('interaction_required') ||
		// Of n8n since 2.40, which makes an error of its own of it.
		told.some(({ failure }) => (Object(failure) as { cause?: unknown }).cause === REVOKED);
	if (isRevoked) return hasToReconnect();
	const details = { operation: 'signIn', mayBeDone: false } as const;
	if (codes.some((code) => code === 'invalid_client' || code === 'invalid_client_id')) {
		return new DestinationError('The Client ID or Client Secret is not accepted any more', {
			description:
				'The secret may have ended, or the app was removed. Correct them in the credential in n8n, and reconnect it.',
			code: 'authentication',
			httpCode: '401',
			...details,
		});
	}
	if (codes.length > 0) {
		return new DestinationError('The sign-in could not be renewed', {
			description:
				'Open the credential in n8n and reconnect it. If that does not help, look at the app that signs in: its permissions, its callback URL, and whether it is enabled.',
			code: 'authentication',
			httpCode: '401',
			...details,
		});
	}
	const isOfService = told.some(({ httpCode }) => String(httpCode) === '401');
	if (isOfService) return hasToReconnect();
	return new DestinationError('The sign-in could not be renewed at the moment', {
		description:
			'n8n could not reach the service or where it signs in. Try again later; n8n\u2019s log says more.',
		code: 'unreachable',
		retryAfter: 0,
		...details,
	});
}

const REVOKED = 'credential-invalid';
/** n8n wraps errors in errors, a few times. */
const MAX_CAUSES = 5;

interface Told {
	body?: unknown;
	failure?: unknown;
	httpCode?: unknown;
}

function causesOf(error: unknown): Told[] {
	const causes: Told[] = [];
	let next = error;
	while (typeof next === 'object' && next !== null && causes.length < MAX_CAUSES) {
		causes.push(next);
		next = (next as { cause?: unknown }).cause;
	}
	return causes;
}
