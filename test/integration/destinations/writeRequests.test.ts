/** How many requests writing takes, held against a client that writes as many leads at a time and looks for none. */
import type { INodeParameters } from 'n8n-workflow';

import { processCache } from '../../../nodes/destinations/processCache.ts';
import {
	BARE_WRITERS,
	bareLeads,
	LEADS_A_CALL,
	toRow,
} from '../../../scripts/bench/writeClients.ts';
import type { BareWriterName } from '../../../scripts/bench/writeOrder.ts';
import { PLACES } from '../../support/places/index.ts';
import { asItems, run, type WritePlace } from '../../support/places/place.ts';

/** Many calls of any vendor's. */
const LEADS = 2_000;
const AIM = 1.5;
/** What is there already is looked up once for each call at most. */
const LOOK_UPS = 1;

const leads = (round: string) => bareLeads(round, LEADS);

const items = (round: string) => asItems(...leads(round).map(toRow));

/** A form takes a call for each lead, by whichever client: persons are what a call holds several of. */
const PARAMETERS: Readonly<Record<string, INodeParameters>> = {
	marketo: { marketoMethod: 'upsertPerson' },
};

it.each(Object.keys(BARE_WRITERS) as BareWriterName[])(
	'%s',
	async (client) => {
		const places = await PLACES[client]();
		const counted = async (work: (place: WritePlace) => Promise<void>): Promise<number> => {
			const place = await places.newPlace();
			const before = place.traffic().requests;
			try {
				await work(place);
				expect((await place.records()).length).toBe(LEADS);
				return place.traffic().requests - before;
			} finally {
				await place.stop();
			}
		};
		const parameters = PARAMETERS[client] ?? {};
		try {
			const bare = await counted(async (place) => {
				Object.assign(place.writing, parameters);
				const credential = place.credential as Record<string, string>;
				const order = { client, credential, parameters: place.writing };
				await BARE_WRITERS[client](order as never, leads('bare'));
			});
			processCache.clear();
			const ours = await counted(async (place) => {
				Object.assign(place.writing, parameters);
				const output = await run(place, 'createLeads', items('ours'), { parameters });
				const outcomes = output.map(
					({ json }) => (json['written'] as { outcome?: string } | undefined)?.outcome,
				);
				expect(new Set(outcomes)).toEqual(new Set(['created']));
			});
			const calls = Math.ceil(LEADS / LEADS_A_CALL[client]);
			expect(ours).toBeLessThanOrEqual(bare * AIM + calls * LOOK_UPS);
			expect(bare).toBeGreaterThanOrEqual(calls);
		} finally {
			await places.stop();
		}
	},
	600_000,
);
