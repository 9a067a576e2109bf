/** The sign-in to Dynamics 365, right and with each part wrong, on real servers. */
import { randomUUID } from 'node:crypto';

import { LoadOptionsContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeListSearchResult,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { MarketplaceLeadDynamics365Api } from '../../../credentials/MarketplaceLeadDynamics365Api.credentials.ts';
import { MarketplaceLeadPollTrigger } from '../../../nodes/MarketplaceLeadPollTrigger/MarketplaceLeadPollTrigger.node.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { pollContext, testCredential } from '../../support/engine.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { CLOSED_PORT } from '../../support/nobody.ts';
import { FakeServer } from '../../fakeServers/fakeServer.ts';
import type { FakeResponse } from '../../fakeServers/fakeServer.ts';

type Data = ICredentialDataDecryptedObject;

const TYPE = 'marketplaceLeadDynamics365Api';
const type = new MarketplaceLeadPollTrigger();
const defaults = Object.fromEntries(
	new MarketplaceLeadDynamics365Api().properties.map(({ name, default: value }) => [name, value]),
) as Data;

let authority: EntraAuthority;
let dynamics: FakeDynamics;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => {
	dynamics = await startDynamics({ authority });
});
afterEach(async () => await dynamics?.stop());

/** What n8n hands over: every field of the form, those not filled in with their defaults. */
const filledIn = (changes: Data = {}): Data => ({
	...defaults,
	...dynamics.credential,
	...changes,
});

async function tested(changes: Data = {}) {
	return await testCredential(type, `${TYPE}Test`, filledIn(changes));
}

/** Refused in a sentence or two that name the part, without the secret. */
async function expectRefused(changes: Data, said: RegExp): Promise<void> {
	const result = await tested(changes);
	expect(result).toMatchObject({ status: 'Error', message: expect.stringMatching(said) });
	expect(result.message).toMatch(/^[A-Z].{20,}\.$/s);
	expect(result.message).not.toMatch(BLAME);
	const secret = String(filledIn(changes)['clientSecret']);
	if (secret !== '') expectNoSecret(result, [secret]);
}

describe('the sign-in', () => {
	it('works with the address of the environment, however it was copied', async () => {
		const { origin } = dynamics;
		for (const environmentUrl of [
			origin,
			`${origin}/`,
			`  ${origin}/main.aspx?appid=1&pagetype=entitylist&etn=lead#x `,
			`${origin}/api/data/v9.2/leads`,
		]) {
			expect(await tested({ environmentUrl })).toEqual({
				status: 'OK',
				message: 'Connection successful',
			});
		}
	});

	it('asks only for who one is and for a lead', async () => {
		await tested();
		expect(dynamics.server.requests.map(({ url }) => `${url.pathname}${url.search}`)).toEqual([
			'/api/data/v9.2/WhoAmI',
			'/api/data/v9.2/leads?$select=leadid',
		]);
	});

	it('is refused with a secret that is wrong or has expired', async () => {
		await expectRefused({ clientSecret: `wrong~${randomUUID()}` }, /Client Secret is wrong/);
		const { expiredSecret: clientSecret } = authority.application;
		await expectRefused({ clientSecret }, /Client Secret has expired/);
		expect(dynamics.server.requests).toEqual([]);
	});

	it('is refused with an ID of another application or tenant', async () => {
		await expectRefused({ clientId: randomUUID() }, /Client ID is not known/);
		await expectRefused({ tenantId: randomUUID() }, /tenant/i);
	});

	it('is refused for an environment that the tenant does not know', async () => {
		const environmentUrl = 'https://contoso.crm4.dynamics.com';
		await expectRefused({ environmentUrl }, /no service with this address/);
	});

	it('is refused with fields that are empty or not what they should be', async () => {
		await expectRefused({ environmentUrl: '' }, /Environment URL is missing/);
		await expectRefused({ environmentUrl: 'https://' }, /Environment URL is not an address/);
		await expectRefused(
			{ environmentUrl: 'http://contoso.crm.dynamics.com' },
			/Environment URL is not an https address/,
		);
		await expectRefused(
			{ environmentUrl: 'https://me:pass@contoso.crm.dynamics.com' },
			/user name or password/,
		);
		await expectRefused({ tenantId: '' }, /Tenant ID is missing/);
		await expectRefused({ clientId: ' ' }, /Client ID is missing/);
		await expectRefused({ clientSecret: '' }, /Client Secret is missing/);
		await expectRefused({ tenantId: 'contoso/../x' }, /Tenant ID is neither/);
		await expectRefused({ authorityHost: '' }, /Authority Host is not an address/);
		await expectRefused({ authorityHost: 'http://login.example' }, /Authority Host.*https/);
		await expectRefused({ cloud: 'moon' }, /cloud/);
	});

	it.each([
		['https://contoso.crm.microsoftdynamics.us', 'public', 'Azure US Government'],
		['https://contoso.crm.appsplatform.us', 'china', 'Azure US Government'],
		['https://contoso.crm.dynamics.cn', 'public', 'Azure China'],
		['https://contoso.crm9.dynamics.com', 'usGovernment', 'Azure under Cloud'],
	])('keeps the secret from another cloud than that of %s', async (environmentUrl, cloud, name) => {
		const said = new RegExp(`another cloud than the one chosen.*${name}`);
		await expectRefused({ environmentUrl, cloud }, said);
	});
});

