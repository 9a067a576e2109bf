import type { Lead } from '../../../lead';
import type { PreparedLead } from '../../contract';
import { customerDetails, lastNameOf, leadSourceText } from '../../leadMapping';
import { shorten, toLines, toOneLine } from '../../text';
import { NOT_PROVIDED } from '../reading/record';

/** Characters of the standard fields, which no organisation can change. */
export const LENGTHS = {
	FirstName: 40,
	LastName: 80,
	Email: 80,
	Phone: 40,
	Country: 80,
	Company: 255,
	Title: 128,
	LeadSource: 255,
	Description: 32_000,
} as const;

/**
 * A text for a field of one line. Salesforce would trim it as well; line breaks in it make records
 * that nobody finds by that field.
 */
export function oneLine(text: string, length: number): string {
	return shorten(toOneLine(text), length);
}

/** A text of several lines: Salesforce keeps a line break as two characters, and counts both. */
export function paragraphs(text: string, length: number): string {
	return shorten(toLines(text).replaceAll('\n', '\r\n'), length);
}

export type FieldValue = string | number | boolean | null;

/** A lead as a record of Salesforce has it. */
export interface MappedLead extends PreparedLead {
	/** By API name in Salesforce's spelling. */
	readonly values: Readonly<Record<string, FieldValue>>;
	/** When the customer acted, else when the lead came in; epoch milliseconds, `undefined` if untold. */
	readonly time: number | undefined;
}

/**
 * The fields that Microsoft's connector fills by Web-to-Lead, by their API names. Empty ones are
 * empty texts.
 *
 * What a lead has beyond them is not kept, and read back it is
 *
 * | of the lead                     | read back as                                                |
 * | ------------------------------- | ----------------------------------------------------------- |
 * | `id`, `createdAt`               | the record's own id, and when the record was made           |
 * | `offer.title` beside an id      | empty                                                       |
 * | `offer.publisherName`           | empty                                                       |
 * | `properties`                    | empty; Additional Fields can carry them                     |
 * | `campaign` out of `properties`  | empty; one in the description is read from there            |
 * | `customer.original`             | trimmed, the email in small letters, the country by name    |
 * |                                 | where the organisation has a picklist of countries          |
 * | `customer.fullName` alone       | the last name                                               |
 * | line breaks of the description  | `\r\n`; those of other fields are spaces                    |
 * | texts longer than `LENGTHS`     | cut                                                         |
 */
export type StandardValues = Record<keyof typeof LENGTHS, string>;

export function standardValues(lead: Lead): StandardValues {
	const details = customerDetails(lead);
	const email = oneLine(details.Email, Number.POSITIVE_INFINITY);
	// A part of an address is somebody else's: one that is too long goes where a person reads it.
	const isLong = email.length > LENGTHS.Email;
	const values = {
		...details,
		LastName: lastNameOf(lead),
		Email: isLong ? '' : email,
		LeadSource: leadSourceText(lead),
	};
	return {
		...(Object.fromEntries(
			Object.entries(values).map(([name, text]) => [
				name,
				oneLine(text, LENGTHS[name as keyof typeof values]),
			]),
		) as typeof values),
		Description: withNotes(lead.description, isLong ? [`Email: ${email}`] : []),
	};
}

/** A text with lines behind it, of which it gives way when both are too long. */
export function withNotes(description: string, notes: readonly string[]): string {
	const lines = paragraphs(notes.join('\n'), LENGTHS.Description / 2);
	if (lines === '') return paragraphs(description, LENGTHS.Description);
	const room = LENGTHS.Description - lines.length - 2;
	return paragraphs(`${paragraphs(description, room)}\n${lines}`, LENGTHS.Description);
}

/** What stands in the two fields that Salesforce wants of every lead, where a lead has nothing for them. */
export function withPlaceholders<Values extends { LastName?: unknown; Company?: unknown }>(
	values: Values,
): Values {
	const isEmpty = (value: unknown) => value === '' || value === undefined || value === null;
	return {
		...values,
		...(isEmpty(values.LastName) ? { LastName: NOT_PROVIDED } : {}),
		...(isEmpty(values.Company) ? { Company: NOT_PROVIDED } : {}),
	};
}

/** What a record that is there already gets: a placeholder must not take the place of a name. */
export function changesOf({ values }: Pick<MappedLead, 'values'>): Record<string, FieldValue> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== NOT_PROVIDED));
}

/** When the customer acted, else when the lead came in; epoch milliseconds. */
export function createdOrReceived({ createdAt, receivedAt }: Lead): number | undefined {
	const time = Date.parse(createdAt || receivedAt);
	return Number.isNaN(time) ? undefined : time;
}
