import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import { environmentFields } from './fields/dynamics365';
import { GRANT_TYPE, oAuth2Fields, originOf } from './fields/oAuth2';

const AUTHORITY = `(({ public: "https://login.microsoftonline.com", china: "https://login.partner.microsoftonline.cn", usGovernment: "https://login.microsoftonline.us" })[$self["cloud"]] ?? ${originOf('($self["authorityHost"] ?? "")')}) + "/" + encodeURIComponent($self["tenantId"].trim()) + "/oauth2/v2.0/"`;

export class MarketplaceLeadDynamics365OAuth2Api implements ICredentialType {
	name = 'marketplaceLeadDynamics365OAuth2Api';

	displayName = 'Marketplace Lead Dynamics 365 OAuth2 API';

	extends = ['oAuth2Api'];

	documentationUrl =
		'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/destinations/dynamics-365.md#how-do-i-sign-in-with-the-browser';

	icon: Icon = {
		light: 'file:../nodes/icons/dynamics365.svg',
		dark: 'file:../nodes/icons/dynamics365.dark.svg',
	};

	properties: INodeProperties[] = [
		GRANT_TYPE,
		...environmentFields,
		{
			displayName: 'Tenant ID',
			name: 'tenantId',
			type: 'string',
			required: true,
			default: '',
			description:
				'The Directory (tenant) ID of the app registration in Entra. For a multitenant app, enter organizations.',
		},
		...oAuth2Fields({
			beginning: AUTHORITY,
			paths: ['authorize', 'token'],
			scope: `={{ "openid offline_access " + ${originOf('($self["environmentUrl"] ?? "")')} + "/user_impersonation" }}`,
			query: 'response_mode=query&prompt=select_account',
		}),
	];
}
