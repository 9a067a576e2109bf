import { Pace } from '../../../../../nodes/destinations/marketo/connection/rateLimiter.ts';
import { DestinationError } from '../../../../../nodes/destinations/contract.ts';

const inTime = (milliseconds: number) => ({
	signal: AbortSignal.timeout(milliseconds),
	deadline: Date.now() + milliseconds,
});

it('lets so many begin in any window, and the others wait for it', async () => {
	const pace = new Pace({ calls: 3, window: 100 });
	const begun: number[] = [];
	await Promise.all(
		Array.from({ length: 8 }, async () => {
			await pace.turn(inTime(5_000));
			begun.push(Date.now());
		}),
	);
	begun.sort((a, b) => a - b);
	expect(begun).toHaveLength(8);
	// The time is taken when the turn has come, which on a busy machine is a little later.
	begun.slice(3).forEach((at, place) => expect(at - begun[place]!).toBeGreaterThanOrEqual(90));
	expect(begun[2]! - begun[0]!).toBeLessThan(100);
});

it('refuses at once who could not begin before the deadline', async () => {
	const pace = new Pace({ calls: 1, window: 60_000 });
	await pace.turn(inTime(1_000));
	const began = Date.now();
	const error = await pace.turn(inTime(1_000)).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(DestinationError);
	expect(error).toMatchObject({ code: 'throttled', retryAfter: undefined });
	expect(Date.now() - began).toBeLessThan(500);
});

it('ends its waiting with the signal', async () => {
	const pace = new Pace({ calls: 1, window: 5_000 });
	await pace.turn(inTime(1_000));
	const limits = { signal: AbortSignal.timeout(50), deadline: Date.now() + 60_000 };
	await expect(pace.turn(limits)).rejects.toThrow(/time was up/);
});
