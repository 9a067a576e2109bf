/**
 * `node scripts/bootstrap.mjs STEP [ARGUMENTS]`: what `npm start`, `npm test` and the others run.
 * Works on a fresh clone with nothing but Node and npm: it installs what the project needs, Node 24
 * included, and goes on under that. So it is plain JavaScript without dependencies.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	copyFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = path.join(ROOT, 'node_modules');
const INSTALLED = path.join(MODULES, '.package-lock-hash');
const NODE_24 = path.join(MODULES, 'node', 'bin', 'node');

/** The oldest that this file and the install run on; everything else runs on the project's own. */
const LEAST_NODE = 20;
/** Older ones cannot read the lock file. */
const LEAST_NPM = 9;

const STEPS = {
	start: ['start.ts', 'shows the package at work in a real n8n'],
	test: ['check.ts', 'lint, types, build, and every test that needs no n8n server'],
	'test:e2e': ['e2e.ts', 'the tests in a real n8n'],
	'test:compat': ['compat.ts', 'the package in other versions of n8n and Node.js'],
	'test:faults': ['faults.ts', 'kills a real n8n, and counts what became of the leads'],
	fuzz: ['fuzz.ts', 'random inputs of up to 1 MB at every door of the package'],
	bench: ['bench.ts', 'measures the package'],
	n8n: ['n8n.ts', 'installs the real n8n into the cache'],
	addresses: ['addresses.ts', 'writes the addresses that follow from `repository` in package.json'],
	'check:package': ['checkPackage.ts', "builds twice and compares, and runs n8n's scanner"],
	fixtures: ['fixtures.ts', 'writes what this version leaves in n8n, for later ones to go on with'],
	messages: ['messages.ts', 'writes docs/messages.md, the list of every message'],
	pictures: ['pictures.ts', 'makes the pictures of the documentation in the real editor'],
	advisories: ['advisories.ts', 'notes known advisories of what is bundled'],
	release: ['release.ts', 'makes the commit and the tag of a release'],
};

const [step = '', ...args] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
	// For scripts that have to wait until somebody else's install is done.
	if (step === '--is-installed') return isInstalled() ? 0 : 1;
	if (!Object.hasOwn(STEPS, step)) {
		const list = Object.entries(STEPS).map(([name, [, what]]) => `  ${name.padEnd(15)}${what}`);
		return fail(`There is no step "${step}". The steps are:\n${list.join('\n')}`);
	}
	const node = process.versions.node;
	if (Number.parseInt(node, 10) < LEAST_NODE) {
		return fail(
			`This needs Node ${LEAST_NODE} or newer, and runs on ${node}. Install a newer one from https://nodejs.org, then start it again.`,
		);
	}
	if (!isInstalled()) {
		const isDone = await withLastingNode(async (lasting) => {
			const npm = findNpm(lasting);
			return typeof npm === 'string' ? fail(npm) === 0 : await install(npm);
		});
		if (!isDone) return 1;
	}
	return await runUnderNode24(path.join(ROOT, 'scripts', STEPS[step][0]));
}

/**
 * Calls with a Node that the install does not take away: npm puts the project's own first, where there is
 * one, and replaces it with everything else when the lock file has changed.
 */
async function withLastingNode(use) {
	const own = process.execPath;
	const isOurs = existsSync(MODULES) && own.startsWith(realpathSync(MODULES) + path.sep);
	if (!isOurs) return await use(own);
	const folder = mkdtempSync(path.join(tmpdir(), 'node-'));
	try {
		const copy = path.join(folder, path.basename(own));
		copyFileSync(own, copy);
		return await use(copy);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** How to call npm, or a sentence on why it cannot be called. */
function findNpm(node) {
	const cli = process.env.npm_execpath;
	const npm =
		cli && /npm-cli\.c?js$/.test(cli)
			? { command: node, first: [cli] }
			: { command: 'npm', first: [] };
	const { stdout, status } = spawnSync(npm.command, [...npm.first, '--version'], {
		encoding: 'utf8',
	});
	if (status !== 0) {
		return 'npm was not found. It comes with Node from https://nodejs.org; on Debian install the package "npm".';
	}
	if (Number.parseInt(stdout, 10) < LEAST_NPM) {
		return `This needs npm ${LEAST_NPM} or newer, and found ${stdout.trim()}. Update it with: npm install --global npm@latest`;
	}
	return npm;
}

/** Of the lock file and of the kind of machine: a checkout can be shared by two kinds. */
function lockHash() {
	return createHash('sha256')
		.update(readFileSync(path.join(ROOT, 'package-lock.json')))
		.update(`${process.platform} ${process.arch}`)
		.digest('hex');
}

function isInstalled() {
	return (
		existsSync(NODE_24) &&
		existsSync(INSTALLED) &&
		readFileSync(INSTALLED, 'utf8').trim() === lockHash()
	);
}

/** Installs what the lock file says; the mark that it did is made last, so a cut one is repeated. */
async function install(npm) {
	const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
	const isDone =
		// Only `node` needs its script, which fetches the binary; the others compile things nobody uses.
		(await show('Installing the dependencies', npm, ['ci', '--ignore-scripts', ...quiet])) &&
		(await show('Installing Node 24 for the project', npm, [
			'rebuild',
			'node',
			'--ignore-scripts=false',
			...quiet,
		]));
	if (!isDone) return false;
	if (!existsSync(NODE_24)) {
		fail(
			`The npm package "node" brought no Node for ${process.platform} ${process.arch}. Run this on a system it has one for: Linux, macOS or Windows on x64 or arm64.`,
		);
		return false;
	}
	writeFileSync(INSTALLED, lockHash());
	return true;
}

/** Runs npm with a line that says for how long; its own output is shown only if it does not work. */
async function show(title, { command, first }, npmArgs) {
	const started = Date.now();
	const seconds = () => Math.round((Date.now() - started) / 1000);
	const isTerminal = process.stdout.isTTY;
	const draw = () => process.stdout.write(`\r… ${title} (${seconds()} s)\u001b[K`);
	if (isTerminal) draw();
	else process.stdout.write(`… ${title}\n`);
	const timer = isTerminal
		? setInterval(draw, 1_000)
		: setInterval(() => process.stdout.write(`  ${seconds()} s\n`), 15_000);
	const child = spawn(command, [...first, ...npmArgs], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text) => (output += text));
	}
	const code = await exitCode(child);
	clearInterval(timer);
	const mark = code === 0 ? '✓' : '✗';
	const line = `${mark} ${title} (${seconds()} s)`;
	process.stdout.write(isTerminal ? `\r${line}\u001b[K\n` : `${line}\n`);
	if (code === 0) return true;
	fail(`${output}\nnpm ${npmArgs[0]} left with ${code}; what it said stands above.`);
	return false;
}

async function runUnderNode24(script) {
	const child = spawn(NODE_24, [script, ...args], {
		cwd: ROOT,
		stdio: 'inherit',
		env: {
			...process.env,
			// So that every tool it starts by name is the project's own, its Node first of all.
			PATH: [path.join(MODULES, '.bin'), process.env.PATH].join(path.delimiter),
		},
	});
	// Ctrl-C reaches the step too: it stops what it has started, and we wait for that.
	process.on('SIGINT', () => undefined);
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
	return await exitCode(child);
}

function exitCode(child) {
	return new Promise((resolve) => {
		child.once('error', (error) => resolve(fail(error.message)));
		child.once('close', (code) => resolve(code ?? 1));
	});
}

function fail(sentence) {
	process.stderr.write(`${sentence}\n`);
	return 1;
}
