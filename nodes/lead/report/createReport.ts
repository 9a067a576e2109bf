import { asItIs, oneLine } from '../followUp/escape';
import { truncate } from '../text';
import { breakdownBy } from './breakdown';
import {
	Calendar,
	contains,
	dayText,
	lengthOf,
	mondayOf,
	periodText,
	weekOf,
	weekText,
} from './calendar';
import { conversionsOf } from './conversion';
import { compared, comparedShare } from './numbers';
import { qualityOf } from './quality';
import { silenceOf } from './silence';
import type {
	Compared,
	DayCount,
	DayRange,
	LeadReport,
	ReportEntry,
	ReportOptions,
	WeekCount,
} from './types';
import { forbidsContactAt, peopleOf, type Person, visitsIn } from './visits';
import { DIMENSIONS, subjectOf } from './words';

export const DEFAULT_ROWS = 10;
export const MAX_ROWS = 1_000;
/** Half a year; and a month, of which each day is told. */
const MAX_WEEKS = 26;
const MAX_DAYS = 31;
const MAX_TITLE = 200;

/**
 * The numbers of a period: what the leads and customers were, how far they came and what is odd about
 * them, beside those of the period before. Leads outside of both count for what needs the past: who is
 * new, who converted, what is usual. The same whatever the order of the entries. Linear in time and
 * memory but for the sorting.
 * @throws RangeError for a time zone that there is not
 */
export function createReport(entries: readonly ReportEntry[], options: ReportOptions): LeadReport {
	const { timeZone, includeTestLeads = false, maxRows = DEFAULT_ROWS } = options;
	const calendar = new Calendar(timeZone);
	const everybody = peopleOf(entries, calendar);
	const people = includeTestLeads
		? everybody
		: everybody.filter(({ customer }) => !customer.isTest);
	const today = calendar.dayOf(options.now);
	const period = options.period ?? wholeRange(people, today);
	// Of a period that has not ended, such as this month: nobody is silent on days that are still to come.
	const past = { ...period, last: Math.min(period.last, today) };
	const previous = options.period === undefined ? undefined : options.previousPeriod;

	const [now, before] = [
		totalsOf(people, period),
		previous === undefined ? EMPTY : totalsOf(people, previous),
	];
	const both = (name: keyof Totals): Compared =>
		compared(now[name], before[name], previous !== undefined);
	const customers = both('customers');
	// It may be the title of an offer, and becomes the subject of an email.
	const title = asItIs(oneLine(truncate(options.title, MAX_TITLE)));
	const leads = both('leads');
	const silence = silenceOf(people, past, maxRows);
	const report = {
		title,
		timeZone,
		period: periodText(period),
		previousPeriod: periodText(previous),
		leads,
		customers,
		newCustomers: comparedShare(both('newCustomers'), customers),
		repeatCustomers: comparedShare(both('repeatCustomers'), customers),
		doNotContact: comparedShare(both('doNotContact'), customers),
		by: Object.fromEntries(
			DIMENSIONS.map(([name]) => [name, breakdownBy(name, people, period, previous, maxRows)]),
		) as LeadReport['by'],
		days: daysOf(people, period, previous),
		weeks: weeksOf(people, past, today),
		conversions: conversionsOf(people, period, previous),
		silence,
		dataQuality: qualityOf(people, period, previous),
		leftOut: {
			testLeads: leadsOf(everybody) - leadsOf(people),
			...outside(people, period, previous),
		},
	};
	return { ...report, subject: subjectOf(report) };
}

interface Totals {
	leads: number;
	customers: number;
	newCustomers: number;
	repeatCustomers: number;
	doNotContact: number;
}

const EMPTY: Totals = {
	leads: 0,
	customers: 0,
	newCustomers: 0,
	repeatCustomers: 0,
	doNotContact: 0,
};

