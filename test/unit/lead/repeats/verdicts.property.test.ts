/** Random histories of hand-overs, crashes, retries and workers, by both ways to keep a history. */
import fc from 'fast-check';

import type { AskedLead, Seen } from '../../../../nodes/lead/repeats/types';
import {
	judgeByEntries,
	judgeByRows,
	keepEntries,
	lookByRows,
	type EntryStore,
	type HistoryRow,
	type RowStore,
} from '../../../../nodes/lead/repeats/verdicts';

class Crash extends Error {}

/** Ends the process before or after the n-th access takes effect; never when 0. */
class Fuse {
	constructor(
		private left: number,
		private readonly isAfter: boolean,
	) {}

	async burn<Result>(work: () => Result): Promise<Result> {
		const isLast = --this.left === 0;
		if (isLast && !this.isAfter) throw new Crash();
		const result = work();
		if (isLast) throw new Crash();
		return await Promise.resolve(result);
	}
}

const noFuse = () => new Fuse(0, false);

/** As n8n's: read, changed and written back; without workers in one step. */
class Entries {
	held: string[] = [];

	store(fuse: Fuse): EntryStore {
		return {
			note: async (entries) => await fuse.burn(() => this.added(entries)),
			remove: async (entries) =>
				await fuse.burn(() => {
					this.held = this.held.filter((entry) => !entries.includes(entry));
				}),
		};
	}

	/** The same on several workers: whoever wrote in between is overwritten. */
	shared(step: () => Promise<void>): EntryStore {
		const change = async (changed: (held: string[]) => string[]): Promise<void> => {
			await step();
			const read = [...this.held];
			await step();
			this.held = changed(read);
		};
		return {
			note: async (entries) => {
				let fresh: string[] = [];
				await change((held) => {
					fresh = entries.filter((entry) => !held.includes(entry));
					return [...held, ...fresh];
				});
				return new Set(fresh);
			},
			remove: async (entries) =>
				await change((held) => held.filter((entry) => !entries.includes(entry))),
		};
	}

	private added(entries: readonly string[]): Set<string> {
		const fresh = entries.filter((entry) => !this.held.includes(entry));
		this.held.push(...fresh);
		return new Set(fresh);
	}
}

/** As Azure's: inserted where there is none. */
class Rows {
	readonly held = new Map<string, HistoryRow>();

	store(access: <Result>(work: () => Result) => Promise<Result>): RowStore {
		return {
			insert: async (key, row) =>
				await access(() => {
					const there = this.held.get(key);
					if (there === undefined) this.held.set(key, row);
					return there;
				}),
			find: async (key) => await access(() => this.held.get(key)),
			addMarks: async (key, marks) =>
				await access(() => {
					const row = this.held.get(key)!;
					this.held.set(key, { ...row, marks: [...row.marks, ...marks] });
				}),
			forEach: async (items, work) => {
				await Promise.all(items.map(work));
			},
		};
	}
}

/** A history of either kind, and one call at it. */
interface Place {
	judge(leads: readonly AskedLead[], fuse: Fuse): Promise<Seen[]>;
}

let claims = 0;
const PLACES: Record<string, () => Place> = {
	"n8n's store": () => {
		const entries = new Entries();
		return {
			judge: async (leads, fuse) => (await judgeByEntries(entries.store(fuse), leads)).verdicts,
		};
	},
	'Azure Table': () => {
		const rows = new Rows();
		return {
			judge: async (leads, fuse) =>
				await judgeByRows(
					rows.store(async (work) => await fuse.burn(work)),
					leads,
					String(++claims),
				),
		};
	},
};

/** Six leads of three customers, who have two offers between them. */
const keysOf = (lead: number): AskedLead['keys'] => ({
	lead: `lead ${lead}`,
	customerAndOffer: `offer ${lead % 3} ${lead % 2}`,
	customer: `customer ${lead % 3}`,
});

/** An execution's leads, as they come first and as they come again. */
const first = (execution: number, leads: readonly number[]): AskedLead[] =>
	leads.map((lead) => ({ keys: keysOf(lead), marks: [`${execution}/${lead}`], earlier: [] }));
const retry = (execution: number, of: number, leads: readonly number[]): AskedLead[] =>
	leads.map((lead) => ({
		keys: keysOf(lead),
		marks: [`${execution}/${lead}`],
		earlier: [`${of}/${lead}`],
	}));

/** What was seen, told by looking through everything that came before. */
function expected(past: readonly number[], leads: readonly number[]): Seen[] {
	const before = [...past];
	return leads.map((lead) => {
		const seen = (['lead', 'customerAndOffer', 'customer'] as const).find((level) =>
			before.some((other) => keysOf(other)[level] === keysOf(lead)[level]),
		);
		before.push(lead);
		return seen ?? '';
	});
}

const batches = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }), {
	minLength: 1,
	maxLength: 6,
});

