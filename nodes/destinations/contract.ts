/**
 * Everything that a destination implements, and what it is handed. A destination is one folder with
 * a `DestinationDescription`, and one line in the registry beside this file.
 */
import type { DestinationError } from './destinationError';
import type { INodeProperties } from 'n8n-workflow';
import type { DestinationName, JsonObject, JsonValue, Lead, LeadFilter } from '../lead';
import type { HandOver, LeadReader } from '../polling/types';
import type { Packable } from './packing';
import type { BrowserSignIn } from './browserSignIn';
import type { ProcessCache } from './processCache';
import type { TimeLimits } from './timeLimits';

/** All that the nodes know of a destination. */
export interface DestinationDescription {
	/** Value of the destination chooser, and `destination` of its leads. */
	name: DestinationName;
	displayName: string;
	/** Name of its credential type, one no other destination uses. */
	credentialType: string;
	/** The same where a person signs in with the browser; absent where only applications sign in. */
	browserCredentialType?: string;
	/** How its leads are read; absent where nothing can be read. */
	reading?: ReadingDescription;
	/** How leads are written into it. */
	writing: WritingDescription;
	/** Lists for the editor, by the name of their search method; entries come in the order to show. */
	lists: Record<string, (input: DestinationInput) => Promise<ListEntry[]>>;
	/** Whether testing the credential signs in; false where only a lead shows whether a secret is taken. */
	signsIn: boolean;
	/** Resolves when the credential works. @throws DestinationError that says which part does not */
	testCredential(
		credential: Record<string, unknown>,
		limits?: TimeLimits,
		browser?: BrowserSignIn,
	): Promise<void>;
}

export interface ReadingDescription {
	/** What the editor asks for; the nodes show it when the destination is chosen. */
	properties: INodeProperties[];
	/** Entries for a node's options, shown as above. */
	options: INodeProperties[];
	/** Entries for a node's filters, shown as above; their values are parameters like any other. */
	filters?: INodeProperties[];
	/**
	 * Whether a lead is one of Microsoft's; absent where nothing else is written there. Where it is
	 * present, others pass only when the user asks for them.
	 */
	isMarketplaceLead?: (lead: Lead) => boolean;
	/** Loads the destination's SDK and makes ready to read. @throws DestinationError */
	open(input: DestinationInput): Promise<LeadDestination>;
	/** How leads are marked as handled there; absent where there is nothing to mark. */
	marking?: MarkingDescription;
	/** What helps a person who wonders why no lead is found; what is absent, they are not told. */
	survey?: SurveyDescription;
}

export interface SurveyDescription {
	/** The place that the parameters name, as in `the table "MarketplaceLeads"`. @throws DestinationError */
	place?(input: DestinationInput): string;
	/**
	 * The fields that are looked in for the lead source, and the parameter or option that chooses the
	 * first of them. @throws DestinationError
	 */
	leadSource?(input: DestinationInput): { fields: string[]; setting?: string };
	/**
	 * Opens the destination with every field that can hold a lead source in its records, under the
	 * destination's own names. @throws DestinationError
	 */
	openWhole?(input: DestinationInput, limits: TimeLimits): Promise<LeadDestination>;
}

export interface MarkingDescription {
	/** What the editor asks for besides what is asked for reading. */
	properties: INodeProperties[];
	/** Of what is asked for reading, what is needed to mark leads whose ids are known. */
	placeProperties: INodeProperties[];
	/** Loads the destination's SDK and makes ready to read pending leads, and to mark. @throws DestinationError */
	open(input: DestinationInput): Promise<PendingLeads>;
	/** The same for marking alone, without what reading needs. @throws DestinationError */
	openMarker(input: WriteInput): Promise<LeadMarker>;
}

/**
 * The leads of a destination that are not marked as handled. Made for one poll or one execution;
 * what it hands over may be marked hours later.
 */
export interface PendingLeads extends LeadDestination, LeadMarker {
	/**
	 * Reads what is pending from `since` on. A reader may also give records that are handled
	 * (`isHandled`), but no pending one is left out.
	 */
	readonly reader: LeadReader;
	/**
	 * Notes at the destination that leads are being handed over, where it has conditional writes: of
	 * two that claim the same version of a record only one succeeds. One result for each, in their
	 * order, whether it was claimed and by which version it is known now. Where it is absent the caller
	 * remembers hand-overs itself.
	 *
	 * @throws DestinationError where none of them could be claimed
	 */
	claim?(claims: readonly LeadClaim[], limits: TimeLimits): Promise<ClaimResult[]>;
}

