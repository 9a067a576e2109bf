import type { WriteContract } from './contract.ts';
import { countsOf } from './written.ts';

const LEADS = 1_000;

export function declareRequests({ destination, newPlace, test }: WriteContract): void {
	test(`for ${LEADS} leads are no more than they were`, [], async () => {
		const place = await newPlace();
		// Not the first that are ever written, for which Azure's table is made.
		await place.write([place.lead(10_000)]);
		const requests: Record<string, number> = {};
		for (const [what, title] of [
			['created', 'Buyer'],
			['again', 'Buyer'],
			['changed', 'Owner'],
		] as const) {
			const before = place.place.traffic().requests;
			const results = await place.write(place.leads(LEADS, { title }));
			requests[what] = place.place.traffic().requests - before;
			const outcome = { created: what, again: place.place.again, ...destination.outcomes }[what];
			expect(countsOf(results)).toEqual({ [outcome]: LEADS });
		}
		const most = destination.requests;
		const grown = Object.entries(requests).filter(
			([what, count]) => count > most[what as keyof typeof most],
		);
		expect(grown).toEqual([]);
	});
}
