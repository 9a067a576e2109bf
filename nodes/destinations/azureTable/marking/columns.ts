/** The columns in which a row says that its lead was handed over, and that it is handled. */
import { cleanText, truncate } from '../../../lead/text';
import { isTime } from '../../../lead/time';
import type { HandOver, PolledRow } from '../../../polling/types';

export const MARK_COLUMNS = {
	/** Int32; 0 where a hand-over was taken back. */
	attempt: 'LeadDeliveryAttempt',
	firstAt: 'LeadDeliveryFirstAt',
	nextAt: 'LeadDeliveryNextAt',
	/** Of the poll that has noted the hand-over, by which it knows its own again. */
	claim: 'LeadDeliveryClaim',
	givenUpAt: 'LeadDeliveryGivenUpAt',
	handledAt: 'LeadHandledAt',
	handledBy: 'LeadHandledBy',
} as const;

/** What a row says of its lead. People can edit it: what makes no sense counts as not being there. */
export function marksOf(
	entity: Readonly<Record<string, unknown>>,
): Pick<PolledRow, 'handOver' | 'isHandled'> {
	return {
		handOver: readHandOver(entity),
		isHandled: readTime(entity[MARK_COLUMNS.handledAt]) !== undefined,
	};
}

function readHandOver(entity: Readonly<Record<string, unknown>>): HandOver | undefined {
	const attempt = entity[MARK_COLUMNS.attempt];
	const firstAt = readTime(entity[MARK_COLUMNS.firstAt]);
	const nextAt = readTime(entity[MARK_COLUMNS.nextAt]);
	if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1)
		return undefined;
	if (firstAt === undefined || nextAt === undefined) return undefined;
	const isGivenUp = readTime(entity[MARK_COLUMNS.givenUpAt]) !== undefined;
	return { attempt, firstAt, nextAt, isGivenUp };
}

/** Cells of a hand-over that is noted by a claim; of one that is taken back those that make it none. */
export function handOverCells(
	handOver: HandOver | undefined,
	claim: string,
): Record<string, Date | number | string> {
	if (!handOver) return { [MARK_COLUMNS.attempt]: 0 };
	const { attempt, firstAt, nextAt, isGivenUp } = handOver;
	return {
		[MARK_COLUMNS.attempt]: attempt,
		[MARK_COLUMNS.firstAt]: new Date(firstAt),
		[MARK_COLUMNS.nextAt]: new Date(nextAt),
		[MARK_COLUMNS.claim]: claim,
		// A cell can't be taken out by a merge; an empty text is no time.
		[MARK_COLUMNS.givenUpAt]: isGivenUp ? new Date() : '',
	};
}

/** Cells of a lead that is handled. */
export function handledCells(handledAt: number, handledBy: string): Record<string, Date | string> {
	return {
		[MARK_COLUMNS.handledAt]: new Date(handledAt),
		[MARK_COLUMNS.handledBy]: truncate(cleanText(handledBy), MAX_HANDLED_BY),
	};
}

/** UTF-16 units; a workflow's name has at most 128. */
const MAX_HANDLED_BY = 200;

function readTime(value: unknown): number | undefined {
	const time =
		value instanceof Date
			? value.getTime()
			: typeof value === 'string' && value !== ''
				? Date.parse(value)
				: Number.NaN;
	return isTime(time) ? time : undefined;
}
