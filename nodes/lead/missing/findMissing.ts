import { identityOf } from '../identity/identity';
import { offerKey } from '../identity/offerKey';
import { countText } from '../text';
import type { Lead, LeadOffer } from '../types';

/** Whether a lead was found among those that are there, and which one it is. */
export interface Comparison {
	isMissing: boolean;
	/** What was compared, in a sentence. */
	why: string;
	/** The lead that was found; both are empty where none was. */
	found: { id: string; createdAt: string };
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NOTHING = { id: '', createdAt: '' };

/** What may be known of offers: those of which nothing in common is known can't be told apart. */
type OfferMatch = 'same' | 'unknown';

/**
 * Which leads are missing where `there` was read: those without one of the same customer and offer at
 * most so many hours before or after. A lead is looked for by its customer, because an export has other ids
 * than a CRM. Where two offers can't be compared, because one came with an id only and the other with a
 * title only, or one without either, the leads count as the same: a lead that is written twice bothers
 * a customer, and the sentence says it. So does one that has no time. Each look-up takes logarithmic time.
 */
export function missingLeadFinder(
	there: readonly Lead[],
): (lead: Lead, hours: number) => Comparison {
	const known = new Map<string, Times>();
	const customers = new Set<string>();
	for (const lead of there) {
		const customer = customerOf(lead);
		if (customer === undefined) continue;
		customers.add(customer);
		for (const place of placesOf(lead.offer)) {
			const key = `${customer} ${place}`;
			const times = known.get(key) ?? new Times();
			known.set(key, times.add(lead));
		}
	}

	return (lead, hours) => {
		const customer = customerOf(lead);
		if (customer === undefined) {
			return missing('The lead does not say who the customer is, so it could not be looked for.');
		}
		if (!customers.has(customer)) return missing('There is no lead of this customer.');
		for (const [match, place] of searchesOf(lead.offer)) {
			const found = known.get(`${customer} ${place}`)?.nearest(lead, hours * HOUR_MS);
			if (found !== undefined) return present(lead, found, match);
		}
		return missing(
			`There is no lead of this customer for this offer within ${countText(hours, 'hour')}.`,
		);
	};
}

/**
 * Which leads of a list stand in it before: the same action of the same customer for the same offer, at
 * most so many hours apart. Several tabs of an export hold a lead twice, with other columns beside it, so that
 * both would be written. Where a time is not known, only the very same row is the same lead, and that is
 * written once anyway. Each look-up takes logarithmic time.
 */
export function repeatInListFinder(): (lead: Lead, hours: number) => Comparison | undefined {
	const known = new Map<string, Times>();
	return (lead, hours) => {
		const customer = customerOf(lead);
		if (customer === undefined || lead.createdAt === '') return undefined;
		const { source, action, offer } = lead;
		const key = JSON.stringify([customer, source.code, action.code, offerKey(offer)]);
		const times = known.get(key) ?? new Times();
		known.set(key, times);
		const found = times.nearest(lead, hours * HOUR_MS);
		if (found === undefined) {
			times.insert(lead);
			return undefined;
		}
		const { id, createdAt } = found;
		const why = `The same lead stands in the list before, ${distance(lead.createdAt, createdAt)}.`;
		return { isMissing: false, why, found: { id, createdAt } };
	};
}

/** The same for all leads of a customer; `undefined` for a lead that names nobody. */
function customerOf(lead: Lead): string | undefined {
	const { by, value } = identityOf(lead, '');
	return by === 'lead' ? undefined : JSON.stringify([lead.isTest, by, value]);
}

/** Where a lead that is there can be found by its offer, each once. */
function placesOf(offer: LeadOffer): string[] {
	const { id, title } = namesOf(offer);
	if (id === '' && title === '') return ['any', 'nothing'];
	if (id === '') return ['any', `title ${title}`, `title only ${title}`, 'title only'];
	if (title === '') return ['any', `id ${id}`, 'id only'];
	return ['any', `id ${id}`, `title ${title}`];
}

/** Where to look for a lead with this offer, the surest place first. */
function searchesOf(offer: LeadOffer): Array<[OfferMatch, string]> {
	const { id, title } = namesOf(offer);
	if (id === '' && title === '') return [['unknown', 'any']];
	if (id === '') {
		return [
			['same', `title ${title}`],
			['unknown', 'id only'],
			['unknown', 'nothing'],
		];
	}
	return [
		['same', `id ${id}`],
		// Where both have an id, it decides, whatever the titles.
		...(title === ''
			? ([['unknown', 'title only']] satisfies Array<[OfferMatch, string]>)
			: ([['same', `title only ${title}`]] satisfies Array<[OfferMatch, string]>)),
		['unknown', 'nothing'],
	];
}

function namesOf({ id, title }: LeadOffer): { id: string; title: string } {
	return {
		id: id.toLowerCase(),
		title: title.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim(),
	};
}

function missing(why: string): Comparison {
	return { isMissing: true, why, found: { ...NOTHING } };
}

function present(lead: Lead, { id, createdAt }: Lead, match: OfferMatch): Comparison {
	const what =
		match === 'same'
			? 'A lead of the same customer and offer'
			: 'A lead of the same customer, whose offer could not be compared';
	return {
		isMissing: false,
		why: `${what}, ${distance(lead.createdAt, createdAt)}.`,
		found: { id, createdAt },
	};
}

/** How far apart two instants are, in the words of a sentence. */
function distance(one: string, other: string): string {
	if (one === '' || other === '') return 'of which the times are not both known';
	const apart = Math.abs(Date.parse(one) - Date.parse(other));
	if (apart < MINUTE_MS) return 'at the same time';
	const isLong = apart >= 2 * HOUR_MS;
	const count = Math.floor(apart / (isLong ? HOUR_MS : MINUTE_MS));
	const unit = isLong ? 'hour' : 'minute';
	return `${countText(count, unit)} apart`;
}

/** Leads of one customer and offer, in the order of their times. */
class Times {
	private readonly leads: Array<{ time: number; lead: Lead }> = [];
	private isSorted = true;
	/** The first one that does not say when it was created. */
	private timeless: Lead | undefined;

	add(lead: Lead): this {
		if (lead.createdAt === '') {
			this.timeless ??= lead;
		} else {
			this.leads.push({ time: Date.parse(lead.createdAt), lead });
			this.isSorted = false;
		}
		return this;
	}

	/** The same for one with a time, where leads are looked for in between: nothing has to be sorted again. */
	insert(lead: Lead): void {
		const time = Date.parse(lead.createdAt);
		this.leads.splice(this.firstFrom(time), 0, { time, lead });
	}

	/** The lead nearest in time, at most so far away; any, where the time is not known. */
	nearest({ createdAt }: Lead, mostMs: number): Lead | undefined {
		if (!this.isSorted) {
			this.leads.sort((one, other) => one.time - other.time);
			this.isSorted = true;
		}
		if (createdAt === '') return this.leads[0]?.lead ?? this.timeless;
		const time = Date.parse(createdAt);
		const at = this.firstFrom(time);
		const [before, after] = [this.leads[at - 1], this.leads[at]];
		const away = (entry: { time: number } | undefined) =>
			entry === undefined ? Infinity : Math.abs(entry.time - time);
		const nearest = away(before) <= away(after) ? before : after;
		return away(nearest) <= mostMs ? nearest?.lead : this.timeless;
	}

	/** Index of the first lead that is not earlier. */
	private firstFrom(time: number): number {
		let [low, high] = [0, this.leads.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.leads[middle]?.time ?? Infinity) < time) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
