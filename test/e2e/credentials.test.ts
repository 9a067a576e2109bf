/** The Test buttons of our credentials, right and wrong, through n8n's own REST interface. */
import { AzureNamedKeyCredential, generateAccountSas, generateTableSas } from '@azure/data-tables';

import { MarketplaceTable } from '../fakeServers/azureTable/marketplaceTable.ts';
import { sharedHost } from './support/host.ts';
import { chain, leadTrigger, LiveWorkflow, node, withCredential } from './support/workflows.ts';
import { CLOSED_PORT } from '../support/nobody.ts';

const SECRET = 'an-e2e-secret-of-32-characters-01';
const WRONG_SECRET = 'another-secret-of-32-characters-1';

let host: Awaited<ReturnType<typeof sharedHost>>;
beforeAll(async () => {
	host = await sharedHost();
});

describe('Azure Table', () => {
	/** A key of the right form that is not the account's. */
	const wrongKey = Buffer.alloc(64, 7).toString('base64');
	const test = async (data: object) =>
		await host.rest.testCredential('marketplaceLeadAzureTableApi', data);
	const ok = { status: 'OK', message: expect.any(String) };
	const refused = (pattern: RegExp) => ({
		status: 'Error',
		message: expect.stringMatching(pattern),
	});

	it('connects with a connection string, and says what is wrong with one', async () => {
		const { connectionString, accountKey } = host.azurite;
		const way = { authentication: 'connectionString' };
		expect(await test({ ...way, connectionString })).toEqual(ok);

		const wrong = connectionString.replace(accountKey, wrongKey);
		expect(await test({ ...way, connectionString: wrong })).toEqual(refused(/key/i));
		expect(await test({ ...way, connectionString: '' })).toEqual(
			refused(/connection string is empty/),
		);
		expect(await test({ ...way, connectionString: 'nonsense' })).toEqual(refused(/AccountName/));
	});

	it('connects with account and key, and says which of them is wrong', async () => {
		const { accountName, accountKey, endpoint } = host.azurite;
		const way = {
			authentication: 'accountKey',
			cloud: 'custom',
			tableEndpoint: endpoint,
			accountName,
		};
		expect(await test({ ...way, accountKey })).toEqual(ok);
		expect(await test({ ...way, accountKey: wrongKey })).toEqual(refused(/key/i));
		expect(await test({ ...way, accountKey: 'not base64!' })).toEqual(refused(/Base64/));
		expect(await test({ ...way, accountKey, accountName: 'NOT_A_NAME' })).toEqual(
			refused(/account name/),
		);
		const nobody = `http://127.0.0.1:${CLOSED_PORT}/${accountName}`;
		expect(await test({ ...way, accountKey, tableEndpoint: nobody })).toEqual(refused(/reached/));
	});

	it('connects with a SAS, and says what is wrong with one', async () => {
		const { accountName, accountKey, endpoint } = host.azurite;
		const signer = new AzureNamedKeyCredential(accountName, accountKey);
		const forAccount = generateAccountSas(signer, { expiresOn: new Date(Date.now() + 3_600_000) });
		const way = { authentication: 'sas' };
		expect(await test({ ...way, sasUrl: `${endpoint}?${forAccount}` })).toEqual(ok);

		await new MarketplaceTable(host.azurite, 'SignedTable').create();
		const forTable = generateTableSas('SignedTable', signer, {
			expiresOn: new Date(Date.now() + 3_600_000),
			permissions: { query: true },
		});
		expect(await test({ ...way, sasUrl: `${endpoint}/SignedTable?${forTable}` })).toEqual(ok);

		const forged = forAccount.replace(/sig=[^&]+/, `sig=${encodeURIComponent(wrongKey)}`);
		expect(await test({ ...way, sasUrl: `${endpoint}?${forged}` })).toEqual(
			refused(/sign-in|signature/),
		);
		expect(await test({ ...way, sasUrl: endpoint })).toEqual(refused(/no signature/));
	});

	it('connects as an Entra application, and says which part of it is wrong', async () => {
		const { authority, storage } = host.outside;
		const { tenantId, clientId, clientSecret, expiredSecret } = authority.application;
		const way = { authentication: 'entra', cloud: 'custom', authorityHost: authority.host };
		const right = { ...way, tableEndpoint: storage.endpoint, tenantId, clientId, clientSecret };
		expect(await test(right)).toEqual(ok);

		const nobody = '00000000-0000-0000-0000-000000000001';
		expect(await test({ ...right, tenantId: nobody })).toEqual(refused(/tenant/));
		expect(await test({ ...right, clientId: nobody })).toEqual(refused(/Client ID is not known/));
		const wrong = await test({ ...right, clientSecret: 'a-wrong-client-secret' });
		expect(wrong).toEqual(refused(/Client Secret is wrong/));
		expect(wrong.message).not.toContain('a-wrong-client-secret');
		expect(await test({ ...right, clientSecret: expiredSecret })).toEqual(refused(/expired/));
		for (const [field, name] of [
			['tenantId', /Tenant ID/],
			['clientId', /Client ID/],
			['clientSecret', /Client Secret/],
		] as const) {
			expect(await test({ ...right, [field]: '' })).toEqual(refused(name));
		}
	});

	it('refuses to activate a workflow with a wrong key, and says why', async () => {
		const connectionString = host.azurite.connectionString.replace(
			host.azurite.accountKey,
			wrongKey,
		);
		const credential = await host.rest.createCredential(
			'marketplaceLeadAzureTableApi',
			'Wrong key',
			{
				authentication: 'connectionString',
				connectionString,
			},
		);
		const trigger = node('Trigger', 'n8n-nodes-marketplace-leads.marketplaceLeadPollTrigger', {
			pollTimes: { item: [{ mode: 'everyMinute' }] },
		});
		const file = chain('Wrong key', withCredential(trigger, credential));
		const workflow = await LiveWorkflow.create(host, file);

		const { status, triggers } = await workflow.publish();
		expect(status).toBe('failed');
		expect(triggers).toHaveLength(1);
		expect(triggers[0]?.errorMessage).toMatch(/sign-in/);
		expect(triggers[0]?.errorMessage).not.toContain(wrongKey);
		await workflow.remove();
	});
});

describe('lead endpoint', () => {
	const test = async (data: object) =>
		await host.rest.testCredential('marketplaceLeadTriggerApi', data);

	it('says when the secret is no good', async () => {
		expect(await test({ secret: '' })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('empty'),
		});
		expect(await test({ secret: 'short' })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('shorter'),
		});
		// Nothing was contacted, so it is no success.
		expect(await test({ secret: SECRET })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('nothing was contacted'),
		});
	});

	it('tries the secret at a live endpoint without starting its workflow', async () => {
		const credential = await host.rest.createCredential(
			'marketplaceLeadTriggerApi',
			'Live endpoint',
			{ secret: SECRET },
		);
		const file = chain('Tried endpoint', withCredential(leadTrigger(), credential));
		const workflow = await LiveWorkflow.activate(host, file);
		const endpointUrl = workflow.url();

		expect(await test({ secret: SECRET, endpointUrl })).toMatchObject({ status: 'OK' });
		const wrong = await test({ secret: WRONG_SECRET, endpointUrl });
		expect(wrong).toMatchObject({ status: 'Error', message: expect.stringContaining('Secret') });
		expect(wrong.message).not.toContain(WRONG_SECRET);
		expect(await test({ secret: SECRET, endpointUrl: `${endpointUrl}-not` })).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('No workflow listens'),
		});
		expect(await workflow.begun()).toBe(0);
		await workflow.remove();
	});
});
