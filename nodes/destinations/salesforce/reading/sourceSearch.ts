import type { WantedLeads } from '../../contract';
import type { TimeLimits } from '../../timeLimits';
import { sourcesQuery, type PageStart } from './query';
import {
	dependsOnSource,
	MOST_SOURCES,
	sourceCondition,
	type SourceCondition,
} from './leadSources';
import { oddAnswer, TooMuchToSearch } from '../errors';
import { queryResult, type ApiAnswer } from '../connection/session';

/**
 * Milliseconds. Where looking through all Lead Sources takes longer, reading the leads themselves is
 * begun: a poll must get on, and its time is what n8n gives it.
 */
const SEARCH_TIME = 10_000;

interface FoundSources {
	condition: SourceCondition;
	/** Salesforce's clock as it was searched, epoch milliseconds; `undefined` where it was not now. */
	serviceTime?: number | undefined;
}

/**
 * Finds out by a call of its own which Lead Sources to ask for: once for all pages of a poll, and
 * the only call where nothing is to be read.
 */
export class SourceSearch {
	readonly #wanted: WantedLeads;
	readonly #conditions: readonly string[];
	readonly #ask: (soql: string, limits: TimeLimits) => Promise<ApiAnswer>;
	/** What was found among the leads from this time on, epoch milliseconds. */
	#found: { from: number; condition: SourceCondition } | undefined;

	constructor(
		{ wanted, conditions }: { wanted: WantedLeads; conditions: readonly string[] },
		ask: (soql: string, limits: TimeLimits) => Promise<ApiAnswer>,
	) {
		this.#wanted = wanted;
		this.#conditions = conditions;
		this.#ask = ask;
	}

	/** The sources to ask for from there on. @throws DestinationError */
	async from(start: PageStart, limits: TimeLimits): Promise<FoundSources> {
		if (!dependsOnSource(this.#wanted)) return { condition: 'all' };
		const from = Math.max(start.since ?? 0, start.after?.createdDate ?? 0);
		if (this.#found && this.#found.from <= from) return { condition: this.#found.condition };
		const found = await this.#search(start, limits);
		this.#found = { from, condition: found.condition };
		return found;
	}

	async #search(start: PageStart, limits: TimeLimits): Promise<FoundSources> {
		const timeLimit = AbortSignal.timeout(SEARCH_TIME);
		try {
			const answer = await this.#ask(sourcesQuery({ ...start, conditions: this.#conditions }), {
				signal: AbortSignal.any([limits.signal, timeLimit]),
				deadline: Math.min(limits.deadline, Date.now() + SEARCH_TIME),
			});
			const { done, records } = queryResult(answer);
			const values = records.map((group) => sourceOf(group, answer));
			// There may be more, and Salesforce gives no second page of groups.
			const isWhole = done && values.length < MOST_SOURCES;
			const condition = isWhole ? sourceCondition(values, this.#wanted) : 'all';
			return { condition, serviceTime: answer.serviceTime };
		} catch (error) {
			const isTooMuch = error instanceof TooMuchToSearch || timeLimit.aborted;
			if (!isTooMuch || limits.signal.aborted) throw error;
			return { condition: 'all' };
		}
	}
}

function sourceOf(group: unknown, { raw }: ApiAnswer): string | null {
	const { LeadSource } = (typeof group === 'object' && group !== null ? group : {}) as {
		LeadSource?: unknown;
	};
	if (typeof LeadSource === 'string' || LeadSource === null) return LeadSource;
	throw oddAnswer(raw);
}
