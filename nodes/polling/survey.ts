import type { JsonValue } from '../lead';
import type { LeadReader, PageRequest, Position } from './types';

/** Records. What more of them would tell is not worth the wait of a person. */
const MAX_RECORDS = 1_000;
/** Days back from now, the last one being everything: what came of late says most. */
const SPANS = [30, undefined] as const;
/** Milliseconds. */
const DAY = 86_400_000;

/** What a look at a destination has found. */
export interface Survey {
	records: JsonValue[];
	/** Days back that were looked at; everything where it is missing. */
	days?: number;
	/** Whether there are more in that time. */
	isCut: boolean;
	/** Whether the place is not there (yet). */
	isMissing: boolean;
}

/** Looks at what a destination holds, wanted or not. @throws what the reader throws */
export async function survey(
	reader: LeadReader,
	limits: Pick<PageRequest, 'signal' | 'deadline'>,
): Promise<Survey> {
	const records: JsonValue[] = [];
	for (const days of SPANS) {
		const since = days === undefined ? undefined : Date.now() - days * DAY;
		let position: Position | null = null;
		do {
			const page = await reader.readPage({
				since,
				position,
				pageSize: Math.min(reader.maxPageSize, MAX_RECORDS),
				isKnown: () => false,
				...limits,
			});
			if (page.isMissing === true) return { records, isCut: false, isMissing: true };
			for (const { record } of page.rows) if (record !== undefined) records.push(record);
			position = page.next;
		} while (position !== null && records.length < MAX_RECORDS);
		if (records.length > 0) {
			const isCut = position !== null;
			return { records, ...(days !== undefined && { days }), isCut, isMissing: false };
		}
	}
	return { records, isCut: false, isMissing: false };
}
