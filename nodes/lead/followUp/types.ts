/** What a follow-up is about, by the stage of the newest step and the steps before it. */
export type FollowUpKind =
	| 'active'
	| 'activeAgain'
	| 'initialInterest'
	| 'interestAfterTrial'
	| 'otherInterest'
	| 'repeatInterest'
	| 'repeatTrial'
	| 'returning'
	| 'trialBecameActive'
	| 'trialStarted';

/** Why nobody is written to. */
export type ReasonNotToWrite =
	'dataWithheld' | 'doNotContact' | 'noAddress' | 'testLead' | 'unreadAddress' | 'unusableAddress';

/** One message, or why there is none. Text that is missing is the empty string. */
export interface FollowUp {
	/** Whether to write at all. */
	write: boolean;
	/** Why not; empty when `write` is true. */
	reason: ReasonNotToWrite | '';
	/** The same as a sentence. */
	reasonText: string;
	/** Empty for customers who are not to be contacted and for test leads. */
	kind: FollowUpKind | '';
	/** An address that is safe in a header; empty unless `write` is true, like all below. */
	to: string;
	/** One line without control characters. */
	subject: string;
	/** Lines end with `\n`. */
	text: string;
	html: string;
	/** The same facts in cells of which a spreadsheet makes no formula; only when asked for. */
	sheetRow?: Record<string, string>;
}

/** Texts with placeholders, `[[firstName]]`. */
export interface FollowUpTemplate {
	subject: string;
	text: string;
	/** Made of the text when it is missing or empty. */
	html?: string;
}

export interface FollowUpOptions {
	/** In place of the built-in ones; a part that is missing or empty is the built-in one. */
	templates?: Partial<Record<FollowUpKind, Partial<FollowUpTemplate>>>;
	/** Who signs, in one line or several; the publisher's name when empty. */
	sender?: string;
	includeSheetRow?: boolean;
}
