import { mergeLeads, parseLead } from '../../../../nodes/lead';
import { silenceOf as silenceIn } from '../../../../nodes/lead/report/silence';
import type { Person } from '../../../../nodes/lead/report/visits';
import { leadOf, march, report } from './support';

/** When all periods here have ended. */
const LATER = { now: Date.UTC(2026, 4, 1) };
const silenceOf = (days: readonly number[], lastDay: number, offer = 'contoso.crm') =>
	report(
		days.map((day) => leadOf(`c${day}`, day, `AzureMarketplace-INS|${offer}`)),
		{ ...LATER, period: { first: march(lastDay - 6), last: march(lastDay) } },
	).silence;
const everyday = [1, 2, 3, 4, 5, 6, 7];

it('says since when, and what is usual', () => {
	const { silent, ...counts } = silenceOf(everyday, 12);
	expect(silent).toEqual([
		expect.objectContaining({ offer: { id: '', title: '' } }),
		{
			offer: { id: 'contoso.crm', title: '' },
			...{ lastDay: '2026-03-07', days: 5, usualDays: 1, longDays: 1 },
			message: 'No lead for contoso.crm for 5 days. Usually there is one every day.',
		},
	]);
	expect(counts).toEqual({ others: 0, watchedOffers: 1, unwatchedOffers: 0 });
});

it.each([
	['a long weekend', everyday, 10],
	['twice the usual', [1, 4, 7, 10, 13, 16], 23],
	['an offer that has too few leads to tell', [1, 2, 3, 4, 5], 31],
	// On weekdays only.
	['weekends, where there are never any', [2, 3, 4, 5, 6, 9, 10, 11, 12, 13], 17],
])('is silent about %s', (_what, days, lastDay) => {
	expect(silenceOf(days, lastDay).silent).toEqual([]);
});

it('is not led astray by many leads at once, nor by one long gap', () => {
	const burst = Array.from({ length: 40 }, (_, at) =>
		leadOf(`burst${at}`, 3, 'AzureMarketplace-INS|contoso.crm'),
	);
	const others = [1, 5, 9, 13, 17, 21].map((day) => leadOf(`c${day}`, day));
	const at = (last: number) =>
		report([...burst, ...others], {
			...LATER,
			period: { first: march(last - 6), last: march(last) },
		}).silence.silent;
	expect(at(28)).toEqual([]);
	expect(at(31)).toEqual([]);
	expect(at(32)).toHaveLength(2);
	const oneGap = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24];
	expect(silenceOf(oneGap, 28).silent).toHaveLength(2);
});

it('does not hear what comes after the period', () => {
	expect(silenceOf([...everyday, 30], 12).silent).toHaveLength(2);
});

it('bounds the offers, the most unusual first', () => {
	const leads = Array.from({ length: 30 }, (_, offer) =>
		everyday.map((day) =>
			leadOf(`c${day}`, day + (offer === 17 ? 0 : 1), `AzureMarketplace-INS|contoso.o${offer}`),
		),
	).flat();
	const { silent, others } = report(leads, {
		period: { first: march(8), last: march(14) },
		maxRows: 3,
	}).silence;
	expect(silent.map(({ offer }) => offer.id).slice(0, 2)).toEqual(['', 'contoso.o17']);
	expect([silent.length, others]).toEqual([3, 28]);
});

/** The same numbers on every machine. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let word = Math.imul(state ^ (state >>> 15), 1 | state);
		word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
		return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
	};
}

const [{ customer: somebody } = { customer: undefined }] = mergeLeads([parseLead('SPZA-INS|a.b')]);
const [anyStep] = somebody!.journey;

/** Somebody who shows interest in one offer, on these days. */
function personOf(id: string, days: readonly number[]): Person {
	const step = { ...anyStep!, offer: { ...anyStep!.offer, id } };
	return {
		customer: somebody!,
		visits: days.map((day) => ({
			...{ time: day * 86_400_000, day: Math.floor(day) },
			...{ step, offer: step.offer, campaign: '', normalized: [] },
		})),
	};
}

it.each([0.15, 0.5, 1, 3])(
	'takes chance for silence in 2 of 100 at most, at %d leads a day, and finds every offer that ends',
	(rate) => {
		const next = random(7);
		const [offers, ends] = [1_000, 120];
		const gap = () => -Math.log(1 - next()) / rate;
		const people = Array.from({ length: offers }, (_, offer) => {
			const days: number[] = [];
			for (let day = gap(); day < ends; day += gap()) days.push(day);
			return personOf(`c.o${offer}`, days);
		});
		const at = (last: number) => silenceIn(people, { first: last - 6, last }, offers + 1);
		const before = at(ends - 1);
		expect(before.watchedOffers).toBeGreaterThan(offers * 0.95);
		expect(before.silent.length / offers).toBeLessThanOrEqual(0.02);
		const after = at(ends + Math.ceil(20 / rate) + 10);
		const silent = after.silent.filter(({ offer }) => offer.id !== '');
		expect(silent).toHaveLength(after.watchedOffers);
	},
);
