import type { WriteContract } from './contract.ts';
import { enoughFor } from './destination.ts';
import { countsOf, idsOf, outcomesOf } from './written.ts';

export function declareSequences({ destination, newPlace, test }: WriteContract): void {
	const { changed } = destination.outcomes;
	const some = enoughFor(destination);
	const half = some >> 1;

	test('makes one record of each lead, at the id that its result says', [], async () => {
		const place = await newPlace();
		const leads = place.leads(some);
		expect(countsOf(await place.write(leads))).toEqual({ created: some });
		await place.expectOnly(leads);
	});

	test('asks nothing and gives nothing for no leads', [], async () => {
		const place = await newPlace();
		expect(await place.write([])).toEqual([]);
		expect(await place.place.records()).toEqual([]);
	});

	test('makes one record of a lead that comes several times', [], async () => {
		const place = await newPlace();
		const [a, b] = [place.lead(1), place.lead(2)];
		const results = await place.write([a, a, b, a, b]);
		expect(new Set(idsOf(results)).size).toBe(2);
		expect(outcomesOf(results).slice(0, 3)).toEqual(['created', 'unchanged', 'created']);
		await place.expectOnly([a, b]);
	});

	test('leaves of several versions of a lead the right one', ['versions'], async () => {
		const place = await newPlace();
		const others = place.leads(120, { from: 100 });
		const versions = ['Buyer', 'Head of Buying', 'Buyer', 'Owner'].map((title) =>
			place.lead(1, { title }),
		);
		const leads = versions.flatMap((version, at) => [
			version,
			...others.slice(at * 30, at * 30 + 30),
		]);
		const results = await place.write(leads);
		expect(results.every(({ ok }) => ok)).toBe(true);
		await place.expectOnly(leads);
		const record = (await place.place.records()).find(({ lastName }) => lastName === 'Sample 1');
		expect(record?.title).toBe(destination.stands === 'last' ? 'Owner' : 'Buyer');
	});

	test('knows a lead again that an earlier execution has written', [], async () => {
		const place = await newPlace();
		const leads = place.leads(some);
		const ids = idsOf(await place.write(leads));
		const results = await place.write(leads);
		expect(countsOf(results)).toEqual({ [place.place.again]: some });
		expect(idsOf(results)).toEqual(ids);
		await place.expectOnly(leads);
	});

	test('writes new leads among known ones, and changed ones to where they stand', [], async () => {
		const place = await newPlace();
		const ids = idsOf(await place.write(place.leads(some)));
		const [known, different] = [
			place.leads(half),
			place.leads(some - half, { from: half, title: 'Owner' }),
		];
		const leads = [...place.leads(50, { from: 1_000 }), ...known, ...different];
		const results = await place.write(leads);
		const counts: Record<string, number> = {};
		for (const [outcome, count] of [
			['created', 50],
			[place.place.again, known.length],
			[changed, different.length],
		] as const) {
			counts[outcome] = (counts[outcome] ?? 0) + count;
		}
		expect(countsOf(results)).toEqual(counts);
		expect(idsOf(results).slice(50)).toEqual(ids);
		await place.expectOnly(leads);
		const title = destination.stands === 'last' ? 'Owner' : 'Buyer';
		const stored = new Map((await place.place.records()).map((one) => [one.id, one.title]));
		expect(new Set(ids.slice(half).map((id) => stored.get(id)))).toEqual(new Set([title]));
	});

	test('writes for two executions at once, each lead of theirs once', [], async () => {
		const place = await newPlace();
		const [ours, theirs] = [place.leads(half), place.leads(half, { from: half })];
		const both = await Promise.all([place.writeUnchecked(ours), place.writeUnchecked(theirs)]);
		expect(countsOf(both.flat())).toEqual({ created: 2 * half });
		await place.expectOnly([...ours, ...theirs]);
	});

	test(
		'makes one record of a lead that two executions write at once',
		['sameLeadsAtOnce'],
		async () => {
			const place = await newPlace();
			const leads = place.leads(some);
			const [first, second] = await Promise.all([
				place.writeUnchecked(leads),
				place.writeUnchecked([...leads].reverse()),
			]);
			expect([...first, ...second].every(({ ok }) => ok)).toBe(true);
			expect(idsOf(first)).toEqual(idsOf(second).reverse());
			await place.expectOnly(leads);
		},
	);
}
