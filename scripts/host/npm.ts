import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { serverNode } from './paths.ts';
import { run } from './run.ts';

const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

/** Runs npm and gives what it printed on stdout. @throws as {@link run} does */
export async function npm(
	args: string[],
	{ cwd, hint }: { cwd: string; hint?: string },
): Promise<string> {
	// Within an npm script this is the npm that the user started; the one on the PATH may be older.
	const cli = process.env['npm_execpath'];
	const isScript = cli !== undefined && /npm-cli\.c?js$/.test(cli);
	const command = isScript ? serverNode() : 'npm';
	return await run(command, [...(isScript ? [cli] : []), ...args, ...QUIET], {
		cwd,
		env: npmEnvironment(),
		name: `npm ${args.join(' ')}`,
		...(hint ? { hint } : {}),
	});
}

/**
 * Our own environment without what npm tells the scripts it runs: an inner npm would take the
 * outer one's project for its own.
 */
function npmEnvironment(): NodeJS.ProcessEnv {
	const env: NodeJS.ProcessEnv = {};
	for (const [name, value] of Object.entries(process.env)) {
		if (/^npm_(package|lifecycle|config_local_prefix|config_prefix)/i.test(name)) continue;
		env[name] = value;
	}
	const headers = env['npm_config_nodedir'] ?? nodeHeaders();
	if (headers !== undefined) env['npm_config_nodedir'] = headers;
	return env;
}

/** The root of a Node with its C headers, so that a binding compiles without downloading them. */
function nodeHeaders(): string | undefined {
	for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
		const node = path.join(folder, 'node');
		if (!existsSync(node)) continue;
		const root = path.resolve(path.dirname(realpathSync(node)), '..');
		if (existsSync(path.join(root, 'include', 'node', 'node_api.h'))) return root;
	}
	return undefined;
}
