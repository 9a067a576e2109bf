import { inspect } from 'node:util';

import fc from 'fast-check';

import { openAccount } from '../../../../../nodes/destinations/azureTable/connection/account';
import { azureTable } from '../../../../../nodes/destinations/azureTable';
import { DestinationError } from '../../../../../nodes/destinations/destinationError';
import { destinationInput } from '../../../../support/destinationInput.ts';

const KEY = Buffer.from('only for tests, and long enough to look like one').toString('base64');
const SIG = 'c2lnbmF0dXJl%2BvZg%3D%3D';
const SAS = `sv=2019-02-02&ss=t&srt=sco&sp=rl&se=2099-01-01T00%3A00%3A00Z&sig=${SIG}`;
const URL_OF = 'https://contosoleads.table.core.windows.net';

const byString = (connectionString: string) => ({
	authentication: 'connectionString',
	connectionString,
});
const byKey = (fields: object = {}) => ({
	authentication: 'accountKey',
	accountName: 'contosoleads',
	accountKey: KEY,
	...fields,
});
const bySas = (sasUrl: string) => ({ authentication: 'sas', sasUrl });
const byEntra = (fields: object = {}) => ({
	authentication: 'entra',
	accountName: 'contosoleads',
	tenantId: 'contoso.onmicrosoft.com',
	clientId: '7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
	clientSecret: 'kept~secret',
	...fields,
});
const portalString = (rest = 'EndpointSuffix=core.windows.net') =>
	byString(`DefaultEndpointsProtocol=https;AccountName=contosoleads;AccountKey=${KEY};${rest}`);

async function errorOf(credential: Record<string, unknown>): Promise<DestinationError> {
	const error = await openAccount(credential).then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).toBeInstanceOf(DestinationError);
	return error as DestinationError;
}

describe('the address of an account', () => {
	it.each<[string, Record<string, unknown>, string]>([
		['a connection string', portalString(), URL_OF],
		['one without a suffix', portalString(''), URL_OF],
		[
			'one of China',
			portalString('EndpointSuffix=core.chinacloudapi.cn'),
			'https://contosoleads.table.core.chinacloudapi.cn',
		],
		[
			'one with an endpoint',
			portalString('TableEndpoint=https://leads.contoso.example/x/'),
			'https://leads.contoso.example/x',
		],
		['one with a SAS', byString(`SharedAccessSignature=?${SAS};TableEndpoint=${URL_OF}/;`), URL_OF],
		[
			'the development storage',
			byString('UseDevelopmentStorage=true'),
			'http://127.0.0.1:10002/devstoreaccount1',
		],
		['a key', byKey(), URL_OF],
		['a key of Azure', byKey({ cloud: 'public' }), URL_OF],
		[
			'a key of Azure US Government',
			byKey({ cloud: 'usGovernment' }),
			'https://contosoleads.table.core.usgovcloudapi.net',
		],
		[
			'a key of Azure China',
			byKey({ cloud: 'china' }),
			'https://contosoleads.table.core.chinacloudapi.cn',
		],
		[
			'a key of another cloud',
			byKey({ cloud: 'custom', tableEndpoint: ' https://Contoso.Table.Local/ ' }),
			'https://contoso.table.local',
		],
		['a SAS', bySas(`${URL_OF}/?${SAS}`), URL_OF],
		['a SAS without a slash', bySas(`${URL_OF}?${SAS}`), URL_OF],
		['a SAS of a table', bySas(`${URL_OF}/MarketplaceLeads?${SAS}&tn=marketplaceleads`), URL_OF],
		['a SAS of a table, without its name', bySas(`${URL_OF}/?${SAS}&tn=MarketplaceLeads`), URL_OF],
		['an application', byEntra(), URL_OF],
		[
			'an application of Azure China',
			byEntra({ cloud: 'china' }),
			'https://contosoleads.table.core.chinacloudapi.cn',
		],
	])('is found by %s', async (_, credential, url) => {
		const account = await openAccount(credential);
		expect(account.url).toBe(url);
		expect(account.service().url).toContain(url);
		expect(account.table('Leads').tableName).toBe('Leads');
		expect(account.table('Leads').url).toContain(url);
	});

	it('makes the identity of a table the same, however one signs in', async () => {
		const identities = await Promise.all(
			[portalString(), byKey(), bySas(`${URL_OF}/?${SAS}`), byEntra()].map(async (credential) => {
				const input = destinationInput(credential, { table: 'MarketplaceLeads' });
				const { identity } = await azureTable.reading!.open(input);
				return identity;
			}),
		);
		expect(new Set(identities).size).toBe(1);
		expect(identities[0]).toBe(JSON.stringify(['azureTable', URL_OF, 'marketplaceleads']));
	});

	it('is for one table where the SAS is', async () => {
		const one = await openAccount(bySas(`${URL_OF}/Leads?${SAS}&tn=leads`));
		expect(one.onlyTable).toBe('leads');
		expect((await openAccount(bySas(`${URL_OF}/?${SAS}`))).onlyTable).toBeUndefined();
		expect((await openAccount(portalString())).onlyTable).toBeUndefined();
	});

	it('may be http on this machine only, however one signs in', async () => {
		for (const host of ['localhost', '127.0.0.1', '[::1]']) {
			const url = `http://${host}:10002/devstoreaccount1`;
			expect((await openAccount(bySas(`${url}?${SAS}`))).url).toBe(url);
			const byAccountKey = byKey({ cloud: 'custom', tableEndpoint: url });
			expect((await openAccount(byAccountKey)).url).toBe(url);
		}
		const endpoint = 'http://azurite:10002/devstoreaccount1';
		for (const elsewhere of [
			byKey({ cloud: 'custom', tableEndpoint: endpoint }),
			{
				connectionString: `AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=${endpoint}`,
			},
			{ connectionString: 'DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=a2V5' },
		]) {
			await expect(openAccount(elsewhere)).rejects.toThrow('is not an https address');
		}
	});
});

