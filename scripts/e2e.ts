/** `npm run test:e2e`: the package, as it would be published, in a real n8n. */
import { build } from './host/build.ts';
import { ensureN8n } from './host/cache.ts';
import { jest } from './host/jest.ts';
import { command, step } from './host/terminal.ts';

await command(async () => {
	await step('Build', build);
	await step('n8n', ensureN8n);
	return await jest('e2e', ['e2e'], ['--runInBand', ...process.argv.slice(2)]);
});
