import { namesOf, Poller } from './poller.ts';
import { expectHelpful, errorOf } from './errors.ts';
import { DAY, HOUR, MINUTE, YEAR } from './time.ts';
import type { Contract } from './contract.ts';

export function declareManual({ destination, newPlace, test }: Contract): void {
	const expectSample = async (poller: Poller, reason: RegExp) => {
		const lead = await poller.manual();
		expect(lead).toMatchObject({
			id: `sample-${destination.destination}`,
			destination: destination.destination,
			isTest: true,
			customer: { fullName: 'Example Customer' },
			warnings: [expect.stringMatching(reason)],
		});
	};

	test('gives the newest lead and leaves what is kept as it is', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'm', createdAt: place.now() - MINUTE }]);
		const poller = new Poller(place);
		await poller.poll();
		await place.insert([
			{ name: 'b' },
			{ name: 'a', createdAt: place.now() - DAY },
			{ name: 'z', createdAt: place.now() - HOUR },
		]);
		const kept = JSON.stringify(poller.kept());
		expect(namesOf([await poller.manual()])).toEqual(['b']);
		expect(namesOf([await poller.manual()])).toEqual(['b']);
		expect(JSON.stringify(poller.kept())).toBe(kept);
		// Without a time of their own, leads of yesterday were written yesterday: far too late by now.
		const { ownCreationTime: hasNone } = destination.cannot;
		expect(await poller.poll()).toEqual(hasNone ? ['b'] : ['a', 'b', 'z']);
	});

	test('keeps nothing where nothing was kept', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a' }]);
		for (const startFrom of ['all', 'now']) {
			const poller = new Poller(place, { parameters: { startFrom } });
			expect(namesOf([await poller.manual()])).toEqual(['a']);
			expect(poller.kept()).toEqual({});
		}
	});

	test('finds the newest lead when all are years old', [], async () => {
		const place = await newPlace();
		await place.insert(
			[2, 1, 3].map((years) => ({ name: `${years}`, writtenAt: place.now() - years * YEAR })),
		);
		expect(namesOf([await new Poller(place).manual()])).toEqual(['1']);
	});

	test('gives the newest lead that the filters let through', [], async () => {
		const place = await newPlace();
		await place.insert([
			{ name: 'older', leadSource: 'SPZA-PLT|contoso.a', createdAt: place.now() - 2 * DAY },
			{ name: 'old', leadSource: 'SPZA-PLT|contoso.a', createdAt: place.now() - DAY },
			{ name: 'new', leadSource: 'SPZA-INS|contoso.a' },
		]);
		const filtered = (filters: object) => new Poller(place, { parameters: { filters } as never });
		expect(namesOf([await filtered({ actions: ['PLT'] }).manual()])).toEqual(['old']);
		await expectSample(
			filtered({ actions: ['DNC'] }),
			/made-up sample lead.* 3 leads of the last 30 days found in .*; none of them passes the Filters\.$/,
		);
	});

	test('gives a sample lead while there is none', [], async () => {
		await expectSample(
			new Poller(await newPlace()),
			/made-up sample lead.* holds no lead \(yet\)\.$/,
		);
	});

	test('gives a sample lead while the place is not there yet', ['absentPlace'], async () => {
		const poller = new Poller(await newPlace({ absent: true }));
		await expectSample(poller, /made-up sample lead.* does not exist \(yet\)/);
		expect(poller.kept()).toEqual({});
	});

	test('reads past empty responses', ['emptyPages'], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a', createdAt: place.now() - DAY }, { name: 'b' }]);
		place.shapePages({ records: 1, emptyPages: 2 });
		expect(namesOf([await new Poller(place).manual()])).toEqual(['b']);
	});

	test('is refused in words that help where the destination refuses', [], async () => {
		const place = await newPlace();
		await place.insert([{ name: 'a' }]);
		const { badCredentials: credentials } = place;
		expectHelpful(await errorOf(new Poller(place, { credentials }).manual()), place);
		place.fault({ kind: 'cut', where: 'inResponse' }, { times: Infinity });
		expectHelpful(await errorOf(new Poller(place).manual()), place);
	});
}
