import type { Fault } from '../../fakeServers/faults.ts';
import type { WriteContract } from './contract.ts';
import { enoughFor } from './destination.ts';
import { passTime, timeWaited } from '../skippedWaits.ts';
import { countsOf, outcomesOf } from './written.ts';

/** Times that a fault strikes: more than there are requests. */
const FOR_EVER = 10_000;
const MINUTE = 60_000;

const page = (status: number): Fault => ({
	kind: 'garbage',
	what: {
		status,
		headers: { 'content-type': 'text/html; charset=utf-8' },
		body: () => Buffer.from('<!DOCTYPE html><html><body>Gateway</body></html>'),
	},
});

/** Of which all leads are written in the end. */
const PASSING: ReadonlyArray<[name: string, fault: Fault]> = [
	['asks to wait', { kind: 'refused', why: 'throttled', waitSeconds: 1 }],
	['is busy', { kind: 'refused', why: 'busy', waitSeconds: 1 }],
	['breaks inside', { kind: 'refused', why: 'broken' }],
	['hangs up before it takes anything', { kind: 'cut', where: 'beforeResponse' }],
	['takes it, and hangs up without a word', { kind: 'cut', where: 'afterTaking' }],
	['takes it, and hangs up in the response', { kind: 'cut', where: 'inResponse' }],
	['takes it, and its gateway runs out of time', page(504)],
];

export function declareFailures({ destination, newPlace, test }: WriteContract): void {
	const some = enoughFor(destination);
	const writes = destination.writes(some);
	/** The first request that writes, one in the middle, and the last. */
	const requests = [...new Set([0, writes >> 1, writes - 1])];

	for (const [name, fault] of PASSING) {
		test(`that ${name} once: all are written, and once`, [], async () => {
			for (const request of requests) {
				const place = await newPlace();
				const leads = place.leads(some);
				place.place.strike(fault, request);
				const results = await place.write(leads);
				expect(place.place.faultsLeft()).toBe(0);
				const { afterLoss = 'created' } = destination.outcomes;
				const outcomes = new Set(outcomesOf(results));
				expect([...outcomes].filter((one) => one !== 'created' && one !== afterLoss)).toEqual([]);
				await place.expectOnly(leads);
			}
		});
	}

	for (const [name, fault] of [...PASSING, ['sends a page of a proxy’s', page(200)]] as const) {
		test(`that ${name} from the middle on: tells what stands there`, [], async () => {
			const place = await newPlace();
			const leads = place.leads(some);
			place.place.strike(fault, requests[1], FOR_EVER);
			await place.write(leads);
			expect(place.place.faultsLeft()).toBeLessThan(FOR_EVER);
			// Whoever writes them again has each of them once.
			place.place.strike(fault, 0, 0);
			const second = await place.write(leads);
			expect(second.every(({ ok }) => ok)).toBe(true);
			await place.expectOnly(leads);
		});
	}

	test('that takes it without a word, and then asks to wait for ever: says so', [], async () => {
		const place = await newPlace();
		const leads = place.leads(some);
		place.place.strike({ kind: 'cut', where: 'afterTaking' }, requests[1]);
		place.place.meanwhile(
			() => {
				place.place.strike({ kind: 'refused', why: 'throttled', waitSeconds: 1 }, 0, FOR_EVER);
			},
			(requests[1] ?? 0) + 1,
		);
		const results = await place.write(leads);
		place.place.strike({ kind: 'refused', why: 'busy' }, 0, 0);
		expect(results.some(({ ok }) => !ok)).toBe(true);
		expect((await place.write(leads)).every(({ ok }) => ok)).toBe(true);
		await place.expectOnly(leads);
	});

	test('that is gone is not asked for each lead', [], async () => {
		const place = await newPlace();
		place.place.strike({ kind: 'cut', where: 'beforeResponse' }, 0, FOR_EVER);
		const before = place.place.traffic().requests;
		const results = await place.write(place.leads(some));
		expect(results.every(({ ok }) => !ok)).toBe(true);
		expect(place.place.traffic().requests - before).toBeLessThan(120);
		await place.expectOnly([]);
	});

	test('that asks to wait longer than there is time is not waited for', [], async () => {
		const place = await newPlace();
		const leads = place.leads(some);
		place.place.strike({ kind: 'refused', why: 'busy', waitSeconds: 90 }, requests[1]);
		const before = timeWaited();
		await place.write(leads, { deadline: Date.now() + MINUTE });
		expect(timeWaited() - before).toBeLessThan(MINUTE);
		expect((await place.write(leads)).every(({ ok }) => ok)).toBe(true);
		await place.expectOnly(leads);
	});

	test(
		'when the time is up half way: what had its turn is written, the rest says so',
		[],
		async () => {
			const place = await newPlace();
			const earlier = place.lead(10_000);
			await place.write([earlier]);
			const leads = place.leads(3 * some);
			place.place.meanwhile(() => passTime(11 * MINUTE), destination.writes(leads.length) >> 1);
			const results = await place.write(leads, { deadline: Date.now() + 10 * MINUTE });
			// What was on its way at that moment may have had no response.
			const { timeout: _, ...counts } = countsOf(results);
			expect(counts).toEqual({ created: expect.any(Number), timeUp: expect.any(Number) });
			expect((await place.write(leads)).every(({ ok }) => ok)).toBe(true);
			await place.expectOnly([earlier, ...leads]);
		},
	);

	test('when the execution is cancelled half way: tells what stands there', [], async () => {
		const place = await newPlace();
		const leads = place.leads(some);
		place.place.meanwhile(() => place.cancel(), requests[1]);
		const results = await place.write(leads);
		expect(results.some(({ ok }) => !ok)).toBe(true);
		const second = await place.write(leads);
		expect(second.every(({ ok }) => ok)).toBe(true);
		await place.expectOnly(leads);
	});

	test('that ends the session half way is signed in to again', ['sessions'], async () => {
		for (const request of requests) {
			const place = await newPlace();
			const leads = place.leads(some);
			place.place.meanwhile(() => place.place.endSession?.(), request);
			expect(countsOf(await place.write(leads))).toEqual({ created: some });
			await place.expectOnly(leads);
		}
	});

	test(
		'that takes the sign-in back half way: the rest says so, and little is asked',
		[],
		async () => {
			const place = await newPlace();
			const earlier = place.lead(10_000);
			await place.write([earlier]);
			const leads = place.leads(3 * some);
			let giveBack = () => {};
			let asked = 0;
			place.place.meanwhile(
				() => {
					giveBack = place.place.loseSignIn();
					asked = place.place.traffic().requests;
				},
				destination.writes(leads.length) >> 1,
			);
			const results = await place.write(leads);
			const counts = countsOf(results);
			expect(counts['authentication'] ?? 0).toBeGreaterThan(0);
			expect(counts['created']! + counts['authentication']!).toBe(leads.length);
			expect(place.place.traffic().requests - asked).toBeLessThan(40);
			giveBack();
			expect((await place.write(leads)).every(({ ok }) => ok)).toBe(true);
			await place.expectOnly([earlier, ...leads]);
		},
	);
}
