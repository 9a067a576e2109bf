/** What can go wrong at a destination. Code decides by these, never by a message. */
export type DestinationErrorCode =
	/** The sign-in was not accepted. */
	| 'authentication'
	/** A parameter or credential has to be mended before anything can work. */
	| 'configuration'
	/** A rule of the destination's takes the lead for one that is there already. */
	| 'duplicate'
	/** The table, form, account or record does not exist. */
	| 'notFound'
	/** Signed in, and not allowed. */
	| 'permission'
	/** The destination gave up on a query that is too much for it. */
	| 'queryTooLarge'
	/** The calls of a day are used up. */
	| 'quota'
	/** What was sent was not taken for what it says; another lead may be. */
	| 'rejected'
	/** The destination asks to wait. */
	| 'throttled'
	/** No response came in time. */
	| 'timeout'
	/** Our own time was up before its turn came. */
	| 'timeUp'
	/** A response that the destination does not give: a proxy's page, half a body. */
	| 'unexpectedResponse'
	/** No connection, or a gateway's word that there is none. */
	| 'unreachable'
	/** Anything else. */
	| 'other';

/** What was being done. */
export type DestinationOperation = 'read' | 'signIn' | 'write';

export interface DestinationErrorDetails {
	code: DestinationErrorCode;
	/** What to do next; a sentence or two. */
	description: string;
	operation?: DestinationOperation | undefined;
	/** HTTP status, where there was a response. */
	httpCode?: string | undefined;
	/** Milliseconds to wait before another attempt, which may help; absent where it won't. */
	retryAfter?: number | undefined;
	/**
	 * Whether what was asked for may have been carried out all the same; told by `code` and status
	 * when absent.
	 */
	mayBeDone?: boolean | undefined;
	/** Which record of a batch was at fault, from 0, where the destination says so. */
	recordIndex?: number | undefined;
	cause?: unknown;
}

/** After these nothing is known of what was sent. */
const UNCERTAIN: ReadonlySet<DestinationErrorCode> = new Set([
	'timeout',
	'unexpectedResponse',
	'unreachable',
]);

/**
 * What a destination did not do, in words a user can act on. Holds no request, no address with a
 * signature and no text of the service's that might quote one.
 */
export class DestinationError extends Error {
	readonly code: DestinationErrorCode;
	readonly description: string;
	readonly operation: DestinationOperation | undefined;
	readonly httpCode: string | undefined;
	readonly retryAfter: number | undefined;
	readonly mayBeDone: boolean;
	readonly recordIndex: number | undefined;

	constructor(message: string, details: DestinationErrorDetails) {
		super(message, details.cause === undefined ? {} : { cause: details.cause });
		const { code, description, operation, httpCode, retryAfter, mayBeDone, recordIndex } = details;
		this.name = 'DestinationError';
		this.code = code;
		this.description = description;
		this.operation = operation;
		this.httpCode = httpCode;
		this.retryAfter = retryAfter;
		this.mayBeDone = mayBeDone ?? (UNCERTAIN.has(code) || Number(httpCode ?? 0) >= 500);
		this.recordIndex = recordIndex;
	}

	/** The same with other details: a wait that is of no use any more, another operation. */
	with(details: Partial<DestinationErrorDetails> & { message?: string }): DestinationError {
		return new DestinationError(details.message ?? this.message, { ...this.details(), ...details });
	}

	private details(): DestinationErrorDetails {
		const { code, description, operation, httpCode, retryAfter, mayBeDone, recordIndex, cause } =
			this;
		return { code, description, operation, httpCode, retryAfter, mayBeDone, recordIndex, cause };
	}
}
