/** `npm run messages`: writes docs/messages.md, which lists every message the package can show. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT } from './host/paths.ts';
import { command } from './host/terminal.ts';
import { messagesOf, messagesPage } from './publishing/messages.ts';

await command(async () => {
	const messages = messagesOf(PROJECT_ROOT);
	writeFileSync(path.join(PROJECT_ROOT, 'docs', 'messages.md'), messagesPage(messages));
	process.stdout.write(`${messages.length} messages.\n`);
	return 0;
});
