import type { INodeProperties } from 'n8n-workflow';
import { isMarketplaceLead } from '../../lead';
import type { DestinationDescription } from '../destination.description';
import { openHttp } from '../http';
import type { DestinationInput, ListEntry } from '../types';
import {
	COLUMN_NAME_PATTERN,
	DEFAULT_LEAD_SOURCE_COLUMN,
	LEAD_PARTS,
	readColumns,
} from './columns';
import { readEnvironment } from './environment';
import { readColumnInfo } from './metadata';
import { DynamicsReader } from './reader';
import { WebApi, type WebApiOptions } from './webApi';

/** Milliseconds. A person is waiting before the editor. */
const EDITOR_TIMEOUT = 20_000;

/** In a collection of several columns. */
const column: INodeProperties = {
	displayName: 'Column',
	name: 'column',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchColumns', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. new_leadsource',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: COLUMN_NAME_PATTERN,
						errorMessage: 'A column name has letters, digits and underscores',
					},
				},
			],
		},
	],
};

const properties: INodeProperties[] = [
	{
		displayName: 'Lead Source Column',
		name: 'leadSourceColumn',
		type: 'resourceLocator',
		default: { mode: 'name', value: DEFAULT_LEAD_SOURCE_COLUMN },
		required: true,
		description:
			'The column of the table Lead that holds the lead source, such as AzureMarketplace-INS|contoso.offer. Where it holds none, the topic and the description of the lead are searched for it.',
		modes: column.modes ?? [],
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Additional Columns',
		name: 'additionalColumns',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Column',
		default: {},
		description: 'Columns to put into the properties of the lead',
		options: [
			{
				displayName: 'Column',
				name: 'column',
				values: [column],
			},
		],
	},
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Column',
		default: {},
		description:
			'Columns to read parts of the lead from, where these are not the ones every table Lead has',
		options: [
			{
				displayName: 'Column',
				name: 'column',
				values: [
					{
						displayName: 'Lead Field',
						name: 'field',
						type: 'options',
						options: LEAD_PARTS.map(({ name, label, column }) => ({
							name: label,
							value: name,
							description: column === undefined ? 'No column unless set' : `Else ${column}`,
						})),
						default: 'OfferTitle',
					},
					column,
				],
			},
		],
	},
];

export const dynamics365: DestinationDescription = {
	name: 'dynamics365',
	displayName: 'Dynamics 365',
	credentialType: 'marketplaceLeadDynamicsApi',
	reading: {
		properties,
		options,
		isMarketplaceLead,

		async open({ credential, parameter, option, wanted }) {
			const columns = readColumns({ parameter, option });
			const { origin } = readEnvironment(credential);
			const api = await openApi(credential);
			return {
				identity: JSON.stringify(['dynamics365', origin]),
				reader: new DynamicsReader(api, columns, wanted),
			};
		},
	},

	lists: {
		async searchColumns({ credential }: DestinationInput): Promise<ListEntry[]> {
			const api = await openApi(credential);
			const columns = await readColumnInfo(api, editorLimits());
			return columns
				.filter(({ kind }) => kind !== 'other')
				.map(({ name, label }) => ({ name: `${label} (${name})`, value: name }))
				.sort((a, b) => a.name.localeCompare(b.name, 'en'));
		},
	},

	async testCredential(credential, limits = editorLimits()) {
		const api = await openApi(credential, { retries: false });
		await api.get({ path: 'WhoAmI', subject: 'environment', ...limits });
		await api.get({
			path: 'leads?$select=leadid',
			prefer: 'odata.maxpagesize=1',
			subject: 'leads',
			...limits,
		});
	},
};

async function openApi(
	credential: Record<string, unknown>,
	apiOptions?: WebApiOptions,
): Promise<WebApi> {
	return new WebApi(readEnvironment(credential), await openHttp(), apiOptions);
}

function editorLimits(): { signal: AbortSignal; deadline: number } {
	return {
		signal: AbortSignal.timeout(EDITOR_TIMEOUT),
		deadline: Date.now() + EDITOR_TIMEOUT,
	};
}
