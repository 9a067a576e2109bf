import { parseLeadSource, type Lead } from '../../../lead';
import { configurationError } from '../../addresses';
import { customerDetails, leadSourceText, nameBeside } from '../../leadMapping';
import { oneLine, paragraphs } from './columnText';
import { OPT_OUT_COLUMNS, type Columns } from '../properties';
import type { Choice } from '../reading/query';
import type { WritableColumn, WritableColumns } from '../writableColumns';

export type ColumnValue = boolean | number | string | null;
/** By the column's logical name. */
export type ColumnValues = Readonly<Record<string, ColumnValue>>;

/** What a lead is written by: the columns that were chosen, as they are in this environment. */
export interface WritingColumns {
	chosen: Columns;
	writable: WritableColumns;
	/** Choices of the chosen columns of choices, by name. */
	choices: ReadonlyMap<string, readonly Choice[]>;
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
 * | an e-mail address that is too long| empty; the description holds it                           |
 * | texts longer than their columns   | cut                                                       |
 *
 * @throws DestinationError with reason `configuration` for a chosen column that takes no text
 */
export function leadValues(lead: Lead, columns: WritingColumns): Record<string, ColumnValue> {
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
	if (!lead.contactAllowed) {
		for (const name of OPT_OUT_COLUMNS) {
			if (columns.writable.get(name)?.kind === 'boolean') values[name] = true;
		}
	}
	return values;
}

/** The lead's parts, by the names that `LEAD_PARTS` gives them. */
function partsOf(lead: Lead, source: string, columns: WritingColumns): Record<string, string> {
	const details = customerDetails(lead);
	const email = oneLine(details.Email, Number.POSITIVE_INFINITY);
	const emailColumn = columns.chosen.parts.get('Email') ?? '';
	// A part of an address is somebody else's: one that is too long goes where a person reads it.
	const isLong = email.length > (columns.writable.get(emailColumn)?.maxLength ?? email.length);
	return {
		...details,
		LastName: lastName(lead),
		Email: isLong ? '' : email,
		ActionCode: lead.action.code,
		OfferId: lead.offer.id,
		OfferTitle: lead.offer.title,
		Subject: source || topic(lead),
		Description: isLong ? withNote(lead, `E-mail: ${email}`, columns) : lead.description,
	};
}

/** A title that reads as a lead source would be taken for that of the lead. */
function topic({ offer }: Lead): string {
	return parseLeadSource(offer.title).sourceKnown ? '' : offer.title;
}

/** A name that came whole, as some CRMs keep it, counts as well. */
function lastName(lead: Lead): string {
	const { firstName, lastName: last } = lead.customer;
	const whole = nameBeside(lead);
	if (last !== '' || whole === '') return last;
	return whole.startsWith(`${firstName} `) ? whole.slice(firstName.length).trim() : whole;
}

/** A description with a line behind it, for which it makes room. */
function withNote(
	{ description }: Lead,
	note: string,
	{ chosen, writable }: WritingColumns,
): string {
	const most = writable.get(chosen.parts.get('Description') ?? '')?.maxLength ?? 0;
	const line = paragraphs(note, most / 2);
	return paragraphs(`${paragraphs(description, most - line.length - 1)}\n${line}`, most);
}

/**
 * Whether a column takes a lead source whole. Cut, it would name another offer; the topic takes
 * longer ones. Where that could not hold it either, a part in the column is better than none.
 */
function takesWhole(name: string, source: string, columns: WritingColumns): boolean {
	const column = columnOf(name, columns);
	if (column === undefined || (column.kind !== 'text' && column.kind !== 'memo')) return true;
	const subject = columns.writable.get(columns.chosen.parts.get('Subject') ?? '');
	return source.length <= column.maxLength || (subject?.maxLength ?? 0) <= column.maxLength;
}

/** @throws DestinationError for a column that the user chose and that can't be filled */
function columnOf(name: string, { chosen, writable }: WritingColumns): WritableColumn | undefined {
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
	{ choices }: WritingColumns,
): ColumnValue | undefined {
	if (column === undefined) return undefined;
	const { name, kind, maxLength } = column;
	if (kind === 'choice') {
		const wanted = folded(text);
		return choices.get(name)?.find(({ labels }) => labels.map(folded).includes(wanted))?.value;
	}
	const cut = kind === 'memo' ? paragraphs(text, maxLength) : oneLine(text, maxLength);
	return cut === '' ? undefined : cut;
}

function folded(text: string): string {
	return text.trim().toLowerCase();
}
