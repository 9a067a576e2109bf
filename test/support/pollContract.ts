import { declareActivation } from './pollContract/activation.ts';
import { declareBacklogs } from './pollContract/backlog.ts';
import { declareFailures } from './pollContract/failures.ts';
import { declareFilters } from './pollContract/filters.ts';
import { declareGarbage } from './pollContract/garbage.ts';
import type { Contract } from './pollContract/contract.ts';
import type { DestinationServer, PolledDestination } from './pollContract/harness.ts';
import { declareManual } from './pollContract/manual.ts';
import { declareRestarts } from './pollContract/restarts.ts';
import { declareSequences } from './pollContract/sequences.ts';
import { declareStarts } from './pollContract/starts.ts';
import { skipWaits } from './skippedWaits.ts';

/**
 * What the Marketplace Lead CRM & Table Trigger promises of every destination: each lead once,
 * whatever the destination does and whatever n8n keeps. The tests are sequences of polls on
 * n8n-core's real PollContext; they look at the leads that come out and at the cursor that is kept.
 */
export function pollContract(name: string, destination: PolledDestination): void {
	describe(`polling ${name}`, () => {
		skipWaits({ ofLibraries: true });
		let server: DestinationServer;
		beforeAll(async () => {
			server = await destination.start();
		});
		afterAll(async () => await server?.stop());

		const contract: Contract = {
			destination,
			newPlace: async (options) => await server.newPlace(options),
			test(what, needs, run) {
				const reasons = needs.flatMap((ability) => destination.cannot[ability] ?? []);
				if (reasons.length === 0) test(what, run);
				else test.skip(`${what} (not with ${name}: ${reasons.join('; ')})`, run);
			},
		};
		describe('activation', () => declareActivation(contract));
		describe('a sequence of polls', () => declareSequences(contract));
		describe('a start', () => declareStarts(contract));
		describe('a cursor that n8n kept, or did not', () => declareRestarts(contract));
		describe('a destination that falters', () => declareFailures(contract));
		describe('a response that is not the destination’s', () => declareGarbage(contract));
		describe('filters', () => declareFilters(contract));
		describe('a backlog', () => declareBacklogs(contract));
		describe('a manual test', () => declareManual(contract));
	});
}
