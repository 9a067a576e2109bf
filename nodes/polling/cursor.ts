import { createHash } from 'node:crypto';
import { entriesAs, flag, jsonObject, readAs, time } from '../schemas';
import { literal, nullable, object, optional, pipe, string, transform } from '../vendor/schema';
import { SeenRows, seenRows, type StoredSeenRows } from './seenRows';
import type { Mark, PollStart, Position } from './types';

/**
 * What a poll keeps for the next one, as JSON in n8n's static data. n8n may hand a poll an older
 * cursor than the last one, or none: both only make it read rows again, never miss one.
 */
export interface StoredCursor {
	version: typeof CURSOR_VERSION;
	/** Digest of what is read and from when; another table or start begins anew. */
	origin: string;
	/** Counts commits, so that of two polls that overlapped only the first to end is taken. */
	revision: number;
	/** Every row with a clock up to here has been passed on (late ones excepted), epoch milliseconds. */
	watermark: number;
	/** Rows made before this are not wanted, epoch milliseconds. */
	floor: number;
	/** No row whose clock is later than this has been forgotten, epoch milliseconds; 0 for none. */
	forgottenTo: number;
	memory: StoredSeenRows;
	/** Where scans may begin, the earliest first; absent for none. */
	marks?: Mark[];
	/** The scan that is under way; null between two. */
	scan: StoredScan | null;
}

export interface StoredScan {
	/** The service's clock when the scan began, epoch milliseconds. */
	startedAt: number;
	/** Lower bound of the rows' clock, epoch milliseconds; `null` for all rows. */
	since: number | null;
	position: Position | null;
	/** The latest clock seen, epoch milliseconds. */
	highest: number;
	/** Rows this scan came by. Apart from the cursor's, which have to stay whole until the scan ends. */
	memory: StoredSeenRows;
	forgottenTo: number;
	/** Only learn what is there, pass nothing on: the first scan of a start from now. */
	learning: boolean;
}

const CURSOR_VERSION = 1;

/** The cursor as the scan works on it. */
export interface Cursor extends Omit<StoredCursor, 'marks' | 'memory' | 'scan' | 'version'> {
	seen: SeenRows;
	marks: readonly Mark[];
	scan: Scan | null;
}

export interface Scan extends Omit<StoredScan, 'memory'> {
	seen: SeenRows;
}

/** Names what is polled: the destination's own identity and the start the user chose. */
export function cursorOrigin(identity: string, start: PollStart): string {
	return createHash('sha256')
		.update(JSON.stringify([identity, start]))
		.digest('base64url')
		.slice(0, 22);
}

const position = nullable(jsonObject);

const scanSchema = pipe(
	object({
		startedAt: time,
		since: nullable(time),
		position,
		highest: time,
		memory: seenRows,
		forgottenTo: time,
		learning: flag,
	}),
	transform(({ memory: seen, ...scan }): Scan => ({ ...scan, seen })),
);

const cursorSchema = pipe(
	object({
		version: literal(CURSOR_VERSION),
		origin: string(),
		revision: time,
		watermark: time,
		floor: time,
		forgottenTo: time,
		memory: seenRows,
		// Without what is damaged: a mark spares a request, and nothing else depends on it.
		marks: optional(entriesAs(object({ time, position: jsonObject })), []),
		scan: optional(nullable(scanSchema)),
		// Its name before: not read, every lead would come again.
		sweep: optional(nullable(scanSchema)),
	}),
	transform(({ version: _, memory: seen, scan, sweep, ...cursor }) => ({
		...cursor,
		seen,
		scan: scan === undefined ? sweep : scan,
	})),
);

/** The kept cursor, or `undefined` when there is none for this origin or it can't be trusted. */
export function loadCursor(stored: unknown, origin: string): Cursor | undefined {
	const cursor = readAs(cursorSchema, stored);
	if (cursor?.origin !== origin || cursor.scan === undefined) return undefined;
	return { ...cursor, scan: cursor.scan };
}

export function storeCursor({ seen, marks, scan, ...cursor }: Cursor): StoredCursor {
	return {
		version: CURSOR_VERSION,
		...cursor,
		memory: seen.toJSON(),
		...(marks.length === 0 ? {} : { marks: [...marks] }),
		scan: scan && storeScan(scan),
	};
}

function storeScan({ seen, ...scan }: Scan): StoredScan {
	return { ...scan, memory: seen.toJSON() };
}

/**
 * A cursor that comes by these rows again (by their keys), although a poll has passed them on, and
 * by no other that was passed on up to now. Reading goes back to where that poll began (`undefined`
 * for the very beginning).
 */
export function withoutRows(
	current: Cursor,
	before: Cursor | undefined,
	dropped: readonly string[],
): Cursor {
	const seen = new SeenRows();
	for (const rows of [before?.seen, before?.scan?.seen, current.seen, current.scan?.seen]) {
		if (rows) seen.addAll(rows);
	}
	for (const key of dropped) seen.delete(SeenRows.digest(key));
	const scan = before?.scan ? { ...before.scan, seen: new SeenRows() } : null;
	return {
		...current,
		watermark: before?.watermark ?? 0,
		forgottenTo: before?.forgottenTo ?? 0,
		seen,
		scan,
	};
}

/** The revision of a kept cursor of any origin; -1 when there is none. */
export function storedRevision(stored: unknown): number {
	return readAs(object({ revision: time }), stored)?.revision ?? -1;
}
