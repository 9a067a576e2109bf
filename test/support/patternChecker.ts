/**
 * Tells of each regular expression whether it is linear. In a worker of its own, because jest's
 * contexts make the checker many times slower. Gets patterns, returns their statuses.
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

// A program where the checker brings one for this machine: it takes a fraction of the time of what runs everywhere.
// Read when it loads.
process.env['RECHECK_BACKEND'] = hasProgram() ? 'native' : 'pure';
const { check } = await import('recheck');

function hasProgram(): boolean {
	try {
		import.meta.resolve(`recheck-${process.platform}-${process.arch}/package.json`);
		return true;
	} catch {
		return false;
	}
}

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

async function statusOf({ source, flags, isLong = false }: Pattern): Promise<string> {
	const { status } = isLong
		? { status: 'unknown' }
		: await check(source, flags, { ...PROVED, maxRepeatCount: 1_000 });
	// Look-arounds and back-references can't be proved, so they are attacked.
	if (status !== 'unknown') return status;
	return (await check(source, flags, { ...ALWAYS, checker: 'fuzz' })).status;
}

const statuses: string[] = [];
for (const pattern of workerData as Pattern[]) statuses.push(await statusOf(pattern));
parentPort?.postMessage(statuses);
