/** A clock that goes on by itself where the code waits: half a minute passes in a moment. */
import timers from 'node:timers/promises';

const setTimeout = timers.setTimeout.bind(timers);
const now = Date.now.bind(Date);
let isSkipping = false;
let turned = 0;

/** Milliseconds that a wait takes, whatever it asked for: what else is going on can go on. */
const MOMENT = 2;

/** From now on, and anew for each test of the file. */
export function skipWaits(): void {
	beforeAll(() => {
		jest.spyOn(Date, 'now').mockImplementation(() => now() + turned);
		jest.spyOn(timers, 'setTimeout').mockImplementation(async (delay = 0, value, options) => {
			if (!isSkipping) return await setTimeout(delay, value, options);
			turned += delay;
			return await setTimeout(MOMENT, value, options);
		});
	});
	beforeEach(() => {
		turned = 0;
		isSkipping = true;
	});
	// What is started for several tests waits for processes of its own.
	afterEach(realTime);
	afterAll(() => {
		jest.restoreAllMocks();
	});
}

/** So many milliseconds pass. */
export function passTime(milliseconds: number): void {
	turned += milliseconds;
}

/** How long was waited in this test, in milliseconds, and what was passed. */
export function timeWaited(): number {
	return turned;
}

/** For the rest of this test, waits take their time. */
export function realTime(): void {
	isSkipping = false;
}
