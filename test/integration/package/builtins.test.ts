/** What of Node the built package can reach: a reviewer's first question, and n8n's. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';

import ts from 'typescript';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';

const DIST = path.join(PROJECT_ROOT, 'dist');

interface Reach {
	/** Node's modules by name, without `node:`. */
	builtins: string[];
	/** Modules that are loaded by a name which is not written there, or by `import()`. */
	unknown: string[];
	/** Packages that would have to be installed. */
	packages: string[];
}

function reachOf(code: string): Reach {
	const builtins = new Set<string>();
	const unknown: string[] = [];
	const packages = new Set<string>();
	const note = (argument: ts.Expression | undefined, isImport: boolean): void => {
		if (!argument || !ts.isStringLiteralLike(argument)) {
			unknown.push(argument?.getText() ?? '');
		} else if (isBuiltin(argument.text)) {
			builtins.add(argument.text.replace(/^node:/, ''));
		} else if (!argument.text.startsWith('.')) {
			packages.add(argument.text);
		} else if (isImport) {
			unknown.push(argument.text);
		}
	};
	const look = (node: ts.Node): void => {
		if (ts.isCallExpression(node)) {
			const { expression, arguments: list } = node;
			if (ts.isIdentifier(expression) && expression.text === 'require') note(list[0], false);
			if (expression.kind === ts.SyntaxKind.ImportKeyword) note(list[0], true);
			// The way past `require` to Node's inside.
			if (/^process\.(?:binding|dlopen|getBuiltinModule|mainModule)$/.test(expression.getText())) {
				unknown.push(expression.getText());
			}
		}
		ts.forEachChild(node, look);
	};
	look(ts.createSourceFile('file.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
	return { builtins: [...builtins].sort(), unknown, packages: [...packages].sort() };
}

const reach = (file: string) => reachOf(readFileSync(path.join(DIST, file), 'utf8'));

/** Every library that ships. A new entry is a decision: say in docs/verification.md what it is for. */
const VENDOR: Readonly<Record<string, string>> = {
	'axios.js': 'assert crypto events http http2 https net os path stream tls tty url util zlib',
	'charts.js': '',
	'countries.js': '',
	'countryNames.js': '',
	'countrySpellings.js': '',
	'dataTables.js': 'assert crypto events http https net os process stream tls tty url util zlib',
	'emailLists.js': '',
	'html.js': '',
	'identity.js':
		'assert buffer crypto events http https net os process stream tls tty url util zlib',
	'jose.js': '',
	'jsforce.js': 'crypto events querystring stream timers url',
	'phone.js': '',
	'proxyAgents.js': 'assert events http https net os tls tty url util',
	'schema.js': '',
};

/** What the banner of every bundle asks for, its own address. */
const BANNER = 'url';

it('reads code as it should', () => {
	const code = `const a = require('node:fs'), b = require(name), c = require('./x'), d = require('left-pad');
		const e = import('vm'), f = process.binding('spawn_sync');`;
	expect(reachOf(code)).toEqual({
		builtins: ['fs', 'vm'],
		unknown: ['name', 'process.binding'],
		packages: ['left-pad'],
	});
});

it('has a build to look at', () => {
	expect(existsSync(path.join(DIST, 'nodes/vendor'))).toBe(true);
	const built = globSync('*.js', { cwd: path.join(DIST, 'nodes/vendor') }).sort();
	expect(built).toEqual(Object.keys(VENDOR));
});

it.each(Object.entries(VENDOR))('%s reaches no more of Node than it needs', (name, builtins) => {
	const expected = builtins.split(' ').filter(Boolean);
	if (!expected.includes(BANNER)) expected.push(BANNER);
	expect(reach(path.join('nodes/vendor', name))).toEqual({
		builtins: expected.sort(),
		unknown: [],
		packages: [],
	});
});

it('reaches little of Node in its own code', () => {
	const files = globSync('**/*.js', { cwd: DIST }).filter((file) => !/vendor/.test(file));
	const all = files.map((file) => reach(file));
	const sum = (name: keyof Reach) => [...new Set(all.flatMap((one) => one[name]))].sort();
	expect(sum('builtins')).toEqual(['crypto', 'http', 'https', 'timers/promises']);
	expect(sum('packages')).toEqual(['n8n-workflow']);
	expect(sum('unknown')).toEqual([]);
});

it('reads no more of the environment than docs/verification.md says', () => {
	const page = readFileSync(path.join(PROJECT_ROOT, 'docs/verification.md'), 'utf8');
	const reads =
		/\bprocess\.env(?:\.|\[["'])(\w+)|\b(?:\w+EnvVarName: |[A-Z_]*(?:REGION|PROXY|VARIABLE) = )"([A-Z_]+)"/g;
	const names = globSync('**/*.js', { cwd: DIST }).flatMap((file) =>
		[...readFileSync(path.join(DIST, file), 'utf8').matchAll(reads)].map(
			([, name, given = '']) => name ?? given,
		),
	);
	const all = new Set(
		names.map((name) => name.replace(/^(?:https?|all|no)_proxy$/, (proxy) => proxy.toUpperCase())),
	);
	expect(all.size).toBeGreaterThan(15);
	expect([...all].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('is described by its bill of materials, whole', () => {
	const read = (file: string) => readFileSync(path.join(DIST, file), 'utf8');
	const { components } = JSON.parse(read('sbom.cdx.json')) as {
		components: Array<{ group?: string; name: string; version: string; licenses?: unknown[] }>;
	};
	const titles = components.map(
		({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`,
	);
	const licensed = [...read('THIRD-PARTY-LICENSES.txt').matchAll(/^=+\n(.+) \([^)]*\)+\n=+$/gm)];
	expect([...new Set(titles)].sort()).toEqual(
		[...new Set(licensed.map(([, title]) => title))].sort(),
	);
	expect(components.filter(({ licenses = [] }) => licenses.length === 0)).toEqual([]);
});

it('ships the licence of each package with it, or who made it where the package itself has none', () => {
	const text = readFileSync(path.join(DIST, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
	const [, ...parts] = text.split(/^=+\n(.+) \([^)]*\)+\n=+$/m);
	const licences = parts.filter((_, at) => at % 2 === 1);
	expect(licences.length).toBeGreaterThan(40);
	const names = parts.filter((_, at) => at % 2 === 0);
	const without = names.filter(
		(_, at) => !/copyright|©|names as the author: (?!nobody)/i.test(licences[at] ?? ''),
	);
	expect(without).toEqual([]);
	// In its README, which is where it has one.
	const agent = licences[names.findIndex((name) => name.startsWith('https-proxy-agent 5.'))];
	expect(agent).toMatch(/Copyright \(c\) 2013 Nathan Rajlich.*THE SOFTWARE IS PROVIDED/s);
});
