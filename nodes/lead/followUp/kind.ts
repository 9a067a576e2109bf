import type { JourneyStep } from '../merge/types';
import type { LeadOffer, LeadStage } from '../types';
import type { FollowUpKind } from './types';

export interface KindRule {
	readonly kind: FollowUpKind;
	readonly name: string;
	/** Stage of the customer's newest step. */
	readonly newest: LeadStage;
	/** A stage that an earlier step for the same offer reached; `any` for none in particular. */
	readonly before: LeadStage | 'any';
}

/** The first rule that fits tells the kind. Told to users in docs/follow-up.md. */
export const KIND_RULES: readonly KindRule[] = [
	{ kind: 'activeAgain', name: 'Active Again', newest: 'active', before: 'active' },
	{ kind: 'trialBecameActive', name: 'Trial Became Active', newest: 'active', before: 'trial' },
	{ kind: 'active', name: 'Active', newest: 'active', before: 'any' },
	{ kind: 'returning', name: 'Returning', newest: 'trial', before: 'active' },
	{ kind: 'repeatTrial', name: 'Repeat Trial', newest: 'trial', before: 'trial' },
	{ kind: 'trialStarted', name: 'Trial Started', newest: 'trial', before: 'any' },
	{ kind: 'returning', name: 'Returning', newest: 'initialInterest', before: 'active' },
	{
		kind: 'interestAfterTrial',
		name: 'Interest After Trial',
		newest: 'initialInterest',
		before: 'trial',
	},
	{
		kind: 'repeatInterest',
		name: 'Repeat Interest',
		newest: 'initialInterest',
		before: 'initialInterest',
	},
	{ kind: 'initialInterest', name: 'Initial Interest', newest: 'initialInterest', before: 'any' },
	{ kind: 'returning', name: 'Returning', newest: 'unknown', before: 'active' },
	{ kind: 'otherInterest', name: 'Other Interest', newest: 'unknown', before: 'any' },
];

export type StepOfKind = Pick<JourneyStep, 'offer' | 'stage'>;

/** The kind of follow-up for steps in the order of their times. */
export function kindOf(steps: readonly StepOfKind[]): FollowUpKind {
	const newest = steps.at(-1);
	if (!newest) return 'otherInterest';
	// A trial of one offer did not become the purchase of another.
	const before = new Set(
		steps
			.slice(0, -1)
			.filter(({ offer }) => isSameOffer(offer, newest.offer))
			.map(({ stage }) => stage),
	);
	const rule = KIND_RULES.find(
		(candidate) =>
			candidate.newest === newest.stage &&
			(candidate.before === 'any' || before.has(candidate.before)),
	);
	return rule?.kind ?? 'otherInterest';
}

/** By id where both have one, else by title: over HTTPS there is only that. */
function isSameOffer(one: LeadOffer, other: LeadOffer): boolean {
	const field = one.id !== '' && other.id !== '' ? 'id' : 'title';
	return one[field].toLowerCase() === other[field].toLowerCase();
}
