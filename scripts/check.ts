/** `npm test`: everything that needs no n8n server. */
import { availableParallelism } from 'node:os';

import { build, unpackBuilt } from './host/build.ts';
import { jest } from './host/jest.ts';
import { npm } from './host/npm.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { command, step } from './host/terminal.ts';

await command(async () => {
	const script = (name: string) => npm(['run', '--silent', name], { cwd: PROJECT_ROOT });
	await step('Lint and type check', async () => {
		// Both to their end, so that none goes on when the other is refused.
		const ends = await Promise.allSettled([script('lint'), script('typecheck')]);
		for (const end of ends) if (end.status === 'rejected') throw end.reason;
	});
	await step('Build', build);
	process.env['MARKETPLACE_LEADS_PACKED'] = await step('Pack', unpackBuilt);
	// One more than there are processors: the tests that take long wait more than they work.
	const args = [`--maxWorkers=${availableParallelism() + 1}`, ...process.argv.slice(2)];
	return await jest('test', ['unit', 'engine', 'integration'], args);
});
