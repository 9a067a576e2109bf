import { hash } from 'node:crypto';

import type { JsonValue, Lead } from '../../../lead';
import { readTime } from '../../../lead/time';
import { configurationError } from '../../addresses';
import { DestinationError, type WritableLead } from '../../contract';
import { oneLine, paragraphs } from './columnText';
import { leadValues, type ColumnValue, type ColumnValues, type WritingColumns } from './mapping';
import { GUID } from '../reading/page';
import type { WritableColumn } from '../writableColumns';

/** A lead as the Web API takes it. */
export interface OutgoingRecord {
	/** leadid of a lead that is made of it, the same at every try and in every execution. */
	id: string;
	values: ColumnValues;
}

const COLUMN_NAME = /^\w{1,128}$/;

/**
 * The lead as a row of this environment.
 *
 * @param idColumn the text column that keeps the lead's id; `undefined` for none
 * @throws DestinationError with reason `configuration` for what leads here don't have
 */
export function toOutgoing(
	{ lead, additional }: WritableLead,
	columns: WritingColumns,
	idColumn: WritableColumn | undefined,
): OutgoingRecord {
	const values = leadValues(lead, columns);
	for (const [given, value] of Object.entries(additional)) {
		if (value === null) continue;
		const column = columns.writable.get(given.trim().toLowerCase());
		if (column === undefined) throw noSuchColumn(given);
		const converted = columnValue(value, column);
		if (converted !== '') values[column.name] = converted;
	}
	if (idColumn) values[idColumn.name] = idText(lead.id, idColumn.maxLength);
	return { id: recordId(lead), values };
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

function columnValue(value: JsonValue, column: WritableColumn): ColumnValue {
	const { kind, maxLength } = column;
	if (kind === 'text' || kind === 'memo') {
		const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
		return kind === 'memo' ? paragraphs(text, maxLength) : oneLine(text, maxLength);
	}
	const converted = typeof value === 'object' ? undefined : CONVERSIONS[kind]?.(value);
	if (converted === undefined) throw wrongKind(column);
	return converted;
}

type Scalar = boolean | number | string | null;

/** `undefined` for a value that is not of the column's kind. */
const CONVERSIONS: Partial<
	Record<WritableColumn['kind'], (value: Scalar) => ColumnValue | undefined>
> = {
	boolean(value) {
		const text = String(value).trim().toLowerCase();
		if (text === 'true' || text === '1') return true;
		return text === 'false' || text === '0' ? false : undefined;
	},
	number: toNumber,
	integer: toInteger,
	choice: toInteger,
	dateTime: (value) => (typeof value === 'string' ? readTime(value) || undefined : undefined),
	date(value) {
		if (typeof value !== 'string') return undefined;
		// As it stands, since a day has no zone; of a time the day in UTC.
		const day = /^\d{4}-\d{2}-\d{2}$/.test(value.trim()) ? value.trim() : readTime(value);
		return day === '' ? undefined : day.slice(0, 10);
	},
};

function toNumber(value: Scalar): number | undefined {
	if (typeof value === 'boolean' || String(value).trim() === '') return undefined;
	const number = Number(value);
	return Number.isFinite(number) ? number : undefined;
}

function toInteger(value: Scalar): number | undefined {
	const number = toNumber(value);
	return Number.isSafeInteger(number) ? number : undefined;
}

function noSuchColumn(name: string): DestinationError {
	const shown = COLUMN_NAME.test(name.trim()) ? `"${name.trim()}"` : 'of a name that was given';
	return configurationError(
		`The table Lead has no column ${shown} that can be written`,
		'Choose columns from the list, or give logical names such as new_region.',
	);
}

function wrongKind({ name, kind }: WritableColumn): DestinationError {
	return kind === 'other'
		? configurationError(
				`The column "${name}" is of a type that this node does not write`,
				'Leave it out, or fill it with the node Microsoft Dataverse afterwards.',
			)
		: configurationError(
				`The value for the column "${name}" is not of its type`,
				'Give a number for a number or a choice, true or false for Yes/No, and ISO 8601 for a date.',
			);
}
