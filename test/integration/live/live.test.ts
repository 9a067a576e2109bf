/**
 * The destinations against the vendors themselves, where a variable of the environment says how to
 * get there, and written to only where another one says so: docs/live-tests.md. Everywhere else these
 * tests are skipped.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { DESTINATIONS } from '../../../nodes/destinations';
import { checkConnection } from '../../../nodes/destinations/check/checkConnection';
import type { DestinationDescription } from '../../../nodes/destinations/contract';
import { microsoftTestLead, parseLead } from '../../../nodes/lead';
import { cursorOrigin, type Cursor } from '../../../nodes/polling/cursor';
import { newestLead } from '../../../nodes/polling/newest';
import { poll } from '../../../nodes/polling/poll';
import type { LeadReader, PolledRow, Position } from '../../../nodes/polling/types';
import type { JsonObject } from '../../../nodes/lead';
import { destinationInput } from '../../support/destinationInput.ts';
import { openWriter } from '../../support/openWriter.ts';

const TIME_MS = 60_000;
/** Few enough to cost next to nothing of a daily quota. */
const MAX_LEADS = 5;
/** Milliseconds within which a written lead has to be found, and between two looks. */
const FOUND_TIME = 10 * 60_000;
const FOUND_PAUSE = Number(process.env.MARKETPLACE_LEADS_LIVE_PAUSE ?? 10) * 1_000;
/** Pages without rows that are read on from. */
const MAX_PAGES = 100;
/** Milliseconds that the clocks of this machine and of a service may be apart. */
const CLOCKS_APART = 10 * 60_000;

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

/** Of Node's, for each response that has come. */
const RESPONSES = 'http.client.response.finish';

