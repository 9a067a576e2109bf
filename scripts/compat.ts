/**
 * `npm run test:compat -- [N8N …] [--node NODE …]`: the packed package in every n8n named, on every
 * Node.js named that this n8n takes; without names in all of `host/compat.ts`. In the pinned one it is also
 * installed, updated and removed as the editor does it, and goes on with what earlier versions kept.
 * Prints the table that stands in docs/compatibility.md, and leaves with 1 unless all went well.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { satisfies } from 'semver';

import { build } from './host/build.ts';
import { N8N_VERSION, ensureN8n } from './host/cache.ts';
import { N8N_VERSIONS, NODE_VERSIONS, VARIABLES } from './host/compat.ts';
import { jest, resultsFile } from './host/jest.ts';
import { ensureNode } from './host/packages.ts';
import { command, step } from './host/terminal.ts';

interface Journeys {
	testResults: Array<{ assertionResults: Array<{ title: string; status: string }> }>;
}

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
	const table = ['| n8n | Node.js | journeys |', '| --- | --- | --- |'];
	let isWell = true;
	for (const version of versions) {
		const install = await step(
			`n8n ${version}`,
			async (progress) => await ensureN8n(progress, { version }),
		);
		const engines = nodesOf(install);
		for (const node of nodes) {
			if (!satisfies(node, engines)) {
				table.push(`| ${version} | ${node} | not tried: this n8n takes Node.js ${engines} |`);
				continue;
			}
			process.env[VARIABLES.n8n] = version;
			process.env[VARIABLES.node] = await ensureNode(node);
			process.stdout.write(`\nn8n ${version} on Node.js ${node}\n`);
			const name = `compat-${version}-${node}`;
			// Installing, updating and going on with what was kept is the package's own doing.
			const files = version === N8N_VERSION && node === process.versions.node ? [] : ['journeys'];
			const code = await jest(name, ['compat'], ['-i', ...files]);
			isWell &&= code === 0;
			table.push(`| ${version} | ${node} | ${await outcomeOf(name)} |`);
		}
	}
	process.stdout.write(`\n${table.join('\n')}\n`);
	return isWell ? 0 : 1;
});

function nodesOf(install: string): string {
	const file = path.join(install, 'node_modules/n8n/package.json');
	const manifest = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } };
	return manifest.engines.node;
}

/** How many went well, and which did not. */
async function outcomeOf(name: string): Promise<string> {
	const { testResults } = JSON.parse(await readFile(resultsFile(name), 'utf8')) as Journeys;
	const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
	const failed = tests.filter(({ status }) => status !== 'passed');
	const passed = tests.length - failed.length;
	const names = failed.map(({ title }) => title).join('; ');
	return failed.length > 0 || passed === 0
		? `${passed} of ${tests.length}: ${names}`
		: `all ${passed}`;
}
