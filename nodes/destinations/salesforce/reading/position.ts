import { isTime } from '../../../lead/time';
import type { Position } from '../../../polling/types';

/** Behind a lead, in the order of CreatedDate and Id. */
export interface LeadPosition {
	/** Epoch milliseconds. */
	createdDate: number;
	id: string;
	/** What a scan found out at its beginning; absent where it did not have to. */
	sources?: KeptSources | undefined;
}

/** Which Lead Sources the rest of a scan asks for. */
export interface KeptSources {
	/** A condition in SOQL; `null` for none. */
	only: string | null;
	/** A digest of it and of what is wanted: what was damaged or asked for something else is not used. */
	digest: string;
}

/** What is compared with an Id has to be one, or Salesforce rejects the query. */
const LEAD_ID = /^00Q[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/;

export function toPosition({ createdDate, id, sources }: LeadPosition): Position {
	return { after: [createdDate, id], ...(sources && { sources: { ...sources } }) };
}

/**
 * `undefined` for the beginning, and for what is no position: a cursor that was damaged must not
 * stop every poll from now on. The pass then begins again, and what was passed on is remembered.
 */
export function readPosition(position: Position | null): LeadPosition | undefined {
	const after = position?.['after'];
	if (!Array.isArray(after)) return undefined;
	const [createdDate, id] = after;
	if (!isTime(createdDate) || !isLeadId(id)) return undefined;
	return { createdDate, id, sources: readSources(position) };
}

function readSources(position: Position | null): KeptSources | undefined {
	const { only, digest } = Object(position?.['sources']) as Partial<Record<string, unknown>>;
	if (typeof digest !== 'string' || (only !== null && typeof only !== 'string')) return undefined;
	return { only, digest };
}

export function isLeadId(value: unknown): value is string {
	return typeof value === 'string' && LEAD_ID.test(value);
}
