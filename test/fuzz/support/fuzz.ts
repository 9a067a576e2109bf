/**
 * `npm run fuzz`: random inputs of up to 1 MB at every door of the package. Whatever comes in, a
 * door throws nothing but its own errors, gives what it promises, and takes time in proportion to
 * the input. What is found is shrunk to something readable by fast-check, which prints the seed.
 */
import fc from 'fast-check';

/** Of the random part of each door, by the option `--seconds`; 0 for none. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 2);

/** The same inputs in every run, so that a change is held against them. */
const FIXED_SEED = 20_261_126;
const FIXED_RUNS = SECONDS === 0 ? 100 : 30;

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/**
 * Milliseconds of processor time that a door may take for an input of up to 1 MB. Linear work takes
 * 100 at most (`npm run bench -- parse`), anything in the square of the input takes seconds.
 */
const LIMIT = 400;
/** The least of so many: other programs cost caches, and V8 compiles at its own time. */
const ATTEMPTS = 4;

/** Milliseconds of processor time, which others that use the machine don't add to. */
function processorTime(work: () => unknown): number {
	const begun = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(begun);
	return (user + system) / 1_000;
}

const LINEAR = JSON.stringify(Array.from({ length: 40_000 }, (_, i) => ({ name: `value ${i}` })));

/** What this machine takes at the moment for work that is known to be linear, and the reference took 15 ms for. */
function slowness(): number {
	const times = Array.from({ length: 5 }, () => processorTime(() => JSON.parse(LINEAR)));
	return Math.max(1, Math.min(...times) / 15);
}
const SLOWNESS = slowness();

/** Does the work, and throws where it takes longer than anything linear does. Gives what it gave. */
export function inLinearTime<Result>(work: () => Result): Result {
	let result: Result | undefined;
	const attempt = () => processorTime(() => (result = work()));
	let least = attempt() / SLOWNESS;
	for (let count = 1; count < ATTEMPTS && least > LIMIT; count++) {
		// Anew each time: what shares the machine comes and goes.
		least = Math.min(least, attempt() / slowness());
	}
	if (least > LIMIT) {
		throw new Error(
			`It took ${Math.round(least)} ms of the reference's time, and ${LIMIT} ms are allowed.`,
		);
	}
	return result as Result;
}

/** As `expect(one).toEqual(other)` of plain JSON, which takes seconds for a megabyte. */
export function expectSame(one: unknown, other: unknown): void {
	// Where they differ, jest says in what.
	if (JSON.stringify(one) !== JSON.stringify(other)) expect(one).toEqual(other);
}

/** Two tests of a door: with inputs that are always the same, and with new ones for some time. */
export function fuzz<Input>(
	door: string,
	inputs: fc.Arbitrary<Input>,
	enter: (input: Input) => void,
): void {
	const property = fc.property(inputs, enter);
	const reporter = ({ failed, ...details }: fc.RunDetails<[Input]>) => {
		// Without a counterexample its time was up before the first input was made.
		if (!failed || details.counterexample === null) return;
		// fast-check would print a counterexample of a megabyte.
		const { seed, counterexamplePath, errorInstance, counterexample } = details;
		const input = JSON.stringify(counterexample[0]) ?? '';
		throw new Error(
			`Seed ${seed}, path "${counterexamplePath}": ${input.slice(0, 2_000)} (${input.length} characters)`,
			{ cause: errorInstance },
		);
	};
	it(`${door}, inputs that are always the same`, () => {
		fc.assert(property, {
			seed: FIXED_SEED,
			numRuns: FIXED_RUNS,
			// Of a megabyte, shrinking goes on for hours.
			interruptAfterTimeLimit: 120_000,
			reporter,
		});
	});
	if (SECONDS === 0) return;
	it(`${door}, new inputs for ${SECONDS} s (--seed ${SEED})`, () => {
		const interruptAfterTimeLimit = SECONDS * 1_000;
		const numRuns = Number.MAX_SAFE_INTEGER;
		fc.assert(property, {
			seed: SEED,
			numRuns,
			interruptAfterTimeLimit,
			markInterruptAsFailure: false,
			reporter,
		});
	});
}
