import type { JsonObject, JsonValue } from '../lead';

/**
 * Where a reader can go on: opaque to the scan, kept as JSON between polls. A position stays good
 * for as long as the destination exists, whatever is written in the meantime.
 */
export type Position = JsonObject;

/** One record at a destination, with what the scan has to know of it. */
export interface PolledRow {
	/** Names the record at its destination for ever; edits don't change it. */
	key: string;
	/** The destination's own clock on the row, epoch milliseconds rounded down. An edit may move it. */
	clock: number;
	/** When the lead itself says it was made, epoch milliseconds; `undefined` where it doesn't say. */
	createdAt: number | undefined;
	/** Goes on right behind this row. */
	position: Position;
	/** The record as the destination gives it, ready for `parseLead`; `undefined` only where `isKnown`. */
	record: JsonValue | undefined;
	/**
	 * What the destination itself keeps of earlier hand-overs, where it does; `undefined` for a lead
	 * that was not handed over yet. Used by acknowledged delivery only.
	 */
	handOver?: HandOver | undefined;
	/** Whether the record says that its lead has been handled, where such records stay. */
	isHandled?: boolean;
	/** Names the record's present content, for a change that is to fail where it was changed since. */
	version?: string | undefined;
}

/** What is known of the times that a lead was handed over without being marked as handled. */
export interface HandOver {
	/** How often, at least 1. One more than Max Attempts where it was given up. */
	attempt: number;
	/** Epoch milliseconds. */
	firstAt: number;
	/** When it may be handed over again, epoch milliseconds. */
	nextAt: number;
	/** Whether the workflow was told that it is given up: it is not told again. */
	isGivenUp: boolean;
}

export interface PolledPage {
	rows: PolledRow[];
	/** Where the next page begins; `null` only at the very end. A page may be empty and still go on. */
	next: Position | null;
	/** The service's clock as it responded, epoch milliseconds rounded down; `undefined` if untold. */
	serviceTime: number | undefined;
	/** Whether the place itself is not there (yet), which reads like an empty one. */
	isMissing?: boolean;
	/**
	 * Places for later scans to begin at, where finding the beginning costs a request. None when absent.
	 */
	marks?: readonly Mark[];
}

/** A place behind which every row comes whose clock is this time or later. */
export interface Mark {
	/** Epoch milliseconds. */
	time: number;
	position: Position;
}

export interface PageRequest {
	/** Rows whose clock is this or later, epoch milliseconds; `undefined` for all rows. */
	since: number | undefined;
	/**
	 * Where to go on; `null` for the beginning. Used with the `since` it was handed out under, or a
	 * later one where it is that of a mark.
	 */
	position: Position | null;
	/** Most rows in the page; a reader may give fewer. */
	pageSize: number;
	/** Ends waiting and retrying when the poll's time is up. */
	signal: AbortSignal;
	/** When that will be, epoch milliseconds: a wait beyond it need not be begun. */
	deadline: number;
	/** Whether the row of this key has been passed on: nobody will look into its record. */
	isKnown: (key: string) => boolean;
}

/**
 * Reads a destination's records in a stable order in which every record that is there for the whole
 * scan comes up exactly once. Throws `DestinationError` for whatever goes wrong.
 */
export interface LeadReader {
	/** Most rows the destination gives in one page. */
	readonly maxPageSize: number;
	/**
	 * How late a row may become visible, by its own clock, in milliseconds: commits that take their
	 * time, servers whose clocks differ, indexes that lag.
	 */
	readonly overlap: number;
	/**
	 * Whether it leaves out rows by the user's filters. The rows it gives then don't tell how far a
	 * scan has come, its beginning does: otherwise a filter that is widened later would bring back
	 * what was passed over. That it leaves out what is no marketplace lead doesn't count.
	 */
	readonly selective: boolean;
	readPage(request: PageRequest): Promise<PolledPage>;
}

/** Which leads a new cursor begins with; `date` is epoch milliseconds. */
export type PollStart = { from: 'all' } | { from: 'now' } | { from: 'date'; date: number };
