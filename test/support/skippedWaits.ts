/**
 * A clock that goes on by itself where the code waits: half a minute passes in a moment, and time
 * limits end by this clock alone, so that a busy machine ends none.
 */
import timers from 'node:timers/promises';

const setTimeout = timers.setTimeout.bind(timers);
const { setTimeout: setCallback } = globalThis;
const now = Date.now.bind(Date);

interface TimeLimit {
	end: number;
	controller: AbortController;
}

/** When the test began: real time is what a busy machine makes of it. */
let begun = 0;
/** Milliseconds that have passed since. */
let passed = 0;
let timeLimits: TimeLimit[] = [];
/** Which test it is: what an earlier one still waits for, as a fake server that is slow, takes none of its time. */
let current = 0;

/** Milliseconds that a wait takes, whatever it asked for: what else is going on can go on. */
const WAIT_MS = 2;

/**
 * In each test of the file or block, anew for each; what is started for several tests waits for
 * processes of its own. With `isStill` only what is waited makes time pass: not for services with a
 * clock of their own, by which the real time passes. With `ofLibraries` callbacks come at once, too, as
 * a vendor's SDK waits before it tries again: not where something has a timer that runs all the time.
 */
export function skipWaits({ isStill = false, ofLibraries = false } = {}): void {
	let spies: Array<{ mockRestore(): void }> = [];
	// Each time: a test's own `restoreAllMocks` ends these, too.
	beforeEach(() => {
		begun = now();
		passed = 0;
		timeLimits = [];
		current += 1;
		spies = [
			jest.spyOn(Date, 'now').mockImplementation(() => (isStill ? begun : now()) + passed),
			jest.spyOn(timers, 'setTimeout').mockImplementation(async (delay = 0, value, options) => {
				const wait = begin(delay);
				const result = await setTimeout(WAIT_MS, value, options);
				wait.end();
				return result;
			}),
			jest.spyOn(AbortSignal, 'timeout').mockImplementation((delay) => {
				const controller = new AbortController();
				timeLimits.push({ end: passed + delay, controller });
				return controller.signal;
			}),
		];
		if (ofLibraries) {
			const skipped = (
				callback: (...values: unknown[]) => void,
				delay = 0,
				...values: unknown[]
			) => {
				const wait = begin(delay);
				const call = () => {
					wait.end();
					callback(...values);
				};
				return setCallback(call, Math.min(delay, WAIT_MS));
			};
			spies.push(
				jest
					.spyOn(globalThis, 'setTimeout')
					.mockImplementation(skipped as typeof globalThis.setTimeout),
			);
		}
	});
	afterEach(() => {
		// What goes on behind a test, as the requests beside one that failed, ends with it.
		endTimeLimits(() => true);
		for (const spy of spies) spy.mockRestore();
	});
}

/** A wait of so many milliseconds, which makes time pass when it ends. */
function begin(delay: number): { end(): void } {
	const until = passed + delay;
	const test = current;
	return {
		end() {
			// Others that waited meanwhile may have been as long.
			if (test === current) passTime(Math.max(0, until - passed));
		},
	};
}

/** So many milliseconds pass. */
export function passTime(milliseconds: number): void {
	passed += milliseconds;
	endTimeLimits(({ end }) => end <= passed);
}

function endTimeLimits(isOver: (limit: TimeLimit) => boolean): void {
	const over = timeLimits.filter(isOver);
	timeLimits = timeLimits.filter((limit) => !isOver(limit));
	for (const { controller } of over) {
		controller.abort(new DOMException('The time is over', 'TimeoutError'));
	}
}

/** How long this test has waited, in milliseconds. */
export function timeWaited(): number {
	return passed;
}
