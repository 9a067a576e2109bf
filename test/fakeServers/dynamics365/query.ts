/** The options of a query on leads: which columns, which rows, in which order, how many. */
import { defaultParser } from '@odata/parser';

import { findColumn, LEAD_COLUMNS } from './columns.ts';
import type { LeadColumn, LeadRow } from './columns.ts';
import { comparable, compareValues } from './compare.ts';
import { parseFilter } from './filter.ts';
import { badQuery, noProperty } from './errors.ts';

export const KEY = 'leadid';

interface OrderItem {
	column: LeadColumn;
	descending: boolean;
}

export interface LeadQuery {
	/** In the table's order of columns; always with the key. */
	select: readonly LeadColumn[];
	lets(row: LeadRow): boolean;
	/** By `$orderby`, and then by the key. */
	order: readonly OrderItem[];
	top: number | undefined;
	skipToken: string | undefined;
}

const OPTIONS = new Set(['$select', '$filter', '$orderby', '$top', '$skiptoken']);

/** @throws ServiceError as Dataverse rejects it */
export function parseQuery(parameters: URLSearchParams): LeadQuery {
	for (const name of parameters.keys()) {
		if (!OPTIONS.has(name)) throw badQuery(`The query parameter ${name} is not supported`);
		if (parameters.getAll(name).length > 1) {
			throw badQuery(`Query option '${name}' was specified more than once.`);
		}
	}
	const filter = parameters.get('$filter');
	const top = parameters.get('$top');
	if (top !== null && !/^\d{1,9}$/.test(top)) {
		throw badQuery(`Invalid value '${top}' for $top query option found.`);
	}
	return {
		select: parseSelect(parameters.get('$select')),
		lets: filter === null ? () => true : parseFilter(filter),
		order: parseOrder(parameters.get('$orderby')),
		top: top === null ? undefined : Number(top),
		skipToken: parameters.get('$skiptoken') ?? undefined,
	};
}

export function compareRows(order: readonly OrderItem[], a: LeadRow, b: LeadRow): number {
	for (const { column, descending } of order) {
		const difference = compareValues(comparable(column, a), comparable(column, b));
		if (difference !== 0) return descending ? -difference : difference;
	}
	return 0;
}

function parseSelect(text: string | null): LeadColumn[] {
	if (text === null) return LEAD_COLUMNS.filter(({ name }) => findColumn(name));
	const names = new Set([KEY, ...text.split(',').map((name) => name.trim())]);
	for (const name of names) columnNamed(name);
	return LEAD_COLUMNS.filter(({ name }) => names.has(name));
}

function parseOrder(text: string | null): OrderItem[] {
	const order = (text === null ? [] : orderItems(text)).map(({ name, descending }): OrderItem => ({
		column: columnNamed(name),
		descending,
	}));
	// What says nothing of rows that are equal comes in the order of the key.
	if (!order.some(({ column }) => column.name === KEY)) {
		order.push({ column: columnNamed(KEY), descending: false });
	}
	return order;
}

function orderItems(text: string): Array<{ name: string; descending: boolean }> {
	let tree: { value: { options: Array<{ value: { items: OrderNode[] } }> } };
	try {
		tree = defaultParser.query(`$orderby=${text}`) as unknown as typeof tree;
	} catch {
		throw badQuery(`Syntax error in '${text}'.`);
	}
	return (tree.value.options[0]?.value.items ?? []).map(({ value: { expr, direction } }) => ({
		name: expr.raw,
		descending: direction < 0,
	}));
}

interface OrderNode {
	value: { expr: { raw: string }; direction: number };
}

function columnNamed(name: string): LeadColumn {
	const column = findColumn(name);
	if (column === undefined) throw noProperty(name);
	return column;
}
