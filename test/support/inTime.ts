import type { TimeLimits } from '../../nodes/destinations/timeLimits.ts';

/** Longer than any machine takes: where time is not what a test is of, it must never be up. */
const ENOUGH = 3_600_000;

/** @param milliseconds what a call is given; where absent, so much that it is never up */
export function inTime(milliseconds = ENOUGH): TimeLimits {
	return { signal: AbortSignal.timeout(milliseconds), deadline: Date.now() + milliseconds };
}
