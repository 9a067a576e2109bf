import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { environmentField, myDomainField } from './fields/salesforce';

const shownFor = (...authentication: string[]) => ({ show: { authentication } });

export class MarketplaceLeadSalesforceApi implements ICredentialType {
	name = 'marketplaceLeadSalesforceApi';

	displayName = 'Marketplace Lead Salesforce API';

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/salesforce.md';

	icon: Icon = {
		light: 'file:../nodes/icons/salesforce.svg',
		dark: 'file:../nodes/icons/salesforce.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'OAuth Client Credentials',
					value: 'clientCredentials',
					description: 'Consumer key and secret of an app that runs as a user you choose',
				},
				{
					name: 'OAuth JWT Bearer',
					value: 'jwtBearer',
					description: 'A private key whose certificate is uploaded to the app',
				},
				{
					name: 'OAuth Refresh Token',
					value: 'refreshToken',
					description: 'A refresh token that you obtained by signing in to the app',
				},
			],
			default: 'clientCredentials',
		},
		{ ...environmentField, displayOptions: shownFor('jwtBearer', 'refreshToken') },
		{ ...myDomainField, displayOptions: shownFor('clientCredentials') },
		{
			...myDomainField,
			displayOptions: {
				show: { authentication: ['jwtBearer', 'refreshToken'], environment: ['myDomain'] },
			},
		},
		{
			displayName: 'Consumer Key',
			name: 'consumerKey',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 3MVG9…',
			description: 'The client ID of the app, from its OAuth settings',
		},
		{
			displayName: 'Consumer Secret',
			name: 'consumerSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The client secret of the app, from its OAuth settings',
			displayOptions: shownFor('clientCredentials', 'refreshToken'),
		},
		{
			displayName: 'Refresh Token',
			name: 'refreshToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Has to be issued for the scopes api and refresh_token',
			displayOptions: shownFor('refreshToken'),
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. integration@contoso.com',
			description:
				'The user to sign in as, who must be pre-authorised for the app. In a sandbox, the username ends with the name of the sandbox.',
			displayOptions: shownFor('jwtBearer'),
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true, rows: 4 },
			required: true,
			default: '',
			placeholder: 'e.g. -----BEGIN PRIVATE KEY-----…',
			description:
				'The RSA key in PEM format, without a passphrase, whose certificate is uploaded to the app under Use Digital Signatures',
			displayOptions: shownFor('jwtBearer'),
		},
	];
}
