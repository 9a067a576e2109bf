import type { WriteContract } from './contract.ts';
import { countsOf } from './written.ts';

const MANY = 500;
/** Leads of this name are refused by the destination. */
const REFUSED = 'Turned Away';

export function declareBadLeads({ newPlace, test }: WriteContract): void {
	for (const [what, refused] of [
		['one in the middle', [250]],
		['the first and the last', [0, MANY - 1]],
		['some that follow one another', [100, 250, 251, 252, 417]],
	] as const) {
		test(`of ${MANY}, ${what}: all others are written, and once`, [], async () => {
			const place = await newPlace();
			place.refuse(REFUSED);
			const leads = Array.from({ length: MANY }, (_, at) =>
				place.lead(at, (refused as readonly number[]).includes(at) ? { name: REFUSED } : {}),
			);
			const results = await place.write(leads);
			const failed = results.flatMap(({ ok }, at) => (ok ? [] : [at]));
			expect(failed).toEqual([...refused]);
			expect(countsOf(results)).toMatchObject({ created: MANY - refused.length });
			await place.expectOnly(leads.filter((_, at) => !failed.includes(at)));

			// Written again, they fail again and nothing else changes.
			const again = await place.write(leads);
			expect(again.flatMap(({ ok }, at) => (ok ? [] : [at]))).toEqual([...refused]);
			await place.expectOnly(leads.filter((_, at) => !failed.includes(at)));
		});
	}

	test('all of them: each fails, and none is there', [], async () => {
		const place = await newPlace();
		place.refuse(REFUSED);
		const leads = Array.from({ length: 12 }, (_, at) => place.lead(at, { name: REFUSED }));
		const results = await place.write(leads);
		expect(results.map(({ ok }) => ok)).toEqual(Array(12).fill(false));
		await place.expectOnly([]);
	});
}
