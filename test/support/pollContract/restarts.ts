import fc from 'fast-check';

import type { StoredCursor } from '../../../nodes/polling/cursor.ts';
import { Poller, withCursor } from './poller.ts';
import { HOUR } from './time.ts';
import type { Contract } from './contract.ts';

const NAMES = [...'abcdefghijklmnopqrst'];
/** Leads of the first poll; the scan then stands in the middle. */
const FIRST = 8;

export function declareRestarts({ newPlace, test }: Contract): void {
	test('goes on with the one of the last poll', [], async () => {
		const place = await newPlace();
		await place.insert(NAMES.map((name) => ({ name })));
		const first = new Poller(place, { parameters: { maxLeads: FIRST } });
		const given = await first.poll();
		const records = place.traffic();
		const second = first.restarted();
		expect(second.cursor).toEqual(first.cursor);
		expect([...given, ...(await second.poll())].sort()).toEqual(NAMES);
		// Nothing that was read already is read again.
		expect(place.traffic(records).records).toBe(NAMES.length - FIRST);
		expect(second.cursor).toMatchObject({ scan: null, revision: 1 });
		expect(await second.restarted().poll()).toEqual([]);
	});

	test('goes on with an older one, and repeats only what that did not know', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a' }]);
		const first = new Poller(place);
		expect(await first.poll()).toEqual(['a']);
		const older = first.kept();
		place.pass(HOUR);
		await place.insert([{ name: 'b' }]);
		expect(await first.poll()).toEqual(['b']);
		place.pass(HOUR);
		await place.insert([{ name: 'c' }]);
		const second = first.restarted(older);
		expect(await second.poll()).toEqual(['b', 'c']);
		expect(await second.poll()).toEqual([]);
	});

	test('goes on with the one of the last lead, after any number of empty polls', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a' }]);
		const first = new Poller(place);
		expect(await first.poll()).toEqual(['a']);
		// n8n saves nothing after an empty poll.
		const saved = first.kept();
		for (let polls = 0; polls < 3; polls += 1) {
			place.pass(HOUR);
			expect(await first.poll()).toEqual([]);
		}
		await place.insert([{ name: 'b' }]);
		expect(await first.restarted(saved).poll()).toEqual(['b']);
	});

	test('begins anew without one', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a' }, { name: 'b' }]);
		const first = new Poller(place);
		await first.poll();
		const second = first.restarted({});
		expect(await second.poll()).toEqual(['a', 'b']);
		expect(second.cursor).toMatchObject({ revision: 0, scan: null });
		expect(await second.poll()).toEqual([]);
	});

	test('is never stopped by a damaged one, and loses no lead by it', [], async () => {
		const place = await newPlace();
		await place.insert(NAMES.map((name) => ({ name })));
		const first = new Poller(place, { parameters: { maxLeads: FIRST } });
		const given = await first.poll();
		const kept = first.kept();
		await fc.assert(
			fc.asyncProperty(damagedCursor(first.cursor!), async (cursor) => {
				const poller = first.restarted(withCursor(kept, cursor));
				const names = new Set([...given, ...(await poller.drain()), ...(await poller.drain())]);
				expect([...names].sort()).toEqual(NAMES);
				expect(await poller.drain()).toEqual([]);
			}),
			{ numRuns: 15, endOnFailure: true },
		);
	});

	test('is never stopped by damaged data of the workflow', [], async () => {
		const place = await newPlace();
		const first = new Poller(place, { parameters: { startFrom: 'now' } });
		await first.poll();
		await fc.assert(
			fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (starts) => {
				for (const data of [starts, { 'node-0': starts }, { 'node-0': { cursor: starts } }]) {
					const damaged = {
						global: { marketplaceLeadCursors: data, marketplaceLeadStarts: data },
					} as never;
					const poller = first.restarted(damaged, { parameters: { startFrom: 'now' } });
					expect(await poller.poll()).toEqual([]);
				}
			}),
			{ numRuns: 10, endOnFailure: true },
		);
	});
}

/** Whole numbers that are no time, and other values that each field may turn into. */
const NO_TIME = fc.constantFrom<unknown>(-1, 0.5, 8_640_000_000_000_001, Number.MAX_SAFE_INTEGER);
const anyValue = fc.oneof(fc.jsonValue({ maxDepth: 2 }), NO_TIME);

/**
 * Any JSON in the cursor's place, or in that of one of its fields. A field that turns into another
 * value it might have (a later watermark, a flag the other way) can't be told from a sound one.
 */
function damagedCursor(sound: StoredCursor): fc.Arbitrary<unknown> {
	const fields = Object.keys(sound) as Array<keyof StoredCursor>;
	const scanFields = Object.keys(sound.scan!) as Array<keyof NonNullable<StoredCursor['scan']>>;
	const plausible = (before: unknown, after: unknown) =>
		typeof before === typeof after && typeof before !== 'object' && !isNoTime(after);
	const position = fc.oneof(
		anyValue,
		fc.dictionary(fc.constantFrom('after', 'token', 'page'), fc.oneof(fc.string(), anyValue)),
	);
	return fc.oneof(
		fc.jsonValue(),
		fc
			.record({ field: fc.constantFrom(...fields), value: anyValue })
			.filter(({ field, value }) => !plausible(sound[field], value))
			.map(({ field, value }) => ({ ...sound, [field]: value })),
		fc
			.record({ field: fc.constantFrom(...scanFields), value: anyValue })
			.filter(({ field, value }) => !plausible(sound.scan![field], value))
			.map(({ field, value }) => ({ ...sound, scan: { ...sound.scan, [field]: value } })),
		position.map((damaged) => ({ ...sound, scan: { ...sound.scan, position: damaged } })),
		fc.constantFrom(...fields).map((field) => ({ ...sound, [field]: undefined })),
	);
}

function isNoTime(value: unknown): boolean {
	return (
		typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0 && value <= 8.64e15)
	);
}
