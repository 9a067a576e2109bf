import { periodBefore, rangeBefore } from '../../../../nodes/lead/report';
import { Calendar, dayText, weekOf, weekText } from '../../../../nodes/lead/report/calendar';
import { dateText, periodName, weekdayText } from '../../../../nodes/lead/report/words';
import { zone } from './support';

const day = (text: string) => Date.parse(text) / 86_400_000;
const texts = ({ first, last }: { first: number; last: number }) => [dayText(first), dayText(last)];

it.each([
	['UTC', '2026-03-08T23:59:59.999Z', '2026-03-08'],
	['Europe/Berlin', '2026-03-08T23:00:00Z', '2026-03-09'],
	['America/Los_Angeles', '2026-03-08T07:59:59Z', '2026-03-07'],
	['America/Los_Angeles', '2026-03-08T08:00:00Z', '2026-03-08'],
	['Asia/Kathmandu', '2026-03-08T18:14:59Z', '2026-03-08'],
	['Asia/Kathmandu', '2026-03-08T18:15:00Z', '2026-03-09'],
	['Pacific/Kiritimati', '2026-03-08T10:00:00Z', '2026-03-09'],
	// Clocks are put forward at one o'clock UTC.
	['Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-29'],
	['Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-30'],
])('in %s, %s is on %s', (timeZone, time, expected) => {
	const calendar = zone(timeZone);
	const found = [1, 2].map(() => dayText(calendar.dayOf(Date.parse(time))));
	expect(found).toEqual([expected, expected]);
});

it.each([
	['2025-12-28', '2025-W52'],
	['2025-12-29', '2026-W01'],
	['2026-01-04', '2026-W01'],
	['2026-03-08', '2026-W10'],
	['2026-03-09', '2026-W11'],
	['2026-12-31', '2026-W53'],
	['2027-01-03', '2026-W53'],
	['2027-01-04', '2027-W01'],
])('%s is in %s', (text, week) => {
	expect(weekText(weekOf(day(text)))).toBe(week);
});

it.each([
	['last7Days', '2026-03-16', ['2026-03-09', '2026-03-15'], ['2026-03-02', '2026-03-08']],
	['last30Days', '2026-03-16', ['2026-02-14', '2026-03-15'], ['2026-01-15', '2026-02-13']],
	['lastWeek', '2026-03-16', ['2026-03-09', '2026-03-15'], ['2026-03-02', '2026-03-08']],
	['lastWeek', '2026-03-15', ['2026-03-02', '2026-03-08'], ['2026-02-23', '2026-03-01']],
	['lastMonth', '2026-03-31', ['2026-02-01', '2026-02-28'], ['2026-01-01', '2026-01-31']],
	['lastMonth', '2026-01-01', ['2025-12-01', '2025-12-31'], ['2025-11-01', '2025-11-30']],
] as const)('%s on %s', (name, today, period, previous) => {
	const found = periodBefore(day(today), name);
	expect(texts(found)).toEqual(period);
	expect(texts(rangeBefore(found)!)).toEqual(previous);
});

it.each([
	['2026-01-01', '9999-12-31'],
	['1900-01-01', '1900-01-31'],
	['1950-03-01', '2026-01-01'],
])('there is nothing before %s to %s to compare with', (first, last) => {
	expect(rangeBefore({ first: day(first), last: day(last) })).toBeUndefined();
});

it('a day of the first century is none of the last', () => {
	expect(dayText(new Calendar('UTC').dayOf(Date.parse('0001-01-01T00:00:00Z')))).toBe('0001-01-01');
});

it.each([
	['2026-03-09', '2026-03-15', '9–15 Mar 2026'],
	['2026-02-23', '2026-03-01', '23 Feb – 1 Mar 2026'],
	['2025-12-29', '2026-01-04', '29 Dec 2025 – 4 Jan 2026'],
	['2026-02-01', '2026-02-28', 'February 2026'],
	['2026-02-28', '2026-02-28', '28 Feb 2026'],
])('%s to %s is written %s', (firstDay, lastDay, expected) => {
	const days = day(lastDay) - day(firstDay) + 1;
	expect(periodName({ firstDay, lastDay, days })).toBe(expected);
});

it('writes days', () => {
	expect(dateText('2026-09-05')).toBe('5 Sep 2026');
	expect(weekdayText('2026-03-08')).toBe('Sun 8 Mar');
});
