/** What a destination brings to the write contract beside its place. */
import type { INodeParameters } from 'n8n-workflow';

import type { WrittenLead } from '../../../nodes/destinations/contract.ts';
import type { DestinationName, JsonObject } from '../../../nodes/lead/types.ts';
import type { WritePlace } from '../places/place.ts';

type Outcome = WrittenLead['outcome'];

/** What a destination, or one way to write into it, may be unable to do. */
export type WriteAbility =
	/** Another version of a lead is known to be that lead. */
	| 'versions'
	/** Two who write the same leads at the same time make one record of each. */
	| 'sameLeadsAtOnce'
	/** A sign-in that ends and is had anew. */
	| 'sessions';

/** What of a lead a destination, or one way to write into it, may be unable to keep. */
export type LeadPart =
	| 'action'
	| 'createdAt'
	/** Names, addresses, company and title, as they are normalised. */
	| 'customer'
	| 'description'
	| 'leadSource'
	| 'listProperty'
	| 'numberProperty'
	| 'offerId'
	/** Beside the offer's id. */
	| 'offerTitle'
	| 'publisherName'
	| 'textProperty';

export interface WrittenDestination {
	/** Whose places it is written at. */
	readonly place: DestinationName;
	/** Sets the place up for this way to write. */
	readonly set?: (place: WritePlace) => { parameters?: INodeParameters; options?: INodeParameters };
	/** What it can't do, each with the reason; a test that needs it is skipped, the reason in its name. */
	readonly cannot: Readonly<Partial<Record<WriteAbility, string>>>;
	/** What is not read back as it was, each part with the reason: no more than its page in the docs says. */
	readonly loses: Readonly<Partial<Record<LeadPart, string>>>;
	/** Fields besides the lead's own, by the destination's names, and what of a lead they are read back as. */
	readonly additional: { fields: JsonObject; readAs: object };
	readonly outcomes: {
		/** Of a lead that is known and has changed; of one that has not, the place says it. */
		changed: Outcome;
		/** Of a lead whose first attempt was carried out and had no response; `created` when absent. */
		afterLoss?: Outcome;
	};
	/** Which of two versions of a lead stands in the end. */
	readonly stands: 'first' | 'last';
	/** The most requests that 1,000 leads may take: when new, written again, and changed. */
	readonly requests: { created: number; again: number; changed: number };
	/** Requests that write, for so many new leads. */
	writes(leads: number): number;
}

/** How many leads make a few requests, where each lead is one and where they share them. */
export function enoughFor({ writes }: WrittenDestination): number {
	return writes(430) === 430 ? 40 : 430;
}
