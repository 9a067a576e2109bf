import type { INodeProperties } from 'n8n-workflow';

/** Where the environment is and where it is signed in to, the same for each of its credentials. */
export const environmentFields: INodeProperties[] = [
	{
		displayName: 'Environment URL',
		name: 'environmentUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://contoso.crm.dynamics.com',
		description: 'The address in the browser when Dynamics 365 is open. A path is ignored.',
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
			{ name: 'Custom', value: 'custom', description: 'An authority host that you enter' },
		],
		default: 'public',
		description: 'The cloud that the environment belongs to',
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
];
