/** The files that hold addresses of ours, and how they have to read. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { PROJECT_ROOT } from '../host/paths.ts';
import { addressesOf, withAddresses, withManifestAddresses } from './addresses.ts';
import type { Manifest } from './addresses.ts';

const MANIFEST = path.join(PROJECT_ROOT, 'package.json');

export function readManifest(): Manifest {
	return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
}

/** Absolute paths. */
export function filesWithAddresses(): string[] {
	const patterns = ['credentials/*.ts', 'nodes/**/*.node.{json,ts}', '.github/**/*.{yml,md}'];
	return [
		MANIFEST,
		...patterns
			.flatMap((pattern) => globSync(pattern, { cwd: PROJECT_ROOT }))
			.sort()
			.map((file) => path.join(PROJECT_ROOT, file)),
	];
}

/** What such a file has to say, by `repository` in package.json. */
export function withCurrentAddresses(file: string): string {
	const text = readFileSync(file, 'utf8');
	return file === MANIFEST
		? withManifestAddresses(text)
		: withAddresses(text, addressesOf(readManifest()));
}
