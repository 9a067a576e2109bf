import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { packForNpm } from '../publishing/pack.ts';
import { npm } from './npm.ts';
import { PROJECT_ROOT } from './paths.ts';
import { run } from './run.ts';
import { temporaryFolder } from './temporary.ts';

/** Builds the package into `dist/`. */
export async function build(): Promise<void> {
	await npm(['run', '--silent', 'build'], { cwd: PROJECT_ROOT });
}

/** Where the engine's tests find what users get; replaced by each call. */
const UNPACKED = path.join(PROJECT_ROOT, 'node_modules', '.cache', 'packed');

/** Unpacks the tarball of what was built, and gives the package's folder. */
export async function unpackBuilt(): Promise<string> {
	await rm(UNPACKED, { recursive: true, force: true });
	await mkdir(UNPACKED, { recursive: true });
	await withTarball(
		async (tarball) =>
			await run('tar', ['-xzf', tarball, '-C', UNPACKED], { cwd: PROJECT_ROOT, name: 'tar' }),
	);
	return path.join(UNPACKED, 'package');
}

/** Gives the tarball of what was built to `use`, and deletes it afterwards. */
export async function withTarball<T>(use: (tarball: string) => Promise<T>): Promise<T> {
	const folder = await temporaryFolder('pack');
	try {
		return await use(await packForNpm(folder.path));
	} finally {
		await folder.remove();
	}
}
