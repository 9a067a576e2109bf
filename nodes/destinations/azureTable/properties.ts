import type { INodeProperties } from 'n8n-workflow';

import { configurationError } from '../addresses';
import type { WriteInput } from '../contract';
import { readBoolean } from '../input';

/** The table Microsoft's connector makes unless the publisher names another. */
const DEFAULT_TABLE = 'MarketplaceLeads';
const TABLE_NAME = '^[A-Za-z][A-Za-z0-9]{2,62}$';

/** Asks for the table, whether it is read or written. */
export const tableProperty: INodeProperties = {
	displayName: 'Table',
	name: 'table',
	type: 'resourceLocator',
	default: { mode: 'list', value: DEFAULT_TABLE },
	required: true,
	description:
		'The table that holds the leads, as Microsoft writes them. It may not exist yet: it is made with the first lead.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchTables', searchable: true },
		},
		{
			displayName: 'By Name',
			name: 'name',
			type: 'string',
			placeholder: 'e.g. MarketplaceLeads',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: TABLE_NAME,
						errorMessage: 'A table name has 3 to 63 letters and digits and begins with a letter',
					},
				},
			],
		},
	],
};

/** The parameter's value. @throws DestinationError with code `configuration` */
export function readTableName(value: unknown): string {
	const name = typeof value === 'string' ? value.trim() : '';
	if (new RegExp(TABLE_NAME).test(name)) return name;
	throw configurationError(
		'The table name is not one Azure allows',
		`It has 3 to 63 letters and digits and begins with a letter, such as ${DEFAULT_TABLE}.`,
	);
}

export const writingOptions: INodeProperties[] = [
	{
		displayName: 'Create Table',
		name: 'createTable',
		type: 'boolean',
		default: true,
		description:
			"Whether to make the table with the first lead where it does not exist yet, as Microsoft's connector does",
	},
];

/** @throws DestinationError where the option is neither on nor off */
export function readCreateTable(input: WriteInput): boolean {
	return readBoolean(input, 'createTable', 'Create Table', true);
}

/** A handled table's name is that of the table with this behind it. */
const HANDLED = 'Handled';
const MAX_TABLE_NAME = 63;

export const markingProperties: INodeProperties[] = [
	{
		displayName: 'Handled Leads Are',
		name: 'handledLeadsAre',
		type: 'options',
		noDataExpression: true,
		default: 'move',
		description: 'How a lead is marked as handled',
		options: [
			{
				name: 'Moved to Another Table',
				value: 'move',
				description:
					'The row moves to a table of the same name with "Handled" behind it, which is created when it is needed. A poll reads only what is pending.',
			},
			{
				name: 'Marked in a Column',
				value: 'column',
				description:
					'The row stays and gets the column LeadHandledAt. Each poll reads the whole table, one request for each 1,000 rows.',
			},
		],
	},
];

/** The parameter Handled Leads Are, and the table they move to. @throws DestinationError */
export function readHandledRows(
	{ parameter }: Pick<WriteInput, 'parameter'>,
	table: string,
): { way: 'column' | 'move'; handledTable: string } {
	const value = parameter('handledLeadsAre') ?? 'move';
	if (value !== 'column' && value !== 'move') {
		throw configurationError(
			'"Handled Leads Are" has an unknown value',
			'Choose Moved to Another Table or Marked in a Column.',
		);
	}
	const handledTable = `${table}${HANDLED}`;
	if (value === 'move' && handledTable.length > MAX_TABLE_NAME) {
		throw configurationError(
			`The table name is too long to have "${HANDLED}" behind it`,
			`Azure allows ${MAX_TABLE_NAME} characters. Choose Marked in a Column, or a shorter name.`,
		);
	}
	return { way: value, handledTable };
}
