import type { LeadFilter } from '../lead';
import type { LeadReader } from '../polling/types';

/** A value for an editor's list, with the name to show. */
export interface ListEntry {
	name: string;
	value: string;
}

/**
 * A destination as one credential and one choice of parameters reach it. Made for one execution and
 * thrown away with it.
 */
export interface LeadDestination {
	/** Tells this place from any other, without secrets: a changed key or sign-in leaves it as it is. */
	readonly identity: string;
	readonly reader: LeadReader;
}

/** What a destination is made from, unchecked: the checks are the destination's. */
export interface WriteInput {
	credential: Record<string, unknown>;
	/** A parameter of the node by its name; a resource locator gives its value. */
	parameter: (name: string) => unknown;
	/** An entry of the node's options by its name; `undefined` where it was not added. */
	option: (name: string) => unknown;
}

/** The same for reading. */
export interface DestinationInput extends WriteInput {
	/** What will be let through: a destination may leave out what certainly won't be. */
	wanted: WantedLeads;
}

export interface WantedLeads {
	filter: LeadFilter;
	/** Whether records that are no marketplace leads are wanted too. */
	others: boolean;
}

export type RefusalReason =
	| 'authentication'
	| 'configuration'
	| 'notFound'
	| 'permission'
	| 'throttled'
	| 'unreachable'
	| 'other';

/**
 * What a destination refused, in words a user can act on. Holds no request, no address with a
 * signature and no text of the service's that might quote one.
 */
export class DestinationError extends Error {
	/** What to do next; a sentence or two. */
	readonly description: string;
	readonly reason: RefusalReason;
	/** HTTP status, where there was an answer. */
	readonly httpCode: string | undefined;
	/** Milliseconds to wait before another try, which may help; `undefined` where it won't. */
	readonly retryAfter: number | undefined;

	constructor(
		message: string,
		details: {
			description: string;
			reason: RefusalReason;
			httpCode?: string | undefined;
			retryAfter?: number | undefined;
		},
	) {
		super(message);
		this.name = 'DestinationError';
		this.description = details.description;
		this.reason = details.reason;
		this.httpCode = details.httpCode;
		this.retryAfter = details.retryAfter;
	}
}

/** Text fields of a credential or parameter set, trimmed; missing ones are empty. */
export function textField(values: Record<string, unknown>, name: string): string {
	const value = Object.hasOwn(values, name) ? values[name] : undefined;
	return typeof value === 'string' ? value.trim() : '';
}
