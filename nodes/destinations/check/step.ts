import type { JsonObject, Lead } from '../../lead';
import type { DestinationDescription, DestinationInput, LeadMarker } from '../contract';
import { DestinationError } from '../destinationError';
import { pause, type TimeLimits } from '../timeLimits';
import { tookTooLong } from './messages';

/** Milliseconds in which a destination whose time is up can say so in its own words. */
const LAST_WORDS = 250;

export interface ConnectionToCheck {
	destination: DestinationDescription;
	input: DestinationInput;
	/** Whether the input holds what reading asks for; writing in another way may not ask for it. */
	mayOpenReader: boolean;
	/** What marks leads as handled; absent where that is not to be checked. */
	openMarker?: () => Promise<LeadMarker>;
	testLead: Lead;
	/** Further fields of the test lead, as a mandatory one needs. */
	additional: JsonObject;
	/** Whether a test lead is written at all. */
	write: boolean;
	/** Whether it stays there. */
	keep: boolean;
	/** Milliseconds for each step. */
	stepTime: number;
	/** Ends it all. */
	signal: AbortSignal;
}

export interface StepResult<Value> {
	duration: number;
	error?: DestinationError;
	value?: Value;
}

/** Does one step in its time. @throws only what no destination is to blame for */
export async function step<Value>(
	{ stepTime, signal }: ConnectionToCheck,
	work: (limits: TimeLimits) => Promise<Value>,
): Promise<StepResult<Value>> {
	const begun = Date.now();
	const own = AbortSignal.timeout(stepTime);
	const limits = { signal: AbortSignal.any([signal, own]), deadline: begun + stepTime };
	const done = new AbortController();
	try {
		// What is asked while a destination is opened knows no limits but its own.
		const value = await Promise.race([work(limits), isOver(limits.signal, done.signal)]);
		if (value === OVER) return { error: tookTooLong(stepTime), duration: Date.now() - begun };
		return { value, duration: Date.now() - begun };
	} catch (error) {
		const duration = Date.now() - begun;
		if (error instanceof DestinationError) return { error: error, duration };
		if (limits.signal.aborted || isOfTime(error)) {
			return { error: tookTooLong(stepTime), duration };
		}
		throw error;
	} finally {
		done.abort();
	}
}

/** A wait of the destination's own was ended. */
function isOfTime(error: unknown): boolean {
	const { name } = Object(error) as { name?: unknown };
	return name === 'AbortError' || name === 'TimeoutError';
}

const OVER = Symbol('The time is over');

/** Resolves a moment after the signal. */
async function isOver(signal: AbortSignal, done: AbortSignal): Promise<typeof OVER> {
	if (!signal.aborted) {
		await new Promise((resolve) => {
			signal.addEventListener('abort', resolve, { once: true, signal: done });
		});
	}
	await pause(LAST_WORDS, done);
	return OVER;
}
