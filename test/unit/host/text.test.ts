import { duration } from '../../../scripts/host/text.ts';

it.each([
	[850, '0.8 s'],
	[9_949, '9.9 s'],
	[12_400, '12 s'],
	[75_000, '1 min 15 s'],
	[3_601_000, '60 min 01 s'],
])('%d ms reads %s', (ms, text) => {
	expect(duration(ms)).toBe(text);
});
