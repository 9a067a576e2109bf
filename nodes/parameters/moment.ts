import { tryToParseDateTime } from 'n8n-workflow';

/**
 * With a year as in ISO 8601 and SQL, or a weekday as in e-mail and HTTP. n8n's reading ends with
 * JavaScript's own, which makes a date of any text with a number in it.
 */
const BEGINS_AS_DATE = /^\s*(\d{4}|[A-Z][a-z]{2}, )/;

/** Epoch milliseconds of a date parameter, in this time zone unless it names one. @throws Error for none */
export function readMoment(value: unknown, timezone: string): number {
	const isDate = typeof value === 'string' ? BEGINS_AS_DATE.test(value) : typeof value === 'object';
	if (!isDate) throw new TypeError('It does not begin as a date.');
	return tryToParseDateTime(value, timezone).toMillis();
}
