/** Acknowledged delivery against a destination, a memory and a clock that may fail at any moment. */
import fc from 'fast-check';

import { parseLead } from '../../../nodes/lead';
import { deliver, isDue, waitBehind, type Delivery } from '../../../nodes/polling/delivery';
import { DeliveryMemory } from '../../../nodes/polling/deliveryMemory';
import type { HandOver, LeadReader, PolledRow } from '../../../nodes/polling/types';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const RULES = { redeliverAfter: 30 * MINUTE, maxAttempts: 3 };
const ORIGIN = 'table';

interface StoredLead {
	name: string;
	createdAt: number;
	handOver: HandOver | undefined;
	version: number;
	isHandled: boolean;
}

/** A destination that keeps its rows by name; `claims` says whether it has conditional writes. */
class Destination {
	readonly leads = new Map<string, StoredLead>();
	time = START;
	pagesRead = 0;
	failsAtPage = Number.POSITIVE_INFINITY;

	constructor(
		readonly claims: boolean,
		private readonly pageSize = 3,
	) {}

	insert(name: string): void {
		if (this.leads.has(name)) return;
		const lead = { name, createdAt: this.time, handOver: undefined, version: 0, isHandled: false };
		this.leads.set(name, lead);
	}

	mark(name: string): void {
		const lead = this.leads.get(name);
		if (lead) lead.isHandled = true;
	}

	get pending(): string[] {
		return [...this.leads.values()].filter((lead) => !lead.isHandled).map(({ name }) => name);
	}

	readonly reader: LeadReader = {
		maxPageSize: 1_000,
		overlap: 0,
		selective: false,
		readPage: async ({ position, signal }) => {
			signal.throwIfAborted();
			this.pagesRead += 1;
			if (this.pagesRead >= this.failsAtPage) throw new Error('away');
			const after = typeof position?.['after'] === 'string' ? position['after'] : '';
			const sorted = this.pending.filter((name) => name > after).sort();
			const rows = sorted.slice(0, this.pageSize).map((name): PolledRow => {
				const { createdAt, handOver, version } = this.leads.get(name) as StoredLead;
				return {
					key: name,
					clock: createdAt,
					createdAt,
					position: { after: name },
					record: { PartitionKey: 'p', RowKey: name },
					handOver: this.claims ? handOver : undefined,
					version: String(version),
				};
			});
			const next = sorted.length > rows.length ? (rows.at(-1)?.position ?? null) : null;
			return { rows, next, serviceTime: this.time };
		},
	};

	/** Fails where the row was changed since it was read, as If-Match does. */
	claim = async (found: readonly Delivery[]): Promise<Delivery[]> =>
		found.filter((delivery) => {
			const lead = this.leads.get(delivery.key);
			if (!lead || lead.isHandled || String(lead.version) !== delivery.version) return false;
			lead.handOver = delivery.handOver;
			lead.version += 1;
			return true;
		});
}

/** One n8n: what it has in its database, and a poll on it. */
class Instance {
	stored: unknown;

	constructor(
		private readonly destination: Destination,
		private readonly limit = 4,
		private readonly accepts: (name: string) => boolean = () => true,
	) {}

	async poll(): Promise<Delivery[]> {
		const memory = DeliveryMemory.load(this.stored, ORIGIN);
		const { destination, limit } = this;
		try {
			const { deliveries } = await deliver({
				reader: destination.reader,
				claim: destination.claims ? destination.claim : undefined,
				memory,
				since: undefined,
				limit,
				rules: RULES,
				accept: (record) => {
					const { RowKey } = record as { RowKey: string };
					return this.accepts(RowKey) ? { ...parseLead(record), id: RowKey } : undefined;
				},
				isHandled: () => false,
				signal: new AbortController().signal,
				deadline: Number.POSITIVE_INFINITY,
				now: () => destination.time,
			});
			return deliveries;
		} finally {
			this.stored = JSON.parse(JSON.stringify(memory));
		}
	}
}

const names = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ key }) => key);

