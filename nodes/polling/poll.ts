import type { JsonValue, Lead } from '../lead';
import type { Cursor, Scan } from './cursor';
import { SeenRows } from './seenRows';
import type { LeadReader, Mark, PollStart, Position, PolledPage, PolledRow } from './types';

/**
 * How many rows beyond the overlap are remembered, so that an edit of one of them is known for what
 * it is. Bounds the kept state: 2,000 rows of 12 characters are 24 kB.
 */
const REMEMBERED_ROWS = 2_000;

/**
 * Milliseconds. Where the rows of its time are forgotten, a row that was made longer than this
 * before it was written is taken for an edited one. Longer than any delay of Microsoft's writer.
 */
const LATE_WRITE_TOLERANCE = 7 * 24 * 60 * 60 * 1000;

/**
 * How many rows a poll may read again although they were passed on, so that even a row that shows up
 * later than promised is found. Part of one page, so it costs no request.
 */
const FEW_ROWS = 100;

/**
 * Milliseconds by which a clock may be ahead of the one on the rows: the time that the service tells
 * comes from another server than theirs, perhaps from a proxy, and where it tells none it is ours.
 */
const CLOCK_TOLERANCE = 10 * 60 * 1000;

/** Marks within the overlap: a scan that begins at one reads little more than it needs. */
const MARKS = 6;

export interface PollRequest {
	reader: LeadReader;
	/** The kept cursor, or `undefined` to begin. It is left as it is: the new one is in the result. */
	cursor: Cursor | undefined;
	/** Names what is polled, for a cursor that begins here. */
	origin: string;
	start: PollStart;
	/** Most leads to pass on, at least 1. */
	limit: number;
	/** The record's lead, or `undefined` when it is not to be passed on. */
	accept: (record: JsonValue) => Lead | undefined;
	/** Ends the poll, which then gives what it has, with the cursor just behind it. */
	signal: AbortSignal;
	/** When the signal will, epoch milliseconds. */
	deadline: number;
	/** Most rows to remember beyond the overlap. */
	remembered?: number;
	/** This machine's clock, epoch milliseconds; `Date.now` when absent. */
	now?: () => number;
}

export interface PollResult {
	leads: Lead[];
	/** Keys of the leads' rows, in their order. */
	keys: string[];
	cursor: Cursor;
	/**
	 * - `complete`: everything there was has been read;
	 * - `limit`: there are as many leads as wanted, and perhaps more to come;
	 * - `timeUp`: the signal ended it;
	 * - `failed`: the destination gave no further page, see `cause`.
	 */
	end: 'complete' | 'limit' | 'failed' | 'timeUp';
	cause?: unknown;
}

/**
 * One poll. Goes on with the scan under way or begins one: a scan is one pass, in the
 * destination's own order, through all rows since the watermark less the overlap. Its position is
 * kept between polls, so a backlog is read once however small the polls are and none of it has to
 * be held. The watermark moves only when a scan has seen everything, and never past the time at
 * which the scan began: rows written behind its back belong to the next scan.
 *
 * @throws what the reader throws while nothing has been read
 */
