/**
 * A clock that goes on by itself where the code waits: half a minute passes in a moment. A test file
 * takes it by
 *
 *     jest.mock('node:timers/promises', () => jest.requireActual('./clock').timers);
 *     skipWaits();
 */
type Timers = typeof import('node:timers/promises');

const actual: Timers = jest.requireActual('node:timers/promises');
const now = Date.now.bind(Date);
let isSkipping = false;
let turned = 0;

/** Milliseconds that a wait takes, whatever it asked for: what else is going on can go on. */
const MOMENT = 2;

export const timers = {
	...actual,
	async setTimeout<Value>(delay = 0, value?: Value, options?: object): Promise<Value | undefined> {
		if (!isSkipping) return await actual.setTimeout(delay, value, options);
		turned += delay;
		return await actual.setTimeout(MOMENT, value, options);
	},
};

/** From now on, and anew for each test of the file. */
export function skipWaits(): void {
	beforeAll(() => {
		jest.spyOn(Date, 'now').mockImplementation(() => now() + turned);
	});
	beforeEach(() => {
		isSkipping = true;
	});
	// What is started for several tests waits for processes of its own.
	afterEach(realTime);
	afterAll(() => {
		jest.restoreAllMocks();
	});
}

/** For the rest of this test, waits take their time. */
export function realTime(): void {
	isSkipping = false;
}
