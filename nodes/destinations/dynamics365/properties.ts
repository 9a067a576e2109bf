/** What the editor asks for, and the functions that read it. */
import type { INodeProperties } from 'n8n-workflow';

import { jsonObject, readAs } from '../../schemas';
import { array, nullish, object } from '../../vendor/schema';
import { configurationError } from '../addresses';
import type { DestinationInput, WriteInput } from '../contract';
import { locatorValue, readBoolean } from '../input';

/** A part of a lead that a column can be set for, by the name `parseLead` knows it under. */
export interface LeadPart {
	name: string;
	label: string;
	/** The column of every lead table that holds it; `undefined` where there is none. */
	column: string | undefined;
}

/** https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/lead */
export const LEAD_PARTS: readonly LeadPart[] = [
	{ name: 'ActionCode', label: 'Action Code', column: undefined },
	{ name: 'Company', label: 'Company', column: 'companyname' },
	{ name: 'Country', label: 'Country', column: 'address1_country' },
	{ name: 'Description', label: 'Description', column: 'description' },
	{ name: 'Email', label: 'Email', column: 'emailaddress1' },
	{ name: 'FirstName', label: 'First Name', column: 'firstname' },
	{ name: 'LastName', label: 'Last Name', column: 'lastname' },
	{ name: 'OfferId', label: 'Offer ID', column: undefined },
	{ name: 'OfferTitle', label: 'Offer Title', column: undefined },
	{ name: 'Phone', label: 'Phone', column: 'telephone1' },
	{ name: 'Subject', label: 'Subject', column: 'subject' },
	{ name: 'Title', label: 'Job Title', column: 'jobtitle' },
];

const DEFAULT_LEAD_SOURCE_COLUMN = 'leadsourcecode';
/**
 * Dataverse's own columns for customers who want to be left alone, by which salespeople and marketing
 * tools go. Always read, so that none of them is overlooked; an environment need not have them all.
 */
export const OPT_OUT_COLUMNS: readonly string[] = [
	'donotemail',
	'donotphone',
	'donotbulkemail',
	'donotpostalmail',
	'donotfax',
	'donotsendmm',
];

/** Logical names: what a query may name, so nothing else gets into one. */
const COLUMN_NAME = /^[a-z][a-z0-9_]{0,127}$/;

const COLUMN_NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_]{0,127}$';

/** In a collection of several columns. */
const columnProperty: INodeProperties = {
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
						errorMessage: 'A column name consists of letters, digits and underscores',
					},
				},
			],
		},
	],
};

function leadSourceColumnProperty(description: string): INodeProperties {
	return {
		displayName: 'Lead Source Column',
		name: 'leadSourceColumn',
		type: 'resourceLocator',
		default: { mode: 'list', value: DEFAULT_LEAD_SOURCE_COLUMN },
		required: true,
		description,
		modes: columnProperty.modes ?? [],
	};
}

/** Columns for parts of a lead. */
function columnsOption(description: string): INodeProperties {
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
				name: 'values',
				values: [
					{
						displayName: 'Lead Field',
						name: 'field',
						type: 'options',
						options: LEAD_PARTS.map(({ name, label, column }) => ({
							name: label,
							value: name,
							description: column === undefined ? 'No column unless set' : `${column} unless set`,
						})),
						default: 'OfferTitle',
					},
					columnProperty,
				],
			},
		],
	};
}

export const readingProperties: INodeProperties[] = [
	leadSourceColumnProperty(
		'The column of the table Lead that holds the lead source, such as AzureMarketplace-INS|contoso.offer. If it holds none, the topic and the description of the lead are searched for it.',
	),
];

export const readingOptions: INodeProperties[] = [
	{
		displayName: 'Additional Columns',
		name: 'additionalColumns',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Column',
		default: {},
		description: 'Columns to add to the properties of the lead',
		options: [{ displayName: 'Column', name: 'values', values: [columnProperty] }],
	},
	columnsOption('Columns to read parts of the lead from, in place of the standard ones'),
];

export const writingProperties: INodeProperties[] = [
	leadSourceColumnProperty(
		'The column of the table Lead to write the lead source into, such as AzureMarketplace-INS|contoso.offer. A column of choices gets it only if it is one of the choices. The topic of the lead always holds it.',
	),
];

export const writingOptions: INodeProperties[] = [
	columnsOption('Columns to write parts of the lead into, in place of the standard ones'),
	{
		displayName: 'Detect Duplicates',
		name: 'detectDuplicates',
		type: 'boolean',
		default: false,
		description:
			'Whether the duplicate detection rules of the environment can block a lead. The same lead is never written twice; a rule also blocks further leads of the same customer.',
	},
	{
		...columnProperty,
		displayName: 'Lead ID Column',
		name: 'leadIdColumn',
		required: false,
		description:
			'A text column of your own that gets the ID of the lead. A lead whose ID is there already is not written again, whoever created it. Not needed to recognize leads that this node wrote.',
	},
	{
		displayName: 'Update Existing Leads',
		name: 'updateExisting',
		type: 'boolean',
		default: false,
		description:
			'Whether to update a lead that is there already with the values of this one, over what people changed. Qualified and disqualified leads stay as they are.',
	},
];

