import type { Fault } from '../../fakeServers/faults.ts';
import { Poller } from './poller.ts';
import { expectHelpful, errorOf } from './errors.ts';
import { SECOND } from './time.ts';
import type { Contract } from './contract.ts';

const PER_PAGE = 4;
const PAGES = 3;
const NAMES = Array.from({ length: PER_PAGE * PAGES }, (_, at) => `lead ${at + 10}`);

/** Longer than any poll may take. */
const NEVER = 600;
/**
 * Milliseconds that n8n gives a poll which has to run out of time: less than the 20 s that Marketo's rate is
 * waited for, and enough for all else on a busy machine.
 */
const SHORT_BUDGET = 19 * SECOND;

const FAULTS: Array<[name: string, fault: Fault]> = [
	['throttles and asks to wait a second', { kind: 'refused', why: 'throttled', waitSeconds: 1 }],
	[
		'throttles and asks to wait for long',
		{ kind: 'refused', why: 'throttled', waitSeconds: NEVER },
	],
	['is busy and asks to wait a second', { kind: 'refused', why: 'busy', waitSeconds: 1 }],
	['is busy and asks to wait for long', { kind: 'refused', why: 'busy', waitSeconds: NEVER }],
	['is broken for once', { kind: 'refused', why: 'broken' }],
	['cuts the connection before the response', { kind: 'cut', where: 'beforeResponse' }],
	['cuts the connection in the response', { kind: 'cut', where: 'inResponse' }],
	['responds too late', { kind: 'slow', milliseconds: NEVER * SECOND }],
];

export function declareFailures({ destination, newPlace, test }: Contract): void {
	const pagedPlace = async () => {
		const place = await newPlace();
		await place.insert(NAMES.map((name) => ({ name })));
		place.shapePages({ records: PER_PAGE });
		return place;
	};

	for (const [name, fault] of FAULTS) {
		const runsOutOfTime = fault.kind === 'slow' || 'waitSeconds' in fault;
		const retried = destination.retries(fault);
		const options = runsOutOfTime && !retried ? { budget: SHORT_BUDGET } : {};

		test(`that ${name} on any page costs no lead`, [], async () => {
			// One after the other: the waits of one would be time that passes for the others.
			for (let page = 0; page < PAGES; page += 1) {
				const place = await pagedPlace();
				const poller = new Poller(place);
				place.fault(fault, { page });
				if (retried) {
					expect(await poller.poll(options)).toEqual(NAMES);
					expect(poller.cursor).toMatchObject({ scan: null });
				} else if (page === 0) {
					expectHelpful(await errorOf(poller.poll(options)), place);
					expect(poller.cursor).toBeUndefined();
					expect(await poller.poll()).toEqual(NAMES);
				} else {
					const given = await poller.poll(options);
					// The pages before it, and the cursor just behind them.
					expect(given).toHaveLength(page * PER_PAGE);
					expect(poller.cursor).toMatchObject({
						watermark: 0,
						scan: { position: expect.anything() },
					});
					const before = place.traffic();
					const rest = await poller.restarted().drain();
					expect([...given, ...rest].sort()).toEqual(NAMES);
					expect(place.traffic(before).records).toBe(rest.length);
				}
				expect(place.faultsLeft()).toBe(0);
			}
		});
	}

	test('that refuses again and again is told in words that help', [], async () => {
		for (const why of ['throttled', 'busy'] as const) {
			const place = await pagedPlace();
			const poller = new Poller(place);
			await poller.poll();
			await place.insert([{ name: 'waiting' }]);
			const kept = poller.kept();
			place.fault({ kind: 'refused', why, waitSeconds: 0 }, { times: Infinity });
			expectHelpful(await errorOf(poller.poll()), place);
			expect(poller.kept()).toEqual(kept);
			place.fault({ kind: 'cut', where: 'beforeResponse' }, { times: 0 });
			expect(await poller.poll()).toEqual(['waiting']);
		}
	});

	test('that refuses the activation keeps nothing', [], async () => {
		for (const startFrom of ['all', 'now']) {
			const place = await pagedPlace();
			const poller = new Poller(place, { parameters: { startFrom } });
			place.fault({ kind: 'cut', where: 'inResponse' }, { times: Infinity });
			expectHelpful(await errorOf(poller.poll()), place);
			expect(poller.cursor).toBeUndefined();
		}
	});

	test(
		'with nothing but empty responses for a while is read to its end',
		['emptyPages'],
		async () => {
			for (const emptyPages of [1, 3]) {
				const place = await pagedPlace();
				place.shapePages({ records: PER_PAGE, emptyPages });
				const poller = new Poller(place);
				expect(await poller.poll()).toEqual(NAMES);
				await place.insert([{ name: 'new' }]);
				expect(await poller.poll()).toEqual(['new']);
				expect(await poller.poll()).toEqual([]);
			}
		},
	);

	test('is read to its end over any number of polls', ['emptyPages'], async () => {
		const place = await pagedPlace();
		place.shapePages({ records: PER_PAGE, emptyPages: 2 });
		const poller = new Poller(place, { parameters: { maxLeads: 5 } });
		expect(await poller.drain()).toEqual(NAMES);
		expect(await poller.drain()).toEqual([]);
	});

	test(
		'that fails on an empty response in between is read from there',
		['emptyPages'],
		async () => {
			const place = await pagedPlace();
			place.shapePages({ records: PER_PAGE, emptyPages: 1 });
			const poller = new Poller(place);
			// Empty, records, empty: the fourth response is the second with records.
			place.fault({ kind: 'cut', where: 'inResponse' }, { page: 2, times: Infinity });
			const given = await poller.poll();
			expect(given).toHaveLength(PER_PAGE);
			place.fault({ kind: 'cut', where: 'inResponse' }, { times: 0 });
			expect([...given, ...(await poller.drain())].sort()).toEqual(NAMES);
		},
	);
}
