import { setTimeout as sleep } from 'node:timers/promises';

import { DestinationError } from './types';

/** Milliseconds before each further try, where the service does not ask for more. */
const DELAYS = [500, 1_000, 2_000] as const;
/** Of a delay, added by chance: workers that were turned away together must not return together. */
const JITTER = 0.25;

export interface RetryLimits {
	/** Ends the waiting. */
	signal: AbortSignal;
	/** When the caller's time is up, epoch milliseconds. */
	deadline: number;
}

/** Milliseconds. A person is waiting before the editor. */
const EDITOR_TIME = 20_000;

/** So many milliseconds from now on. */
export function timeLimits(milliseconds: number): RetryLimits {
	return { signal: AbortSignal.timeout(milliseconds), deadline: Date.now() + milliseconds };
}

/** For what the editor asks: a list, a Test button. */
export function editorLimits(): RetryLimits {
	return timeLimits(EDITOR_TIME);
}

/**
 * Calls `attempt` again while it throws a `DestinationError` with a `retryAfter`, at most three
 * times. A wait that would not end before the deadline is not begun: the caller stops cleanly and
 * goes on another time. Written here because the libraries for this take no wait from the refusal
 * itself and know no deadline.
 *
 * @throws what the last try threw
 */
export async function retried<Result>(
	attempt: () => Promise<Result>,
	{ signal, deadline }: RetryLimits,
): Promise<Result> {
	for (let tries = 0; ; tries += 1) {
		signal.throwIfAborted();
		try {
			return await attempt();
		} catch (error) {
			const delay = DELAYS[tries];
			if (!(error instanceof DestinationError) || error.retryAfter === undefined) throw error;
			if (delay === undefined) throw error;
			const wait = Math.max(delay, error.retryAfter) * (1 + Math.random() * JITTER);
			if (Date.now() + wait >= deadline) throw error;
			// Aborted while waiting: what was refused says more than that the time is up.
			if (!(await pause(wait, signal))) throw error;
		}
	}
}

/** Waits so many milliseconds; false where the signal ended it. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
	return await sleep(milliseconds, true, { signal }).catch(() => false);
}

/** Milliseconds of a `Retry-After` header, in seconds or as a date; `undefined` where it has neither. */
export function retryAfterOf(header: string | undefined): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
	// Only as HTTP writes dates: JavaScript finds one in nearly any number.
	const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
