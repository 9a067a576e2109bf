/**
 * The destinations against the vendors themselves, where a variable of the environment says how to
 * get there, and written to only where another one says so: docs/live-tests.md. Everywhere else these
 * tests are skipped.
 */
import { DESTINATIONS } from '../../../nodes/destinations';
import { checkConnection } from '../../../nodes/destinations/check/checkConnection';
import type { DestinationDescription } from '../../../nodes/destinations/contract';
import { microsoftTestLead, parseLead } from '../../../nodes/lead';
import { cursorOrigin } from '../../../nodes/polling/cursor';
import { newestLead } from '../../../nodes/polling/newest';
import { poll } from '../../../nodes/polling/poll';
import type { JsonObject } from '../../../nodes/lead';
import { destinationInput } from '../../support/destinationInput.ts';

const TIME_MS = 60_000;
/** Few enough to cost next to nothing of a daily quota. */
const MOST_LEADS = 5;

interface LivePlace {
	credential: Record<string, unknown>;
	parameters?: Record<string, unknown>;
	options?: Record<string, unknown>;
	/** Further fields of the test lead. */
	additional?: JsonObject;
}

const WRITE_VARIABLE = 'MARKETPLACE_LEADS_LIVE_WRITE';
const variableOf = ({ name }: DestinationDescription) =>
	`MARKETPLACE_LEADS_LIVE_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;

const limits = () => ({ signal: AbortSignal.timeout(TIME_MS), deadline: Date.now() + TIME_MS });

describe.each([...DESTINATIONS])('$displayName itself', (destination) => {
	const variable = variableOf(destination);
	const text = process.env[variable];
	const { reading } = destination;
	const live = (
		name: string,
		run: (place: LivePlace) => Promise<void>,
		needed: readonly string[] = [variable],
	) => {
		const missing = needed.filter((one) => !process.env[one]).join(' and ');
		const time = 2 * TIME_MS * needed.length;
		if (text && !missing) test(name, async () => await run(JSON.parse(text) as LivePlace), time);
		else test.skip(`${name} (not without ${missing}, see docs/live-tests.md)`, () => undefined);
	};
	const inputOf = ({ credential, parameters, options = {} }: LivePlace) =>
		destinationInput(credential, parameters, { options });

	live('takes the credential', async ({ credential }) => {
		await destination.testCredential(credential);
	});

	live(
		'has no check that fails, with a test lead',
		async (place) => {
			const { checks } = await checkConnection({
				destination,
				input: inputOf(place),
				mayOpenReader: reading !== undefined,
				testLead: microsoftTestLead({ destination: destination.name, now: Date.now() }),
				additional: place.additional ?? {},
				write: true,
				keep: false,
				stepTime: TIME_MS,
				signal: AbortSignal.timeout(3 * TIME_MS),
			});
			expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
		},
		[variable, WRITE_VARIABLE],
	);
	if (!reading) return;

	live('fills the lists of the editor', async (place) => {
		for (const list of Object.values(destination.lists)) {
			for (const entry of await list(inputOf(place))) {
				expect(entry).toEqual({ name: expect.any(String), value: expect.anything() });
			}
		}
	});

	live('gives each lead once', async (place) => {
		const { reader, identity } = await reading.open(inputOf(place));
		const accept = (record: unknown) => parseLead(record, { destination: destination.name });
		const newest = await newestLead(reader, accept, limits());
		if (newest) expect(newest.destination).toBe(destination.name);

		const start = { from: 'all' } as const;
		const origin = cursorOrigin(identity, start);
		const request = { reader, origin, start, accept, limit: MOST_LEADS };
		const first = await poll({ ...request, cursor: undefined, ...limits() });
		const second = await poll({ ...request, cursor: first.cursor, ...limits() });
		const ids = [...first.leads, ...second.leads].map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});
});
