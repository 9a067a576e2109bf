/**
 * What a destination brings to the poll contract: a server or fake server whose records a test writes,
 * whose clock it turns and whose responses it spoils. The contract itself knows no vendor.
 */
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import type { Fault, Traffic } from '../../fakeServers/faults.ts';
import type { LeadToWrite } from '../../fakeServers/leadToWrite.ts';
import type { LeadDestinationName } from '../../../nodes/lead/types.ts';
import type { Places } from '../places/place.ts';

/** Decrypted credential data by credential type. */
export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** What a destination may be unable to do. */
export type Ability =
	/** A place that comes into being with its first lead. */
	| 'absentPlace'
	/** Records are changed in place. */
	| 'edits'
	/** A change moves the record's clock. */
	| 'editsMoveClock'
	/** Answers without records that go on. */
	| 'emptyPages'
	/** Records that show only some time after their own clock. */
	| 'lateRecords'
	/** A lead has the offer's title beside its id. */
	| 'offerTitles'
	/** A lead says when it was made, beside the clock of its record. */
	| 'ownCreationTime'
	/** How far a scan has come shows in its records: of what is looked through they are all. */
	| 'progressByRecords'
	/** Two kinds of sign-in that lead to the same place. */
	| 'secondSignIn';

export interface PolledDestination {
	readonly destination: LeadDestinationName;
	/** What it can't do, each with the reason; a test that needs it is skipped, the reason in its name. */
	readonly cannot: Readonly<Partial<Record<Ability, string>>>;
	/** Whether the client that our reader uses tries again by itself, within a second or two. */
	retries(fault: Fault): boolean;
	/** Starts what stands in for the vendor, once for all tests. */
	start(): Promise<DestinationServer>;
}

export type DestinationServer = Places<PollHarness>;

/** One place of a destination, and the node's settings for it. */
export interface PollHarness {
	readonly parameters: INodeParameters;
	readonly credentials: Credentials;
	/** The same with a secret that the destination refuses. */
	readonly badCredentials: Credentials;
	/** Another kind of sign-in to the same place. */
	readonly otherCredentials?: Credentials;
	/** What must never be read in an output or an error, of all credentials above. */
	readonly secrets: readonly string[];

	/** The destination's clock, epoch milliseconds, no finer than that of its records. */
	now(): number;
	/** Turns the destination's clock on, or back before anything is written. */
	pass(milliseconds: number): void;
	/** Writes leads, and makes the place first where it is absent. @returns the leads' ids */
	insert(leads: readonly LeadToWrite[]): Promise<string[]>;
	/** Writes leads that keep their time of now but show only after `showLate`. */
	insertLate(leads: readonly LeadToWrite[]): Promise<string[]>;
	showLate(): void;
	/** Changes a field of these leads that says nothing of when they were made. */
	edit(...names: string[]): Promise<void>;

	/** Strikes responses with records: the first from now on, or a later `page`; once, or `times`. */
	fault(fault: Fault, options?: { page?: number; times?: number }): void;
	/** Strikes a request of any kind, sign-ins and look-ups too: the first from now on, or a later one. */
	faultAny(fault: Fault, request: number): void;
	/** How often faults have yet to strike. */
	faultsLeft(): number;
	/** Most records in a response, and empty responses before, between and after those with records. */
	shapePages(shape: { records?: number; emptyPages?: number }): void;
	traffic(since?: Traffic): Traffic;
}
