import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `probe` again and again until it gives something other than undefined, and returns that.
 *
 * @param what what is waited for, for the error text
 * @throws when `timeoutMs` is over, or as soon as `probe` throws
 */
export async function waitFor<T>(
	what: string,
	timeoutMs: number,
	probe: () => Promise<T | undefined> | T | undefined,
	intervalMs = 200,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const found = await probe();
		if (found !== undefined) return found;
		if (Date.now() + intervalMs > deadline) {
			throw new Error(`${what}: nothing after ${Math.round(timeoutMs / 1000)} s.`);
		}
		await sleep(intervalMs);
	}
}
