/** Azure's SDKs through a forward proxy, its sign-in and NO_PROXY; the other destinations share http.ts. */
import { openAccount } from '../../../nodes/destinations/azureTable/connection/account';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startEntraAuthority, type EntraAuthority } from '../../fakeServers/entra/authority.ts';
import {
	hostsAskedOf,
	startForwardProxy,
	type ForwardProxy,
} from '../../fakeServers/forwardProxy.ts';
import {
	MarketplaceTable,
	marketplaceRows,
} from '../../fakeServers/azureTable/marketplaceTable.ts';

let proxy: ForwardProxy;
let authority: EntraAuthority;
let azurite: Azurite;
const before = { ...process.env };

beforeAll(async () => {
	proxy = await startForwardProxy();
	authority = await startEntraAuthority(['*.leads.example']);
	azurite = await startAzurite({ tls: authority.tls });
	const table = await new MarketplaceTable(azurite).create();
	await table.insert(marketplaceRows(3));
});

afterEach(() => {
	process.env = { ...before };
});

afterAll(async () => {
	await Promise.all([proxy?.stop(), azurite?.stop()]);
	await authority?.stop();
});

async function rowsRead(credential: Record<string, unknown>): Promise<number> {
	const account = await openAccount(credential, { retries: 0 });
	const { value } = await account.table('MarketplaceLeads').listEntities().byPage().next();
	return (value as unknown[]).length;
}

/** The account under a name that only the proxy can resolve; Azurite takes its name from the host. */
const outside = () => `https://${azurite.accountName}.leads.example:${azurite.port}`;
const byEntra = (endpoint: string) => {
	const { tenantId, clientId, clientSecret } = authority.application;
	return {
		authentication: 'entra',
		cloud: 'custom',
		authorityHost: authority.host,
		tableEndpoint: endpoint,
		accountName: azurite.accountName,
		...{ tenantId, clientId, clientSecret },
	};
};
const portOf = (address: string) => new URL(address).port;

it('reads rows and gets tokens through the proxy', async () => {
	process.env['HTTPS_PROXY'] = proxy.url;
	const { accountName, accountKey, port } = azurite;
	const byKey = {
		authentication: 'accountKey',
		cloud: 'custom',
		tableEndpoint: outside(),
		...{ accountName, accountKey },
	};
	expect(await rowsRead(byKey)).toBe(3);
	expect(hostsAskedOf(proxy.logFile)).toEqual([`CONNECT ${accountName}.leads.example:${port}`]);

	expect(await rowsRead(byEntra(outside()))).toBe(3);
	expect(hostsAskedOf(proxy.logFile)).toContain(`CONNECT localhost:${portOf(authority.host)}`);
});

it.each([
	['a host', 'localhost'],
	['a port', () => `localhost:${azurite.port},localhost:${portOf(authority.host)}`],
	['any ending', '*host'],
	['everything', '*'],
])('goes directly where NO_PROXY names %s', async (_name, noProxy) => {
	// Nobody listens there: whoever asks this proxy gets no response.
	process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
	process.env['NO_PROXY'] = typeof noProxy === 'string' ? noProxy : noProxy();
	expect(await rowsRead(byEntra(azurite.endpoint))).toBe(3);
});

it('asks no proxy for an http address of this machine, where it would read the key and the leads', async () => {
	const emulator = await startAzurite();
	try {
		const table = await new MarketplaceTable(emulator).create();
		await table.insert(marketplaceRows(2));
		// Nobody listens there: whoever asks this proxy gets no response.
		process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9';
		delete process.env['NO_PROXY'];
		const { accountName, accountKey, endpoint } = emulator;
		expect(endpoint).toMatch(/^http:/);
		const connectionString = `AccountName=${accountName};AccountKey=${accountKey};TableEndpoint=${endpoint}`;
		expect(await rowsRead({ connectionString })).toBe(2);
	} finally {
		await emulator.stop();
	}
});

it('says that the proxy could not be used, and shows no password', async () => {
	const wrong = new URL(proxy.url);
	wrong.password = 'a-wrong-password';
	process.env['HTTPS_PROXY'] = wrong.href;
	const error: unknown = await rowsRead(byEntra(outside())).catch((error: unknown) => error);
	expect(error).toBeInstanceOf(Error);
	expect(String(error)).not.toContain('a-wrong-password');
});
