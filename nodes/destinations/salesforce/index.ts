import { isMarketplaceLead } from '../../lead';
import type { DestinationDescription } from '../contract';
import { SalesforceSession } from './connection/session';
import { textLiteral } from './connection/soql';
import {
	openForEditor,
	searchExternalIdFields,
	searchLeadFields,
	searchLeadSources,
} from './lists';
import {
	readAdditionalFields,
	readLeadSource,
	readMethod,
	readQuotaShare,
	readRestOptions,
	readWebToLeadOptions,
	readingOptions,
	readingProperties,
	writingOptions,
	writingProperties,
} from './properties';
import { SalesforceReader } from './reading/reader';
import { formFields, restFields } from './writing/fields';
import { RestWriter } from './writing/restWriter';
import { WebToLeadWriter } from './writing/webToLeadWriter';

export const salesforce = {
	name: 'salesforce',
	displayName: 'Salesforce',
	credentialType: 'marketplaceLeadSalesforceApi',
	reading: {
		properties: readingProperties,
		options: readingOptions,
		isMarketplaceLead,

		async open(input) {
			const leadSource = readLeadSource(input);
			const readerOptions = {
				wanted: input.wanted,
				conditions: leadSource === '' ? [] : [`LeadSource = ${textLiteral(leadSource)}`],
				additionalFields: readAdditionalFields(input),
				quotaShare: readQuotaShare(input),
			};
			const session = await SalesforceSession.open(input.credential);
			return {
				// Of the organisation, not of its address or the app: both can change.
				identity: JSON.stringify(['salesforce', session.organisationId]),
				reader: new SalesforceReader(session, readerOptions),
			};
		},
	},
	writing: {
		properties: writingProperties,
		options: writingOptions,

		async open(input) {
			const { credential } = input;
			if (readMethod(input) === 'restApi') {
				const options = readRestOptions(input);
				return new RestWriter(await SalesforceSession.open(credential), options);
			}
			const { confirm, ...form } = readWebToLeadOptions(input);
			const session = confirm ? await SalesforceSession.open(credential) : undefined;
			return new WebToLeadWriter({ ...form, session });
		},

		async fields(input) {
			const isForm = readMethod(input) === 'webToLead';
			return await (isForm ? formFields : restFields)(input.credential);
		},
	},

	lists: { searchExternalIdFields, searchLeadFields, searchLeadSources },

	async testCredential(credential, limits) {
		const { session, signal } = await openForEditor(credential, limits);
		// The field too: without it no lead can be told from others.
		await session.get(
			`/query?q=${encodeURIComponent('SELECT Id, LeadSource FROM Lead LIMIT 1')}`,
			signal,
		);
	},
} satisfies DestinationDescription;
