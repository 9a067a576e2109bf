import { tryToParseDateTime } from 'n8n-workflow';

import { readDateParameter } from '../../../nodes/parameters/dateParameter';

const iso = (value: unknown, timezone: string) =>
	new Date(readDateParameter(value, timezone)).toISOString();

describe('a date parameter', () => {
	it.each([
		['2026-01-31T00:00:00', 'America/New_York', '2026-01-31T05:00:00.000Z'],
		['2026-01-31', 'Asia/Tokyo', '2026-01-30T15:00:00.000Z'],
		['2026-01-31 10:00:00', 'Etc/UTC', '2026-01-31T10:00:00.000Z'],
		[' 2026-01-31T10:00 ', 'UTC', '2026-01-31T10:00:00.000Z'],
		['2026', 'UTC', '2026-01-01T00:00:00.000Z'],
		['2026-W05-6', 'UTC', '2026-01-31T00:00:00.000Z'],
		// In the very zones that it is held against.
		['2026-01-31T00:00:00', 'Pacific/Kiritimati', '2026-01-30T10:00:00.000Z'],
		['2026-01-31T00:00:00', 'Pacific/Niue', '2026-01-31T11:00:00.000Z'],
	])('without a zone is in that of the workflow: %s in %s', (text, timezone, expected) => {
		expect(iso(text, timezone)).toBe(expected);
	});

	it.each([
		['2026-01-31T00:00:00Z', '2026-01-31T00:00:00.000Z'],
		['2026-01-31T00:00:00-05:00', '2026-01-31T05:00:00.000Z'],
		['2026-01-31T00:00:00[Europe/Rome]', '2026-01-30T23:00:00.000Z'],
		['Sat, 31 Jan 2026 00:00:00 GMT', '2026-01-31T00:00:00.000Z'],
		['Sat, 31 Jan 2026 00:00:00 +0630', '2026-01-30T17:30:00.000Z'],
	])('that names its zone keeps it: %s', (text, expected) => {
		for (const timezone of ['Asia/Tokyo', 'America/New_York', 'UTC']) {
			expect(iso(text, timezone)).toBe(expected);
		}
	});

	it.each([
		['2026-11-01T01:00', 'America/New_York', '2026-11-01T05:00:00.000Z'],
		['2026-11-01 01:59:59', 'America/New_York', '2026-11-01T05:59:59.000Z'],
		['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
		['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
	])('that comes twice is the earlier: %s in %s', (text, timezone, expected) => {
		try {
			// Whichever season it is read in.
			for (const now of ['2026-01-15', '2026-07-15']) {
				jest.useFakeTimers({ now: new Date(now) });
				expect(iso(text, timezone)).toBe(expected);
			}
		} finally {
			jest.useRealTimers();
		}
	});

	it.each([
		['9999-12-31T23:59:59', 'America/New_York', '9999-12-31T23:59:59.999Z'],
		['9999-12-31', 'Asia/Tokyo', '9999-12-30T15:00:00.000Z'],
		['0001-01-01', 'Asia/Tokyo', '0001-01-01T00:00:00.000Z'],
	])(
		'at the edge of the years with four digits is in one of them: %s in %s',
		(text, zone, time) => {
			expect(iso(text, zone)).toBe(time);
		},
	);

	it.each([new Date(8.64e15), new Date('+010000-02-01'), new Date('-000300-01-01')])(
		'of a year that no destination knows is none: %p',
		(date) => {
			expect(() => readDateParameter(date, 'UTC')).toThrow('not one from 1 to 9999');
		},
	);

	it('that names one of the two is that one', () => {
		expect(iso('2026-11-01T01:00-05:00', 'America/New_York')).toBe('2026-11-01T06:00:00.000Z');
		expect(iso('2026-11-01T01:00-04:00', 'America/New_York')).toBe('2026-11-01T05:00:00.000Z');
	});

	it('that an expression gives is that instant', () => {
		const later = tryToParseDateTime('2026-11-01T01:00-05:00', 'UTC').setZone('America/New_York');
		expect(iso(later, 'Asia/Tokyo')).toBe('2026-11-01T06:00:00.000Z');
		expect(iso(new Date('2026-11-01T06:00:00Z'), 'America/New_York')).toBe(
			'2026-11-01T06:00:00.000Z',
		);
	});

	it.each([
		'',
		'soon',
		'lead 7',
		'2026 lead 7',
		'2026-02-30',
		'2026-13-01',
		'2026-1-5',
		'2026/01/31',
		'2026-01-31T25:00',
		'31.01.2026',
		undefined,
		null,
		7,
		true,
		{},
		[],
	])('that is none throws: %j', (value) => {
		for (const timezone of ['UTC', 'America/New_York', 'Pacific/Niue']) {
			expect(() => readDateParameter(value, timezone)).toThrow();
		}
	});
});
