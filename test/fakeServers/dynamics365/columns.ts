/** The lead table as a Dataverse environment describes it, with some columns that a publisher added. */

export type AttributeType =
	| 'Boolean'
	| 'DateTime'
	| 'Integer'
	| 'Memo'
	| 'Money'
	| 'Owner'
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
	/** Of texts, in UTF-16 units. */
	maxLength?: number;
	/** A day without a time. */
	dateOnly?: boolean;
	/** Whether it can be given when a row is made, and later; else a value for it is passed over. */
	creatable?: boolean;
	updatable?: boolean;
}

const KEPT_BY_SERVICE = { creatable: false, updatable: false };

const DO_NOT = { false: 'Allow', true: 'Do Not Allow' };

export const LEAD_COLUMNS: readonly LeadColumn[] = [
	{ name: 'leadid', type: 'Uniqueidentifier', label: 'Lead', updatable: false },
	{ name: 'createdon', type: 'DateTime', label: 'Created On', ...KEPT_BY_SERVICE },
	{ name: 'modifiedon', type: 'DateTime', label: 'Modified On', ...KEPT_BY_SERVICE },
	{
		name: 'overriddencreatedon',
		type: 'DateTime',
		label: 'Record Created On',
		updatable: false,
	},
	{ name: 'firstname', type: 'String', label: 'First Name', maxLength: 50 },
	{ name: 'lastname', type: 'String', label: 'Last Name', maxLength: 50 },
	{ name: 'fullname', type: 'String', label: 'Name', ...KEPT_BY_SERVICE },
	{ name: 'emailaddress1', type: 'String', label: 'Email', maxLength: 100 },
	{ name: 'telephone1', type: 'String', label: 'Business Phone', maxLength: 50 },
	{ name: 'mobilephone', type: 'String', label: 'Mobile Phone', maxLength: 20 },
	{ name: 'address1_country', type: 'String', label: 'Country/Region', maxLength: 80 },
	{ name: 'companyname', type: 'String', label: 'Company Name', maxLength: 100 },
	{ name: 'jobtitle', type: 'String', label: 'Job Title', maxLength: 100 },
	{ name: 'subject', type: 'String', label: 'Topic', maxLength: 300 },
	{ name: 'description', type: 'Memo', label: 'Description', maxLength: 2_000 },
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
	{ name: 'donotpostalmail', type: 'Boolean', label: 'Do not allow Mails', options: DO_NOT },
	{ name: 'donotfax', type: 'Boolean', label: 'Do not allow Faxes', options: DO_NOT },
	{ name: 'donotsendmm', type: 'Boolean', label: 'Marketing Material', options: DO_NOT },
	{ name: 'numberofemployees', type: 'Integer', label: 'No. of Employees' },
	{ name: 'revenue', type: 'Money', label: 'Annual Revenue' },
	{
		name: 'statecode',
		type: 'State',
		label: 'Status',
		options: { 0: 'Open', 1: 'Qualified' },
		creatable: false,
	},
	{ name: 'ownerid', type: 'Owner', label: 'Owner' },
	{ name: 'estimatedclosedate', type: 'DateTime', label: 'Est. Close Date', dateOnly: true },
	{ name: 'contoso_handled', type: 'Boolean', label: 'Handled' },
	{ name: 'contoso_handledon', type: 'DateTime', label: 'Handled On' },
	{
		name: 'contoso_progress',
		type: 'Picklist',
		label: 'Progress',
		options: { 100000000: 'New', 100000001: 'In Hand', 100000002: 'Done' },
	},
	{ name: 'contoso_visitedon', type: 'DateTime', label: 'Visited On' },
	{ name: 'contoso_leadid', type: 'String', label: 'Marketplace Lead ID', maxLength: 60 },
	{ name: 'contoso_secret', type: 'String', label: 'Not For Reading', readable: false },
	{ name: 'contoso_leadsource', type: 'String', label: 'Marketplace Lead Source', maxLength: 200 },
	{ name: 'contoso_actioncode', type: 'String', label: 'Marketplace Action', maxLength: 100 },
	{ name: 'contoso_offerid', type: 'String', label: 'Marketplace Offer ID', maxLength: 100 },
	{ name: 'contoso_offertitle', type: 'String', label: 'Marketplace Offer Title', maxLength: 100 },
];

const BY_NAME: ReadonlyMap<string, LeadColumn> = new Map(
	LEAD_COLUMNS.map((column) => [column.name, column]),
);

/** A column that a query may name; `undefined` for any other. */
export function findColumn(name: string): LeadColumn | undefined {
	const column = BY_NAME.get(name);
	return column?.type === 'Virtual' || column?.type === 'Owner' ? undefined : column;
}

export type Value = string | number | boolean | null;

/** One row; columns that were never set are null. */
export type LeadRow = Readonly<Record<string, Value>>;

// Made once: the making takes a hundred times as long as the formatting.
const NUMBER = new Intl.NumberFormat('en-US');
const TIME = new Intl.DateTimeFormat('en-US', {
	timeZone: 'UTC',
	...{ year: 'numeric', month: 'numeric', day: 'numeric' },
	...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
});

/** How the value is shown to people, where that differs from the value. */
export function formattedValue(column: LeadColumn, value: Value): string | undefined {
	if (value === null) return undefined;
	switch (column.type) {
		case 'Boolean':
		case 'Picklist':
		case 'State':
			return column.options?.[String(value)] ?? String(value);
		case 'Integer':
			return NUMBER.format(Number(value));
		case 'Money':
			return `$${Number(value).toFixed(2)}`;
		case 'DateTime':
			return TIME.format(new Date(String(value)));
		default:
			return undefined;
	}
}

/** The attribute's metadata, with the properties that were selected. */
export function attributeMetadata(column: LeadColumn, select: readonly string[]): object {
	const { name, type, label, attributeOf = null, readable = true } = column;
	const { creatable = true, updatable = true, maxLength, dateOnly = false } = column;
	const text = { Label: label, LanguageCode: 1033, IsManaged: true, MetadataId: null };
	const whole: Record<string, unknown> = {
		LogicalName: name,
		AttributeType: type,
		AttributeOf: attributeOf,
		IsValidForRead: readable,
		IsValidForCreate: creatable && attributeOf === null,
		IsValidForUpdate: updatable && attributeOf === null,
		MaxLength: maxLength ?? 100,
		DateTimeBehavior: { Value: dateOnly ? 'DateOnly' : 'UserLocal' },
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
	'IsValidForCreate',
	'IsValidForRead',
	'IsValidForUpdate',
	'LogicalName',
];
