import type { JsonValue } from '../lead';
import type { LeadReader, PageRequest, Position } from './types';

/** Records. What more of them would tell is not worth the wait of a person. */
const MAX_RECORDS = 1_000;
/** Milliseconds back from now, the last one being everything: what came of late says most. */
const SPANS = [30 * 86_400_000, Number.POSITIVE_INFINITY] as const;

/** What a look at a destination has found. */
export interface Survey {
	records: JsonValue[];
	/** Whether these are all there are. */
	isComplete: boolean;
	/** Whether the place is not there (yet). */
	isMissing: boolean;
}

/** Looks at what a destination holds, wanted or not. @throws what the reader throws */
export async function survey(
	reader: LeadReader,
	limits: Pick<PageRequest, 'signal' | 'deadline'>,
): Promise<Survey> {
	const records: JsonValue[] = [];
	for (const span of SPANS) {
		const since = Number.isFinite(span) ? Date.now() - span : undefined;
		let position: Position | null = null;
		do {
			const page = await reader.readPage({
				since,
				position,
				pageSize: Math.min(reader.maxPageSize, MAX_RECORDS),
				isKnown: () => false,
				...limits,
			});
			if (page.isMissing === true) return { records, isComplete: true, isMissing: true };
			for (const { record } of page.rows) if (record !== undefined) records.push(record);
			position = page.next;
		} while (position !== null && records.length < MAX_RECORDS);
		if (records.length > 0) {
			return { records, isComplete: since === undefined && position === null, isMissing: false };
		}
	}
	return { records, isComplete: true, isMissing: false };
}
