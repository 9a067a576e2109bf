import type { RepeatLevel } from '../identity/repeatKeys';

/** What of a lead was seen before: the very lead, its customer with this offer, the customer; or nothing. */
export type Seen = RepeatLevel | '';

/** A lead that is to be told from what was seen before. */
export interface AskedLead {
	/** By what it is known again, at each level. */
	keys: Partial<Record<RepeatLevel, string>> & { lead: string };
	/** Marks of this hand-over, by which a later one can be told to be the same. */
	marks: readonly string[];
	/**
	 * Marks of the hand-over that this may be again: a retry, or a lead handed over again. Where it was
	 * noted with one of them, it gets the verdict of that time. Empty for one that can't be.
	 */
	earlier: readonly string[];
	/** Whether it is such a hand-over, of which nothing tells which: then what was seen may be itself. */
	isUntold?: boolean;
}

/** Of one node or workflow, what was seen before. */
export interface History {
	/**
	 * Tells of each lead what was seen before, in the order of the leads, and notes it.
	 * @throws where the history cannot be used; what was noted by then is known again by its marks
	 */
	judge(leads: readonly AskedLead[]): Promise<Seen[]>;
	/** The same without noting anything. */
	look(leads: readonly AskedLead[]): Promise<Seen[]>;
	/** Forgets what was noted. @throws as above */
	clear(): Promise<void>;
}
