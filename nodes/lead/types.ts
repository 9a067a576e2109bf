/**
 * The lead: one object, whatever destination Microsoft wrote it into. Every trigger and the Lead
 * Source node put out exactly this; `docs/lead.md` tells it field by field to users, and the
 * `__schema__` files show it to the editor. Text that is missing is the empty string, never
 * `undefined`, so that expressions in a workflow need no guards.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
	[key: string]: JsonValue;
}

/** A destination of Microsoft's connector. What else has to be added for one, the compiler names. */
export type DestinationName = 'azureTable' | 'dynamics365' | 'https' | 'marketo' | 'salesforce';

/** Where Microsoft's connector wrote the lead; empty when the shape does not tell. */
export type LeadDestinationName = '' | DestinationName;

/** How far the customer has come, by one of the two stage guides. */
export type LeadStage = 'active' | 'doNotContact' | 'initialInterest' | 'trial' | 'unknown';

/**
 * Which of Microsoft's two published tables maps an action to a stage. They swap "Contact me" and
 * "Get it now": `cloudPartnerPortal` is the 2018 guide, `partnerCenter` the articles since 2019.
 */
export type StageGuide = 'cloudPartnerPortal' | 'partnerCenter';

/** A code of Microsoft's with the name people know it by; for unknown codes the name is the code. */
export interface CodeAndName {
	code: string;
	name: string;
}

export interface LeadOffer {
	/** `publisherId.offerId`, or empty when the destination sends only a title. */
	id: string;
	publisherId: string;
	offerId: string;
	title: string;
	publisherName: string;
}

/** The offer as a lead source string names it: by id, else by title, else not at all. */
export type LeadSourceOffer = Omit<LeadOffer, 'publisherName'>;

/** A lead source string, taken apart. Codes are in Microsoft's casing, or as they came. */
export interface LeadSourceParts {
	source: CodeAndName;
	action: CodeAndName;
	offer: LeadSourceOffer;
	/** Whether the source (the action) is one of Microsoft's; false for a missing one too. */
	sourceKnown: boolean;
	actionKnown: boolean;
	/** Whether the part before the bar says not to contact the customer. */
	doNotContact: boolean;
	/** What was odd about the string, in words. */
	warnings: string[];
}

export interface LeadCustomer {
	firstName: string;
	lastName: string;
	fullName: string;
	/** The one address in what came, lower-cased; else as it came. */
	email: string;
	/** Of the email address, where the company has one of its own: not `gmail.com`. */
	domain: string;
	/** E.164 (`+16175551234`) where the number and country allow it, else as it came. */
	phone: string;
	/** ISO 3166-1 alpha-2 (`US`) where it can be told, else as it came. */
	country: string;
	company: string;
	title: string;
	/** The three normalised fields as they came. */
	original: { email: string; phone: string; country: string };
}

export interface Lead {
	/** Stable for the lead event at its destination. */
	id: string;
	destination: LeadDestinationName;
	/** `Source-Action|Offer` as received, or rebuilt when HTTPS sends its parts. */
	leadSource: string;
	source: CodeAndName;
	action: CodeAndName;
	offer: LeadOffer;
	stage: LeadStage;
	/** False when any part of the lead says "do not contact". */
	contactAllowed: boolean;
	/** True for leads Microsoft (or a person) sent to try the connection: `MSFT_TEST_…`. */
	isTest: boolean;
	customer: LeadCustomer;
	description: string;
	/** Campaign text or id, from the description or the listing URL's parameters. */
	campaign: string;
	/** Whatever else came with the lead, by the name it came under. */
	properties: JsonObject;
	/** When the customer acted, ISO 8601 in UTC; empty where the destination does not say. */
	createdAt: string;
	/** When this package read the lead, ISO 8601 in UTC. */
	receivedAt: string;
	/** What was odd about the lead, in words. */
	warnings: string[];
	/** The record as received; only when asked for. */
	raw?: JsonValue;
	/** Which hand-over this is; only of a trigger that hands leads over until they are handled. */
	delivery?: LeadDelivery;
}

export interface LeadDelivery {
	/** 1 for the first time. */
	attempt: number;
	/** ISO 8601 in UTC. */
	firstHandedOverAt: string;
}

/**
 * What a body or an item turned out to hold: records that can be parsed, perhaps with what was odd
 * about them all, or what is wrong with it.
 */
export type LeadInput =
	| { ok: true; records: JsonValue[]; isList: boolean; warnings?: string[] }
	| { ok: false; problems: string[] };

/** Which leads a trigger passes on. Empty lists let everything through. */
export interface LeadFilter {
	/** Action codes; `unknown` stands for every code that is not Microsoft's. */
	actions?: string[];
	/** Source codes; `unknown` as above. */
	sources?: string[];
	/** Offers by id or title, `*` for any run of characters, without regard to case. */
	offers?: string[];
	testLeads?: 'include' | 'exclude' | 'only';
}
