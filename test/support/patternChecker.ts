/**
 * Tells of each regular expression whether it is linear. In a worker of its own, because jest's
 * contexts make the checker many times slower. Gets patterns, answers their statuses.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface Pattern {
	/** Where it stands, for people. */
	place: string;
	source: string;
	flags: string;
	/** Of so many words that a proof takes minutes: it is attacked at once. */
	isLong?: boolean;
}

// The same on every machine, whether or not the checker has a program for it. Read when it loads.
process.env['RECHECK_BACKEND'] = 'pure';
const { checkSync } = await import('recheck');

/**
 * Only the pattern decides, neither the time nor chance. With the fuzzer's own limits of time a machine
 * with other work finds patterns slow that are not.
 */
const ALWAYS = {
	timeout: null,
	incubationTimeout: null,
	attackTimeout: null,
	randomSeed: 1,
} as const;
const PROVED = {
	...ALWAYS,
	checker: 'automaton',
	maxNFASize: 2_000,
	maxPatternSize: 100_000,
} as const;

function statusOf({ source, flags, isLong = false }: Pattern): string {
	const status = isLong
		? 'unknown'
		: checkSync(source, flags, { ...PROVED, maxRepeatCount: 1_000 }).status;
	// Look-arounds and back-references can't be proved, so they are attacked.
	if (status !== 'unknown') return status;
	return checkSync(source, flags, { ...ALWAYS, checker: 'fuzz' }).status;
}

parentPort?.postMessage((workerData as Pattern[]).map(statusOf));
