import { cp, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { build } from '../host/build.ts';
import { PROJECT_ROOT } from '../host/paths.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { packForNpm } from '../publishing/pack.ts';

/** What is published, out of reach of builds that come in between. */
export interface BuiltPackage {
	/** Unpacked; the checkout's node_modules are found from here, as n8n's are from a user's. */
	readonly folder: string;
	/** Packed, for n8n. */
	readonly tarball: string;
	/** For files of the bench's own; gone with the rest. */
	readonly workFolder: string;
	/** Loads a file of `dist/` into this process. */
	load<T>(file: string): T;
	remove(): Promise<void>;
}

/** Builds the package and keeps a copy of it for this run. */
export async function buildPackage(): Promise<BuiltPackage> {
	await build();
	const { path: workFolder, remove } = await temporaryFolder('bench');
	const folder = path.join(workFolder, 'package');
	await cp(path.join(PROJECT_ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
	await cp(path.join(PROJECT_ROOT, 'package.json'), path.join(folder, 'package.json'));
	const modules = path.join(PROJECT_ROOT, 'node_modules');
	// A junction is what Windows lets everyone make; elsewhere the word means nothing.
	await symlink(modules, path.join(workFolder, 'node_modules'), 'junction');
	const require = createRequire(path.join(folder, 'package.json'));
	return {
		folder,
		tarball: await packForNpm(workFolder),
		workFolder,
		load: <T>(file: string) => require(path.join(folder, 'dist', file)) as T,
		remove,
	};
}
