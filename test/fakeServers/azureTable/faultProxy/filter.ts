import { InvalidInputError } from './errors.ts';
import { ticksOf } from './row.ts';
import type { Row } from './row.ts';

export type RowPredicate = (row: Row) => boolean;

/** Documented for the Table service: a `$filter` holds at most 15 discrete comparisons. */
const MAX_COMPARISONS = 15;

/**
 * A `$filter` of the Table service as a function on rows: `and`, `or`, `not`, parentheses, the six
 * comparisons, and strings, `datetime'…'`, `guid'…'`, numbers (`1`, `1.5`, `1L`) and booleans.
 * As in Azure, a comparison does not hold for a row that lacks the column or has it in another type
 * (whichever the operator), strings compare by code unit, and times to 100 ns. Binary literals are
 * not played.
 *
 * @throws {InvalidInputError} for what is no such filter.
 */
export function parseFilter(text: string): RowPredicate {
	return new FilterParser(tokenize(text)).parse();
}

type Literal =
	| { type: 'String'; value: string }
	| { type: 'DateTime'; value: bigint }
	| { type: 'Guid'; value: string }
	| { type: 'Int64'; value: bigint }
	| { type: 'Number'; value: number }
	| { type: 'Boolean'; value: boolean };
type Token =
	| { kind: 'paren'; text: string }
	| { kind: 'word'; text: string }
	| { kind: 'literal'; text: string; literal: Literal };

const TOKEN = new RegExp(
	[
		String.raw`(?<paren>[()])`,
		String.raw`(?<hint>datetime|guid)?'(?<quoted>(?:[^']|'')*)'`,
		String.raw`(?<long>-?\d+)L\b`,
		String.raw`(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`,
		String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
	].join('|'),
	'uy',
);

function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	for (;;) {
		while (/\s/.test(text.charAt(at))) at++;
		if (at === text.length) return tokens;
		TOKEN.lastIndex = at;
		const match = TOKEN.exec(text);
		if (!match) throw new InvalidInputError(`Unexpected text at ${at}: ${text.slice(at)}`);
		tokens.push(tokenOf(match[0], match.groups ?? {}));
		at = TOKEN.lastIndex;
	}
}

function tokenOf(text: string, groups: Record<string, string | undefined>): Token {
	const { paren, hint, quoted, long, number, word } = groups;
	const literal = (value: Literal): Token => ({ kind: 'literal', text, literal: value });
	if (paren !== undefined) return { kind: 'paren', text };
	if (long !== undefined) return literal({ type: 'Int64', value: BigInt(long) });
	if (number !== undefined) return literal({ type: 'Number', value: Number(number) });
	if (word === 'true' || word === 'false') {
		return literal({ type: 'Boolean', value: word === 'true' });
	}
	if (word !== undefined) return { kind: 'word', text };
	const value = (quoted ?? '').replaceAll("''", "'");
	if (hint === 'guid') return literal({ type: 'Guid', value: value.toLowerCase() });
	if (hint === undefined) return literal({ type: 'String', value });
	const ticks = ticksOf(value);
	if (ticks === undefined) throw new InvalidInputError(`Not a time: ${text}`);
	return literal({ type: 'DateTime', value: ticks });
}

const OPERATORS = new Map<string, (order: number) => boolean>([
	['eq', (order) => order === 0],
	['ne', (order) => order !== 0],
	['gt', (order) => order > 0],
	['ge', (order) => order >= 0],
	['lt', (order) => order < 0],
	['le', (order) => order <= 0],
]);

/** Recursive descent, loosest first: or, and, not, then a group or a comparison. */
class FilterParser {
	private readonly tokens: Token[];
	private at = 0;
	private comparisons = 0;

	constructor(tokens: Token[]) {
		this.tokens = tokens;
	}

	parse(): RowPredicate {
		const whole = this.or();
		if (this.at < this.tokens.length) this.refuse('the end');
		return whole;
	}

