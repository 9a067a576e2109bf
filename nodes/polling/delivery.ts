/**
 * Acknowledged delivery: what is pending is what is not marked at the destination. There is no cursor
 * that could be lost, only a memory of what was handed over lately, so that it does not come each
 * minute; without it leads come early, never not at all.
 */
import type { JsonValue, Lead } from '../lead';
import type { DeliveryMemory } from './deliveryMemory';
import type { HandOver, LeadReader, PolledPage, PolledRow, Position } from './types';

export interface DeliveryRules {
	/** Milliseconds from the first hand-over to the second; each further wait is twice as long. */
	redeliverAfter: number;
	/** How often a lead is handed over before it is given up. */
	maxAttempts: number;
}

/** Milliseconds. No wait grows beyond a day, unless the first one is longer. */
const LONGEST_WAIT = 24 * 60 * 60 * 1000;

/**
 * Milliseconds that clocks may be apart: the time that a service tells can come from several of its
 * servers, or from a proxy.
 */
const CLOCK_TOLERANCE = 10 * 60 * 1000;

/** A lead that is handed over now. */
export interface Delivery extends NotedDelivery {
	lead: Lead;
}

/** What has to be known of it until its execution has ended, which can be hours. */
export interface NotedDelivery {
	lead: Pick<Lead, 'id'>;
	/** As `PolledRow.key`. */
	key: string;
	/** This hand-over. */
	handOver: HandOver;
	/** The one before; `undefined` for the first. */
	previous: HandOver | undefined;
	version: string | undefined;
	/** Whether it goes to the output for leads that are given up. */
	isGivenUp: boolean;
}

export interface DeliveryRequest {
	reader: LeadReader;
	/**
	 * Notes the hand-overs at the destination, and gives those that succeeded; where it is absent they
	 * are noted in the memory.
	 */
	claim?: ((deliveries: readonly Delivery[]) => Promise<Delivery[]>) | undefined;
	/** Changed as the poll goes on; keep it whatever the poll ends with. */
	memory: DeliveryMemory;
	/** Leads made before this are not wanted, epoch milliseconds; `undefined` for all. */
	since: number | undefined;
	/** Most leads to hand over, at least 1. */
	limit: number;
	rules: DeliveryRules;
	/** The record's lead, or `undefined` when it is not to be passed on. */
	accept: (record: JsonValue) => Lead | undefined;
	/** Whether the lead is known to be handled although it is not marked yet. */
	isHandled: (id: string) => boolean;
	signal: AbortSignal;
	/** Epoch milliseconds. */
	deadline: number;
	/** This machine's clock, epoch milliseconds; `Date.now` when absent. */
	now?: () => number;
}

export interface DeliveryResult {
	deliveries: Delivery[];
	/** As `PollResult.end`. */
	end: 'complete' | 'failed' | 'limit' | 'timeUp';
	cause?: unknown;
}

/**
 * One poll: reads on from where the last one stopped, to the end of what is pending or until there
 * are enough leads. The next one begins anew behind the end. So leads that wait, or that come up
 * again and again, never keep those behind them from their turn.
 *
 * @throws what the reader or the claim throws while nothing has been handed over
 */
export async function deliver(request: DeliveryRequest): Promise<DeliveryResult> {
	const { reader, memory, since, limit, claim, signal, deadline, now = Date.now } = request;
	const deliveries: Delivery[] = [];
	for (let pagesRead = 0; ; pagesRead += 1) {
		try {
			signal.throwIfAborted();
			const page = await reader.readPage({
				since,
				position: memory.position,
				pageSize: reader.maxPageSize,
				isKnown: () => false,
				signal,
				deadline,
			});
			const time = page.serviceTime ?? now();
			const { found, stoppedAt } = takeDue(page, request, limit - deliveries.length, time);
			const taken = claim && found.length > 0 ? await claim(found) : found;
			if (!claim) for (const { key, handOver } of found) memory.set(key, handOver);
			deliveries.push(...taken);
			if (stoppedAt !== undefined) {
				memory.position = stoppedAt;
				// Of those that were found others may have taken some: then there is room for more.
				if (deliveries.length >= limit) return { deliveries, end: 'limit' };
			} else if (page.next === null) {
				memory.endPass(time);
				return { deliveries, end: 'complete' };
			} else {
				memory.position = page.next;
				if (deliveries.length >= limit) return { deliveries, end: 'limit' };
			}
		} catch (cause) {
			const end = signal.aborted ? 'timeUp' : 'failed';
			// A position that can't be read on from must not stop every poll from now on.
			if (end === 'failed' && pagesRead === 0) memory.position = null;
			if (deliveries.length === 0 && end === 'failed') throw cause;
			return { deliveries, end, cause };
		}
	}
}

/** The leads of a page that are due; where to stop when one more would be too many. */
function takeDue(
	{ rows }: PolledPage,
	{ memory, claim, accept, isHandled, since = 0, rules }: DeliveryRequest,
	room: number,
	time: number,
): { found: Delivery[]; stoppedAt: Position | undefined } {
	const found: Delivery[] = [];
	let last: PolledRow | undefined;
	for (const row of rows) {
		const previous = claim ? row.handOver : memory.get(row.key);
		if (isWanted(row, since) && isDue(previous, time, rules)) {
			const lead = row.record === undefined ? undefined : accept(row.record);
			if (lead && !isHandled(lead.id)) {
				if (found.length >= room) return { found, stoppedAt: last?.position };
				const { key, version } = row;
				const handOver = nextHandOver(previous, time, rules);
				const isGivenUp = handOver.attempt > rules.maxAttempts;
				found.push({ lead, key, handOver, previous, version, isGivenUp });
			}
		}
		last = row;
	}
	return { found, stoppedAt: undefined };
}

function isWanted({ isHandled, createdAt, clock }: PolledRow, since: number): boolean {
	return isHandled !== true && (createdAt ?? clock) >= since;
}

/** Whether the lead is to be handed over now. */
export function isDue(previous: HandOver | undefined, time: number, rules: DeliveryRules): boolean {
	if (!previous) return true;
	const { attempt, nextAt, isGivenUp } = previous;
	// Given up by a lower Max Attempts than the present one, it has attempts left.
	if (isGivenUp && attempt > rules.maxAttempts) return false;
	// Later than any wait from now on: noted by a clock that was wrong, or under another rule.
	return time >= nextAt || nextAt - time > waitBehind(attempt, rules) + CLOCK_TOLERANCE;
}

function nextHandOver(
	previous: HandOver | undefined,
	time: number,
	rules: DeliveryRules,
): HandOver {
	// One that was to be given up stays at that number, until it is known to have been told.
	const attempt = Math.min((previous?.attempt ?? 0) + 1, rules.maxAttempts + 1);
	return {
		attempt,
		firstAt: previous?.firstAt ?? time,
		nextAt: time + waitBehind(attempt, rules),
		isGivenUp: false,
	};
}

/** Milliseconds that a lead waits behind its so-manieth hand-over. */
export function waitBehind(attempt: number, { redeliverAfter }: DeliveryRules): number {
	const longest = Math.max(LONGEST_WAIT, redeliverAfter);
	return Math.min(redeliverAfter * 2 ** Math.min(attempt - 1, 30), longest);
}
