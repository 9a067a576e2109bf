import { Poller, watermarkAt, withoutNodeData } from './poller.ts';
import { DAY, HOUR, MINUTE, SECOND, YEAR } from './time.ts';
import type { Contract } from './contract.ts';

const NOW = { parameters: { startFrom: 'now' } };
const fromDate = (startDate: string) => ({ parameters: { startFrom: 'date', startDate } });

export function declareStarts({ destination, newPlace, test }: Contract): void {
	test('from now passes over what is there', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'old', writtenAt: place.now() - YEAR }, { name: 'recent' }]);
		place.pass(2 * SECOND);
		const before = place.now();
		const poller = new Poller(place, NOW);
		expect(await poller.poll()).toEqual([]);
		expect(poller.cursor?.floor).toBeLessThanOrEqual(before);
		await place.insert([{ name: 'new' }]);
		expect(await poller.poll()).toEqual(['new']);
		expect(await poller.poll()).toEqual([]);
	});

	test('from now passes over edits of what was there', ['edits'], async () => {
		const place = await newPlace();
		const yearAgo = place.now() - YEAR;
		await place.insert([{ name: 'old', writtenAt: yearAgo, createdAt: yearAgo }]);
		await place.insert([{ name: 'recent' }]);
		place.pass(2 * SECOND);
		const poller = new Poller(place, NOW);
		await poller.poll();
		place.pass(MINUTE);
		await place.edit('old', 'recent');
		await place.insert([{ name: 'new' }]);
		expect(await poller.poll()).toEqual(['new']);
	});

	test(
		'from now on a place that is not there yet gives its first lead',
		['absentPlace'],
		async () => {
			const place = await newPlace({ absent: true });
			const poller = new Poller(place, NOW);
			expect(await poller.poll()).toEqual([]);
			place.pass(DAY);
			await place.insert([{ name: 'first' }]);
			expect(await poller.poll()).toEqual(['first']);
		},
	);

	test('from now is remembered where n8n keeps no cursor of an empty activation', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'old' }]);
		place.pass(2 * SECOND);
		const activated = new Poller(place, NOW);
		await activated.poll();
		await place.insert([{ name: 'between' }]);
		place.pass(2 * HOUR);
		const next = activated.restarted(withoutNodeData(activated.kept()), NOW);
		expect(next.cursor).toBeUndefined();
		expect(await next.poll()).toEqual(['between']);
		expect(await next.poll()).toEqual([]);
	});

	test('from now begins at now again after another start', [], async () => {
		const place = await newPlace();
		const first = new Poller(place, NOW);
		await first.poll();
		place.pass(HOUR);
		await place.insert([{ name: 'meanwhile' }]);
		place.pass(HOUR);
		const second = first.restarted(first.kept(), { parameters: { startFrom: 'all' } });
		expect(await second.poll()).toEqual(['meanwhile']);
		const third = second.restarted(second.kept(), NOW);
		expect(await third.poll()).toEqual([]);
		await place.insert([{ name: 'after' }]);
		expect(await third.poll()).toEqual(['after']);
	});

	test('from a date begins at that instant, in the time zone of the workflow', [], async () => {
		const place = await newPlace();
		// Midnight of 31 January 2026 in Tokyo, in New York, and in UTC.
		const [tokyo, newYork, utc] = [
			Date.UTC(2026, 0, 30, 15),
			Date.UTC(2026, 0, 31, 5),
			Date.UTC(2026, 0, 31),
		] as const;
		const instants = { tokyo, newYork, utc };
		for (const [name, instant] of Object.entries(instants)) {
			await place.insert([
				{ name: `just before ${name}`, writtenAt: instant - 1 },
				{ name, writtenAt: instant },
			]);
		}
		const first = async (startDate: string, timezone: string) => {
			const poller = new Poller(place, { ...fromDate(startDate), timezone });
			const names = await poller.poll();
			const watermark = watermarkAt(newYork, destination);
			expect(poller.cursor).toMatchObject({ watermark, scan: null });
			return { names, floor: poller.cursor?.floor };
		};
		const inNewYork = { names: ['newYork'], floor: newYork };
		const inUtc = { names: ['just before newYork', 'newYork', 'utc'], floor: utc };
		const inTokyo = { names: [...inUtc.names, 'just before utc', 'tokyo'].sort(), floor: tokyo };
		expect(await first('2026-01-31T00:00:00', 'Asia/Tokyo')).toEqual(inTokyo);
		expect(await first('2026-01-31T00:00:00', 'America/New_York')).toEqual(inNewYork);
		expect(await first('2026-01-31', 'UTC')).toEqual(inUtc);
		// A value that names its zone keeps it.
		expect(await first('2026-01-31T00:00:00Z', 'Asia/Tokyo')).toEqual(inUtc);
		expect(await first('2026-01-31T00:00:00-05:00', 'UTC')).toEqual(inNewYork);
	});

	test(
		'from a date passes over a lead made before it and written after',
		['ownCreationTime'],
		async () => {
			const place = await newPlace();
			const date = place.now() - DAY;
			await place.insert([
				{ name: 'made before', createdAt: date - 1, writtenAt: date + HOUR },
				{ name: 'made after', createdAt: date, writtenAt: date + HOUR },
			]);
			const poller = new Poller(place, fromDate(new Date(date).toISOString()));
			expect(await poller.poll()).toEqual(['made after']);
			expect(await poller.poll()).toEqual([]);
		},
	);

	test('from a date to come waits for it', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'too early' }]);
		const date = new Date(place.now() + DAY).toISOString();
		const poller = new Poller(place, fromDate(date));
		expect(await poller.poll()).toEqual([]);
		place.pass(DAY + MINUTE);
		await place.insert([{ name: 'in time' }]);
		expect(await poller.poll()).toEqual(['in time']);
	});

	test('begins anew when place or start are changed, and only then', ['secondSignIn'], async () => {
		const place = await newPlace();
		const other = await newPlace();
		await place.insert([{ name: 'here' }]);
		await other.insert([{ name: 'there' }]);
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual(['here']);
		const kept = poller.kept();
		const after = async (options: object) => {
			const changed = poller.restarted(kept, options);
			const names = await changed.poll();
			expect(await changed.poll()).toEqual([]);
			return names;
		};
		expect(await after({})).toEqual([]);
		expect(await after({ parameters: { maxLeads: 5 } })).toEqual([]);
		expect(await after({ parameters: { filters: { testLeads: 'exclude' } } })).toEqual([]);
		expect(await after({ parameters: { options: { includeRaw: true } } })).toEqual([]);
		expect(place.otherCredentials).toBeDefined();
		expect(await after({ credentials: place.otherCredentials })).toEqual([]);
		expect(await after(fromDate('2001-01-01T00:00:00Z'))).toEqual(['here']);

		const { parameters, credentials } = other;
		expect(await after({ parameters, credentials })).toEqual(['there']);
	});
}
