import type { Position } from '../../../polling/types';
import { readAs, time } from '../../../schemas';
import {
	custom,
	fallback,
	nullable,
	object,
	optional,
	pipe,
	string,
	transform,
	tuple,
} from '../../../vendor/schema';

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

const positionSchema = pipe(
	object({
		after: tuple([time, custom<string>(isLeadId)]),
		sources: fallback(optional(object({ only: nullable(string()), digest: string() })), undefined),
	}),
	transform(({ after: [createdDate, id], sources }): LeadPosition => ({
		createdDate,
		id,
		sources,
	})),
);

/**
 * `undefined` for the beginning, and for what is no position: a cursor that was damaged must not
 * stop every poll from now on. The pass then begins again, and what was passed on is remembered.
 */
export function readPosition(position: Position | null): LeadPosition | undefined {
	return readAs(positionSchema, position);
}

export function isLeadId(value: unknown): value is string {
	return typeof value === 'string' && LEAD_ID.test(value);
}