	private or(): RowPredicate {
		const left = this.and();
		if (!this.take('word', 'or')) return left;
		const right = this.or();
		return (row) => left(row) || right(row);
	}

	private and(): RowPredicate {
		const left = this.not();
		if (!this.take('word', 'and')) return left;
		const right = this.and();
		return (row) => left(row) && right(row);
	}

	private not(): RowPredicate {
		if (!this.take('word', 'not')) return this.group();
		const operand = this.not();
		return (row) => !operand(row);
	}

	private group(): RowPredicate {
		if (!this.take('paren', '(')) return this.comparison();
		const inside = this.or();
		if (!this.take('paren', ')')) this.refuse('a closing parenthesis');
		return inside;
	}

	private comparison(): RowPredicate {
		if (++this.comparisons > MAX_COMPARISONS) {
			throw new InvalidInputError(`More than ${MAX_COMPARISONS} comparisons`);
		}
		const left = this.operand();
		const holds = OPERATORS.get(this.next()?.text ?? '') ?? this.refuse('an operator');
		const right = this.operand();
		if (left.kind === 'word' && right.kind === 'literal') {
			return comparison(left.text, right.literal, holds);
		}
		if (left.kind === 'literal' && right.kind === 'word') {
			return comparison(right.text, left.literal, (order) => holds(-order));
		}
		throw new InvalidInputError('A comparison takes one column and one value');
	}

	private operand(): Exclude<Token, { kind: 'paren' }> {
		const token = this.next();
		return token && token.kind !== 'paren' ? token : this.refuse('a column or a value');
	}

	private next(): Token | undefined {
		return this.tokens[this.at++];
	}

	private take(kind: Token['kind'], text: string): boolean {
		const token = this.tokens[this.at];
		if (token?.kind !== kind || token.text !== text) return false;
		this.at++;
		return true;
	}

	private refuse(expected: string): never {
		const seen = this.tokens.map(({ text }) => text).join(' ');
		throw new InvalidInputError(`Expected ${expected} about token ${this.at} of: ${seen}`);
	}
}

function comparison(
	column: string,
	literal: Literal,
	holds: (order: number) => boolean,
): RowPredicate {
	return (row) => {
		const cell = cellOf(row, column, literal.type);
		return cell !== undefined && holds(compare(cell, literal.value));
	};
}

type Comparable = string | number | bigint | boolean;

function compare(cell: Comparable, value: Comparable): number {
	if (cell < value) return -1;
	return cell > value ? 1 : 0;
}

/** The cell as the literal's type, or undefined where the service would not compare the two. */
function cellOf(row: Row, column: string, wanted: Literal['type']): Comparable | undefined {
	if (!Object.hasOwn(row, column)) return undefined;
	const cell = row[column];
	if (typeof cell === 'boolean') return wanted === 'Boolean' ? cell : undefined;
	if (typeof cell === 'number') {
		// BigInt refuses fractions, and a Double is no Int64 in Azure either.
		if (wanted === 'Int64') return Number.isInteger(cell) ? BigInt(cell) : undefined;
		return wanted === 'Number' ? cell : undefined;
	}
	if (typeof cell !== 'string') return undefined;
	const type = typeOf(row, column) ?? wanted;
	if (type === 'Int64') {
		if (wanted === 'Int64') return BigInt(cell);
		return wanted === 'Number' ? Number(cell) : undefined;
	}
	if (type !== wanted) return undefined;
	if (wanted === 'DateTime') return ticksOf(cell);
	return wanted === 'Guid' ? cell.toLowerCase() : cell;
}

/** The type of a text cell; undefined when the client asked for responses without type metadata. */
function typeOf(row: Row, column: string): string | undefined {
	if (column === 'Timestamp') return 'DateTime';
	const annotated = row[`${column}@odata.type`];
	if (typeof annotated === 'string') return annotated.replace(/^Edm\./, '');
	return Object.hasOwn(row, 'odata.etag') ? 'String' : undefined;
}