/** Marks leads at a destination. */
export interface LeadMarker {
	/**
	 * Marks leads as handled; a lead that is marked already counts as marked. One result for each, in
	 * their order; never throws for what a destination does.
	 */
	mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]>;
	/** Resolves when leads can be marked, as far as that can be told without doing it. @throws DestinationError */
	check(limits: TimeLimits): Promise<void>;
}

export interface LeadClaim {
	/** `Lead.id` */
	id: string;
	/** As `PolledRow.version`; `undefined` to write whatever the record holds. */
	version: string | undefined;
	/** What is kept with the record; `undefined` to take an earlier claim back. */
	handOver: HandOver | undefined;
}

export type ClaimResult =
	| { ok: true; version: string | undefined }
	/** Somebody else was first, or it is pending no more: no error. */
	| { ok: false; error?: DestinationError };

export interface LeadToMark {
	/** `Lead.id` */
	id: string;
	/** Which workflow handled it, for people. */
	handledBy: string;
	/** Epoch milliseconds. */
	handledAt: number;
}

export type MarkResult =
	{ ok: true; outcome: 'alreadyHandled' | 'marked' } | { ok: false; error: DestinationError };

export interface WritingDescription {
	/** What the editor asks for, as for reading; a property of both goes by one name. */
	properties: INodeProperties[];
	options: INodeProperties[];
	/** Loads the destination's SDK and makes ready to write. @throws DestinationError */
	open(input: WriteInput): Promise<LeadWriter>;
	/**
	 * The fields that can be written besides the lead's own, in the order to show them; absent where
	 * any name will do. @throws DestinationError
	 */
	fields?(input: WriteInput): Promise<WritableField[]>;
}

/** A value for an editor's list, with the name to show. */
export interface ListEntry {
	name: string;
	value: string;
}

/** A field of a destination's record, as a resource mapper shows it. */
export interface WritableField {
	/** Its name in the vendor's API. */
	name: string;
	/** Its name for people. */
	label: string;
	type: 'boolean' | 'dateTime' | 'number' | 'options' | 'string';
	/** The values to choose from, for `options`. */
	choices?: ListEntry[];
}

/**
 * A destination as one credential and one choice of parameters reach it. Made for one execution and
 * thrown away with it.
 */
export interface LeadDestination {
	/** Tells this place from any other, without secrets: a changed key or sign-in leaves it as it is. */
	readonly identity: string;
	readonly reader: LeadReader;
}

/** What a writer is made from, unchecked: the checks are the destination's. */
export interface WriteInput {
	credential: Record<string, unknown>;
	/** Present where a person signed in with the browser: then n8n has the tokens. */
	browser?: BrowserSignIn;
	/** A parameter of the node by its name; a resource locator gives its value. */
	parameter: (name: string) => unknown;
	/** An entry of the node's options by its name; `undefined` where it was not added. */
	option: (name: string) => unknown;
	/**
	 * One object for all that an execution of a node opens, which what is shared between them hangs
	 * on; absent where there is nothing else.
	 */
	execution?: object;
	/**
	 * What is kept between executions, tokens above all; that of this process when absent. A check
	 * brings an empty one, so that it is the credential which is tried and not what it once gave.
	 */
	cache?: ProcessCache;
}

/** The same for reading. */
export interface DestinationInput extends WriteInput {
	/** What will be let through: a destination may leave out what certainly won't be. */
	wanted: WantedLeads;
}

export interface WantedLeads {
	filter: LeadFilter;
	/** Whether records that are no marketplace leads are wanted too. */
	others: boolean;
}

/** A lead to be written. */
export interface WritableLead {
	lead: Lead;
	/** Further columns or fields, by the destination's own names; they win over those of the lead. */
	additional: JsonObject;
}

/** What a lead became at the destination. */
export interface WrittenLead {
	/**
	 * `unchanged` where the very lead was there already; `sent` where the destination took it and
	 * doesn't tell whether it makes a record of it.
	 */
	outcome: 'created' | 'sent' | 'unchanged' | 'updated';
	/** The record's id at the destination; empty where it tells none. */
	id: string;
	/** Where a person can look at it; empty where there is no such place. */
	url: string;
}

export type WriteResult =
	{ ok: true; written: WrittenLead } | { ok: false; error: DestinationError };

/** A lead in the vendor's form. Vendors add their record to it. */
export interface PreparedLead extends Packable {
	/** Names the lead at the destination: two of one key are the same lead. */
	readonly key: string;
	/** What would be written: of two with one key and one content the second is not sent. */
	readonly content: string;
	/** Leads with the same value are sent one after the other, in their order; `key` when absent. */
	readonly sequence?: string;
}

