import { digest } from '../destination';
import { identityOf, type Identity } from '../identity/identity';
import { offerKey } from '../identity/offerKey';
import type { Lead } from '../types';
import { MergedFields } from './mergedFields';
import {
	compareSteps,
	compareText,
	highestStage,
	joinSteps,
	offersOf,
	stepKey,
	toStep,
} from './step';
import type { JourneyStep, Merge, MergedCustomer, GroupBy } from './types';

/**
 * Leads of the same customer as one, each with the indices of what it was made of. Takes leads and
 * customers that were merged before, mixed as they come. The outcome depends neither on their order
 * nor on how they were cut into batches that were merged first, and what is given twice counts
 * once: everything below is a set, a maximum or a conjunction. Linear in time and memory but for
 * the sorting. Test leads never join real customers; a step that forbids contact forbids it for
 * the whole person, also where each offer has a customer of its own.
 * @throws RangeError for `customerAndOffer` and a customer that was merged over several offers
 */
export function mergeLeads(
	inputs: readonly (Lead | MergedCustomer)[],
	groupBy: GroupBy = 'customer',
): Merge[] {
	const groups = new Map<string, Group>();
	const persons = new Map<string, Person>();
	inputs.forEach((input, index) => {
		const part = isMerged(input) ? partOfMerged(input) : partOfLead(input);
		const personKey = JSON.stringify([part.isTest, part.identity.by, part.identity.value]);
		const person = persons.get(personKey) ?? { key: personKey, contactAllowed: true };
		persons.set(personKey, person);
		person.contactAllowed &&= part.contactAllowed;
		const key = groupBy === 'customer' ? personKey : `${personKey}${offerOf(part)}`;
		const group = groups.get(key) ?? new Group(person, part);
		groups.set(key, group);
		group.add(part, index);
	});
	const merges = [...groups.values()].map((group) => group.merge(groupBy));
	return merges.sort(
		({ customer: one }, { customer: other }) =>
			compareText(one.firstSeenAt, other.firstSeenAt) || compareText(one.id, other.id),
	);
}

/** Whether a customer was merged over more than one offer, and so cannot be told apart by offer. */
export function spansOffers({ journey }: { journey: readonly JourneyStep[] }): boolean {
	const [first, ...others] = journey.map(({ offer }) => offerKey(offer));
	return others.some((other) => other !== first);
}

/** What one input says, in the form that both kinds of input have in common. */
interface Part {
	identity: Identity;
	isTest: boolean;
	contactAllowed: boolean;
	steps: readonly JourneyStep[];
	/** Passes on what it knows of the customer. */
	addTo(fields: MergedFields): void;
}

interface Person {
	key: string;
	contactAllowed: boolean;
}

function isMerged(input: Lead | MergedCustomer): input is MergedCustomer {
	return 'journey' in input;
}

function partOfLead(lead: Lead): Part {
	const step = toStep(lead);
	return {
		identity: identityOf(lead, stepKey(step)),
		isTest: lead.isTest,
		contactAllowed: lead.contactAllowed,
		steps: [step],
		addTo: (fields) => {
			fields.addLead(lead, step);
		},
	};
}

function partOfMerged(customer: MergedCustomer): Part {
	const { identity, isTest, contactAllowed, journey } = customer;
	return {
		identity,
		isTest,
		contactAllowed,
		steps: journey,
		addTo: (fields) => {
			fields.addMerged(customer);
		},
	};
}

/** @throws RangeError when the part has steps for several offers */
function offerOf({ steps }: Part): string {
	if (spansOffers({ journey: steps })) {
		throw new RangeError('A customer that was merged over several offers has no one offer.');
	}
	return steps[0] ? offerKey(steps[0].offer) : '';
}

/** The steps belong to what was merged, which may be edited after it. */
function copyOf(step: JourneyStep): JourneyStep {
	const { source, action, offer } = step;
	return { ...step, source: { ...source }, action: { ...action }, offer: { ...offer } };
}

class Group {
	private readonly identity: Identity;
	private readonly isTest: boolean;
	private readonly person: Person;
	private readonly steps = new Map<string, JourneyStep>();
	private readonly fields = new MergedFields();
	private readonly inputs: number[] = [];

	constructor(person: Person, { identity, isTest }: Part) {
		this.person = person;
		this.identity = identity;
		this.isTest = isTest;
	}

	add(part: Part, index: number): void {
		this.inputs.push(index);
		for (const step of part.steps) {
			const key = stepKey(step);
			const earlier = this.steps.get(key);
			this.steps.set(key, earlier ? joinSteps(earlier, step) : step);
		}
		part.addTo(this.fields);
	}

	merge(groupBy: GroupBy): Merge {
		const journey = [...this.steps.values()].sort(compareSteps).map(copyOf);
		const offers = offersOf(journey);
		const { contactAllowed } = this.person;
		const { customer, description, campaign, origins } = this.fields.summary();
		const ofOffer = groupBy === 'customer' ? [] : [journey[0] ? offerKey(journey[0].offer) : ''];
		return {
			customer: {
				id: digest([this.person.key, ...ofOffer]),
				groupedBy: groupBy,
				identity: { by: this.identity.by, value: this.identity.value },
				customer,
				description,
				campaign,
				stage: contactAllowed ? highestStage(journey) : 'doNotContact',
				contactAllowed,
				isTest: this.isTest,
				offers,
				journey,
				firstSeenAt: journey[0]?.time ?? '',
				lastSeenAt: journey.at(-1)?.time ?? '',
				origins,
			},
			inputs: this.inputs,
		};
	}
}