/** The requests that are made meanwhile, each with the status of its response. */
async function requestsOf(work: () => Promise<void>): Promise<string[]> {
	const requests: string[] = [];
	const note = (message: unknown): void => {
		const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
		const [path] = request.path.split('?');
		requests.push(`${response.statusCode} ${request.method} ${path}`);
	};
	subscribe(RESPONSES, note);
	try {
		await work();
	} finally {
		unsubscribe(RESPONSES, note);
	}
	return requests;
}

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
		const time = 2 * TIME_MS + (needed.length - 1) * (FOUND_TIME + TIME_MS);
		if (text && !missing) test(name, async () => await run(JSON.parse(text) as LivePlace), time);
		else test.skip(`${name} (not without ${missing}, see docs/live-tests.md)`, () => undefined);
	};
	// A node that is copied out of the editor has only what differs from them.
	const defaults = Object.fromEntries(
		[...(reading?.properties ?? []), ...destination.writing.properties]
			.toReversed()
			.map(({ name, type, default: value }): [string, unknown] => [
				name,
				type === 'resourceLocator' ? Object(value).value : value,
			]),
	);
	const inputOf = ({ credential, parameters, options = {} }: LivePlace) =>
		destinationInput(credential, { ...defaults, ...parameters }, { options });

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

	live(
		'finds a lead that it has written, and writes it once',
		async (place) => {
			const input = inputOf(place);
			const lead = microsoftTestLead({ destination: destination.name, now: Date.now() });
			const writable = { lead, additional: place.additional ?? {} };
			const first = await openWriter(destination.writing, input);
			const [written] = await first.write([writable], limits());
			expect(written).toMatchObject({ ok: true });
			const id = written?.ok ? written.written.id : '';
			try {
				// Marketo shows a fill-out minutes later.
				const end = Date.now() + FOUND_TIME;
				while (!(await first.readBack(id, limits())) && Date.now() < end) await sleep(FOUND_PAUSE);
				const second = await openWriter(destination.writing, input);
				const [again] = await second.write([writable], limits());
				expect(again).toMatchObject({ ok: true, written: { id } });
				expect(again?.ok && again.written.outcome).toMatch(/^(?:unchanged|updated)$/);
			} finally {
				if (id !== '') await first.remove(id, limits());
			}
		},
		[variable, WRITE_VARIABLE],
	);

	if (destination.name === 'salesforce') {
		live(
			'leaves a lead that it writes to the user who it writes as',
			async (place) => {
				const writer = await openWriter(destination.writing, inputOf(place));
				const lead = microsoftTestLead({ destination: 'salesforce', now: Date.now() });
				const writable = { lead, additional: place.additional ?? {} };
				const [written] = await writer.write([writable], limits());
				expect(written).toMatchObject({ ok: true });
				const id = written?.ok ? written.written.id : '';
				try {
					const options = { ...place.options, additionalFields: ['OwnerId', 'CreatedById'] };
					const { reader } = await reading.open({
						...inputOf({ ...place, options }),
						wanted: { filter: {}, others: true },
					});
					const since = Date.now() - reader.overlap;
					const request = { since, position: null, pageSize: 200, isKnown: () => false };
					const end = Date.now() + FOUND_TIME;
					let found: PolledRow | undefined;
					while (!found && Date.now() < end) {
						const { rows } = await reader.readPage({ ...request, ...limits() });
						found = rows.find(({ key }) => key === id);
						if (!found) await sleep(FOUND_PAUSE);
					}
					const { OwnerId, CreatedById } = Object(found?.record) as Record<string, unknown>;
					expect(OwnerId).toMatch(/^005/);
					expect(OwnerId).toBe(CreatedById);
				} finally {
					if (id !== '') await writer.remove(id, limits());
				}
			},
			[variable, WRITE_VARIABLE],
		);
	}

	/** The first rows behind a place that has some, however many empty pages come before. */
	const rowsFrom = async (reader: LeadReader, from: Position | null): Promise<PolledRow[]> => {
		const request = { since: undefined, pageSize: MAX_LEADS, isKnown: () => false };
		const rows: PolledRow[] = [];
		let position = from;
		for (let page = 0; page < MAX_PAGES && rows.length < 2; page += 1) {
			const given = await reader.readPage({ ...request, ...limits(), position });
			rows.push(...given.rows);
			if (given.next === null) break;
			position = given.next;
		}
		return rows;
	};

	live('goes on behind a row in another session, in the same order', async (place) => {
		const one = await reading.open(inputOf(place));
		const rows = await rowsFrom(one.reader, null);
		const [first, second] = rows;
		// Nothing to go on to: the order can't be told.
		if (!first || !second) return;
		const other = await reading.open(inputOf(place));
		const behind = (await rowsFrom(other.reader, first.position)).filter(
			({ key }) => key !== first.key,
		);
		expect(behind[0]?.key).toBe(second.key);
	});

	live('goes on behind a page in another session, from the place that was kept', async (place) => {
		const request = { since: undefined, pageSize: 1, isKnown: () => false };
		const open = async () => (await reading.open(inputOf(place))).reader;
		const one = await open();
		let next: Position | null = null;
		for (let page = 0, rows = 0; rows === 0 && page < MAX_PAGES; page += 1) {
			const given = await one.readPage({ ...request, ...limits(), position: next });
			rows = given.rows.length;
			next = given.next;
			if (next === null) break;
		}
		// Nothing to go on to.
		if (next === null) return;
		const position = next;
		const requests = await requestsOf(async () => {
			await (await open()).readPage({ ...request, ...limits(), position });
		});
		expect(requests.length).toBeGreaterThan(0);
		// A place that is not taken costs a request that is turned away, or one for another place.
		expect(requests.filter((each) => /^[45]|pagingtoken/.test(each))).toEqual([]);
		const here = (await rowsFrom(one, position))[0]?.key;
		expect((await rowsFrom(await open(), position))[0]?.key).toBe(here);
	});

	live(
		'has a lead that was just written come in a poll within the overlap, once',
		async (place) => {
			const lead = microsoftTestLead({ destination: destination.name, now: Date.now() });
			const { identity } = await reading.open(inputOf(place));
			const start = { from: 'date', date: Date.now() - CLOCKS_APART } as const;
			const origin = cursorOrigin(identity, start);
			const accept = (record: unknown) => parseLead(record, { destination: destination.name });
			let cursor: Cursor | undefined;
			/** How often the lead comes in one poll, of an execution of its own. */
			const comes = async (): Promise<number> => {
				const { reader } = await reading.open(inputOf(place));
				let times = 0;
				do {
					const request = { reader, cursor, origin, start, accept, limit: 1_000 };
					const result = await poll({ ...request, ...limits() });
					times += result.leads.filter(({ customer }) =>
						[customer.email, customer.lastName].some(
							(text) => text !== '' && [lead.customer.email, lead.customer.lastName].includes(text),
						),
					).length;
					({ cursor } = result);
				} while (cursor.scan);
				return times;
			};
			expect(await comes()).toBe(0);
			const writer = await openWriter(destination.writing, inputOf(place));
			const writable = { lead, additional: place.additional ?? {} };
			const [written] = await writer.write([writable], limits());
			expect(written).toMatchObject({ ok: true });
			const id = written?.ok ? written.written.id : '';
			try {
				let times = 0;
				const end = Date.now() + FOUND_TIME;
				while ((times = await comes()) === 0 && Date.now() < end) await sleep(FOUND_PAUSE);
				expect(times).toBe(1);
				for (let again = 0; again < 3; again += 1) {
					await sleep(FOUND_PAUSE);
					expect(await comes()).toBe(0);
				}
			} finally {
				if (id !== '') await writer.remove(id, limits());
			}
		},
		[variable, WRITE_VARIABLE],
	);

	live('tells its time', async (place) => {
		const { reader } = await reading.open(inputOf(place));
		const request = { since: Date.now(), position: null, pageSize: 1, isKnown: () => false };
		const { serviceTime } = await reader.readPage({ ...request, ...limits() });
		expect(Math.abs((serviceTime ?? 0) - Date.now())).toBeLessThan(CLOCKS_APART);
	});

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
		const request = { reader, origin, start, accept, limit: MAX_LEADS };
		const first = await poll({ ...request, cursor: undefined, ...limits() });
		const second = await poll({ ...request, cursor: first.cursor, ...limits() });
		const ids = [...first.leads, ...second.leads].map(({ id }) => id);
		expect(new Set(ids).size).toBe(ids.length);
	});
});
