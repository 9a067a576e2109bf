/** Installs the pinned n8n into the cache, so that what needs it later finds it there. */
import { N8N_VERSION, ensureN8n } from './host/cache.ts';
import { command, step } from './host/terminal.ts';

await command(async () => {
	const folder = await step(`n8n ${N8N_VERSION}`, ensureN8n);
	process.stdout.write(`It is in ${folder}.\n`);
	return 0;
});
