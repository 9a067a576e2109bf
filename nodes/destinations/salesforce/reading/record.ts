import { jsonObject, readAs } from '../../../schemas';
import { readTime } from '../../../lead/time';
import type { PolledRow } from '../../../polling/types';
import { isLeadId, type KeptSources, toPosition } from './position';

/**
 * The fields a lead is made of: those that Web-to-Lead fills, and those that say not to contact
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

/** A record as a row, with these of its fields (in lower case); `undefined` for what is no lead. */
export function toRow(
	record: unknown,
	fields: ReadonlySet<string>,
	sources?: KeptSources,
): PolledRow | undefined {
	const fieldsOfLead = readAs(jsonObject, record);
	if (!fieldsOfLead) return undefined;
	const { Id, CreatedDate } = fieldsOfLead;
	const time = readTime(CreatedDate ?? null);
	if (!isLeadId(Id) || time === '') return undefined;
	const clock = Date.parse(time);
	return {
		key: Id,
		clock,
		createdAt: clock,
		position: toPosition({ createdDate: clock, id: Id, sources }),
		// Whichever way it was asked for, a lead is the same record.
		record: Object.fromEntries(
			Object.entries(fieldsOfLead)
				.filter(([name]) => fields.has(name.toLowerCase()))
				// A customer's name must not become "[not provided]" in a follow-up.
				.map(([name, value]) => [name, isPlaceholder(name, value) ? null : value]),
		),
	};
}

function isPlaceholder(name: string, value: unknown): boolean {
	return value === NOT_PROVIDED && MANDATORY.has(name);
}
