import type { AuthenticationMethod } from '../../../nodes/MarketplaceLeadTrigger/authentication';
import { isAuthorized, secretsMatch } from '../../../nodes/MarketplaceLeadTrigger/authentication';

const SECRET = 'c0ffee00c0ffee00c0ffee00';
const EXPECTED = { secret: SECRET, user: 'marketplace' };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const allowed = (
	method: AuthenticationMethod,
	{ query = {}, headers = {} }: { query?: unknown; headers?: unknown },
	expected: object = EXPECTED,
) => isAuthorized(method, { query, headers }, expected);

describe('secretsMatch', () => {
	it('tells equal from unequal, of any length', () => {
		expect(secretsMatch(SECRET, SECRET)).toBe(true);
		expect(secretsMatch(SECRET.slice(1), SECRET)).toBe(false);
		expect(secretsMatch(`${SECRET}0`, SECRET)).toBe(false);
		expect(secretsMatch(SECRET.toUpperCase(), SECRET)).toBe(false);
		expect(secretsMatch('', SECRET)).toBe(false);
	});

	it('lets nobody in by an empty secret', () => {
		expect(secretsMatch('', '')).toBe(false);
		expect(secretsMatch(undefined, undefined)).toBe(false);
	});
});

describe('shared secret', () => {
	it('is taken from the query, as Partner Center sends it', () => {
		expect(allowed('sharedSecret', { query: { code: SECRET } })).toBe(true);
		expect(allowed('sharedSecret', { query: { code: 'guess' } })).toBe(false);
	});

	it('is taken from the header', () => {
		expect(allowed('sharedSecret', { headers: { 'x-lead-secret': SECRET } })).toBe(true);
		expect(allowed('sharedSecret', { headers: { 'x-lead-secret': 'guess' } })).toBe(false);
	});

	it('has to be right wherever it is given', () => {
		const headers = { 'x-lead-secret': SECRET };
		expect(allowed('sharedSecret', { query: { code: SECRET }, headers })).toBe(true);
		expect(allowed('sharedSecret', { query: { code: 'guess' }, headers })).toBe(false);
	});

	it('is missing', () => {
		expect(allowed('sharedSecret', {})).toBe(false);
		expect(
			allowed('sharedSecret', { headers: { authorization: basic(`marketplace:${SECRET}`) } }),
		).toBe(false);
	});
});

describe('basic authentication', () => {
	it.each([
		['user and secret', basic(`marketplace:${SECRET}`), true],
		['scheme in other case', basic(`marketplace:${SECRET}`).replace('Basic', 'bASIC'), true],
		['another user', basic(`someone:${SECRET}`), false],
		['another secret', basic('marketplace:guess'), false],
		['no colon', basic('marketplace'), false],
		['no user', basic(`:${SECRET}`), false],
		['nothing after the scheme', 'Basic ', false],
		['another scheme', `Bearer ${SECRET}`, false],
		['no base64', 'Basic %%%', false],
	])('%s', (_name, authorization, expected) => {
		expect(allowed('basicAuth', { headers: { authorization } })).toBe(expected);
	});

	it('keeps colons and other scripts in a secret', () => {
		const secret = 'päss:wörd:☃';
		const headers = { authorization: basic(`marketplace:${secret}`) };
		expect(allowed('basicAuth', { headers }, { user: 'marketplace', secret })).toBe(true);
	});

	it('does not take the secret from the query', () => {
		expect(allowed('basicAuth', { query: { code: SECRET } })).toBe(false);
	});
});

describe('none', () => {
	it('lets everyone in', () => {
		expect(allowed('none', {}, {})).toBe(true);
	});
});
