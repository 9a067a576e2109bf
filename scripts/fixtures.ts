/**
 * `npm run fixtures`: writes test/fixtures/<version>, what this version leaves in n8n. A release does it too:
 * from then on every later version is tried with it.
 */
import path from 'node:path';

import { PROJECT_ROOT } from './host/paths.ts';
import { command } from './host/terminal.ts';
import { writeReleaseFixture } from './publishing/fixtures.ts';

await command(async () => {
	const folder = await writeReleaseFixture();
	process.stdout.write(`${path.relative(PROJECT_ROOT, folder)} is written.\n`);
	return 0;
});