/** Polls until a whole pass has come by everything, a minute apart. */
async function pollAll(instance: Instance, destination: Destination, polls = 12) {
	const all: Delivery[] = [];
	for (let turn = 0; turn < polls; turn += 1) {
		destination.time += MINUTE;
		all.push(...(await instance.poll()));
	}
	return all;
}

describe.each([
	['with claims at the destination', true],
	['with the memory alone', false],
])('%s', (_title, claims) => {
	it('hands a lead over once, and again when its time is up, with growing waits, until it is marked', async () => {
		const destination = new Destination(claims);
		const instance = new Instance(destination);
		destination.insert('a');
		const times: number[] = [];
		const attempts: number[] = [];
		for (let minute = 0; minute < 95; minute += 1) {
			for (const { handOver } of await instance.poll()) {
				times.push((destination.time - START) / MINUTE);
				attempts.push(handOver.attempt);
				expect(handOver.firstAt).toBe(START);
			}
			destination.time += MINUTE;
		}
		expect(times).toEqual([0, 30, 90]);
		expect(attempts).toEqual([1, 2, 3]);
		destination.mark('a');
		destination.time += 30 * 24 * 60 * MINUTE;
		expect(await instance.poll()).toEqual([]);
	});

	it('gives a lead up after the last attempt: until that is known to be told, then never again', async () => {
		const destination = new Destination(claims);
		const instance = new Instance(destination);
		destination.insert('a');
		const given: Delivery[] = [];
		for (let turn = 0; turn < 6; turn += 1) {
			given.push(...(await instance.poll()));
			destination.time += 25 * 60 * MINUTE;
		}
		expect(given.map(({ isGivenUp }) => isGivenUp)).toEqual([
			false,
			false,
			false,
			true,
			true,
			true,
		]);
		const last = given.at(-1) as Delivery;
		const told = { ...last.handOver, isGivenUp: true };
		if (claims) {
			(destination.leads.get('a') as StoredLead).handOver = told;
		} else {
			const memory = DeliveryMemory.load(instance.stored, ORIGIN);
			memory.set('a', told);
			instance.stored = JSON.parse(JSON.stringify(memory));
		}
		for (let turn = 0; turn < 40; turn += 1) {
			destination.time += 25 * 60 * MINUTE;
			expect(await instance.poll()).toEqual([]);
		}
		// It is still there, and comes again where Max Attempts is raised.
		expect(destination.pending).toEqual(['a']);
		expect(isDue(told, destination.time, { ...RULES, maxAttempts: 9 })).toBe(true);
	});

	it('leads that come up again and again keep none behind them from its turn', async () => {
		const destination = new Destination(claims);
		const instance = new Instance(destination, 2);
		for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) destination.insert(name);
		const seen = new Set<string>();
		for (let turn = 0; turn < 4; turn += 1) {
			for (const name of names(await instance.poll())) seen.add(name);
			// All that wait are due again at each poll.
			destination.time += 25 * 60 * MINUTE;
		}
		expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
	});

	it('rows that no filter lets through keep none behind them from its turn, and are never marked', async () => {
		const destination = new Destination(claims);
		const instance = new Instance(destination, 2, (name) => name.startsWith('y'));
		for (let at = 0; at < 20; at += 1) destination.insert(`x${at}`);
		destination.insert('y1');
		expect(names(await instance.poll())).toEqual(['y1']);
	});

	it('a page that fails loses nothing, and what was found before it is handed over', async () => {
		const destination = new Destination(claims);
		const instance = new Instance(destination, 100);
		for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) destination.insert(name);
		destination.failsAtPage = 2;
		expect(names(await instance.poll())).toEqual(['a', 'b', 'c']);
		await expect(instance.poll()).rejects.toThrow('away');
		destination.failsAtPage = Number.POSITIVE_INFINITY;
		expect(names(await pollAll(instance, destination, 3)).sort()).toEqual(['d', 'e', 'f', 'g']);
	});

	it('a next time that only a wrong clock can have noted does not keep a lead waiting', async () => {
		const handOver = { attempt: 1, firstAt: START, nextAt: START + 365 * 24 * 60 * MINUTE };
		expect(isDue({ ...handOver, isGivenUp: false }, START, RULES)).toBe(true);
		const soon = { ...handOver, nextAt: START + 30 * MINUTE, isGivenUp: false };
		expect(isDue(soon, START, RULES)).toBe(false);
	});

	it('whatever happens, every lead is handled in the end or given up, and none waits longer than its time', async () => {
		const step = fc.oneof(
			{
				weight: 4,
				arbitrary: fc.record({ what: fc.constant('arrive' as const), count: fc.nat(5) }),
			},
			{
				weight: 6,
				arbitrary: fc.record({ what: fc.constant('poll' as const), instance: fc.nat(1) }),
			},
			{
				weight: 4,
				arbitrary: fc.record({ what: fc.constant('pass' as const), minutes: fc.nat(50) }),
			},
			// The execution marks some of what it got, or fails before it marks any.
			{ weight: 4, arbitrary: fc.record({ what: fc.constant('mark' as const), share: fc.nat(3) }) },
			{
				weight: 1,
				arbitrary: fc.record({ what: fc.constant('lose' as const), instance: fc.nat(1) }),
			},
			{
				weight: 1,
				arbitrary: fc.record({ what: fc.constant('restore' as const), instance: fc.nat(1) }),
			},
			{
				weight: 1,
				arbitrary: fc.record({ what: fc.constant('outage' as const), pages: fc.nat(3) }),
			},
			// The destination's clock is set, forwards or back.
			{
				weight: 1,
				arbitrary: fc.record({
					what: fc.constant('jump' as const),
					minutes: fc.integer({ min: -2_000, max: 2_000 }),
				}),
			},
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
				const destination = new Destination(claims);
				const instances = [new Instance(destination), new Instance(destination)];
				const backups: unknown[] = [undefined, undefined];
				const inHand = new Set<string>();
				/** By instance: with claims there is one count for all. */
				const last = new Map<string, HandOver>();
				let arrived = 0;
				let hasJumped = false;
				const poll = async (at: number) => {
					const instance = instances[at] as Instance;
					const wasLost = instance.stored === undefined;
					const got = await instance.poll().catch(() => [] as Delivery[]);
					for (const { key, handOver } of got) {
						inHand.add(key);
						const id = claims ? key : `${at} ${key}`;
						const before = last.get(id);
						// Never early, as long as what is known of it is still there, and the clock is right.
						if (before && (claims || !wasLost) && handOver.attempt > 1 && !hasJumped) {
							expect(destination.time).toBeGreaterThanOrEqual(before.nextAt);
						}
						if (claims && before) {
							expect(handOver.attempt).toBe(Math.min(before.attempt + 1, RULES.maxAttempts + 1));
						}
						last.set(id, handOver);
					}
					expect(got.length).toBeLessThanOrEqual(4);
					expect(new Set(names(got)).size).toBe(got.length);
				};
				for (const taken of steps) {
					destination.failsAtPage = Number.POSITIVE_INFINITY;
					if (taken.what === 'arrive') {
						for (let at = 0; at < taken.count; at += 1)
							destination.insert(`l${((arrived += 1) * 7919) % 1000}`);
					} else if (taken.what === 'poll') await poll(taken.instance);
					else if (taken.what === 'pass') destination.time += taken.minutes * MINUTE;
					else if (taken.what === 'jump') {
						destination.time += taken.minutes * MINUTE;
						hasJumped = true;
					} else if (taken.what === 'mark') {
						for (const name of [...inHand].slice(0, taken.share)) {
							destination.mark(name);
							inHand.delete(name);
						}
					} else if (taken.what === 'lose') {
						backups[taken.instance] = instances[taken.instance]?.stored;
						(instances[taken.instance] as Instance).stored = undefined;
						for (const id of last.keys()) if (!claims) last.delete(id);
					} else if (taken.what === 'restore') {
						(instances[taken.instance] as Instance).stored = backups[taken.instance];
						for (const id of last.keys()) if (!claims) last.delete(id);
					} else {
						destination.pagesRead = 0;
						destination.failsAtPage = taken.pages + 1;
						await poll(0);
					}
				}
				// From now on all goes well: what is pending comes, within the longest wait, and is marked.
				destination.failsAtPage = Number.POSITIVE_INFINITY;
				destination.time += waitBehind(RULES.maxAttempts + 1, RULES) + MINUTE;
				for (let turn = 0; turn < 200 && destination.pending.length > 0; turn += 1) {
					for (const { key } of await (instances[turn % 2] as Instance).poll())
						destination.mark(key);
					destination.time += MINUTE;
				}
				expect(destination.pending).toEqual([]);
			}),
			{ numRuns: 150 },
		);
	});
});

