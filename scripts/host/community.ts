import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { npm } from './npm.ts';

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