describe('a credential is refused', () => {
	it.each<[string, Record<string, unknown>, RegExp]>([
		['that is empty', {}, /connection string is empty/],
		['whose fields are no text', { ...byKey(), accountKey: 5 }, /account key is missing/],
		['whose fields are inherited', Object.create(portalString()), /connection string is empty/],
		[
			'of a way to sign in that is none',
			{ authentication: '__proto__' },
			/"__proto__" is not a way/,
		],
		['of a cloud that is none', byKey({ cloud: 'constructor' }), /cloud/],
		['of a cloud that is none', byEntra({ cloud: '__proto__' }), /cloud/],
		['with an account name too short', byKey({ accountName: 'ab' }), /account name/],
		['with an account name too long', byKey({ accountName: 'a'.repeat(25) }), /account name/],
		[
			'with an account name that leads elsewhere',
			byKey({ accountName: 'a.evil/?' }),
			/account name/,
		],
		['with a SAS of no address', bySas(SAS), /SAS URL is not an address/],
		['with an empty signature’s name', bySas(`${URL_OF}/?sv=1&signature=x`), /no signature/],
		['with a SAS in the open', bySas(`http://10.0.0.1/?${SAS}`), /SAS URL is not an https address/],
		['with a SAS in a file', bySas(`file:///etc/?${SAS}`), /SAS URL is not an https address/],
		[
			'with a password in it',
			bySas(`https://u:p@contoso.example/?${SAS}`),
			/user name or password/,
		],
		[
			'with an application in the open',
			byEntra({ cloud: 'custom', tableEndpoint: 'http://x.example', authorityHost: 'https://y' }),
			/Table Endpoint is not an https address/,
		],
		[
			'with an authority that is none',
			byEntra({ cloud: 'custom', tableEndpoint: 'https://x.example', authorityHost: '' }),
			/Authority Host is not an address/,
		],
		[
			'with a tenant that leads elsewhere',
			byEntra({ tenantId: '../evil' }),
			/Tenant ID is neither/,
		],
		['with a tenant of two lines', byEntra({ tenantId: 'a\nb' }), /Tenant ID is neither/],
	])('%s', async (_, credential, said) => {
		const error = await errorOf(credential);
		expect(error.message).toMatch(said);
		expect(error.code).toBe('configuration');
		expect(error.description).toMatch(/\.$/);
	});

	it('without its secrets, whatever is wrong with it', async () => {
		// Long enough not to be found in our own words by chance.
		const secret = fc.stringMatching(/^[A-Za-z0-9+/~;=&?% -]{12,40}$/).map((text) => text.trim());
		const shape = fc.constantFrom<(text: string) => Record<string, unknown>>(
			(text) => byString(text),
			(text) => byString(`AccountName=contosoleads;AccountKey=${text}`),
			(text) => byString(`TableEndpoint=${text};AccountName=a;AccountKey=${KEY}`),
			(text) => byString(`SharedAccessSignature=${text};TableEndpoint=nowhere`),
			(text) => byKey({ accountKey: text }),
			(text) => bySas(text),
			(text) => bySas(`https://contoso.example/?sig=${text}`),
			(text) => bySas(`http://contoso.example/?sig=${text}`),
			(text) => byEntra({ clientSecret: text, tenantId: 'a b' }),
		);
		await fc.assert(
			fc.asyncProperty(secret, shape, async (text, credentialOf) => {
				fc.pre(text.length >= 12);
				const error = await openAccount(credentialOf(text)).then(
					() => undefined,
					(reason: unknown) => reason,
				);
				if (error === undefined) return;
				expect(error).toBeInstanceOf(DestinationError);
				expect(inspect(error, { showHidden: true })).not.toContain(text);
			}),
			{ numRuns: 300 },
		);
	});
});

describe('a table name', () => {
	const opened = async (table: unknown) =>
		await azureTable.reading!.open(destinationInput(portalString(), { table }));

	it.each(['MarketplaceLeads', 'abc', 'a'.repeat(63), ' Leads2026 '])('may be %p', async (name) => {
		expect((await opened(name)).identity).toContain(`"${name.trim().toLowerCase()}"`);
	});

	it.each([
		'',
		'ab',
		'a'.repeat(64),
		'2leads',
		'my-leads',
		"x')",
		'a/b',
		'läads',
		5,
		null,
		undefined,
	])('may not be %p', async (name) => {
		await expect(opened(name)).rejects.toMatchObject({
			code: 'configuration',
			message: 'The table name is not one Azure allows',
		});
	});
});
