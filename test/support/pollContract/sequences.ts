import { namesOf, Poller, watermarkAt } from './poller.ts';
import { HOUR, MINUTE, SECOND, YEAR } from './time.ts';
import type { Contract } from './contract.ts';

const letters = (text: string) => [...text].map((name) => ({ name }));

export function declareSequences({ destination, newPlace, test }: Contract): void {
	test('gives each lead once, whenever it comes', [], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		const seen: string[][] = [await poller.poll()];
		for (const names of ['m', 'az', '', 'b', '', 'c']) {
			await place.insert(letters(names));
			seen.push(await poller.poll(), await poller.poll());
			place.pass(7 * MINUTE);
		}
		expect(seen.flat()).toEqual(['m', 'a', 'z', 'b', 'c']);
	});

	const still = 'leaves the cursor as it is, but for its revision, when nothing came';
	test(still, ['progressByRecords'], async () => {
		const place = await newPlace();
		const writtenAt = place.now() - MINUTE;
		await place.insert([...'ab'].map((name) => ({ name, writtenAt })));
		const poller = new Poller(place);
		await poller.poll();
		const { revision, ...cursor } = poller.cursor!;
		place.pass(HOUR);
		expect(await poller.poll()).toEqual([]);
		expect(poller.cursor).toEqual({ ...cursor, revision: revision + 1 });
	});

	test('tells records of the same instant apart', [], async () => {
		const place = await newPlace();
		const writtenAt = place.now() - MINUTE;
		const poller = new Poller(place);
		await place.insert(['b', 'd'].map((name) => ({ name, writtenAt })));
		expect(await poller.poll()).toEqual(['b', 'd']);
		await place.insert(['a', 'c', 'e'].map((name) => ({ name, writtenAt })));
		expect(await poller.poll()).toEqual(['a', 'c', 'e']);
		expect(await poller.poll()).toEqual([]);
		const watermark = watermarkAt(writtenAt, destination);
		expect(poller.cursor).toMatchObject({ watermark, scan: null });
	});

	test('divides records of the same instant over polls', [], async () => {
		const place = await newPlace();
		const writtenAt = place.now() - MINUTE;
		await place.insert([...'abcdefg'].map((name) => ({ name, writtenAt })));
		const poller = new Poller(place, { parameters: { maxLeads: 2 } });
		const polls = [];
		for (let count = 0; count < 5; count += 1) polls.push(await poller.poll());
		expect(polls.map(({ length }) => length)).toEqual([2, 2, 2, 1, 0]);
		expect(polls.flat().sort()).toEqual([...'abcdefg']);
	});

	test('finds a record that shows only after later ones', ['lateRecords'], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await place.insertLate([{ name: 'late' }]);
		place.pass(MINUTE);
		await place.insert(letters('az'));
		// A watermark ends at the scan's beginning, which a service tells in whole seconds: it is the
		// time of the latest record only once that is surely over.
		place.pass(MINUTE);
		expect(await poller.poll()).toEqual(['a', 'z']);
		const { watermark: before } = poller.cursor!;
		place.showLate();
		expect(await poller.poll()).toEqual(['late']);
		// The late one does not take the watermark back.
		const watermark = watermarkAt(before, destination);
		expect(poller.cursor).toMatchObject({ watermark, scan: null });
		expect(poller.cursor!.watermark).toBeGreaterThanOrEqual(before);
		expect(await poller.poll()).toEqual([]);
	});

	test(
		'does not take a record for new that was edited at once, in a while, in years',
		['edits'],
		async () => {
			const place = await newPlace();
			await place.insert(letters('ab'));
			const poller = new Poller(place);
			expect(await poller.poll()).toEqual(['a', 'b']);
			const times = [SECOND, 30 * MINUTE, 3 * YEAR];
			for (const [turn, time] of times.entries()) {
				const { watermark } = poller.cursor!;
				place.pass(time);
				await place.edit('a');
				await place.insert([{ name: `new ${turn}` }]);
				expect(await poller.poll()).toEqual([`new ${turn}`]);
				expect(await poller.poll()).toEqual([]);
				expect(poller.cursor?.watermark).toBeGreaterThanOrEqual(watermark + time);
			}
			place.pass(YEAR);
			await place.edit('a', 'b');
			expect(await poller.poll()).toEqual([]);
		},
	);

	test('moves the watermark by edits alone', ['edits', 'editsMoveClock'], async () => {
		const place = await newPlace();
		await place.insert(letters('ab'));
		const poller = new Poller(place);
		await poller.poll();
		const { watermark } = poller.cursor!;
		place.pass(YEAR);
		await place.edit('a', 'b');
		expect(await poller.poll()).toEqual([]);
		expect(poller.cursor?.watermark).toBeGreaterThanOrEqual(watermark + YEAR);
	});

	test('gives a record once that was edited before it was ever read', ['edits'], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await poller.poll();
		await place.insert(letters('a'));
		await place.edit('a');
		expect(await poller.poll()).toEqual(['a']);
		expect(await poller.poll()).toEqual([]);
	});

	test('leaves what comes behind a scan in progress to the next one', [], async () => {
		const place = await newPlace();
		await place.insert(letters('hijklm'));
		const poller = new Poller(place, { parameters: { maxLeads: 3 } });
		const first = await poller.poll();
		expect(first).toHaveLength(3);
		expect(poller.cursor).toMatchObject({ watermark: 0, scan: { position: expect.anything() } });
		const startedAt = poller.cursor?.scan?.startedAt;
		place.pass(MINUTE);
		await place.insert(letters('a'));
		// Longer than any destination's overlap: it must not be the overlap that finds "a".
		place.pass(2 * HOUR);
		await place.insert(letters('z'));
		const rest = await poller.drain();
		// The watermark stays where the scan began, so that the next one reads from there on.
		expect(poller.cursor!.watermark).toBeLessThanOrEqual(startedAt!);
		const next = await poller.drain();
		expect([...first, ...rest, ...next].sort()).toEqual([...'ahijklmz']);
		expect(await poller.drain()).toEqual([]);
	});

	test('keeps a record that an edit moves while a scan is in progress', ['edits'], async () => {
		const place = await newPlace();
		await place.insert(letters('hijklm'));
		const poller = new Poller(place, { parameters: { maxLeads: 3 } });
		const first = await poller.poll();
		place.pass(2 * HOUR);
		await place.edit(...'hijklm');
		expect([...first, ...(await poller.drain())].sort()).toEqual([...'hijklm']);
		expect(await poller.drain()).toEqual([]);
	});

	test('gives the leads to one of two polls that overlap', [], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await poller.poll();
		await place.insert(letters('abc'));
		const both = await Promise.all([poller.poll(), poller.poll()]);
		expect(both.map((names) => names.join('')).sort()).toEqual(['', 'abc']);
		const { revision } = poller.cursor!;
		expect(revision).toBe(1);
		await place.insert(letters('d'));
		expect(await poller.poll()).toEqual(['d']);
		expect(poller.cursor?.revision).toBe(2);
	});

	test('gives the leads to the one of two overlapping polls that is answered', [], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await place.insert(letters('abc'));
		place.fault({ kind: 'cut', where: 'inResponse' });
		const both = await Promise.allSettled([poller.poll(), poller.poll()]);
		const given = both.flatMap((poll) => (poll.status === 'fulfilled' ? poll.value : []));
		expect([...given, ...(await poller.drain())].sort()).toEqual([...'abc']);
	});

	for (const [name, skew] of [
		['behind', -HOUR],
		['ahead of', HOUR],
	] as const) {
		test(`is right with a service whose clock is an hour ${name} ours`, [], async () => {
			const place = await newPlace();
			place.pass(skew);
			const polled: string[][] = [];
			for (const startFrom of ['all', 'now']) {
				const poller = new Poller(place, { parameters: { startFrom } });
				polled.push(await poller.poll());
				place.pass(2 * SECOND);
				await place.insert([{ name: `after ${startFrom}` }]);
				polled.push(await poller.poll(), await poller.poll());
				const { watermark } = poller.cursor!;
				expect(Math.abs(watermark - place.now())).toBeLessThan(HOUR / 2);
				const newest = await poller.manual();
				expect(namesOf([newest])).toEqual([`after ${startFrom}`]);
				place.pass(2 * SECOND);
			}
			expect(polled).toEqual([[], ['after all'], [], [], ['after now'], []]);
		});
	}
}
