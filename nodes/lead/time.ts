import type { JsonValue } from './types';

const ISO =
	/^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
/** The same as Azure, JavaScript and Salesforce (`+0000`) write it; years that leads are from, and days that every month has. */
const USUAL_ISO =
	/^((?:19[89]|2\d\d)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)$/;
/** The form of .NET's older JSON writers: milliseconds since 1970 and an offset that adds nothing. */
const DOT_NET = /^\/Date\((-?\d{1,16})(?:[+-]\d{4})?\)\/$/;

/** Longest text that can be one of the forms above, in characters. */
const MAX_TIME_LENGTH = 40;

/**
 * Earlier instants are not times of a lead but unset ones: .NET writes 0001-01-01 and JavaScript
 * 1970-01-01 for "none".
 */
const EARLIEST_MS = Date.UTC(1970, 0, 2);
const LATEST_MS = Date.UTC(9999, 11, 31);

/** The last instant that JavaScript has, epoch milliseconds: a later one can't be asked for. */
export const LATEST_TIME = 8_640_000_000_000_000;

/** Whether a value that was kept is an instant: whole epoch milliseconds since 1970. */
export function isTime(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LATEST_TIME;
}

/** Numbers from here on are milliseconds since 1970, smaller ones seconds (until the year 5138). */
const MILLISECONDS_FROM = 100_000_000_000;

/**
 * An instant as ISO 8601 in UTC with milliseconds; empty for what is not certainly one. Takes ISO
 * 8601 (without an offset: UTC), `/Date(ms)/`, and seconds or milliseconds since 1970. Forms such
 * as `10/2/2018` are not guessed at: they are one day in one country and another in the next.
 */
export function readTime(value: JsonValue): string {
	// Most times come like this, and making a Date of them takes several times as long.
	const usual = typeof value === 'string' ? USUAL_ISO.exec(value) : null;
	if (usual) return `${usual[1]}.${milliseconds(usual[2])}Z`;
	const ms = toMilliseconds(value);
	return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms).toISOString() : '';
}

function toMilliseconds(value: JsonValue): number {
	if (typeof value === 'number') return fromNumber(value);
	if (typeof value !== 'string' || value.length > MAX_TIME_LENGTH) return NaN;
	const text = value.trim();
	const iso = ISO.exec(text);
	if (iso) return fromIso(iso);
	const dotNet = DOT_NET.exec(text);
	if (dotNet) return Number(dotNet[1]);
	return /^\d{9,14}$/.test(text) ? fromNumber(Number(text)) : NaN;
}

function fromNumber(value: number): number {
	return Math.trunc(value >= MILLISECONDS_FROM ? value : value * 1000);
}

function fromIso(match: RegExpExecArray): number {
	const part = (index: number) => Number(match[index] ?? 0);
	const fraction = Number(milliseconds(match[7]));
	const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	// Date.UTC takes the years 0 to 99 for those of the last century.
	if (year < 100 || hour > 23 || minute > 59 || second > 59) return NaN;
	const ms = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
	// Date.UTC turns 30 February into 2 March.
	if (new Date(ms).getUTCDate() !== day || new Date(ms).getUTCMonth() !== month - 1) return NaN;
	return ms - offsetMinutes(match[8]) * 60_000;
}

/** The first three digits of a second's fraction: rounded down, as the service's clock is. */
function milliseconds(fraction = ''): string {
	return fraction.slice(0, 3).padEnd(3, '0');
}

function offsetMinutes(offset: string | undefined): number {
	if (!offset || offset === 'Z' || offset === 'z') return 0;
	const minutes =
		Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2)) * (offset.length > 3 ? 1 : 0);
	return offset.startsWith('-') ? -minutes : minutes;
}
