/**
 * Runs SOQL as Salesforce does, from records in memory: a library parses the query, and its
 * conditions are evaluated by SOQL's rules. What is not supported is refused, never guessed at.
 * Rules: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/
 */
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import type { FieldType as SelectedField, Query } from '@jetstreamapp/soql-parser-js';

import { isFilterable, isGroupable, isSortable } from './fields.ts';
import type { Field, FieldValue, LeadRecord } from './fields.ts';
import { decodeLiteral, likePattern, malformed } from './soqlLiteral.ts';
import { tokensOf } from './soqlWhere.ts';
import type { Condition, Token } from './soqlWhere.ts';
import { SalesforceApiError } from './apiError.ts';

export interface Queried {
	/** The fields the asking user can see, by lower-case name. */
	fields: ReadonlyMap<string, Field>;
	records: readonly LeadRecord[];
	/** How picklist values are called in the user's language: a LIKE goes by that. */
	labels?: ReadonlyMap<string, string>;
}

export interface Selected {
	/** Name of a field or alias, with its value. */
	rows: LeadRecord[];
	/** Whether the rows are groups, not records. */
	aggregate: boolean;
}

type Predicate = (record: LeadRecord) => boolean;

/** Salesforce's own bound on a query's length, in characters. */
const MAX_CHARACTERS = 100_000;
const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** @throws SalesforceApiError for what Salesforce would refuse, or this does not support */
export function select(soql: string, { fields, records, labels = new Map() }: Queried): Selected {
	if (soql.length > MAX_CHARACTERS) throw malformed('SOQL statements cannot be longer than that');
	const query = parsed(soql);
	if (query.sObject?.toLowerCase() !== 'lead') {
		throw new SalesforceApiError(
			400,
			'INVALID_TYPE',
			`sObject type '${query.sObject ?? ''}' is not supported.`,
		);
	}
	for (const clause of ['having', 'offset', 'for', 'update', 'usingScope', 'withDataCategory']) {
		if (clause in query) throw malformed(`unsupported clause: ${clause}`);
	}
	const find = (name: string): Field => {
		const found = fields.get(name.toLowerCase());
		if (found) return found;
		throw new SalesforceApiError(
			400,
			'INVALID_FIELD',
			`\n${soql.slice(0, 80)}\n^\nERROR at Row:1:Column:1\nNo such column '${name}' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
		);
	};
	const matches = query.where ? predicateOf(tokensOf(query.where), find, labels) : () => true;
	const found = records.filter(matches);
	return query.groupBy ? grouped(query, found, find) : listed(query, found, find, fields);
}

function parsed(soql: string): Query {
	try {
		return parseQuery(soql);
	} catch {
		throw malformed('unexpected token');
	}
}

function listed(
	query: Query,
	found: LeadRecord[],
	find: (name: string) => Field,
	fields: ReadonlyMap<string, Field>,
): Selected {
	const names = selectedFields(query.fields ?? [], find, fields);
	const order = [query.orderBy ?? []].flat().map((by) => {
		if (!('field' in by)) throw malformed('only fields can be sorted by here');
		const field = find(by.field);
		if (!isSortable(field)) throw notFor(field, 'sorted');
		return { field, down: by.order === 'DESC' };
	});
	// Each value is made ready to compare once, as an index has it.
	const sortable = found.map((record) => ({
		record,
		keys: order.map(({ field }) => comparable(valueOf(record, field), field)),
	}));
	sortable.sort((a, b) => {
		for (const [at, { down }] of order.entries()) {
			const difference = compareKeys(a.keys[at]!, b.keys[at]!);
			if (difference !== 0) return down ? -difference : difference;
		}
		return 0;
	});
	const rows = sortable.slice(0, query.limit ?? sortable.length);
	return {
		rows: rows.map(({ record }) =>
			Object.fromEntries(names.map((name) => [name, record[name] ?? null])),
		),
		aggregate: false,
	};
}

function selectedFields(
	selected: readonly SelectedField[],
	find: (name: string) => Field,
	fields: ReadonlyMap<string, Field>,
): string[] {
	const names = selected.flatMap((entry) => {
		if (entry.type === 'Field') return [find(entry.field).name];
		if (entry.type === 'FieldFunctionExpression' && entry.functionName === 'FIELDS') {
			const [kind] = entry.parameters ?? [];
			if (kind !== 'STANDARD') throw malformed('only FIELDS(STANDARD) is supported here');
			return [...fields.values()].filter(({ custom }) => !custom).map(({ name }) => name);
		}
		throw malformed('only fields can be selected here');
	});
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice !== undefined) throw malformed(`duplicate field selected: ${twice}`);
	return names;
}

function grouped(query: Query, found: LeadRecord[], find: (name: string) => Field): Selected {
	const by = [query.groupBy ?? []].flat().map((group) => {
		if (!('field' in group)) throw malformed('only fields can be grouped by here');
		const field = find(group.field);
		if (!isGroupable(field)) throw notFor(field, 'grouped');
		return field;
	});
	const groups = new Map<string, LeadRecord[]>();
	for (const record of found) {
		const key = JSON.stringify(by.map((field) => folded(valueOf(record, field))));
		const group = groups.get(key);
		if (group) group.push(record);
		else groups.set(key, [record]);
	}
	let expression = 0;
	const columns = (query.fields ?? []).map((entry) => {
		if (entry.type === 'Field') {
			const field = find(entry.field);
			if (!by.includes(field))
				throw malformed(`Field must be grouped or aggregated: ${field.name}`);
			return { name: field.name, of: (group: LeadRecord[]) => valueOf(group[0]!, field) };
		}
		if (entry.type === 'FieldFunctionExpression' && entry.functionName === 'COUNT') {
			const name = entry.alias ?? `expr${expression++}`;
			const [counted] = entry.parameters ?? [];
			const field = typeof counted === 'string' ? find(counted) : undefined;
			const of = (group: LeadRecord[]) =>
				group.filter((record) => field === undefined || valueOf(record, field) !== null).length;
			return { name, of, raw: entry.rawValue };
		}
		throw malformed('only grouped fields and COUNT can be selected here');
	});
	let rows = [...groups.values()].map((group): LeadRecord =>
		Object.fromEntries(columns.map(({ name, of }) => [name, of(group)])),
	);
	for (const order of [query.orderBy ?? []].flat().reverse()) {
		const wanted = 'fn' in order ? order.fn.rawValue : 'field' in order ? order.field : '';
		const column = columns.find(({ name, raw }) => name === wanted || raw === wanted);
		if (!column) throw malformed('only what is selected can be sorted by here');
		const sign = order.order === 'DESC' ? -1 : 1;
		rows = rows.sort(
			(a, b) => sign * compareLoosely(a[column.name] ?? null, b[column.name] ?? null),
		);
	}
	return { rows: rows.slice(0, query.limit ?? rows.length), aggregate: true };
}

function notFor({ name }: Field, what: 'filtered' | 'grouped' | 'sorted'): SalesforceApiError {
	const message = `field '${name}' can not be ${what} in a query call`;
	return new SalesforceApiError(400, 'INVALID_FIELD', message);
}

/** By recursive descent; SOQL takes no AND and OR beside each other without parentheses. */
function predicateOf(
	tokens: Token[],
	find: (name: string) => Field,
	labels: ReadonlyMap<string, string>,
): Predicate {
	let at = 0;
	const term = (): Predicate => {
		const token = tokens[at++];
		if (token === undefined) throw malformed('unexpected end of the conditions');
		if (token === 'NOT') {
			const negated = term();
			return (record) => !negated(record);
		}
		if (token === '(') {
			const inner = expression();
			if (tokens[at++] !== ')') throw malformed("expecting a right parentheses, found 'EOF'");
			return inner;
		}
		if (typeof token === 'string') throw malformed(`unexpected token: ${token}`);
		return conditionOf(token, find, labels);
	};
	const expression = (): Predicate => {
		const parts = [term()];
		let joined: Token | undefined;
		for (;;) {
			const next = tokens[at];
			if (next !== 'AND' && next !== 'OR') break;
			if (joined !== undefined && joined !== next) throw malformed(`unexpected token: ${next}`);
			joined = next;
			at += 1;
			parts.push(term());
		}
		return joined === 'OR'
			? (record) => parts.some((part) => part(record))
			: (record) => parts.every((part) => part(record));
	};
	const whole = expression();
	if (at < tokens.length) throw malformed(`unexpected token: ${String(tokens[at])}`);
	return whole;
}

function conditionOf(
	{ field: name, operator, literal }: Condition,
	find: (name: string) => Field,
	labels: ReadonlyMap<string, string>,
) {
	const field = find(name);
	if (!isFilterable(field)) throw notFor(field, 'filtered');
	const read = (text: string) => decodeLiteral(text, field);
	if (operator === 'LIKE') {
		if (field.type === 'id' || field.type === 'datetime' || field.type === 'boolean') {
			throw new SalesforceApiError(
				400,
				'INVALID_QUERY_FILTER_OPERATOR',
				`invalid operator on ${field.type} field: LIKE`,
			);
		}
		const pattern = likePattern(String(literal));
		return (record: LeadRecord) => {
			const value = valueOf(record, field);
			if (typeof value !== 'string') return false;
			const label = field.type === 'picklist' ? labels.get(value) : undefined;
			return pattern.test(label ?? value);
		};
	}
	if (operator === 'IN' || operator === 'NOT IN') {
		const values = new Set([literal].flat().map((text) => comparable(read(text), field)));
		return (record: LeadRecord) =>
			values.has(comparable(valueOf(record, field), field)) === (operator === 'IN');
	}
	if (!COMPARISONS.has(operator)) throw malformed(`unexpected token: ${operator}`);
	if (Array.isArray(literal)) throw malformed('unexpected list');
	const value = comparable(read(literal), field);
	return (record: LeadRecord) => {
		const own = comparable(valueOf(record, field), field);
		if (operator === '=' || operator === '!=') return (own === value) === (operator === '=');
		// Nothing is less or more than an empty field.
		if (own === null || value === null) return false;
		const difference = compareKeys(own, value);
		if (operator === '<') return difference < 0;
		if (operator === '<=') return difference <= 0;
		return operator === '>' ? difference > 0 : difference >= 0;
	};
}

function valueOf(record: LeadRecord, field: Field): FieldValue {
	const value = record[field.name];
	return value === undefined || value === '' ? null : value;
}

/** What a field's values are compared by: an id's last three characters only tell the casing of the others. */
function comparable(value: FieldValue, { type }: Field): FieldValue {
	return type === 'id' && value !== null ? String(value).slice(0, 15) : folded(value);
}

/** Texts without regard to case. */
function compareLoosely(a: FieldValue, b: FieldValue): number {
	return compareKeys(folded(a), folded(b));
}

/** Empty first. */
function compareKeys(left: FieldValue, right: FieldValue): number {
	if (left === right) return 0;
	if (left === null) return -1;
	if (right === null) return 1;
	return left < right ? -1 : 1;
}

function folded(value: FieldValue): FieldValue {
	return typeof value === 'string' ? value.toLowerCase() : value;
}