function totalsOf(people: readonly Person[], range: DayRange): Totals {
	const totals = { ...EMPTY };
	for (const person of people) {
		const visits = visitsIn(person, range);
		if (visits.length === 0) continue;
		totals.leads += visits.length;
		totals.customers++;
		if (visits[0] === person.visits[0]) totals.newCustomers++;
		if (visits.length > 1) totals.repeatCustomers++;
		if (forbidsContactAt(person, range.last)) totals.doNotContact++;
	}
	return totals;
}

/** From the first lead to the last one that is not of the future, by a clock that is wrong; else today. */
function wholeRange(people: readonly Person[], today: number): DayRange {
	let [first, last] = [today, -Infinity];
	for (const { visits } of people) {
		for (const { day } of visits) {
			if (day > today) continue;
			first = Math.min(first, day);
			last = Math.max(last, day);
		}
	}
	return { first, last: Math.max(first, last) };
}

function leadsOf(people: readonly Person[]): number {
	return people.reduce((sum, { visits }) => sum + visits.length, 0);
}

function outside(
	people: readonly Person[],
	period: DayRange,
	previous: DayRange | undefined,
): Pick<LeadReport['leftOut'], 'afterPeriod' | 'beforePeriods'> {
	let [beforePeriods, afterPeriod] = [0, 0];
	for (const { visits } of people) {
		for (const { day } of visits) {
			if (day > period.last) afterPeriod++;
			else if (!contains(period, day) && !(previous && contains(previous, day))) beforePeriods++;
		}
	}
	return { beforePeriods, afterPeriod };
}

/** Leads and customers by a number for each lead's time. */
function countBy(
	people: readonly Person[],
	numberOf: (day: number) => number | undefined,
): Map<number, { leads: number; customers: number }> {
	const counts = new Map<number, { leads: number; customers: number }>();
	for (const { visits } of people) {
		let latest: number | undefined;
		for (const { day } of visits) {
			const number = numberOf(day);
			if (number === undefined) continue;
			const count = counts.get(number) ?? { leads: 0, customers: 0 };
			counts.set(number, count);
			count.leads++;
			// Visits are in the order of their times, so one of the same day follows at once.
			if (number !== latest) count.customers++;
			latest = number;
		}
	}
	return counts;
}

function daysOf(
	people: readonly Person[],
	period: DayRange,
	previous: DayRange | undefined,
): DayCount[] {
	const length = lengthOf(period);
	if (length > MAX_DAYS) return [];
	const counts = countBy(people, (day) => day);
	return Array.from({ length }, (_, at) => {
		const { leads = 0, customers = 0 } = counts.get(period.first + at) ?? {};
		const earlier = previous === undefined ? undefined : previous.first + at;
		// A month may be longer than the one before.
		const isBoth = earlier !== undefined && previous !== undefined && contains(previous, earlier);
		const previousLeads = isBoth ? (counts.get(earlier)?.leads ?? 0) : 0;
		return { day: dayText(period.first + at), leads, customers, previousLeads };
	});
}

/** The last weeks that have leads, up to the one that the period ends in; none between them is left out. */
function weeksOf(people: readonly Person[], period: DayRange, today: number): WeekCount[] {
	const last = weekOf(period.last);
	const counts = countBy(people, (day) => (day > period.last ? undefined : weekOf(day)));
	const earliest = Math.max(last - MAX_WEEKS + 1, Math.min(last, ...firstOf(counts)));
	return Array.from({ length: last - earliest + 1 }, (_, at) => {
		const week = earliest + at;
		const { leads = 0, customers = 0 } = counts.get(week) ?? {};
		return {
			firstDay: dayText(mondayOf(week)),
			week: weekText(week),
			leads,
			customers,
			isWhole: mondayOf(week) + 6 <= Math.min(period.last, today - 1),
		};
	});
}

/** The smallest key, as a list; of the few that a million leads have, spreading them all is too many. */
function firstOf(counts: ReadonlyMap<number, unknown>): number[] {
	let first = Infinity;
	for (const week of counts.keys()) first = Math.min(first, week);
	return [first];
}
