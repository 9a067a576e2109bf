import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class MarketplaceLeadTriggerApi implements ICredentialType {
	name = 'marketplaceLeadTriggerApi';

	displayName = 'Marketplace Lead Trigger API';

	icon: Icon = {
		light: 'file:../nodes/icons/marketplaceLead.svg',
		dark: 'file:../nodes/icons/marketplaceLead.dark.svg',
	};

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/https-endpoint.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'e.g. 48 letters and digits of a password manager',
			description:
				'What senders have to know. It goes at the end of the URL in Partner Center (?code=…), into the header X-Lead-Secret, or into the password for basic authentication. At least 16 characters: A–Z, a–z, 0–9, "-", ".", "_" and "~".',
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: 'marketplace',
			description: 'The user name for basic authentication. Not used otherwise.',
		},
		{
			displayName: 'Endpoint URL',
			name: 'endpointUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/…/lead',
			description:
				'Only used when you test this credential: the Production URL of a published Marketplace Lead Trigger, without the secret. The test then also tries the secret there.',
		},
	];
}
