import { spawn } from 'node:child_process';

/** Enough of a command's output to see what it lacked. */
const TAIL_LINES = 60;

export interface RunOptions {
	cwd: string;
	env?: NodeJS.ProcessEnv;
	/** What the command is called in an error text; its arguments tell nobody anything. */
	name: string;
	/** One sentence on what is usually missing when this command does not work. */
	hint?: string;
}

/**
 * Runs a command quietly and gives what it printed on stdout. It ends with us.
 *
 * @throws with the command's last lines and the hint, when it does not end with 0
 */
export async function run(command: string, args: string[], options: RunOptions): Promise<string> {
	const { cwd, env = process.env, name, hint } = options;
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let stdout = '';
	let all = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		all += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text));
	const stopWithUs = () => child.kill('SIGTERM');
	process.once('exit', stopWithUs);
	try {
		const end = await new Promise<number | string | null>((resolve, reject) => {
			child.once('error', (error) => reject(new Error(`${name} did not start: ${error.message}`)));
			child.once('close', (code, signal) => resolve(code ?? signal));
		});
		if (end === 0) return stdout;
		const tail = all.trim().split('\n').slice(-TAIL_LINES).join('\n');
		throw new Error(`${name} left with ${end}:\n${tail}${hint ? `\n\n${hint}` : ''}`);
	} finally {
		process.removeListener('exit', stopWithUs);
	}
}

/** Runs a command that talks to the user itself; gives its exit code, 1 if a signal ended it. It ends with us. */
export async function runInTerminal(command: string, args: string[], cwd: string): Promise<number> {
	const child = spawn(command, args, { cwd, stdio: 'inherit' });
	const stopWithUs = () => child.kill('SIGTERM');
	process.once('exit', stopWithUs);
	try {
		return await new Promise((resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code) => resolve(code ?? 1));
		});
	} finally {
		process.removeListener('exit', stopWithUs);
	}
}
