import { betweenMarks } from '../../../scripts/bench/page.ts';
import { interleave, median, ratios, spread } from '../../../scripts/bench/statistics.ts';

it('takes the middle one, or the mean of the two in the middle', () => {
	expect(median([9, 1, 5])).toBe(5);
	expect(median([9, 1, 5, 7])).toBe(6);
});

it('compares round by round, not medians', () => {
	// A busy second round: both sides took three times as long.
	expect(ratios([10, 30, 12], [20, 60, 20])).toEqual([0.5, 0.5, 0.6]);
	expect(spread([0.5, 0.5, 0.6])).toBe('0.50 (0.50–0.60)');
});

it('measures the sides in turn, every other round backwards', async () => {
	const order: string[] = [];
	const side = (name: string) => () => order.push(name);
	const measured = await interleave(3, { a: side('a'), b: side('b') });
	expect(order.join('')).toBe('abbaab');
	expect(measured).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});

it('replaces what stands between the marks, and nothing else', () => {
	const page = 'above\n<!-- bench:start -->\nold\n<!-- bench:end -->\nbelow\n';
	expect(betweenMarks(page, 'new')).toBe(
		'above\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\nbelow\n',
	);
});

it.each(['', '<!-- bench:start --> no end', '<!-- bench:end --><!-- bench:start -->'])(
	'does not write into a page without its marks: %j',
	(page) => {
		expect(() => betweenMarks(page, 'new')).toThrow('lost its marks');
	},
);
