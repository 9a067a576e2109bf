import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import {
	mkdir,
	open,
	readFile,
	readdir,
	rename,
	rm,
	stat,
	utimes,
	writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { npm } from './npm.ts';
import { duration } from './text.ts';

/** The n8n that the demo and the end-to-end tests run against; a newer one is a deliberate change. */
export const N8N_VERSION = '2.40.7';
/** Of this folder's layout: a folder with another number is installed anew. */
const LAYOUT = 1;
const MARKER = '.complete';
/** Older n8n name this library by an address outside of npm's registry, which a proxy may not let through. */
const OVERRIDES = { xlsx: '0.18.5' };
/** How often the installing process says that it is alive, and how often the progress moves. */
const HEARTBEAT_MS = 1_000;
/** A lock not renewed for so long belongs to a process that is gone. */
const STALE_LOCK_MS = 30_000;
const REBUILD_TOOLS =
	'Python 3, make and a C++ compiler (Debian: apt-get install python3 make g++)';

export type Progress = (message: string) => void;

/** Where installs are kept between runs and checkouts; `MARKETPLACE_LEADS_CACHE` moves it. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
	if (env['MARKETPLACE_LEADS_CACHE']) return path.resolve(env['MARKETPLACE_LEADS_CACHE']);
	const base = env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache');
	return path.join(base, 'n8n-nodes-marketplace-leads');
}

export interface N8nInstall {
	/** Of n8n; the pinned one unless another is named. */
	version?: string;
	cache?: string;
	installInto?: (folder: string, progress: Progress, version: string) => Promise<void>;
}

/**
 * The folder of a complete n8n install, made first where there is none (4 to 12 minutes, 2.8 GB).
 * Any number of processes may ask at once: one installs, the others wait for it.
 */
export async function ensureN8n(
	progress: Progress,
	{ version = N8N_VERSION, cache = cacheFolder(), installInto = install }: N8nInstall = {},
): Promise<string> {
	const folder = path.join(cache, `n8n-${version}`);
	if (await isComplete(folder, version)) return folder;
	await mkdir(cache, { recursive: true });
	const isDone = async () => await isComplete(folder, version);
	const lock = await takeLock(`${folder}.lock`, progress, isDone);
	try {
		if (await isDone()) return folder;
		await removeLeftovers(cache, folder);
		// In a sibling folder first: a folder of the final name is always whole, whenever we are ended.
		const partial = `${folder}.partial-${randomBytes(4).toString('hex')}`;
		await mkdir(partial, { recursive: true });
		try {
			await installInto(partial, progress, version);
			await writeFile(path.join(partial, MARKER), JSON.stringify(marker(version)));
			await rename(partial, folder);
		} catch (error) {
			await rm(partial, { recursive: true, force: true });
			// Our lock was taken for stale (a laptop that slept) and the other install was first.
			if (!(await isDone())) throw error;
		}
		return folder;
	} finally {
		await lock.release();
	}
}

interface Marker {
	layout: number;
	n8n: string;
	platform: string;
	arch: string;
}

const marker = (version: string): Marker => ({
	layout: LAYOUT,
	n8n: version,
	platform: process.platform,
	arch: process.arch,
});

/** Whether an install ended well, for this version and this kind of machine. */
async function isComplete(folder: string, version: string): Promise<boolean> {
	try {
		const found = await readFile(path.join(folder, MARKER), 'utf8');
		return JSON.stringify(JSON.parse(found)) === JSON.stringify(marker(version));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
		if (error instanceof SyntaxError) return false;
		throw error;
	}
}

async function install(folder: string, progress: Progress, version: string): Promise<void> {
	const started = Date.now();
	const manifest = { name: 'n8n-host', private: true, overrides: OVERRIDES };
	await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest)}\n`);
	const say = async (what: string) => {
		const packages = await readdir(path.join(folder, 'node_modules')).catch(() => []);
		const count = packages.length ? `, ${packages.length} packages` : '';
		progress(`${what} (${duration(Date.now() - started)}${count})`);
	};
	const steps: Array<[string, string[], string]> = [
		[
			`Installing n8n ${version}, once, for several minutes`,
			// Without --ignore-scripts a Kafka binding of n8n's is compiled, and does not.
			[`install`, `n8n@${version}`, '--save-exact', '--ignore-scripts'],
			'',
		],
		[
			'Building the SQLite binding of n8n',
			['rebuild', 'sqlite3'],
			`n8n keeps its data in SQLite, whose binding is compiled where none can be downloaded: that takes ${REBUILD_TOOLS}.`,
		],
	];
	for (const [what, args, hint] of steps) {
		await say(what);
		const timer = setInterval(() => void say(what), HEARTBEAT_MS);
		try {
			await npm(args, { cwd: folder, ...(hint ? { hint } : {}) });
		} finally {
			clearInterval(timer);
		}
	}
}

/** Half-finished installs of processes that were ended; only the holder of the lock may do this. */
async function removeLeftovers(cache: string, folder: string): Promise<void> {
	if (existsSync(folder)) {
		await rename(folder, `${folder}.partial-${randomBytes(4).toString('hex')}`);
	}
	for (const name of await readdir(cache)) {
		if (!name.startsWith(`${path.basename(folder)}.partial-`)) continue;
		await rm(path.join(cache, name), { recursive: true, force: true });
	}
}

interface Lock {
	release(): Promise<void>;
}

/** Waits until `file` could be made by us, or until what it guards `isDone` by somebody else. */
async function takeLock(
	file: string,
	progress: Progress,
	isDone: () => Promise<boolean>,
): Promise<Lock> {
	const started = Date.now();
	for (;;) {
		try {
			const handle = await open(file, 'wx');
			await handle.close();
			const beat = setInterval(() => {
				const now = new Date();
				// A missed beat is made up for by the next; STALE_LOCK_MS is many of them.
				utimes(file, now, now).catch(() => undefined);
			}, HEARTBEAT_MS);
			beat.unref();
			const releaseOnExit = () => rmSync(file, { force: true });
			process.once('exit', releaseOnExit);
			return {
				async release() {
					clearInterval(beat);
					process.removeListener('exit', releaseOnExit);
					await rm(file, { force: true });
				},
			};
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
		if (await isDone()) return { release: async () => undefined };
		const age = await stat(file).then(
			({ mtimeMs }) => Date.now() - mtimeMs,
			() => 0,
		);
		if (age > STALE_LOCK_MS) {
			await rm(file, { force: true });
			continue;
		}
		progress(`Waiting for the n8n install of another process (${duration(Date.now() - started)})`);
		await sleep(HEARTBEAT_MS);
	}
}
