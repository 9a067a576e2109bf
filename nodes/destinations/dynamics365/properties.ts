import { configurationError } from '../addresses';
import type { DestinationInput } from '../contract';

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

export const DEFAULT_LEAD_SOURCE_COLUMN = 'leadsourcecode';
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

export const COLUMN_NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_]{0,127}$';

/** Which columns are read, and into what. */
export interface Columns {
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

/** @throws DestinationError with reason `configuration` that names the setting to mend */
export function readColumns({
	parameter,
	option,
}: Pick<DestinationInput, 'option' | 'parameter'>): Columns {
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
	for (const entry of entriesOf(option('columns'), 'column', 'Columns')) {
		const part = LEAD_PARTS.find(({ name }) => name === entry['field']);
		if (!part) {
			throw configurationError(
				'Columns names a lead field that there is none of',
				'Choose it from the list.',
			);
		}
		parts.set(part.name, named(entry['column'], `Columns (${part.label})`));
	}
	const additional = entriesOf(option('additionalColumns'), 'column', 'Additional Columns').map(
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
export function withoutOptOut(columns: Columns, name: string): Columns | undefined {
	const { standing, select, settingOf } = columns;
	if (!OPT_OUT_COLUMNS.includes(name) || !select.includes(name)) return undefined;
	if (settingOf(name) !== undefined) return undefined;
	const others = (names: readonly string[]) => names.filter((other) => other !== name);
	return { ...columns, standing: others(standing), select: others(select) };
}

/** @throws DestinationError for what is no logical name; `setting` is where it was given */
export function readColumnName(value: unknown, setting: string): string {
	// A resource locator gives its value; within a collection it comes whole.
	const text = isRecord(value) ? value['value'] : value;
	// Its schema name differs from its logical name in nothing but case.
	const name = typeof text === 'string' ? text.trim().toLowerCase() : '';
	if (COLUMN_NAME.test(name)) return name;
	throw configurationError(
		`The column under ${setting} is not a name Dynamics 365 allows`,
		'Choose it from the list, or give its logical name, such as new_leadsource.',
	);
}

function entriesOf(
	value: unknown,
	name: string,
	setting: string,
): Array<Readonly<Record<string, unknown>>> {
	if (value === undefined || value === null || value === '') return [];
	const entries = isRecord(value) ? (value[name] ?? []) : undefined;
	if (!Array.isArray(entries) || !entries.every(isRecord)) {
		throw configurationError(
			`${setting} has a value of another kind`,
			'Add its entries in the node.',
		);
	}
	return entries;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
