/**
 * Addresses, headers and options that a sender must not take.
 *
 * Hostile inputs: addresses without TLS, with another protocol, with a sign-in, or of no host; headers
 * that end themselves and begin another (CR, LF, NUL), that name what ends a request or says where it
 * goes, or hold characters that servers read differently; secrets in all of them.
 */
import { readEndpoint } from '../../../../../nodes/destinations/https/connection/endpoint';
import { https } from '../../../../../nodes/destinations/https';
import { DestinationError } from '../../../../../nodes/destinations/destinationError';
import { destinationInput } from '../../../../support/destinationInput.ts';
import { BLAME, expectNoSecret, errorOf } from '../../../../support/pollContract/errors.ts';
import { openWriter } from '../../../../support/openWriter';

const SECRET = 'a-secret-in-the-address';
const URL = `https://leads.contoso.example/api?code=${SECRET}`;

function refused(credential: Record<string, unknown>, options = {}): DestinationError {
	try {
		readEndpoint(credential, options);
	} catch (error) {
		if (!(error instanceof DestinationError)) throw error;
		expect(error.code).toBe('configuration');
		expect(error.message).toMatch(/^The [A-Z].{15,}[^.]$/);
		expect(error.description).toMatch(/^[A-Z].{20,}\.$/);
		expect(`${error.message} ${error.description}`).not.toMatch(BLAME);
		expectNoSecret(error, [SECRET]);
		return error;
	}
	throw new Error('It was not refused');
}

it.each([
	undefined,
	7,
	'',
	SECRET,
	`https://?${SECRET}`,
	`http://leads.contoso.example/${SECRET}`,
	`ftp://leads.contoso.example/${SECRET}`,
	`javascript:${SECRET}`,
	`file:///${SECRET}`,
	`https://kim:${SECRET}@leads.contoso.example/`,
	`https://kim@leads.contoso.example/${SECRET}`,
	`http://127.0.0.1.contoso.example/${SECRET}`,
	`http://localhost.contoso.example/${SECRET}`,
])('the address %j is refused, also where this machine is allowed', (endpointUrl) => {
	expect(refused({ endpointUrl }).message).toMatch(/^The Endpoint URL /);
	refused({ endpointUrl }, { allowHttpOnLocalhost: true });
});

it.each(['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:8080/x'])(
	'%s is taken where this machine is allowed, else the option is named',
	(address) => {
		const endpointUrl = `${address}?code=${SECRET}`;
		expect(readEndpoint({ endpointUrl }, { allowHttpOnLocalhost: true }).url.href).toBe(
			endpointUrl,
		);
		expect(refused({ endpointUrl }).description).toMatch(/Allow HTTP on Localhost/);
	},
);

it.each([
	['', SECRET, /has no name/],
	['Authorization', '', /Value is missing/],
	['Author ization', SECRET, /not the name/],
	['Authorization:', SECRET, /not the name/],
	['X-A\r\nX-B', SECRET, /not the name/],
	['X-Ключ', SECRET, /not the name/],
	['x'.repeat(101), SECRET, /not the name/],
	['Content-Type', SECRET, /sets itself/],
	['content-length', SECRET, /sets itself/],
	['HOST', SECRET, /sets itself/],
	['Transfer-Encoding', SECRET, /sets itself/],
	['Idempotency-Key', SECRET, /sets itself/],
	['Proxy-Authorization', SECRET, /sets itself/],
	['X-Key', `${SECRET}\r\nX-Other: y`, /not one a header can have/],
	['X-Key', `${SECRET}\n`.repeat(2), /not one a header can have/],
	['X-Key', `${SECRET}\0x`, /not one a header can have/],
	['X-Key', `${SECRET}é`, /not one a header can have/],
	['X-Key', SECRET.repeat(400), /not one a header can have/],
])('the header %j: %j is refused', (headerName, headerValue, said) => {
	expect(refused({ endpointUrl: URL, headerName, headerValue }).message).toMatch(said);
});

it('a header may be left out, or be any other', () => {
	expect(readEndpoint({ endpointUrl: URL, headerName: ' ', headerValue: '' }).headers).toEqual({});
	const header = { headerName: 'Authorization', headerValue: ` Bearer ${SECRET} ` };
	expect(readEndpoint({ endpointUrl: URL, ...header }).headers).toEqual({
		Authorization: `Bearer ${SECRET}`,
	});
	const endpoint = readEndpoint({ endpointUrl: URL, headerName: '__proto__', headerValue: 'x' });
	expect(Object.entries(endpoint.headers)).toEqual([['__proto__', 'x']]);
});

it.each(['true', 1, null, {}])(
	'the option Allow HTTP on Localhost of %j is refused',
	async (value) => {
		const options = { allowHttpOnLocalhost: value };
		const input = destinationInput({ endpointUrl: URL }, {}, { options });
		expect(await errorOf(openWriter(https.writing, input))).toMatchObject({
			code: 'configuration',
			message: 'Allow HTTP on Localhost is neither on nor off',
		});
	},
);
