import { tryToParseDateTime } from 'n8n-workflow';

/**
 * With a year as in ISO 8601 and SQL, or a weekday as in e-mail and HTTP. n8n's reading ends with
 * JavaScript's own, which makes a date of any text with a number in it.
 */
const BEGINS_AS_DATE = /^\s*(\d{4}|[A-Z][a-z]{2}, )/;

/** Two time zones in which no text without a zone is the same instant: they are 25 hours apart. */
const [EASTERNMOST, WESTERNMOST] = ['Pacific/Kiritimati', 'Pacific/Niue'] as const;

/**
 * Epoch milliseconds of a date parameter, in this time zone unless the value names one. Of a time
 * that comes twice, as clocks are put back, it is the earlier: the later would leave leads out, and
 * which one n8n's reading takes depends on the season it is read in.
 *
 * @throws Error for what is no date, or one that JavaScript would read by the zone of n8n's process
 */
export function readDateParameter(value: unknown, timezone: string): number {
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
