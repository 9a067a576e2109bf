import { declareBadLeads } from './writeContract/badLeads.ts';
import type { WriteContract } from './writeContract/contract.ts';
import type { WrittenDestination } from './writeContract/destination.ts';
import { declareFailures } from './writeContract/failures.ts';
import { declareKept } from './writeContract/kept.ts';
import { declareRequests } from './writeContract/requests.ts';
import { declareSequences } from './writeContract/sequences.ts';
import { Written } from './writeContract/written.ts';
import { skipWaits } from './skippedWaits.ts';
import { PLACES } from './places/index.ts';
import type { Places, WritePlace } from './places/place.ts';

/**
 * What is promised of writing into every destination: each lead has one result, which says what stands
 * there, and whatever befalls the destination, a lead that is written again stands there once. The tests
 * are sequences of writes by the engine that the nodes use; they look at the results and at what
 * stands at the destination, by the ids in the results.
 */
export function writeContract(name: string, destination: WrittenDestination): void {
	describe(`writing into ${name}`, () => {
		skipWaits();
		let places: Places<WritePlace>;
		const open: WritePlace[] = [];
		beforeAll(async () => {
			places = await PLACES[destination.place]();
		});
		afterEach(async () => {
			await Promise.all(open.splice(0).map(async (place) => await place.stop()));
		});
		afterAll(async () => await places?.stop());

		const contract: WriteContract = {
			destination,
			async newPlace() {
				const place = await places.newPlace();
				open.push(place);
				return new Written(place, destination);
			},
			test(what, needs, run) {
				const reasons = needs.flatMap((ability) => destination.cannot[ability] ?? []);
				if (reasons.length === 0) test(what, run);
				else test.skip(`${what} (not with ${name}: ${reasons.join('; ')})`, run);
			},
		};
		describe('a sequence of writes', () => declareSequences(contract));
		describe('what is written keeps', () => declareKept(contract));
		describe('leads that are not taken', () => declareBadLeads(contract));
		describe('a destination that falters', () => declareFailures(contract));
		describe('requests', () => declareRequests(contract));
	});
}
