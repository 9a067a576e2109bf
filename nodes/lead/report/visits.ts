import { emailAddress } from '../emailAddress';
import { offerKey } from '../identity/offerKey';
import { mergeLeads } from '../merge/mergeLeads';
import { highestStage, stepKey, toStep } from '../merge/step';
import type { JourneyStep, MergedCustomer } from '../merge/types';
import type { Lead, LeadOffer, LeadStage } from '../types';
import { type Calendar, contains } from './calendar';
import type { DayRange, ReportEntry } from './types';

/** Fields that are brought into one form; the others are as they came. */
export const NORMALIZED = ['country', 'email', 'phone'] as const;
export type NormalizedField = (typeof NORMALIZED)[number];

/** One lead of a person, once. */
export interface Visit {
	step: JourneyStep;
	/** Of the step; with the ID that its title has elsewhere, where it came without one. */
	offer: Pick<LeadOffer, 'id' | 'title'>;
	/** Epoch milliseconds. */
	time: number;
	day: number;
	campaign: string;
	/** Which fields came in another form; nothing is known of leads that were merged before. */
	normalized: readonly NormalizedField[];
}

/** A customer with all leads that were given, in the order of their times. */
export interface Person {
	customer: MergedCustomer;
	visits: Visit[];
}

/** What a journey's steps do not say of their leads. */
type Further = Pick<Visit, 'campaign' | 'normalized'>;

/** All customers of the entries, each lead once, in an order that the entries' own does not change. */
export function peopleOf(entries: readonly ReportEntry[], calendar: Calendar): Person[] {
	const further = furtherOf(entries);
	const customers = mergeLeads(entries).map(({ customer }) => customer);
	const offerOf = offersOf(customers);
	return customers.map((customer) => ({
		customer,
		visits: customer.journey.map((step): Visit => {
			const time = Date.parse(step.time);
			const { campaign = '', normalized = [] } = further.get(stepKey(step)) ?? {};
			return {
				...{ step, offer: offerOf(step.offer), time, day: calendar.dayOf(time) },
				...{ campaign, normalized },
			};
		}),
	}));
}

/**
 * Leads over HTTPS name the title of their offer alone. Counted apart from those that came another way, the
 * offer would be two, of which one goes silent as the destination is changed. A title that several IDs
 * have tells nothing.
 */
function offersOf(customers: readonly MergedCustomer[]): (offer: Visit['offer']) => Visit['offer'] {
	const ids = new Map<string, string>();
	for (const { journey } of customers) {
		for (const { offer } of journey) {
			const title = offerKey({ id: '', title: offer.title });
			if (offer.id === '' || title === '') continue;
			const known = ids.get(title);
			const isOther = known !== undefined && known.toLowerCase() !== offer.id.toLowerCase();
			// Of two spellings the greater, whatever their order; of two IDs neither, for good.
			if (known === '' || isOther) ids.set(title, '');
			else if (known === undefined || offer.id > known) ids.set(title, offer.id);
		}
	}
	return (offer) => {
		if (offer.id !== '') return offer;
		const id = ids.get(offerKey(offer)) ?? '';
		return id === '' ? offer : { ...offer, id };
	};
}

function furtherOf(entries: readonly ReportEntry[]): ReadonlyMap<string, Further> {
	const further = new Map<string, Further>();
	const add = (key: string, { campaign, normalized }: Further): void => {
		const known = further.get(key);
		const both = NORMALIZED.filter(
			(field) => normalized.includes(field) || known?.normalized.includes(field) === true,
		);
		// Of a lead that was read twice, either may have it; which one must not depend on the order.
		const greater = known !== undefined && known.campaign > campaign ? known.campaign : campaign;
		further.set(key, { campaign: greater, normalized: both });
	};
	for (const entry of entries) {
		if ('journey' in entry) {
			// The newest campaign alone is known, and the lead that it came with.
			const { campaign, origins } = entry;
			if (campaign !== '') add(stepKey(origins.campaign), { campaign, normalized: [] });
		} else {
			add(stepKey(toStep(entry)), { campaign: entry.campaign, normalized: normalizedOf(entry) });
		}
	}
	return further;
}

function normalizedOf({ customer }: Lead): NormalizedField[] {
	return NORMALIZED.filter((field) => {
		const [value, original] = [customer[field], customer.original[field]];
		// Cleaned, but no address all the same: that is told as unusable.
		const isUsable = field !== 'email' || emailAddress(value) !== '';
		return isUsable && original.trim() !== '' && original !== value;
	});
}

export function visitsIn({ visits }: Person, range: DayRange): Visit[] {
	return visits.filter(({ day }) => contains(range, day));
}

/** How far a person had come by the end of a day. */
export function stageAt(person: Person, lastDay: number): LeadStage {
	if (forbidsContactAt(person, lastDay)) return 'doNotContact';
	return highestStage(person.visits.filter(({ day }) => day <= lastDay).map(({ step }) => step));
}

/**
 * Whether contact was forbidden by the end of a day. Where no lead says so but the customer does, it
 * is not known since when, and so counts for all times.
 */
export function forbidsContactAt({ customer, visits }: Person, lastDay: number): boolean {
	if (customer.contactAllowed) return false;
	const forbidding = visits.filter(({ step }) => !step.contactAllowed);
	return forbidding.length === 0 || forbidding.some(({ day }) => day <= lastDay);
}
