/** The engine for marking, on a destination in memory: what is asked for, and what comes of it. */
import type { LeadToMark, MarkResult } from '../../../nodes/destinations/contract';
import {
	DestinationError,
	type DestinationErrorDetails,
} from '../../../nodes/destinations/destinationError';
import { type BatchMarking, markLeads } from '../../../nodes/destinations/markLeads';

/** Waits between attempts pass at once: the clock is not what is tried here. */
jest.mock('node:timers/promises', () => ({
	setTimeout: async (_delay: number, value: unknown) => await Promise.resolve(value),
}));

const limits = () => ({ signal: new AbortController().signal, deadline: Date.now() + 600_000 });

const lead = (id: string): LeadToMark => ({ id, handledBy: 'Test', handledAt: 1 });
const leads = (count: number): LeadToMark[] =>
	Array.from({ length: count }, (_, at) => lead(`l${at}`));

const failure = (details: Partial<DestinationErrorDetails> = {}) =>
	new DestinationError('It did not go well', { code: 'other', description: '', ...details });
const busy = () => failure({ code: 'throttled', retryAfter: 0 });

const MARKED: MarkResult = { ok: true, outcome: 'marked' };
const MOVED_ON: MarkResult = { ok: true, outcome: 'alreadyHandled' };
const failed = (error: DestinationError): MarkResult => ({ ok: false, error });

/** What happens at a request, by the IDs it is about; nothing special where it says `undefined`. */
type Script = (
	ids: readonly string[],
	request: number,
) => Array<MarkResult | undefined> | undefined;

class Destination implements BatchMarking {
	readonly limits = { maxRecords: 10, concurrency: 1 };
	readonly requests: string[][] = [];
	readonly lookups: string[][] = [];
	findMovedOn: BatchMarking['findMovedOn'];

	constructor(private readonly script: Script = () => undefined) {}

	checkId(id: string): DestinationError | undefined {
		return /^l\d+$/.test(id) ? undefined : failure({ code: 'rejected' });
	}

	async send(batch: readonly LeadToMark[]): Promise<MarkResult[]> {
		await Promise.resolve();
		const ids = batch.map(({ id }) => id);
		this.requests.push(ids);
		const results = this.script(ids, this.requests.length);
		return ids.map((_id, at) => results?.[at] ?? MARKED);
	}

	/** Leads that a person has moved on; what else is told of a lead at its first look-up. */
	movedOn(...told: ReadonlyArray<string | [string, DestinationError]>): this {
		const errors = new Map(told.filter((one) => typeof one !== 'string'));
		this.findMovedOn = async (batch) => {
			await Promise.resolve();
			const ids = batch.map(({ id }) => id);
			this.lookups.push(ids);
			return ids.map((id) => {
				const error = errors.get(id);
				errors.delete(id);
				return error ?? told.includes(id);
			});
		};
		return this;
	}
}

it('packs leads, and gives one result for each in their order', async () => {
	const destination = new Destination();
	const given = [lead('none'), ...leads(12)];
	const [first, ...rest] = await markLeads(destination, given, limits());
	expect(first).toMatchObject({ ok: false, error: { code: 'rejected' } });
	expect(rest).toEqual(leads(12).map(() => MARKED));
	expect(destination.requests.map(({ length }) => length)).toEqual([10, 2]);
});

it('asks for nothing where there is nothing to mark', async () => {
	const destination = new Destination().movedOn();
	expect(await markLeads(destination, [], limits())).toEqual([]);
	expect(await markLeads(destination, [lead('none')], limits())).toHaveLength(1);
	expect([destination.requests, destination.lookups]).toEqual([[], []]);
});

it('leaves alone what a person has moved on', async () => {
	const destination = new Destination().movedOn('l1');
	const results = await markLeads(destination, leads(3), limits());
	expect(results).toEqual([MARKED, MOVED_ON, MARKED]);
	expect(destination.requests).toEqual([['l0', 'l2']]);
});

it('sends nothing where a person has moved all of them on', async () => {
	const destination = new Destination().movedOn('l0', 'l1');
	expect(await markLeads(destination, leads(2), limits())).toEqual([MOVED_ON, MOVED_ON]);
	expect(destination.requests).toEqual([]);
});

it('marks nothing of which it could not be told whether a person has moved it on', async () => {
	const gone = failure({ code: 'notFound' });
	const destination = new Destination().movedOn(['l1', gone]);
	expect(await markLeads(destination, leads(2), limits())).toEqual([MARKED, failed(gone)]);
	expect(destination.requests).toEqual([['l0']]);
});

it('tries again what may go well, and only that: neither marks nor looks up the others twice', async () => {
	const destination = new Destination((ids, request) =>
		request === 1 ? ids.map((id) => (id === 'l2' ? failed(busy()) : undefined)) : undefined,
	).movedOn('l0', ['l1', busy()]);
	const results = await markLeads(destination, leads(4), limits());
	expect(results).toEqual([MOVED_ON, MARKED, MARKED, MARKED]);
	expect(destination.requests).toEqual([
		['l2', 'l3'],
		['l1', 'l2'],
	]);
	expect(destination.lookups).toEqual([['l0', 'l1', 'l2', 'l3'], ['l1']]);
});

it('goes on with other batches where one lead is busy to the end', async () => {
	const destination = new Destination((ids) =>
		ids.map((id) => (id === 'l3' ? failed(busy()) : undefined)),
	);
	const results = await markLeads(destination, leads(20), limits());
	expect(results.filter(({ ok }) => !ok)).toHaveLength(1);
	expect(results[3]).toMatchObject({ ok: false, error: { code: 'throttled' } });
	// The first attempt and three more.
	expect(destination.requests).toHaveLength(4 + 1);
});

it('gives up on the rest where a whole batch fails, and tells each what it was', async () => {
	const cause = failure({ code: 'authentication' });
	const destination = new Destination((_ids, request) => {
		if (request === 2) throw cause;
		return undefined;
	});
	const results = await markLeads(destination, leads(35), limits());
	expect(results).toEqual(leads(35).map((_lead, at) => (at < 10 ? MARKED : failed(cause))));
	expect(destination.requests).toHaveLength(2);
});

it('marks nothing once the time is up', async () => {
	const destination = new Destination();
	const late = { signal: AbortSignal.abort(), deadline: 0 };
	const results = await markLeads(destination, leads(2), late);
	expect(results).toMatchObject([{ error: { code: 'timeUp' } }, { error: { code: 'timeUp' } }]);
	expect(destination.requests).toEqual([]);
});

it('takes a response with a result missing for no success', async () => {
	const destination = new Destination();
	destination.send = async () => await Promise.resolve([MARKED]);
	const results = await markLeads(destination, leads(2), limits());
	expect(results).toMatchObject([MARKED, { ok: false, error: { code: 'unexpectedResponse' } }]);
});
