/** `MSFT_TEST_` and a number (.NET ticks, 18 digits today), for email with a host behind it. */
const TEST_TEXT = /^\s*MSFT_TEST_\d+(?:@test\.com)?\s*$/i;

/** Longer texts are not compared, in characters. */
const MAX_TEST_TEXT = 100;

/** .NET counts from the year 1 in units of 100 ns: the ticks at 1970, and those of a millisecond. */
export const TICKS_AT_1970 = 621_355_968_000_000_000n;
export const TICKS_PER_MILLISECOND = 10_000n;

/** Numbers that are times of a test lead: Microsoft's connector is younger, and ours won't be older. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** When a test lead was made, by the number in its placeholder: ISO 8601 in UTC; empty if it tells none. */
export function testLeadTime(text: string): string {
	const [digits] = /\d{18,19}/.exec(text.slice(0, MAX_TEST_TEXT)) ?? [];
	if (digits === undefined) return '';
	const ms = Number((BigInt(digits) - TICKS_AT_1970) / TICKS_PER_MILLISECOND);
	return ms >= EARLIEST_MS && ms < LATEST_MS ? new Date(ms).toISOString() : '';
}

/** Whether a text is wholly the placeholder that Microsoft fills its test leads with. */
export function isTestText(text: string): boolean {
	return text.length >= 11 && text.length <= MAX_TEST_TEXT && TEST_TEXT.test(text);
}
