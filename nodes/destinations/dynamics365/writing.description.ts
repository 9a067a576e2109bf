import type { INodeProperties } from 'n8n-workflow';

import type { WritableField, WritingDescription } from '../contract';
import { readBoolean } from '../input';
import { editorLimits } from '../timeLimits';
import { readColumnName, readColumns } from './properties';
import { columnProperty, columnsOption, leadSourceColumnProperty } from './columns.description';
import { readAllChoices } from './metadata';
import { WebApi } from './connection/client';
import { readWritableColumns, type ColumnKind } from './writableColumns';
import { DynamicsWriter } from './writing/writer';

const properties: INodeProperties[] = [
	leadSourceColumnProperty(
		'The column of the table Lead to write the lead source into, such as AzureMarketplace-INS|contoso.offer. A column of choices gets it only where it is one of the choices. The topic of the lead holds it always.',
	),
];

const options: INodeProperties[] = [
	columnsOption(
		'Columns to write parts of the lead into, where these are not the ones every table Lead has',
	),
	{
		displayName: 'Detect Duplicates',
		name: 'detectDuplicates',
		type: 'boolean',
		default: false,
		description:
			'Whether the duplicate detection rules of the environment can keep a lead out. The same lead is never written twice; a rule also keeps out further leads of the same customer.',
	},
	{
		...columnProperty,
		displayName: 'Lead ID Column',
		name: 'leadIdColumn',
		required: false,
		description:
			'A text column of your own that gets the ID of the lead. A lead that has the ID there already is not written again, whoever made it. Not needed to tell leads that this node wrote.',
	},
	{
		displayName: 'Update Existing Leads',
		name: 'updateExisting',
		type: 'boolean',
		default: false,
		description:
			'Whether a lead that is there already gets the values of this one, over what people changed. Leads that are qualified or disqualified stay as they are.',
	},
];

const TYPES: Readonly<Partial<Record<ColumnKind, WritableField['type']>>> = {
	boolean: 'boolean',
	choice: 'options',
	date: 'dateTime',
	dateTime: 'dateTime',
	integer: 'number',
	memo: 'string',
	number: 'number',
	text: 'string',
};

export const dynamics365Writing: WritingDescription = {
	properties,
	options,

	async open(input) {
		const columns = readColumns(input);
		const rules = {
			updateExisting: readBoolean(input, 'updateExisting', 'Update Existing Leads', false),
			detectDuplicates: readBoolean(input, 'detectDuplicates', 'Detect Duplicates', false),
			leadIdColumn: readLeadIdColumn(input.option('leadIdColumn')),
		};
		return new DynamicsWriter(await WebApi.open(input.credential), columns, rules);
	},

	async fields(input) {
		const api = await WebApi.open(input.credential);
		const limits = editorLimits();
		const [columns, choices] = await Promise.all([
			readWritableColumns(api, limits),
			readAllChoices(api, limits),
		]);
		return [...columns.values()]
			.flatMap(({ name, label, kind }): WritableField[] => {
				const type = TYPES[kind];
				if (type === undefined) return [];
				const field = { name, label, type };
				if (type !== 'options') return [field];
				const entries = (choices.get(name) ?? []).map(({ value, labels }) => ({
					name: labels[0] ?? String(value),
					value: String(value),
				}));
				return [{ ...field, choices: entries }];
			})
			.sort((a, b) => a.label.localeCompare(b.label, 'en') || a.name.localeCompare(b.name, 'en'));
	},
};

/** Empty where none is chosen. */
function readLeadIdColumn(value: unknown): string {
	const text =
		typeof value === 'object' && value !== null ? (value as { value?: unknown }).value : value;
	if (text === undefined || text === null || text === '') return '';
	return readColumnName(text, 'Lead ID Column');
}
