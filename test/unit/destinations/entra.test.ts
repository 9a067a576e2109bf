import {
	isOfAuthority,
	explainEntraError,
	readEntraApplication,
} from '../../../nodes/destinations/entra.ts';
import type { DestinationError } from '../../../nodes/destinations/destinationError.ts';
import { BLAME } from '../../support/pollContract/errors.ts';

const FIELDS = { tenantId: 'contoso.example', clientId: 'client', clientSecret: 'hush' };

/** As Entra says it: the text quotes what was sent. */
const said = (code: string) =>
	JSON.stringify({ error: 'x', error_description: `AADSTS${code}: hush was not it.` });

function expectHelpful(explained: DestinationError): void {
	expect(explained.message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(explained.description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${explained.message} ${explained.description}`).not.toMatch(BLAME);
	expect(JSON.stringify(explained)).not.toContain('hush');
}

it.each([
	['7000215', /Client Secret is wrong/],
	['7000222', /Client Secret has expired/],
	['7000218', /Client Secret is missing/],
	['700016', /Client ID is not known in this tenant/],
	['7000229', /application is not in this tenant/],
	['90002', /Tenant ID is not known/],
	['900023', /Tenant ID is invalid/],
	['90038', /another cloud/],
	['500011', /no service with this address/],
	['53003', /Conditional Access/],
	['65001', /lacks an administrator’s consent/],
	['501051', /not assigned to the service/],
	['7000112', /application is disabled/],
	['99999999', /\(AADSTS99999999\)$/],
])('explains AADSTS%s and repeats nothing of it', (code, message) => {
	const explained = explainEntraError(undefined, { status: 401, body: said(code) });
	expect(explained).toMatchObject({
		code: 'authentication',
		httpCode: '401',
		retryAfter: undefined,
		message: expect.stringMatching(message),
	});
	expectHelpful(explained);
	// The SDK can have the text where the response is not known.
	const error = new Error(`invalid_client: AADSTS${code}: hush was not it.`);
	expect(explainEntraError(error, {}).message).toBe(explained.message);
});

it.each(['contoso', '11111111-2222-3333-4444-555555555555', `${'a'.repeat(245)}.example`])(
	'takes the tenant %s',
	(tenantId) => {
		expect(readEntraApplication({ ...FIELDS, tenantId })).toMatchObject({ tenantId });
	},
);

it.each(['contoso/../other', 'two words', 'a'.repeat(100_000)])(
	'does not take for a tenant what is none, nor repeat it: %.20s',
	(tenantId) => {
		expect(() => readEntraApplication({ ...FIELDS, tenantId })).toThrow(
			/^The Tenant ID is neither a GUID nor a domain name$/,
		);
	},
);

it.each([
	[{ status: 429, retryAfter: 60_000 }, 60_000, '429'],
	[{ status: 429, body: said('90055') }, 60_000, '429'],
	[{ status: 429, body: '<html>hush</html>', retryAfter: 5_000 }, 5_000, '429'],
	// By its code only: Entra's status is not always the one that clients expect.
	[{ status: 400, body: said('50196'), retryAfter: 0 }, 0, '400'],
	[{ status: 400, body: said('90055') }, 60_000, '400'],
])('takes %j for throttling, never for a wrong credential', (seen, retryAfter, httpCode) => {
	const explained = explainEntraError(new Error('hush'), seen);
	expect(explained).toMatchObject({ code: 'throttled', retryAfter, httpCode });
	expect(explained.message).toMatch(/throttling/);
	expect(explained.description).toMatch(/nothing about the credential/);
	expectHelpful(explained);
});

it.each([
	[{ status: 500 }, /not available/, 0],
	[{ status: 503, retryAfter: 7_000 }, /not available/, 7_000],
	[{ status: 504, body: '<html>hush</html>' }, /not available/, 0],
	[{ status: 400, body: said('90033') }, /not available/, 0],
	[{ code: 'ECONNREFUSED' }, /Entra could not be reached \(ECONNREFUSED\)/, 0],
	[{ code: 'ECONNRESET', status: 200 }, /Entra could not be reached/, 0],
	[{ code: 'ENOTFOUND' }, /host of Entra is not known/, undefined],
	[{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /certificate of Entra/, undefined],
	[{ status: 407 }, /proxy on the way to Entra/, undefined],
	[{ status: 403, body: '<html>hush</html>' }, /Unexpected response from Entra/, undefined],
	[{ status: 200, body: '{}' }, /Unexpected response from Entra/, undefined],
	[{}, /Unexpected response from Entra/, undefined],
])('takes %j for trouble on the way, never for a wrong credential', (seen, message, retryAfter) => {
	const explained = explainEntraError(new Error('hush'), seen);
	const code = /^Unexpected/.test(explained.message) ? 'unexpectedResponse' : 'unreachable';
	// Nothing was sent for which it signs in.
	expect(explained).toMatchObject({ code, operation: 'signIn', mayBeDone: false, retryAfter });
	expect(explained.message).toMatch(message);
	expectHelpful(explained);
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
	for (const bad of [
		'http://login.contoso.example',
		'http://127.0.0.1:8080',
		'login',
		'',
		'https://me:hush@a.example',
	]) {
		expect(() => read(bad)).toThrow(/^The Authority Host/);
		expect(() => read(bad)).not.toThrow(/hush/);
	}
});

describe('the Client Secret', () => {
	const PUBLIC = 'https://login.microsoftonline.com';

	it.each([
		[`${PUBLIC}/tenant/oauth2/v2.0/token`, PUBLIC],
		['https://login.microsoft.com/t', PUBLIC],
		['https://westeurope.login.microsoft.com/t', PUBLIC],
		['https://login.partner.microsoftonline.cn/t', 'https://login.chinacloudapi.cn'],
		['https://login.microsoftonline.us/t', undefined],
		['https://login.contoso.com/adfs/oauth2/token', 'https://login.contoso.com/adfs'],
	])('goes to %s for %s', (address, authority) => {
		expect(isOfAuthority(address, authority)).toBe(true);
	});

	it.each([
		['https://evil.example/t', PUBLIC],
		['https://login.microsoftonline.com.evil.example/t', PUBLIC],
		['https://evillogin.microsoft.com/t', PUBLIC],
		['https://a.b.login.microsoft.com/t', PUBLIC],
		['http://login.microsoftonline.com/t', PUBLIC],
		['https://login.microsoftonline.com:444/t', PUBLIC],
		[`${PUBLIC}/t`, 'https://login.contoso.com'],
		['https://sub.login.contoso.com/t', 'https://login.contoso.com'],
		['https://login.contoso.com:8443/t', 'https://login.contoso.com'],
		['no address', PUBLIC],
	])('does not go to %s for %s', (address, authority) => {
		expect(isOfAuthority(address, authority)).toBe(false);
	});
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
