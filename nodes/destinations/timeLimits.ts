import { setTimeout as sleep } from 'node:timers/promises';

import { DestinationError } from './destinationError';

/** How long something may take. */
export interface TimeLimits {
	/** Ends the waiting. */
	signal: AbortSignal;
	/** When the caller's time is up, epoch milliseconds: a wait beyond it need not be begun. */
	deadline: number;
}

/** Milliseconds before each further attempt, where the service does not ask for more. */
const DELAYS = [500, 1_000, 2_000] as const;
/** Of a delay, added by chance: workers that were turned away together must not return together. */
const JITTER = 0.25;
/** Milliseconds. A person is waiting before the editor. */
const EDITOR_TIME = 20_000;

/** So many milliseconds from now on. */
export function timeLimits(milliseconds: number): TimeLimits {
	return { signal: AbortSignal.timeout(milliseconds), deadline: Date.now() + milliseconds };
}

/** Ends one attempt after its own time, so that there is time for another; `own` is that alone. */
export function attemptSignals(
	{ signal, deadline }: TimeLimits,
	milliseconds: number,
): { signal: AbortSignal; own: AbortSignal } {
	const own = AbortSignal.timeout(Math.max(1, Math.min(milliseconds, deadline - Date.now())));
	return { signal: AbortSignal.any([signal, own]), own };
}

/** For what the editor asks: a list, a Test button. */
export function editorLimits(): TimeLimits {
	return timeLimits(EDITOR_TIME);
}

/**
 * Calls `attempt` again while it throws a `DestinationError` with a `retryAfter`, at most three
 * times. A wait that would not end before the deadline is not begun: the caller stops cleanly and
 * goes on another time. Written here because the libraries for this take no wait from the error
 * itself and know no deadline.
 *
 * @throws what the last attempt threw
 */
export async function retried<Result>(
	attempt: () => Promise<Result>,
	{ signal, deadline }: TimeLimits,
): Promise<Result> {
	for (let attempts = 0; ; attempts += 1) {
		signal.throwIfAborted();
		try {
			return await attempt();
		} catch (error) {
			const delay = DELAYS[attempts];
			if (!(error instanceof DestinationError) || error.retryAfter === undefined) throw error;
			if (delay === undefined) throw error;
			const wait = Math.max(delay, error.retryAfter) * (1 + Math.random() * JITTER);
			if (Date.now() + wait >= deadline) throw error;
			// Aborted while waiting: the error says more than that the time is up.
			if (!(await pause(wait, signal))) throw error;
		}
	}
}

/** The error of a lead that did not get its turn; `undefined` while there is time. */
export function timeIsUp({ signal, deadline }: TimeLimits): DestinationError | undefined {
	if (!signal.aborted && Date.now() < deadline) return undefined;
	return new DestinationError('The time was up before this lead had its turn', {
		description: 'It was not written. Run the node again for it, or with fewer leads at a time.',
		code: 'timeUp',
		operation: 'write',
	});
}

/** Tries for as long as there is time. @throws DestinationError, also when there is none left */
export async function inTime<Result>(
	attempt: () => Promise<Result>,
	limits: TimeLimits,
): Promise<Result> {
	const isLate = timeIsUp(limits);
	if (isLate) throw isLate;
	try {
		return await retried(attempt, limits);
	} catch (error) {
		// The time can also be up between two attempts, which the signal says in its own way.
		throw error instanceof DestinationError ? error : (timeIsUp(limits) ?? error);
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

/** A `Date` header, the service's clock: whole seconds as epoch milliseconds; `undefined` if untold. */
export function timeOfHeader(header: string | null | undefined): number | undefined {
	const time = Date.parse(header ?? '');
	return time >= 0 ? time : undefined;
}

/** Does the work for each item, so many at a time, beginning in their order. */
export async function atMost<Item>(
	count: number,
	items: readonly Item[],
	work: (item: Item) => Promise<void>,
): Promise<void> {
	const left = items.values();
	const worker = async (): Promise<void> => {
		for (const item of left) await work(item);
	};
	await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
}
