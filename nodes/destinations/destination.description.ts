import type { INodeProperties } from 'n8n-workflow';
import type { Lead, LeadDestinationName } from '../lead';
import type { DestinationInput, LeadDestination, ListEntry } from './types';

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
	/** Lists for the editor, by the name of their search method; entries come in the order to show. */
	lists: Record<string, (input: DestinationInput) => Promise<ListEntry[]>>;
	/** Resolves when the credential works. @throws DestinationError that says which part does not */
	testCredential(credential: Record<string, unknown>): Promise<void>;
}
