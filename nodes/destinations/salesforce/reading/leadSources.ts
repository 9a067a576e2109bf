import { isMarketplaceLead, matchesFilter, parseLead, type LeadFilter } from '../../../lead';
import type { WantedLeads } from '../../contract';
import { anyOf, likeLiteral, textLiteral } from '../connection/soql';

/** Salesforce gives no more groups in one answer. */
export const MOST_SOURCES = 2_000;

/**
 * Characters, as they stand in an address, which Salesforce bounds to 16,384 bytes: the rest is for
 * the fields and for where a page begins.
 */
const MOST_CONDITIONS = 12_000;

/** What Microsoft fills the fields of a test lead with. */
const TEST_NAME = 'MSFT_TEST_';

/** Which leads a query asks for: all of them, those that fit a condition in SOQL, or none at all. */
export type SourceCondition = { only: string } | 'all' | 'none';

/** Whether it depends on the Lead Source if a lead is wanted. */
export function dependsOnSource({ filter, others }: WantedLeads): boolean {
	return !others || hasParts(filter);
}

/**
 * The condition that leads of these sources and no others fit, in so far as they are wanted. Made of
 * the values that leads have and not of patterns: Salesforce compares a pattern with a value's
 * label in the user's language, where an administrator has given it one, so that a lead
 * could stay away for its name.
 *
 * @param values the Lead Sources there are; `null` for leads without
 */
export function sourceCondition(
	values: ReadonlyArray<string | null>,
	wanted: WantedLeads,
): SourceCondition {
	const found = values.filter((value) => isWanted(value ?? '', wanted));
	if (found.length === values.length) return found.length === 0 ? 'none' : 'all';
	const texts = found.filter((value) => value !== null).map(textLiteral);
	const alternatives = [
		...(texts.length === 0 ? [] : [`LeadSource IN (${texts.join(', ')})`]),
		...(found.includes(null) ? ['LeadSource = null'] : []),
		// A test lead is known by any of its texts, and an organisation may set Lead Source itself.
		...(hasParts(wanted.filter) ? [] : [`LastName LIKE ${likeLiteral(TEST_NAME)}`]),
	];
	if (alternatives.length === 0) return 'none';
	const only = anyOf(alternatives);
	// What is too long to be asked for is read, and filtered all the same.
	return encodeURIComponent(only).length > MOST_CONDITIONS ? 'all' : { only };
}

/** Whether a lead of this source may be let through, whatever its other fields are. */
function isWanted(leadSource: string, { filter, others }: WantedLeads): boolean {
	const lead = parseLead({ LeadSource: leadSource }, { destination: 'salesforce', receivedAt: '' });
	if (!others && !isMarketplaceLead(lead)) return false;
	// Source, action and offer come from this text alone; that a lead is a test may be said elsewhere.
	return matchesFilter(lead, { ...filter, testLeads: 'include' });
}

function hasParts({ sources = [], actions = [], offers = [] }: LeadFilter): boolean {
	return [...sources, ...actions, ...offers].some((part) => part.trim() !== '');
}
