import { readAccount } from '../../../../../nodes/destinations/marketo/connection/account.ts';
import { DestinationError } from '../../../../../nodes/destinations/destinationError.ts';

const signIn = { clientId: 'client', clientSecret: 'kept-secret' };
const byId = (munchkinId: unknown) => ({ ...signIn, munchkinId });
const byEndpoint = (endpoint: unknown) => ({ ...signIn, address: 'endpoint', endpoint });

describe('the address of an instance', () => {
	it.each([
		['a Munchkin ID', byId('123-ABC-456'), 'https://123-abc-456.mktorest.com'],
		[
			'one in small letters, with white space',
			byId(' 123-abc-456\n'),
			'https://123-abc-456.mktorest.com',
		],
		[
			'the REST endpoint',
			byEndpoint('https://123-ABC-456.mktorest.com/rest'),
			'https://123-abc-456.mktorest.com',
		],
		[
			'the identity endpoint',
			byEndpoint('https://123-ABC-456.mktorest.com/identity/'),
			'https://123-abc-456.mktorest.com',
		],
		[
			'a host alone',
			byEndpoint('https://123-abc-456.mktorest.com'),
			'https://123-abc-456.mktorest.com',
		],
		[
			'a path before it',
			byEndpoint('https://api.contoso.example/marketo/rest/'),
			'https://api.contoso.example/marketo',
		],
		['this machine', byEndpoint('http://127.0.0.1:8080/rest'), 'http://127.0.0.1:8080'],
		['this machine by name', byEndpoint('http://localhost:8080'), 'http://localhost:8080'],
	])('is made of %s', (_, credential, url) => {
		expect(readAccount(credential)).toEqual({ url, ...signIn });
	});

	it.each<[string, Record<string, unknown>, RegExp]>([
		['an empty Munchkin ID', byId(''), /Munchkin ID/],
		['none', signIn, /Munchkin ID/],
		['one that is no text', byId(123), /Munchkin ID/],
		['a host in its place', byId('123-ABC-456.mktorest.com'), /Munchkin ID/],
		['one that leads elsewhere', byId('evil.example/123-ABC-456'), /Munchkin ID/],
		['two lines', byId('123-ABC-456\n123-ABC-457'), /Munchkin ID/],
		['an empty endpoint', byEndpoint(''), /Endpoint is not an address/],
		['an endpoint without https', byEndpoint('123-ABC-456.mktorest.com/rest'), /not an/],
		['one in the open', byEndpoint('http://123-ABC-456.mktorest.com/rest'), /https/],
		['one that looks local', byEndpoint('http://127.0.0.1.example/rest'), /https/],
		['one with a user', byEndpoint('https://me:pass@123-ABC-456.mktorest.com'), /user name/],
		['another protocol', byEndpoint('file:///etc/passwd'), /https/],
		['no client ID', { ...byId('123-ABC-456'), clientId: ' ' }, /Client ID is missing/],
		['no client secret', { ...byId('123-ABC-456'), clientSecret: '' }, /Client Secret is missing/],
		['another address', { ...signIn, address: 'moon' }, /"moon"/],
	])('is not made of %s', (_, credential, said) => {
		let error: unknown;
		try {
			readAccount(credential);
		} catch (thrown) {
			error = thrown;
		}
		expect(error).toBeInstanceOf(DestinationError);
		expect(error).toMatchObject({ code: 'configuration', message: expect.stringMatching(said) });
		expect(JSON.stringify(error)).not.toContain('kept-secret');
		expect(JSON.stringify(error)).not.toContain('pass@');
	});
});
