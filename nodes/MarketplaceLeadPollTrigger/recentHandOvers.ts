/**
 * Milliseconds. Longer than a poll takes, so that one which began before another ended still finds
 * what that one noted. No longer: n8n may have dropped what it was handed (the workflow was
 * published meanwhile, its database was locked), and then the same rows have to come again.
 */
const REMEMBERED_FOR = 60_000;

/** Triggers that hand leads over within that time; of more, the earliest noted are forgotten. */
const MAX_TRIGGERS = 1_000;

/**
 * Which cursors this process has lately handed leads over with. In n8n's durable mode each poll time
 * is a job of its own, and two that run together read the same cursor and find the same leads. The
 * second to end is told here. A worker that does not know of the first hands them over once more.
 */
export class RecentHandOvers {
	/** In the order of `at`. */
	private readonly last = new Map<string, { revision: number; at: number }>();

	/** Whether leads behind this revision of the trigger's cursor have been handed over. */
	isPassed(trigger: string, revision: number): boolean {
		const last = this.last.get(trigger);
		return (
			last !== undefined && last.revision > revision && performance.now() - last.at < REMEMBERED_FOR
		);
	}

	/** Leads are being handed over; the cursor behind them has this revision. */
	note(trigger: string, revision: number): void {
		this.last.delete(trigger);
		this.last.set(trigger, { revision, at: performance.now() });
		const [earliest] = this.last.keys();
		if (this.last.size > MAX_TRIGGERS && earliest !== undefined) this.last.delete(earliest);
	}

	/** n8n dropped them, as is known before the time is up. */
	forget(trigger: string, revision: number): void {
		if (this.last.get(trigger)?.revision === revision) this.last.delete(trigger);
	}
}
