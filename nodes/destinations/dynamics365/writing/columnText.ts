import { cleanText } from '../../../lead/text';
import { cut } from '../../text';

/** Characters that XML has not, which Dataverse passes values around in; tabs and line ends it has. */
const NOT_IN_XML = /[^\P{Cc}\t\r\n]|[\ufffe\uffff]/gu;
/** The same, and whatever ends a line. */
const NOT_IN_LINE = /[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu;

/** A text for a column of one line, of so many UTF-16 units. */
export function oneLine(text: string, length: number): string {
	return cut(cleanText(text).replace(NOT_IN_LINE, ' ').trim(), length);
}

/** A text for a column of several lines. */
export function paragraphs(text: string, length: number): string {
	return cut(cleanText(text).replace(NOT_IN_XML, '').trim(), length);
}
