/**
 * Hostile inputs:
 * - the secret as a list, an object, a number, nested as qs parses `code[]=` and `code[x]=`
 * - values on the prototype, `__proto__` and `constructor` keys, objects without a prototype
 * - megabytes for a secret; lone surrogates, NUL, look-alike characters
 * - headers given twice, as Node joins them; basic authentication with a megabyte of base64
 * - a credential that was never filled in, or holds something other than text
 * - guesses that share ever more of the secret
 */
import crypto from 'node:crypto';

import { isAuthorized, secretsMatch } from '../../../nodes/MarketplaceLeadTrigger/authentication';

const SECRET = 'c0ffee00c0ffee00c0ffee00';
const MEGABYTE = 1024 * 1024;

describe('what is no text never matches', () => {
	const shapes: Array<[string, unknown]> = [
		['a list of the secret', [SECRET]],
		['a list of the secret twice', [SECRET, SECRET]],
		['a list that begins with the secret', [SECRET, 'x']],
		['an object', { 0: SECRET, length: 1 }],
		['an object that says it is the secret', { toString: () => SECRET, valueOf: () => SECRET }],
		['a boxed text', Object(SECRET)],
		['a number', 0],
		['true', true],
		['null', null],
	];

	it.each(shapes)('%s as the query parameter', (_name, code) => {
		const request = { query: { code }, headers: {} };
		expect(isAuthorized('sharedSecret', request, { secret: SECRET })).toBe(false);
		// Nor does a right header make up for it.
		const both = { query: { code }, headers: { 'x-lead-secret': SECRET } };
		expect(isAuthorized('sharedSecret', both, { secret: SECRET })).toBe(false);
	});

	it.each(shapes)('%s as the stored secret', (_name, secret) => {
		const request = { query: { code: SECRET }, headers: {} };
		expect(isAuthorized('sharedSecret', request, { secret })).toBe(false);
	});

	it('a list as the authorization header', () => {
		const authorization = [`Basic ${Buffer.from(`u:${SECRET}`).toString('base64')}`];
		const request = { query: {}, headers: { authorization } };
		expect(isAuthorized('basicAuth', request, { user: 'u', secret: SECRET })).toBe(false);
	});
});

describe('prototypes', () => {
	it('are not looked at', () => {
		const inherited: unknown = Object.create({ code: SECRET, 'x-lead-secret': SECRET });
		const request = { query: inherited, headers: inherited };
		expect(isAuthorized('sharedSecret', request, { secret: SECRET })).toBe(false);
		const polluted = JSON.parse(`{"__proto__": {"code": "${SECRET}"}}`) as unknown;
		expect(isAuthorized('sharedSecret', { query: polluted, headers: {} }, { secret: SECRET })).toBe(
			false,
		);
	});

	it('may be missing', () => {
		const query = Object.assign(Object.create(null) as object, { code: SECRET });
		expect(isAuthorized('sharedSecret', { query, headers: {} }, { secret: SECRET })).toBe(true);
	});

	it.each([undefined, null, 'text', 7, [], () => SECRET])(
		'%p in place of query and headers',
		(it) => {
			for (const method of ['sharedSecret', 'basicAuth'] as const) {
				expect(isAuthorized(method, { query: it, headers: it }, { secret: SECRET })).toBe(false);
			}
		},
	);
});

describe('unusual text', () => {
	it.each([
		['a megabyte', 'x'.repeat(MEGABYTE)],
		['the secret and a megabyte', SECRET + 'x'.repeat(MEGABYTE)],
		['a lone surrogate', `${SECRET}\ud800`],
		['NUL behind the secret', `${SECRET}\0`],
		['a full-width look-alike', SECRET.replace('c', '\uff43')],
		['white space around', ` ${SECRET} `],
		['a header given twice', `${SECRET}, ${SECRET}`],
	])('%s', (_name, guess) => {
		const request = { query: {}, headers: { 'x-lead-secret': guess } };
		expect(isAuthorized('sharedSecret', request, { secret: SECRET })).toBe(false);
	});

	it('a megabyte of basic authentication', () => {
		for (const filling of ['A', '=', ' ', ':']) {
			const authorization = `Basic ${filling.repeat(MEGABYTE)}`;
			const request = { query: {}, headers: { authorization } };
			expect(isAuthorized('basicAuth', request, { user: 'u', secret: SECRET })).toBe(false);
		}
	});
});

describe('a credential that was never filled in', () => {
	it.each([{}, { secret: '' }, { secret: '', user: '' }, { secret: undefined, user: undefined }])(
		'%p',
		(expected) => {
			for (const code of [undefined, '', 'undefined', 'null']) {
				const authorization = `Basic ${Buffer.from(`${code ?? ''}:${code ?? ''}`).toString('base64')}`;
				const request = { query: { code }, headers: { authorization, 'x-lead-secret': code } };
				expect(isAuthorized('sharedSecret', request, expected)).toBe(false);
				expect(isAuthorized('basicAuth', request, expected)).toBe(false);
			}
		},
	);
});

describe('time', () => {
	it('does not grow with how much of a guess is right', () => {
		const compare = jest.spyOn(crypto, 'timingSafeEqual');
		const guesses = [
			'',
			'x',
			`x${SECRET.slice(1)}`,
			`${SECRET.slice(0, -1)}x`,
			SECRET,
			's'.repeat(MEGABYTE),
		];
		for (const guess of guesses) secretsMatch(guess, SECRET);
		// Node's comparison takes its time by the length alone, and that is always the same.
		expect(compare).toHaveBeenCalledTimes(guesses.length);
		expect(new Set(compare.mock.calls.flat().map(({ byteLength }) => byteLength))).toEqual(
			new Set([32]),
		);
		compare.mockRestore();
	});
});
