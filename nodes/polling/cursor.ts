import { createHash } from 'node:crypto';
import type { JsonObject } from '../lead';
import { isTime } from '../lead/time';
import { SeenRows, type StoredSeenRows } from './seenRows';
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

/** The kept cursor, or `undefined` when there is none for this origin or it can't be trusted. */
export function loadCursor(stored: unknown, origin: string): Cursor | undefined {
	if (!isRecord(stored) || stored.version !== CURSOR_VERSION || stored.origin !== origin) {
		return undefined;
	}
	const seen = SeenRows.from(stored.memory);
	const { revision, watermark, floor, forgottenTo } = stored;
	if (!seen || !isTime(revision) || !isTime(watermark) || !isTime(floor)) return undefined;
	if (!isTime(forgottenTo)) return undefined;
	const marks = loadMarks(stored.marks);
	const cursor: Cursor = {
		origin,
		revision,
		watermark,
		floor,
		forgottenTo,
		seen,
		marks,
		scan: null,
	};
	// Cursors of before have the scan by the name `sweep`: not read, every lead would come again.
	const kept = stored.scan === undefined ? stored.sweep : stored.scan;
	if (kept === null) return cursor;
	const scan = loadScan(kept);
	return scan ? { ...cursor, scan } : undefined;
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
	return isRecord(stored) && isTime(stored.revision) ? stored.revision : -1;
}

function loadScan(stored: unknown): Scan | undefined {
	if (!isRecord(stored)) return undefined;
	const seen = SeenRows.from(stored.memory);
	const { startedAt, since, position, highest, forgottenTo, learning } = stored;
	if (!seen || !isTime(startedAt) || !isTime(highest) || !isTime(forgottenTo)) return undefined;
	if (since !== null && !isTime(since)) return undefined;
	if (position !== null && !isRecord(position)) return undefined;
	return {
		startedAt,
		since,
		position: position as JsonObject | null,
		highest,
		forgottenTo,
		learning: learning === true,
		seen,
	};
}

/** Without what is damaged: a mark spares a request, and nothing else depends on it. */
function loadMarks(stored: unknown): Mark[] {
	const entries: unknown[] = Array.isArray(stored) ? stored : [];
	return entries.flatMap((entry): Mark[] => {
		if (!isRecord(entry) || !isTime(entry.time) || !isRecord(entry.position)) return [];
		return [{ time: entry.time, position: entry.position as JsonObject }];
	});
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
