import type { JsonValue, Lead } from '../../../nodes/lead';
import type { LeadReader, PageRequest, PolledPage, PolledRow } from '../../../nodes/polling/types';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const OVERLAP = 5 * MINUTE;

interface StoredRow {
	key: string;
	clock: number;
	createdAt: number | undefined;
	/** From when on the row shows in responses; later than its clock for one committed late. */
	visibleFrom: number;
}

/**
 * A destination in memory with a clock of its own, which tests turn. Keys come in any order, pages
 * may be short or empty, and a page can be refused.
 */
export class SimulatedReader implements LeadReader {
	readonly maxPageSize: number;
	readonly overlap = OVERLAP;
	time = Date.UTC(2026, 0, 1);
	rowsRead = 0;
	requests = 0;
	/** Records that were fetched for the rows read. */
	recordsRead = 0;
	/** What each page was asked since. */
	readonly bounds: Array<number | undefined> = [];
	/** Which rows it gives at all; all where it is undefined. */
	wanted: ((key: string) => boolean) | undefined;
	/** Whether it gives a known row without its record. */
	sparesKnown = false;
	tellsTime = true;
	/** Milliseconds by which the time it tells is ahead of its rows' clock. */
	toldAhead = 0;
	/** Milliseconds by which this machine's clock is ahead of its rows'. */
	ourAhead = 0;
	/** Pages still to return before one fails; `undefined` if none does. */
	refuseAfter: number | undefined;
	/** Every how many pages an empty one with a position comes between; 0 for never. */
	emptyEvery = 0;
	readonly rows = new Map<string, StoredRow>();

	constructor(maxPageSize = 1_000) {
		this.maxPageSize = maxPageSize;
	}

	get selective(): boolean {
		return this.wanted !== undefined;
	}

	pass(milliseconds: number): void {
		this.time += milliseconds;
	}

	insert(key: string, { lateBy = 0, madeBefore = 0, createdAt = true } = {}): void {
		this.rows.set(key, {
			key,
			clock: this.time,
			createdAt: createdAt ? this.time - madeBefore : undefined,
			visibleFrom: this.time + lateBy,
		});
	}

	edit(key: string): void {
		const row = this.rows.get(key);
		if (row && row.visibleFrom <= this.time) row.clock = this.time;
	}

	async readPage(request: PageRequest): Promise<PolledPage> {
		const { since = 0, position, pageSize, signal, isKnown } = request;
		await null;
		signal.throwIfAborted();
		this.requests += 1;
		this.bounds.push(request.since);
		if (this.refuseAfter !== undefined && this.refuseAfter-- === 0) {
			this.refuseAfter = undefined;
			throw new Error('refused');
		}
		const told = this.time + this.toldAhead;
		const serviceTime = this.tellsTime ? Math.floor(told / SECOND) * SECOND : undefined;
		const after = String(position?.after ?? '');
		if (this.emptyEvery > 0 && position?.empty !== true && this.requests % this.emptyEvery === 0) {
			return { rows: [], next: { after, empty: true }, serviceTime };
		}
		const matching = [...this.rows.values()]
			.filter((row) => row.visibleFrom <= this.time && row.clock >= since && row.key > after)
			.filter((row) => this.wanted?.(row.key) ?? true)
			.sort((a, b) => (a.key < b.key ? -1 : 1));
		const rows = matching.slice(0, Math.min(pageSize, this.maxPageSize)).map((row) => {
			const spared = this.sparesKnown && isKnown(row.key);
			this.recordsRead += spared ? 0 : 1;
			return toPolledRow(row, spared ? undefined : { key: row.key });
		});
		this.rowsRead += rows.length;
		const last = rows.at(-1);
		return {
			rows,
			next: rows.length < matching.length && last ? last.position : null,
			serviceTime,
		};
	}
}

/** All that a poll does with a lead is to count it and to hand it on. */
export function leadOf(record: JsonValue): Lead {
	return { id: keyOf(record) } as Lead;
}

export function keyOf(record: JsonValue): string {
	return (record as { key: string }).key;
}

function toPolledRow(
	{ key, clock, createdAt }: StoredRow,
	record: JsonValue | undefined,
): PolledRow {
	return { key, clock, createdAt, position: { after: key }, record };
}
