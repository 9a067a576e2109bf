import { namesOf, Poller, watermarkAt } from './poller.ts';
import { expectHelpful, errorOf } from './errors.ts';
import { HOUR, YEAR } from './time.ts';
import type { Contract } from './contract.ts';

export function declareActivation({ destination, newPlace, test }: Contract): void {
	test('on a place that is not there yet waits for its first lead', ['absentPlace'], async () => {
		const place = await newPlace({ absent: true });
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual([]);
		expect(poller.cursor).toMatchObject({ watermark: 0, memory: {}, scan: null });
		await place.insert([{ name: 'first' }]);
		expect(await poller.poll()).toEqual(['first']);
		expect(await poller.poll()).toEqual([]);
	});

	test('on an empty place waits for its first lead', [], async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual([]);
		const watermark = watermarkAt(0, destination);
		expect(poller.cursor).toMatchObject({ watermark, memory: {}, scan: null });
		await place.insert([{ name: 'first' }]);
		expect(await poller.poll()).toEqual(['first']);
		expect(await poller.poll()).toEqual([]);
	});

	test('on a filled place gives every lead, by its id', [], async () => {
		const place = await newPlace();
		const written = place.now() - HOUR;
		const ids = await place.insert([
			{ name: 'old', writtenAt: written - 3 * YEAR },
			{ name: 'new', writtenAt: written },
		]);
		const poller = new Poller(place);
		const leads = await poller.leads();
		expect(namesOf(leads)).toEqual(['new', 'old']);
		expect(leads.map(({ id }) => id).sort()).toEqual([...ids].sort());
		for (const lead of leads) expect(lead.destination).toBe(destination.destination);
		const watermark = watermarkAt(written, destination);
		expect(poller.cursor).toMatchObject({ watermark, scan: null });
		expect(await poller.poll()).toEqual([]);
	});

	test('with a sign-in that is turned away is refused in words that help', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'there' }]);
		for (const parameters of [{}, { startFrom: 'now' }]) {
			const poller = new Poller(place, { credentials: place.badCredentials, parameters });
			const error = await errorOf(poller.poll());
			expectHelpful(error, place);
			expect(error).toMatchObject({ httpCode: expect.stringMatching(/^40[013]$/) });
			expect(poller.cursor).toBeUndefined();
		}
	});

	test(
		'with a sign-in that is turned away is refused before the first lead too',
		['absentPlace'],
		async () => {
			const place = await newPlace({ absent: true });
			const poller = new Poller(place, { credentials: place.badCredentials });
			expectHelpful(await errorOf(poller.poll()), place);
		},
	);
}
