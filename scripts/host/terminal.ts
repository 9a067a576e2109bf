import { duration } from './text.ts';

/** Where nobody watches, a line now and then says that it goes on without filling a log. */
const QUIET_INTERVAL_MS = 15_000;

/** Passes on every message on a terminal, elsewhere one in 15 s. */
export function throttled(show: (message: string) => void, isTerminal = process.stdout.isTTY) {
	let last = -Infinity;
	return (message: string): void => {
		if (!isTerminal && Date.now() - last < QUIET_INTERVAL_MS) return;
		last = Date.now();
		show(message);
	};
}

/** Shows a step of a command while it runs, on one line that moves where it can. */
export async function step<T>(
	title: string,
	task: (progress: (message: string) => void) => Promise<T>,
): Promise<T> {
	const started = Date.now();
	const isTerminal = process.stdout.isTTY;
	let detail = '';
	const draw = () => {
		const elapsed = duration(Math.floor((Date.now() - started) / 1000) * 1000);
		// Erases the rest of the line: what stood there may have been longer.
		process.stdout.write(`\r… ${title} ${detail || `(${elapsed})`}\u001b[K`);
	};
	if (isTerminal) draw();
	else process.stdout.write(`… ${title}\n`);
	const timer = isTerminal ? setInterval(draw, 1_000) : undefined;
	const quiet = throttled((message) => process.stdout.write(`  ${message}\n`), isTerminal);
	const end = (mark: string) => {
		clearInterval(timer);
		const line = `${mark} ${title} (${duration(Date.now() - started)})`;
		process.stdout.write(isTerminal ? `\r${line}\u001b[K\n` : `${line}\n`);
	};
	try {
		const result = await task((message) => {
			detail = `– ${message}`;
			if (!isTerminal) quiet(message);
		});
		end('✓');
		return result;
	} catch (error) {
		end('✗');
		throw error;
	}
}

/**
 * Makes a signal an ordinary exit, so that what hooks onto that (deleting temporary folders, freeing
 * a lock, ending children) is done.
 */
export function exitOnSignals(code: () => number = () => 1): void {
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		// Every time: a second one, as a whole process group gets it, must not cut the exit short.
		process.on(signal, () => process.exit(code()));
	}
}

/** Runs a command's steps; what goes wrong is told in its words, without a stack, and ends with 1. */
export async function command(main: () => Promise<number>): Promise<void> {
	// Once a command has done its work and only serves, being stopped is how it ends.
	exitOnSignals(() => Number(process.exitCode ?? 1));
	try {
		process.exitCode = await main();
	} catch (error) {
		process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
		process.exitCode = 1;
	}
}
