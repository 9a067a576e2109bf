import { offersOf } from '../merge/step';
import { offerKey } from '../identity/offerKey';
import type { JourneyStep, KnownCustomer } from '../merge/types';
import type { LeadOffer } from '../types';
import { oneLine, value } from './escape';
import { salutation } from './salutation';

/** What the values of placeholders are made of. */
export interface Facts {
	customer: KnownCustomer;
	campaign: string;
	/** The customer's newest step, if there is any. */
	newest: JourneyStep | undefined;
	/** Its offer, with the title that another lead for it may have brought. */
	offer: LeadOffer;
	sender: string;
}

/** What a message calls an offer whose title did not come: an id is nothing to write to customers. */
const OUR_OFFER = 'our offer';

const STORES: Readonly<Record<string, string>> = {
	AzureMarketplace: 'Azure Marketplace',
	AzurePortal: 'the Azure portal',
	SPZA: 'AppSource',
};

const OCCASIONS: Readonly<Record<string, string>> = {
	Create: 'choosing',
	PLT: 'asking us to contact you about',
	StartTestDrive: 'taking a test drive of',
};

/** By the name that templates have for it; told to users in docs/follow-up.md. */
export const PLACEHOLDERS = {
	salutation: ({ customer }) => salutation(customer),
	firstName: ({ customer }) => value(customer.firstName),
	lastName: ({ customer }) => value(customer.lastName),
	fullName: ({ customer }) => value(customer.fullName),
	email: ({ customer }) => value(customer.email),
	phone: ({ customer }) => value(customer.phone),
	country: ({ customer }) => value(customer.country),
	company: ({ customer }) => value(customer.company),
	jobTitle: ({ customer }) => value(customer.title),
	offer: offerName,
	offerId: ({ offer }) => value(offer.id),
	publisher: ({ offer }) => value(offer.publisherName),
	occasion: (facts) =>
		`${own(OCCASIONS, facts.newest?.action.code, 'your interest in')} ${offerName(facts)}`,
	store: ({ newest }) => own(STORES, newest?.source.code, "Microsoft's marketplace"),
	campaign: ({ campaign }) => value(campaign),
	sender: ({ sender, offer }) => sender || value(offer.publisherName),
} as const satisfies Record<string, (facts: Facts) => string>;

export type Placeholder = keyof typeof PLACEHOLDERS;

export const PLACEHOLDER_NAMES = Object.keys(PLACEHOLDERS) as Placeholder[];

const BY_SPELLING: ReadonlyMap<string, Placeholder> = new Map(
	PLACEHOLDER_NAMES.map((name) => [name.toLowerCase(), name]),
);

/** The placeholder of a name, in any case and with spaces around it. */
export function findPlaceholder(name: string): Placeholder | undefined {
	return BY_SPELLING.get(name.trim().toLowerCase());
}

/** The lines of a signature, each without what could hide in it. */
export function readSender(text: string): string {
	return text
		.split(/\r\n?|\n/)
		.map(oneLine)
		.join('\n')
		.trim();
}

/** The offer of the newest step, as all steps together know it. */
export function newestOffer(steps: readonly JourneyStep[]): LeadOffer {
	const offer = steps.at(-1)?.offer ?? NO_OFFER;
	if (steps.length < 2) return offer;
	const key = offerKey(offer);
	return offersOf(steps).find((candidate) => offerKey(candidate) === key) ?? offer;
}

const NO_OFFER: LeadOffer = { id: '', publisherId: '', offerId: '', title: '', publisherName: '' };

function offerName({ offer }: Pick<Facts, 'offer'>): string {
	return value(offer.title) || OUR_OFFER;
}

function own(
	table: Readonly<Record<string, string>>,
	code: string | undefined,
	other: string,
): string {
	return code !== undefined && Object.hasOwn(table, code) ? (table[code] ?? other) : other;
}
