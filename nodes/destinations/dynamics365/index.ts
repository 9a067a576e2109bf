import { isMarketplaceLead } from '../../lead';
import type {
	DestinationDescription,
	DestinationInput,
	LeadDestination,
	WriteInput,
} from '../contract';
import { processCache } from '../processCache';
import { editorLimits, type TimeLimits } from '../timeLimits';
import { DataverseClient } from './connection/client';
import { searchColumns, searchHandledColumns, writableFields } from './lists';
import { markingProperties, pendingCondition, readMarkingColumn } from './marking/column';
import type { DynamicsMarker } from './marking/marker';
import {
	readColumnSettings,
	readingOptions,
	readingProperties,
	readWriteRules,
	writingOptions,
	writingProperties,
} from './properties';
import { readColumns } from './metadata';
import { DynamicsReader } from './reading/reader';

async function openReading(
	input: DestinationInput,
	always?: string,
	columns = readColumnSettings(input),
): Promise<LeadDestination> {
	const { credential, browser, cache = processCache } = input;
	const client = await DataverseClient.open(credential, { operation: 'read', cache, browser });
	return {
		identity: JSON.stringify(['dynamics365', client.origin]),
		reader: new DynamicsReader(client, columns, input.wanted, {
			...(always === undefined ? {} : { always }),
		}),
	};
}

/** With every column that can be searched for a lead source, beside those that are set. */
async function openWhole(input: DestinationInput, limits: TimeLimits): Promise<LeadDestination> {
	const columns = readColumnSettings(input);
	const { credential, browser, cache = processCache } = input;
	const client = await DataverseClient.open(credential, { operation: 'read', cache, browser });
	const searchable = (await readColumns(client, limits, { labels: false }))
		.filter(({ kind }) => kind !== 'other')
		.map(({ name }) => name);
	return await openReading(input, undefined, {
		...columns,
		additional: [...new Set([...columns.additional, ...searchable])],
		select: [...new Set([...columns.select, ...searchable])],
	});
}

async function openMarker(input: WriteInput): Promise<DynamicsMarker> {
	const column = readMarkingColumn(input);
	const { credential, browser, cache = processCache } = input;
	const client = await DataverseClient.open(credential, { operation: 'write', cache, browser });
	const { DynamicsMarker } = await import('./marking/marker');
	return new DynamicsMarker(client, column);
}

export const dynamics365: DestinationDescription = {
	name: 'dynamics365',
	displayName: 'Dynamics 365',
	credentialType: 'marketplaceLeadDynamics365Api',
	browserCredentialType: 'marketplaceLeadDynamics365OAuth2Api',
	reading: {
		properties: readingProperties,
		options: readingOptions,
		isMarketplaceLead,

		async open(input) {
			return await openReading(input);
		},

		survey: {
			leadSource: (input) => ({
				fields: [readColumnSettings(input).leadSource, 'subject', 'description'],
				setting: 'Lead Source Column',
			}),
			openWhole,
		},

		marking: {
			properties: markingProperties,
			placeProperties: [],

			async open(input) {
				const column = readMarkingColumn(input);
				const marker = await openMarker(input);
				return {
					...(await openReading(input, pendingCondition(column))),
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
			const columns = readColumnSettings(input);
			const rules = readWriteRules(input);
			const { credential, browser, cache = processCache } = input;
			const client = await DataverseClient.open(credential, { operation: 'write', cache, browser });
			const { DynamicsWriter } = await import('./writing/writer');
			return new DynamicsWriter(client, columns, rules);
		},

		fields: writableFields,
	},

	lists: { searchColumns, searchHandledColumns },

	signsIn: true,
	async testCredential(credential, limits = editorLimits(), browser) {
		const client = await DataverseClient.open(credential, {
			operation: 'signIn',
			retries: false,
			browser,
		});
		await client.get({ path: 'WhoAmI', subject: 'environment', ...limits });
		await client.get({
			path: 'leads?$select=leadid',
			prefer: 'odata.maxpagesize=1',
			subject: 'leads',
			...limits,
		});
	},
};