describe('an environment', () => {
	it.each([
		['missing', /no user in this environment.*Application users/],
		['disabled', /application user is disabled/],
		['withoutRoles', /has no security role/],
		['withoutLicense', /no license/],
	] as const)('tells that the application user is %s', async (caller, said) => {
		dynamics.caller = caller;
		await expectRefused({}, said);
	});

	it('tells that the application user may not read leads', async () => {
		dynamics.mayReadLeads = false;
		await expectRefused({}, /may not read leads.*privilege Read on the table Lead/);
	});

	it('tells its state', async () => {
		dynamics.state = 'adminMode';
		await expectRefused({}, /administration mode/);
		dynamics.state = 'disabled';
		await expectRefused({}, /environment is disabled/);
	});

	it('that does not take the token is told apart from Entra that gives none', async () => {
		dynamics.beforeLeads = () => ({ status: 401 });
		await expectRefused({}, /Dynamics 365 did not accept the sign-in.*Environment URL/);
	});

	it('that is busy or broken is told at once', async () => {
		dynamics.server.fault({ kind: 'refused', why: 'throttled', waitSeconds: 300 });
		await expectRefused({}, /Too many requests/);
		dynamics.server.fault({ kind: 'refused', why: 'busy' });
		await expectRefused({}, /busy/);
		dynamics.server.fault({ kind: 'refused', why: 'broken' });
		await expectRefused({}, /status 500 \(0x80040216\)/);
		expect(
			dynamics.server.requests.filter(({ url }) => url.pathname.endsWith('/leads')),
		).toHaveLength(3);
	});

	it('is told apart from a host that is not there', async () => {
		const environmentUrl = `http://127.0.0.1:${CLOSED_PORT}`;
		await expectRefused({ environmentUrl }, /Dynamics 365 could not be reached/);
		const authorityHost = `https://localhost:${CLOSED_PORT}`;
		await expectRefused({ authorityHost }, /Entra did not give|authority host/);
	});

	it.each<[string, FakeResponse]>([
		['a page for people', { status: 200, body: '<html><title>Sign in</title></html>' }],
		['a list', { status: 200, body: [] }],
		['nothing', { status: 200, body: '' }],
		['a redirection', { status: 302, headers: { location: 'https://evil.example/' } }],
		['"not found"', { status: 404, body: 'Not Found' }],
	])('is told apart from a host that responds with %s', async (_, response) => {
		const other = await FakeServer.start({
			asksForLeads: () => false,
			respond: () => response,
			refuse: () => response,
		});
		try {
			await expectRefused(
				{ environmentUrl: other.origin },
				/^Unexpected response from Dynamics 365: it is|^There is no Dynamics 365 environment at this address/,
			);
		} finally {
			await other.stop();
		}
	});
});

describe('the list of columns', () => {
	async function searched(filter?: string): Promise<INodeListSearchResult> {
		const poller = pollContext({
			type,
			parameters: { destination: 'dynamics365' },
			credentials: { [TYPE]: filledIn() },
		});
		const [node] = Object.values(poller.workflow.nodes);
		const { additionalData } = poller.context() as unknown as {
			additionalData: IWorkflowExecuteAdditionalData;
		};
		const context = new LoadOptionsContext(
			poller.workflow,
			node!,
			{ ...additionalData, currentNodeParameters: node!.parameters },
			'parameters.leadSourceColumn',
		);
		return await type.methods.listSearch['searchColumns']!.call(context, filter);
	}

	it('holds columns of text and choices that can be read, by label and name', async () => {
		const { results } = await searched();
		expect(results).toContainEqual({
			name: 'Lead Source (leadsourcecode)',
			value: 'leadsourcecode',
		});
		expect(results).toContainEqual({ name: 'Topic (subject)', value: 'subject' });
		const values = results.map(({ value }) => value);
		for (const other of ['leadsourcecodename', 'createdon', 'revenue', 'contoso_secret']) {
			expect(values).not.toContain(other);
		}
		expect(results.map(({ name }) => name)).toEqual(
			results.map(({ name }) => name).sort((a, b) => a.localeCompare(b, 'en')),
		);
		expect((await searched('MARKETPLACE OFFER T')).results.map(({ value }) => value)).toEqual([
			'contoso_offertitle',
		]);
	});

	it('is refused with the privilege', async () => {
		dynamics.mayReadColumns = false;
		await expect(searched()).rejects.toMatchObject({
			name: 'NodeApiError',
			message: 'The application user may not read which columns there are',
		});
	});
});
