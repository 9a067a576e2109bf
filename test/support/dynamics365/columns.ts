/** The lead table as a Dataverse environment describes it, with some columns that a publisher added. */

export type AttributeType =
	| 'Boolean'
	| 'DateTime'
	| 'Integer'
	| 'Memo'
	| 'Money'
	| 'Picklist'
	| 'State'
	| 'String'
	| 'Uniqueidentifier'
	| 'Virtual';

export interface LeadColumn {
	name: string;
	type: AttributeType;
	label: string;
	/** Labels by value: of a choice or a yes/no column. */
	options?: Readonly<Record<string, string>>;
	/** The column whose companion this is: it can't be selected. */
	attributeOf?: string;
	/** Whether it may be read at all. */
	readable?: boolean;
}

const DO_NOT = { false: 'Allow', true: 'Do Not Allow' };

export const LEAD_COLUMNS: readonly LeadColumn[] = [
	{ name: 'leadid', type: 'Uniqueidentifier', label: 'Lead' },
	{ name: 'createdon', type: 'DateTime', label: 'Created On' },
	{ name: 'modifiedon', type: 'DateTime', label: 'Modified On' },
	{ name: 'overriddencreatedon', type: 'DateTime', label: 'Record Created On' },
	{ name: 'firstname', type: 'String', label: 'First Name' },
	{ name: 'lastname', type: 'String', label: 'Last Name' },
	{ name: 'fullname', type: 'String', label: 'Name' },
	{ name: 'emailaddress1', type: 'String', label: 'Email' },
	{ name: 'telephone1', type: 'String', label: 'Business Phone' },
	{ name: 'mobilephone', type: 'String', label: 'Mobile Phone' },
	{ name: 'address1_country', type: 'String', label: 'Country/Region' },
	{ name: 'companyname', type: 'String', label: 'Company Name' },
	{ name: 'jobtitle', type: 'String', label: 'Job Title' },
	{ name: 'subject', type: 'String', label: 'Topic' },
	{ name: 'description', type: 'Memo', label: 'Description' },
	{
		name: 'leadsourcecode',
		type: 'Picklist',
		label: 'Lead Source',
		options: { 1: 'Advertisement', 8: 'Web', 10: 'Other', 100000001: 'SPZA-PLT|contoso.two' },
	},
	{
		name: 'leadsourcecodename',
		type: 'Virtual',
		label: 'Lead Source',
		attributeOf: 'leadsourcecode',
	},
	{ name: 'donotemail', type: 'Boolean', label: 'Do not allow Emails', options: DO_NOT },
	{ name: 'donotphone', type: 'Boolean', label: 'Do not allow Phone Calls', options: DO_NOT },
	{ name: 'donotbulkemail', type: 'Boolean', label: 'Do not allow Bulk Emails', options: DO_NOT },
	{ name: 'numberofemployees', type: 'Integer', label: 'No. of Employees' },
	{ name: 'revenue', type: 'Money', label: 'Annual Revenue' },
	{ name: 'statecode', type: 'State', label: 'Status', options: { 0: 'Open', 1: 'Qualified' } },
	{ name: 'contoso_secret', type: 'String', label: 'Not For Reading', readable: false },
	{ name: 'contoso_leadsource', type: 'String', label: 'Marketplace Lead Source' },
	{ name: 'contoso_actioncode', type: 'String', label: 'Marketplace Action' },
	{ name: 'contoso_offerid', type: 'String', label: 'Marketplace Offer ID' },
	{ name: 'contoso_offertitle', type: 'String', label: 'Marketplace Offer Title' },
];

const BY_NAME: ReadonlyMap<string, LeadColumn> = new Map(
	LEAD_COLUMNS.map((column) => [column.name, column]),
);

/** A column that a query may name; `undefined` for any other. */
export function findColumn(name: string): LeadColumn | undefined {
	const column = BY_NAME.get(name);
	return column?.type === 'Virtual' ? undefined : column;
}

export type Value = string | number | boolean | null;

/** One row; columns that were never set are null. */
export type LeadRow = Readonly<Record<string, Value>>;

/** How the value is shown to people, where that differs from the value. */
export function formattedValue(column: LeadColumn, value: Value): string | undefined {
	if (value === null) return undefined;
	switch (column.type) {
		case 'Boolean':
		case 'Picklist':
		case 'State':
			return column.options?.[String(value)] ?? String(value);
		case 'Integer':
			return Number(value).toLocaleString('en-US');
		case 'Money':
			return `$${Number(value).toFixed(2)}`;
		case 'DateTime':
			return new Date(String(value)).toLocaleString('en-US', { timeZone: 'UTC' });
		default:
			return undefined;
	}
}

/** The attribute's metadata, with the properties that were selected. */
export function attributeMetadata(column: LeadColumn, select: readonly string[]): object {
	const { name, type, label, attributeOf = null, readable = true } = column;
	const text = { Label: label, LanguageCode: 1033, IsManaged: true, MetadataId: null };
	const whole: Record<string, unknown> = {
		LogicalName: name,
		AttributeType: type,
		AttributeOf: attributeOf,
		IsValidForRead: readable,
		DisplayName: { LocalizedLabels: [text], UserLocalizedLabel: text },
	};
	return {
		'@odata.type': `#Microsoft.Dynamics.CRM.${type}AttributeMetadata`,
		...Object.fromEntries(select.map((property) => [property, whole[property]])),
	};
}

export const ATTRIBUTE_PROPERTIES = [
	'AttributeOf',
	'AttributeType',
	'DisplayName',
	'IsValidForRead',
	'LogicalName',
];