/** A record that is there already. */
export interface ExistingRecord {
	id: string;
	/** Whether nothing is left to be written: it is the very lead, or one that is left as it is. */
	isSame: boolean;
	/** Whether it was made after a moment of this machine's clock, epoch milliseconds. */
	wasCreatedAfter(time: number): boolean;
}

/** A lead as it is sent. */
export interface LeadToSend<Prepared, Existing> {
	prepared: Prepared;
	/** The record to update; absent for one to be created. */
	existing?: Existing;
	/** When an earlier attempt was sent that may have been carried out, epoch milliseconds. */
	uncertainSince?: number;
}

/** What has become of one lead of a batch. */
export type SendResult =
	| { status: WrittenLead['outcome']; id: string }
	/** A record is there already; `error` is what to tell where it is not found after all. */
	| { status: 'exists'; error?: DestinationError }
	/** Taken, and to be confirmed; `error` is what to tell where that fails. */
	| { status: 'pending'; error?: DestinationError }
	| { status: 'failed'; error: DestinationError };

/** What a batch of the vendor's may hold. */
export interface BatchLimits {
	readonly maxRecords: number;
	/**
	 * Where a batch takes longer the more it holds, leads are spread over the batches that run at once:
	 * each holds as many as that makes, but not fewer than this. Full ones when absent.
	 */
	readonly minRecords?: number;
	/** Of the sum of the leads' sizes; none when absent. */
	readonly maxSize?: number;
	/** Batches at once. */
	readonly concurrency: number;
	/** The same for more leads than fill so many batches: what the destination bears for long. */
	readonly sustainedConcurrency?: number;
	/** Leads for which `findExisting` is asked at once; as many as a batch holds when absent. */
	readonly maxLookups?: number;
	/** Failures in a row that say nothing of a lead, after which the rest is not sent; 1 when absent. */
	readonly maxFailures?: number;
	/** Whether a batch holds either records to create or records to update. */
	readonly separatesUpdates?: boolean;
}

/**
 * What a vendor brings to the engine in `nodes/writing`, which de-duplicates, looks up, packs, sends,
 * splits and settles. It writes the shape that Microsoft's connector leaves at the destination. Made
 * for one execution and thrown away with it. Every function throws nothing but `DestinationError`,
 * and asks once: trying again is the engine's.
 */
export interface LeadWriter<
	Prepared extends PreparedLead = PreparedLead,
	Existing extends ExistingRecord = ExistingRecord,
> {
	readonly limits: BatchLimits;
	/** Reads what `prepare` needs to know of the destination, once before the first lead. */
	open?(limits: TimeLimits): Promise<void>;
	/** @throws DestinationError for a lead that cannot be written */
	prepare(lead: WritableLead): Prepared;
	/**
	 * Asked before leads are sent, and before they are sent again where it is uncertain whether they
	 * arrived (`isAgain`). One entry for each lead, in their order: its record, none, or why that can't
	 * be told.
	 */
	findExisting?(
		leads: readonly Prepared[],
		limits: TimeLimits,
		isAgain: boolean,
	): Promise<Array<DestinationError | Existing | undefined>>;
	/** The same, of leads whose result was `exists`. */
	findConflicting?(
		leads: readonly Prepared[],
		limits: TimeLimits,
	): Promise<Array<DestinationError | Existing | undefined>>;
	/**
	 * One batch; one result for each lead, in their order. @throws DestinationError where the batch as
	 * a whole was not taken: with the code `rejected` it is sent again without the lead at fault
	 */
	send(
		batch: ReadonlyArray<LeadToSend<Prepared, Existing>>,
		limits: TimeLimits,
	): Promise<SendResult[]>;
	/** Waits for what became of leads that were `pending`. One result for each, none of them pending. */
	confirm?(leads: readonly Prepared[], limits: TimeLimits): Promise<SendResult[]>;
	/** Where a person can look at a record; empty where there is no such place. */
	urlOf?(id: string): string;
	/**
	 * Reads a written record back, ready for `parseLead`; `undefined` when it is not there (yet).
	 * Absent where nothing can be read back. @throws DestinationError
	 */
	readBack?(id: string, limits: TimeLimits): Promise<JsonValue | undefined>;
	/**
	 * The same, of what is there at once where the whole record is shown late. Absent where it isn't
	 * late. @throws DestinationError
	 */
	readBackInPart?(id: string, limits: TimeLimits): Promise<JsonValue | undefined>;
	/** Takes a test lead away again. Absent where that can't be done. @throws DestinationError */
	remove?(id: string, limits: TimeLimits): Promise<void>;
}
