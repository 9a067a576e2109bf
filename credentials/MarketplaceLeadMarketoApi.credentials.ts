import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class MarketplaceLeadMarketoApi implements ICredentialType {
	name = 'marketplaceLeadMarketoApi';

	displayName = 'Marketplace Lead Marketo API';

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/marketo.md';

	icon: Icon = {
		light: 'file:../nodes/icons/marketo.svg',
		dark: 'file:../nodes/icons/marketo.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Address',
			name: 'address',
			type: 'options',
			options: [
				{
					name: 'Endpoint',
					value: 'endpoint',
				},
				{
					name: 'Munchkin ID',
					value: 'munchkinId',
				},
			],
			default: 'munchkinId',
			description: 'How to identify the Marketo instance',
		},
		{
			displayName: 'Munchkin ID',
			name: 'munchkinId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 123-ABC-456',
			description:
				'From Marketo: Admin, Integration, Munchkin. Use the one that you gave Partner Center.',
			displayOptions: { show: { address: ['munchkinId'] } },
		},
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://123-ABC-456.mktorest.com/rest',
			description: 'From Marketo: Admin, Integration, Web Services, REST API',
			displayOptions: { show: { address: ['endpoint'] } },
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			required: true,
			default: '',
			description:
				'From Marketo: Admin, Integration, LaunchPoint, then View Details of your custom service. The role of its API-only user needs the permissions Read-Only Activity, Read-Only Person and Read-Only Assets.',
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Shown with the client ID',
		},
	];
}
