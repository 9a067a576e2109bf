import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

const shownFor = (...authentication: string[]) => ({ show: { authentication } });

export class MarketplaceLeadAzureTableApi implements ICredentialType {
	name = 'marketplaceLeadAzureTableApi';

	displayName = 'Marketplace Lead Azure Table API';

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/azure-table.md';

	icon: Icon = {
		light: 'file:../nodes/icons/azureTable.svg',
		dark: 'file:../nodes/icons/azureTable.dark.svg',
	};

	properties: INodeProperties[] = [
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'Account Name and Key',
					value: 'accountKey',
				},
				{
					name: 'Connection String',
					value: 'connectionString',
				},
				{
					name: 'Entra Application',
					value: 'entra',
				},
				{
					name: 'Shared Access Signature (SAS)',
					value: 'sas',
				},
			],
			default: 'connectionString',
		},
		{
			displayName: 'Connection String',
			name: 'connectionString',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…',
			description:
				'From the storage account in the Azure portal: Security + networking, Access keys. Use the one that you gave Partner Center.',
			displayOptions: shownFor('connectionString'),
		},
		{
			displayName: 'SAS URL',
			name: 'sasUrl',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. https://account.table.core.windows.net/?sv=…&sig=…',
			description:
				'The Table service SAS URL of the account or of one table. It needs the permissions Read and List to read leads, also Add, Update and Delete to write them, and also Write to create the table. A SAS of the account needs the resource types Service, Container and Object.',
			displayOptions: shownFor('sas'),
		},
		{
			displayName: 'Cloud',
			name: 'cloud',
			type: 'options',
			options: [
				{ name: 'Azure', value: 'public' },
				{ name: 'Azure China', value: 'china' },
				{ name: 'Azure US Government', value: 'usGovernment' },
				{ name: 'Custom', value: 'custom', description: 'Azure Stack Hub or an emulator' },
			],
			default: 'public',
			displayOptions: shownFor('accountKey', 'entra'),
		},
		{
			displayName: 'Table Endpoint',
			name: 'tableEndpoint',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://account.table.local.azurestack.external',
			displayOptions: {
				show: { authentication: ['accountKey', 'entra'], cloud: ['custom'] },
			},
		},
		{
			displayName: 'Authority Host',
			name: 'authorityHost',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://login.microsoftonline.com',
			displayOptions: { show: { authentication: ['entra'], cloud: ['custom'] } },
		},
		{
			displayName: 'Account Name',
			name: 'accountName',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. contosoleads',
			displayOptions: shownFor('accountKey', 'entra'),
		},
		{
			displayName: 'Account Key',
			name: 'accountKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			displayOptions: shownFor('accountKey'),
		},
		{
			displayName: 'Tenant ID',
			name: 'tenantId',
			type: 'string',
			required: true,
			default: '',
			description: 'The Directory (tenant) ID of the app registration in Entra',
			displayOptions: shownFor('entra'),
		},
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			required: true,
			default: '',
			description:
				'The Application (client) ID of the app registration in Entra. The application needs the role Storage Table Data Reader on the storage account, or Storage Table Data Contributor to write leads.',
			displayOptions: shownFor('entra'),
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The value of a client secret of the app registration',
			displayOptions: shownFor('entra'),
		},
	];
}
