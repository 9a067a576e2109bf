import { value } from '../followUp/escape';
import { offerKey } from '../identity/offerKey';
import { compareText } from '../merge/step';
import { truncate } from '../text';
import type { LeadOffer } from '../types';
import { dayText } from './calendar';
import { median, percentile } from './numbers';
import type { DayRange, LeadReport, SilentOffer } from './types';
import type { Person } from './visits';

/** Fewer days with leads tell nothing of how often they usually come. */
const MIN_DAYS = 6;
/** A long weekend is no sign of anything. */
const MIN_SILENCE = 3;
/** So many times what nine of ten gaps don't exceed: with leads by chance, one in a hundred is longer. */
const LONG_GAP = 0.9;
const FACTOR = 2.5;

/** Longest name in a sentence, in characters. */
const MAX_NAME = 80;

interface Watched {
	offer: Pick<LeadOffer, 'id' | 'title'>;
	namedAt: number;
	days: Set<number>;
}

/**
 * Offers whose last lead is longer ago than usual on the last day of the period, the longest of what
 * is usual first. Counted by days with leads rather than by leads, so that many at once don't make the
 * usual time between two short. All offers together are watched as one more.
 */
export function silenceOf(
	people: readonly Person[],
	period: DayRange,
	maxRows: number,
): LeadReport['silence'] {
	const all: Watched = { offer: { id: '', title: '' }, namedAt: 0, days: new Set() };
	const offers = new Map<string, Watched>();
	for (const { visits } of people) {
		for (const { offer, time, day } of visits) {
			if (day > period.last) continue;
			all.days.add(day);
			const key = offerKey(offer);
			if (key === '') continue;
			const watched = offers.get(key) ?? {
				offer,
				namedAt: time,
				days: new Set<number>(),
			};
			offers.set(key, watched);
			watched.days.add(day);
			if (time > watched.namedAt || (time === watched.namedAt && isAfter(offer, watched))) {
				Object.assign(watched, { offer, namedAt: time });
			}
		}
	}
	const enough = [...offers.values()].filter(({ days }) => days.size >= MIN_DAYS);
	const silent = enough
		.flatMap((watched) => silentOffer(watched, period) ?? [])
		.sort(
			(one, other) =>
				other.days / other.longDays - one.days / one.longDays ||
				compareText(one.message, other.message),
		);
	const everywhere = all.days.size >= MIN_DAYS ? silentOffer(all, period) : undefined;
	const rows = everywhere ? [everywhere, ...silent] : silent;
	return {
		silent: rows.slice(0, maxRows),
		others: Math.max(0, rows.length - maxRows),
		watchedOffers: enough.length,
		unwatchedOffers: offers.size - enough.length,
	};
}

function isAfter({ id, title }: Watched['offer'], { offer }: Watched): boolean {
	return (compareText(title, offer.title) || compareText(id, offer.id)) > 0;
}

function silentOffer({ offer, days }: Watched, { last }: DayRange): SilentOffer | undefined {
	const sorted = [...days].sort((one, other) => one - other);
	const gaps = sorted.slice(1).map((day, at) => day - (sorted[at] ?? day));
	const [usualDays, longDays] = [median(gaps), percentile(gaps, LONG_GAP)];
	const lastDay = sorted.at(-1) ?? last;
	const silence = last - lastDay;
	if (silence <= Math.max(MIN_SILENCE, FACTOR * longDays)) return undefined;
	const [id, title] = [value(offer.id), value(offer.title)];
	const name = truncate(title || id, MAX_NAME) || 'any offer';
	const usual = usualDays === 1 ? 'day' : `${usualDays} days`;
	return {
		offer: { id, title },
		lastDay: dayText(lastDay),
		days: silence,
		usualDays,
		longDays,
		message: `No lead for ${name} for ${silence} days. Usually there is one every ${usual}.`,
	};
}
