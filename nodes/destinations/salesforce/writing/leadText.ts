import { cut, toLines, toOneLine } from '../../text';

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
	return cut(toOneLine(text), length);
}

/** A text of several lines: Salesforce keeps a line break as two characters, and counts both. */
export function paragraphs(text: string, length: number): string {
	return cut(toLines(text).replaceAll('\n', '\r\n'), length);
}
