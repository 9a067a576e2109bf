import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { GRANT_TYPE, oAuth2Fields, originOf } from './fields/oAuth2';
import { environmentField, myDomainField } from './fields/salesforce';

/** Code of an expression: where the user signs in. */
const LOGIN_URL = `(({ production: "https://login.salesforce.com", sandbox: "https://test.salesforce.com" })[$self["environment"]] ?? ${originOf('$self["myDomain"]')})`;

export class MarketplaceLeadSalesforceOAuth2Api implements ICredentialType {
	name = 'marketplaceLeadSalesforceOAuth2Api';

	displayName = 'Marketplace Lead Salesforce OAuth2 API';

	extends = ['oAuth2Api'];

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/salesforce.md#how-do-i-sign-in-with-the-browser';

	icon: Icon = {
		light: 'file:../nodes/icons/salesforce.svg',
		dark: 'file:../nodes/icons/salesforce.dark.svg',
	};

	properties: INodeProperties[] = [
		GRANT_TYPE,
		environmentField,
		{ ...myDomainField, displayOptions: { show: { environment: ['myDomain'] } } },
		...oAuth2Fields({
			beginning: LOGIN_URL,
			paths: ['/services/oauth2/authorize', '/services/oauth2/token'],
			scope: 'api refresh_token',
			// Else Salesforce connects whoever is signed in already, without asking.
			query: 'prompt=login',
		}),
	];
}
