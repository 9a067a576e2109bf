import type { INodeProperties } from 'n8n-workflow';

type Field = Omit<INodeProperties, 'displayOptions'>;

/** Which server the user is known to, for credentials that don't have the address from elsewhere. */
export const environmentField: Field = {
	displayName: 'Environment',
	name: 'environment',
	type: 'options',
	options: [
		{
			name: 'My Domain',
			value: 'myDomain',
			description: "The organisation's own address, in production or in a sandbox",
		},
		{ name: 'Production', value: 'production', description: 'Login.salesforce.com' },
		{ name: 'Sandbox', value: 'sandbox', description: 'Test.salesforce.com' },
	],
	default: 'production',
	description: 'Where the user signs in',
};

export const myDomainField: Field = {
	displayName: 'My Domain',
	name: 'myDomain',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. https://contoso.my.salesforce.com',
	description: 'The Current My Domain URL from Setup, My Domain. Each sandbox has its own.',
};
