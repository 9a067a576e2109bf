/** Every way to sign in to Salesforce, right and with each part wrong, and the lists of the editor. */
import { generateKeyPairSync } from 'node:crypto';

import { LoadOptionsContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, IWorkflowExecuteAdditionalData } from 'n8n-workflow';

import { MarketplaceLeadSalesforceApi } from '../../../../credentials/MarketplaceLeadSalesforceApi.credentials.ts';
import { MarketplaceLeadPollTrigger } from '../../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { pollContext, testCredential } from '../../../support/engine.ts';
import { BLAME, expectNoSecret } from '../../../support/pollContract/errors.ts';
import { CLOSED_PORT } from '../../../support/nobody.ts';
import { startSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';

type Data = ICredentialDataDecryptedObject;

const TYPE = 'marketplaceLeadSalesforceApi';
const type = new MarketplaceLeadPollTrigger();
const defaults = Object.fromEntries(
	new MarketplaceLeadSalesforceApi().properties.map(({ name, default: value }) => [name, value]),
) as Data;

/** What n8n hands over: every field of the form, those not filled in with their defaults. */
const filledIn = (data: Data): Data => ({ ...defaults, ...data });

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
});
afterEach(async () => await salesforce?.stop());

async function tested(data: Data) {
	return await testCredential(type, `${TYPE}Test`, filledIn(data));
}

async function polled(data: Data): Promise<number> {
	const poller = pollContext({
		type,
		parameters: { destination: 'salesforce', startFrom: 'all' },
		credentials: { [TYPE]: filledIn(data) },
	});
	const [items] = (await poller.poll()) ?? [[]];
	return items?.length ?? 0;
}

