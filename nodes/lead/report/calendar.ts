import type { DayRange, ReportPeriod } from './types';

export const DAY_MS = 24 * 60 * 60 * 1000;
/** Every zone's clocks are a whole number of these apart from UTC. */
const QUARTER_MS = 15 * 60 * 1000;

/** Which day an instant is, in one zone. */
export class Calendar {
	private readonly format: Intl.DateTimeFormat;
	/** Making a date of an instant takes several times as long as looking it up. */
	private readonly days = new Map<number, number>();

	/** @throws RangeError for a zone that there is not */
	constructor(timeZone: string) {
		this.format = new Intl.DateTimeFormat('en', {
			...{ timeZone, calendar: 'gregory', numberingSystem: 'latn' },
			...{ year: 'numeric', month: 'numeric', day: 'numeric' },
		});
	}

	/** @param time epoch milliseconds */
	dayOf(time: number): number {
		const quarter = Math.floor(time / QUARTER_MS);
		const known = this.days.get(quarter);
		if (known !== undefined) return known;
		const parts: Partial<Record<string, number>> = {};
		for (const { type, value } of this.format.formatToParts(time)) parts[type] = Number(value);
		const { year = 1970, month = 1, day = 1 } = parts;
		// Date.UTC takes a year below 100 for one of the 20th century.
		const found = new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
		this.days.set(quarter, found);
		return found;
	}
}

/** 1900-01-01. Systems that have no date often give 0001-01-01. */
export const EARLIEST_DAY = Date.UTC(1900, 0, 1) / DAY_MS;

/** `2026-11-19` */
export function dayText(day: number): string {
	return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Weeks begin on Monday; 1970 began on a Thursday. */
export function weekOf(day: number): number {
	return Math.floor((day + 3) / 7);
}

export function mondayOf(week: number): number {
	return week * 7 - 3;
}

/** `2026-W47`: a week belongs to the year that its Thursday is in. */
export function weekText(week: number): string {
	const thursday = new Date((mondayOf(week) + 3) * DAY_MS);
	const year = thursday.getUTCFullYear();
	const first = Date.UTC(year, 0, 1);
	const number = Math.floor((thursday.getTime() - first) / (7 * DAY_MS)) + 1;
	return `${year}-W${String(number).padStart(2, '0')}`;
}

export function lengthOf({ first, last }: DayRange): number {
	return last - first + 1;
}

export function contains({ first, last }: DayRange, day: number): boolean {
	return day >= first && day <= last;
}

export function periodText(range: DayRange | undefined): ReportPeriod {
	if (range === undefined) return { firstDay: '', lastDay: '', days: 0 };
	return {
		firstDay: dayText(range.first),
		lastDay: dayText(range.last),
		days: lengthOf(range),
	};
}

export const PERIOD_NAMES = ['last7Days', 'last30Days', 'lastWeek', 'lastMonth'] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** Whole days before today, which has not ended: so a report is the same whenever it is made that day. */
export function periodBefore(today: number, name: PeriodName): DayRange {
	switch (name) {
		case 'last7Days':
			return { first: today - 7, last: today - 1 };
		case 'last30Days':
			return { first: today - 30, last: today - 1 };
		case 'lastWeek': {
			const monday = mondayOf(weekOf(today) - 1);
			return { first: monday, last: monday + 6 };
		}
		case 'lastMonth':
			return monthBefore(today);
	}
}

/**
 * The days before it: as many, or before a whole month the month. `undefined` where they would begin
 * before the earliest day, as before a period that ends in the year 9999.
 */
export function rangeBefore(range: DayRange): DayRange | undefined {
	const { first, last } = range;
	const month = monthBefore(last + 1);
	const isMonth = month.first === first && month.last === last;
	const before = isMonth ? monthBefore(first) : { first: first - lengthOf(range), last: first - 1 };
	return before.first < EARLIEST_DAY ? undefined : before;
}

/** The whole month before the one that a day is in. */
function monthBefore(day: number): DayRange {
	const date = new Date(day * DAY_MS);
	const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
	return {
		first: Date.UTC(year, month - 1, 1) / DAY_MS,
		last: Date.UTC(year, month, 1) / DAY_MS - 1,
	};
}
