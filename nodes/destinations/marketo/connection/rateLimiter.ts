import { DestinationError } from '../../contract';
import { pause, type TimeLimits } from '../../timeLimits';
import { NEXT_POLL } from '../errors';

/**
 * Calls in so many milliseconds: what Adobe advises for one integration, of the 100 that Marketo lets
 * all of them make together.
 * https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/marketo-integration-best-practices
 */
export const RATE = { calls: 50, window: 20_000 } as const;

/** Lets so many calls begin in any window of time, and the others wait for it. */
export class Pace {
	/** When the calls of the last window began, epoch milliseconds, the oldest first. */
	private begun: number[] = [];

	constructor(private readonly rate: { calls: number; window: number } = RATE) {}

	/** @throws NoTurn where the time is up before the call had its turn */
	async turn({ signal, deadline }: TimeLimits): Promise<void> {
		const { calls, window } = this.rate;
		for (;;) {
			const now = Date.now();
			this.begun = this.begun.filter((at) => at > now - window);
			const [oldest] = this.begun;
			if (oldest === undefined || this.begun.length < calls) {
				this.begun.push(now);
				return;
			}
			const free = oldest + window;
			if (free >= deadline || !(await pause(free - now, signal))) throw new NoTurn();
		}
	}
}

/** A call that would have begun too late. */
export class NoTurn extends DestinationError {
	constructor() {
		super('The time was up before Marketo could be asked for more', {
			description: `A node makes at most ${RATE.calls} calls in 20 seconds, as Adobe advises. ${NEXT_POLL}`,
			code: 'throttled',
		});
		this.name = 'NoTurn';
	}
}
