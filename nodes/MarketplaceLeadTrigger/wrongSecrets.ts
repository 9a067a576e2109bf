/**
 * Requests whose secret is missing or wrong. n8n has no rate limit, and blocking by address or by number
 * would let anybody lock the real sender out: so a right secret is never asked to wait, and of wrong ones
 * many are slowed down and counted in n8n's log, where somebody who looks can see them.
 */

import { sleep } from 'n8n-workflow';

/** Milliseconds over which wrong secrets are counted. */
const PERIOD = 60_000;
/** So many in a period are somebody who mistyped: they are told at once. */
const FREE = 10;
/** Milliseconds that the response to each further one is held back. */
const DELAY = 1_000;
/** Responses held back at once. Each holds a connection, and those are n8n's for everybody. */
const MAX_WAITING = 100;

export class WrongSecrets {
	private begin = -Infinity;
	private count = 0;
	private waiting = 0;

	/** @param now milliseconds that only go forward */
	constructor(private readonly now: () => number = () => performance.now()) {}

	/**
	 * Has a wrong secret responded to, at once or later. Never throws, and nothing waits for it: n8n holds
	 * an isolate of its expression engine for as long as a webhook is under way.
	 *
	 * @param respond must not throw
	 * @param report called with the number of the last minute, once a minute at most and for many only
	 */
	add(respond: () => void, report: (count: number) => void): void {
		if (this.now() - this.begin >= PERIOD) {
			if (this.count > FREE) report(this.count);
			this.begin = this.now();
			this.count = 0;
		}
		this.count += 1;
		if (this.count <= FREE || this.waiting >= MAX_WAITING) {
			respond();
			return;
		}
		this.waiting += 1;
		void sleep(DELAY).then(() => {
			this.waiting -= 1;
			respond();
		});
	}
}
