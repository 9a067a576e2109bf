/** What a column takes. */
import type { JsonValue } from '../../../lead';
import { cleanText } from '../../../lead/text';
import { readTime } from '../../../lead/time';
import { configurationError } from '../../addresses';
import type { DestinationError } from '../../destinationError';
import { shorten } from '../../text';
import type { WritableColumn } from '../metadata';

export type ColumnValue = boolean | number | string | null;
/** By the column's logical name. */
export type ColumnValues = Readonly<Record<string, ColumnValue>>;

/** Characters that XML has not, which Dataverse passes values around in; tabs and line ends it has. */
const NOT_IN_XML = /[^\P{Cc}\t\r\n]|[\ufffe\uffff]/gu;
/** The same, and whatever ends a line. */
const NOT_IN_LINE = /[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu;

/** A text for a column of one line, of so many UTF-16 units. */
export function oneLine(text: string, length: number): string {
	return shorten(cleanText(text).replace(NOT_IN_LINE, ' ').trim(), length);
}

/** A text for a column of several lines. */
export function paragraphs(text: string, length: number): string {
	return shorten(cleanText(text).replace(NOT_IN_XML, '').trim(), length);
}

/** A value that came from the user. @throws DestinationError for one that is not of the column's kind */
export function columnValue(value: JsonValue, column: WritableColumn): ColumnValue {
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