/** Refused in a sentence or two that name the part, without a secret. */
async function expectRefused(data: Data, said: RegExp, ...secrets: string[]): Promise<void> {
	const result = await tested(data);
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(said) });
	expect(result.message).toMatch(/^["A-Z].{20,}\.$/s);
	expect(result.message).not.toMatch(BLAME);
	expectNoSecret(result, [...salesforce.signIn.secrets, ...secrets]);
}

const WAYS: Array<[name: string, credential: () => Data]> = [
	['client credentials', () => salesforce.credential],
	['a signed request', () => salesforce.jwtCredential],
	['a refresh token', () => salesforce.refreshCredential],
];

describe.each(WAYS)('a sign-in by %s', (_, credential) => {
	it('is right, and reads', async () => {
		await salesforce.insert([{ name: 'a' }, { name: 'b' }]);
		expect(await tested(credential())).toEqual({
			status: 'OK',
			message: 'Connection successful',
		});
		expect(await polled(credential())).toBe(2);
	});

	it('is refused with another Consumer Key', async () => {
		const refused = { ...credential(), consumerKey: '3MVG9other' };
		await expectRefused(refused, /Consumer Key is not one of an app/);
		await expect(polled(refused)).rejects.toMatchObject({ httpCode: '400' });
	});

	it('is refused for an inactive user, and for an address that is not let in', async () => {
		salesforce.signIn.app.ipAllowed = false;
		await expectRefused(credential(), /does not let in the address n8n comes from/);
		salesforce.signIn.app.userActive = false;
		await expectRefused(credential(), /inactive or locked/);
	});

	it('is told apart from what the user may not do', async () => {
		const { rights } = salesforce.organisation;
		rights.hidden.add('LeadSource');
		await expectRefused(credential(), /can't see the field LeadSource/);
		rights.leads = false;
		await expectRefused(credential(), /may not read leads/);
		rights.api = false;
		await expectRefused(credential(), /may not use the API.*API Enabled/);
	});

	it('is told apart from a host that is not there, and from one that is not Salesforce', async () => {
		const closed = { ...credential(), myDomain: `http://127.0.0.1:${CLOSED_PORT}` };
		await expectRefused(closed, /could not be reached/);
		const unknown = { ...credential(), myDomain: 'https://contoso.my.salesforce.invalid' };
		await expectRefused(unknown, /host of Salesforce is not known/);
		salesforce.spoil = () => ({ status: 200, body: '<html>Log in</html>' });
		await expectRefused(credential(), /^Unexpected response from Salesforce: /);
	});

	it('sends its token to no host that the response names', async () => {
		const other = await startSalesforce();
		try {
			for (const instanceUrl of [
				other.origin,
				'https://salesforce.com.example',
				'http://contoso.my.salesforce.com',
				'',
			]) {
				salesforce.signIn.app.instanceUrl = instanceUrl;
				await expectRefused(credential(), /^Unexpected response from Salesforce: /);
			}
			expect(other.server.requests).toEqual([]);
			expect(salesforce.queries).toEqual([]);
		} finally {
			await other.stop();
		}
	});

	it('is refused with a field left empty', async () => {
		for (const [name, value] of Object.entries(credential())) {
			if (name === 'authentication' || name === 'environment' || value === '') continue;
			await expectRefused({ ...credential(), [name]: ' ' }, /is missing/);
		}
	});
});

describe('client credentials', () => {
	it('are refused with another secret', async () => {
		const consumerSecret = 'another secret that nobody may see';
		const refused = { ...salesforce.credential, consumerSecret };
		await expectRefused(refused, /Consumer Secret is wrong/, consumerSecret);
		const error = await polled(refused).catch((reason: unknown) => reason);
		expect(error).toMatchObject({
			message: 'The Consumer Secret is wrong, or is not that of this Consumer Key',
			httpCode: '400',
		});
		expectNoSecret(error, [...salesforce.signIn.secrets, consumerSecret]);
	});

	it('are refused where the app or the domain is not set up for them', async () => {
		const { app } = salesforce.signIn;
		app.runAsUser = false;
		await expectRefused(salesforce.credential, /no user to run as/);
		app.clientCredentialsEnabled = false;
		await expectRefused(salesforce.credential, /does not allow client credentials/);
		app.isMyDomain = false;
		await expectRefused(salesforce.credential, /organisation’s own domain/);
	});

	it('are refused after 3,600 sign-ins of an hour, and right again an hour later', async () => {
		for (let signIn = 0; signIn < 3_600; signIn += 1) salesforce.signIn.countSignIn();
		await expectRefused(salesforce.credential, /signed in too often within an hour.*3,600/s);
		salesforce.pass(60 * 60_000);
		expect(await tested(salesforce.credential)).toMatchObject({ status: 'OK' });
	});

	it('are for My Domain whatever environment was once chosen', async () => {
		const credential = { ...salesforce.credential, environment: 'sandbox' };
		expect(await tested(credential)).toMatchObject({ status: 'OK' });
	});
});

describe('a signed request', () => {
	it('is refused for another user, or one who was not let in', async () => {
		const stranger = { ...salesforce.jwtCredential, username: 'lee@contoso.example' };
		await expectRefused(stranger, /Username is wrong/);
		salesforce.signIn.app.preAuthorized = false;
		await expectRefused(salesforce.jwtCredential, /Admin approved users/);
	});

	it('is refused when the key is not that of the app', async () => {
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		const lines = other.split('\n').slice(1, -2);
		const credential = { ...salesforce.jwtCredential, privateKey: other };
		await expectRefused(credential, /does not accept the signed request/, ...lines);
	});

	it('is refused when the clocks differ by minutes', async () => {
		salesforce.pass(10 * 60_000);
		await expectRefused(salesforce.jwtCredential, /clock of this machine/);
	});
});

it('a refresh token is refused once it was revoked', async () => {
	const refreshToken = 'a revoked one that nobody may see';
	const credential = { ...salesforce.refreshCredential, refreshToken };
	await expectRefused(credential, /refresh token has expired or was revoked/, refreshToken);
});

it('a response of another shape is no sign-in', async () => {
	const whole = {
		access_token: '00D!token',
		instance_url: salesforce.origin,
		id: `${salesforce.origin}/id/${salesforce.organisation.id}/005000000000001`,
	};
	for (const body of [
		'null',
		'[]',
		'7',
		'"token"',
		{ ...whole, access_token: 7 },
		{ ...whole, access_token: undefined },
		{ ...whole, instance_url: {} },
		{ ...whole, id: `${salesforce.origin}/id/other/other` },
		{ ...whole, id: null },
	]) {
		salesforce.spoil = ({ url }) =>
			url.pathname.endsWith('/token') ? { status: 200, body } : undefined;
		await expectRefused(
			salesforce.credential,
			/^Unexpected response from Salesforce: /,
			'00D!token',
		);
	}
});

describe('a list', () => {
	async function loaded(data: Data) {
		const poller = pollContext({
			type,
			parameters: { destination: 'salesforce' },
			credentials: { [TYPE]: filledIn(data) },
		});
		const [node] = Object.values(poller.workflow.nodes);
		const { additionalData } = poller.context() as unknown as {
			additionalData: IWorkflowExecuteAdditionalData;
		};
		return new LoadOptionsContext(
			poller.workflow,
			node!,
			{ ...additionalData, currentNodeParameters: node!.parameters },
			'parameters.leadSource',
		);
	}

	const sources = async (filter?: string, data: Data = salesforce.credential) => {
		const context = await loaded(data);
		const { results } = await type.methods.listSearch['searchLeadSources']!.call(context, filter);
		return results.map(({ value }) => value);
	};

	it('of lead sources has those of the picklist and those in use', async () => {
		const leadSource = 'SPZA-PLT|contoso.add-on';
		await salesforce.insert([
			{ name: 'a', leadSource },
			{ name: 'b', leadSource },
			{ name: 'c', leadSource: 'web' },
			{ name: 'd', leadSource: '' },
		]);
		// In use, "Web" is written in small letters: one value to Salesforce.
		expect(await sources()).toEqual(['Partner Referral', leadSource, 'web']);
		expect(await sources('ADD-ON')).toEqual([leadSource]);
		expect(await sources('none')).toEqual([]);
	});

	it('of fields has those that a lead does not carry anyway', async () => {
		salesforce.organisation.addCustomField('Region__c', 'Region');
		salesforce.organisation.rights.hidden.add('Website');
		const context = await loaded(salesforce.credential);
		const entries = await type.methods.loadOptions['searchLeadFields']!.call(context);
		expect(entries).toContainEqual({ name: 'Region (Region__c)', value: 'Region__c' });
		const names = entries.map(({ value }) => value);
		expect(names).toContain('Status');
		for (const other of ['Id', 'Email', 'LeadSource', 'Website'])
			expect(names).not.toContain(other);
	});

	it('is refused with the sign-in', async () => {
		const error = await sources('', salesforce.badCredential).catch((reason: unknown) => reason);
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(/Consumer Secret/),
		});
		expectNoSecret(error, salesforce.signIn.secrets);
	});

	it('is refused where the response is invalid', async () => {
		for (const body of ['null', {}, { fields: [7] }, { fields: [{ name: 'x' }] }]) {
			salesforce.spoil = ({ url }) =>
				url.pathname.endsWith('/describe') ? { status: 200, body } : undefined;
			await expect(sources()).rejects.toThrow('Unexpected response from Salesforce: ');
		}
	});
});
