/** Until when an owner has time in the example with a deadline, beside a clock that counts each minute. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';

import { DateTime } from 'luxon';

const FILE = path.resolve(__dirname, '../../examples/assign-owner-with-deadline.json');

interface Working {
	hours: number;
	opensAt: number;
	closesAt: number;
	timeZone: string;
}

const { nodes } = JSON.parse(readFileSync(FILE, 'utf8')) as {
	nodes: Array<{ name: string; parameters: object }>;
};
const due = nodes.find(({ name }) => name === 'Due') as unknown as {
	parameters: { assignments: { assignments: [{ value: string }] } };
};
const [, expression = ''] =
	/^=\{\{([^]*)\}\}$/.exec(due.parameters.assignments.assignments[0].value) ?? [];

/** What the expression gives, with what n8n gives to it. One that does not end is ended. */
function deadline(now: string, working: Working): unknown {
	return runInNewContext(
		expression,
		{ DateTime, $json: { working: { ...working, now } } },
		{ timeout: 60_000 },
	);
}

/** The clock on the wall: the day of the week and the hour with its fraction, each minute read once. */
function wallClock(timeZone: string): (time: number) => { weekday: string; hour: number } {
	const format = new Intl.DateTimeFormat('en-GB', {
		...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
	});
	const known = new Map<number, { weekday: string; hour: number }>();
	return (time) => {
		const read = known.get(time);
		if (read !== undefined) return read;
		const parts: Partial<Record<string, string>> = {};
		for (const { type, value } of format.formatToParts(time)) parts[type] = value;
		const hour = Number(parts['hour']) + Number(parts['minute']) / 60;
		const found = { weekday: parts['weekday'] ?? '', hour };
		known.set(time, found);
		return found;
	};
}

/** The end of the last working minute, by looking at the clock in each. */
function counted(
	now: string,
	{ hours, opensAt, closesAt }: Working,
	clock: ReturnType<typeof wallClock>,
): string {
	let time = Date.parse(now);
	for (let left = hours * 60; left > 0; time += 60_000) {
		const { weekday, hour } = clock(time);
		const isOpen = !weekday.startsWith('S') && hour >= opensAt && hour < closesAt;
		if (isOpen) left -= 1;
	}
	return new Date(time).toISOString();
}

const ZONES = [
	'Europe/Berlin',
	'America/New_York',
	'Asia/Kolkata',
	'Asia/Kathmandu',
	'Australia/Lord_Howe',
	// Where the clocks change at midnight, so that a day begins at one o'clock.
	'America/Santiago',
	'Africa/Cairo',
];
/** A Friday before the clocks change, nights and hours of the days after it, in Europe, in the US and in Chile. */
const TIMES = ['2026-03-27', '2026-03-06', '2026-10-23', '2026-10-30', '2026-04-03', '2026-09-04']
	.map((day) => Date.parse(`${day}T15:59:00Z`))
	.flatMap((time) =>
		[0, 7, 29, 53].map((hours) => new Date(time + hours * 3_600_000).toISOString()),
	);
const HOURS = [
	{ hours: 4, opensAt: 9, closesAt: 17 },
	{ hours: 4, opensAt: 8.5, closesAt: 17.25 },
	{ hours: 4, opensAt: 0, closesAt: 24 },
	{ hours: 10.5, opensAt: 8, closesAt: 12 },
];

it.each(ZONES)('is after so many working hours in %s', (timeZone) => {
	const clock = wallClock(timeZone);
	for (const hours of HOURS) {
		for (const now of TIMES) {
			const working = { ...hours, timeZone };
			expect([working, now, deadline(now, working)]).toEqual([
				working,
				now,
				counted(now, working, clock),
			]);
		}
	}
});

it.each([
	{ opensAt: 17, closesAt: 9 },
	{ opensAt: 9, closesAt: 9 },
	{ timeZone: 'Europe/Berln' },
	{ hours: 0 },
	{ hours: 100_000 },
])('is none where there are no such hours, and takes no time to say so: %j', (changes) => {
	const working = { hours: 4, opensAt: 9, closesAt: 17, timeZone: 'Europe/Berlin', ...changes };
	expect(deadline('2026-03-27T15:00:00Z', working)).toBe('');
});
