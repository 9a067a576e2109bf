/** The fields of a Lead that the fake server knows, by the types that `describe` gives. */
export type FieldType =
	| 'address'
	| 'boolean'
	| 'currency'
	| 'date'
	| 'datetime'
	| 'email'
	| 'id'
	| 'phone'
	| 'picklist'
	| 'reference'
	| 'string'
	| 'textarea';

export interface Field {
	name: string;
	label: string;
	type: FieldType;
	custom: boolean;
	/** Most characters of a text; 0 for what is none. */
	length: number;
	/** Whether a caller may set it. */
	createable: boolean;
	/** Whether a caller may change it afterwards; as `createable` where it is absent. */
	updateable?: boolean;
	/** Whether a record can't be without. */
	required: boolean;
	/** Whether records are found by it: unique, without regard to case. */
	externalId: boolean;
}

export type FieldValue = string | number | boolean | null;

/** By the field's name; datetimes are epoch milliseconds. */
export type LeadRecord = Record<string, FieldValue>;

/** What Salesforce sets itself. */
const READ_ONLY =
	/^(Id|IsDeleted|Name|IsConverted|CreatedById|CreatedDate|LastModifiedDate|SystemModstamp)$/;

const field = (name: string, type: FieldType, label = name, length = 0): Field => ({
	name,
	label,
	type,
	custom: name.endsWith('__c'),
	length,
	createable: !READ_ONLY.test(name),
	required: name === 'LastName' || name === 'Company',
	externalId: false,
});

export const STANDARD_FIELDS: readonly Field[] = [
	field('Id', 'id', 'Lead ID'),
	field('IsDeleted', 'boolean', 'Deleted'),
	field('LastName', 'string', 'Last Name', 80),
	field('FirstName', 'string', 'First Name', 40),
	field('Name', 'string', 'Full Name', 121),
	field('Title', 'string', 'Title', 128),
	field('Company', 'string', 'Company', 255),
	field('Country', 'string', 'Country', 80),
	field('Phone', 'phone', 'Phone', 40),
	field('Email', 'email', 'Email', 80),
	field('Website', 'string', 'Website', 255),
	field('Description', 'textarea', 'Description', 32000),
	field('LeadSource', 'picklist', 'Lead Source', 255),
	field('Status', 'picklist', 'Status', 255),
	field('HasOptedOutOfEmail', 'boolean', 'Email Opt Out'),
	field('DoNotCall', 'boolean', 'Do Not Call'),
	field('OwnerId', 'reference', 'Owner ID', 18),
	field('CreatedById', 'reference', 'Created By ID', 18),
	field('IsConverted', 'boolean', 'Converted'),
	field('CreatedDate', 'datetime', 'Created Date'),
	field('LastModifiedDate', 'datetime', 'Last Modified Date'),
	field('SystemModstamp', 'datetime', 'System Modstamp'),
];

/** A custom field, as publishers add them for what their listing's links carry. */
export function customField(name: string, label: string): Field {
	return field(name, 'string', label, 255);
}

/** A custom field of another type. */
export function typedField(name: string, type: FieldType, label: string): Field {
	return field(name, type, label);
}

/** A custom text that is unique and an External ID. */
export function externalIdField(name: string, label: string, length = 255): Field {
	return { ...field(name, 'string', label, length), externalId: true };
}

/** The country by its code, as organisations with State and Country/Territory Picklists have it. */
export function countryCodeField(): Field {
	return field('CountryCode', 'picklist', 'Country/Territory Code', 10);
}

/** Whether a condition may name it: no long text. */
export function isFilterable({ type }: Field): boolean {
	return type !== 'textarea';
}

/** Whether rows may come in its order. */
export function isSortable({ type }: Field): boolean {
	return type !== 'textarea' && type !== 'address';
}

/** Whether rows may be put together by it: by no time, amount or long text. */
export function isGroupable({ type }: Field): boolean {
	return !/^(?:address|currency|datetime|textarea)$/.test(type);
}
