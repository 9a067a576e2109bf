import { explainEntraRefusal, readEntraApplication } from '../../../nodes/destinations/entra.ts';
import { BLAME } from '../../support/pollContract/refusal.ts';

const FIELDS = { tenantId: 'contoso.example', clientId: 'client', clientSecret: 'hush' };

const named = (name: string, message: string, fields: object = {}) =>
	Object.assign(new Error(message), { name, ...fields });

it.each([
	['7000215', /Client Secret is wrong/],
	['7000222', /Client Secret has expired/],
	['700016', /Client ID is not known/],
	['90002', /Tenant ID is not known/],
	['500011', /no service of this address/],
	['53003', /Conditional Access/],
	['99999999', /\(AADSTS99999999\)$/],
])('explains AADSTS%s and repeats nothing of it', (code, said) => {
	const error = named('AuthenticationError', `invalid_client: AADSTS${code}: hush was not it.`);
	const explained = explainEntraRefusal(error);
	expect(explained).toMatchObject({
		reason: 'authentication',
		httpCode: '401',
		message: expect.stringMatching(said),
		description: expect.stringMatching(/^[A-Z].{20,}\.$/),
	});
	expect(`${explained?.message} ${explained?.description}`).not.toMatch(BLAME);
	expect(JSON.stringify(explained)).not.toContain('hush');
});

it('knows what the SDK throws without a code, and leaves everything else alone', () => {
	for (const name of ['AuthenticationError', 'CredentialUnavailableError']) {
		const explained = explainEntraRefusal(named(name, 'hush', { statusCode: 503 }));
		expect(explained).toMatchObject({ httpCode: '503', retryAfter: undefined });
		expect(explained?.message).toMatch(/Entra did not give/);
	}
	expect(explainEntraRefusal(named('RestError', 'hush'))).toBeUndefined();
	expect(explainEntraRefusal('AuthenticationError')).toBeUndefined();
	expect(explainEntraRefusal(undefined)).toBeUndefined();
});

it('takes an authority of one’s own for a custom cloud only, and never in the open', () => {
	const custom = { ...FIELDS, cloud: 'custom' };
	const read = (authorityHost: string) => readEntraApplication({ ...custom, authorityHost });
	expect(read('https://login.contoso.example/').authorityHost).toBe(
		'https://login.contoso.example',
	);
	expect(readEntraApplication({ ...FIELDS, authorityHost: 'https://a.example' })).toMatchObject({
		cloud: 'public',
		authorityHost: undefined,
	});
	for (const bad of ['http://login.contoso.example', 'login', '', 'https://me:hush@a.example']) {
		expect(() => read(bad)).toThrow(/^The Authority Host/);
		expect(() => read(bad)).not.toThrow(/hush/);
	}
});

it.each([
	[{ tenantId: '' }, /Tenant ID is missing/],
	[{ tenantId: 'a/../b' }, /Tenant ID is neither/],
	[{ clientId: 5 }, /Client ID is missing/],
	[{ clientSecret: ' ' }, /Client Secret is missing/],
	[{ cloud: '__proto__' }, /cloud/],
])('refuses %j', (changes, said) => {
	expect(() => readEntraApplication({ ...FIELDS, ...changes })).toThrow(said);
});
