import { attemptSignals, type TimeLimits } from '../../timeLimits';

/** Milliseconds. The service itself ends a request after 30 seconds. */
const ATTEMPT_TIMEOUT = 35_000;

/** Ends one attempt, so that there is time for another one. */
export function attemptSignal(limits: TimeLimits): AbortSignal {
	return attemptSignals(limits, ATTEMPT_TIMEOUT).signal;
}
