/** Milliseconds that a module takes to load in a process that has n8n's: `requireChild.ts FOLDER MODULE`. */
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder = '', module = ''] = process.argv.slice(2);
const require = createRequire(path.join(folder, 'package.json'));
require('n8n-workflow');
const started = performance.now();
require(module);
process.stdout.write(String(performance.now() - started));
