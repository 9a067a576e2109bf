/**
 * `npm run test:compat -- [N8N …] [--node NODE …]`: the packed package in every n8n named, on every
 * Node.js named that this n8n takes; without names in all of `host/compat.ts`. In the pinned one it is also
 * installed, updated and removed as the editor does it, and goes on with what earlier versions kept.
 * Prints the table that stands in docs/compatibility.md, and leaves with 1 unless all went well.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { satisfies } from 'semver';

import { build } from './host/build.ts';
import { N8N_VERSION, ensureN8n } from './host/cache.ts';
import { N8N_VERSIONS, NODE_VERSIONS, VARIABLES } from './host/compat.ts';
import { jest, resultsFile } from './host/jest.ts';
import { ensureNode } from './host/packages.ts';
import { command, step } from './host/terminal.ts';
import { compatTable, type CompatRun, type JestResults } from './publishing/compatTable.ts';
import { secretsIn } from './publishing/secrets.ts';

await command(async () => {
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		options: { node: { type: 'string', multiple: true } },
	});
	const versions = positionals.length > 0 ? positionals : N8N_VERSIONS;
	const nodes = (values.node ?? NODE_VERSIONS).map((node) =>
		node === 'project' ? process.versions.node : node,
	);
	await step('Build', build);
	const runs: CompatRun[] = [];
	const codes: number[] = [];
	for (const n8n of versions) {
		const install = await step(
			`n8n ${n8n}`,
			async (progress) => await ensureN8n(progress, { version: n8n }),
		);
		const takes = nodesOf(install);
		for (const node of nodes) {
			if (!satisfies(node, takes)) {
				runs.push({ n8n, node, takes });
				continue;
			}
			process.env[VARIABLES.n8n] = n8n;
			process.env[VARIABLES.node] = await ensureNode(node);
			process.stdout.write(`\nn8n ${n8n} on Node.js ${node}\n`);
			const name = `compat-${n8n}-${node}`;
			// Installing, updating and going on with what was kept is the package's own doing.
			const isPinned = n8n === N8N_VERSION && node === process.versions.node;
			codes.push(await jest(name, ['compat'], ['-i', ...(isPinned ? [] : ['journeys'])]));
			const written = readFileSync(resultsFile(name), 'utf8');
			// The search for secrets reads what n8n wrote; what it is told in itself can be read only now.
			const secrets = secretsIn(written);
			if (secrets.length > 0) {
				throw new Error(`${resultsFile(name)} holds secrets: ${secrets.length} kinds.`);
			}
			runs.push({ n8n, node, results: JSON.parse(written) as JestResults });
		}
	}
	process.stdout.write(`\n${compatTable(runs)}\n`);
	if (codes.length === 0) {
		throw new Error('Nothing was tried: none of these n8n takes any of these Node.js.');
	}
	return codes.every((code) => code === 0) ? 0 : 1;
});

/** The range of Node.js that an n8n takes. */
function nodesOf(install: string): string {
	const file = path.join(install, 'node_modules/n8n/package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } };
	return manifest.engines.node;
}
