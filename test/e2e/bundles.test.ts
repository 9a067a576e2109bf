/** The bundled libraries as n8n loads them, each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT, serverNode } from '../../scripts/host/paths.ts';

const FOLDER = path.join(PROJECT_ROOT, 'dist/nodes/vendor');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));

/**
 * n8n shares its process with them: what one does to the globals, all of n8n has to live with. undici,
 * for one, makes itself what `fetch` sends by, unless that was used before; so it is not touched here.
 */
const SCRIPT = `
	const names = () => Reflect.ownKeys(globalThis).map(String).sort();
	const before = names();
	const listeners = process.eventNames().length;
	const loaded = Object.keys(require(process.argv[1]));
	const added = names().filter((name) => !before.includes(name));
	console.log(JSON.stringify({ added, loaded: loaded.length > 0, listeners: process.eventNames().length - listeners }));
`;

it.each(FILES)('%s leaves the process as it was', (name) => {
	const printed = execFileSync(serverNode(), ['-e', SCRIPT, path.join(FOLDER, name)], {
		encoding: 'utf8',
	});
	expect(JSON.parse(printed)).toEqual({ added: [], loaded: true, listeners: 0 });
});
