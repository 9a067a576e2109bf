import type { Position } from '../../../polling/types';

/** Behind a lead, in the order of CreatedDate and Id. */
export interface LeadPosition {
	/** Epoch milliseconds. */
	createdDate: number;
	id: string;
}

/** The last instant a Date has, epoch milliseconds. */
const LATEST_TIME = 8_640_000_000_000_000;
/** What is compared with an Id has to be one, or Salesforce rejects the query. */
const LEAD_ID = /^00Q[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;

export function toPosition(createdDate: number, id: string): Position {
	return { after: [createdDate, id] };
}

/**
 * `undefined` for the beginning, and for what is no position: a cursor that was damaged must not
 * stop every poll from now on. The pass then begins again, and what was passed on is remembered.
 */
export function readPosition(position: Position | null): LeadPosition | undefined {
	const after = position?.['after'];
	if (!Array.isArray(after)) return undefined;
	const [createdDate, id] = after;
	if (!Number.isInteger(createdDate) || typeof createdDate !== 'number') return undefined;
	if (createdDate < 0 || createdDate > LATEST_TIME) return undefined;
	return isLeadId(id) ? { createdDate, id } : undefined;
}

export function isLeadId(value: unknown): value is string {
	return typeof value === 'string' && LEAD_ID.test(value);
}
