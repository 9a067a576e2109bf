/**
 * Signing in with the browser: n8n has the tokens and renews them, by its own code from n8n-core, at
 * the vendors' token endpoints. What the browser does before is the end-to-end tests' matter.
 */
import type { ICredentialDataDecryptedObject, INodeExecutionData } from 'n8n-workflow';

import { MarketplaceLeadDynamics365OAuth2Api } from '../../../credentials/MarketplaceLeadDynamics365OAuth2Api.credentials';
import { MarketplaceLeadSalesforceOAuth2Api } from '../../../credentials/MarketplaceLeadSalesforceOAuth2Api.credentials';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node';
import { startDynamics, type FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority, type FakeEntra } from '../../fakeServers/entra/authority.ts';
import { startSalesforce, type FakeSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import { agreedTo, tokenFrom } from '../../support/browserGrant';
import { outputsOf, pollContext, runNode } from '../../support/engine';
import { oAuth2Credential } from '../../support/oAuth2Credential';

interface Place {
	destination: string;
	credentialType: string;
	/** As n8n has it after somebody signed in. */
	credential: ICredentialDataDecryptedObject;
	insert(name: string): Promise<unknown>;
	/** Tokens that were given out so far are none any more. */
	endTokens(): void;
	/** Nor is what renews them. */
	revoke(): Promise<void>;
	/** How often a token was asked for. */
	signIns(): Promise<number>;
	stop(): Promise<void>;
}

async function inSalesforce(): Promise<Place> {
	const salesforce: FakeSalesforce = await startSalesforce();
	const { signIn } = salesforce;
	const credential = oAuth2Credential(new MarketplaceLeadSalesforceOAuth2Api(), {
		environment: 'myDomain',
		myDomain: salesforce.origin,
		clientId: signIn.consumerKey,
		clientSecret: signIn.consumerSecret,
	});
	const token = await tokenFrom(String(credential['accessTokenUrl']), {
		grant_type: 'refresh_token',
		refresh_token: signIn.refreshToken,
		client_id: signIn.consumerKey,
		client_secret: signIn.consumerSecret,
	});
	signIn.asked = 0;
	return {
		destination: 'salesforce',
		credentialType: 'marketplaceLeadSalesforceOAuth2Api',
		credential: { ...credential, oauthTokenData: { ...token, refresh_token: signIn.refreshToken } },
		insert: async (name) => await salesforce.insert([{ name }]),
		endTokens: () => signIn.endSessions(),
		revoke: async () => {
			signIn.endSessions();
			await Promise.resolve((signIn.app.isRevoked = true));
		},
		signIns: async () => await Promise.resolve(signIn.asked),
		stop: async () => await salesforce.stop(),
	};
}

async function inDynamics(authority: FakeEntra): Promise<Place> {
	const dynamics: FakeDynamics = await startDynamics({ authority });
	const { tenantId, clientId, clientSecret } = authority.application;
	const credential = oAuth2Credential(new MarketplaceLeadDynamics365OAuth2Api(), {
		environmentUrl: dynamics.origin,
		cloud: 'custom',
		authorityHost: authority.host,
		tenantId,
		clientId,
		clientSecret,
	});
	const oauthTokenData = await agreedTo({
		authUrl: String(credential['authUrl']),
		accessTokenUrl: String(credential['accessTokenUrl']),
		scope: String(credential['scope']),
		clientId,
		clientSecret,
	});
	// Only counts from now on.
	await authority.fault({ kind: 'cut', times: 0 });
	return {
		destination: 'dynamics365',
		credentialType: 'marketplaceLeadDynamics365OAuth2Api',
		credential: { ...credential, oauthTokenData: oauthTokenData as never },
		insert: async (name) => await dynamics.insert([{ name }]),
		endTokens: () => dynamics.expireTokens(),
		revoke: async () => {
			dynamics.expireTokens();
			const fault = { code: 50173, status: 400, error: 'invalid_grant', times: 100 };
			await authority.fault({ kind: 'code', ...fault });
		},
		signIns: async () => await authority.signIns(),
		stop: async () => {
			await authority.fault({ kind: 'cut', times: 0 });
			await dynamics.stop();
		},
	};
}

let authority: FakeEntra;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());

const lead = (at: number) => ({
	json: {
		Email: `${at}@contoso.com`,
		LastName: `Sample ${at}`,
		LeadSource: 'SPZA-INS|contoso.crm',
	},
});

