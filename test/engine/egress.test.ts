/** n8n's SSRF protection, its own, around every request that the nodes and credentials make. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SsrfProtectionService } from '@n8n/backend-network';
import { SsrfProtectionConfig } from '@n8n/config';
import { Container } from '@n8n/di';
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import { openAccount } from '../../nodes/destinations/azureTable/connection/account';
import { keepTo } from '../../nodes/destinations/egress';
import { openHttp } from '../../nodes/destinations/httpClient';
import { MarketplaceLead } from '../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { keepToEgressRules } from '../../nodes/parameters/egress';
import { outputsOf, pollContext, runNode, testCredential } from '../support/engine';

const BLOCKED = 'n8n’s SSRF protection blocks requests to';
const GUID = '00000000-0000-4000-8000-000000000000';

let server: Server;
let origin: string;
let connections = 0;
let requests: string[] = [];

beforeAll(async () => {
	server = createServer(({ url = '' }, response) => {
		requests.push(url);
		if (url.startsWith('/moved')) response.writeHead(302, { location: `${origin}/elsewhere` });
		else response.writeHead(418);
		response.end();
	});
	server.on('connection', () => (connections += 1));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
	connections = 0;
	requests = [];
	// As N8N_SSRF_PROTECTION_ENABLED sets it; loopback is on its list by default.
	Container.get(SsrfProtectionConfig).enabled = true;
});

afterEach(() => {
	Container.get(SsrfProtectionConfig).enabled = false;
});

interface Place {
	name: string;
	credentialType: string;
	credential: () => ICredentialDataDecryptedObject;
	parameters: INodeParameters;
}

const entra = () => ({
	tenantId: GUID,
	clientId: GUID,
	clientSecret: 'a-secret',
	cloud: 'custom',
	authorityHost: origin.replace('http:', 'https:'),
});

const PLACES: Place[] = [
	{
		name: 'azureTable',
		credentialType: 'marketplaceLeadAzureTableApi',
		credential: () => ({
			authentication: 'connectionString',
			connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${origin}`,
		}),
		parameters: { table: { __rl: true, mode: 'id', value: 'MarketplaceLeads' } },
	},
	{
		name: 'azureTable',
		credentialType: 'marketplaceLeadAzureTableApi',
		credential: () => ({ authentication: 'entra', tableEndpoint: origin, ...entra() }),
		parameters: { table: { __rl: true, mode: 'id', value: 'MarketplaceLeads' } },
	},
	{
		name: 'dynamics365',
		credentialType: 'marketplaceLeadDynamics365Api',
		credential: () => ({ environmentUrl: origin, ...entra() }),
		parameters: {},
	},
	{
		name: 'marketo',
		credentialType: 'marketplaceLeadMarketoApi',
		credential: () => ({
			address: 'endpoint',
			endpoint: origin,
			clientId: 'id',
			clientSecret: 'a-secret',
		}),
		parameters: { form: { __rl: true, mode: 'id', value: '1' } },
	},
	{
		name: 'salesforce',
		credentialType: 'marketplaceLeadSalesforceApi',
		credential: () => ({
			authentication: 'clientCredentials',
			myDomain: origin,
			consumerKey: 'key',
			consumerSecret: 'a-secret',
		}),
		parameters: {},
	},
	{
		name: 'https',
		credentialType: 'marketplaceLeadHttpsApi',
		credential: () => ({ endpointUrl: origin.replace('http:', 'https:') }),
		parameters: {},
	},
];

// First of all, as below: no node has run in this process yet.
it('is asked of n8n without a request that the test itself does not need', async () => {
	Container.get(SsrfProtectionConfig).enabled = false;
	const marketo = PLACES.find(({ name }) => name === 'marketo');
	const result = await testCredential(
		new MarketplaceLead(),
		'marketplaceLeadMarketoApiTest',
		marketo?.credential() ?? {},
	);
	expect(result).toMatchObject({ status: 'Error' });
	expect(requests.map((url) => url.split('?')[0])).toEqual(['/identity/oauth/token']);
	expect(connections).toBe(1);
});

describe.each(PLACES)('$name, $credentialType', (place) => {
	// First of all: no node has run in this process yet, so n8n's filter is not known.
	it('is not asked by the test of its credential', async () => {
		const result = await testCredential(
			new MarketplaceLead(),
			`${place.credentialType}Test`,
			place.credential(),
		);
		expect(result).toMatchObject({ status: 'Error' });
		expect(result.message).toContain(BLOCKED);
		expect(result.message).toContain('N8N_SSRF_ALLOWED_HOSTNAMES');
		expect(connections).toBe(0);
	});

	it('is not written to by the node', async () => {
		const node = {
			type: new MarketplaceLead(),
			parameters: { operation: 'createLeads', destination: place.name, ...place.parameters },
			credentials: { [place.credentialType]: place.credential() },
		};
		const lead = { UserDetails: { FirstName: 'A', LastName: 'B', Email: 'a@contoso.com' } };
		const written = runNode(node, [{ json: lead }]).then(outputsOf);
		await expect(written).rejects.toThrow(BLOCKED);
		expect(connections).toBe(0);
	});

	if (place.name === 'https') return;
	it('is not polled', async () => {
		const poller = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: { destination: place.name, ...place.parameters },
			credentials: { [place.credentialType]: place.credential() },
		});
		await expect(poller.poll('trigger')).rejects.toThrow(BLOCKED);
		expect(connections).toBe(0);
	});
});

describe('a client', () => {
	const send = async (url: string) =>
		await (await openHttp()).send({ method: 'GET', url, signal: AbortSignal.timeout(5_000) });

	it('checks the address that is connected to, too: a name can be resolved anew', async () => {
		const { createSecureLookup } = Container.get(SsrfProtectionService);
		keepTo({
			// As if the name had led elsewhere a moment ago.
			validateUrl: async () => ({ ok: true }),
			createSecureLookup: createSecureLookup.bind(Container.get(SsrfProtectionService)),
		});
		await expect(send(origin.replace('127.0.0.1', 'localhost'))).rejects.toMatchObject({
			code: 'EGRESS_BLOCKED',
		});
		const account = await openAccount({
			authentication: 'connectionString',
			connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${origin.replace('127.0.0.1', 'localhost')}`,
		});
		await expect(account.table('a').getEntity('p', 'r')).rejects.toMatchObject({
			code: 'EGRESS_BLOCKED',
		});
		expect(connections).toBe(0);
	});

	it('asks what is allowed, and what n8n has no rules for', async () => {
		keepTo(Container.get(SsrfProtectionService));
		await expect(send(origin)).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
		Container.get(SsrfProtectionConfig).enabled = false;
		const node = {
			type: new MarketplaceLead(),
			parameters: { operation: 'createLeads', destination: 'dynamics365' },
			credentials: { marketplaceLeadDynamics365Api: { environmentUrl: origin, ...entra() } },
		};
		// Told by its response, so it was asked.
		const run = runNode(node, [{ json: { UserDetails: { Email: 'a@contoso.com' } } }]);
		await expect(run.then(outputsOf)).rejects.toThrow('Entra');
		expect(connections).toBeGreaterThan(0);
		// An n8n of before 2.40.
		const { helpers } = { helpers: {} };
		expect(() => keepToEgressRules({ helpers })).not.toThrow();
	});

	it('of Azure’s does not go where it is redirected to, which nothing has checked', async () => {
		keepTo({ validateUrl: async () => ({ ok: true }) });
		const account = await openAccount({
			authentication: 'connectionString',
			connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${origin}/moved`,
		});
		const read = account.table('a').getEntity('p', 'r');
		await expect(read).rejects.toMatchObject({ statusCode: 302 });
		expect(requests).toEqual([expect.stringMatching(/^\/moved\/a\(/)]);
	});
});
