import type { IdentifiedBy, Identity } from '../identity/identity';
import type {
	CodeAndName,
	LeadCustomer,
	LeadDestinationName,
	LeadOffer,
	LeadStage,
} from '../types';

export type { IdentifiedBy, Identity };

/** Whether a customer is one, or one for each offer. */
export type GroupBy = 'customer' | 'customerAndOffer';

/** What is known of the customer; each is the newest value that is not empty. */
export type KnownCustomer = Omit<LeadCustomer, 'original'>;

/** The fields of which the newest value is kept, with where it came from. */
export type KnownField = keyof KnownCustomer | 'campaign' | 'description';

/** The lead that a value came from; every part is empty for a value that is empty. */
export interface FieldOrigin {
	leadId: string;
	destination: LeadDestinationName;
	/** When the customer acted, else when the lead was received: ISO 8601 in UTC. */
	time: string;
	/** ISO 8601 in UTC. */
	receivedAt: string;
}

/** One lead of a customer. */
export interface JourneyStep extends FieldOrigin {
	source: CodeAndName;
	action: CodeAndName;
	offer: LeadOffer;
	stage: LeadStage;
	contactAllowed: boolean;
	isTest: boolean;
}

/** All leads of one customer in one. Can be merged again, with leads and with others of its kind. */
export interface MergedCustomer {
	/** 32 hexadecimal digits: the same for the same customer (and offer), whichever leads are merged. */
	id: string;
	groupedBy: GroupBy;
	identity: Identity;
	customer: KnownCustomer;
	description: string;
	campaign: string;
	/** Highest stage reached; `doNotContact` where contact is not allowed. */
	stage: LeadStage;
	/** False when any lead of the customer, for whatever offer, says "do not contact". */
	contactAllowed: boolean;
	isTest: boolean;
	/** Every offer of the journey, in the order of its first step. */
	offers: LeadOffer[];
	/** The customer's leads in the order of their times, each once. */
	journey: JourneyStep[];
	/** Times of the first and of the last step, ISO 8601 in UTC. */
	firstSeenAt: string;
	lastSeenAt: string;
	origins: Record<KnownField, FieldOrigin>;
}

export interface Merge {
	customer: MergedCustomer;
	/** Which of the inputs it was made of, as their indices, ascending. */
	inputs: number[];
}
