import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Where leads are sent to; the secret of an endpoint of our own is MarketplaceLeadTriggerApi. */
export class MarketplaceLeadHttpsApi implements ICredentialType {
	name = 'marketplaceLeadHttpsApi';

	displayName = 'Marketplace Lead HTTPS Endpoint API';

	icon: Icon = {
		light: 'file:../nodes/icons/https.svg',
		dark: 'file:../nodes/icons/https.dark.svg',
	};

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/https.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Endpoint URL',
			name: 'endpointUrl',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. https://leads.contoso.com/api/lead?code=…',
			description:
				'The whole address that leads are sent to, including its secret, as you would enter it in Partner Center. Testing this credential connects to its host and sends no lead. To find out whether leads are accepted there, use the operation Check Connection.',
		},
		{
			displayName: 'Header Name',
			name: 'headerName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Authorization',
			description:
				'Only if the receiver also requires a header, which Partner Center itself cannot send',
		},
		{
			displayName: 'Header Value',
			name: 'headerValue',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. Bearer …',
			description: 'The whole value of the header',
		},
	];
}
