import { readTime } from '../../../nodes/lead/time';

/** As vendors write the same instant; most of them are read a short way, the others part by part. */
const SAME = ['Z', '+0000', '+00:00', 'z', '+00'];

it.each([
	['2026-01-31T12:00:05.123', '2026-01-31T12:00:05.123Z'],
	['2026-02-28T23:59:59', '2026-02-28T23:59:59.000Z'],
	['2018-10-02T08:15:29.1234567', '2018-10-02T08:15:29.123Z'],
	['2026-02-30T12:00:05.000', ''],
	['2026-13-01T12:00:05.000', ''],
	['2026-01-01T25:00:05.000', ''],
	['1970-01-01T00:00:00.000', ''],
])('%s is the same however UTC is written', (text, expected) => {
	expect(SAME.map((zone) => readTime(`${text}${zone}`))).toEqual(SAME.map(() => expected));
});

it.each([
	['2026-01-31T12:00:05+0100', '2026-01-31T11:00:05.000Z'],
	['2026-01-31T12:00:05-00:30', '2026-01-31T12:30:05.000Z'],
	['2026-01-31T12:00:05+00001', ''],
	['2026-01-31T12:00:05+000', ''],
])('%s is %s', (text, expected) => {
	expect(readTime(text)).toBe(expected);
});
