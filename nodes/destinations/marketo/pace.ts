import { pause, type RetryLimits } from '../retry';
import { DestinationError } from '../types';

/**
 * Calls in so many milliseconds, of the 100 in 20 seconds that Marketo lets all integrations make
 * together: https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes
 */
export const RATE = { calls: 80, window: 20_000 } as const;

/** Lets so many calls begin in any window of time, and the others wait for it. */
export class Pace {
	/** When the calls of the last window began, epoch milliseconds, the oldest first. */
	private begun: number[] = [];

	constructor(private readonly rate: { calls: number; window: number } = RATE) {}

	/** @throws DestinationError where the time is up before the call had its turn */
	async turn({ signal, deadline }: RetryLimits): Promise<void> {
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
			if (free >= deadline || !(await pause(free - now, signal))) throw noTurn();
		}
	}
}

function noTurn(): DestinationError {
	return new DestinationError('The time was up before this lead had its turn', {
		description:
			'It was not written: Marketo takes 100 calls in 20 seconds. Run the node again for it, or with fewer leads at a time.',
		reason: 'throttled',
	});
}
