export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** `0.83 (0.79–0.88)`: the median, and the lowest and highest of the rounds. */
export function spread(values: readonly number[], write = (value: number) => value.toFixed(2)) {
	return `${write(median(values))} (${write(Math.min(...values))}–${write(Math.max(...values))})`;
}

/** Round by round, because a busy moment of the machine hits both sides of the same round. */
export function ratios(ours: readonly number[], others: readonly number[]): number[] {
	return ours.map((value, round) => value / (others[round] ?? NaN));
}

/**
 * Measures the sides in turn, round after round and every other round backwards, so that neither
 * the machine's drift nor the order favours a side. Gives the figures of each side by round.
 */
export async function interleave<Side extends string>(
	rounds: number,
	sides: Record<Side, () => number | Promise<number>>,
): Promise<Record<Side, number[]>> {
	const names = Object.keys(sides) as Side[];
	const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
		Side,
		number[]
	>;
	for (let round = 0; round < rounds; round++) {
		const order = round % 2 === 0 ? names : names.toReversed();
		for (const name of order) measured[name].push(await sides[name]());
	}
	return measured;
}

/** `35,200`: three digits are as much as these measurements are good for. */
export function threeDigits(value: number): string {
	return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });
}

/** `20,000` */
export function count(value: number): string {
	return value.toLocaleString('en');
}
