import type { Clock } from '../../../nodes/destinations/marketo/connection/rateLimiter.ts';

/** A clock that goes on only where somebody waits: nothing takes real time. */
export class ManualClock implements Clock {
	/** Milliseconds. */
	waited = 0;

	now(): number {
		return this.waited;
	}

	async pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
		const end = this.waited + milliseconds;
		// The others come first, as they would in the meantime.
		await new Promise((resolve) => setImmediate(resolve));
		if (signal.aborted) return false;
		this.waited = Math.max(this.waited, end);
		return true;
	}
}
