import type { INodeProperties } from 'n8n-workflow';
import type { Lead, LeadDestinationName } from '../lead';
import type { RetryLimits } from './retry';
import type { DestinationInput, LeadDestination, ListEntry, WriteInput } from './types';
import type { LeadWriter } from './writing';

/**
 * All that the nodes know of a destination. A destination is one folder with one of these, and one
 * line in the registry beside this file.
 */
export interface DestinationDescription {
	/** Value of the destination chooser, and `destination` of its leads. */
	name: Exclude<LeadDestinationName, ''>;
	displayName: string;
	/** Name of its credential type, one no other destination uses. */
	credentialType: string;
	/** How its leads are read; absent where nothing can be read. */
	reading?: ReadingDescription;
	/** How leads are written into it. */
	writing: WritingDescription;
	/** Lists for the editor, by the name of their search method; entries come in the order to show. */
	lists: Record<string, (input: DestinationInput) => Promise<ListEntry[]>>;
	/** Resolves when the credential works. @throws DestinationError that says which part does not */
	testCredential(credential: Record<string, unknown>, limits?: RetryLimits): Promise<void>;
}

export interface ReadingDescription {
	/** What the editor asks for; the nodes show it when the destination is chosen. */
	properties: INodeProperties[];
	/** Entries for a node's options, shown as above. */
	options: INodeProperties[];
	/**
	 * Whether a lead is one of Microsoft's; absent where nothing else is written there. Where it is
	 * present, others pass only when the user asks for them.
	 */
	isMarketplaceLead?: (lead: Lead) => boolean;
	/** Loads the destination's SDK and makes ready to read. @throws DestinationError */
	open(input: DestinationInput): Promise<LeadDestination>;
}

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
