import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';

import { serverNode } from './paths.ts';

/** Enough of a server's last words to see why it went, short enough for an error text. */
const TAIL_CHARACTERS = 8_000;
/** n8n gives running executions 30 s by itself; a server that needs longer is stuck. */
const STOP_GRACE_MS = 35_000;

export interface ServerProcess {
	readonly pid: number;
	/** Settles once the process is gone; never rejects. */
	readonly exited: Promise<string>;
	hasExited(): boolean;
	/** The last few thousand characters it printed. */
	tail(): string;
	/** Asks it to stop, and ends it and its process group if it has not within 35 s. */
	stop(signal?: NodeJS.Signals): Promise<void>;
	/** Ends it and its process group at once, as a power cut would. */
	kill(): Promise<void>;
	/** As `kill`, without waiting, for a process that is itself about to exit. */
	killNow(): void;
}

export interface ServerProcessOptions {
	/** The Node that runs it; the project's own unless another is named. */
	node?: string;
	/** A script for Node, with its arguments. */
	script: string;
	args: string[];
	env?: Record<string, string | undefined>;
	cwd?: string;
	/** More of Node's own options, before the script. */
	nodeOptions?: string[];
	/** Everything printed is appended here. */
	logFile?: string;
}

/**
 * Starts a Node server that cannot outlive us. It leads its own process group, so that Ctrl-C in
 * our terminal reaches us alone and we decide in which order things stop.
 */
export function startServer(options: ServerProcessOptions): ServerProcess {
	const lifeline = path.join(import.meta.dirname, 'lifeline.cjs');
	const args = [
		'--require',
		lifeline,
		...(options.nodeOptions ?? []),
		options.script,
		...options.args,
	];
	const child = spawn(options.node ?? serverNode(), args, {
		cwd: options.cwd,
		env: { ...process.env, ...options.env },
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
	});

	let tail = '';
	const log = options.logFile ? createWriteStream(options.logFile, { flags: 'a' }) : undefined;
	const keep = (chunk: Buffer) => {
		tail = (tail + chunk.toString('utf8')).slice(-TAIL_CHARACTERS);
		log?.write(chunk);
	};
	child.stdout?.on('data', keep);
	child.stderr?.on('data', keep);

	let ended = false;
	const exited = new Promise<string>((resolve) => {
		const end = (how: string) => {
			ended = true;
			log?.end();
			resolve(how);
		};
		child.once('error', (error) => end(`could not be started: ${error.message}`));
		child.once('close', (code, signal) =>
			end(signal ? `was ended by ${signal}` : `left with code ${code}`),
		);
	});

	const killGroup = () => {
		if (child.pid === undefined) return;
		try {
			process.kill(-child.pid, 'SIGKILL');
		} catch (error) {
			// Gone already: the group has nobody left to signal.
			if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
		}
	};

	return {
		pid: child.pid ?? -1,
		exited,
		hasExited: () => ended,
		tail: () => tail,
		async stop(signal = 'SIGTERM') {
			if (!ended) {
				child.kill(signal);
				const timer = setTimeout(killGroup, STOP_GRACE_MS);
				await exited;
				clearTimeout(timer);
			}
			// The server's own helpers (n8n's task runner) may still be closing.
			killGroup();
		},
		async kill() {
			killGroup();
			await exited;
		},
		killNow: killGroup,
	};
}
