/**
 * `$skiptoken`: XML with the next page's number and, where the order allows it, a paging cookie with
 * the values of the page's first and last row, which is XML itself, escaped twice.
 */
import { findColumn } from './columns.ts';
import type { LeadColumn, LeadRow } from './columns.ts';
import { ServiceError } from './errors.ts';

export interface SkipToken {
	/** 2 for the page behind the first. */
	page: number;
	/** Values of the last row before it, by column; `undefined` where pages are counted only. */
	after: LeadRow | undefined;
	/** Responses without rows that came since that row. */
	empty: number;
	/** Counts up when cookies are made to expire. */
	epoch: number;
}

export function writeSkipToken(
	{ page, after, empty, epoch }: SkipToken,
	order: ReadonlyArray<{ column: LeadColumn }>,
): string {
	const cookie =
		after === undefined
			? ''
			: ` pagingcookie="${twice(
					`<cookie page="${page - 1}">${order
						.map(({ column: { name, type } }) => {
							const text = String(after[name] ?? '');
							const value = type === 'Uniqueidentifier' ? `{${text.toUpperCase()}}` : text;
							return `<${name} last="${escapeXml(value)}" />`;
						})
						.join('')}</cookie>`,
				)}"`;
	return `<cookie pagenumber="${page}"${cookie} istracking="False" empty="${empty}" epoch="${epoch}" />`;
}

/** @throws ServiceError for what is no such token */
export function readSkipToken(text: string): SkipToken {
	const whole =
		/^<cookie pagenumber="(\d+)"(?: pagingcookie="([^"]*)")? istracking="False" empty="(\d+)" epoch="(\d+)" \/>$/.exec(
			text,
		);
	if (whole === null) throw malformed();
	const [, page, cookie, empty, epoch] = whole;
	return {
		page: Number(page),
		after: cookie === undefined ? undefined : readCookie(cookie),
		empty: Number(empty),
		epoch: Number(epoch),
	};
}

export function malformed(): ServiceError {
	return new ServiceError(400, '0x80040203', 'Malformed XML in the Paging Cookie');
}

function readCookie(text: string): LeadRow {
	let xml: string;
	try {
		xml = decodeURIComponent(decodeURIComponent(text));
	} catch {
		throw malformed();
	}
	const inner = /^<cookie page="\d+">(.*)<\/cookie>$/s.exec(xml)?.[1];
	if (inner === undefined) throw malformed();
	const row: Record<string, string | null> = {};
	for (const [, name = '', value = ''] of inner.matchAll(/<(\w+) last="([^"]*)" \/>/g)) {
		const column = findColumn(name);
		if (column === undefined) throw malformed();
		const unescaped = unescapeXml(value);
		row[name] =
			column.type === 'Uniqueidentifier'
				? unescaped.replace(/[{}]/g, '').toLowerCase()
				: unescaped || null;
	}
	return row;
}

function twice(text: string): string {
	return encodeURIComponent(encodeURIComponent(text));
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}

function unescapeXml(text: string): string {
	return Object.entries(ENTITIES).reduceRight(
		(result, [character, entity]) => result.replaceAll(entity, character),
		text,
	);
}
