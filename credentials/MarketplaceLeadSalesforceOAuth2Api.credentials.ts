import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Code of an expression: scheme and host of where the user signs in, whatever was pasted. */
const LOGIN_URL =
	'({ production: "https://login.salesforce.com", sandbox: "https://test.salesforce.com" })[$self["environment"]] ?? $self["myDomain"].trim().replace(/^(?!https?:)/, "https://").replace(/^(https?:..[^\\/]*).*$/, "$1")';

export class MarketplaceLeadSalesforceOAuth2Api implements ICredentialType {
	name = 'marketplaceLeadSalesforceOAuth2Api';

	displayName = 'Marketplace Lead Salesforce OAuth2 API';

	extends = ['oAuth2Api'];

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/salesforce.md#signing-in-with-the-browser';

	icon: Icon = {
		light: 'file:../nodes/icons/salesforce.svg',
		dark: 'file:../nodes/icons/salesforce.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'pkce',
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{
					name: 'My Domain',
					value: 'myDomain',
					description: "The organisation's own address, for whichever environment it is",
				},
				{ name: 'Production', value: 'production', description: 'Login.salesforce.com' },
				{ name: 'Sandbox', value: 'sandbox', description: 'Test.salesforce.com' },
			],
			default: 'production',
			description: 'Where you sign in',
		},
		{
			displayName: 'My Domain',
			name: 'myDomain',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://contoso.my.salesforce.com',
			description: 'The Current My Domain URL, from Setup, My Domain; sandboxes have their own',
			displayOptions: { show: { environment: ['myDomain'] } },
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			required: true,
			default: `={{ (${LOGIN_URL}) + "/services/oauth2/authorize" }}`,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			required: true,
			default: `={{ (${LOGIN_URL}) + "/services/oauth2/token" }}`,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: 'api refresh_token',
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			// Else Salesforce connects whoever is signed in already, without asking.
			default: 'prompt=login',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			default: 'body',
		},
	];
}
