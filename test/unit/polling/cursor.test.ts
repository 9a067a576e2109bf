import {
	cursorOrigin,
	loadCursor,
	storeCursor,
	storedRevision,
} from '../../../nodes/polling/cursor';
import { SeenRows } from '../../../nodes/polling/seenRows';
import type { PollStart } from '../../../nodes/polling/types';

const ORIGIN = cursorOrigin('here', { from: 'all' });
const TIME = Date.UTC(2026, 0, 1);
const DIGEST = SeenRows.digest('row');

const stored = {
	version: 1,
	origin: ORIGIN,
	revision: 7,
	watermark: TIME,
	floor: 0,
	forgottenTo: TIME - 5,
	memory: { abc: DIGEST },
	scan: {
		startedAt: TIME,
		since: null,
		position: { after: ['p', 'r'] },
		highest: TIME - 1,
		memory: { abd: DIGEST },
		forgottenTo: 0,
		learning: false,
	},
};

describe('a stored cursor', () => {
	it('is loaded and stored without a change', () => {
		for (const value of [
			stored,
			{ ...stored, scan: null },
			{ ...stored, scan: { ...stored.scan, since: TIME, position: null, learning: true } },
		]) {
			const cursor = loadCursor(value, ORIGIN);
			expect(JSON.parse(JSON.stringify(cursor && storeCursor(cursor)))).toEqual(value);
		}
	});

	it('of before is loaded, whose scan has another name', () => {
		const { scan, ...rest } = stored;
		for (const sweep of [null, scan]) {
			const cursor = loadCursor({ ...rest, sweep }, ORIGIN);
			expect(cursor && storeCursor(cursor)).toEqual({ ...rest, scan: sweep });
		}
	});

	it.each<[string, unknown]>([
		['there is none', undefined],
		['it is nothing', null],
		['it is text', JSON.stringify(stored)],
		['it is a list', [stored]],
		['it is of another version', { ...stored, version: 2 }],
		['it is of another place', { ...stored, origin: cursorOrigin('there', { from: 'all' }) }],
		['its revision is missing', { ...stored, revision: undefined }],
		['its watermark is negative', { ...stored, watermark: -1 }],
		['its watermark is text', { ...stored, watermark: String(TIME) }],
		['its watermark is no instant', { ...stored, watermark: 8_640_000_000_000_001 }],
		['its floor is a fraction', { ...stored, floor: 0.5 }],
		['its floor is no instant', { ...stored, floor: Number.MAX_SAFE_INTEGER }],
		['it forgot until never', { ...stored, forgottenTo: null }],
		['its memory is missing', { ...stored, memory: undefined }],
		['its memory is cut off', { ...stored, memory: { abc: DIGEST.slice(1) } }],
		['its scan is missing', { ...stored, scan: undefined }],
		['its scan is a list', { ...stored, scan: [] }],
		['its scan began never', { ...stored, scan: { ...stored.scan, startedAt: null } }],
		['its scan reads from text on', { ...stored, scan: { ...stored.scan, since: '0' } }],
		['its scan stands nowhere', { ...stored, scan: { ...stored.scan, position: 'p' } }],
		['its scan has no memory', { ...stored, scan: { ...stored.scan, memory: null } }],
	])('is not gone on with when %s', (_, value) => {
		expect(loadCursor(value, ORIGIN)).toBeUndefined();
	});

	it('tells its revision, of whatever place it is', () => {
		expect(storedRevision({ ...stored, origin: 'another' })).toBe(7);
		for (const value of [undefined, null, 7, 'x', {}, { revision: -3 }, { revision: '7' }]) {
			expect(storedRevision(value)).toBe(-1);
		}
	});
});

describe('the origin of a cursor', () => {
	it('is another for every place and start', () => {
		const starts: PollStart[] = [
			{ from: 'all' },
			{ from: 'now' },
			{ from: 'date', date: TIME },
			{ from: 'date', date: TIME + 1 },
		];
		const origins = ['here', 'there'].flatMap((place) =>
			starts.map((start) => cursorOrigin(place, start)),
		);
		expect(new Set(origins).size).toBe(8);
		expect(cursorOrigin('here', { from: 'all' })).toBe(ORIGIN);
	});
});
