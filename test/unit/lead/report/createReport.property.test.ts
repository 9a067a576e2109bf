import fc from 'fast-check';

import { type Lead, type LeadReport, mergeLeads, type ReportEntry } from '../../../../nodes/lead';
import { reportHtml } from '../../../../nodes/lead/report';
import { anyLead } from '../merge/support';
import { march, report } from './support';

const RUNS = { numRuns: 200 };
const leads = fc.array(anyLead, { maxLength: 14 });
/** So that leads fall into both periods, before and after them. */
const OPTIONS = {
	period: { first: march(2), last: march(2) },
	previousPeriod: { first: march(1), last: march(1) },
	includeTestLeads: true,
	maxRows: 2,
};
const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);

const reportOf = (entries: readonly ReportEntry[], options = {}) =>
	report(entries, { ...OPTIONS, ...options });

/** Each lead once, as every number counts them. */
const once = (all: readonly Lead[]) =>
	mergeLeads(all).flatMap(({ customer }) => customer.journey.map((step) => step.time));

it('counts each lead in one row of every breakdown', () => {
	fc.assert(
		fc.property(leads, (all) => {
			const given = reportOf(all);
			for (const { rows, others } of Object.values(given.by)) {
				expect(rows.length).toBeLessThanOrEqual(2);
				const both = [...rows, others];
				expect(sum(both.map((row) => row.leads))).toBe(given.leads.count);
				expect(sum(both.map((row) => row.previousLeads))).toBe(given.leads.previous);
				for (const row of both) {
					expect(row.customers).toBeLessThanOrEqual(row.leads + given.customers.count);
				}
			}
			const whole = reportOf(all, { maxRows: 100 }).by.stage;
			expect(sum(whole.rows.map(({ customers }) => customers))).toBe(given.customers.count);
			expect(sum(given.days.map((day) => day.leads))).toBe(given.leads.count);
			expect(sum(given.days.map((day) => day.previousLeads))).toBe(given.leads.previous);
		}),
		RUNS,
	);
});

it('has every lead in a period or outside of both, once', () => {
	fc.assert(
		fc.property(leads, (all) => {
			const { leads: counted, leftOut } = reportOf([...all, ...all]);
			const times = once(all);
			const on = (day: number) => times.filter((time) => time.startsWith(`2026-03-0${day}`)).length;
			// Of those that Microsoft sends, the number in the text is the time.
			const ofTestLeads = times.filter((time) => time.startsWith('2018')).length;
			expect(counted).toMatchObject({ count: on(2), previous: on(1) });
			expect(leftOut).toEqual({ testLeads: 0, beforePeriods: ofTestLeads, afterPeriod: on(3) });
		}),
		RUNS,
	);
});

it('is the same in any order', () => {
	fc.assert(
		fc.property(leads, fc.func(fc.integer()), (all, rank) => {
			const other = all.toSorted((one, two) => rank(one) - rank(two));
			expect(reportOf(other)).toEqual(reportOf(all));
		}),
		RUNS,
	);
});

/** What only the leads themselves tell. */
function withoutLeadsOwn(given: LeadReport): object {
	const { by, dataQuality, ...others } = given;
	const { campaign: _campaign, ...known } = by;
	const quality = dataQuality.map(
		({ normalized: _now, previousNormalized: _before, ...one }) => one,
	);
	return { ...others, known, quality };
}

it('is the same of leads that were merged before', () => {
	fc.assert(
		fc.property(leads, fc.func(fc.boolean()), (all, isMerged) => {
			const merged = mergeLeads(all.filter((lead) => isMerged(lead.id))).map(
				({ customer }) => customer,
			);
			const mixed = [...merged, ...all.filter((lead) => !isMerged(lead.id))];
			expect(withoutLeadsOwn(reportOf(mixed))).toEqual(withoutLeadsOwn(reportOf(all)));
		}),
		RUNS,
	);
});

it('lets nobody convert who was not there, nor more than there were', () => {
	fc.assert(
		fc.property(leads, (all) => {
			for (const way of reportOf(all).conversions) {
				expect(way.converted).toBeLessThanOrEqual(way.customers);
				expect(way.inPeriod.count + way.inPeriod.previous).toBeLessThanOrEqual(way.converted);
				expect(way.medianDays).toBeGreaterThanOrEqual(0);
				const able = mergeLeads(all).filter(({ customer }) =>
					customer.journey.some(({ stage }) => stage === way.from),
				);
				expect(way.customers).toBeLessThanOrEqual(able.length);
			}
		}),
		RUNS,
	);
});

it('can be written as HTML, whatever the leads', () => {
	fc.assert(
		fc.property(leads, (all) => {
			expect(reportHtml(reportOf(all))).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
		}),
		RUNS,
	);
});
