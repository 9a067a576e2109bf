import type { INodeProperties } from 'n8n-workflow';
import { isMarketplaceLead } from '../../lead';
import type { DestinationDescription } from '../contract';
import { readShare } from './apiUsage';
import { readLeadSource } from './leadQuery';
import {
	openForEditor,
	searchExternalIdFields,
	searchLeadFields,
	searchLeadSources,
} from './lists';
import { SalesforceReader } from './reader';
import { readAdditionalFields } from './record';
import { SalesforceSession } from './session';
import { textLiteral } from './soql';
import { salesforceWriting } from './writing.description';

const properties: INodeProperties[] = [
	{
		displayName: 'Lead Source',
		name: 'leadSource',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description:
			'Only leads with this Lead Source; none chosen means any. To choose by offer, store or action, use Filters.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				typeOptions: { searchListMethod: 'searchLeadSources', searchable: true },
			},
			{
				displayName: 'By Value',
				name: 'value',
				type: 'string',
				placeholder: 'e.g. AzureMarketplace-INS|contoso.add-on',
			},
		],
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Additional Field Names or IDs',
		name: 'additionalFields',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'searchLeadFields' },
		default: [],
		description:
			'Further fields of the lead to pass on among its properties, such as custom ones of your Web-to-Lead form. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Most of Daily Quota (%)',
		name: 'dailyQuotaShare',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100 },
		default: 90,
		description:
			"Polling waits when the whole organisation has used this share of its API calls of the last 24 hours, by Salesforce's own count",
	},
];

export const salesforce: DestinationDescription = {
	name: 'salesforce',
	displayName: 'Salesforce',
	credentialType: 'marketplaceLeadSalesforceApi',
	reading: {
		properties,
		options,
		isMarketplaceLead,

		async open({ credential, parameter, option, wanted }) {
			const leadSource = readLeadSource(parameter('leadSource'));
			const readerOptions = {
				wanted,
				conditions: leadSource === '' ? [] : [`LeadSource = ${textLiteral(leadSource)}`],
				additionalFields: readAdditionalFields(option('additionalFields')),
				quotaShare: readShare(option('dailyQuotaShare')),
			};
			const session = await SalesforceSession.open(credential);
			return {
				// Of the organisation, not of its address or the app: both can change.
				identity: JSON.stringify(['salesforce', session.organisationId]),
				reader: new SalesforceReader(session, readerOptions),
			};
		},
	},
	writing: salesforceWriting,

	lists: { searchExternalIdFields, searchLeadFields, searchLeadSources },

	async testCredential(credential, limits) {
		const { session, signal } = await openForEditor(credential, limits);
		// The field too: without it no lead can be told from others.
		await session.get(
			`/query?q=${encodeURIComponent('SELECT Id, LeadSource FROM Lead LIMIT 1')}`,
			signal,
		);
	},
};
