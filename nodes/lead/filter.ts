import type { Lead, LeadFilter, LeadOffer } from './types';
import { findAction, findSource } from './vocabulary';

/** The filter entry that stands for every code that is not Microsoft's, a missing one too. */
export const UNKNOWN = 'unknown';

/** Whether a trigger passes a lead on: every part of the filter has to match. */
export function matchesFilter(lead: Lead, filter: LeadFilter): boolean {
	const testLeads = filter.testLeads ?? 'include';
	if (testLeads === 'exclude' && lead.isTest) return false;
	if (testLeads === 'only' && !lead.isTest) return false;
	return (
		matchesCode(lead.action.code, filter.actions, findAction) &&
		matchesCode(lead.source.code, filter.sources, findSource) &&
		matchesOffer(lead.offer, filter.offers)
	);
}

function matchesCode(
	code: string,
	wanted: readonly string[] | undefined,
	find: (text: string) => { code: string } | undefined,
): boolean {
	const entries = nonEmpty(wanted);
	if (entries.length === 0) return true;
	const known = find(code)?.code;
	return entries.some((entry) => {
		if (entry.toLowerCase() === UNKNOWN) return known === undefined;
		const entryCode = find(entry)?.code ?? entry;
		return entryCode.toLowerCase() === (known ?? code).toLowerCase();
	});
}

/** Whether the id or the title is one of the patterns, without regard to case; no pattern is any offer. */
export function matchesOffer(
	offer: Pick<LeadOffer, 'id' | 'title'>,
	wanted: readonly string[] | undefined,
): boolean {
	return offerMatcher(wanted)(offer);
}

/** The same for many offers: the patterns are read once. */
export function offerMatcher(
	wanted: readonly string[] | undefined,
): (offer: Pick<LeadOffer, 'id' | 'title'>) => boolean {
	const patterns = nonEmpty(wanted).map((pattern) => pattern.toLowerCase().split('*'));
	if (patterns.length === 0) return () => true;
	return ({ id, title }) => {
		const names = [id, title].map((name) => name.toLowerCase());
		return patterns.some((pieces) => names.some((name) => matchesPieces(name, pieces)));
	};
}

/**
 * Whether a text consists of the pieces with anything between them. Each piece is looked for once,
 * behind the one before it: a regular expression could try all ways to divide the text and never
 * come back.
 */
function matchesPieces(text: string, pieces: readonly string[]): boolean {
	const [first = '', ...rest] = pieces;
	const last = rest.pop();
	if (last === undefined) return text === first;
	if (!text.startsWith(first)) return false;
	let at = first.length;
	for (const piece of rest) {
		const found = text.indexOf(piece, at);
		if (found < 0) return false;
		at = found + piece.length;
	}
	return text.length - last.length >= at && text.endsWith(last);
}

/** The entries that say something, trimmed. */
export function nonEmpty(entries: readonly string[] | undefined): string[] {
	return (entries ?? []).map((entry) => entry.trim()).filter((entry) => entry !== '');
}
