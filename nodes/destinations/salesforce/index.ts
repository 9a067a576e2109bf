import { isMarketplaceLead } from '../../lead';
import type {
	DestinationDescription,
	DestinationInput,
	LeadDestination,
	WriteInput,
} from '../contract';
import { processCache } from '../processCache';
import { SalesforceSession } from './connection/session';
import { textLiteral } from './connection/soql';
import {
	formFields,
	openForEditor,
	restFields,
	searchExternalIdFields,
	searchHandledFields,
	searchLeadFields,
	searchLeadSources,
} from './lists';
import { markingProperties, pendingCondition, readMarkingField } from './marking/field';
import type { SalesforceMarker } from './marking/marker';
import {
	readAdditionalFields,
	readLeadSource,
	readMethod,
	readQuotaShare,
	readRestOptions,
	readWebToLeadOptions,
	readingFilters,
	readingOptions,
	writingOptions,
	writingProperties,
} from './properties';
import { SalesforceReader } from './reading/reader';

/** Opens the leads for which these conditions in SOQL hold as well. */
async function openReading(
	input: DestinationInput,
	further: readonly string[] = [],
): Promise<LeadDestination> {
	const leadSource = readLeadSource(input);
	const bySource = leadSource === '' ? [] : [`LeadSource = ${textLiteral(leadSource)}`];
	const readerOptions = {
		wanted: input.wanted,
		conditions: [...bySource, ...further],
		additionalFields: readAdditionalFields(input),
		quotaShare: readQuotaShare(input),
	};
	const { credential, browser, cache = processCache } = input;
	const session = await SalesforceSession.open(credential, { operation: 'read', cache, browser });
	return {
		// Of the organisation, not of its address or the app: both can change.
		identity: JSON.stringify(['salesforce', session.organisationId]),
		reader: new SalesforceReader(session, readerOptions),
	};
}

async function openMarker(input: WriteInput): Promise<SalesforceMarker> {
	const { credential, browser, cache = processCache } = input;
	const { SalesforceMarker } = await import('./marking/marker');
	return new SalesforceMarker(
		async () => await SalesforceSession.open(credential, { operation: 'write', cache, browser }),
		readMarkingField(input),
	);
}

export const salesforce = {
	name: 'salesforce',
	displayName: 'Salesforce',
	credentialType: 'marketplaceLeadSalesforceApi',
	browserCredentialType: 'marketplaceLeadSalesforceOAuth2Api',
	reading: {
		properties: [],
		options: readingOptions,
		filters: readingFilters,
		isMarketplaceLead,

		async open(input) {
			return await openReading(input);
		},

		survey: { leadSource: () => ({ fields: ['LeadSource'] }) },

		marking: {
			properties: markingProperties,
			placeProperties: [],

			async open(input) {
				const field = readMarkingField(input);
				const marker = await openMarker(input);
				return {
					...(await openReading(input, [pendingCondition(field)])),
					mark: async (leads, limits) => await marker.mark(leads, limits),
					check: async (limits) => {
						await marker.check(limits);
					},
				};
			},

			openMarker,
		},
	},
	writing: {
		properties: writingProperties,
		options: writingOptions,

		async open(input) {
			const { credential, browser, cache = processCache } = input;
			const signIn = async () =>
				await SalesforceSession.open(credential, { operation: 'write', cache, browser });
			if (readMethod(input) === 'restApi') {
				const options = readRestOptions(input);
				const { RestWriter } = await import('./writing/restWriter');
				return new RestWriter(await signIn(), options);
			}
			const { confirm, ...form } = readWebToLeadOptions(input);
			const { ConfirmedWebToLeadWriter, WebToLeadWriter } =
				await import('./writing/webToLeadWriter');
			if (!confirm) return new WebToLeadWriter(form);
			return new ConfirmedWebToLeadWriter(form, await signIn());
		},

		async fields(input) {
			const isForm = readMethod(input) === 'webToLead';
			return await (isForm ? formFields : restFields)(input);
		},
	},

	lists: { searchExternalIdFields, searchHandledFields, searchLeadFields, searchLeadSources },

	signsIn: true,
	async testCredential(credential, limits, browser) {
		const { session, signal } = await openForEditor(
			{ credential, ...(browser && { browser }) },
			limits,
		);
		// The field too: without it no lead can be told from others.
		await session.query('SELECT Id, LeadSource FROM Lead LIMIT 1', signal);
	},
} satisfies DestinationDescription;
