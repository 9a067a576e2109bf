/**
 * Text for SOQL, the query language. Every value goes in through one of these functions: a lead
 * source, a name or a cursor can hold anything.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
 */

/** Times that SOQL takes, epoch milliseconds: a later one is not accepted, and no lead is from then. */
const EARLIEST = Date.UTC(1700, 0, 2);
const LATEST = Date.UTC(3999, 11, 31);

const ESCAPES: Readonly<Record<string, string>> = {
	"'": "\\'",
	'"': '\\"',
	'\\': '\\\\',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
};

/** A text as a literal, quotes included. */
export function textLiteral(text: string): string {
	return `'${escaped(text)}'`;
}

/** The pattern of a LIKE that every text fits which begins with this one, in any case. */
export function likeLiteral(beginning: string): string {
	return `'${escaped(beginning).replace(/[%_]/g, '\\$&')}%'`;
}

/** A time as a literal, from epoch milliseconds. */
export function timeLiteral(milliseconds: number): string {
	const time = Math.min(Math.max(wholeSecond(milliseconds), EARLIEST), LATEST);
	return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** Salesforce's times have no fraction: a later bound would leave out what came in its second. */
export function wholeSecond(milliseconds: number): number {
	return Math.floor(milliseconds / 1_000) * 1_000;
}

/** All of them have to hold; each is put in parentheses where it needs them. */
export function allOf(conditions: readonly string[]): string {
	return conditions.map((condition) => inParentheses(condition, / OR /)).join(' AND ');
}

/** One of them has to hold. */
export function anyOf(conditions: readonly string[]): string {
	return conditions.map((condition) => inParentheses(condition, / AND /)).join(' OR ');
}

/** SOQL takes no AND beside an OR without; texts may hold either word, then it is one pair too many. */
function inParentheses(condition: string, joined: RegExp): string {
	return joined.test(condition) ? `(${condition})` : condition;
}

function escaped(text: string): string {
	return text.replace(
		/["'\\\p{Cc}\p{Zl}\p{Zp}]/gu,
		(character) =>
			ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}
