import type { FieldMapping } from './fieldMapping';
import type { LeadDestinationName, StageGuide } from './types';

/** What the caller knows of a record besides its content. */
export interface ParseContext {
	/** What the user says that the record's fields are. */
	fieldMapping?: FieldMapping | undefined;
	/** Set by whoever read the record from a destination; guessed from the record's shape otherwise. */
	destination?: LeadDestinationName;
	stageGuide?: StageGuide;
	/** ISO 8601; now when absent. */
	receivedAt?: string;
	/**
	 * For a record that comes straight from a sender: its destination, id and time of receipt are
	 * decided here, whatever it says of itself, also in the shape of a lead that was parsed before.
	 */
	isFromSender?: boolean;
	/** What the caller found odd about the record, in sentences. */
	warnings?: readonly string[];
	includeRaw?: boolean;
}
