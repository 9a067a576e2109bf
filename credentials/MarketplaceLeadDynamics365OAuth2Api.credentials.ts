import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Code of an expression: scheme and host of an address, whatever was pasted. */
const originOf = (field: string): string =>
	`($self["${field}"] ?? "").trim().replace(/^(?!https?:)/, "https://").replace(/^(https?:..[^\\/]*).*$/, "$1")`;

const AUTHORITY = `(({ public: "https://login.microsoftonline.com", china: "https://login.partner.microsoftonline.cn", usGovernment: "https://login.microsoftonline.us" })[$self["cloud"]] ?? ${originOf('authorityHost')}) + "/" + encodeURIComponent($self["tenantId"].trim()) + "/oauth2/v2.0/"`;

export class MarketplaceLeadDynamics365OAuth2Api implements ICredentialType {
	name = 'marketplaceLeadDynamics365OAuth2Api';

	displayName = 'Marketplace Lead Dynamics 365 OAuth2 API';

	extends = ['oAuth2Api'];

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/dynamics-365.md#signing-in-with-the-browser';

	icon: Icon = {
		light: 'file:../nodes/icons/dynamics365.svg',
		dark: 'file:../nodes/icons/dynamics365.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Grant Type',
			name: 'grantType',
			type: 'hidden',
			default: 'pkce',
		},
		{
			displayName: 'Environment URL',
			name: 'environmentUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://contoso.crm.dynamics.com',
			description: 'The address the browser shows when Dynamics 365 is open; a path is left out',
		},
		{
			displayName: 'Cloud',
			name: 'cloud',
			type: 'options',
			options: [
				{
					name: 'Azure',
					value: 'public',
					description: 'Also the US government cloud GCC (crm9.dynamics.com)',
				},
				{ name: 'Azure China', value: 'china' },
				{
					name: 'Azure US Government',
					value: 'usGovernment',
					description: 'GCC High (microsoftdynamics.us) and DoD (appsplatform.us)',
				},
				{ name: 'Custom', value: 'custom', description: 'An authority of your own' },
			],
			default: 'public',
			description: 'Where the environment is signed in to',
		},
		{
			displayName: 'Authority Host',
			name: 'authorityHost',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://login.microsoftonline.com',
			displayOptions: { show: { cloud: ['custom'] } },
		},
		{
			displayName: 'Tenant ID',
			name: 'tenantId',
			type: 'string',
			required: true,
			default: '',
			description:
				'The Directory (tenant) ID of the app registration in Entra. For an app of several tenants: organizations.',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			required: true,
			default: `={{ ${AUTHORITY} + "authorize" }}`,
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			required: true,
			default: `={{ ${AUTHORITY} + "token" }}`,
		},
		{
			displayName: 'Scope',
			name: 'scope',
			type: 'hidden',
			default: `={{ "openid offline_access " + ${originOf('environmentUrl')} + "/user_impersonation" }}`,
		},
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			default: 'response_mode=query&prompt=select_account',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'hidden',
			default: 'body',
		},
	];
}
