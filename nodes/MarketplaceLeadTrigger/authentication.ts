/**
 * Who may deliver leads. Partner Center accepts nothing but a URL, so the secret usually comes in
 * the URL's query; a header and basic authentication are for everyone else.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

import { ownValue } from '../lead/objects';

export const AUTHENTICATION_METHODS = ['basicAuth', 'none', 'secretUrl', 'sharedSecret'] as const;
export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number];

/** The parts of a request that can carry a secret, as they came: nothing is known of their types. */
export interface SecretCarrier {
	query: unknown;
	headers: unknown;
}

/** The credential as stored; a part that is no text never matches. */
export interface EndpointSecret {
	secret?: unknown;
	user?: unknown;
}

/** The query parameter Microsoft's own guides append to endpoint URLs. */
export const SECRET_QUERY_PARAMETER = 'code';
/** Lower case, as Node keeps header names. */
export const SECRET_HEADER = 'x-lead-secret';

/** True when the request may deliver leads. Never throws, whatever the request holds. */
export function isAuthorized(
	method: AuthenticationMethod,
	request: SecretCarrier,
	expected: EndpointSecret,
): boolean {
	// What a URL's random ID protects, n8n has checked: under any other there is no webhook.
	if (method === 'none' || method === 'secretUrl') return true;
	return method === 'basicAuth'
		? basicAuthMatches(ownValue(request.headers, 'authorization'), expected)
		: sharedSecretMatches(request, expected.secret);
}

/**
 * Compares in constant time: both sides are hashed to the same length first, so neither the time
 * nor an exception tells how long the secret is or how much of a guess was right. An empty secret
 * matches nothing, or a credential that was never filled in would let everyone in.
 */
export function secretsMatch(given: unknown, expected: unknown): boolean {
	if (typeof given !== 'string' || typeof expected !== 'string' || expected === '') return false;
	return timingSafeEqual(digestOf(given), digestOf(expected));
}

/** Every text in a request that is, or might be, a secret. Never throws, whatever the request holds. */
export function secretsIn({ query, headers }: SecretCarrier): string[] {
	const authorization = ownValue(headers, 'authorization');
	const [, encoded = ''] = /^basic +(\S+)$/i.exec(textOf(authorization)) ?? [];
	const password = Buffer.from(encoded, 'base64')
		.toString('utf8')
		.replace(/^[^:]*:/, '');
	const given = [ownValue(query, SECRET_QUERY_PARAMETER), ownValue(headers, SECRET_HEADER)].flat();
	return [...given, encoded, password].map(textOf).filter((text) => text !== '');
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function digestOf(text: string): Buffer {
	return createHash('sha256').update(text).digest();
}

function sharedSecretMatches({ query, headers }: SecretCarrier, secret: unknown): boolean {
	const given = [ownValue(query, SECRET_QUERY_PARAMETER), ownValue(headers, SECRET_HEADER)].filter(
		(value) => value !== undefined,
	);
	// A repeated parameter arrives as a list. Picking one of it would let a caller smuggle a guess
	// past whatever checked the other, so every value that is there has to be the secret.
	return given.length > 0 && given.every((value) => secretsMatch(value, secret));
}

function basicAuthMatches(header: unknown, { user, secret }: EndpointSecret): boolean {
	if (typeof header !== 'string') return false;
	const [, encoded] = /^basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header) ?? [];
	if (encoded === undefined) return false;
	const [, givenUser, givenSecret] =
		/^([^:]*):([^]*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
	// Both are compared always: leaving early at a wrong user would tell which users exist.
	const userMatches = secretsMatch(givenUser, user);
	const secretMatches = secretsMatch(givenSecret, secret);
	return userMatches && secretMatches;
}
