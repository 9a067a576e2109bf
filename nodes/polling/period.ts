import type { JsonValue, Lead } from '../lead';
import type { LeadReader, Position } from './types';
import type { TimeLimits } from '../destinations/timeLimits';

/** Which leads are fetched again. Times are epoch milliseconds. */
export interface Period {
	/** The first moment; `undefined` for all leads there are. */
	from: number | undefined;
	/** The moment behind the last; `undefined` for up to now. */
	to: number | undefined;
}

/** Leads read so far, and whether that is all of them. */
export interface LeadsOfPeriod {
	leads: Lead[];
	/** Whether the time was up before the end. */
	timeUp: boolean;
}

/**
 * The leads of a period, each once, at most `limit` of them, in the order the destination gives them.
 * A lead belongs to the period by its own time, or where it has none by the destination's clock.
 *
 * @throws DestinationError what the reader throws
 */
export async function readPeriod(
	reader: LeadReader,
	{ from, to }: Period,
	limit: number,
	accept: (record: JsonValue) => Lead | undefined,
	limits: TimeLimits,
): Promise<LeadsOfPeriod> {
	const leads: Lead[] = [];
	// What is written meanwhile, or a position that is lost, can bring a row up again.
	const seen = new Set<string>();
	// A lead's own time may be a little later than the destination's clock on it.
	const since = from === undefined ? undefined : from - reader.overlap;
	let position: Position | null = null;
	do {
		if (limits.signal.aborted || Date.now() >= limits.deadline) return { leads, timeUp: true };
		const page = await reader.readPage({
			since,
			position,
			pageSize: reader.maxPageSize,
			isKnown: (key) => seen.has(key),
			...limits,
		});
		for (const { key, record, createdAt, clock } of page.rows) {
			if (seen.has(key)) continue;
			seen.add(key);
			const time = createdAt ?? clock;
			if (record === undefined || (from !== undefined && time < from)) continue;
			if (to !== undefined && time >= to) continue;
			const lead = accept(record);
			if (!lead) continue;
			leads.push(lead);
			if (leads.length >= limit) return { leads, timeUp: false };
		}
		position = page.next;
	} while (position !== null);
	return { leads, timeUp: false };
}
