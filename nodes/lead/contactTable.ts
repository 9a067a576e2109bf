/** What a text says of contact that is rows of a table: a file as one text, or pasted from a sheet. */
import { flagForbids, refuses, type Flag } from './contactValues';
import { contactName, saysDoNotContact, type ContactName } from './contactWords';
import { findHeader } from './fields';

const DELIMITERS = ['\t', ';', ',', '|'] as const;
/** What Markdown has below its header. */
const RULE = /^[\s|:+=-]+$/;
const LINE = /\r\n|\r|\n/;
const CELL = /<\/t[hd]>/i;
/** A header has the names of a few columns, in characters. */
const MAX_HEADER_LENGTH = 2_000;

export interface TableStatement {
	readonly how: 'clearly' | 'unclear' | undefined;
	/** Cells it was taken apart into. */
	readonly cells: number;
}

/**
 * Whether a row says not to contact somebody, in a column whose name says so or states it.
 * `undefined` where the text is no table with such a column. Linear; reads `most` cells.
 */
export function readTable(given: string, most: number): TableStatement | undefined {
	const text = CELL.test(given) ? withoutCells(given) : given;
	const header = headerOf(text);
	if (header === undefined) return undefined;
	const delimiter = DELIMITERS.find((mark) => header.includes(mark));
	if (delimiter === undefined) return undefined;
	const names = header.split(delimiter).map(cellText);
	const columns = names
		.map((name, at) => ({ at, kind: contactName(name) }))
		.filter((column): column is Column => column.kind !== undefined);
	const pairs = delimiter === '\t' && names.length === 2 ? readPairs(text, most) : undefined;
	if (pairs) return pairs;
	if (!columns.some(({ kind }) => !NO_TABLE_BY.has(kind))) return undefined;

	let cells = names.length;
	const lines = text.replace(/^[\r\n]+/, '').split(LINE);
	for (const line of lines.slice(1)) {
		if (line.trim() === '' || RULE.test(line)) continue;
		const row = line.split(delimiter);
		cells += row.length;
		// A cell that holds the delimiter moves the others, and what is not read may say it.
		if (row.length !== names.length || cells > most) return { how: 'unclear', cells };
		for (const { at, kind } of columns) {
			const how = cellForbids(kind, cellText(row[at] ?? ''));
			if (how) return { how, cells };
		}
	}
	return { how: undefined, cells };
}

/** The first line that holds something; `undefined` where no other follows, or it is too long for one. */
function headerOf(text: string): string | undefined {
	let start = 0;
	while (text[start] === '\r' || text[start] === '\n') start += 1;
	const line = text.slice(start, start + MAX_HEADER_LENGTH + 1);
	const end = line.search(LINE);
	return end > 0 ? line.slice(0, end) : undefined;
}

/** Rows of a name and its value; `undefined` where they are none, or say nothing. */
function readPairs(text: string, most: number): TableStatement | undefined {
	const lines = text.split(LINE, most);
	let isKnown = false;
	for (const line of lines) {
		const [name = '', value, more] = line.split('\t').map(cellText);
		const kind = value === undefined || more !== undefined ? undefined : contactName(name);
		if (kind === undefined) continue;
		// A header of two columns has another name there.
		if (contactName(value ?? '') !== undefined || findHeader(value ?? '')) return undefined;
		const how = cellForbids(kind, value ?? '');
		if (how) return { how, cells: lines.length };
		isKnown ||= !NO_TABLE_BY.has(kind);
	}
	return isKnown ? { how: undefined, cells: lines.length } : undefined;
}

/** Prose holds such words as well. */
const NO_TABLE_BY: ReadonlySet<ContactName> = new Set<ContactName>([
	...(['choice', 'leadSource', 'state', 'topic', 'wish'] as const),
]);

interface Column {
	at: number;
	kind: ContactName;
}

function cellForbids(kind: ContactName, cell: string): TableStatement['how'] {
	if (refuses(kind, cell)) return 'clearly';
	if (kind === 'topic') return undefined;
	if (kind === 'state' || kind === 'choice' || kind === 'leadSource') {
		return saysDoNotContact(cell) ? 'clearly' : undefined;
	}
	return flagForbids(kind satisfies Flag, cell);
}

/** A table of HTML as rows of cells. */
function withoutCells(html: string): string {
	return html
		.replace(/[\t\r\n]+/g, ' ')
		.replace(/<\/t[hd]>\s?(?=<t[hd])/gi, '\t')
		.replace(/<\/tr>/gi, '\n')
		.replace(/<[^<>]*>/g, '');
}

function cellText(cell: string): string {
	const text = cell.trim();
	return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
