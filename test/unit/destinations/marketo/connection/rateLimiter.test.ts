import {
	RateLimiter,
	rateLimiterOf,
} from '../../../../../nodes/destinations/marketo/connection/rateLimiter.ts';
import { ManualClock } from '../../../../fakeServers/marketo/manualClock.ts';

const WINDOW = 20_000;
const within = (deadline: number, signal = new AbortController().signal) => ({ signal, deadline });
const ever = within(Number.POSITIVE_INFINITY);

function limiterOf(calls: number) {
	const clock = new ManualClock();
	return { clock, limiter: new RateLimiter({ calls, window: WINDOW }, clock) };
}

it('lets so many begin in any window, and the others in their order later', async () => {
	const { clock, limiter } = limiterOf(3);
	const begun: Array<[call: number, at: number]> = [];
	await Promise.all(
		Array.from({ length: 8 }, async (_, call) => {
			expect(await limiter.waitForTurn('a', ever)).toBe(true);
			begun.push([call, clock.now()]);
		}),
	);
	expect(begun.map(([call]) => call)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	expect(begun.map(([, at]) => at / WINDOW)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
	clock.waited += 2 * WINDOW;
	expect(await limiter.waitForTurn('a', within(clock.now() + 1))).toBe(true);
});

it('counts each integration for itself', async () => {
	const { clock, limiter } = limiterOf(1);
	expect(await limiter.waitForTurn('a', ever)).toBe(true);
	expect(await limiter.waitForTurn('b', ever)).toBe(true);
	expect(clock.waited).toBe(0);
});

it('says at once where a turn would come after the deadline, and gives it to another', async () => {
	const { clock, limiter } = limiterOf(1);
	await limiter.waitForTurn('a', ever);
	expect(await limiter.waitForTurn('a', within(WINDOW))).toBe(false);
	expect(clock.waited).toBe(0);
	expect(await limiter.waitForTurn('a', within(WINDOW + 1))).toBe(true);
	expect(clock.waited).toBe(WINDOW);
});

it('gives the turn of one who no longer waits to another', async () => {
	const { clock, limiter } = limiterOf(1);
	await limiter.waitForTurn('a', ever);
	expect(await limiter.waitForTurn('a', within(ever.deadline, AbortSignal.abort()))).toBe(false);
	expect(await limiter.waitForTurn('a', ever)).toBe(true);
	expect(clock.waited).toBe(WINDOW);
});

it('is one for all of an execution, and one for each client without', () => {
	const execution = {};
	expect(rateLimiterOf(execution)).toBe(rateLimiterOf(execution));
	expect(rateLimiterOf({})).not.toBe(rateLimiterOf(execution));
	expect(rateLimiterOf()).not.toBe(rateLimiterOf());
});