describe.each(Object.entries(PLACES))('in %s', (_name, open) => {
	it('tells what was seen before, of this call and of earlier ones', async () => {
		await fc.assert(
			fc.asyncProperty(batches, async (all) => {
				const place = open();
				const past: number[] = [];
				for (const [at, leads] of all.entries()) {
					expect(await place.judge(first(at, leads), noFuse())).toEqual(expected(past, leads));
					past.push(...leads);
				}
			}),
		);
	});

	it('gives a retry, and the retry of a retry, the verdicts of the first time', async () => {
		await fc.assert(
			fc.asyncProperty(batches, fc.array(fc.nat(), { maxLength: 8 }), async (all, picks) => {
				const place = open();
				const done: Array<{ leads: number[]; execution: number; verdicts: Seen[] }> = [];
				for (const [execution, leads] of all.entries()) {
					const verdicts = await place.judge(first(execution, leads), noFuse());
					done.push({ leads, execution, verdicts });
				}
				for (const [at, pick] of picks.entries()) {
					const { leads, execution: of, verdicts } = done[pick % done.length]!;
					const execution = 100 + at;
					expect(await place.judge(retry(execution, of, leads), noFuse())).toEqual(verdicts);
					done.push({ leads, execution, verdicts });
				}
			}),
		);
	});

	it('loses no lead, wherever an execution ends, once it is retried', async () => {
		const crashes = fc.array(
			fc.record({ at: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }),
			{
				maxLength: 3,
			},
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.array(fc.nat(5), { minLength: 1 }), crashes)),
				async (all) => {
					const place = open();
					const fresh = new Set<number>();
					const handedOver = new Set<number>();
					let execution = 0;
					for (const [leads, fuses] of all) {
						let asked = first(++execution, leads);
						for (const fuse of [...fuses.map(({ at, after }) => new Fuse(at, after)), noFuse()]) {
							try {
								const verdicts = await place.judge(asked, fuse);
								for (const [at, seen] of verdicts.entries()) {
									if (seen !== 'lead') fresh.add(leads[at]!);
								}
								break;
							} catch (error) {
								if (!(error instanceof Crash)) throw error;
								// Retried by the marks of the same execution, as a trigger's time is kept.
								asked = asked.map((lead) => ({ ...lead, earlier: lead.marks }));
							}
						}
						for (const lead of leads) handedOver.add(lead);
					}
					expect([...fresh].sort()).toEqual([...handedOver].sort());
				},
			),
		);
	});

	it('counts a lead as new that may be its own repeat, where nothing tells', async () => {
		const place = open();
		await place.judge(first(1, [1]), noFuse());
		const untold: AskedLead[] = [{ keys: keysOf(1), marks: ['2/1'], earlier: [], isUntold: true }];
		expect(await place.judge(untold, noFuse())).toEqual(['']);
		expect(await place.judge(first(3, [1]), noFuse())).toEqual(['lead']);
	});
});

describe('on several workers at once', () => {
	it('a lead is new exactly once in Azure Table, in whatever order the requests come', async () => {
		await fc.assert(
			fc.asyncProperty(fc.scheduler(), batches, async (scheduler, all) => {
				const rows = new Rows();
				const store = rows.store(async (work) => {
					await scheduler.schedule(Promise.resolve());
					return work();
				});
				const working = Promise.all(
					all.map(async (leads, at) => await judgeByRows(store, first(at, leads), `claim ${at}`)),
				);
				const verdicts = await scheduler.waitFor(working);
				const fresh = all.flatMap((leads, at) =>
					leads.filter((_lead, index) => verdicts[at]![index] !== 'lead'),
				);
				expect(fresh.sort()).toEqual([...new Set(all.flat())].sort());
				// And the same again are none.
				const again = await judgeByRows(
					rows.store(async (work) => work()),
					first(99, fresh),
					'claim 99',
				);
				expect(again).toEqual(fresh.map(() => 'lead'));
			}),
		);
	});

	it("a lead is new at least once in n8n's store, and all stay noted that are noted again", async () => {
		await fc.assert(
			fc.asyncProperty(fc.scheduler(), batches, async (scheduler, all) => {
				const entries = new Entries();
				const step = async () => {
					await scheduler.schedule(Promise.resolve());
				};
				const store = entries.shared(step);
				const working = Promise.all(
					all.map(async (leads, at) => await judgeByEntries(store, first(at, leads))),
				);
				const done = await scheduler.waitFor(working);
				for (const lead of new Set(all.flat())) {
					const fresh = all.flatMap((leads, at) =>
						leads.filter((other, index) => other === lead && done[at]!.verdicts[index] !== 'lead'),
					);
					expect(fresh.length).toBeGreaterThan(0);
				}
				// One after the other, as workers do that wait for a time of their own.
				const alone = entries.store(noFuse());
				for (const { noted } of done) await keepEntries(alone, noted, async () => {});
				const again = await judgeByEntries(alone, first(99, all.flat()));
				expect(new Set(again.verdicts)).toEqual(new Set(['lead']));
			}),
		);
	});

	it('an insert whose response was lost is known by its claim', async () => {
		const rows = new Rows();
		const store = rows.store(async (work) => work());
		const losing: RowStore = {
			...store,
			insert: async (key, row) => (await store.insert(key, row), await store.insert(key, row)),
		};
		expect(await judgeByRows(losing, first(1, [1, 4]), 'mine')).toEqual(['', 'customer']);
		expect(await judgeByRows(losing, first(2, [1]), 'other')).toEqual(['lead']);
	});
});

it('looking tells the same and notes nothing', async () => {
	const rows = new Rows();
	const store = rows.store(async (work) => work());
	await judgeByRows(store, first(1, [1]), 'mine');
	const before = structuredClone(rows.held);
	expect(await lookByRows(store, first(2, [1, 4, 2, 2]))).toEqual(['lead', 'customer', '', 'lead']);
	expect(rows.held).toEqual(before);
});
