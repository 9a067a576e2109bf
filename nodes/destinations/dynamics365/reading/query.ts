/**
 * A condition for the query that leaves out rows which certainly are no wanted lead. It need not be
 * exact, since every row is looked at again, but it must never leave out a wanted one.
 */
import { leadSourcePatterns, type LeadFilter, type SearchPattern } from '../../../lead';
import { findField, type FieldName } from '../../../lead/fields';
import type { WantedLeads } from '../../contract';
import type { SearchableColumn } from '../metadata';
import type { ColumnSettings } from '../properties';

/** Of one query; Dataverse takes 500, and each costs it time. */
const MAX_CONDITIONS = 100;

/** How Microsoft's test leads fill every text, whatever their lead source is. */
const TEST_TEXT: SearchPattern = ['MSFT_TEST_'];

/** Something that is true of every wanted lead: one of these alternatives. */
export interface QueryCondition {
	/** A column of these holds one of the patterns. */
	columns: readonly string[];
	patterns: readonly SearchPattern[];
	/** Or one of these columns is filled in. */
	filled: readonly string[];
	/** Or it is a test lead, known by any of its texts. */
	testLeads: boolean;
}

/** All that is certain, by what is wanted; empty for nothing. Without asking the service. */
export function conditionsFor(
	{ filter, others }: WantedLeads,
	columns: ColumnSettings,
): QueryCondition[] {
	const searched = searchedColumns(columns);
	const action = columnsFor(['actionCode'], columns);
	const offer = columnsFor(['offerId', 'offerTitle'], columns);
	const { sources = [], actions = [], offers = [] } = filter;
	const byFilter = (part: LeadFilter, own: readonly string[] = []): QueryCondition[] =>
		leadSourcePatterns({ filter: part, others: true }).map((patterns) => ({
			patterns,
			columns: [...new Set([...searched, ...own])],
			filled: [],
			testLeads: false,
		}));
	const marketplace = others ? [] : leadSourcePatterns({ filter: {}, others });
	return [
		...byFilter({ sources }),
		// What the lead source text does not tell is taken from a column of its own.
		...byFilter({ actions }, action),
		...byFilter({ offers }, offer),
		// With an action of its own, a word without a bar can be the source of a store to come.
		...marketplace.map((patterns) => ({
			patterns,
			columns: searched,
			filled: action,
			testLeads: true,
		})),
	];
}

/** `$filter` for what is certain; `undefined` where nothing of it can be asked for. */
export function toFilter(
	conditions: readonly QueryCondition[],
	/** How the columns can be searched, by name; those that are not in it can't. */
	searchables: ReadonlyMap<string, SearchableColumn>,
): string | undefined {
	const texts = [...searchables.values()].filter(({ kind }) => kind === 'text');
	const filters: string[] = [];
	let left = MAX_CONDITIONS;
	for (const { columns, patterns, filled, testLeads } of conditions) {
		const searched = columns.map((name) => searchables.get(name));
		if (!searched.every((column) => column !== undefined)) continue;
		const alternatives = anyOf([
			...withoutImplied(patterns).map((pattern) => holds(pattern, searched)),
			...(testLeads ? [holds(TEST_TEXT, texts)] : []),
			...filled.map((name) => [`${name} ne null`]),
		]);
		if (alternatives === undefined) continue;
		const count = alternatives.join(' and ').split(' and ').length;
		if (count > left) continue;
		left -= count;
		filters.push(`(${alternatives.join(' or ')})`);
	}
	return filters.length === 0 ? undefined : filters.join(' and ');
}

/** The columns in which `parseLead` looks for the lead source text. */
function searchedColumns(columns: ColumnSettings): string[] {
	const others = columnsFor(['leadSource', 'leadSourceCode', 'subject', 'description'], columns);
	return [...new Set([columns.leadSource, ...others])];
}

/** Columns that `parseLead` takes for one of these fields, by the name it gets them under. */
function columnsFor(fields: readonly FieldName[], { parts, additional }: ColumnSettings): string[] {
	const isOne = (name: string): boolean => {
		const field = findField(name)?.field;
		return field !== undefined && fields.includes(field);
	};
	return [
		...[...parts].flatMap(([part, column]) => (isOne(part) ? [column] : [])),
		...additional.filter(isOne),
	];
}

/** Alternatives of which one has to hold; `undefined` where one of them is not certain. */
type Alternatives = string[] | undefined;

function anyOf(alternatives: readonly Alternatives[]): Alternatives {
	const all: string[] = [];
	for (const some of alternatives) {
		if (some === undefined) return undefined;
		all.push(...some);
	}
	return all.length === 0 ? undefined : [...new Set(all)];
}

/** Patterns without those that hold all pieces of another one: that one finds as much by itself. */
function withoutImplied(patterns: readonly SearchPattern[]): SearchPattern[] {
	const different = [
		...new Map(patterns.map((pattern) => [JSON.stringify([...pattern].sort()), pattern])).values(),
	];
	return different.filter(
		(pattern) =>
			!different.some(
				(other) => other !== pattern && other.every((piece) => pattern.includes(piece)),
			),
	);
}

/** That a column holds the pattern's pieces; their order is not asked for. */
function holds(pattern: SearchPattern, columns: readonly SearchableColumn[]): Alternatives {
	const runs = [...new Set(pattern.flatMap(certainRun))];
	if (runs.length === 0) return undefined;
	return columns.flatMap((column) => {
		if (column.kind === 'text') return [allOf(column.name, runs)];
		return column.choices
			.filter(({ labels }) => labels.some((label) => holdsAll(label, pattern)))
			.map(({ value }) => `${column.name} eq ${value}`);
	});
}

function allOf(column: string, runs: readonly string[]): string {
	const conditions = runs.map((run) => `contains(${column},'${run.replaceAll("'", "''")}')`);
	return conditions.length === 1 ? conditions.join() : `(${conditions.join(' and ')})`;
}

function holdsAll(label: string, pattern: SearchPattern): boolean {
	const text = label.toLowerCase();
	return pattern.every((piece) => text.includes(piece.toLowerCase()));
}

/**
 * The longest part of a piece that every environment compares as we do. In a Turkish one `I` and `i`
 * are different letters, and `[` begins a class of characters (https://learn.microsoft.com/power-apps/developer/data-platform/wildcard-characters);
 * `%` and `_` stand for any characters there, so they only let more through.
 */
function certainRun(piece: string): string[] {
	const runs = piece.split(/[iI[\]]+/).filter((run) => run.trim() !== '');
	const [longest] = runs.sort((a, b) => b.length - a.length);
	return longest === undefined ? [] : [longest];
}
