/**
 * Hostile sign-ins: addresses that would carry secrets in the open or to somebody else, responses
 * that send the token elsewhere, keys that are none.
 */
import { generateKeyPairSync } from 'node:crypto';

import { decodeJwt, decodeProtectedHeader } from 'jose';

import {
	mayHaveToken,
	readSignIn,
} from '../../../../../nodes/destinations/salesforce/connection/signIn';
import { DestinationError } from '../../../../../nodes/destinations/destinationError';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const PKCS8 = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
const PKCS1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();

const HOST = 'https://contoso.my.salesforce.com';
const byClient = {
	authentication: 'clientCredentials',
	myDomain: HOST,
	consumerKey: 'key',
	consumerSecret: 'the secret',
};
const byJwt = {
	authentication: 'jwtBearer',
	environment: 'production',
	consumerKey: 'key',
	username: 'kim@contoso.example',
	privateKey: PKCS8,
};
const byRefresh = { ...byClient, authentication: 'refreshToken', refreshToken: 'the token' };

function errorOf(credential: Record<string, unknown>): DestinationError {
	try {
		readSignIn(credential);
	} catch (error) {
		if (error instanceof DestinationError) return error;
		throw error;
	}
	throw new Error('It was not refused');
}

describe('My Domain', () => {
	it.each([
		[HOST, HOST],
		['contoso.my.salesforce.com', HOST],
		[` ${HOST}/ `, HOST],
		[`${HOST}/setup/page?x=1#y`, HOST],
		[
			'https://contoso--dev.sandbox.my.salesforce.com',
			'https://contoso--dev.sandbox.my.salesforce.com',
		],
		['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
		['http://localhost:8080', 'http://localhost:8080'],
		['http://[::1]:8080', 'http://[::1]:8080'],
	])('%s is %s', (myDomain, loginUrl) => {
		expect(readSignIn({ ...byClient, myDomain }).loginUrl).toBe(loginUrl);
	});

	it.each([
		['', /is missing/],
		['contoso', /not an address/],
		['https://', /not an address/],
		['http://contoso.my.salesforce.com', /not an https address/],
		['http://127.0.0.1.example', /not an https address/],
		['ftp://contoso.my.salesforce.com', /not an https address/],
		['javascript://contoso.example', /not an https address/],
		['https://kim:pass@contoso.my.salesforce.com', /user name or password/],
		['https://contoso.lightning.force.com', /user interface/],
		['https://contoso.my.salesforce-setup.com', /user interface/],
	])('%s is refused', (myDomain, said) => {
		const error = errorOf({ ...byClient, myDomain });
		expect(error).toMatchObject({
			code: 'configuration',
			message: expect.stringMatching(said),
		});
		expect(`${error.message} ${error.description}`).not.toContain('pass@');
	});
});

describe('a token', () => {
	it.each([
		HOST,
		'https://contoso--dev.sandbox.my.salesforce.com',
		'https://na139.salesforce.com',
		'https://contoso.my.salesforce.mil',
		'https://proxy.contoso.example',
	])('may be sent to %s', (instanceUrl) => {
		expect(mayHaveToken(instanceUrl, 'https://proxy.contoso.example')).toBe(true);
	});

	it.each([
		'',
		'contoso.my.salesforce.com',
		'http://contoso.my.salesforce.com',
		'https://salesforce.com.evil.example',
		'https://evilsalesforce.com',
		'https://evil.example/.salesforce.com',
		'https://evil.example#.salesforce.com',
		'https://contoso.my.salesforce.com@evil.example',
		'https://evil.example\\.salesforce.com',
		'https://kim@contoso.my.salesforce.com',
		'https://contoso.my.salesforce.com:8443',
		'http://127.0.0.1:80',
		'http://localhost',
		'https://127.0.0.1',
		'http://proxy.contoso.example',
	])('may not be sent to %s', (instanceUrl) => {
		expect(mayHaveToken(instanceUrl, 'https://proxy.contoso.example')).toBe(false);
	});

	it('may be sent to this machine only by whom it was asked of there', () => {
		expect(mayHaveToken('http://127.0.0.1:8080', 'http://127.0.0.1:8080')).toBe(true);
		expect(mayHaveToken('http://127.0.0.1:8081', 'http://127.0.0.1:8080')).toBe(false);
		expect(mayHaveToken('http://127.0.0.1:8080', HOST)).toBe(false);
	});
});

describe('a signed request', () => {
	it.each([
		['production', '', 'https://login.salesforce.com'],
		['sandbox', '', 'https://test.salesforce.com'],
		['myDomain', HOST, 'https://login.salesforce.com'],
		['myDomain', 'https://contoso--dev.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
		['myDomain', 'https://contoso--dev.my.salesforce.com', 'https://test.salesforce.com'],
		['myDomain', 'https://contoso.scratch.my.salesforce.com', 'https://test.salesforce.com'],
		['myDomain', 'https://contoso.my.sfcrmproducts.cn', 'https://contoso.my.sfcrmproducts.cn'],
		['myDomain', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
	])('for %s %s is for %s', async (environment, myDomain, audience) => {
		const { parameters } = readSignIn({ ...byJwt, environment, myDomain });
		const { assertion = '', grant_type } = await parameters();
		expect(grant_type).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
		expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256' });
		const { exp, ...claims } = decodeJwt(assertion);
		expect(claims).toEqual({ iss: 'key', sub: 'kim@contoso.example', aud: audience });
		const seconds = exp! - Date.now() / 1_000;
		expect(seconds).toBeGreaterThan(120);
		expect(seconds).toBeLessThanOrEqual(180);
	});

	it.each([
		['PKCS#8', PKCS8],
		['PKCS#1', PKCS1],
		['one line', PKCS8.replaceAll('\n', ' ')],
		['line breaks written out', PKCS8.replaceAll('\n', '\\n')],
		[
			'line breaks of Windows, and text around it',
			`Bag Attributes\r\n${PKCS8.replaceAll('\n', '\r\n')}`,
		],
	])('takes a key in %s', async (_, privateKey) => {
		const { parameters } = readSignIn({ ...byJwt, privateKey });
		expect(await parameters()).toMatchObject({ assertion: expect.stringMatching(/^ey/) });
	});

	const protectedKey = rsa
		.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
		.toString();
	const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
		.privateKey.export({ type: 'pkcs8', format: 'pem' })
		.toString();
	it.each([
		['', /Private Key is missing/],
		['not a key', /not a key in PEM/],
		['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /not a key in PEM/],
		[PKCS8.slice(0, 400), /not a key in PEM/],
		[PKCS8.replace(/\nMII.{40}/, `\n${'A'.repeat(43)}`), /can’t be read/],
		['-----BEGIN PRIVATE KEY-----\nsecret words\n-----END PRIVATE KEY-----', /can’t be read/],
		[protectedKey, /protected by a passphrase/],
		[
			PKCS1.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n').replace(
				',00',
				'',
			),
			/protected by a passphrase|not a key in PEM/,
		],
		[elliptic, /not an RSA key/],
	])('does not take the key %#', (privateKey, said) => {
		const error = errorOf({ ...byJwt, privateKey });
		expect(error).toMatchObject({
			code: 'configuration',
			message: expect.stringMatching(said),
		});
		for (const line of privateKey.split('\n').slice(1, 3)) {
			if (line.length > 10) expect(`${error.message}${error.description}`).not.toContain(line);
		}
	});
});

describe('a credential is refused', () => {
	it.each([
		['an unknown way', { authentication: 'magic' }, /"magic" is not a way to sign in/],
		['an unknown environment', { ...byJwt, environment: 'moon' }, /"moon" is not an environment/],
		['no key', { ...byClient, consumerKey: ' ' }, /Consumer Key is missing/],
		['no secret', { ...byClient, consumerSecret: '' }, /Consumer Secret is missing/],
		['no username', { ...byJwt, username: '' }, /Username is missing/],
		['no refresh token', { ...byRefresh, refreshToken: undefined }, /Refresh Token is missing/],
		['fields that are no text', { ...byClient, consumerKey: { a: 1 } }, /Consumer Key is missing/],
		['no field at all', {}, /My Domain is missing/],
	])('with %s', (_, credential, said) => {
		expect(errorOf(credential)).toMatchObject({
			code: 'configuration',
			message: expect.stringMatching(said),
		});
	});
});