export async function poll(request: PollRequest): Promise<PollResult> {
	const { reader, limit, accept, signal, deadline, now = Date.now } = request;
	const { remembered = REMEMBERED_ROWS } = request;
	const cursor = request.cursor ?? (await begin(request));
	const leads: Lead[] = [];
	const keys: string[] = [];
	let { scan } = cursor;
	const since = scan ? scan.since : lowerBound(cursor, reader);
	// Of the scan as it was when it was asked, which is enough: a page's rows are asked once.
	const isKnown = (key: string): boolean => {
		const digest = SeenRows.digest(key);
		return cursor.seen.has(digest) || (scan?.seen.has(digest) ?? false);
	};
	const read = async (position: Position | null, pageSize: number): Promise<PolledPage> => {
		signal.throwIfAborted();
		return await reader.readPage({
			since: since ?? undefined,
			position,
			pageSize,
			signal,
			deadline,
			isKnown,
		});
	};

	const beginning = markFor(since, cursor.marks, reader);
	const marks: Mark[] = [];
	let pageSize = fitPageSize(limit, reader);
	let ahead: Promise<PolledPage> | undefined;
	for (let pagesRead = 0; ; pagesRead += 1) {
		let page: PolledPage;
		try {
			page = await (ahead ?? read(scan ? scan.position : beginning, pageSize));
		} catch (cause) {
			if (pagesRead === 0) throw cause;
			const end = signal.aborted ? 'timeUp' : 'failed';
			return { leads, keys, cursor: { ...cursor, scan }, end, cause };
		}
		scan = scan ? copyScan(scan, pagesRead) : newScan(since, serviceTimeOf(page, now()));
		marks.push(...(page.marks ?? []));

		// The next page comes while this one is worked on, if it is wanted whatever this one holds.
		const roomLeft = limit - leads.length - page.rows.length;
		ahead = page.next && roomLeft > 0 ? read(page.next, fitPageSize(roomLeft, reader)) : undefined;
		// Its error is met when it is awaited; until then it must not end the process.
		ahead?.catch(() => undefined);

		const leadsBefore = leads.length;
		const stoppedAt = takeRows(page.rows, { cursor, scan, accept, leads, keys, limit });
		if (stoppedAt === undefined && page.next === null) {
			const ended = endScan(cursor, scan, reader, remembered);
			const kept = keptMarks([...cursor.marks, ...marks], ended, reader);
			return { leads, keys, cursor: { ...ended, marks: kept }, end: 'complete' };
		}
		scan.position = stoppedAt ?? page.next;
		trim(scan, reader, remembered);
		if (stoppedAt !== undefined || leads.length >= limit) {
			return { leads, keys, cursor: { ...cursor, scan }, end: 'limit' };
		}
		const found = leads.length - leadsBefore;
		// Pages no larger than the leads still wanted: what doesn't fit would be read again next time.
		// Where few of the rows are leads, larger ones, so that a small limit doesn't make for many
		// requests; a page is doubled at most, so no more is read again than was read for good.
		const wanted = limit - leads.length;
		pageSize = fitPageSize(
			found * 2 < page.rows.length ? Math.max(pageSize * 2, wanted) : wanted,
			reader,
		);
	}
}

/** The cursor of a first poll. A start from now begins by learning what is there already. */
async function begin(request: PollRequest): Promise<Cursor> {
	const { reader, origin, start, signal, deadline, now = Date.now } = request;
	const cursor: Cursor = {
		origin,
		revision: 0,
		watermark: 0,
		floor: start.from === 'date' ? start.date : 0,
		forgottenTo: 0,
		seen: new SeenRows(),
		marks: [],
		scan: null,
	};
	if (start.from !== 'now') return cursor;
	const page = await reader.readPage({
		since: undefined,
		position: null,
		pageSize: 1,
		signal,
		deadline,
		isKnown: () => true,
	});
	const startedAt = serviceTimeOf(page, now());
	const floor = Math.max(0, startedAt - reader.overlap);
	return { ...cursor, floor, scan: { ...newScan(floor, startedAt), learning: true } };
}

interface Taking {
	cursor: Cursor;
	scan: Scan;
	accept: PollRequest['accept'];
	leads: Lead[];
	keys: string[];
	limit: number;
}

/** Passes on the rows' leads; gives the position to stop at when one more would be too many. */
function takeRows(rows: PolledRow[], taking: Taking): Position | undefined {
	const { cursor, scan, accept, leads, keys, limit } = taking;
	let last: PolledRow | undefined;
	for (const row of rows) {
		const digest = SeenRows.digest(row.key);
		const known = cursor.seen.has(digest) || scan.seen.has(digest);
		if (!known && row.record !== undefined && isNewLead(row, cursor, scan)) {
			const lead = accept(row.record);
			if (lead) {
				if (leads.length >= limit) return last?.position;
				leads.push(lead);
				keys.push(row.key);
			}
		}
		scan.seen.add(digest, row.clock);
		scan.highest = Math.max(scan.highest, row.clock);
		last = row;
	}
	return undefined;
}

