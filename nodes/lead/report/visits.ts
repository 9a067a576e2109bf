import { emailAddress } from '../emailAddress';
import { mergeLeads } from '../merge/mergeLeads';
import { highestStage, stepKey, toStep } from '../merge/step';
import type { JourneyStep, MergedCustomer } from '../merge/types';
import type { Lead, LeadStage } from '../types';
import { type Calendar, contains } from './calendar';
import type { DayRange, ReportEntry } from './types';

/** Fields that are brought into one form; the others are as they came. */
export const NORMALIZED = ['country', 'email', 'phone'] as const;
export type NormalizedField = (typeof NORMALIZED)[number];

/** One lead of a person, once. */
export interface Visit {
	step: JourneyStep;
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
	return mergeLeads(entries).map(({ customer }) => ({
		customer,
		visits: customer.journey.map((step): Visit => {
			const time = Date.parse(step.time);
			const { campaign = '', normalized = [] } = further.get(stepKey(step)) ?? {};
			return { step, time, day: calendar.dayOf(time), campaign, normalized };
		}),
	}));
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
