/** How the editor asks for columns, for reading as for writing. */
import type { INodeProperties } from 'n8n-workflow';

import { COLUMN_NAME_PATTERN, DEFAULT_LEAD_SOURCE_COLUMN, LEAD_PARTS } from './properties';

/** In a collection of several columns. */
export const columnProperty: INodeProperties = {
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

export function leadSourceColumnProperty(description: string): INodeProperties {
	return {
		displayName: 'Lead Source Column',
		name: 'leadSourceColumn',
		type: 'resourceLocator',
		default: { mode: 'name', value: DEFAULT_LEAD_SOURCE_COLUMN },
		required: true,
		description,
		modes: columnProperty.modes ?? [],
	};
}

/** Columns for parts of a lead. */
export function columnsOption(description: string): INodeProperties {
	return {
		displayName: 'Columns',
		name: 'columns',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Column',
		default: {},
		description,
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
					columnProperty,
				],
			},
		],
	};
}
