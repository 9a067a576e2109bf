import { hash } from 'node:crypto';

import { parseLeadSource, type Lead } from '../../../lead';
import { configurationError } from '../../addresses';
import type { WritableLead } from '../../contract';
import type { DestinationError } from '../../destinationError';
import { customerDetails, hasToForbidContact, lastNameOf, leadSourceText } from '../../leadMapping';
import { GUID } from '../connection/client';
import type { Choice, WritableColumn, WritableColumns } from '../metadata';
import { OPT_OUT_COLUMNS, type ColumnSettings } from '../properties';
import { columnValue, oneLine, paragraphs, type ColumnValue, type ColumnValues } from './fields';

/** What a lead is written by: the columns that were chosen, as they are in this environment. */
export interface LeadColumns {
	chosen: ColumnSettings;
	writable: WritableColumns;
	/** Choices of the chosen columns of choices, by name. */
	choices: ReadonlyMap<string, readonly Choice[]>;
}

/** The record that a lead becomes. */
export interface LeadRecord {
	/** leadid where it is created, the same at every attempt and in every execution. */
	id: string;
	values: ColumnValues;
}

const COLUMN_NAME = /^\w{1,128}$/;

/**
 * The lead as a row of this environment.
 *
 * @param idColumn the text column that keeps the lead's id; `undefined` for none
 * @throws DestinationError with the code `configuration` for what leads here don't have
 */
export function toRecord(
	{ lead, additional }: WritableLead,
	columns: LeadColumns,
	idColumn: WritableColumn | undefined,
): LeadRecord {
	const values = valuesByColumn(lead, columns);
	for (const [given, value] of Object.entries(additional)) {
		if (value === null) continue;
		const column = columns.writable.get(given.trim().toLowerCase());
		if (column === undefined) throw noSuchColumn(given);
		const converted = columnValue(value, column);
		if (converted !== '') values[column.name] = converted;
	}
	// Last: an additional column may say otherwise.
	if (!lead.contactAllowed) forbidContact(lead, values, columns.writable);
	if (idColumn) values[idColumn.name] = idText(lead.id, idColumn.maxLength);
	return { id: recordId(lead), values };
}

/** @throws DestinationError where nothing would say it */
function forbidContact(
	lead: Lead,
	values: Record<string, ColumnValue>,
	writable: WritableColumns,
): void {
	const names = OPT_OUT_COLUMNS.filter((name) => writable.get(name)?.kind === 'boolean');
	for (const name of names) values[name] = true;
	if (names.length > 0 || !hasToForbidContact(lead, { ...values })) return;
	throw configurationError(
		`The table Lead has no column ${OPT_OUT_COLUMNS.slice(0, 2).join(' or ')} that can be written`,
		'This customer must not be contacted, and nothing would say so in Dynamics 365. Give the application access to one of the columns, or set the option Do-Not-Contact Leads to Leave Out.',
	);
}

/**
 * The id of the record that a lead becomes: for one read out of Dynamics 365 its own, so that it is
 * found where it came from; else a digest of the lead's id. Dataverse lets whoever makes a record
 * choose its id, so two executions that write the same lead at once make one record.
 */
export function recordId({ id, destination }: Lead): string {
	const own = id.toLowerCase();
	if (destination === 'dynamics365' && GUID.test(own)) return own;
	const digits = hash('sha256', `marketplace lead ${id}`, 'hex');
	// RFC 9562: version 8, for digests of one's own, and its variant.
	const variant = ((Number.parseInt(digits.charAt(16), 16) & 0x3) | 0x8).toString(16);
	return [
		digits.slice(0, 8),
		digits.slice(8, 12),
		`8${digits.slice(13, 16)}`,
		`${variant}${digits.slice(17, 20)}`,
		digits.slice(20, 32),
	].join('-');
}

/** The lead's id as a column of this length takes it: a long one by its digest, so that it stays one. */
export function idText(id: string, length: number): string {
	const text = oneLine(id, Number.POSITIVE_INFINITY);
	return text === id && text.length <= length ? text : hash('sha256', id, 'hex').slice(0, length);
}

/**
 * The columns of a new lead, those of a lead already there included that the lead has something for;
 * nothing for what it leaves empty.
 *
 * The lead source goes into the chosen column where that takes it: a text column that is long enough,
 * a column of choices that has it as a label. The topic holds it always, because that is where the
 * reader looks next, and what salespeople see in lists. What is not kept, and read back is
 *
 * | of the lead                       | read back as                                              |
 * | --------------------------------- | --------------------------------------------------------- |
 * | `id`, `createdAt`                 | leadid, createdon                                         |
 * | `leadSource` of no known store    | empty, unless the Lead Source Column is a text column     |
 * | `offer.title` beside an id        | empty, unless Columns sets one for the offer's title      |
 * | `offer.publisherName`             | empty                                                     |
 * | `action` that only a column says  | empty, unless Columns sets one for the action             |
 * | `properties`                      | the columns the reader reads besides; further ones can    |
 * |                                   | be mapped by hand                                         |
 * | `campaign` out of `properties`    | empty; one in the description is read from there          |
 * | `customer.fullName` alone         | the last name                                             |
 * | line ends in texts of one line    | spaces                                                    |
 * | an email address that is too long | empty; the description holds it                           |
 * | texts longer than their columns   | cut                                                       |
 *
 * @throws DestinationError with the code `configuration` for a chosen column that takes no text
 */
