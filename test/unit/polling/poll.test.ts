import fc from 'fast-check';
import {
	cursorOrigin,
	loadCursor,
	storeCursor,
	type StoredCursor,
} from '../../../nodes/polling/cursor';
import { poll, type PollRequest, type PollResult } from '../../../nodes/polling/poll';
import { SeenRows } from '../../../nodes/polling/seenRows';
import type { PollStart } from '../../../nodes/polling/types';
import { keyOf, leadOf, MINUTE, OVERLAP, SECOND, SimulatedReader } from './simulatedReader';

const DAY = 24 * 60 * MINUTE;

/** Polls like the node does: the cursor goes through JSON, as n8n keeps it. */
class Poller {
	kept: StoredCursor | undefined;
	emitted: string[] = [];

	constructor(
		readonly reader: SimulatedReader,
		readonly start: PollStart = { from: 'all' },
	) {}

	async poll(options: Partial<PollRequest> = {}): Promise<PollResult> {
		const origin = cursorOrigin('simulated', this.start);
		const result = await poll({
			reader: this.reader,
			cursor: loadCursor(this.kept, origin),
			origin,
			start: this.start,
			limit: 1_000,
			accept: leadOf,
			signal: new AbortController().signal,
			deadline: Number.POSITIVE_INFINITY,
			now: () => this.reader.time + this.reader.ourAhead,
			...options,
		});
		this.kept = JSON.parse(JSON.stringify(storeCursor(result.cursor))) as StoredCursor;
		this.emitted.push(...result.leads.map(({ id }) => id));
		return result;
	}

	async drain(limit: number): Promise<number> {
		for (let polls = 1; ; polls += 1) {
			const { end } = await this.poll({ limit });
			if (end === 'complete') return polls;
		}
	}
}

