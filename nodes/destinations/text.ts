import { cleanText, truncate } from '../lead/text';

/** The text's beginning, as `truncate`, without space at its end: never half a line end either. */
export function shorten(text: string, length: number): string {
	return text.length <= length ? text : truncate(text, length).trimEnd();
}

/** A text for a field of several lines, well-formed and with `\n` between them. */
export function toLines(text: string): string {
	return cleanText(text)
		.replace(/\r\n?|[\v\f\p{Zl}\p{Zp}]/gu, '\n')
		.replace(/[^\P{Cc}\n\t]/gu, '')
		.trim();
}

/** A text for a field of one line: line ends and other controls are a space there. */
export function toOneLine(text: string): string {
	return cleanText(text)
		.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
		.trim();
}
