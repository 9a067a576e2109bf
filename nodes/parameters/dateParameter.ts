import { tryToParseDateTime } from 'n8n-workflow';

/**
 * With a year as in ISO 8601 and SQL, or a weekday as in email and HTTP. n8n's reading ends with
 * JavaScript's own, which makes a date of any text with a number in it.
 */
const BEGINS_AS_DATE = /^\s*(\d{4}|[A-Z][a-z]{2}, )/;

/** A year outside of these has more than four digits or a sign as text, which CRMs take for no date. */
const DAY = 24 * 60 * 60_000;
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Two time zones in which no text without a zone is the same instant: they are 25 hours apart. */
const [EASTERNMOST, WESTERNMOST] = ['Pacific/Kiritimati', 'Pacific/Niue'] as const;

/**
 * Epoch milliseconds of a date parameter, in this time zone unless the value names one. Of a time
 * that comes twice, as clocks are put back, it is the earlier: the later would leave leads out, and
 * which one n8n's reading takes depends on the season it is read in.
 *
 * @throws Error for what is no date, or one that JavaScript would read by the zone of n8n's process, or
 * that no destination could be asked for
 */
export function readDateParameter(value: unknown, timezone: string): number {
	const time = readDate(value, timezone);
	const within = Math.min(Math.max(time, EARLIEST), LATEST);
	// The last hours of 9999 are in the year after in UTC where clocks are behind it.
	if (Math.abs(time - within) <= DAY) return within;
	throw new TypeError('Its year is not one from 1 to 9999.');
}

function readDate(value: unknown, timezone: string): number {
	if (typeof value !== 'string') {
		if (typeof value !== 'object') throw new TypeError('It does not begin as a date.');
		return tryToParseDateTime(value, timezone).toMillis();
	}
	if (!BEGINS_AS_DATE.test(value)) throw new TypeError('It does not begin as a date.');
	const [east, west] = [
		tryToParseDateTime(value, EASTERNMOST),
		tryToParseDateTime(value, WESTERNMOST),
	];
	if (east.zoneName === west.zoneName) return east.toMillis();
	// Without a zone in it and yet the same everywhere: JavaScript's own reading, which also makes
	// 2 March of 30 February.
	if (east.toMillis() === west.toMillis()) throw new TypeError('There is no such date.');
	const possible = tryToParseDateTime(value, timezone).getPossibleOffsets();
	return Math.min(...possible.map((time) => time.toMillis()));
}