const keys = (count: number, prefix = 'k') =>
	Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(6, '0')}`);

describe('a sequence of polls', () => {
	test('gives each lead once, whenever it came', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		await poller.poll();
		expect(poller.emitted).toEqual([]);
		reader.insert('m');
		await poller.poll();
		reader.insert('a');
		reader.insert('z');
		reader.pass(MINUTE);
		await poller.poll();
		await poller.poll();
		reader.pass(DAY);
		reader.insert('b');
		await poller.poll();
		await poller.poll();
		expect(poller.emitted).toEqual(['m', 'a', 'z', 'b']);
	});

	test('tells rows of the same instant apart, and finds one that shows after them', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('b');
		reader.insert('late', { lateBy: MINUTE });
		reader.insert('d');
		await poller.poll();
		expect(poller.emitted).toEqual(['b', 'd']);
		reader.pass(MINUTE);
		await poller.poll();
		expect(poller.emitted).toEqual(['b', 'd', 'late']);
	});

	test('finds a late row although later ones have moved the watermark', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('late', { lateBy: OVERLAP - SECOND });
		reader.pass(OVERLAP - SECOND * 2);
		reader.insert('on time');
		await poller.poll();
		reader.pass(SECOND);
		await poller.poll();
		expect(poller.emitted).toEqual(['on time', 'late']);
	});

	test('stops at the page that is refused and goes on there', async () => {
		const reader = new SimulatedReader(10);
		const poller = new Poller(reader);
		for (const key of keys(35)) reader.insert(key);
		reader.refuseAfter = 2;
		const first = await poller.poll();
		expect(first).toMatchObject({ end: 'failed', cause: new Error('refused') });
		expect(first.leads).toHaveLength(20);
		reader.rowsRead = 0;
		await poller.poll();
		expect(poller.emitted).toEqual(keys(35));
		expect(reader.rowsRead).toBe(15);
	});

	test('throws and keeps everything when the first page is refused', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('a');
		await poller.poll();
		const { kept } = poller;
		reader.insert('b');
		reader.refuseAfter = 0;
		await expect(poller.poll()).rejects.toThrow('refused');
		expect(poller.kept).toEqual(kept);
		await poller.poll();
		expect(poller.emitted).toEqual(['a', 'b']);
	});

	test('leaves the cursor it was given as it is', async () => {
		const reader = new SimulatedReader(2);
		const poller = new Poller(reader);
		for (const key of keys(9)) reader.insert(key);
		await poller.poll({ limit: 3 });
		const origin = cursorOrigin('simulated', poller.start);
		const cursor = loadCursor(poller.kept, origin);
		const before = JSON.stringify(cursor && storeCursor(cursor));
		await poller.poll({ cursor });
		expect(JSON.stringify(cursor && storeCursor(cursor))).toBe(before);
	});

	test('goes on past empty pages, to the very end', async () => {
		const reader = new SimulatedReader(5);
		reader.emptyEvery = 2;
		const poller = new Poller(reader);
		for (const key of keys(23)) reader.insert(key);
		await poller.poll();
		expect(poller.emitted).toEqual(keys(23));
	});

	test('ends when the time is up, with what it has', async () => {
		const reader = new SimulatedReader(10);
		const poller = new Poller(reader);
		for (const key of keys(30)) reader.insert(key);
		const abort = new AbortController();
		const accept: PollRequest['accept'] = (record) => {
			if (keyOf(record) === keys(30)[14]) abort.abort();
			return leadOf(record);
		};
		const { end } = await poller.poll({ signal: abort.signal, accept });
		expect(end).toBe('timeUp');
		expect(poller.emitted).toEqual(keys(20));
		await poller.poll();
		expect(poller.emitted).toEqual(keys(30));
	});

	test('holds filtered rows for seen', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('wanted');
		reader.insert('unwanted');
		await poller.poll({
			accept: (record) => (keyOf(record) === 'wanted' ? leadOf(record) : undefined),
		});
		await poller.poll();
		expect(poller.emitted).toEqual(['wanted']);
	});
});

test('goes on with a cursor as it has always been stored, in the middle of a scan', async () => {
	const reader = new SimulatedReader();
	for (const key of keys(6)) reader.insert(key);
	const poller = new Poller(reader);
	const slot = Math.floor(reader.time / MINUTE).toString(36);
	const digest = (key: string) => SeenRows.digest(key);
	poller.kept = {
		version: 1,
		origin: cursorOrigin('simulated', { from: 'all' }),
		revision: 3,
		watermark: 0,
		floor: 0,
		forgottenTo: 0,
		memory: { [slot]: digest('k000004') },
		scan: {
			startedAt: reader.time,
			since: null,
			position: { after: 'k000001' },
			highest: reader.time,
			memory: { [slot]: `${digest('k000000')}${digest('k000001')}` },
			forgottenTo: 0,
			learning: false,
		},
	};
	await poller.poll();
	expect(poller.emitted).toEqual(['k000002', 'k000003', 'k000005']);
	expect(poller.kept).toMatchObject({ watermark: reader.time, scan: null });
	await poller.poll();
	expect(poller.emitted).toHaveLength(3);
});

describe('a destination that leaves out rows by itself', () => {
	test('is asked from the last scan on although nothing came', async () => {
		const reader = new SimulatedReader();
		reader.wanted = (key) => key.startsWith('wanted');
		const poller = new Poller(reader);
		for (const key of keys(10)) reader.insert(key);
		reader.insert('wanted');
		await poller.poll();
		for (let days = 0; days < 3; days += 1) {
			const scannedTo = reader.time;
			reader.pass(DAY);
			reader.insert(`other ${days}`);
			await poller.poll();
			expect(reader.bounds.at(-1)).toBe(scannedTo - OVERLAP);
		}
		expect(poller.emitted).toEqual(['wanted']);
	});

	test('gives nothing of what was passed over when it leaves out less', async () => {
		const reader = new SimulatedReader();
		reader.wanted = () => false;
		const poller = new Poller(reader);
		reader.insert('before');
		reader.pass(2 * OVERLAP);
		await poller.poll();
		reader.pass(OVERLAP);
		reader.wanted = () => true;
		reader.insert('after');
		await poller.poll();
		expect(poller.emitted).toEqual(['after']);
	});

	test('loses no row that shows late, within the overlap', async () => {
		const reader = new SimulatedReader();
		reader.wanted = () => true;
		const poller = new Poller(reader);
		reader.insert('late', { lateBy: OVERLAP - SECOND });
		reader.pass(OVERLAP - 2 * SECOND);
		await poller.poll();
		reader.pass(SECOND);
		await poller.poll();
		expect(poller.emitted).toEqual(['late']);
	});
});

test('records of rows that were passed on are not fetched again', async () => {
	const reader = new SimulatedReader(7);
	reader.sparesKnown = true;
	const poller = new Poller(reader);
	for (const key of keys(20)) reader.insert(key);
	await poller.poll();
	await poller.poll();
	reader.insert('new');
	await poller.poll();
	expect(poller.emitted).toEqual([...keys(20), 'new']);
	expect(reader.rowsRead).toBe(20 + 20 + 21);
	expect(reader.recordsRead).toBe(21);
});

describe('edits', () => {
	test('of a remembered row are not new, however often and late', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('a', { createdAt: false });
		await poller.poll();
		for (let edits = 0; edits < 5; edits += 1) {
			reader.pass(3 * OVERLAP);
			reader.edit('a');
			reader.insert(`new ${edits}`);
			await poller.poll();
		}
		expect(poller.emitted).toEqual(['a', 'new 0', 'new 1', 'new 2', 'new 3', 'new 4']);
	});

	test('of a row remembered from scans ago are not new', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		reader.insert('a', { createdAt: false });
		await poller.poll();
		for (const key of ['b', 'c', 'd']) {
			reader.pass(DAY);
			reader.insert(key);
			await poller.poll();
		}
		reader.edit('a');
		await poller.poll();
		expect(poller.emitted).toEqual(['a', 'b', 'c', 'd']);
	});

	test('of forgotten rows are known by their age; late leads still come', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		for (const key of keys(3_000)) {
			reader.insert(key);
			reader.pass(SECOND);
		}
		await poller.drain(500);
		reader.pass(30 * DAY);
		for (const key of keys(3_000)) reader.edit(key);
		reader.insert('x made yesterday, written now', { madeBefore: DAY });
		reader.insert('y');
		await poller.drain(500);
		expect(poller.emitted).toHaveLength(3_002);
		expect(new Set(poller.emitted).size).toBe(3_002);
	});

	test('that move a row while a backlog is drained don’t lose it', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		for (const key of keys(100)) reader.insert(key);
		reader.pass(DAY);
		await poller.poll({ limit: 50 });
		reader.edit(keys(100)[10] ?? '');
		reader.edit(keys(100)[90] ?? '');
		reader.insert('a behind the scan');
		reader.pass(MINUTE);
		await poller.drain(50);
		await poller.poll();
		expect([...poller.emitted].sort()).toEqual(['a behind the scan', ...keys(100)]);
	});
});

describe('a scan that lasts longer than the overlap', () => {
	test('leaves rows written behind it to the next one', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		for (const key of keys(10)) reader.insert(key);
		await poller.poll({ limit: 5 });
		reader.pass(MINUTE);
		reader.insert('a behind');
		reader.pass(3 * OVERLAP);
		reader.insert('z ahead');
		await poller.drain(5);
		await poller.drain(5);
		expect(poller.emitted).toEqual([...keys(10), 'z ahead', 'a behind']);
	});
});

describe('starts', () => {
	test('from now leaves out what is there and what is edited of it', async () => {
		const reader = new SimulatedReader(3);
		for (const key of keys(10)) reader.insert(key);
		reader.pass(DAY);
		for (const key of keys(10, 'recent')) reader.insert(key);
		reader.pass(2 * SECOND);
		const poller = new Poller(reader, { from: 'now' });
		await poller.poll();
		reader.pass(MINUTE);
		reader.edit('k000001');
		reader.edit('recent000002');
		reader.insert('new');
		await poller.poll();
		expect(poller.emitted).toEqual(['new']);
	});

	test('from now passes on what comes while it still learns', async () => {
		const reader = new SimulatedReader(3);
		for (const key of keys(10)) reader.insert(key);
		reader.pass(2 * SECOND);
		const poller = new Poller(reader, { from: 'now' });
		reader.refuseAfter = 2;
		expect(await poller.poll()).toMatchObject({ end: 'failed', leads: [] });
		reader.pass(MINUTE);
		reader.insert('zzz ahead');
		reader.insert('aaa behind');
		await poller.poll();
		await poller.poll();
		expect(poller.emitted).toEqual(['zzz ahead', 'aaa behind']);
	});

	test('from a date leaves out what was made before', async () => {
		const reader = new SimulatedReader();
		reader.insert('early');
		reader.pass(DAY);
		const date = reader.time;
		reader.insert('same instant');
		reader.insert('made before', { madeBefore: SECOND });
		reader.edit('early');
		reader.pass(DAY);
		reader.insert('later');
		const poller = new Poller(reader, { from: 'date', date });
		await poller.poll();
		expect(poller.emitted).toEqual(['later', 'same instant']);
	});

	test('begin anew for another origin', async () => {
		const reader = new SimulatedReader();
		reader.insert('a');
		const poller = new Poller(reader);
		await poller.poll();
		expect(loadCursor(poller.kept, cursorOrigin('another', { from: 'all' }))).toBeUndefined();
	});
});

describe('a backlog', () => {
	test.each([1, 7, 1_000, 5_000])('is read once with %d leads a poll', async (limit) => {
		const reader = new SimulatedReader();
		for (const key of keys(3_000)) reader.insert(key);
		reader.pass(DAY);
		const poller = new Poller(reader);
		await poller.drain(limit);
		expect(poller.emitted).toEqual(keys(3_000));
		expect(reader.rowsRead).toBe(3_000);
	});

	test('is read at most three times where few rows are wanted', async () => {
		const reader = new SimulatedReader();
		for (const key of keys(3_000)) reader.insert(key);
		reader.pass(DAY);
		const poller = new Poller(reader);
		const accept: PollRequest['accept'] = (record) =>
			keyOf(record).endsWith('7') ? leadOf(record) : undefined;
		for (let end = ''; end !== 'complete';) ({ end } = await poller.poll({ limit: 1, accept }));
		expect(poller.emitted).toHaveLength(300);
		expect(reader.rowsRead).toBeLessThan(9_000);
		expect(reader.requests).toBeLessThan(3_000);
	});

	test('loses none of many wanted rows behind many unwanted', async () => {
		const reader = new SimulatedReader();
		for (const key of [...keys(100, 'a'), ...keys(50, 'b')]) reader.insert(key);
		const poller = new Poller(reader);
		const accept: PollRequest['accept'] = (record) =>
			keyOf(record).startsWith('b') ? leadOf(record) : undefined;
		for (let end = ''; end !== 'complete';) ({ end } = await poller.poll({ limit: 3, accept }));
		expect(poller.emitted).toEqual(keys(50, 'b'));
	});

	test('keeps a state that does not grow with history', async () => {
		const sizes: number[] = [];
		for (const count of [5_000, 20_000]) {
			const reader = new SimulatedReader();
			const poller = new Poller(reader);
			for (const key of keys(count)) {
				reader.insert(key);
				reader.pass(SECOND);
			}
			await poller.drain(1_000);
			await poller.poll();
			sizes.push(JSON.stringify(poller.kept).length);
		}
		const [small = 0, large = 0] = sizes;
		expect(large).toBeLessThan(small * 1.1);
		expect(large).toBeLessThan(40_000);
	});
});

describe('an idle poll', () => {
	/** Rows read and requests made by each of so many polls, a minute apart. */
	async function idle(
		poller: Poller,
		polls: number,
	): Promise<Array<[rows: number, requests: number]>> {
		const { reader } = poller;
		const counts: Array<[number, number]> = [];
		for (let count = 0; count < polls; count += 1) {
			reader.pass(MINUTE);
			[reader.rowsRead, reader.requests] = [0, 0];
			await poller.poll();
			counts.push([reader.rowsRead, reader.requests]);
		}
		return counts;
	}

	/** 10,000 rows within ten seconds. */
	const afterBurst = async (start?: PollStart) => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader, start);
		await poller.poll();
		for (const [at, key] of keys(10_000).entries()) {
			reader.insert(key);
			if (at % 1_000 === 0) reader.pass(SECOND);
		}
		await poller.drain(5_000);
		expect(poller.emitted).toHaveLength(10_000);
		return poller;
	};

	test.each<PollStart>([{ from: 'all' }, { from: 'now' }])(
		'does not read a burst again once the overlap has passed: %j',
		async (start) => {
			const poller = await afterBurst(start);
			const counts = await idle(poller, 30);
			// Until then its rows may still have company that shows late, by clocks that are not the same.
			expect(counts.slice(0, 14)).toEqual(Array(14).fill([10_000, 10]));
			expect(counts.slice(17)).toEqual(Array(13).fill([0, 1]));
			expect(poller.emitted).toHaveLength(10_000);
			expect(JSON.stringify(poller.kept).length).toBeLessThan(1_000);
		},
	);

	test('does not read a burst again with a cursor that was kept before', async () => {
		const poller = await afterBurst();
		const latest = Math.max(...[...poller.reader.rows.values()].map(({ clock }) => clock));
		poller.reader.pass(3 * DAY);
		// As it was kept when the watermark never left the latest row.
		poller.kept = { ...poller.kept!, watermark: latest };
		expect(await idle(poller, 3)).toEqual([
			[10_000, 10],
			[0, 1],
			[0, 1],
		]);
		poller.reader.insert('new');
		await poller.poll();
		expect(poller.emitted.at(-1)).toBe('new');
		expect(poller.emitted).toHaveLength(10_001);
	});

	test('finds a row that shows far too late, where few rows are read again for it', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		for (const key of keys(99)) reader.insert(key);
		reader.insert('late', { lateBy: 10 * DAY });
		await poller.poll();
		reader.pass(9 * DAY);
		await poller.poll();
		reader.pass(DAY);
		await poller.poll();
		expect(poller.emitted).toEqual([...keys(99), 'late']);
	});

	test('finds a row of a burst that shows as late as is promised', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		for (const key of keys(5_000)) reader.insert(key);
		reader.insert('late', { lateBy: OVERLAP - SECOND });
		await poller.drain(10_000);
		for (let passed = 0; passed < OVERLAP - SECOND; passed += SECOND) {
			reader.pass(SECOND);
			if (passed % MINUTE === 0) await poller.poll();
		}
		await poller.poll();
		expect(poller.emitted).toEqual([...keys(5_000), 'late']);
	});
});

describe('clocks that are wrong', () => {
	const many = (reader: SimulatedReader, prefix: string) => {
		for (const key of keys(150, prefix)) reader.insert(key);
	};

	test.each<[string, Partial<SimulatedReader>]>([
		['the service tells a time 10 minutes ahead', { toldAhead: 10 * MINUTE }],
		['the service tells a time of yesterday', { toldAhead: -DAY }],
		['ours is of tomorrow', { ourAhead: DAY }],
		['ours is of yesterday', { ourAhead: -DAY }],
		['none is told and ours is 10 minutes ahead', { tellsTime: false, ourAhead: 10 * MINUTE }],
		['none is told and ours is of yesterday', { tellsTime: false, ourAhead: -DAY }],
	])('lose no lead: %s', async (_, clocks) => {
		for (const step of [MINUTE, 6 * MINUTE, 20 * MINUTE]) {
			const reader = Object.assign(new SimulatedReader(), clocks);
			const poller = new Poller(reader);
			const expected: string[] = [];
			for (const turn of 'abcdef') {
				await poller.drain(1_000);
				reader.pass(step);
				many(reader, turn);
				expected.push(...keys(150, turn));
			}
			await poller.drain(1_000);
			expect([...poller.emitted].sort()).toEqual(expected);
		}
	});

	test.each([true, false])(
		'lose no lead where none is told and ours is ahead: from now, selective %j',
		async (selective) => {
			const reader = new SimulatedReader();
			Object.assign(reader, { tellsTime: false, ourAhead: 10 * MINUTE });
			if (selective) reader.wanted = () => true;
			const poller = new Poller(reader, { from: 'now' });
			for (const turn of 'abc') {
				await poller.drain(1_000);
				reader.pass(MINUTE);
				many(reader, turn);
			}
			await poller.drain(1_000);
			expect([...poller.emitted].sort()).toEqual([...'abc'].flatMap((turn) => keys(150, turn)));
		},
	);

	test('that go back do not take the watermark with them', async () => {
		const reader = new SimulatedReader();
		const poller = new Poller(reader);
		many(reader, 'a');
		reader.pass(20 * MINUTE);
		await poller.drain(1_000);
		const { watermark } = poller.kept!;
		reader.toldAhead = -DAY;
		many(reader, 'b');
		await poller.drain(1_000);
		expect(poller.kept!.watermark).toBeGreaterThanOrEqual(watermark);
		expect([...poller.emitted].sort()).toEqual([...keys(150, 'a'), ...keys(150, 'b')]);
	});
});

/**
 * Random histories: rows inserted in any key order, some committed late, some edited; polls of any
 * size, refused pages, empty pages, restarts from an older cursor, services that don't tell the time.
 */
describe('any history', () => {
	type Step =
		| { do: 'insert'; key: number; lateBy: number }
		| { do: 'edit'; key: number }
		| { do: 'pass'; time: number }
		| { do: 'burst'; rows: number }
		| { do: 'clocks'; told: number; ours: number; tells: boolean }
		| { do: 'poll'; limit: number; refuseAfter: number | undefined };

	const key = fc.nat(60);
	const insert = fc.record({
		do: fc.constant('insert' as const),
		key,
		lateBy: fc.oneof(fc.constant(0), fc.nat(OVERLAP - 2 * SECOND)),
	});
	const step = fc.oneof<fc.Arbitrary<Step>[]>(
		insert,
		insert,
		insert,
		fc.record({ do: fc.constant('edit' as const), key }),
		fc.record({ do: fc.constant('pass' as const), time: fc.nat(2 * OVERLAP) }),
		fc.record({
			do: fc.constant('poll' as const),
			limit: fc.integer({ min: 1, max: 6 }),
			refuseAfter: fc.option(fc.nat(4), { nil: undefined, freq: 3 }),
		}),
	);
	const history = fc.array(step, { maxLength: 150, size: 'max' });

	/** Every third key is filtered out, as a user's filters do. */
	const isWanted = (name: string) => Number(name.slice(4)) % 3 !== 0;
	const accept: PollRequest['accept'] = (record) =>
		isWanted(keyOf(record)) ? leadOf(record) : undefined;
	const wanted = (reader: SimulatedReader) => [...reader.rows.keys()].filter(isWanted).sort();

	test('gives each lead exactly once', async () => {
		await fc.assert(
			fc.asyncProperty(
				history,
				fc.integer({ min: 1, max: 9 }),
				fc.constantFrom(0, 2, 3),
				fc.constantFrom(undefined, 0, 5),
				fc.boolean(),
				fc.boolean(),
				async (steps, pageSize, emptyEvery, remembered, selective, sparesKnown) => {
					const reader = new SimulatedReader(pageSize);
					reader.emptyEvery = emptyEvery;
					reader.sparesKnown = sparesKnown;
					if (selective) reader.wanted = isWanted;
					const poller = new Poller(reader);
					// What is forgotten can't be told from an edit: then there are none.
					const played = remembered === undefined ? steps : steps.filter((at) => at.do !== 'edit');
					await play(played, poller, { accept, remembered });
					expect([...poller.emitted].sort()).toEqual(wanted(reader));
				},
			),
			{ numRuns: 300 },
		);
	});

	test('gives each lead exactly once behind bursts, and by clocks that are wrong', async () => {
		const behind = fc.constantFrom(0, -10 * MINUTE, -DAY);
		const steps = fc.array(
			fc.oneof(
				step,
				fc.record({ do: fc.constant('burst' as const), rows: fc.integer({ min: 80, max: 130 }) }),
				fc.record({
					do: fc.constant('clocks' as const),
					told: behind,
					ours: fc.oneof(behind, fc.constant(10 * MINUTE)),
					tells: fc.boolean(),
				}),
			),
			{ maxLength: 40, size: 'max' },
		);
		await fc.assert(
			fc.asyncProperty(steps, fc.integer({ min: 20, max: 90 }), async (history, pageSize) => {
				const reader = new SimulatedReader(pageSize);
				const poller = new Poller(reader);
				await play(history, poller, { accept });
				expect([...poller.emitted].sort()).toEqual(wanted(reader));
				// Idle from now on: nothing older than the overlap, or few rows, is read again.
				Object.assign(reader, { toldAhead: 0, tellsTime: true });
				reader.pass(DAY);
				for (const limit of [1_000, 1_000]) await poller.drain(limit);
				[reader.rowsRead, reader.requests] = [0, 0];
				await poller.drain(1_000);
				expect(reader.rowsRead).toBeLessThanOrEqual(100);
				expect(reader.requests).toBeLessThanOrEqual(100 / pageSize + 1);
			}),
			{ numRuns: 30 },
		);
	});

	test('loses none and repeats only what an unsaved cursor forgot', async () => {
		await fc.assert(
			fc.asyncProperty(history, fc.nat(100), fc.nat(100), async (steps, savedAt, crashAt) => {
				const reader = new SimulatedReader(5);
				reader.sparesKnown = true;
				const poller = new Poller(reader);
				const [first, second] = [savedAt, crashAt].sort((a, b) => a - b) as [number, number];
				await playSteps(steps.slice(0, first), poller, { accept });
				const { kept } = poller;
				const saved = poller.emitted.length;
				await playSteps(steps.slice(first, second), poller, { accept });
				const unsaved = new Set(poller.emitted.slice(saved));
				poller.kept = kept;
				await play(steps.slice(second), poller, { accept });
				const counts = new Map<string, number>();
				for (const name of poller.emitted) counts.set(name, (counts.get(name) ?? 0) + 1);
				expect([...counts.keys()].sort()).toEqual(wanted(reader));
				for (const [name, count] of counts) {
					expect(count).toBeLessThanOrEqual(unsaved.has(name) ? 2 : 1);
				}
			}),
			{ numRuns: 200 },
		);
	});

	async function playSteps(steps: Step[], poller: Poller, options: Partial<PollRequest>) {
		const { reader } = poller;
		for (const at of steps) {
			if (at.do === 'pass') reader.pass(at.time);
			else if (at.do === 'clocks') {
				Object.assign(reader, { toldAhead: at.told, ourAhead: at.ours, tellsTime: at.tells });
			} else if (at.do === 'burst') {
				const burst = reader.rows.size;
				for (let row = 0; row < at.rows; row += 1) reader.insert(`key ${burst + 100 + row}`);
			} else if (at.do === 'edit') reader.edit(`key ${at.key}`);
			else if (at.do === 'insert') {
				const name = `key ${at.key}`;
				if (!reader.rows.has(name)) reader.insert(name, { lateBy: at.lateBy });
			} else {
				reader.refuseAfter = at.refuseAfter;
				await poller.poll({ ...options, limit: at.limit }).catch((error: Error) => {
					expect(error.message).toBe('refused');
				});
				reader.refuseAfter = undefined;
			}
		}
	}

	/** Plays the steps, waits until the last late row shows, and reads everything. */
	async function play(steps: Step[], poller: Poller, options: Partial<PollRequest>) {
		await playSteps(steps, poller, options);
		poller.reader.pass(OVERLAP);
		for (const limit of [3, 1_000, 1_000]) {
			for (let end = ''; end !== 'complete';) ({ end } = await poller.poll({ ...options, limit }));
		}
	}
});
