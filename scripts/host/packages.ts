import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { cacheFolder } from './cache.ts';
import { npm } from './npm.ts';
import { serverNode } from './paths.ts';

/**
 * The `node_modules` that a package of npm's is in, installed first where it is not: what is needed now
 * and then, and would make every `npm ci` of the project longer. No install script is run.
 *
 * @param overrides npm's, for what it depends on and a registry may not have as declared
 */
export async function ensurePackage(
	name: string,
	version: string,
	overrides: Readonly<Record<string, string>> = {},
): Promise<string> {
	const folder = path.join(cacheFolder(), `${name.replace('@', '').replace('/', '-')}-${version}`);
	if (!existsSync(folder)) {
		// In a sibling first: a folder of the final name is always whole.
		const partial = `${folder}.partial-${process.pid}`;
		await mkdir(partial, { recursive: true });
		try {
			const manifest = JSON.stringify({ private: true, overrides });
			await writeFile(path.join(partial, 'package.json'), `${manifest}\n`);
			await npm(['install', '--ignore-scripts', `${name}@${version}`], { cwd: partial });
			await rename(partial, folder);
		} catch (error) {
			// Another process was first.
			if (!existsSync(folder)) throw error;
		} finally {
			await rm(partial, { recursive: true, force: true });
		}
	}
	return path.join(folder, 'node_modules');
}

/** The path of the Node.js of this version, e.g. `22.19.0`. */
export async function ensureNode(version: string): Promise<string> {
	if (version === process.versions.node) return serverNode();
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const name = `node-${platform}-${process.arch}`;
	const modules = await ensurePackage(name, version);
	return path.join(modules, name, 'bin', platform === 'win' ? 'node.exe' : 'node');
}
