import { createHash } from 'node:crypto';
import type { JsonObject } from '../lead';
import { RowMemory, type StoredMemory } from './memory';
import type { PollStart, Position } from './types';

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
	memory: StoredMemory;
	/** The pass through the destination that is under way. */
	sweep: StoredSweep | null;
}

export interface StoredSweep {
	/** The service's clock when the sweep began, epoch milliseconds. */
	startedAt: number;
	/** Lower bound of the rows' clock, epoch milliseconds; `null` for all rows. */
	since: number | null;
	position: Position | null;
	/** The latest clock seen, epoch milliseconds. */
	highest: number;
	/** Rows this sweep came by. Apart from `memory`, which has to stay whole until the sweep ends. */
	memory: StoredMemory;
	forgottenTo: number;
	/** Only learn what is there, pass nothing on: the first sweep of a start from now. */
	learning: boolean;
}

const CURSOR_VERSION = 1;

/** Epoch milliseconds: the last instant JavaScript has. A later one could not be asked for. */
const LATEST_TIME = 8_640_000_000_000_000;

/** The cursor as the sweep works on it. */
export interface Cursor extends Omit<StoredCursor, 'memory' | 'sweep' | 'version'> {
	memory: RowMemory;
	sweep: Sweep | null;
}

export interface Sweep extends Omit<StoredSweep, 'memory'> {
	memory: RowMemory;
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
	const memory = RowMemory.from(stored.memory);
	const { revision, watermark, floor, forgottenTo } = stored;
	if (!memory || !isTime(revision) || !isTime(watermark) || !isTime(floor)) return undefined;
	if (!isTime(forgottenTo)) return undefined;
	const cursor: Cursor = { origin, revision, watermark, floor, forgottenTo, memory, sweep: null };
	if (stored.sweep === null) return cursor;
	const sweep = loadSweep(stored.sweep);
	return sweep ? { ...cursor, sweep } : undefined;
}

export function storeCursor(cursor: Cursor): StoredCursor {
	return {
		version: CURSOR_VERSION,
		...cursor,
		memory: cursor.memory.toJSON(),
		sweep: cursor.sweep && { ...cursor.sweep, memory: cursor.sweep.memory.toJSON() },
	};
}

/** The revision of a kept cursor of any origin; -1 when there is none. */
export function storedRevision(stored: unknown): number {
	return isRecord(stored) && isTime(stored.revision) ? stored.revision : -1;
}

function loadSweep(stored: unknown): Sweep | undefined {
	if (!isRecord(stored)) return undefined;
	const memory = RowMemory.from(stored.memory);
	const { startedAt, since, position, highest, forgottenTo, learning } = stored;
	if (!memory || !isTime(startedAt) || !isTime(highest) || !isTime(forgottenTo)) return undefined;
	if (since !== null && !isTime(since)) return undefined;
	if (position !== null && !isRecord(position)) return undefined;
	return {
		startedAt,
		since,
		position: position as JsonObject | null,
		highest,
		forgottenTo,
		learning: learning === true,
		memory,
	};
}

function isTime(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LATEST_TIME;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