describe.each([
	['Salesforce', inSalesforce],
	['Dynamics 365', async () => await inDynamics(authority)],
] as const)('%s', (_name, start) => {
	let place: Place;
	beforeEach(async () => {
		place = await start();
		// What has been used can end.
		expect(await run('getLeads')).toEqual([]);
	});
	afterEach(async () => await place?.stop());

	async function run(
		operation: string,
		items: INodeExecutionData[] = [{ json: {} }],
		credential = place.credential,
	): Promise<INodeExecutionData[]> {
		const { destination, credentialType } = place;
		const node = {
			type: new MarketplaceLead(),
			parameters: { operation, destination, authentication: 'oAuth2', options: {} },
			credentials: { [credentialType]: credential },
		};
		return outputsOf(await runNode(node, items)).flat();
	}

	it('writes and reads with the token that n8n has, without signing in', async () => {
		await run('createLeads', [lead(1), lead(2)]);
		const found = await run('getLeads');
		expect(found.map(({ json }) => (json['customer'] as { email: string }).email).sort()).toEqual([
			'1@contoso.com',
			'2@contoso.com',
		]);
		expect(await place.signIns()).toBe(0);
	});

	it('has n8n renew a token that has ended, once, and keep the new one', async () => {
		place.endTokens();
		const written = await run('createLeads', [lead(1), lead(2), lead(3)]);
		expect(written.map(({ json }) => (json['written'] as { outcome: string }).outcome)).toEqual([
			'created',
			'created',
			'created',
		]);
		expect(await place.signIns()).toBe(1);
		expect(await run('getLeads')).toHaveLength(3);
		expect(await place.signIns()).toBe(1);
	});

	it('renews it again when that one ends', async () => {
		for (const at of [1, 2, 3]) {
			place.endTokens();
			await run('createLeads', [lead(at)]);
			expect(await place.signIns()).toBe(at);
		}
	});

	it('renews it in the middle of polls, which go on where they were', async () => {
		const { destination, credentialType, credential } = place;
		const poller = pollContext({
			type: new MarketplaceLeadPollTrigger(),
			parameters: {
				destination,
				authentication: 'oAuth2',
				startFrom: 'all',
				options: { includeOthers: true },
			},
			credentials: { [credentialType]: credential },
		});
		await place.insert('First');
		await poller.poll('trigger');
		place.endTokens();
		await place.insert('Second');
		const [items = []] = (await poller.poll('trigger')) ?? [];
		expect(JSON.stringify(items)).toContain('Second');
		expect(await place.signIns()).toBe(1);
	});

	it('says that somebody has to reconnect where the sign-in was revoked', async () => {
		await place.revoke();
		const attempt: unknown = await run('createLeads', [lead(1)]).catch((error: unknown) => error);
		expect(attempt).toMatchObject({
			message: 'The sign-in has ended, and n8n could not renew it',
			description: expect.stringMatching(
				/^Open the credential in n8n and reconnect it\./,
			) as string,
		});
		const [report] = await run('checkConnection');
		expect(report!.json).toMatchObject({
			ok: false,
			failedCheck: 'signedIn',
			toDo: expect.stringMatching(/reconnect/) as string,
		});
	});

	it('says what to do where nobody has signed in yet', async () => {
		const { oauthTokenData, ...credential } = place.credential;
		expect(oauthTokenData).toBeDefined();
		await expect(run('createLeads', [lead(1)], credential)).rejects.toMatchObject({
			message: expect.stringMatching(/^The credential for .* is not connected$/) as string,
		});
	});

	it('checks a connection, and leaves nothing behind', async () => {
		place.endTokens();
		const [report] = await run('checkConnection');
		expect(report!.json).toMatchObject({ ok: true, message: 'All 7 checks passed' });
		expect(await run('getLeads')).toEqual([]);
	});

	it('tells no token or secret, whatever fails', async () => {
		await place.revoke();
		const attempt: unknown = await run('createLeads', [lead(1)]).catch((error: unknown) => error);
		const { clientSecret, oauthTokenData } = place.credential;
		const { access_token: access, refresh_token: refresh } = oauthTokenData as never;
		// The node's own credentials are in the error here, where they are given inline.
		const told = JSON.stringify({ ...(attempt as object), node: {} });
		for (const secret of [clientSecret, access, refresh]) {
			expect(String(secret).length).toBeGreaterThan(8);
			expect(told).not.toContain(secret);
		}
	});
});
