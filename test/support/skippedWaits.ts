/**
 * A clock that goes on by itself where the code waits: half a minute passes in a moment, and time
 * limits end by this clock alone, so that a busy machine ends none.
 */
import timers from 'node:timers/promises';

const setTimeout = timers.setTimeout.bind(timers);
const timeout = AbortSignal.timeout.bind(AbortSignal);
const now = Date.now.bind(Date);
let isSkipping = false;
/** When the test began: real time is what a busy machine makes of it. */
let begun = 0;
/** Milliseconds that have passed since. */
let passed = 0;
let timeLimits: Array<{ end: number; controller: AbortController }> = [];

/** Milliseconds that a wait takes, whatever it asked for: what else is going on can go on. */
const MOMENT = 2;

/**
 * From now on, and anew for each test of the file or block. With `isStill` only what is waited makes
 * time pass: not for services with a clock of their own, by which the real time passes.
 */
export function skipWaits({ isStill = false } = {}): void {
	beforeAll(() => {
		jest
			.spyOn(Date, 'now')
			.mockImplementation(() => (isStill && isSkipping ? begun : now()) + passed);
		jest.spyOn(timers, 'setTimeout').mockImplementation(async (delay = 0, value, options) => {
			if (!isSkipping) return await setTimeout(delay, value, options);
			const end = passed + delay;
			const result = await setTimeout(MOMENT, value, options);
			// Others that waited meanwhile may have been as long.
			passTime(Math.max(0, end - passed));
			return result;
		});
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((delay) => {
			if (!isSkipping) return timeout(delay);
			const controller = new AbortController();
			timeLimits.push({ end: passed + delay, controller });
			return controller.signal;
		});
	});
	beforeEach(() => {
		begun = now();
		passed = 0;
		timeLimits = [];
		isSkipping = true;
	});
	// What is started for several tests waits for processes of its own.
	afterEach(() => {
		isSkipping = false;
	});
	afterAll(() => {
		jest.restoreAllMocks();
	});
}

/** So many milliseconds pass. */
export function passTime(milliseconds: number): void {
	passed += milliseconds;
	const over = timeLimits.filter(({ end }) => end <= passed);
	timeLimits = timeLimits.filter(({ end }) => end > passed);
	for (const { controller } of over) {
		controller.abort(new DOMException('The time is over', 'TimeoutError'));
	}
}

/** How long this test has waited, in milliseconds. */
export function timeWaited(): number {
	return passed;
}
