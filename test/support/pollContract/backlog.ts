import type { PollHarness } from './harness.ts';
import { Poller } from './poller.ts';
import { DAY, MINUTE, YEAR } from './time.ts';
import type { Contract } from './contract.ts';

const nameOf = (at: number) => `lead ${String(at).padStart(6, '0')}`;

/** Bytes. What is remembered beyond the overlap: 2,000 digests of 12 characters, and their slots. */
const STATE_LIMIT = 60_000;

/** Every wanted one in so many, where a filter lets few through. */
const ONE_IN = 10;

export function declareBacklogs({ destination, newPlace, test }: Contract): void {
	for (const [maxLeads, count] of [
		[1, 150],
		[7, 1_000],
		[1_000, 2_500],
	] as const) {
		test(`of ${count} is read once, ${maxLeads} leads a poll`, [], async () => {
			const place = await newPlace();
			await place.insert(Array.from({ length: count }, (_, at) => ({ name: nameOf(at) })));
			const poller = new Poller(place, { parameters: { maxLeads } });
			const given: string[] = [];
			for (let polls = 0; polls < Math.ceil(count / maxLeads); polls += 1) {
				const names = await poller.poll();
				expect(names.length).toBeLessThanOrEqual(maxLeads);
				given.push(...names);
			}
			expect(given.sort()).toEqual(Array.from({ length: count }, (_, at) => nameOf(at)));
			// Some destinations tell the end by an empty page only.
			if (poller.cursor?.scan) expect(await poller.poll()).toEqual([]);
			expect(poller.cursor).toMatchObject({ scan: null });
			expect(place.traffic().records).toBe(count);
			// All of it came within the overlap, so each record has its digest in the state.
			expect(bytesOf(poller)).toBeLessThan(count * 13 + 1_000);
		});
	}

	test('is read at most three times where few are wanted and polls are small', [], async () => {
		const count = 1_000;
		const place = await newPlace();
		const offers = Array.from({ length: ONE_IN }, (_, at) => `contoso.offer-${at}`);
		await place.insert(
			Array.from({ length: count }, (_, at) => ({
				name: nameOf(at),
				leadSource: `AzureMarketplace-INS|${offers[at % ONE_IN]}`,
			})),
		);
		const poller = new Poller(place, {
			parameters: { maxLeads: 3, filters: { offers: offers[4]! } },
		});
		const wanted = Array.from({ length: count / ONE_IN }, (_, at) => nameOf(at * ONE_IN + 4));
		expect(await poller.drain()).toEqual(wanted);
		const { records, requests } = place.traffic();
		expect(records).toBeLessThanOrEqual(3 * count);
		expect(requests).toBeLessThan(count / 2);
	});

	test('leaves a state that does not grow with history', [], async () => {
		const sizes: number[] = [];
		for (const count of [3_000, 9_000]) {
			const place = await newPlace();
			const poller = new Poller(place);
			await insertHistory(place, count);
			let largest = 0;
			const given: string[] = [];
			do {
				given.push(...(await poller.poll()));
				largest = Math.max(largest, bytesOf(poller));
			} while (poller.cursor?.scan);
			expect(given).toHaveLength(count);
			expect(await poller.poll()).toEqual([]);
			expect(largest).toBeLessThan(STATE_LIMIT);
			sizes.push(bytesOf(poller));
		}
		const [small, large] = sizes as [number, number];
		expect(large).toBeLessThan(small * 1.1);
	});

	test('gives nothing again when records that it forgot are edited', ['edits'], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await insertHistory(place, 3_000);
		await poller.drain();
		expect(poller.cursor?.forgottenTo).toBeGreaterThan(0);
		await place.edit(nameOf(0), nameOf(1), nameOf(500), nameOf(2_999));
		const { ownCreationTime: hasNone } = destination.cannot;
		const made = hasNone ? {} : { createdAt: place.now() - DAY };
		await place.insert([{ name: 'made a day ago', ...made }]);
		expect(await poller.drain()).toEqual(['made a day ago']);
		expect(await poller.drain()).toEqual([]);
	});
}

/** A lead a minute, the last of them a year ago. */
async function insertHistory(place: PollHarness, count: number): Promise<void> {
	const last = place.now() - YEAR;
	await place.insert(
		Array.from({ length: count }, (_, at) => ({
			name: nameOf(at),
			writtenAt: last - (count - 1 - at) * MINUTE,
		})),
	);
}

/** Of one of the two cursors that are kept, by the node's name and by its ID. */
function bytesOf(poller: Poller): number {
	return Buffer.byteLength(JSON.stringify(poller.kept())) / 2;
}
