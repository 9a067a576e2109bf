import { pause, type TimeLimits } from '../../timeLimits';

export interface Rate {
	calls: number;
	/** Milliseconds. */
	window: number;
}

/**
 * What Adobe advises for one integration, of the 100 calls that Marketo lets all of them make together.
 * https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/marketo-integration-best-practices
 */
const ADVISED: Rate = { calls: 50, window: 20_000 };

/** Replaced in tests, which wait for nothing. */
export interface Clock {
	/** Epoch milliseconds. */
	now(): number;
	/** False where the signal ended the waiting. */
	pause(milliseconds: number, signal: AbortSignal): Promise<boolean>;
}

/** Lets so many calls of an integration begin in any window of time, the others in their order later. */
export class RateLimiter {
	/** When calls begin, by integration, the earliest first; epoch milliseconds. */
	private readonly turns = new Map<string, number[]>();

	constructor(
		readonly rate: Rate = ADVISED,
		private readonly clock: Clock = { now: () => Date.now(), pause },
	) {}

	/** Waits for the call's turn; false, and at once, where it would come after the deadline. */
	async waitForTurn(integration: string, { signal, deadline }: TimeLimits): Promise<boolean> {
		const { calls, window } = this.rate;
		const now = this.clock.now();
		this.forget(now - window);
		const turns = this.turns.get(integration) ?? [];
		const turn = Math.max(now, (turns.at(-calls) ?? now - window) + window);
		if (turn >= deadline) return false;
		turns.push(turn);
		this.turns.set(integration, turns);
		if (turn === now || (await this.clock.pause(turn - now, signal))) return true;
		// Nothing is called: another may have the turn.
		turns.splice(turns.indexOf(turn), 1);
		return false;
	}

	/** Drops what no longer counts, so that integrations of long ago take no memory. */
	private forget(until: number): void {
		for (const [integration, turns] of this.turns) {
			const first = turns.findIndex((turn) => turn > until);
			if (first < 0) this.turns.delete(integration);
			else turns.splice(0, first);
		}
	}
}

const limiters = new WeakMap<object, RateLimiter>();

/** One for all that an execution of a node opens: several forms, or reading beside writing. */
export function rateLimiterOf(execution: object = {}): RateLimiter {
	const limiter = limiters.get(execution) ?? new RateLimiter();
	limiters.set(execution, limiter);
	return limiter;
}
