import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ensureN8n } from '../host/cache.ts';
import { installCommunityPackages } from '../host/community.ts';
import { N8n } from '../host/n8n.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import type { LoadedPackage } from './loaderChild.ts';
import type { BenchContext, Part, Result } from './part.ts';
import { interleave, median, ratios, spread } from './statistics.ts';

const START_ROUNDS = 3;
const LOAD_ROUNDS = 5;
const LOAD_LOG = path.join(PROJECT_ROOT, 'test', 'e2e', 'support', 'loadLog.cjs');

const NODES = ['MarketplaceLeadTrigger', 'MarketplaceLeadPollTrigger', 'LeadSource'];
/** The libraries that a node loads when it first needs them, bundled by us and as on npm. */
const LIBRARIES = {
	'Azure Table SDK, at the first poll': ['dataTables', '@azure/data-tables'],
	'Entra sign-in, at the first poll with it': ['identity', '@azure/identity'],
	'Phone numbers, at the first lead with one': ['phone', 'libphonenumber-js'],
} as const;

/** What the package adds to the start of n8n, and what a first use costs afterwards. */
export const start: Part = async (context) => [
	...(await startOfN8n(context)),
	...(await packageLoader(context)),
	...(await firstUse(context)),
];

async function startOfN8n({ built, progress }: BenchContext): Promise<Result[]> {
	const install = await ensureN8n(progress);
	const log = path.join(built.workFolder, 'loaded');
	const create = () =>
		N8n.create({ install, nodeOptions: ['--require', LOAD_LOG], env: { LOAD_LOG: log } });
	const without = await create();
	const withOurs = await create();
	try {
		await installCommunityPackages(withOurs.nodesFolder, [built.tarball]);
		// The first start of each migrates its database.
		for (const n8n of [without, withOurs]) {
			progress('first start of n8n');
			await n8n.start();
			await n8n.kill();
		}
		progress(`${2 * START_ROUNDS} starts of n8n`);
		const timed = async (n8n: N8n) => {
			const started = performance.now();
			await n8n.start();
			const seconds = (performance.now() - started) / 1_000;
			await n8n.kill();
			return seconds;
		};
		const seconds = await interleave(START_ROUNDS, {
			ours: () => timed(withOurs),
			none: () => timed(without),
		});
		return [
			...loadedFiles(await readLog(log)),
			{
				measure: 'Start of n8n',
				ours: `with ${spread(seconds.ours)} s`,
				other: `without ${spread(seconds.none)} s`,
				ratio: spread(ratios(seconds.ours, seconds.none)),
				aim: '',
			},
		];
	} finally {
		await Promise.all([withOurs.remove(), without.remove()]);
	}
}

/** No log means that nothing was loaded. */
async function readLog(file: string): Promise<string[]> {
	const text = await readFile(file, 'utf8').catch((error: unknown) => {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
		throw error;
	});
	return text.split('\n').filter((line) => line !== '');
}

function loadedFiles(lines: readonly string[]): Result[] {
	const files = new Set(lines);
	const isCredential = (file: string) => file.startsWith('dist/credentials/');
	const credentials = [...files].filter(isCredential).length;
	return [
		{
			measure: 'Files of our nodes loaded at the start of n8n',
			ours: String(files.size - credentials),
			other: '',
			ratio: '',
			aim: '0',
		},
		{
			measure: 'Credential types of ours loaded at the start of n8n',
			ours: String(credentials),
			other: 'n8n reads those of every package',
			ratio: '',
			aim: '',
		},
	];
}

/** n8n's own loader in a process of its own, where it is not lost in the seconds of a start. */
async function packageLoader({ built, progress }: BenchContext): Promise<Result[]> {
	progress("n8n's package loader");
	const load = async (kind: string): Promise<LoadedPackage> =>
		JSON.parse(await runChild('loaderChild.ts', [built.folder, kind])) as LoadedPackage;
	const files = (await load('eager')).files;
	const milliseconds = await interleave(LOAD_ROUNDS, {
		lazy: async () => (await load('lazy')).milliseconds,
		eager: async () => (await load('eager')).milliseconds,
	});
	return [
		{
			measure: "n8n's loader on our package",
			ours: `with metadata ${ms(milliseconds.lazy)}`,
			other: `without ${ms(milliseconds.eager)}, ${files} files`,
			ratio: spread(ratios(milliseconds.lazy, milliseconds.eager)),
			aim: '',
		},
	];
}

async function firstUse({ built, progress }: BenchContext): Promise<Result[]> {
	progress('first use of each node');
	const file = (...parts: string[]) => path.join(built.folder, 'dist', 'nodes', ...parts);
	const requireTime = async (module: string) =>
		Number(await runChild('requireChild.ts', [built.folder, module]));
	const results: Result[] = [];
	for (const node of NODES) {
		const { own } = await interleave(LOAD_ROUNDS, {
			own: () => requireTime(file(node, `${node}.node.js`)),
		});
		results.push({
			measure: `First use: ${node}`,
			ours: ms(own),
			other: '',
			ratio: '',
			aim: '',
		});
	}
	for (const [name, [bundled, npmName]] of Object.entries(LIBRARIES)) {
		const { ours, npm } = await interleave(LOAD_ROUNDS, {
			ours: () => requireTime(file('vendor', `${bundled}.js`)),
			npm: () => requireTime(npmName),
		});
		results.push({
			measure: name,
			ours: `bundled ${ms(ours)}`,
			other: `\`${npmName}\` ${ms(npm)}`,
			ratio: median(ratios(ours, npm)).toFixed(2),
			aim: '',
		});
	}
	return results;
}

async function runChild(script: string, args: string[]): Promise<string> {
	return await run(serverNode(), [path.join(import.meta.dirname, script), ...args], {
		cwd: PROJECT_ROOT,
		name: 'The process that loads the package',
	});
}

function ms(values: readonly number[]): string {
	return `${spread(values, (value) => value.toFixed(0))} ms`;
}
