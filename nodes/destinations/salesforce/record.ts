import type { JsonObject } from '../../lead';
import { readTime } from '../../lead/time';
import type { PolledRow } from '../../polling/types';
import { DestinationError } from '../contract';
import { isLeadId, toPosition } from './position';

/**
 * The columns a lead is made of: those that Web-to-Lead fills, and those that say not to contact
 * somebody. All names are Salesforce's own.
 */
export const LEAD_FIELDS = [
	'Id',
	'CreatedDate',
	'FirstName',
	'LastName',
	'Email',
	'Phone',
	'Country',
	'Company',
	'Title',
	'LeadSource',
	'Description',
	'HasOptedOutOfEmail',
	'DoNotCall',
] as const;

/**
 * What Salesforce's Web-to-Lead puts into the two fields that no lead can be without, where the form
 * has nothing for them, and so do we.
 */
export const NOT_PROVIDED = '[not provided]';
const MANDATORY: ReadonlySet<string> = new Set(['LastName', 'Company']);

/** Names of fields as Salesforce forms them. */
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,79}$/;

/** Salesforce takes no query over so many; nobody's form has them. */
const MOST_ADDITIONAL = 100;

/** The option Additional Fields: names, as a list or with commas between. @throws DestinationError */
export function readAdditionalFields(value: unknown): string[] {
	const entries = typeof value === 'string' ? value.split(',') : (value ?? []);
	if (!Array.isArray(entries) || entries.length > MOST_ADDITIONAL) throw notFields();
	const names = entries.map((entry) => (typeof entry === 'string' ? entry.trim() : ' '));
	const known = new Set<string>(LEAD_FIELDS.map((name) => name.toLowerCase()));
	return names.filter((name) => {
		if (name === '') return false;
		if (!FIELD_NAME.test(name)) throw notFields();
		const lower = name.toLowerCase();
		// Salesforce refuses a field that is asked for twice.
		if (known.has(lower)) return false;
		known.add(lower);
		return true;
	});
}

/** A record of an answer as a row, with these of its fields (in lower case); `undefined` for what is no lead. */
export function toRow(record: unknown, fields: ReadonlySet<string>): PolledRow | undefined {
	if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
	const { Id, CreatedDate } = record as JsonObject;
	const time = readTime(CreatedDate ?? null);
	if (!isLeadId(Id) || time === '') return undefined;
	const clock = Date.parse(time);
	return {
		key: Id,
		clock,
		createdAt: clock,
		position: toPosition(clock, Id),
		// Whichever way it was asked for, a lead is the same record.
		record: Object.fromEntries(
			Object.entries(record as JsonObject)
				.filter(([name]) => fields.has(name.toLowerCase()))
				// A customer's name must not become "[not provided]" in a follow-up.
				.map(([name, value]) => [name, isPlaceholder(name, value) ? null : value]),
		),
	};
}

function isPlaceholder(name: string, value: unknown): boolean {
	return value === NOT_PROVIDED && MANDATORY.has(name);
}

function notFields(): DestinationError {
	return new DestinationError('Additional Fields has an entry that is no field of leads', {
		description:
			'Choose from the list, or give API names with commas between, as in Campaign__c, Region__c.',
		code: 'configuration',
	});
}
