import type { LeadStage } from '../types';

/** Somebody whom customers are given to. The same person may stand in a list several times, once for each territory. */
export interface Owner {
	name: string;
	/** By this an owner is the same one in another list, without regard to case; by the name where it is empty. */
	email: string;
	/** Share beside the weights of the others; 0 takes no customers. */
	weight: number;
	territory: Territory;
	/** Milliseconds since 1970: from `awayFrom` on, and before `awayUntil`. */
	awayFrom?: number;
	awayUntil?: number;
}

/** A list that is empty covers everything, all three of them empty make no territory. */
export interface Territory {
	/** ISO 3166-1 alpha-2. */
	countries: readonly string[];
	/** Ids or titles, `*` for any run of characters. */
	offers: readonly string[];
	stages: readonly LeadStage[];
}

/** What a lead or customer is told of its owner; empty texts where it has none. */
export interface AssignedOwner {
	name: string;
	email: string;
	/** In one or two sentences. */
	why: string;
	/** Who is next for this customer, where the owner doesn't act; empty where there is nobody else. */
	nextInLine: { name: string; email: string };
}
