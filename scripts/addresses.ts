/** `npm run addresses`: writes every address that follows from `repository` in package.json. */
import { readFileSync, writeFileSync } from 'node:fs';

import { command } from './host/terminal.ts';
import { filesWithAddresses, withCurrentAddresses } from './publishing/sources.ts';

await command(async () => {
	let changed = 0;
	for (const file of filesWithAddresses()) {
		const text = withCurrentAddresses(file);
		if (text === readFileSync(file, 'utf8')) continue;
		writeFileSync(file, text);
		changed += 1;
	}
	process.stdout.write(`${changed} files changed.\n`);
	return 0;
});
