import { createPrivateKey, type KeyObject } from 'node:crypto';
import { quote } from '../../../lead/text';
import { configurationError, isPlainLoopback } from '../../addresses';
import { textField } from '../../input';

/** Seconds. Salesforce wants an assertion to end within minutes; clocks differ by seconds. */
const ASSERTION_LIFE = 180;

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const PRODUCTION = 'https://login.salesforce.com';
const SANDBOX = 'https://test.salesforce.com';

/**
 * Hosts that are Salesforce's own: a token may be sent to them whatever address it was asked at.
 * https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm
 */
const SALESFORCE_HOST = /\.(salesforce\.com|force\.com|salesforce\.mil|sfcrmproducts\.cn)$/i;

/** One of the ways to get a token, ready to be asked for. */
export interface SignIn {
	readonly authentication: 'clientCredentials' | 'jwtBearer' | 'refreshToken';
	/** Scheme and host of the token endpoint. */
	readonly loginUrl: string;
	/** What the token endpoint is sent; a signed request is good for minutes. */
	parameters(): Promise<TokenRequest>;
}

export interface TokenRequest {
	grant_type: string;
	[name: string]: string;
}

/**
 * Reads the credential's fields.
 *
 * @throws DestinationError with the code `configuration` that names the field to correct
 */
export function readSignIn(credential: Record<string, unknown>): SignIn {
	const authentication = textField(credential, 'authentication') || 'clientCredentials';
	switch (authentication) {
		case 'clientCredentials':
			return byClientCredentials(credential);
		case 'jwtBearer':
			return byJwt(credential);
		case 'refreshToken':
			return byRefreshToken(credential);
		default:
			throw configurationError(
				`${quote(authentication)} is not a way to sign in to Salesforce`,
				'Choose one of the ways listed under Authentication in the credential.',
			);
	}
}

/**
 * Whether a token may be sent to a host: by TLS to Salesforce, or to the very address that gave it
 * out. A token is worth the whole organisation, and only a response says where it goes.
 */
export function mayHaveToken(instanceUrl: string, loginUrl: string): boolean {
	const url = URL.parse(instanceUrl);
	if (!url || url.username !== '' || url.password !== '') return false;
	if (url.origin === loginUrl) return true;
	return url.protocol === 'https:' && url.port === '' && SALESFORCE_HOST.test(url.hostname);
}

/** Where a person signed in whose token n8n keeps. @throws DestinationError as above */
export function browserLoginUrl(credential: Record<string, unknown>): string {
	return environment(credential);
}

function byClientCredentials(credential: Record<string, unknown>): SignIn {
	// At login.salesforce.com Salesforce can't tell whose client it is, and does not accept it.
	const loginUrl = myDomain(credential);
	const client = clientOf(credential);
	return {
		authentication: 'clientCredentials',
		loginUrl,
		parameters: async () => await Promise.resolve({ grant_type: 'client_credentials', ...client }),
	};
}

function byRefreshToken(credential: Record<string, unknown>): SignIn {
	const loginUrl = environment(credential);
	const client = clientOf(credential);
	const token = required(credential, 'refreshToken', 'Refresh Token');
	return {
		authentication: 'refreshToken',
		loginUrl,
		parameters: async () =>
			await Promise.resolve({ grant_type: 'refresh_token', refresh_token: token, ...client }),
	};
}

function byJwt(credential: Record<string, unknown>): SignIn {
	const loginUrl = environment(credential);
	const consumerKey = required(credential, 'consumerKey', 'Consumer Key');
	const username = required(credential, 'username', 'Username');
	const key = privateKey(required(credential, 'privateKey', 'Private Key'));
	return {
		authentication: 'jwtBearer',
		loginUrl,
		async parameters() {
			const { SignJWT } = await import('../../../vendor/jose');
			const assertion = await new SignJWT()
				.setProtectedHeader({ alg: 'RS256' })
				.setIssuer(consumerKey)
				.setSubject(username)
				.setAudience(audienceOf(loginUrl))
				.setExpirationTime(Math.floor(Date.now() / 1_000) + ASSERTION_LIFE)
				.sign(key);
			return { grant_type: JWT_GRANT, assertion };
		},
	};
}

