import { offerKey } from '../identity/offerKey';
import type { Lead, LeadOffer, LeadStage } from '../types';
import type { JourneyStep } from './types';

/** An id that is the digest of the lead's content: over HTTPS, two leads alike have the same. */
const DIGEST = /^[0-9a-f]{32}$/;

/** How far each stage is; the customer's stage is the one that is furthest. */
const RANK: Readonly<Record<LeadStage, number>> = {
	unknown: 0,
	initialInterest: 1,
	trial: 2,
	active: 3,
	doNotContact: 4,
};

/** The step that a lead is in its customer's journey, with nothing in it that is the lead's own: either may be edited. */
export function toStep(lead: Lead): JourneyStep {
	return {
		leadId: lead.id,
		destination: lead.destination,
		time: lead.createdAt || lead.receivedAt,
		receivedAt: lead.receivedAt,
		source: { ...lead.source },
		action: { ...lead.action },
		offer: { ...lead.offer },
		stage: lead.stage,
		contactAllowed: lead.contactAllowed,
		isTest: lead.isTest,
	};
}

/** The steps of a customer that was merged before are that one's, and may be edited. */
export function copyOf(step: JourneyStep): JourneyStep {
	const { source, action, offer } = step;
	return { ...step, source: { ...source }, action: { ...action }, offer: { ...offer } };
}

/**
 * Equal for the same lead read twice. Where the id is a digest, the time belongs to it: a customer
 * who does the same thing a week later has come back.
 */
export function stepKey(step: Pick<JourneyStep, 'destination' | 'leadId' | 'time'>): string {
	const time = DIGEST.test(step.leadId) ? step.time : '';
	// Only the id can hold a space, so no two steps are written alike.
	return `${step.destination} ${time} ${step.leadId}`;
}

/**
 * What is known of a lead that was read twice, perhaps edited between: the version that was
 * received last, at the earlier of the two times; one voice against contact is enough. Gives the
 * same in whatever order, and however often, versions are joined.
 */
export function joinSteps(one: JourneyStep, other: JourneyStep): JourneyStep {
	const newer = compareVersions(one, other) >= 0 ? one : other;
	const contactAllowed = one.contactAllowed && other.contactAllowed;
	return {
		...newer,
		time: one.time < other.time ? one.time : other.time,
		stage: contactAllowed ? newer.stage : 'doNotContact',
		contactAllowed,
	};
}

function compareVersions(one: JourneyStep, other: JourneyStep): number {
	return compareText(one.receivedAt, other.receivedAt) || compareText(content(one), content(other));
}

/** Only what `joinSteps` takes from the newer version, so that its choice agrees with itself. */
function content({ source, action, offer }: JourneyStep): string {
	return JSON.stringify([
		[source.code, source.name, action.code, action.name],
		[offer.id, offer.publisherId, offer.offerId, offer.title, offer.publisherName],
	]);
}

/** By time; steps of one instant in the order of their stages. */
export function compareSteps(one: JourneyStep, other: JourneyStep): number {
	return (
		compareText(one.time, other.time) ||
		RANK[one.stage] - RANK[other.stage] ||
		compareText(one.destination, other.destination) ||
		compareText(one.leadId, other.leadId)
	);
}

/** By code units: the same on every machine, whatever its language. */
export function compareText(one: string, other: string): number {
	if (one === other) return 0;
	return one < other ? -1 : 1;
}

/** The stage that is furthest; `unknown` for none. */
export function highestStage(steps: readonly JourneyStep[]): LeadStage {
	let highest: LeadStage = 'unknown';
	for (const { stage } of steps) if (RANK[stage] > RANK[highest]) highest = stage;
	return highest;
}

/** Each offer of the steps once, with its newest title and publisher. */
export function offersOf(steps: readonly JourneyStep[]): LeadOffer[] {
	const offers = new Map<string, LeadOffer>();
	for (const { offer } of steps) {
		const key = offerKey(offer);
		if (key === '') continue;
		const earlier = offers.get(key);
		offers.set(key, {
			...offer,
			title: offer.title || (earlier?.title ?? ''),
			publisherName: offer.publisherName || (earlier?.publisherName ?? ''),
		});
	}
	return [...offers.values()];
}
