/// <reference lib="es2024.string" />
import { readAs } from '../../../schemas';
import { nullable, object, string } from '../../../vendor/schema';
import { createHash } from 'node:crypto';
import { isMarketplaceLead, matchesFilter, parseLead, type LeadFilter } from '../../../lead';
import type { WantedLeads } from '../../contract';
import { DestinationError } from '../../destinationError';
import type { TimeLimits } from '../../timeLimits';
import type { QueryPage } from '../connection/session';
import { anyOf, likeLiteral, textLiteral } from '../connection/soql';
import type { KeptSources } from './position';
import { MAX_SOURCES, sourcesQuery, type PageStart } from './query';

/**
 * Characters, as they stand in an address, which Salesforce bounds to 16,384 bytes: the rest is for
 * the fields and for where a page begins.
 */
const MAX_CONDITIONS = 12_000;

/**
 * Milliseconds. Where looking through all Lead Sources takes longer, reading the leads themselves is
 * begun: a poll must get on, and its time is what n8n gives it.
 */
const SEARCH_TIME = 10_000;

/**
 * Milliseconds. Leads of so short a time are few: reading them all is one call, and tells whether there
 * are any. Where they are more than a page, their sources are searched for behind it.
 */
const DIRECT_TIME = 24 * 60 * 60 * 1_000;

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
	// What is too long to be asked for is read, and filtered all the same; so is what no address can hold.
	if (!only.isWellFormed()) return 'all';
	return encodeURIComponent(only).length > MAX_CONDITIONS ? 'all' : { only };
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

interface FoundSources {
	condition: SourceCondition;
	/** For the rest of the scan; absent where each page is asked as it is. */
	kept?: KeptSources;
	/** Salesforce's clock as it was searched, epoch milliseconds; `undefined` where it was not now. */
	serviceTime?: number | undefined;
}

/**
 * Finds out by a call of its own which Lead Sources to ask for: once for a scan, and only where it
 * may have many leads to read. Leads that come after that are for the next scan.
 */
export class SourceSearch {
	constructor(
		private readonly options: { wanted: WantedLeads; conditions: readonly string[] },
		private readonly query: (soql: string, limits: TimeLimits) => Promise<QueryPage>,
	) {}

	/** The sources to ask for from there on. @throws DestinationError */
	async from(start: PageStart, limits: TimeLimits): Promise<FoundSources> {
		if (!dependsOnSource(this.options.wanted) || isDirect(start)) return { condition: 'all' };
		const kept = start.after?.sources;
		if (kept && kept.digest === this.digestOf(kept.only)) {
			return { condition: kept.only === null ? 'all' : { only: kept.only }, kept };
		}
		const found = await this.search(start, limits);
		if (found.condition === 'none') return found;
		const only = found.condition === 'all' ? null : found.condition.only;
		return { ...found, kept: { only, digest: this.digestOf(only) } };
	}

	private digestOf(only: string | null): string {
		return createHash('sha256')
			.update(JSON.stringify([this.options.wanted, this.options.conditions, only]))
			.digest('base64url')
			.slice(0, 22);
	}

	private async search(start: PageStart, limits: TimeLimits): Promise<FoundSources> {
		const { conditions, wanted } = this.options;
		const timeLimit = AbortSignal.timeout(SEARCH_TIME);
		try {
			const page = await this.query(sourcesQuery({ ...start, conditions }), {
				signal: AbortSignal.any([limits.signal, timeLimit]),
				deadline: Math.min(limits.deadline, Date.now() + SEARCH_TIME),
			});
			const values = page.records.map((group) => sourceOf(group, page));
			// There may be more, and Salesforce gives no second page of groups.
			const isWhole = page.done && values.length < MAX_SOURCES;
			const condition = isWhole ? sourceCondition(values, wanted) : 'all';
			return { condition, serviceTime: page.serviceTime };
		} catch (error) {
			const isTooLarge = error instanceof DestinationError && error.code === 'queryTooLarge';
			if (!(isTooLarge || timeLimit.aborted) || limits.signal.aborted) throw error;
			return { condition: 'all' };
		}
	}
}

function isDirect({ since, after }: PageStart): boolean {
	return after === undefined && since !== undefined && Date.now() - since <= DIRECT_TIME;
}

function sourceOf(group: unknown, page: QueryPage): string | null {
	const source = readAs(object({ LeadSource: nullable(string()) }), group);
	if (source) return source.LeadSource;
	throw page.unexpected();
}
