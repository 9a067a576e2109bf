import fc from 'fast-check';

import { RowMemory } from '../../../nodes/polling/memory';

const MINUTE = 60_000;
const digests = (count: number, prefix = 'row') =>
	Array.from({ length: count }, (_, at) => RowMemory.digest(`${prefix} ${at}`));

function memoryOf(rows: Array<[digest: string, clock: number]>): RowMemory {
	const memory = new RowMemory();
	for (const [digest, clock] of rows) memory.add(digest, clock);
	return memory;
}

describe('a digest', () => {
	it('is 12 characters, whatever the key, and another for another key', () => {
		const keys = ['', 'a', 'A', 'é', 'e\u0301', '["p","r"]', 'x'.repeat(10_000)];
		const all = keys.map((key) => RowMemory.digest(key));
		for (const digest of all) expect(digest).toMatch(/^[\w-]{12}$/);
		expect(new Set(all).size).toBe(keys.length);
	});
});

describe('a memory', () => {
	it('is the same out of JSON', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.string(), fc.nat(10_000 * MINUTE))), (rows) => {
				const memory = memoryOf(rows.map(([key, clock]) => [RowMemory.digest(key), clock]));
				const stored = JSON.parse(JSON.stringify(memory)) as unknown;
				const again = RowMemory.from(stored);
				expect(again?.size).toBe(memory.size);
				expect(again?.toJSON()).toEqual(memory.toJSON());
				for (const [key] of rows) expect(again?.has(RowMemory.digest(key))).toBe(true);
			}),
		);
	});

	it('takes 12 bytes a row, and a few for each minute', () => {
		const memory = memoryOf(digests(1_000).map((digest) => [digest, Date.now()]));
		expect(JSON.stringify(memory).length).toBeLessThan(1_000 * 12 + 50);
	});

	it.each<[string, unknown]>([
		['nothing', null],
		['text', 'abc'],
		['a list', ['aaaaaaaaaaaa']],
		['a slot that is no number', { '!': 'aaaaaaaaaaaa' }],
		['half a digest', { a: 'aaaaaaaaaaaaa' }],
		['digests that are no text', { a: 12 }],
	])('is none out of %s', (_, stored) => {
		expect(RowMemory.from(stored)).toBeUndefined();
	});

	it('keeps the later time of a row, also when joined', () => {
		const [row = ''] = digests(1);
		const memory = memoryOf([
			[row, 9 * MINUTE],
			[row, 5 * MINUTE],
		]);
		memory.addAll(memoryOf([[row, 3 * MINUTE]]));
		expect(memory.forget(8 * MINUTE, 0)).toBe(0);
		memory.addAll(memoryOf([[row, 20 * MINUTE]]));
		expect(memory.forget(15 * MINUTE, 0)).toBe(0);
		expect(memory.has(row)).toBe(true);
		expect(memory.forget(21 * MINUTE, 0)).toBe(21 * MINUTE);
		expect(memory.has(row)).toBe(false);
	});
});

it('counts the rows from a time on, all of its minute included', () => {
	const memory = memoryOf(digests(10).map((digest, at) => [digest, at * MINUTE]));
	expect(memory.countSince(0)).toBe(10);
	expect(memory.countSince(3 * MINUTE)).toBe(7);
	expect(memory.countSince(4 * MINUTE - 1)).toBe(7);
	expect(memory.countSince(10 * MINUTE)).toBe(0);
	expect(memory.countSince(-1)).toBe(10);
});

describe('forgetting', () => {
	const rows = digests(10);
	const tenMinutes = () => memoryOf(rows.map((digest, at) => [digest, at * MINUTE]));

	it('takes the oldest, and says how far it went', () => {
		const memory = tenMinutes();
		expect(memory.forget(10 * MINUTE, 4)).toBe(6 * MINUTE);
		expect(rows.map((row) => memory.has(row))).toEqual(rows.map((_, at) => at >= 6));
	});

	it('leaves all from the given time on, and the slot that time is in', () => {
		const memory = tenMinutes();
		expect(memory.forget(3 * MINUTE + 1, 0)).toBe(3 * MINUTE);
		expect(rows.map((row) => memory.has(row))).toEqual(rows.map((_, at) => at >= 3));
	});

	it('takes nothing while there are few enough old ones', () => {
		const memory = tenMinutes();
		expect(memory.forget(5 * MINUTE, 5)).toBe(0);
		expect(memory.size).toBe(10);
	});

	it('takes a whole slot at once, so that what it says holds for each row', () => {
		const memory = memoryOf(rows.map((digest) => [digest, 30_000]));
		expect(memory.forget(10 * MINUTE, 9)).toBe(MINUTE);
		expect(memory.size).toBe(0);
	});
});
