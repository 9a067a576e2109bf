import { nonEmpty, UNKNOWN } from './filter';
import type { Lead, LeadFilter } from './types';
import {
	ACTIONS,
	findAction,
	findNeighbour,
	findSource,
	SOURCES,
	type SourceEntry,
} from './vocabulary';

/** Pieces of a text that stand in it in this order, with anything between them, in any case. */
export type SearchPattern = readonly string[];

/**
 * Whether a lead is one of Microsoft's, where other leads are kept beside them: it is a test lead,
 * names a store we know, or reads `Source-Action|Offer`, as those of stores to come will, and is of
 * none that is known to be another vendor's.
 */
export function isMarketplaceLead(lead: Lead): boolean {
	if (lead.isTest || findSource(lead.source.code)) return true;
	if (findNeighbour(lead.source.code)) return false;
	return lead.source.code !== '' && lead.action.code !== '' && lead.leadSource.includes('|');
}

/**
 * What the lead source text of every wanted lead holds, for a query that leaves out the others: of
 * each entry at least one pattern. More than the wanted leads may fit, so they still have to be
 * filtered; known codes are looked for in all their spellings, with anything between the words.
 * Empty for no condition. Only for leads whose source, action and offer come from that text alone.
 */
export function leadSourcePatterns(wanted: {
	filter: LeadFilter;
	others: boolean;
}): SearchPattern[][] {
	const { filter, others } = wanted;
	const sources = codePatterns(filter.sources, SOURCES, findSource);
	const conditions = [
		sources,
		codePatterns(filter.actions, ACTIONS, findAction),
		offerPatterns(filter.offers),
		// A known source is a marketplace lead already.
		others || sources.length > 0 ? [] : [...SOURCES.flatMap(spellings), ['MSFT_TEST_'], ['|']],
	];
	return conditions.filter((patterns) => patterns.length > 0);
}

function codePatterns(
	wanted: readonly string[] | undefined,
	entries: readonly SourceEntry[],
	find: (text: string) => { code: string } | undefined,
): SearchPattern[] {
	const codes = nonEmpty(wanted);
	if (codes.some((code) => code.toLowerCase() === UNKNOWN)) return [];
	return codes.flatMap((code) => {
		const known = find(code)?.code;
		const entry = entries.find((candidate) => candidate.code === known);
		return entry ? spellings(entry) : toPatterns([piecesOf(code)]);
	});
}

function spellings({ code, name, aliases }: SourceEntry): SearchPattern[] {
	const patterns = [code, name, ...aliases].map(
		(text) => text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [],
	);
	const different = new Map(patterns.map((words) => [words.join('\n').toLowerCase(), words]));
	return toPatterns([...different.values()]);
}

function offerPatterns(wanted: readonly string[] | undefined): SearchPattern[] {
	return toPatterns(nonEmpty(wanted).map((pattern) => pattern.split('*').flatMap(piecesOf)));
}

/** A pattern of which nothing is certain fits any text: then there is no condition. */
function toPatterns(patterns: SearchPattern[]): SearchPattern[] {
	return patterns.some((pieces) => pieces.length === 0) ? [] : patterns;
}

/** What other systems compare as we do: beyond ASCII, "without regard to case" differs. */
function piecesOf(text: string): string[] {
	return text.split(/[^\x20-\x7e]+/).filter((piece) => piece !== '');
}