function clientOf(credential: Record<string, unknown>): {
	client_id: string;
	client_secret: string;
} {
	return {
		client_id: required(credential, 'consumerKey', 'Consumer Key'),
		client_secret: required(credential, 'consumerSecret', 'Consumer Secret'),
	};
}

function required(credential: Record<string, unknown>, name: string, label: string): string {
	const value = textField(credential, name);
	if (value !== '') return value;
	throw configurationError(`The ${label} is missing`, `Fill in ${label} in the credential.`);
}

/** Whom a signed request is for: Salesforce names its two login hosts, not the organisation's. */
function audienceOf(loginUrl: string): string {
	const { hostname } = new URL(loginUrl);
	if (!hostname.endsWith('.salesforce.com')) return loginUrl;
	const isSandbox = hostname === 'test.salesforce.com' || /\.(sandbox|scratch)\.|--/.test(hostname);
	return isSandbox ? SANDBOX : PRODUCTION;
}

function environment(credential: Record<string, unknown>): string {
	const chosen = textField(credential, 'environment') || 'production';
	switch (chosen) {
		case 'production':
			return PRODUCTION;
		case 'sandbox':
			return SANDBOX;
		case 'myDomain':
			return myDomain(credential);
		default:
			throw configurationError(
				`${quote(chosen)} is not an environment of Salesforce`,
				'Choose one of those listed under Environment in the credential.',
			);
	}
}

const MY_DOMAIN_HELP =
	'Copy Current My Domain URL from Setup, My Domain: it looks like https://contoso.my.salesforce.com.';

function myDomain(credential: Record<string, unknown>): string {
	return readMyDomain(required(credential, 'myDomain', 'My Domain'));
}

/** Scheme and host of an organisation's own address. @throws DestinationError */
export function readMyDomain(text: string): string {
	const url = URL.parse(text.includes('://') ? text : `https://${text}`);
	if (!url || !url.hostname.replace(/^\[.*\]$/, 'a.b').match(/\.|^localhost$/)) {
		throw configurationError('My Domain is not an address', MY_DOMAIN_HELP);
	}
	if (url.protocol !== 'https:' && !isPlainLoopback(url)) {
		throw configurationError('My Domain is not an https address', MY_DOMAIN_HELP);
	}
	if (url.username !== '' || url.password !== '') {
		throw configurationError('My Domain holds a user name or password', MY_DOMAIN_HELP);
	}
	// Where people work, not where programs do: tokens are not given out there.
	if (/\.(lightning\.force|my\.salesforce-setup)\.com$/i.test(url.hostname)) {
		throw configurationError('My Domain is the address of the user interface', MY_DOMAIN_HELP);
	}
	return url.origin;
}

/**
 * The key out of its PEM text. A field of a form may have taken the line breaks for spaces or for
 * the letters \n.
 */
function privateKey(text: string): KeyObject {
	const pem = /-----BEGIN ((?:RSA |ENCRYPTED )?PRIVATE KEY)-----([^-]+)-----END \1-----/.exec(text);
	const [, label = '', body = ''] = pem ?? [];
	if (label === '') {
		throw configurationError(
			'The Private Key is not a key in PEM',
			'Paste the whole file, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----; a certificate is not it.',
		);
	}
	if (label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')) {
		throw configurationError(
			'The Private Key is protected by a passphrase',
			'Take the passphrase off, as in openssl pkey -in protected.key -out server.key.',
		);
	}
	const base64 = body.replace(/\\[nr]|\s/g, '');
	const lines = base64.match(/.{1,64}/g) ?? [];
	const clean = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
	let key: KeyObject | undefined;
	try {
		key = createPrivateKey(clean);
	} catch {
		// What the library says of it could quote the key.
		key = undefined;
	}
	if (key?.asymmetricKeyType === 'rsa') return key;
	throw configurationError(
		key ? 'The Private Key is not an RSA key' : 'The Private Key can’t be read',
		'Paste the whole file of the RSA key whose certificate the app has.',
	);
}
