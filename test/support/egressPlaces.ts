/** What would be asked at an address that n8n's SSRF protection blocks: every destination, by every credential. */
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import type { DestinationName } from '../../nodes/lead/types.ts';

const ORGANISATION = 'https://login.salesforce.com/id/00D000000000001AAA/005000000000001AAA';
const GUID = '00000000-0000-4000-8000-000000000000';

/** A destination that would be asked at an address, with one of its credentials. */
export interface EgressPlace {
	name: DestinationName;
	credentialType: string;
	credential: () => ICredentialDataDecryptedObject;
	parameters: INodeParameters;
	/** Whether a person signs in with the browser, for which n8n has no test of the credential. */
	byBrowser?: true;
}

/** An application whose sign-in would be at the same address. */
export const entraApplication = (origin: string) => ({
	tenantId: GUID,
	clientId: GUID,
	clientSecret: 'a-secret',
	cloud: 'custom',
	authorityHost: origin.replace('http:', 'https:'),
});

/** Every credential for a destination, for one that would stand at `origin()` (http). */
export const egressPlaces = (origin: () => string): EgressPlace[] =>
	Object.entries(placesAt(origin)).flatMap(([name, places]) =>
		places.map((place) => ({ name: name as DestinationName, ...place })),
	);

const placesAt = (
	origin: () => string,
): Record<DestinationName, Array<Omit<EgressPlace, 'name'>>> => ({
	azureTable: [
		{
			credentialType: 'marketplaceLeadAzureTableApi',
			credential: () => ({
				authentication: 'connectionString',
				connectionString: `AccountName=account;AccountKey=a2V5;TableEndpoint=${origin()}`,
			}),
			parameters: { table: { __rl: true, mode: 'id', value: 'MarketplaceLeads' } },
		},
		{
			credentialType: 'marketplaceLeadAzureTableApi',
			credential: () => ({
				authentication: 'entra',
				accountName: 'account',
				tableEndpoint: origin(),
				...entraApplication(origin()),
			}),
			parameters: { table: { __rl: true, mode: 'id', value: 'MarketplaceLeads' } },
		},
	],
	dynamics365: [
		{
			credentialType: 'marketplaceLeadDynamics365Api',
			credential: () => ({ environmentUrl: origin(), ...entraApplication(origin()) }),
			parameters: {},
		},
		{
			credentialType: 'marketplaceLeadDynamics365OAuth2Api',
			credential: () => ({ environmentUrl: origin(), oauthTokenData: { access_token: 'a-token' } }),
			parameters: { authentication: 'oAuth2' },
			byBrowser: true,
		},
	],
	https: [
		{
			credentialType: 'marketplaceLeadHttpsApi',
			credential: () => ({ endpointUrl: origin().replace('http:', 'https:') }),
			parameters: {},
		},
	],
	marketo: [
		{
			credentialType: 'marketplaceLeadMarketoApi',
			credential: () => ({
				address: 'endpoint',
				endpoint: origin(),
				clientId: 'id',
				clientSecret: 'a-secret',
			}),
			parameters: { form: { __rl: true, mode: 'id', value: '1' } },
		},
	],
	salesforce: [
		{
			credentialType: 'marketplaceLeadSalesforceApi',
			credential: () => ({
				authentication: 'clientCredentials',
				myDomain: origin(),
				consumerKey: 'key',
				consumerSecret: 'a-secret',
			}),
			parameters: {},
		},
		{
			credentialType: 'marketplaceLeadSalesforceOAuth2Api',
			credential: () => ({
				environment: 'myDomain',
				myDomain: origin(),
				oauthTokenData: { access_token: 'a-token', instance_url: origin(), id: ORGANISATION },
			}),
			parameters: { authentication: 'oAuth2' },
			byBrowser: true,
		},
	],
});
