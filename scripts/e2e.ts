/**
 * `npm run test:e2e [-- --built] [FILES]`: the package, as it would be published, in a real n8n; with
 * `--built` what dist/ holds, with `MARKETPLACE_LEADS_N8N` in another version, for the tests that share one
 * or are of every version (`-- atHome`).
 */
import path from 'node:path';

import { build } from './host/build.ts';
import { ensureN8n } from './host/cache.ts';
import { findChromium, NO_CHROMIUM } from './host/chromium.ts';
import { COMPAT_N8N } from './host/compat.ts';
import { jest } from './host/jest.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { findQueuePrograms } from './host/queue/programs.ts';
import { command, step } from './host/terminal.ts';

const BUILT = '--built';
const SEQUENCER = path.join(PROJECT_ROOT, 'test/support/longestFirst.cjs');

await command(async () => {
	const args = process.argv.slice(2).filter((arg) => arg !== BUILT);
	if (!process.argv.includes(BUILT)) await step('Build', build);
	await step(
		`n8n ${COMPAT_N8N}`,
		async (progress) => await ensureN8n(progress, { version: COMPAT_N8N }),
	);
	// Most of it is waiting for n8n's next poll, or for n8n to start.
	const programs = await findQueuePrograms();
	// The tests of queue mode are then skipped, and named with the reason.
	if (typeof programs === 'string') process.env['MARKETPLACE_LEADS_NO_QUEUE'] = programs;
	// So are those that look at the editor.
	if ((await findChromium()) === undefined) {
		process.env['MARKETPLACE_LEADS_NO_BROWSER'] = NO_CHROMIUM;
	}
	return await jest(
		'e2e',
		['e2e', 'queue'],
		['--maxWorkers=3', '--testSequencer', SEQUENCER, ...args],
	);
});
