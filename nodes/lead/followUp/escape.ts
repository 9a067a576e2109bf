/** Longest value of a lead that a message repeats, in characters: more is no name of anything. */
const MAX_VALUE_LENGTH = 200;

/** Marks without a glyph that can hide or turn text around, but not the joiners some scripts need. */
const HIDDEN = /(?![\u200c\u200d])\p{Cf}/gu;
const BREAKS = /[\p{Cc}\u2028\u2029\s]+/gu;

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	'`': '&#96;',
};

/** Words of ASCII, which most values are: nothing in them has to be looked for. */
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** One line: whatever could end a header, or hide in one, is a space or gone. */
export function oneLine(text: string): string {
	if (PLAIN.test(text)) return text;
	return text.toWellFormed().replace(HIDDEN, '').replace(BREAKS, ' ').trim();
}

/** A value of a lead as a message repeats it: one line of 200 characters at most. */
export function value(text: string): string {
	// Cut before anything else, because a lead may hold a megabyte; and not through a character.
	return oneLine(text.slice(0, MAX_VALUE_LENGTH).replace(/[\ud800-\udbff]$/, ''));
}

/** Text as HTML shows it, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/** Text as a part of a URL in a quoted attribute. */
export function escapeUrl(text: string): string {
	return encodeURIComponent(text).replaceAll("'", '%27');
}

/**
 * A value that a spreadsheet takes for text: an apostrophe before what could begin a formula, also
 * in the wide letters of East Asian keyboards.
 */
export function formulaSafe(text: string): string {
	const line = value(text);
	return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(line) ? `'${line}` : line;
}
