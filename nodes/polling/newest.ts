import type { JsonValue, Lead } from '../lead';
import type { LeadReader, PageRequest, Position } from './types';

/**
 * Milliseconds back from now, the last one being everything. A destination that can't be asked for
 * its newest row is asked for ever longer times, so that only few rows have to be read.
 */
const SPANS = [3_600_000, 86_400_000, 30 * 86_400_000, Number.POSITIVE_INFINITY] as const;

/**
 * The newest lead there is, for trying a workflow in the editor; `undefined` when there is none.
 * When the time is up it is the newest of those read, which is as good for mapping fields.
 *
 * @throws what the reader throws, when no lead had been found before
 */
export async function newestLead(
	reader: LeadReader,
	accept: (record: JsonValue) => Lead | undefined,
	limits: Pick<PageRequest, 'signal' | 'deadline'>,
): Promise<Lead | undefined> {
	const now = Date.now();
	let newest: { time: number; lead: Lead } | undefined;
	for (const span of SPANS) {
		const since = Number.isFinite(span) ? now - span : undefined;
		let position: Position | null = null;
		do {
			try {
				const page = await reader.readPage({
					since,
					position,
					pageSize: reader.maxPageSize,
					isKnown: () => false,
					...limits,
				});
				for (const row of page.rows) {
					const time = row.createdAt ?? row.clock;
					if (row.record === undefined || (newest && time <= newest.time)) continue;
					const lead = accept(row.record);
					if (lead) newest = { time, lead };
				}
				position = page.next;
			} catch (error) {
				if (!newest) throw error;
				return newest.lead;
			}
		} while (position !== null);
		if (newest) return newest.lead;
	}
	return undefined;
}
