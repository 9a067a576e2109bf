import { digest } from '../destination';
import { emailAddress } from '../emailAddress';
import { identityOf, type Identity } from '../identity/identity';
import { offerKey } from '../identity/offerKey';
import type { Lead } from '../types';
import { MergedFields } from './mergedFields';
import {
	compareSteps,
	compareText,
	copyOf,
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
	const persons = new Map<string, Person>();
	const groups: Group[] = [];
	inputs.forEach((input, index) => {
		const part = isMerged(input) ? partOfMerged(input) : partOfLead(input);
		const person = personOf(persons, part);
		person.contactAllowed &&= part.contactAllowed;
		const offer = groupBy === 'customer' ? '' : offerOf(part.steps);
		let group = person.groups.get(offer);
		if (!group) {
			group = new Group(person, part.identity, groupBy);
			person.groups.set(offer, group);
			groups.push(group);
		}
		group.add(part, index);
	});
	const merges = groups.map((group) => group.merge());
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
	/** Nobody else's, with all that is in them. */
	steps: readonly JourneyStep[];
	/** Passes on what it knows of the customer. */
	addTo(fields: MergedFields): void;
}

interface Person {
	isTest: boolean;
	contactAllowed: boolean;
	/** By offer; by the empty text where a customer is not told apart by offers. */
	groups: Map<string, Group>;
}

/** The person that a part is of, made where it is the first. */
function personOf(persons: Map<string, Person>, { identity, isTest }: Part): Person {
	// No kind of identity holds a space. Cheaper than JSON, and made for every lead.
	const key = `${isTest ? 'test ' : ''}${identity.by} ${identity.value}`;
	let person = persons.get(key);
	if (!person) {
		person = { isTest, contactAllowed: true, groups: new Map() };
		persons.set(key, person);
	}
	return person;
}

function isMerged(input: Lead | MergedCustomer): input is MergedCustomer {
	return 'journey' in input;
}

function partOfLead(lead: Lead): Part {
	const step = toStep(lead);
	const address = emailAddress(lead.customer.email);
	return {
		identity: identityOf(lead, stepKey(step), address),
		isTest: lead.isTest,
		contactAllowed: lead.contactAllowed,
		steps: [step],
		addTo: (fields) => {
			fields.addLead(lead, step, address);
		},
	};
}

function partOfMerged(customer: MergedCustomer): Part {
	const { identity, isTest, contactAllowed, journey } = customer;
	return {
		identity,
		isTest,
		contactAllowed,
		steps: journey.map(copyOf),
		addTo: (fields) => {
			fields.addMerged(customer);
		},
	};
}

/** @throws RangeError when the part has steps for several offers */
function offerOf(steps: readonly JourneyStep[]): string {
	if (spansOffers({ journey: steps })) {
		throw new RangeError('A customer that was merged over several offers has no one offer.');
	}
	return steps[0] ? offerKey(steps[0].offer) : '';
}

class Group {
	private readonly identity: Identity;
	private readonly person: Person;
	private readonly groupBy: GroupBy;
	private readonly steps = new Map<string, JourneyStep>();
	private readonly fields = new MergedFields();
	private readonly inputs: number[] = [];

	constructor(person: Person, identity: Identity, groupBy: GroupBy) {
		this.person = person;
		this.identity = identity;
		this.groupBy = groupBy;
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

	merge(): Merge {
		const { groupBy } = this;
		const { by, value } = this.identity;
		const { contactAllowed, isTest } = this.person;
		const journey = [...this.steps.values()].sort(compareSteps);
		const { customer, description, campaign, origins } = this.fields.summary();
		const person = JSON.stringify([isTest, by, value]);
		const ofOffer = groupBy === 'customer' ? [] : [journey[0] ? offerKey(journey[0].offer) : ''];
		return {
			customer: {
				id: digest([person, ...ofOffer]),
				groupedBy: groupBy,
				identity: { by, value },
				customer,
				description,
				campaign,
				stage: contactAllowed ? highestStage(journey) : 'doNotContact',
				contactAllowed,
				isTest,
				offers: offersOf(journey),
				journey,
				firstSeenAt: journey[0]?.time ?? '',
				lastSeenAt: journey.at(-1)?.time ?? '',
				origins,
			},
			inputs: this.inputs,
		};
	}
}
