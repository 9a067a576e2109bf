/** Literals of SOQL, by https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm */
import type { Field, FieldValue } from './fields.ts';
import { SalesforceApiError } from './apiError.ts';

/** Salesforce's own bound on a text in a condition, in characters. */
const MAX_CHARACTERS = 4_000;

/** Dates that Salesforce knows: https://help.salesforce.com/s/articleView?id=sf.custom_dates.htm */
const EARLIEST_YEAR = 1700;
const LATEST_YEAR = 4000;

const ESCAPES: Readonly<Record<string, string>> = {
	n: '\n',
	N: '\n',
	r: '\r',
	R: '\r',
	t: '\t',
	T: '\t',
	b: '\b',
	B: '\b',
	f: '\f',
	F: '\f',
	'"': '"',
	"'": "'",
	'\\': '\\',
};

const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)$/i;
const ID = /^(?:[A-Za-z0-9]{15}|[A-Za-z0-9]{18})$/;

export function malformed(message: string): SalesforceApiError {
	return new SalesforceApiError(400, 'MALFORMED_QUERY', message);
}

/** A literal of a comparison as a value of the field's kind. @throws SalesforceApiError */
export function decodeLiteral(literal: string, { name, type }: Field): FieldValue {
	if (/^null$/i.test(literal)) return null;
	const wrongKind = () =>
		new SalesforceApiError(
			400,
			'INVALID_FIELD',
			`value of filter criterion for field '${name}' must be of type ${type}`,
		);
	if (type === 'datetime') {
		const time = DATETIME.test(literal) ? Date.parse(literal) : NaN;
		const year = new Date(time).getUTCFullYear();
		if (!(year >= EARLIEST_YEAR && year <= LATEST_YEAR)) throw wrongKind();
		return time;
	}
	if (type === 'boolean') {
		if (!/^(true|false)$/i.test(literal)) throw wrongKind();
		return literal.toLowerCase() === 'true';
	}
	if (!literal.startsWith("'")) throw wrongKind();
	const text = characters(literal)
		.map(({ character }) => character)
		.join('');
	if (type === 'id' && !ID.test(text)) {
		throw new SalesforceApiError(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${text}`);
	}
	return text;
}

/** The pattern of a LIKE: `%` for any characters, `_` for one, unless they are escaped. */
export function likePattern(literal: string): RegExp {
	if (!literal.startsWith("'")) throw malformed('LIKE wants a text');
	const source = characters(literal)
		.map(({ character, escaped }) => {
			if (character === '%' && !escaped) return '[^]*';
			if (character === '_' && !escaped) return '[^]';
			return character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
		})
		.join('');
	return new RegExp(`^${source}$`, 'i');
}

function characters(literal: string): Array<{ character: string; escaped: boolean }> {
	const inner = literal.slice(1, -1);
	if (inner.length > MAX_CHARACTERS) {
		throw malformed('SOQL string literals cannot be longer than 4000 characters');
	}
	const found: Array<{ character: string; escaped: boolean }> = [];
	for (let at = 0; at < inner.length; at += 1) {
		const character = inner[at]!;
		if (character !== '\\') {
			found.push({ character, escaped: false });
			continue;
		}
		at += 1;
		const escape = inner[at] ?? '';
		const unicode = /^u([0-9a-f]{4})/i.exec(inner.slice(at));
		if (unicode) {
			found.push({ character: String.fromCharCode(parseInt(unicode[1]!, 16)), escaped: true });
			at += 4;
		} else if (escape === '%' || escape === '_') found.push({ character: escape, escaped: true });
		else if (Object.hasOwn(ESCAPES, escape))
			found.push({ character: ESCAPES[escape]!, escaped: true });
		else throw malformed(`invalid string escape: \\${escape}`);
	}
	return found;
}
