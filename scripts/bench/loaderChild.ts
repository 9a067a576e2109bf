/**
 * Lets n8n's loader take in a package: `loaderChild.ts FOLDER lazy|eager`. Lazy is what n8n does
 * where the package brings its metadata, eager what it does where not.
 */
import { createRequire } from 'node:module';
import { realpathSync } from 'node:fs';
import path from 'node:path';

import type * as Core from 'n8n-core';

export interface LoadedPackage {
	milliseconds: number;
	/** Of the package. */
	files: number;
}

const [folder = '', kind] = process.argv.slice(2);
const require = createRequire(path.join(folder, 'package.json'));
// n8n writes its settings into the user's home unless told otherwise.
process.env['N8N_USER_FOLDER'] = path.dirname(folder);
process.env['N8N_ENCRYPTION_KEY'] = 'only-for-the-bench';
const { LazyPackageDirectoryLoader, PackageDirectoryLoader } = require('n8n-core') as typeof Core;
const Loader = kind === 'lazy' ? LazyPackageDirectoryLoader : PackageDirectoryLoader;

const started = performance.now();
await new Loader(folder).loadAll();
const milliseconds = performance.now() - started;
const root = realpathSync(folder);
const files = Object.keys(require.cache).filter((file) => file.startsWith(root)).length;
process.stdout.write(JSON.stringify({ milliseconds, files } satisfies LoadedPackage));
