import { DestinationError } from '../../../nodes/destinations/destinationError';
import { retried, retryAfterOf } from '../../../nodes/destinations/timeLimits';
import { skipWaits, timeWaited } from '../../support/skippedWaits';

skipWaits();

const throttled = (retryAfter?: number) =>
	new DestinationError('It was refused', {
		description: 'Wait a while.',
		code: 'throttled',
		retryAfter,
	});

/** Throws these, one a call, and then gives "done". */
function attempts(...errors: Error[]) {
	let calls = 0;
	const attempt = async () => {
		await null;
		const error = errors[calls];
		calls += 1;
		if (error) throw error;
		return 'done';
	};
	return { attempt, calls: () => calls };
}

const limits = (milliseconds = 60_000, signal = new AbortController().signal) => ({
	signal,
	deadline: Date.now() + milliseconds,
});

describe('trying again', () => {
	it('goes on until it succeeds', async () => {
		const { attempt, calls } = attempts(throttled(0), throttled(0));
		expect(await retried(attempt, limits())).toBe('done');
		expect(calls()).toBe(3);
	});

	it('waits as long as it is asked to', async () => {
		expect(await retried(attempts(throttled(900)).attempt, limits())).toBe('done');
		expect(timeWaited()).toBeGreaterThanOrEqual(900);
		expect(timeWaited()).toBeLessThanOrEqual(900 * 1.25);
	});

	it('gives up after three more tries, with the last error', async () => {
		const errors = [throttled(0), throttled(0), throttled(0), throttled(0), throttled(0)];
		const { attempt, calls } = attempts(...errors);
		await expect(retried(attempt, limits())).rejects.toBe(errors[3]);
		expect(calls()).toBe(4);
	});

	it('leaves alone what trying again does not help', async () => {
		for (const error of [throttled(), new Error('broken')]) {
			const { attempt, calls } = attempts(error);
			await expect(retried(attempt, limits())).rejects.toBe(error);
			expect(calls()).toBe(1);
		}
	});

	it('begins no wait that would end behind the deadline', async () => {
		const refused = throttled(30_000);
		const { attempt, calls } = attempts(refused);
		await expect(retried(attempt, limits(20_000))).rejects.toBe(refused);
		expect(calls()).toBe(1);
		expect(timeWaited()).toBe(0);
	});

	it('stops waiting when it is aborted, and says what was refused', async () => {
		const refused = throttled(30_000);
		const abort = new AbortController();
		setImmediate(() => abort.abort());
		await expect(retried(attempts(refused).attempt, limits(60_000, abort.signal))).rejects.toBe(
			refused,
		);
	});

	it('does not begin when it is aborted already', async () => {
		const { attempt, calls } = attempts();
		await expect(retried(attempt, limits(60_000, AbortSignal.abort()))).rejects.toThrow();
		expect(calls()).toBe(0);
	});
});

describe('a Retry-After header', () => {
	it.each([
		['3', 3_000],
		[' 0 ', 0],
		['1.5', 1_500],
		['', undefined],
		['soon', undefined],
		['-5', undefined],
		[undefined, undefined],
		['Thu, 01 Jan 1970 00:00:00 GMT', 0],
	])('%s', (header, wait) => {
		expect(retryAfterOf(header)).toBe(wait);
	});

	it('as a date is a time from now', () => {
		const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-03-01T12:00:00Z'));
		expect(retryAfterOf('Sun, 01 Mar 2026 12:01:00 GMT')).toBe(60_000);
		clock.mockRestore();
	});
});
