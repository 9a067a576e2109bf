import { forbidsContact } from '../contact';
import { saysDoNotContact } from '../contactWords';
import { mappingForbids, type FieldMapping } from '../fieldMapping';
import { IDENTIFIERS, type Identity } from '../identity/identity';
import { isObject, ownValue } from '../objects';
import { toAction, toSource } from '../leadSource';
import { readDestinationName } from '../ownLead';
import { cleanText } from '../text';
import { readTime } from '../time';
import type { LeadOffer, StageGuide } from '../types';
import { stageOf } from '../vocabulary';
import { KNOWN_FIELDS } from './mergedFields';
import { compareSteps, highestStage, offersOf } from './step';
import type { FieldOrigin, JourneyStep, KnownField, MergedCustomer, GroupBy } from './types';

const GROUPINGS: readonly GroupBy[] = ['customer', 'customerAndOffer'];

/** What tells a merged customer from a lead and from anything else. */
export function looksMerged(value: unknown): value is object {
	return (
		isObject(value) &&
		Array.isArray(ownValue(value, 'journey')) &&
		isObject(ownValue(value, 'identity'))
	);
}

/**
 * A customer that `mergeLeads` gave before, perhaps edited since, with its stages by this guide;
 * further fields are left out. `undefined` where a part is missing that merging needs: reading on
 * without it would lose steps.
 */
export function readMergedCustomer(
	value: unknown,
	stageGuide: StageGuide,
	mapping?: FieldMapping,
): MergedCustomer | undefined {
	if (!looksMerged(value)) return undefined;
	const identity = readIdentity(ownValue(value, 'identity'));
	const groupedBy = GROUPINGS.find((name) => name === ownValue(value, 'groupedBy'));
	const steps = (ownValue(value, 'journey') as unknown[]).map((step) => readStep(step, stageGuide));
	const journey = steps.filter((step) => step !== undefined).sort(compareSteps);
	const [first, last] = [journey[0], journey.at(-1)];
	if (!identity || !groupedBy || !first || !last || journey.length < steps.length) return undefined;

	const contactAllowed =
		ownValue(value, 'contactAllowed') === true &&
		journey.every((step) => step.contactAllowed) &&
		!forbidsContact({ ...value, journey: null }) &&
		!mappingForbids(value, mapping);
	const customer = part(value, 'customer');
	const origins = part(value, 'origins');
	const known = (field: KnownField) =>
		text(field === 'description' || field === 'campaign' ? value : customer, field);
	return {
		id: text(value, 'id'),
		groupedBy,
		identity,
		customer: {
			firstName: known('firstName'),
			lastName: known('lastName'),
			fullName: known('fullName'),
			email: known('email'),
			domain: known('domain'),
			phone: known('phone'),
			country: known('country'),
			company: known('company'),
			title: known('title'),
		},
		description: known('description'),
		campaign: known('campaign'),
		stage: contactAllowed ? highestStage(journey) : 'doNotContact',
		contactAllowed,
		// The steps count too: a real customer must never take in what Microsoft sent to try things.
		isTest: ownValue(value, 'isTest') === true || journey.some((step) => step.isTest),
		offers: offersOf(journey),
		journey,
		firstSeenAt: first.time,
		lastSeenAt: last.time,
		origins: Object.fromEntries(
			KNOWN_FIELDS.map((field) => [field, readOrigin(part(origins, field))]),
		) as MergedCustomer['origins'],
	};
}

function readIdentity(value: unknown): Identity | undefined {
	if (!isObject(value)) return undefined;
	const by = IDENTIFIERS.find((name) => name === ownValue(value, 'by'));
	const identity = text(value, 'value');
	return by && identity !== '' ? { by, value: identity } : undefined;
}

function readStep(value: unknown, stageGuide: StageGuide): JourneyStep | undefined {
	if (!isObject(value)) return undefined;
	const origin = readOrigin(value);
	if (origin.leadId === '' || origin.time === '') return undefined;
	const action = toAction(text(part(value, 'action'), 'code'));
	const contactAllowed =
		ownValue(value, 'contactAllowed') === true &&
		!saysDoNotContact(action.code) &&
		!forbidsContact(value);
	return {
		...origin,
		source: toSource(text(part(value, 'source'), 'code')),
		action,
		offer: readOffer(part(value, 'offer')),
		stage: contactAllowed ? stageOf(action.code, stageGuide) : 'doNotContact',
		contactAllowed,
		isTest: ownValue(value, 'isTest') === true,
	};
}

function readOffer(value: object): LeadOffer {
	return {
		id: text(value, 'id'),
		publisherId: text(value, 'publisherId'),
		offerId: text(value, 'offerId'),
		title: text(value, 'title'),
		publisherName: text(value, 'publisherName'),
	};
}

function readOrigin(value: object): FieldOrigin {
	return {
		leadId: text(value, 'leadId'),
		destination: readDestinationName(text(value, 'destination')),
		time: readTime(text(value, 'time')),
		receivedAt: readTime(text(value, 'receivedAt')),
	};
}

function part(value: object, name: string): object {
	const found = ownValue(value, name);
	return isObject(found) ? found : {};
}

function text(value: object, name: string): string {
	const found = ownValue(value, name);
	return typeof found === 'string' ? cleanText(found) : '';
}
