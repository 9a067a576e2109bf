/** What `npm test` and the others do first, on a checkout whose lock file has changed since. */
import { execFileSync } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';

/** npm as far as an install goes: takes all away, then brings what there was, with the lasting Node. */
const NPM = `
	const { mkdirSync, linkSync, rmSync, appendFileSync } = require('node:fs');
	const [command] = process.argv.slice(2);
	appendFileSync('called', command + '\\n');
	if (command === '--version') console.log('11.0.0');
	if (command === 'ci') rmSync('node_modules', { recursive: true });
	if (command === 'rebuild') {
		mkdirSync('node_modules/node/bin', { recursive: true });
		linkSync('kept', 'node_modules/node/bin/node');
	}
`;

let root: string;
const at = (...parts: string[]) => path.join(root, ...parts);

beforeEach(() => {
	root = realpathSync(mkdtempSync(path.join(tmpdir(), 'bootstrap-')));
	mkdirSync(at('scripts'));
	mkdirSync(at('node_modules/node/bin'), { recursive: true });
	copyFileSync(process.execPath, at('kept'));
	linkSync(at('kept'), at('node_modules/node/bin/node'));
	copyFileSync(path.join(PROJECT_ROOT, 'scripts/bootstrap.mjs'), at('scripts/bootstrap.mjs'));
	writeFileSync(at('scripts/check.ts'), "console.log('ran under', process.execPath);");
	writeFileSync(at('package-lock.json'), '{}');
	writeFileSync(at('npm-cli.js'), NPM);
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (node: string) =>
	execFileSync(node, ['scripts/bootstrap.mjs', 'test'], {
		cwd: root,
		encoding: 'utf8',
		env: { ...process.env, npm_execpath: at('npm-cli.js') },
	});
const called = () => (existsSync(at('called')) ? readFileSync(at('called'), 'utf8') : '');

it.each([
	[
		'the project’s own Node, which npm puts first and the install replaces',
		'node_modules/node/bin/node',
	],
	['another Node', 'kept'],
])('installs under %s, and goes on', (_, node) => {
	const own = at('node_modules/node/bin/node');
	expect(run(at(node))).toContain(`ran under ${own}`);
	expect(called()).toBe('--version\nci\nrebuild\n');
	// Nothing has changed since.
	expect(run(own)).toContain(`ran under ${own}`);
	expect(called()).toBe('--version\nci\nrebuild\n');
});
