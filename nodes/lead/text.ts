/// <reference lib="es2024.string" />

/** Longest piece of a payload that a warning or a response repeats, in characters. */
const MAX_QUOTE = 80;

/**
 * Text that every store and encoder takes: PostgreSQL refuses NUL in text and JSON, and
 * `encodeURIComponent` throws on a lone surrogate.
 */
export function cleanText(text: string): string {
	const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
	return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed;
}

/** The beginning of a text, of so many UTF-16 units: never half a character at its end. */
export function truncate(text: string, length: number): string {
	if (text.length <= length) return text;
	const start = text.slice(0, Math.max(0, length));
	return /[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start;
}

/** What has no glyph of its own: zero-width and direction marks, fillers, soft hyphens, selectors. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
const ASCII = /^[\0-\x7f]*$/;

/** Without what copying from a page or a document leaves between letters, and nobody sees. */
export function visible(text: string): string {
	return ASCII.test(text) ? text : text.replace(INVISIBLE, '');
}

/** The text in quotation marks, on one line, cut to 80 characters. */
export function quote(text: string): string {
	// Cut before anything else: a payload may hold a megabyte of control characters.
	const start = text.slice(0, MAX_QUOTE);
	const line = start
		.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
		.toWellFormed()
		.trim();
	return text.length > MAX_QUOTE ? `"${line}…"` : `"${line}"`;
}

/** Letters and digits only, lower-cased: `Do-Not contact` and `DONOTCONTACT` are one word. */
export function compact(text: string): string {
	return text.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

/** "1 lead", "2 leads", for nouns that take an s. */
export function countText(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
