/** `$filter`, parsed by @odata/parser and evaluated with SQL's three values. */
import { defaultParser } from '@odata/parser';

import { findColumn } from './columns.ts';
import type { LeadColumn, LeadRow, Value } from './columns.ts';
import { comparable, compareValues, fold, likeTest } from './compare.ts';
import { badQuery, noProperty } from './errors.ts';

/** True, false, or unknown because of a null: only true lets a row through. */
type Truth = boolean | null;
type Condition = (row: LeadRow) => Truth;

interface Node {
	type: string;
	raw: string;
	value: unknown;
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
	EqualsExpression: (order) => order === 0,
	NotEqualsExpression: (order) => order !== 0,
	GreaterOrEqualsExpression: (order) => order >= 0,
	GreaterThanExpression: (order) => order > 0,
	LesserOrEqualsExpression: (order) => order <= 0,
	LesserThanExpression: (order) => order < 0,
};

const PATTERNS: Readonly<Record<string, (text: string) => string>> = {
	contains: (text) => `%${text}%`,
	startswith: (text) => `${text}%`,
	endswith: (text) => `%${text}`,
};

/** Dataverse's own limit. */
const MAX_CONDITIONS = 500;

type Filter = (row: LeadRow) => boolean;

/** Of one query each page asks anew, and the parser is slow. */
const compiled = new Map<string, Filter>();
const MAX_COMPILED = 20;

/** Whether a row is let through. @throws ServiceError for a filter that Dataverse would not take */
export function parseFilter(text: string): Filter {
	const known = compiled.get(text);
	if (known) return known;
	const filter = compileFilter(text);
	if (compiled.size >= MAX_COMPILED) compiled.clear();
	compiled.set(text, filter);
	return filter;
}

function compileFilter(text: string): Filter {
	let tree: Node;
	try {
		tree = defaultParser.filter(text) as unknown as Node;
	} catch {
		throw badQuery(`Syntax error in '${text}'.`);
	}
	const counter = { left: MAX_CONDITIONS };
	const condition = compile(tree, counter);
	return (row) => condition(row) === true;
}

function compile(node: Node, counter: { left: number }): Condition {
	switch (node.type) {
		case 'BoolParenExpression':
		case 'ParenExpression':
			return compile(node.value as Node, counter);
		case 'AndExpression': {
			const [left, right] = bothOf(node).map((side) => compile(side, counter));
			return (row) => and(left!(row), right!(row));
		}
		case 'OrExpression': {
			const [left, right] = bothOf(node).map((side) => compile(side, counter));
			return (row) => not(and(not(left!(row)), not(right!(row))));
		}
		case 'NotExpression':
			return compileNot(node.value as Node, counter);
	}
	if ((counter.left -= 1) < 0) {
		throw badQuery('Number of conditions in query exceeded maximum limit.');
	}
	if (node.type === 'MethodCallExpression') return compileCall(node);
	const holds = COMPARISONS[node.type];
	if (holds === undefined) throw badQuery(`The expression '${node.raw}' is not supported.`);
	return compileComparison(node, holds);
}

/** The parser has `not` swallow what follows with `and` and `or`; it binds tighter than both. */
function compileNot(node: Node, counter: { left: number }): Condition {
	if (node.type === 'AndExpression' || node.type === 'OrExpression') {
		const [left, right] = bothOf(node) as [Node, Node];
		const negated: Node = { type: 'NotExpression', raw: left.raw, value: left };
		return compile({ ...node, value: { left: negated, right } }, counter);
	}
	const condition = compile(node, counter);
	return (row) => not(condition(row));
}

function compileComparison(node: Node, holds: (order: number) => boolean): Condition {
	const [left, right] = bothOf(node) as [Node, Node];
	const column = columnOf(left);
	const equality = node.type === 'EqualsExpression' || node.type === 'NotEqualsExpression';
	if (column.type === 'Uniqueidentifier' && !equality) {
		throw badQuery(`The operator of '${node.raw}' is not supported for 'Edm.Guid'.`);
	}
	const literal = literalOf(right, column);
	const value = comparable(column, { [column.name]: literal });
	if (value === null) {
		if (!equality) throw badQuery(`Null can't be compared in '${node.raw}'.`);
		return (row) => holds((row[column.name] ?? null) === null ? 0 : 1);
	}
	return (row) => {
		const stored = comparable(column, row);
		return stored === null ? null : holds(compareValues(stored, value));
	};
}

function compileCall(node: Node): Condition {
	const { method, parameters } = node.value as { method: string; parameters: Node[] };
	const pattern = Object.hasOwn(PATTERNS, method) ? PATTERNS[method] : undefined;
	const [first, second] = parameters;
	if (pattern === undefined || first === undefined || second === undefined) {
		throw badQuery(`An unknown function with name '${method}' was found.`);
	}
	const column = columnOf(first);
	if (column.type !== 'String' && column.type !== 'Memo') {
		throw badQuery(
			`No function signature for the function with name '${method}' matches the specified arguments.`,
		);
	}
	const isLike = likeTest(pattern(fold(String(literalOf(second, column)))));
	return (row) => {
		const stored = row[column.name] ?? null;
		return stored === null ? null : isLike(fold(String(stored)));
	};
}

function columnOf(node: Node): LeadColumn {
	let inner: Node | { name: string } = node;
	while ('type' in inner && inner.type !== 'ODataIdentifier') inner = inner.value as Node;
	const { name } = ('value' in inner ? inner.value : inner) as { name?: string };
	if (name === undefined) throw badQuery(`A column is expected in '${node.raw}'.`);
	const column = findColumn(name);
	if (column === undefined) throw noProperty(name);
	return column;
}

const LITERALS: Readonly<Record<string, readonly LeadColumn['type'][]>> = {
	'Edm.String': ['Memo', 'String'],
	'Edm.Guid': ['Uniqueidentifier'],
	'Edm.Boolean': ['Boolean'],
	'Edm.DateTimeOffset': ['DateTime'],
	'Edm.Date': ['DateTime'],
};
const NUMBERS: readonly LeadColumn['type'][] = ['Integer', 'Money', 'Picklist', 'State'];

function literalOf(node: Node, column: LeadColumn): Value {
	if (node.type !== 'Literal') throw badQuery(`A literal is expected instead of '${node.raw}'.`);
	const type = String(node.value);
	if (node.raw === 'null') return null;
	if (!(LITERALS[type] ?? NUMBERS).includes(column.type)) {
		throw badQuery(
			`A binary operator with incompatible types was detected. Found operand types 'Edm.${column.type}' and '${type}'.`,
		);
	}
	switch (type) {
		case 'Edm.String':
			return node.raw.slice(1, -1).replaceAll("''", "'");
		case 'Edm.Boolean':
			return node.raw === 'true';
		case 'Edm.Guid':
			return node.raw.toLowerCase();
		case 'Edm.Date':
		case 'Edm.DateTimeOffset':
			return node.raw;
		default:
			return Number(node.raw);
	}
}

function bothOf(node: Node): Node[] {
	const { left, right } = node.value as { left: Node; right: Node };
	return [left, right];
}

function and(a: Truth, b: Truth): Truth {
	if (a === false || b === false) return false;
	return a === null || b === null ? null : true;
}

function not(truth: Truth): Truth {
	return truth === null ? null : !truth;
}
