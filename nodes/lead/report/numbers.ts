import type { Compared, ComparedShare } from './types';

/** A part of a whole to four digits, as an expression shows it; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
	return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;
}

/** Without a period before, there is no difference either. */
export function compared(count: number, previous: number, isCompared: boolean): Compared {
	return { count, previous, difference: isCompared ? count - previous : 0 };
}

/** The same with parts of the customers of each period. */
export function comparedShare(part: Compared, whole: Compared): ComparedShare {
	return {
		...part,
		share: shareOf(part.count, whole.count),
		previousShare: shareOf(part.previous, whole.previous),
	};
}

/** The middle one of the numbers, or half of the two in the middle; 0 of none. */
export function median(numbers: readonly number[]): number {
	const sorted = numbers.toSorted((one, other) => one - other);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The smallest of the numbers that so large a part of them does not exceed; 0 of none. */
export function percentile(numbers: readonly number[], part: number): number {
	const sorted = numbers.toSorted((one, other) => one - other);
	return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
