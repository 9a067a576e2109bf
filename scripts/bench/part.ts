import type { BuiltPackage } from './builtPackage.ts';

/** A line of the result table. */
export interface Result {
	measure: string;
	ours: string;
	/** What it is held against, with its figure. */
	other: string;
	/** Ours by the other's: the median, and the lowest and highest of the rounds. */
	ratio: string;
	aim: string;
}

export interface BenchContext {
	built: BuiltPackage;
	progress: (message: string) => void;
}

/** One part of the bench: what it measures stands in `docs/performance.md`. */
export type Part = (context: BenchContext) => Promise<Result[]>;
