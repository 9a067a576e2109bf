/** Where the credentials for signing in with the browser send people, as n8n works it out. */
import type { ICredentialType } from 'n8n-workflow';

import { MarketplaceLeadDynamics365OAuth2Api } from '../../credentials/MarketplaceLeadDynamics365OAuth2Api.credentials';
import { MarketplaceLeadSalesforceOAuth2Api } from '../../credentials/MarketplaceLeadSalesforceOAuth2Api.credentials';
import { oAuth2Credential } from '../support/oAuth2Credential';

const salesforce = new MarketplaceLeadSalesforceOAuth2Api();
const dynamics = new MarketplaceLeadDynamics365OAuth2Api();
const TENANT = '11111111-2222-3333-4444-555555555555';
const CRM = 'https://contoso.crm4.dynamics.com';

const urls = (type: ICredentialType, given: Record<string, unknown>) => {
	const { authUrl, accessTokenUrl, scope } = oAuth2Credential(type, given);
	return [authUrl, accessTokenUrl, scope];
};

const MY_DOMAINS = [
	'https://contoso.my.salesforce.com',
	'contoso.my.salesforce.com',
	' https://contoso.my.salesforce.com/lightning/page?a=b ',
].map((myDomain): [Record<string, string>, string] => [
	{ environment: 'myDomain', myDomain },
	'https://contoso.my.salesforce.com',
]);

it.each<[Record<string, string>, string]>([
	[{}, 'https://login.salesforce.com'],
	[{ environment: 'sandbox' }, 'https://test.salesforce.com'],
	...MY_DOMAINS,
	...['localhost:99', '127.0.0.1', '[::1]:99'].map((host): [Record<string, string>, string] => [
		{ environment: 'myDomain', myDomain: `http://${host}/x` },
		`http://${host}`,
	]),
	// n8n sends the Client Secret there.
	...[
		'contoso.my.salesforce.com',
		'localhost.contoso.com',
		'127.0.0.1.contoso.com',
		'localhost:a@contoso.com',
		'127.0.0.1@contoso.com',
	].map((host): [Record<string, string>, string] => [
		{ environment: 'myDomain', myDomain: `http://${host}/x` },
		`https://${host}`,
	]),
	// As browsers and Node.js read them: by any case, and with slashes of either kind or none.
	...[
		['HTTP://contoso.com/x', 'contoso.com'],
		['HTTPS://contoso.com/x', 'contoso.com'],
		['http:xxlocalhost/', 'xxlocalhost'],
		['http:a.localhost', 'a.localhost'],
		['http:b@localhost/', 'b@localhost'],
		['http:\\\\contoso.com\\x', 'contoso.com'],
		['http://localhost\\@contoso.com/', 'localhost'],
		['http:\t//contoso.com/', 'contoso.com'],
		['http:\n/contoso.com/', 'contoso.com'],
		['https:/contoso.com/x?y=//z', 'contoso.com'],
		['https://contoso.com?x', 'contoso.com'],
		['https://contoso.com#//x', 'contoso.com'],
	].map(([myDomain = '', host = '']): [Record<string, string>, string] => [
		{ environment: 'myDomain', myDomain },
		`${/^https/i.exec(myDomain)?.[0] ?? 'https'}://${host}`,
	]),
])('Salesforce with %j signs in at %s', (given, origin) => {
	expect(urls(salesforce, given)).toEqual([
		`${origin}/services/oauth2/authorize`,
		`${origin}/services/oauth2/token`,
		'api refresh_token',
	]);
});

it.each([
	[{}, 'https://login.microsoftonline.com'],
	[{ cloud: 'usGovernment' }, 'https://login.microsoftonline.us'],
	[{ cloud: 'china' }, 'https://login.partner.microsoftonline.cn'],
	[
		{ cloud: 'custom', authorityHost: 'https://login.contoso.example/' },
		'https://login.contoso.example',
	],
	[{ cloud: 'custom', authorityHost: 'login.contoso.example' }, 'https://login.contoso.example'],
	[
		{ cloud: 'custom', authorityHost: 'http://login.contoso.example' },
		'https://login.contoso.example',
	],
])('Dynamics 365 with %j signs in at %s', (given, host) => {
	for (const environmentUrl of [CRM, `${CRM}/main.aspx?appid=1`, ' contoso.crm4.dynamics.com']) {
		expect(urls(dynamics, { ...given, environmentUrl, tenantId: ` ${TENANT} ` })).toEqual([
			`${host}/${TENANT}/oauth2/v2.0/authorize`,
			`${host}/${TENANT}/oauth2/v2.0/token`,
			`openid offline_access ${CRM}/user_impersonation`,
		]);
	}
});

it.each([salesforce, dynamics])(
	'$name is n8n’s own kind, with PKCE and a refresh token',
	(type) => {
		expect(type.extends).toEqual(['oAuth2Api']);
		const values = oAuth2Credential(type, { environmentUrl: CRM, tenantId: TENANT });
		expect(values).toMatchObject({
			grantType: 'pkce',
			authentication: 'body',
			scope: expect.stringMatching(/refresh_token|offline_access/) as string,
		});
	},
);
