import type { INodeProperties } from 'n8n-workflow';
import { isMarketplaceLead } from '../../lead';
import type { DestinationDescription, DestinationInput, ListEntry } from '../contract';
import { editorLimits } from '../timeLimits';
import { readColumns } from './properties';
import { columnProperty, columnsOption, leadSourceColumnProperty } from './columns.description';
import { readColumnInfo } from './metadata';
import { DynamicsReader } from './reading/reader';
import { WebApi } from './connection/client';
import { dynamics365Writing } from './writing.description';

const properties: INodeProperties[] = [
	leadSourceColumnProperty(
		'The column of the table Lead that holds the lead source, such as AzureMarketplace-INS|contoso.offer. Where it holds none, the topic and the description of the lead are searched for it.',
	),
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
				values: [columnProperty],
			},
		],
	},
	columnsOption(
		'Columns to read parts of the lead from, where these are not the ones every table Lead has',
	),
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
			const api = await WebApi.open(credential);
			return {
				identity: JSON.stringify(['dynamics365', api.origin]),
				reader: new DynamicsReader(api, columns, wanted),
			};
		},
	},
	writing: dynamics365Writing,

	lists: {
		async searchColumns({ credential }: DestinationInput): Promise<ListEntry[]> {
			const api = await WebApi.open(credential);
			const columns = await readColumnInfo(api, editorLimits());
			return columns
				.filter(({ kind }) => kind !== 'other')
				.map(({ name, label }) => ({ name: `${label} (${name})`, value: name }))
				.sort((a, b) => a.name.localeCompare(b.name, 'en'));
		},
	},

	async testCredential(credential, limits = editorLimits()) {
		const api = await WebApi.open(credential, { retries: false });
		await api.get({ path: 'WhoAmI', subject: 'environment', ...limits });
		await api.get({
			path: 'leads?$select=leadid',
			prefer: 'odata.maxpagesize=1',
			subject: 'leads',
			...limits,
		});
	},
};
