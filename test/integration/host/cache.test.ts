/** The cache that keeps a real n8n between runs: a folder of its final name is always whole. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { N8N_VERSION, cacheFolder, ensureN8n } from '../../../scripts/host/cache.ts';

const NAME = `n8n-${N8N_VERSION}`;

let cache: string;
let installs: number;

/** A fake of npm, which takes minutes. */
const install = async (folder: string) => {
	installs += 1;
	await sleep(300);
	await writeFile(path.join(folder, 'whole'), '');
};
const ensure = (installer = install) =>
	ensureN8n(() => undefined, { cache, installInto: installer });

beforeEach(async () => {
	cache = await mkdtemp(path.join(tmpdir(), 'cache-test-'));
	installs = 0;
});
afterEach(async () => {
	await rm(cache, { recursive: true, force: true });
});

it('installs once, and leaves nothing else behind', async () => {
	const folder = await ensure();
	expect(folder).toBe(path.join(cache, NAME));
	expect(existsSync(path.join(folder, 'whole'))).toBe(true);
	expect(await ensure()).toBe(folder);
	expect(installs).toBe(1);
	expect(await readdir(cache)).toEqual([NAME]);
});

it('installs once for any number of callers at the same time', async () => {
	const folders = await Promise.all([ensure(), ensure(), ensure()]);
	expect(new Set(folders).size).toBe(1);
	expect(installs).toBe(1);
});

it('never takes a folder for whole that was not finished', async () => {
	await mkdir(path.join(cache, NAME, 'node_modules'), { recursive: true });
	await mkdir(path.join(cache, `${NAME}.partial-0`));
	const folder = await ensure();
	expect(installs).toBe(1);
	expect(existsSync(path.join(folder, 'node_modules'))).toBe(false);
	expect(await readdir(cache)).toEqual([NAME]);
});

it('does not reuse what was installed for another version or machine', async () => {
	await mkdir(path.join(cache, NAME));
	const other = { layout: 1, n8n: '1.0.0', platform: process.platform, arch: process.arch };
	await writeFile(path.join(cache, NAME, '.complete'), JSON.stringify(other));
	await ensure();
	expect(installs).toBe(1);
});

it('can be tried again after an install that did not work', async () => {
	const broken = async (folder: string) => {
		await writeFile(path.join(folder, 'half'), '');
		throw new Error('no network');
	};
	await expect(ensure(broken)).rejects.toThrow('no network');
	expect(await readdir(cache)).toEqual([]);
	const folder = await ensure();
	expect(await readdir(folder)).toEqual(['.complete', 'whole']);
	expect(await readdir(cache)).toEqual([NAME]);
});

it('takes over from a process that is gone', async () => {
	const lock = path.join(cache, `${NAME}.lock`);
	await writeFile(lock, '');
	const longAgo = new Date(Date.now() - 3_600_000);
	await utimes(lock, longAgo, longAgo);
	await ensure();
	expect(installs).toBe(1);
});

it('lies where the user wants it', () => {
	expect(cacheFolder({ MARKETPLACE_LEADS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
	expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/n8n-nodes-marketplace-leads');
	expect(cacheFolder({})).toMatch(/\/\.cache\/n8n-nodes-marketplace-leads$/);
});
