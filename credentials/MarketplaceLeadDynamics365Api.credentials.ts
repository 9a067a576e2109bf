import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { environmentFields } from './fields/dynamics365';

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
		...environmentFields,
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
				'The Application (client) ID of the app registration in Entra. The environment needs an application user for it, with a security role that can read leads.',
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
