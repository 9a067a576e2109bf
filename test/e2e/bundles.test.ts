/** The bundled libraries as n8n loads them, each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT, serverNode } from '../../scripts/host/paths.ts';

const FOLDER = path.join(PROJECT_ROOT, 'dist/nodes/vendor');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));

/**
 * n8n shares its process with them: what one does to the globals, all of n8n has to live with. undici,
 * for one, makes itself what `fetch` sends by. Node's own does so too, at the first look at `fetch`:
 * that is told apart by where the definition is called from.
 */
const SCRIPT = `
	const names = () => Reflect.ownKeys(globalThis).map(String).sort();
	const { defineProperty } = Object;
	const byOthers = [];
	Object.defineProperty = (target, name, descriptor) => {
		const [, , caller] = new Error().stack.split('\\n');
		if (target === globalThis && !caller.includes('node:internal')) byOthers.push(String(name));
		return defineProperty(target, name, descriptor);
	};
	const before = names();
	const listeners = process.eventNames().length;
	const loaded = Object.keys(require(process.argv[1]));
	const ofNode = /^Symbol\\(undici\\.globalDispatcher/;
	const added = names().filter((name) => !before.includes(name) && !ofNode.test(name));
	console.log(JSON.stringify({
		added: [...added, ...byOthers],
		loaded: loaded.length > 0,
		listeners: process.eventNames().length - listeners,
	}));
`;

const load = (module: string) =>
	JSON.parse(execFileSync(serverNode(), ['-e', SCRIPT, module], { encoding: 'utf8' })) as {
		added: string[];
	};

it('notices what an undici does that is loaded', () => {
	const undici = require.resolve('undici', { paths: [require.resolve('jsforce')] });
	expect(load(undici).added).toContain('Symbol(undici.globalDispatcher.1)');
});

it.each(FILES)('%s leaves the process as it was', (name) => {
	expect(load(path.join(FOLDER, name))).toEqual({ added: [], loaded: true, listeners: 0 });
});
