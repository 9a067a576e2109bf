import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { PROJECT_ROOT, serverNode } from './paths.ts';
import { runInTerminal } from './run.ts';

/** `.ci/run` sums what is left here. */
const RESULTS = path.join(PROJECT_ROOT, 'node_modules', '.cache', 'jest-results');

/** What jest told of the run of this name, as JSON. */
export const resultsFile = (name: string) => path.join(RESULTS, `${name}.json`);

/** Runs jest projects in the terminal and keeps their results as JSON; gives jest's exit code. */
export async function jest(name: string, projects: string[], args: string[]): Promise<number> {
	const results = resultsFile(name);
	await mkdir(RESULTS, { recursive: true });
	// An old file would speak for a run that never got here.
	await rm(results, { force: true });
	return await runInTerminal(
		serverNode(),
		[
			path.join(PROJECT_ROOT, 'node_modules/jest/bin/jest.js'),
			...['--config', 'test/jest.config.js', '--selectProjects', ...projects],
			...['--json', '--outputFile', results],
			...args,
		],
		PROJECT_ROOT,
	);
}
