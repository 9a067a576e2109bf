/** The columns of a Lead that the stand-in knows, by the types that `describe` gives. */
export type FieldType =
	'boolean' | 'datetime' | 'email' | 'id' | 'phone' | 'picklist' | 'string' | 'textarea';

export interface Field {
	name: string;
	label: string;
	type: FieldType;
	custom: boolean;
}

export type FieldValue = string | number | boolean | null;

/** By the field's name; datetimes are epoch milliseconds. */
export type LeadRecord = Record<string, FieldValue>;

const field = (name: string, type: FieldType, label = name): Field => ({
	name,
	label,
	type,
	custom: name.endsWith('__c'),
});

export const STANDARD_FIELDS: readonly Field[] = [
	field('Id', 'id', 'Lead ID'),
	field('IsDeleted', 'boolean', 'Deleted'),
	field('LastName', 'string', 'Last Name'),
	field('FirstName', 'string', 'First Name'),
	field('Name', 'string', 'Full Name'),
	field('Title', 'string'),
	field('Company', 'string'),
	field('Country', 'string'),
	field('Phone', 'phone'),
	field('Email', 'email'),
	field('Website', 'string'),
	field('Description', 'textarea'),
	field('LeadSource', 'picklist', 'Lead Source'),
	field('Status', 'picklist'),
	field('HasOptedOutOfEmail', 'boolean', 'Email Opt Out'),
	field('DoNotCall', 'boolean', 'Do Not Call'),
	field('IsConverted', 'boolean', 'Converted'),
	field('CreatedDate', 'datetime', 'Created Date'),
	field('LastModifiedDate', 'datetime', 'Last Modified Date'),
	field('SystemModstamp', 'datetime', 'System Modstamp'),
];

/** A custom field, as publishers add them for what their listing's links carry. */
export function customField(name: string, label: string): Field {
	return field(name, 'string', label);
}

/** Fields that no condition may name. */
export function isFilterable({ type }: Field): boolean {
	return type !== 'textarea';
}
