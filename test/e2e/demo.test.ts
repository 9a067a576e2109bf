/** What `npm start` shows, as a test: every sample comes out of the example workflows exactly once. */
import { Demo } from '../../scripts/host/demo.ts';
import { SAMPLES } from '../../scripts/host/samples.ts';
import { startCrms } from '../fakeServers/leadDestinations.ts';
import { sharedHost } from './support/host.ts';
import { NEXT_POLL_MS } from './support/workflows.ts';

describe('the example workflows', () => {
	it(
		'give every sample exactly once, as expected',
		async () => {
			const host = await sharedHost();
			const authority = { ...host.outside.authority, stop: async () => undefined };
			const crms = await startCrms({ authority });
			const { seen, differences } = await new Demo(host, crms).run().finally(async () => {
				await Promise.all(crms.map(async (crm) => await crm.stop()));
			});
			expect(differences).toEqual([]);
			expect(seen).toHaveLength(SAMPLES.flatMap(({ leads }) => leads).length);
		},
		2 * NEXT_POLL_MS,
	);
});
