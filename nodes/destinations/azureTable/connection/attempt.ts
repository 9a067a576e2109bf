import type { TimeLimits } from '../../timeLimits';

/** Milliseconds. The service itself ends a request after 30 seconds. */
const ATTEMPT_TIMEOUT = 35_000;

/** Ends one attempt, so that there is time for another one. */
export function attemptSignal({ signal, deadline }: TimeLimits): AbortSignal {
	const time = Math.max(1, Math.min(ATTEMPT_TIMEOUT, deadline - Date.now()));
	return AbortSignal.any([signal, AbortSignal.timeout(time)]);
}
