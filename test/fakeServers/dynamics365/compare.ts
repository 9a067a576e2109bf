import type { LeadColumn, LeadRow, Value } from './columns.ts';

/** SQL Server compares a uniqueidentifier by these bytes of its text form, the last six first. */
const GUID_ORDER = [
	[24, 36],
	[19, 23],
	[14, 18],
	[9, 13],
	[0, 8],
] as const;

export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A row's value as it is compared: times by their instant, whatever their precision. */
export function comparable({ name, type }: LeadColumn, row: LeadRow): Value {
	const value = row[name] ?? null;
	return value !== null && type === 'DateTime' ? Date.parse(String(value)) : value;
}

/**
 * How SQL Server orders two values of a column: null first, text without regard to case, GUIDs by
 * their last bytes. Within the first three groups the bytes stand the other way round.
 */
export function compareValues(a: Value, b: Value): number {
	if (a === b) return 0;
	if (a === null) return -1;
	if (b === null) return 1;
	if (typeof a === 'string' && typeof b === 'string') {
		const [left, right] =
			GUID.test(a) && GUID.test(b) ? [guidKey(a), guidKey(b)] : [fold(a), fold(b)];
		if (left === right) return 0;
		return left < right ? -1 : 1;
	}
	return Number(a) - Number(b);
}

function guidKey(guid: string): string {
	return GUID_ORDER.map(([from, to], at) => {
		const group = guid.slice(from, to);
		return at < 2 ? group : (group.match(/../g) ?? []).reverse().join('');
	}).join('');
}

/** The collation of Dataverse has no regard to case and accents. */
export function fold(text: string): string {
	return text
		.normalize('NFKD')
		.replace(/\p{Mn}/gu, '')
		.toLowerCase();
}

/**
 * SQL's LIKE, which Dataverse makes of `contains` and its kin: `%`, `_` and `[…]` in the text have
 * their meaning there. Both texts folded.
 */
export function likeTest(pattern: string): (text: string) => boolean {
	let expression = '';
	for (let at = 0; at < pattern.length; at += 1) {
		const character = pattern[at] ?? '';
		const close = character === '[' ? pattern.indexOf(']', at + 1) : -1;
		if (character === '%') expression += '[^]*';
		else if (character === '_') expression += '[^]';
		else if (character === '[') {
			// Without an end, SQL Server matches nothing.
			if (close < 0) return () => false;
			expression += `[${pattern.slice(at + 1, close).replaceAll('\\', '\\\\')}]`;
			at = close;
		} else expression += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
	}
	const regExp = new RegExp(`^${expression}$`);
	return (text) => regExp.test(text);
}
