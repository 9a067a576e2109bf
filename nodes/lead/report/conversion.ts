import type { LeadStage } from '../types';
import { contains, DAY_MS } from './calendar';
import { compared, median, shareOf } from './numbers';
import type { Conversion, DayRange } from './types';
import type { Person } from './visits';

const WAYS: readonly (readonly [from: LeadStage, to: LeadStage])[] = [
	['initialInterest', 'trial'],
	['trial', 'active'],
	['initialInterest', 'active'],
];

/** How many customers went from one stage to a higher one, and how long that took them. */
export function conversionsOf(
	people: readonly Person[],
	period: DayRange,
	previous: DayRange | undefined,
): Conversion[] {
	return WAYS.map(([from, to]) => {
		let customers = 0;
		let [inPeriod, inPrevious] = [0, 0];
		const durations: number[] = [];
		for (const { visits } of people) {
			const known = visits.filter(({ day }) => day <= period.last);
			const first = known.findIndex(({ step }) => step.stage === from);
			if (first < 0) continue;
			customers++;
			const reached = known.slice(first).find(({ step }) => step.stage === to);
			const begun = known[first];
			if (reached === undefined || begun === undefined) continue;
			durations.push(reached.time - begun.time);
			if (contains(period, reached.day)) inPeriod++;
			if (previous !== undefined && contains(previous, reached.day)) inPrevious++;
		}
		return {
			from,
			to,
			customers,
			converted: durations.length,
			share: shareOf(durations.length, customers),
			medianDays: Math.round((median(durations) / DAY_MS) * 10) / 10,
			inPeriod: compared(inPeriod, inPrevious, previous !== undefined),
		};
	});
}
