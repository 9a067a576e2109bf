import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { npm } from './npm.ts';

/** Packs a built package as the registry would get it, and gives the tarball's path. */
export async function pack(packageFolder: string, into: string): Promise<string> {
	const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
	const packed = JSON.parse(await npm(args, { cwd: packageFolder })) as unknown;
	// npm 10 gives a list, npm 11 an object by package name.
	const [first] = Object.values(packed as Record<string, { filename: string }>);
	if (!first) throw new Error(`npm pack made no tarball of ${packageFolder}.`);
	return path.join(into, first.filename);
}

/** Installs tarballs as an administrator does by hand; n8n sees them at its next start. */
export async function installCommunityPackages(
	nodesFolder: string,
	tarballs: string[],
): Promise<void> {
	const manifest = path.join(nodesFolder, 'package.json');
	if (!existsSync(manifest)) {
		await writeFile(manifest, '{"name":"installed-nodes","private":true}\n');
	}
	await npm(['install', ...tarballs], { cwd: nodesFolder });
}
