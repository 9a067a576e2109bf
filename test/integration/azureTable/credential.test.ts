/** Every way to sign in to Azure Table Storage, right and with each part wrong, on real servers. */
import { randomBytes, randomUUID } from 'node:crypto';

import { AzureNamedKeyCredential, generateAccountSas, generateTableSas } from '@azure/data-tables';
import { LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeListSearchResult,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { MarketplaceLeadAzureTableApi } from '../../../credentials/MarketplaceLeadAzureTableApi.credentials.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { pollContext, testCredential } from '../../support/engine.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { MarketplaceTable, marketplaceRow } from '../../fakeServers/azureTable/marketplaceTable.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { CLOSED_PORT } from '../../support/nobody.ts';

const TABLE = 'MarketplaceLeads';
/** Reserved by RFC 2606: no such host exists anywhere. */
const NO_HOST = 'https://contosoleads.table.invalid';

type Data = ICredentialDataDecryptedObject;

const type = new MarketplaceLeadPollTrigger();
const defaults = Object.fromEntries(
	new MarketplaceLeadAzureTableApi().properties.map(({ name, default: value }) => [name, value]),
) as Data;

/** What n8n hands over: every field of the form, those not filled in with their defaults. */
const filledIn = (data: Data): Data => ({ ...defaults, ...data });

async function tested(data: Data) {
	return await testCredential(type, 'marketplaceLeadAzureTableApiTest', filledIn(data));
}

async function polled(data: Data): Promise<number> {
	const poller = pollContext({
		type: new MarketplaceLeadPollTrigger(),
		parameters: { table: { __rl: true, mode: 'name', value: TABLE }, startFrom: 'all' },
		credentials: { marketplaceLeadAzureTableApi: filledIn(data) },
	});
	const [items] = (await poller.poll()) ?? [[]];
	return items?.length ?? 0;
}

/** Refused in a sentence or two that name the part, without the secret. */
async function expectRefused(data: Data, said: RegExp, ...secrets: string[]): Promise<void> {
	const result = await tested(data);
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(said) });
	expect(result.message).toMatch(/^["A-Z].{20,}\.$/s);
	expect(result.message).not.toMatch(BLAME);
	expectNoSecret(result, secrets);
}

let azurite: Azurite;
let key: AzureNamedKeyCredential;
beforeAll(async () => {
	azurite = await startAzurite();
	key = new AzureNamedKeyCredential(azurite.accountName, azurite.accountKey);
	const table = await new MarketplaceTable(azurite, TABLE).create();
	await table.insert([marketplaceRow(1), marketplaceRow(2)]);
	await new MarketplaceTable(azurite, 'Contacts').create();
});
afterAll(async () => await azurite?.stop());

const soon = () => new Date(Date.now() + 3_600_000);
const signatureOf = (sas: string) => new URLSearchParams(sas).get('sig') ?? '';
/** A signature as it is, and as it stands in an address. */
const formsOf = (sas: string) => [signatureOf(sas), encodeURIComponent(signatureOf(sas))];
const accountSas = (options = {}) =>
	generateAccountSas(key, {
		permissions: { query: true, list: true },
		services: { table: true },
		expiresOn: soon(),
		...options,
	});
const tableSas = (table = TABLE) =>
	generateTableSas(table, key, { permissions: { query: true }, expiresOn: soon() });

describe('a sign-in that is right', () => {
	const bySas = (sas: string, path = '/'): Data => ({
		authentication: 'sas',
		sasUrl: `${azurite.endpoint}${path}?${sas}`,
	});

	it.each<[string, () => Data]>([
		['a connection string', () => ({ connectionString: azurite.connectionString })],
		[
			'a connection string in another order and casing, with white space',
			() => ({
				connectionString: `\n accountkey=${azurite.accountKey} ; TABLEENDPOINT=${azurite.endpoint}/;AccountName=${azurite.accountName};\n`,
			}),
		],
		[
			'a connection string with a SAS in it',
			() => ({
				connectionString: `TableEndpoint=${azurite.endpoint}/;SharedAccessSignature=${accountSas()}`,
			}),
		],
		[
			'an account key',
			() => ({
				authentication: 'accountKey',
				cloud: 'custom',
				tableEndpoint: azurite.endpoint,
				accountName: azurite.accountName,
				accountKey: azurite.accountKey,
			}),
		],
		['a SAS of the account', () => bySas(accountSas())],
		['a SAS of the account, without a slash', () => bySas(accountSas(), '')],
		['a SAS of the one table', () => bySas(tableSas())],
		['a SAS of the one table, with its name', () => bySas(tableSas(), `/${TABLE}`)],
	])('is %s', async (_, data) => {
		expect(await tested(data())).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(await polled(data())).toBe(2);
	});

	it('may be for one table that is not there yet', async () => {
		const table = 'NotThereYet';
		expect(await tested(bySas(tableSas(table), `/${table}`))).toMatchObject({ status: 'OK' });
	});
});

describe('a connection string', () => {
	const without = (part: string) =>
		azurite.connectionString.replace(new RegExp(`${part}=[^;]*;`), '');

	it('of another account key is refused', async () => {
		const wrong = randomBytes(64).toString('base64');
		await expectRefused(
			{ connectionString: azurite.connectionString.replace(azurite.accountKey, wrong) },
			/account key or SAS is right/,
			wrong,
			azurite.accountKey,
		);
	});

	it('is refused when it is empty, cut short, or no connection string', async () => {
		await expectRefused({ connectionString: '' }, /connection string is empty/);
		await expectRefused({ connectionString: 'AccountName' }, /no AccountName/);
		await expectRefused({ connectionString: without('AccountName') }, /no AccountName/);
		await expectRefused({ connectionString: without('AccountKey') }, /account key is missing/);
		await expectRefused({ connectionString: azurite.endpoint }, /no AccountName/);
	});

	it('is refused with a key that is cut off in the middle', async () => {
		const cut = `${azurite.accountKey.slice(0, 20)}…`;
		await expectRefused(
			{ connectionString: azurite.connectionString.replace(azurite.accountKey, cut) },
			/account key is not in Base64/,
			cut,
		);
	});

	it('is refused with an endpoint that is none', async () => {
		const withEndpoint = (endpoint: string) =>
			azurite.connectionString.replace(/TableEndpoint=[^;]*/, `TableEndpoint=${endpoint}`);
		const refused = async (endpoint: string, said: RegExp) =>
			await expectRefused({ connectionString: withEndpoint(endpoint) }, said, azurite.accountKey);
		await refused('table.core.windows.net', /table endpoint.*is not an address/);
		await refused('ftp://127.0.0.1/leads', /table endpoint.*is not an https address/);
		await refused('https://me:pass@127.0.0.1/leads', /table endpoint.*user name or password/);
	});

	it('is refused with a SAS and no endpoint', async () => {
		const sas = accountSas();
		await expectRefused(
			{ connectionString: `SharedAccessSignature=${sas}` },
			/no TableEndpoint/,
			...formsOf(sas),
		);
	});
});

describe('an account name and key', () => {
	const byKey = (changes: Data): Data => ({
		authentication: 'accountKey',
		cloud: 'custom',
		tableEndpoint: azurite.endpoint,
		accountName: azurite.accountName,
		accountKey: azurite.accountKey,
		...changes,
	});

	it('are refused with another key', async () => {
		const accountKey = randomBytes(64).toString('base64');
		await expectRefused(byKey({ accountKey }), /account key/, accountKey);
	});

	it('are refused with fields that are empty or not what they should be', async () => {
		await expectRefused(byKey({ accountKey: '' }), /account key is missing/);
		await expectRefused(byKey({ accountKey: 'not base 64!' }), /not in Base64/, 'not base 64!');
		await expectRefused(byKey({ accountName: '' }), /account name/);
		await expectRefused(byKey({ accountName: 'Contoso Leads' }), /account name/);
		await expectRefused(byKey({ cloud: 'public', accountName: '' }), /account name/);
		await expectRefused(byKey({ tableEndpoint: '' }), /Table Endpoint is not an address/);
		await expectRefused(byKey({ cloud: 'moon' }), /cloud/);
	});

	it('are refused by another account’s name', async () => {
		const accountName = 'someoneelse';
		await expectRefused(byKey({ accountName }), /account key or SAS is right/, azurite.accountKey);
		const endpoint = azurite.endpoint.replace(azurite.accountName, accountName);
		const wrong = byKey({ accountName, tableEndpoint: endpoint });
		await expectRefused(wrong, /no storage account at this address/, azurite.accountKey);
		// A table that is not there yet is an empty one, an account that is not there is not.
		await expect(polled(wrong)).rejects.toThrow('There is no storage account at this address');
	});

	it('are told apart from a host that is not there', async () => {
		await expectRefused(
			byKey({ tableEndpoint: NO_HOST }),
			/host of Azure Table Storage is not known/,
			azurite.accountKey,
		);
		const closed = `http://127.0.0.1:${CLOSED_PORT}/${azurite.accountName}`;
		await expectRefused(
			byKey({ tableEndpoint: closed }),
			/could not be reached/,
			azurite.accountKey,
		);
	});
});

describe('a SAS', () => {
	const refused = async (sas: string, said: RegExp, address = `${azurite.endpoint}/`) =>
		await expectRefused(
			{ authentication: 'sas', sasUrl: `${address}?${sas}` },
			said,
			...formsOf(sas),
		);

	it('is refused once it has expired', async () => {
		await refused(accountSas({ expiresOn: new Date(Date.now() - 60_000) }), /expired/);
	});

	it('is refused when its signature is not ours', async () => {
		const sas = new URLSearchParams(accountSas());
		sas.set('sig', randomBytes(32).toString('base64'));
		await refused(sas.toString(), /SAS is right/);
	});

	it('is refused without the Table service', async () => {
		await refused(accountSas({ services: { blob: true } }), /SAS does not cover the Table service/);
	});

	it('is refused without the right to list, or on rows', async () => {
		await refused(accountSas({ permissions: { add: true } }), /permissions Read and List/);
		await refused(accountSas({ resourceTypes: 'o' }), /Service, Container and Object/);
	});

	it('is refused where the address would carry it in the open', async () => {
		await refused(accountSas(), /https/, 'http://contosoleads.table.core.windows.net/');
		await refused(accountSas(), /https/, 'http://127.0.0.1.example/');
	});

	it('is refused when it is missing, or the address is', async () => {
		await expectRefused({ authentication: 'sas', sasUrl: '' }, /SAS URL is not an address/);
		await expectRefused(
			{ authentication: 'sas', sasUrl: `${azurite.endpoint}/` },
			/SAS URL has no signature/,
		);
		const sas = accountSas();
		await expectRefused(
			{ authentication: 'sas', sasUrl: `?${sas}` },
			/SAS URL is not an address/,
			...formsOf(sas),
		);
	});

	it('is told apart from a host that is not there', async () => {
		await refused(accountSas(), /host of Azure Table Storage is not known/, `${NO_HOST}/`);
	});
});

it('names a way to sign in that is none', async () => {
	await expectRefused({ authentication: 'magic' }, /"magic" is not a way to sign in/);
});

describe('an Entra application', () => {
	let authority: EntraAuthority;
	let secured: Azurite;
	beforeAll(async () => {
		authority = await startEntraAuthority();
		secured = await startAzurite({ tls: authority.tls });
		const plain = new MarketplaceTable(secured, TABLE);
		await (await plain.create()).insert([marketplaceRow(1)]);
	});
	afterAll(async () => {
		await secured?.stop();
		await authority?.stop();
	});

	const byEntra = (changes: Data = {}): Data => {
		const { tenantId, clientId, clientSecret } = authority.application;
		return {
			authentication: 'entra',
			cloud: 'custom',
			tableEndpoint: secured.endpoint,
			authorityHost: authority.host,
			tenantId,
			clientId,
			clientSecret,
			...changes,
		};
	};
	const refused = async (changes: Data, said: RegExp) => {
		const data = byEntra(changes);
		const secret = String(data['clientSecret']);
		await expectRefused(data, said, ...(secret === '' ? [] : [secret]));
	};

	it('signs in and reads', async () => {
		expect(await tested(byEntra())).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(await tested(byEntra({ authorityHost: `${authority.host}/` }))).toMatchObject({
			status: 'OK',
		});
		expect(await polled(byEntra())).toBe(1);
	});

	it('is refused with a secret that is wrong or has expired', async () => {
		await refused({ clientSecret: `wrong~${randomUUID()}` }, /Client Secret is wrong/);
		const { expiredSecret } = authority.application;
		await refused({ clientSecret: expiredSecret }, /Client Secret has expired/);
	});

	it('is refused with an ID of another application or tenant', async () => {
		await refused({ clientId: randomUUID() }, /Client ID is not known/);
		await refused({ tenantId: randomUUID() }, /tenant/i);
	});

	it('is refused with fields that are empty or not what they should be', async () => {
		await refused({ tenantId: '' }, /Tenant ID is missing/);
		await refused({ clientId: ' ' }, /Client ID is missing/);
		await refused({ clientSecret: '' }, /Client Secret is missing/);
		await refused({ tenantId: 'contoso/../x' }, /Tenant ID is neither/);
		await refused({ authorityHost: 'login' }, /Authority Host is not an address/);
		await refused(
			{ tableEndpoint: 'http://contosoleads.example' },
			/Table Endpoint is not an https/,
		);
	});

	it('is told apart from an authority or an account that is not there', async () => {
		const closed = `https://localhost:${CLOSED_PORT}`;
		await refused({ authorityHost: closed }, /Entra did not give|authority host/);
		await refused({ tableEndpoint: `${closed}/${secured.accountName}` }, /could not be reached/);
	});

	it('is refused by a poll in the same words', async () => {
		const clientSecret = `wrong~${randomUUID()}`;
		const error = await polled(byEntra({ clientSecret })).catch((reason: unknown) => reason);
		expect(error).toMatchObject({ message: 'The Client Secret is wrong', httpCode: '401' });
		expectNoSecret(error, [clientSecret]);
	});
});

describe('the list of tables', () => {
	async function searched(data: Data, filter?: string): Promise<INodeListSearchResult> {
		const poller = pollContext({
			type,
			credentials: { marketplaceLeadAzureTableApi: filledIn(data) },
		});
		const [node] = Object.values(poller.workflow.nodes);
		const { additionalData } = poller.context() as unknown as {
			additionalData: IWorkflowExecuteAdditionalData;
		};
		const context = new LoadOptionsContext(
			poller.workflow,
			node!,
			{ ...additionalData, currentNodeParameters: node!.parameters },
			'parameters.table',
		);
		return await type.methods.listSearch['searchTables']!.call(context, filter);
	}

	const names = async (filter?: string) => {
		const { results } = await searched({ connectionString: azurite.connectionString }, filter);
		return results.map(({ name, value }) => [name, value]);
	};

	it('holds every table by name, narrowed without regard to case', async () => {
		const both = [
			['Contacts', 'Contacts'],
			[TABLE, TABLE],
		];
		expect(await names()).toEqual(both);
		expect(await names('LEADS')).toEqual([[TABLE, TABLE]]);
		expect(await names('none')).toEqual([]);
	});

	it('is refused with the sign-in', async () => {
		const wrong = randomBytes(64).toString('base64');
		const connectionString = azurite.connectionString.replace(azurite.accountKey, wrong);
		const error = await searched({ connectionString }).catch((reason: unknown) => reason);
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(/sign-in/),
		});
		expectNoSecret(error, [wrong, azurite.accountKey]);
	});
});
