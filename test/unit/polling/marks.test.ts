/** A destination whose log is begun by a request of its own, unless a mark says where. */
import fc from 'fast-check';
import {
	cursorOrigin,
	loadCursor,
	storeCursor,
	type StoredCursor,
} from '../../../nodes/polling/cursor';
import type { Lead } from '../../../nodes/lead';
import { poll } from '../../../nodes/polling/poll';
import type { LeadReader, PageRequest, PolledPage } from '../../../nodes/polling/types';
import { MINUTE, SECOND } from './simulatedReader';

const OVERLAP = 30 * MINUTE;
const DAY = 24 * 60 * MINUTE;
const PAGE = 4;

/** In the order of time; what is committed late falls behind a place that was passed by. */
class Log implements LeadReader {
	readonly maxPageSize = PAGE;
	readonly overlap = OVERLAP;
	readonly selective = true;
	time = Date.UTC(2026, 0, 1);
	/** Times that the beginning had to be found. */
	begun = 0;
	pages = 0;
	private rows: Array<{ key: string; clock: number; visibleFrom: number }> = [];

	insert(key: string, lateBy = 0): void {
		this.rows.push({ key, clock: this.time, visibleFrom: this.time + lateBy });
	}

	async readPage({ since = 0, position }: PageRequest): Promise<PolledPage> {
		await null;
		this.pages += 1;
		const marks = [];
		if (position === null) {
			this.begun += 1;
			marks.push({ time: since, position: { at: since } });
		}
		const at = Number(position?.['at'] ?? since);
		const after = Number(position?.['row'] ?? -1);
		const left = this.rows
			.map((row, index) => ({ ...row, index }))
			.filter(({ clock, visibleFrom }) => clock >= at && visibleFrom <= this.time)
			.sort((a, b) => a.clock - b.clock || a.index - b.index);
		const rows = left.slice(left.findIndex(({ index }) => index === after) + 1);
		const page = rows.slice(0, PAGE);
		const isEnd = page.length === rows.length;
		if (isEnd) marks.push({ time: this.time, position: { at: this.time } });
		const last = page.at(-1);
		return {
			// What is older than asked for is left out, as readers do that begin at a mark.
			rows: page
				.filter(({ clock }) => clock >= since)
				.map(({ key, clock, index }) => ({
					key,
					clock,
					createdAt: clock,
					position: { at, row: index },
					record: key,
				})),
			next: isEnd || !last ? null : { at, row: last.index },
			serviceTime: this.time,
			marks,
		};
	}
}

class Poller {
	kept: StoredCursor | undefined;
	readonly emitted: string[] = [];

	constructor(private readonly log: Log) {}

	async poll(limit = 1_000): Promise<void> {
		const start = { from: 'all' } as const;
		const origin = cursorOrigin('log', start);
		const { leads, cursor } = await poll({
			reader: this.log,
			cursor: loadCursor(this.kept, origin),
			origin,
			start,
			limit,
			accept: (record) => ({ id: record }) as Lead,
			signal: new AbortController().signal,
			deadline: Number.POSITIVE_INFINITY,
			now: () => this.log.time,
			// Few, so that what lies behind a mark has been forgotten.
			remembered: 2,
		});
		this.kept = JSON.parse(JSON.stringify(storeCursor(cursor))) as StoredCursor;
		this.emitted.push(...leads.map(({ id }) => id));
	}
}

let log: Log;
let poller: Poller;
beforeEach(() => {
	log = new Log();
	poller = new Poller(log);
});

async function pollFor(minutes: number, every = 1): Promise<void> {
	for (let minute = 0; minute < minutes; minute += every) {
		log.time += every * MINUTE;
		await poller.poll();
	}
}

it.each([1, 5, 30])(
	'begins at a mark in all polls but the first two, every %i minutes',
	async (every) => {
		log.insert('old');
		log.time += 10 * DAY;
		await poller.poll();
		await pollFor(6 * 60, every);
		expect(log.begun).toBe(2);
		expect(log.pages).toBe(1 + (6 * 60) / every);
		expect(poller.emitted).toEqual(['old']);
	},
);

it('finds the beginning anew where the last poll was long ago', async () => {
	await pollFor(60);
	const { begun } = log;
	log.time += DAY;
	await poller.poll();
	// A mark is there for the time that is asked for: since the last poll, less the overlap.
	expect(log.begun).toBe(begun);
	poller.kept!.marks = [];
	log.time += MINUTE;
	await poller.poll();
	expect(log.begun).toBe(begun + 1);
});

it('keeps few marks, and none that is further back than it may be used', async () => {
	await pollFor(3 * 60);
	const { marks = [], watermark } = poller.kept!;
	expect(marks.length).toBeGreaterThan(1);
	expect(marks.length).toBeLessThanOrEqual(9);
	expect(marks.filter(({ time }) => time <= watermark - OVERLAP)).toHaveLength(1);
});

it.each([
	['no list', { time: 1 }],
	['without a time', [{ position: { at: 0 } }]],
	['without a place', [{ time: Date.UTC(2026, 0, 1) }]],
	['of another kind', ['mark', null]],
])('does without marks that were damaged: %s', async (_, marks) => {
	await pollFor(60);
	log.insert('new');
	Object.assign(poller.kept!, { marks });
	await poller.poll();
	expect(poller.emitted).toEqual(['new']);
});

it('gives each row once, whatever is committed late, whenever it is polled', async () => {
	const action = fc.oneof(
		fc.record({ kind: fc.constant('pass'), by: fc.integer({ min: 1, max: 40 }) }),
		fc.record({ kind: fc.constant('insert'), lateBy: fc.constantFrom(0, 0, 1, 10, 29) }),
		fc.record({ kind: fc.constant('poll'), limit: fc.constantFrom(1, 3, 1_000) }),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
			log = new Log();
			poller = new Poller(log);
			const inserted: string[] = [];
			for (const each of actions) {
				if ('by' in each) log.time += each.by * MINUTE;
				else if ('limit' in each) await poller.poll(each.limit);
				else {
					// Each at its own second, as a log has them.
					log.time += SECOND;
					inserted.push(`row ${inserted.length}`);
					log.insert(inserted.at(-1)!, each.lateBy * MINUTE);
				}
			}
			log.time += OVERLAP;
			do await poller.poll();
			while (poller.kept!.scan);
			await poller.poll();
			expect([...poller.emitted].sort()).toEqual([...inserted].sort());
		}),
		{ numRuns: 300 },
	);
});
