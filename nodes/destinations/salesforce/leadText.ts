import { cleanText } from '../../lead/text';

/** Characters of the standard fields, which no organisation can change. */
export const LENGTHS = {
	FirstName: 40,
	LastName: 80,
	Email: 80,
	Phone: 40,
	Country: 80,
	Company: 255,
	Title: 128,
	LeadSource: 255,
	Description: 32_000,
} as const;

/**
 * A text for a field of one line. Salesforce would trim it as well; line breaks in it make records
 * that nobody finds by that field.
 */
export function oneLine(text: string, length: number): string {
	return cut(
		cleanText(text)
			.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
			.trim(),
		length,
	);
}

/** A text of several lines: Salesforce keeps a line break as two characters, and counts both. */
export function paragraphs(text: string, length: number): string {
	return cut(
		cleanText(text)
			.replace(/\r\n?|[\v\f\p{Zl}\p{Zp}]/gu, '\n')
			.replace(/[^\P{Cc}\n\t]/gu, '')
			.trim()
			.replaceAll('\n', '\r\n'),
		length,
	);
}

/** The text's beginning: never half a character, nor half a line break. Characters as UTF-16 has them. */
export function cut(text: string, length: number): string {
	if (text.length <= length) return text;
	const start = text.slice(0, Math.max(0, length));
	return (/[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start).trimEnd();
}
