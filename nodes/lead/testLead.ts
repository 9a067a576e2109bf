/** `MSFT_TEST_` and a number (.NET ticks, 18 digits today), for e-mail with a host behind it. */
const TEST_TEXT = /^\s*MSFT_TEST_\d+(?:@test\.com)?\s*$/i;

/** Longer texts are not compared, in characters. */
const MAX_TEST_TEXT = 100;

/** Whether a text is wholly the placeholder that Microsoft fills its test leads with. */
export function isTestText(text: string): boolean {
	return text.length >= 11 && text.length <= MAX_TEST_TEXT && TEST_TEXT.test(text);
}
