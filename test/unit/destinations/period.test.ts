/** The leads of a period, out of a reader whose pages a test makes. */
import { readPeriod } from '../../../nodes/polling/period';
import type { JsonValue, Lead } from '../../../nodes/lead';
import { parseLead } from '../../../nodes/lead';
import type { LeadReader, PageRequest, PolledRow } from '../../../nodes/polling/types';

const OVERLAP = 1_000;
const T = Date.UTC(2026, 2, 1);

interface Row {
	name: string;
	clock?: number;
	createdAt?: number;
}

const row = ({ name, clock = T, createdAt }: Row): PolledRow => ({
	key: name,
	clock,
	createdAt,
	position: { at: name },
	record: { UserDetails: { LastName: name } },
});

/** Gives these pages, the last of them without a next. */
class Pages implements LeadReader {
	readonly maxPageSize = 100;
	readonly overlap = OVERLAP;
	readonly selective = false;
	readonly requests: PageRequest[] = [];
	constructor(private readonly pages: readonly Row[][]) {}
	readPage(request: PageRequest) {
		const at = this.requests.push(request) - 1;
		const next = at + 1 < this.pages.length ? { page: at + 1 } : null;
		return Promise.resolve({ rows: this.pages[at]!.map(row), next, serviceTime: undefined });
	}
}

const accept = (record: JsonValue): Lead | undefined => {
	const lead = parseLead(record);
	return lead.customer.lastName.startsWith('not') ? undefined : lead;
};
const limits = (milliseconds = 5_000) => ({
	signal: new AbortController().signal,
	deadline: Date.now() + milliseconds,
});

async function names(
	pages: readonly Row[][],
	{ from, to }: { from?: number; to?: number } = {},
	limit = Number.POSITIVE_INFINITY,
): Promise<string[]> {
	const period = { from, to };
	const { leads, timeUp } = await readPeriod(new Pages(pages), period, limit, accept, limits());
	expect(timeUp).toBe(false);
	return leads.map(({ customer }) => customer.lastName);
}

it('goes on to the last page, empty ones too', async () => {
	expect(await names([[{ name: 'a' }], [], [{ name: 'b' }]])).toEqual(['a', 'b']);
	const reader = new Pages([[], []]);
	await readPeriod(reader, { from: T, to: undefined }, 1, accept, limits());
	expect(reader.requests).toMatchObject([
		{ since: T - OVERLAP, position: null, pageSize: 100 },
		{ since: T - OVERLAP, position: { page: 1 } },
	]);
});

it('goes by the lead’s own time, else by the record’s', async () => {
	const page = [
		{ name: 'before', clock: T - 1 },
		{ name: 'first' },
		{ name: 'last', clock: T + 9 },
		{ name: 'end', clock: T + 10 },
		{ name: 'written late', clock: T + 99, createdAt: T },
		{ name: 'edited late', clock: T + 99, createdAt: T - 1 },
		{ name: 'ahead of its record', clock: T - 1, createdAt: T },
	];
	expect(await names([page], { from: T, to: T + 10 })).toEqual([
		'first',
		'last',
		'written late',
		'ahead of its record',
	]);
});

it('gives each once, whatever comes up again', async () => {
	const twice = [
		[{ name: 'a' }, { name: 'b' }],
		[{ name: 'b' }, { name: 'c' }],
	];
	expect(await names(twice)).toEqual(['a', 'b', 'c']);
	const reader = new Pages(twice);
	await readPeriod(reader, { from: undefined, to: undefined }, 9, accept, limits());
	expect(reader.requests[1]!.isKnown('b')).toBe(true);
	expect(reader.requests[1]!.isKnown('d')).toBe(false);
});

it('counts towards the limit what is let through', async () => {
	const pages = [[{ name: 'not this' }, { name: 'a' }, { name: 'not that' }], [{ name: 'b' }]];
	expect(await names(pages, {}, 1)).toEqual(['a']);
	expect(await names([...pages, [{ name: 'c' }]], {}, 2)).toEqual(['a', 'b']);
});

it('tells what it has when the time is up', async () => {
	const late = await readPeriod(
		new Pages([[{ name: 'a' }]]),
		{ from: undefined, to: undefined },
		9,
		accept,
		limits(-1),
	);
	expect(late).toEqual({ leads: [], timeUp: true });
	const controller = new AbortController();
	const reader = new Pages([[{ name: 'a' }], [{ name: 'b' }]]);
	const given = { ...limits(), signal: controller.signal };
	const { leads, timeUp } = await readPeriod(
		reader,
		{ from: undefined, to: undefined },
		9,
		(record) => {
			controller.abort();
			return accept(record);
		},
		given,
	);
	expect([leads.length, timeUp]).toEqual([1, true]);
});
