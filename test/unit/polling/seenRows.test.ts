import fc from 'fast-check';

import { SeenRows, seenRows } from '../../../nodes/polling/seenRows';
import { readAs } from '../../../nodes/schemas';

const MINUTE = 60_000;
const digests = (count: number, prefix = 'row') =>
	Array.from({ length: count }, (_, at) => SeenRows.digest(`${prefix} ${at}`));

function seenOf(rows: Array<[digest: string, clock: number]>): SeenRows {
	const seen = new SeenRows();
	for (const [digest, clock] of rows) seen.add(digest, clock);
	return seen;
}

describe('a digest', () => {
	it('is 12 characters, whatever the key, and another for another key', () => {
		const keys = ['', 'a', 'A', 'é', 'e\u0301', '["p","r"]', 'x'.repeat(10_000)];
		const all = keys.map((key) => SeenRows.digest(key));
		for (const digest of all) expect(digest).toMatch(/^[\w-]{12}$/);
		expect(new Set(all).size).toBe(keys.length);
	});
});

describe('seen rows', () => {
	it('are the same out of JSON', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.string(), fc.nat(10_000 * MINUTE))), (rows) => {
				const seen = seenOf(rows.map(([key, clock]) => [SeenRows.digest(key), clock]));
				const stored = JSON.parse(JSON.stringify(seen)) as unknown;
				const again = readAs(seenRows, stored);
				expect(again?.size).toBe(seen.size);
				expect(again?.toJSON()).toEqual(seen.toJSON());
				for (const [key] of rows) expect(again?.has(SeenRows.digest(key))).toBe(true);
			}),
		);
	});

	it('take 12 bytes a row, and a few for each minute', () => {
		const seen = seenOf(digests(1_000).map((digest) => [digest, Date.now()]));
		expect(JSON.stringify(seen).length).toBeLessThan(1_000 * 12 + 50);
	});

	it.each<[string, unknown]>([
		['nothing', null],
		['text', 'abc'],
		['a list', ['aaaaaaaaaaaa']],
		['a slot that is no number', { '!': 'aaaaaaaaaaaa' }],
		['half a digest', { a: 'aaaaaaaaaaaaa' }],
		['digests that are no text', { a: 12 }],
	])('are none out of %s', (_, stored) => {
		expect(readAs(seenRows, stored)).toBeUndefined();
	});

	it('keep the later time of a row, also when joined', () => {
		const [row = ''] = digests(1);
		const seen = seenOf([
			[row, 9 * MINUTE],
			[row, 5 * MINUTE],
		]);
		seen.addAll(seenOf([[row, 3 * MINUTE]]));
		expect(seen.forget(8 * MINUTE, 0)).toBe(0);
		seen.addAll(seenOf([[row, 20 * MINUTE]]));
		expect(seen.forget(15 * MINUTE, 0)).toBe(0);
		expect(seen.has(row)).toBe(true);
		expect(seen.forget(21 * MINUTE, 0)).toBe(21 * MINUTE);
		expect(seen.has(row)).toBe(false);
	});
});

it('counts the rows from a time on, all of its minute included', () => {
	const seen = seenOf(digests(10).map((digest, at) => [digest, at * MINUTE]));
	expect(seen.countSince(0)).toBe(10);
	expect(seen.countSince(3 * MINUTE)).toBe(7);
	expect(seen.countSince(4 * MINUTE - 1)).toBe(7);
	expect(seen.countSince(10 * MINUTE)).toBe(0);
	expect(seen.countSince(-1)).toBe(10);
});

describe('forgetting', () => {
	const rows = digests(10);
	const tenMinutes = () => seenOf(rows.map((digest, at) => [digest, at * MINUTE]));

	it('takes the oldest, and says how far it went', () => {
		const seen = tenMinutes();
		expect(seen.forget(10 * MINUTE, 4)).toBe(6 * MINUTE);
		expect(rows.map((row) => seen.has(row))).toEqual(rows.map((_, at) => at >= 6));
	});

	it('leaves all from the given time on, and the slot that time is in', () => {
		const seen = tenMinutes();
		expect(seen.forget(3 * MINUTE + 1, 0)).toBe(3 * MINUTE);
		expect(rows.map((row) => seen.has(row))).toEqual(rows.map((_, at) => at >= 3));
	});

	it('takes nothing while there are few enough old ones', () => {
		const seen = tenMinutes();
		expect(seen.forget(5 * MINUTE, 5)).toBe(0);
		expect(seen.size).toBe(10);
	});

	it('takes a whole slot at once, so that what it says holds for each row', () => {
		const seen = seenOf(rows.map((digest) => [digest, 30_000]));
		expect(seen.forget(10 * MINUTE, 9)).toBe(MINUTE);
		expect(seen.size).toBe(0);
	});
});