describe('with claims', () => {
	it('of two instances on one table only one gets a lead, also where both have read it', async () => {
		const destination = new Destination(true);
		for (const name of ['a', 'b', 'c', 'd']) destination.insert(name);
		const [one, two] = await Promise.all([
			new Instance(destination).poll(),
			new Instance(destination).poll(),
		]);
		expect([...names(one), ...names(two)].sort()).toEqual(['a', 'b', 'c', 'd']);
	});
});

describe('the memory', () => {
	const handOver = { attempt: 2, firstAt: START, nextAt: START + 30 * MINUTE, isGivenUp: false };

	it('comes back as it was kept', () => {
		const memory = new DeliveryMemory(ORIGIN);
		memory.set('a', handOver);
		memory.set('b', { ...handOver, attempt: 11, isGivenUp: true });
		memory.position = { after: 'a' };
		const loaded = DeliveryMemory.load(JSON.parse(JSON.stringify(memory)), ORIGIN);
		expect(loaded.get('a')).toEqual(handOver);
		expect(loaded.get('b')).toEqual({ ...handOver, attempt: 11, isGivenUp: true });
		expect(loaded.position).toEqual({ after: 'a' });
	});

	it('is bounded, and forgets first what comes again soonest', () => {
		const memory = new DeliveryMemory(ORIGIN, 100);
		for (let at = 0; at < 250; at += 1) {
			memory.set(`k${at}`, { ...handOver, nextAt: START + ((at * 7) % 250) * MINUTE });
		}
		const text = JSON.stringify(memory);
		expect(text.length).toBeLessThan(100 * 31 + 200);
		expect(memory.size).toBe(100);
		expect(DeliveryMemory.load(JSON.parse(text), ORIGIN).size).toBe(100);
	});

	it('forgets what is handled, once it would be due', () => {
		const memory = new DeliveryMemory(ORIGIN);
		memory.set('a', handOver);
		memory.endPass(START);
		memory.endPass(START + 29 * MINUTE);
		expect(memory.get('a')).toEqual(handOver);
		memory.endPass(START + 31 * MINUTE);
		memory.endPass(START + 31 * MINUTE);
		expect(memory.size).toBe(0);
	});

	it.each<[string, unknown]>([
		['nothing', undefined],
		['a text', 'deliveries'],
		['another place', { ...new DeliveryMemory('other').toJSON() }],
		['another version', { ...new DeliveryMemory(ORIGIN).toJSON(), version: 9 }],
		['damaged entries', { ...new DeliveryMemory(ORIGIN).toJSON(), handOvers: 'x'.repeat(31) }],
		['a damaged position', { ...new DeliveryMemory(ORIGIN).toJSON(), position: 'x' }],
	])('is empty where %s was kept', (_title, stored) => {
		const memory = DeliveryMemory.load(stored, ORIGIN);
		expect([memory.size, memory.position]).toEqual([0, null]);
	});
});

describe('waits', () => {
	it('double up to a day, or stay at what was asked for where that is longer', () => {
		const hours = (attempt: number, minutes: number) =>
			waitBehind(attempt, { redeliverAfter: minutes * MINUTE, maxAttempts: 99 }) / MINUTE / 60;
		expect([1, 2, 3, 6, 7, 90].map((attempt) => hours(attempt, 30))).toEqual([
			0.5, 1, 2, 16, 24, 24,
		]);
		expect(hours(5, 60 * 48)).toBe(48);
	});
});
