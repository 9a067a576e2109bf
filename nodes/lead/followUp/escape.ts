import { emailAddress } from '../emailAddress';
import { truncate } from '../text';

/** Longest value of a lead that a message repeats, in characters: more is no name of anything. */
const MAX_VALUE_LENGTH = 200;

/** What has no glyph and can hide or turn text around, but not the joiners some scripts need. */
const HIDDEN = /(?![\u200c\u200d])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** With the blank of Braille, which is no white space and looks like it. */
const BREAKS = /[\p{Cc}\u2028\u2029\u2800\s]+/gu;

/**
 * How an encoded word of RFC 2047 begins, which a mail program shows as what it decodes to. The
 * beginning is enough: some put words together that stand side by side, or take spaces in them.
 */
const ENCODED_WORD = /=\?(?=[^?]{1,200}\?[bq]\?)/gi;

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
	return asItIs(oneLine(truncate(text, MAX_VALUE_LENGTH)));
}

/** Text of which no mail program decodes anything: `=?utf-8?b?…` is `= ?utf-8?b?…`. */
export function asItIs(text: string): string {
	return text.includes('=?') ? text.replace(ENCODED_WORD, '= ?') : text;
}

/** Text as HTML shows it, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}

/** Text as a part of a URL in a quoted attribute. */
export function escapeUrl(text: string): string {
	return encodeURIComponent(text).replaceAll("'", '%27');
}

/** Text as the address of a `mailto:` link (RFC 6068), with no part that could be more than one. */
export function escapeMailbox(text: string): string {
	const url = escapeUrl(text);
	// Only where it is an address can the sign stand for itself.
	return emailAddress(text) === text.toLowerCase() ? url.replaceAll('%40', '@') : url;
}

/** Text as the number of a `tel:` link (RFC 3966). */
export function escapeTelephone(text: string): string {
	// "+49 (0)170": the zero is for calls at home.
	const dialled = text.replace(/^(\s*\+\d{1,3}\s*)\(0\)/, '$1');
	const digits = dialled.normalize('NFKC').replace(/[\s()./-]/g, '');
	return /^\+?\d{3,15}$/.test(digits) ? digits : escapeUrl(text);
}

/**
 * A value that a spreadsheet takes for text: an apostrophe before what could begin a formula, also
 * in the wide letters of East Asian keyboards.
 */
export function formulaSafe(text: string): string {
	const line = value(text);
	return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(line) ? `'${line}` : line;
}
