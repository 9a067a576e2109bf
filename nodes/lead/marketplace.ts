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
export type Needle = readonly string[];

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
 * each entry at least one needle. More than the wanted leads may fit, so they still have to be
 * filtered; known codes are looked for in all their spellings, with anything between the words.
 * Empty for no condition. Only for leads whose source, action and offer come from that text alone.
 */
export function leadSourceNeedles(wanted: { filter: LeadFilter; others: boolean }): Needle[][] {
	const { filter, others } = wanted;
	const sources = codeNeedles(filter.sources, SOURCES, findSource);
	const conditions = [
		sources,
		codeNeedles(filter.actions, ACTIONS, findAction),
		offerNeedles(filter.offers),
		// A known source is a marketplace lead already.
		others || sources.length > 0 ? [] : [...SOURCES.flatMap(spellings), ['MSFT_TEST_'], ['|']],
	];
	return conditions.filter((needles) => needles.length > 0);
}

function codeNeedles(
	wanted: readonly string[] | undefined,
	entries: readonly SourceEntry[],
	find: (text: string) => { code: string } | undefined,
): Needle[] {
	const codes = nonEmpty(wanted);
	if (codes.some((code) => code.toLowerCase() === UNKNOWN)) return [];
	return codes.flatMap((code) => {
		const known = find(code)?.code;
		const entry = entries.find((candidate) => candidate.code === known);
		return entry ? spellings(entry) : toNeedles([piecesOf(code)]);
	});
}

function spellings({ code, name, aliases }: SourceEntry): Needle[] {
	const needles = [code, name, ...aliases].map(
		(text) => text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [],
	);
	const different = new Map(needles.map((words) => [words.join('\n').toLowerCase(), words]));
	return toNeedles([...different.values()]);
}

function offerNeedles(wanted: readonly string[] | undefined): Needle[] {
	return toNeedles(nonEmpty(wanted).map((pattern) => pattern.split('*').flatMap(piecesOf)));
}

/** A pattern of which nothing is certain fits any text: then there is no condition. */
function toNeedles(needles: Needle[]): Needle[] {
	return needles.some((pieces) => pieces.length === 0) ? [] : needles;
}

/** What other systems compare as we do: beyond ASCII, "without regard to case" differs. */
function piecesOf(text: string): string[] {
	return text.split(/[^\x20-\x7e]+/).filter((piece) => piece !== '');
}
