import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { npm } from '../host/npm.ts';
import { PROJECT_ROOT } from '../host/paths.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { addressesOf, withAbsoluteLinks, withShippedLinks } from './addresses.ts';
import type { Manifest } from './addresses.ts';

interface Packed {
	filename: string;
	files: Array<{ path: string }>;
}

/** Everybody reads, nothing is a program. */
const FILE_MODE = 0o644;

/**
 * Packs what was built as npm is to get it, and gives the tarball's path. `npm pack` alone would do
 * but for links: those of the README are relative in the repository and dead on npm's page, and other
 * pages link to files of the repository that do not ship.
 */
export async function packForNpm(into: string): Promise<string> {
	const staged = await temporaryFolder('staged');
	try {
		const files = await packedFiles();
		for (const file of files) {
			const target = path.join(staged.path, file);
			await mkdir(path.dirname(target), { recursive: true });
			await cp(path.join(PROJECT_ROOT, file), target);
			// Else who may read it here, by the builder's umask, is part of the tarball's bytes.
			await chmod(target, FILE_MODE);
		}
		const manifest = JSON.parse(
			await readFile(path.join(PROJECT_ROOT, 'package.json'), 'utf8'),
		) as Manifest;
		const addresses = addressesOf(manifest);
		for (const file of files.filter((name) => name.endsWith('.md'))) {
			const page = path.join(staged.path, file);
			const text = await readFile(page, 'utf8');
			await writeFile(page, withShippedLinks(file, text, shippedIn(files), addresses));
		}
		const readme = path.join(staged.path, 'README.md');
		await writeFile(readme, withAbsoluteLinks(await readFile(readme, 'utf8'), addresses));
		if (!addresses.isPublic) {
			// npm's page would show a repository and an issue tracker that are not there.
			const { repository: _repository, bugs: _bugs, ...rest } = manifest;
			const text = `${JSON.stringify(rest, null, 2)}\n`;
			await writeFile(path.join(staged.path, 'package.json'), text);
		}
		return await packFolder(staged.path, into);
	} finally {
		await staged.remove();
	}
}

/** The files that ship, by their paths from the root; those of `dist` only where it was built. */
export async function packedFiles(): Promise<string[]> {
	return (await pack(PROJECT_ROOT, ['--dry-run'])).files.map((file) => file.path);
}

/** Whether a link leads to one of these files, or to a folder that holds some. */
export function shippedIn(files: readonly string[]): (file: string) => boolean {
	return (file) =>
		files.some((other) => other === file || other.startsWith(`${file.replace(/\/$/, '')}/`));
}

/** Packs any package as it is, and gives the tarball's path. */
export async function packFolder(folder: string, into: string): Promise<string> {
	return path.join(into, (await pack(folder, ['--pack-destination', into])).filename);
}

async function pack(folder: string, args: string[]): Promise<Packed> {
	const text = await npm(['pack', '--json', '--ignore-scripts', ...args], { cwd: folder });
	// npm 10 gives a list, npm 11 an object by package name.
	const [packed] = Object.values(JSON.parse(text) as Record<string, Packed>);
	if (!packed) throw new Error(`npm pack made no tarball of ${folder}.`);
	return packed;
}
