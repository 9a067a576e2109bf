import path from 'node:path';

import { build } from 'esbuild';

/** Bundles a process to measure for CommonJS, as n8n loads packages; gives the script. */
export async function bundleChild(name: string, workFolder: string): Promise<string> {
	const outfile = path.join(workFolder, `${name}.cjs`);
	await build({
		entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		packages: 'external',
		logLevel: 'error',
	});
	return outfile;
}
