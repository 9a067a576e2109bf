import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class MarketplaceLeadDynamics365Api implements ICredentialType {
	name = 'marketplaceLeadDynamics365Api';

	displayName = 'Marketplace Lead Dynamics 365 API';

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/dynamics-365.md';

	icon: Icon = {
		light: 'file:../nodes/icons/dynamics365.svg',
		dark: 'file:../nodes/icons/dynamics365.dark.svg',
	};

	properties: INodeProperties[] = [
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
			description: 'The Directory (tenant) ID of the app registration in Entra',
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			required: true,
			default: '',
			description:
				'The Application (client) ID. The application needs an application user in the environment, with a role that may read leads.',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The value of a client secret of the app registration',
		},
	];
}