function isNewLead(row: PolledRow, cursor: Cursor, scan: Scan): boolean {
	if ((row.createdAt ?? row.clock) < cursor.floor) return false;
	// A row written after the learning began came after "now", even where learning takes many polls.
	if (scan.learning) return row.clock >= scan.startedAt;
	if (row.createdAt === undefined || row.createdAt > cursor.forgottenTo) return true;
	return row.clock - row.createdAt <= LATE_WRITE_TOLERANCE;
}

function newScan(since: number | null, startedAt: number): Scan {
	return {
		startedAt,
		since,
		position: null,
		highest: 0,
		seen: new SeenRows(),
		forgottenTo: 0,
		learning: false,
	};
}

/** The service's clock as a page was read, epoch milliseconds; by ours, surely none that is ahead. */
function serviceTimeOf({ serviceTime }: PolledPage, now: number): number {
	return serviceTime ?? Math.max(0, now - CLOCK_TOLERANCE);
}

/** The first page a poll adds to a kept scan must not change the caller's. */
function copyScan(scan: Scan, pagesRead: number): Scan {
	if (pagesRead > 0) return scan;
	const seen = new SeenRows();
	seen.addAll(scan.seen);
	return { ...scan, seen };
}

/**
 * Everything up to the scan's beginning has been passed on: the watermark may follow. It stays at
 * the latest row where few rows are then read again, because then even a row that shows up later than
 * promised is found as long as no later one has come. Behind a burst it does not stay: every poll
 * would read the whole burst again.
 */
function endScan(cursor: Cursor, scan: Scan, reader: LeadReader, remembered: number): Cursor {
	const seen = new SeenRows();
	seen.addAll(cursor.seen);
	seen.addAll(scan.seen);
	const latest = Math.max(cursor.watermark, Math.min(scan.highest, scan.startedAt));
	let watermark = latest;
	if (reader.selective) watermark = Math.max(latest, scan.startedAt);
	else if (seen.countSince(latest - reader.overlap) > FEW_ROWS) {
		watermark = Math.max(latest, scan.startedAt - CLOCK_TOLERANCE);
	}
	const ended = { ...cursor, watermark, scan: null };
	const forgottenTo = seen.forget(lowerBound(ended, reader) ?? 0, remembered);
	return {
		...ended,
		seen,
		forgottenTo: Math.max(cursor.forgottenTo, scan.forgottenTo, forgottenTo),
	};
}

/**
 * Forgets what neither this scan nor the next will read again. Only the scan's own rows: those
 * of earlier ones can still come up in it.
 */
function trim(scan: Scan, reader: LeadReader, remembered: number): void {
	if (scan.seen.size <= remembered) return;
	const nextBound = Math.min(scan.highest, scan.startedAt) - reader.overlap;
	scan.forgottenTo = Math.max(scan.forgottenTo, scan.seen.forget(nextBound, remembered));
}

/**
 * The latest mark before `since`. Not one that is further back than the overlap: reading what lies
 * between would cost more than finding the beginning.
 */
function markFor(
	since: number | null,
	marks: readonly Mark[],
	reader: LeadReader,
): Position | null {
	if (since === null) return null;
	const mark = marks.findLast(({ time }) => time <= since && time >= since - reader.overlap);
	return mark?.position ?? null;
}

/** Those that the next scans can begin at: one of a while is as good as many. */
function keptMarks(marks: readonly Mark[], cursor: Cursor, reader: LeadReader): Mark[] {
	const bound = lowerBound(cursor, reader) ?? 0;
	const sorted = [...marks].sort((a, b) => a.time - b.time);
	const latest = sorted.findLastIndex(({ time }) => time <= bound);
	const kept: Mark[] = [];
	for (const mark of sorted.slice(Math.max(latest, 0))) {
		const last = kept.at(-1);
		if (!last || mark.time - last.time >= reader.overlap / MARKS) kept.push(mark);
	}
	return kept;
}

/** Where the next scan begins, epoch milliseconds; `null` for everything. */
function lowerBound(cursor: Cursor, reader: LeadReader): number | null {
	const bound = Math.max(cursor.watermark - reader.overlap, cursor.floor);
	return bound > 0 ? bound : null;
}

function fitPageSize(rows: number, reader: LeadReader): number {
	return Math.min(Math.max(rows, 1), reader.maxPageSize);
}
