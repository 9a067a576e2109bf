import { cleanText } from '../lead/text';

/** The text's beginning, of so many UTF-16 units: never half a character, nor half a line end. */
export function cut(text: string, length: number): string {
	if (text.length <= length) return text;
	const start = text.slice(0, Math.max(0, length));
	return (/[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start).trimEnd();
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