function valuesByColumn(lead: Lead, columns: LeadColumns): Record<string, ColumnValue> {
	const values: Record<string, ColumnValue> = {};
	const put = (name: string, text: string): void => {
		// One column can be chosen for several parts: the lead source is what can't be done without.
		if (text === '' || Object.hasOwn(values, name)) return;
		const value = fitted(text, columnOf(name, columns), columns);
		if (value !== undefined) values[name] = value;
	};
	const { chosen } = columns;
	const source = leadSourceText(lead);
	if (takesWhole(chosen.leadSource, source, columns)) put(chosen.leadSource, source);
	const parts = partsOf(lead, source, columns);
	for (const [part, name] of chosen.parts) put(name, parts[part] ?? '');
	return values;
}

/** The lead's parts, by the names that `LEAD_PARTS` gives them. */
function partsOf(lead: Lead, source: string, columns: LeadColumns): Record<string, string> {
	const details = customerDetails(lead);
	const email = oneLine(details.Email, Number.POSITIVE_INFINITY);
	const emailColumn = columns.chosen.parts.get('Email') ?? '';
	// A part of an address is somebody else's: one that is too long goes where a person reads it.
	const isLong = email.length > (columns.writable.get(emailColumn)?.maxLength ?? email.length);
	return {
		...details,
		LastName: lastNameOf(lead),
		Email: isLong ? '' : email,
		ActionCode: lead.action.code,
		OfferId: lead.offer.id,
		OfferTitle: lead.offer.title,
		Subject: source || topic(lead),
		Description: isLong ? withNote(lead, `Email: ${email}`, columns) : lead.description,
	};
}

/** A title that reads as a lead source would be taken for that of the lead. */
function topic({ offer }: Lead): string {
	return parseLeadSource(offer.title).sourceKnown ? '' : offer.title;
}

/** A description with a line behind it, for which it makes room. */
function withNote({ description }: Lead, note: string, { chosen, writable }: LeadColumns): string {
	const most = writable.get(chosen.parts.get('Description') ?? '')?.maxLength ?? 0;
	const line = paragraphs(note, most / 2);
	return paragraphs(`${paragraphs(description, most - line.length - 1)}\n${line}`, most);
}

/**
 * Whether a column takes a lead source whole. Cut, it would name another offer; the topic takes
 * longer ones. Where that could not hold it either, a part in the column is better than none.
 */
function takesWhole(name: string, source: string, columns: LeadColumns): boolean {
	const column = columnOf(name, columns);
	if (column === undefined || (column.kind !== 'text' && column.kind !== 'memo')) return true;
	const subject = columns.writable.get(columns.chosen.parts.get('Subject') ?? '');
	return source.length <= column.maxLength || (subject?.maxLength ?? 0) <= column.maxLength;
}

/** @throws DestinationError for a column that the user chose and that can't be filled */
function columnOf(name: string, { chosen, writable }: LeadColumns): WritableColumn | undefined {
	const column = writable.get(name);
	const setting = chosen.settingOf(name);
	const takesText = column !== undefined && /^(choice|memo|text)$/.test(column.kind);
	if (takesText || setting === undefined) return takesText ? column : undefined;
	throw configurationError(
		column === undefined
			? `The table Lead has no column "${name}" that can be written`
			: `The column "${name}" takes no text`,
		`Choose another one under ${setting} in the node.`,
	);
}

function fitted(
	text: string,
	column: WritableColumn | undefined,
	{ choices }: LeadColumns,
): ColumnValue | undefined {
	if (column === undefined) return undefined;
	const { name, kind, maxLength } = column;
	if (kind === 'choice') {
		const wanted = folded(text);
		return choices.get(name)?.find(({ labels }) => labels.map(folded).includes(wanted))?.value;
	}
	const fitting = kind === 'memo' ? paragraphs(text, maxLength) : oneLine(text, maxLength);
	return fitting === '' ? undefined : fitting;
}

function folded(text: string): string {
	return text.trim().toLowerCase();
}

function noSuchColumn(name: string): DestinationError {
	const shown = COLUMN_NAME.test(name.trim()) ? `"${name.trim()}"` : 'of a name that was given';
	return configurationError(
		`The table Lead has no column ${shown} that can be written`,
		'Choose columns from the list, or give logical names such as new_region.',
	);
}