export interface WriteRules {
	/** Whether leads that are there are changed. */
	updateExisting: boolean;
	/** Whether the environment's duplicate detection rules are asked. */
	detectDuplicates: boolean;
	/** Name of the text column that keeps leads' ids; empty for none. */
	leadIdColumn: string;
}

/** @throws DestinationError with the code `configuration` that names the option to correct */
export function readWriteRules(input: WriteInput): WriteRules {
	const leadIdColumn = input.option('leadIdColumn');
	const value = locatorValue(leadIdColumn);
	const isChosen = value !== undefined && value !== null && value !== '';
	return {
		updateExisting: readBoolean(input, 'updateExisting', 'Update Existing Leads', false),
		detectDuplicates: readBoolean(input, 'detectDuplicates', 'Detect Duplicates', false),
		leadIdColumn: isChosen ? readColumnName(value, 'Lead ID Column') : '',
	};
}

/** Which columns are read or written, and for what. */
export interface ColumnSettings {
	leadSource: string;
	/** Columns by the part of a lead they hold. */
	parts: ReadonlyMap<string, string>;
	/** Read under their own names: those of every lead table that were not replaced by others. */
	standing: readonly string[];
	/** Read into properties. */
	additional: readonly string[];
	/** All of them, each once, for `$select`. */
	select: readonly string[];
	/** The setting that names a column, for people. */
	settingOf: (column: string) => string | undefined;
}

/** @throws DestinationError with the code `configuration` that names the setting to correct */
export function readColumnSettings({
	parameter,
	option,
}: Pick<DestinationInput, 'option' | 'parameter'>): ColumnSettings {
	const settings = new Map<string, string>();
	const named = (value: unknown, setting: string): string => {
		const column = readColumnName(value, setting);
		settings.set(column, setting);
		return column;
	};
	const parts = new Map(
		LEAD_PARTS.flatMap(({ name, column }): Array<[string, string]> =>
			column === undefined ? [] : [[name, column]],
		),
	);
	for (const entry of entriesOf(option('columns'), 'Columns')) {
		const part = LEAD_PARTS.find(({ name }) => name === entry['field']);
		if (!part) {
			throw configurationError('Columns names an unknown lead field', 'Choose it from the list.');
		}
		parts.set(part.name, named(entry['column'], `Columns (${part.label})`));
	}
	const additional = entriesOf(option('additionalColumns'), 'Additional Columns').map(
		({ column }) => named(column, 'Additional Columns'),
	);
	const leadSource = named(parameter('leadSourceColumn'), 'Lead Source Column');
	const standard = LEAD_PARTS.flatMap(({ name, column }) =>
		column !== undefined && parts.get(name) === column ? [column] : [],
	);
	const standing = ['leadid', 'createdon', ...standard, ...OPT_OUT_COLUMNS];
	return {
		leadSource,
		parts,
		standing,
		additional,
		select: [...new Set([...standing, ...parts.values(), leadSource, ...additional])],
		settingOf: (column) => settings.get(column),
	};
}

/**
 * The same without an opt-out column that the environment lacks; `undefined` for any other column, and
 * for one that the user chose, who has to know that it is not there.
 */
export function withoutOptOut(columns: ColumnSettings, name: string): ColumnSettings | undefined {
	const { standing, select, settingOf } = columns;
	if (!OPT_OUT_COLUMNS.includes(name) || !select.includes(name)) return undefined;
	if (settingOf(name) !== undefined) return undefined;
	const others = (names: readonly string[]) => names.filter((other) => other !== name);
	return { ...columns, standing: others(standing), select: others(select) };
}

/** @throws DestinationError for what is no logical name; `setting` is where it was given */
function readColumnName(value: unknown, setting: string): string {
	const text = locatorValue(value);
	// Its schema name differs from its logical name in nothing but case.
	const name = typeof text === 'string' ? text.trim().toLowerCase() : '';
	if (COLUMN_NAME.test(name)) return name;
	throw configurationError(
		`The column under ${setting} is not a valid name`,
		'Choose it from the list, or give its logical name, such as new_leadsource.',
	);
}

function entriesOf(value: unknown, setting: string): Array<Readonly<Record<string, unknown>>> {
	if (value === undefined || value === null || value === '') return [];
	const entries = readAs(object({ values: nullish(array(jsonObject), []) }), value)?.values;
	if (entries) return entries;
	throw configurationError(`${setting} is not a list of entries`, 'Add its entries in the node.');
}
