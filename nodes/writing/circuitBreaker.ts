import type { DestinationError, DestinationErrorCode } from '../destinations/destinationError';

/** With these the next batch would fare no better, and asking on only lengthens a wait. */
const ENDS_ALL: ReadonlySet<DestinationErrorCode> = new Set([
	'authentication',
	'configuration',
	'quota',
	'throttled',
	'timeUp',
]);

/** Say something of the lead and nothing of the destination. */
const OF_ONE_LEAD: ReadonlySet<DestinationErrorCode> = new Set(['duplicate', 'rejected']);

/**
 * Counts failures in a row that say something of the destination and nothing of a lead: when it is
 * gone, trying again for each of 500 leads takes hours.
 */
export class CircuitBreaker {
	private inARow = 0;
	private tripped: DestinationError | undefined;

	constructor(private readonly maxFailures: number) {}

	/** Why nothing more is sent; `undefined` while sending goes on. */
	get error(): DestinationError | undefined {
		return this.tripped;
	}

	succeeded(): void {
		this.inARow = 0;
	}

	failed(error: DestinationError): void {
		if (OF_ONE_LEAD.has(error.code)) {
			this.inARow = 0;
			return;
		}
		this.inARow += 1;
		if (ENDS_ALL.has(error.code) || this.inARow >= this.maxFailures) this.trip(error);
	}

	/** Ends it for everything that was not sent: there is nothing to wait for any more. */
	trip(error: DestinationError): void {
		this.tripped ??= error.with({ retryAfter: undefined, mayBeDone: false });
	}
}
