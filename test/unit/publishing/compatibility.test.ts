/** What is said of the n8n and Node.js that the package runs on, against what is tried. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { N8N_VERSION } from '../../../scripts/host/cache.ts';
import { N8N_VERSIONS, NODE_VERSIONS } from '../../../scripts/host/compat.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';

const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
const matrixOf = (file: string, job: string) =>
	(
		parse(read(file)) as {
			jobs: Record<string, { strategy: { matrix: Record<string, string[]> } }>;
		}
	).jobs[job]!.strategy.matrix;
const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');

it('is tried in the workflow with every version that is named', () => {
	expect(N8N_VERSIONS).toContain(N8N_VERSION);
	expect(matrixOf('.github/workflows/compatibility.yml', 'journeys')).toEqual({
		n8n: N8N_VERSIONS,
	});
});

it('stands in the table, each version with what came of it', () => {
	const rows = read('docs/compatibility.md')
		.split('\n')
		.filter((line) => /^\| \d+\.\d+\.\d+ /.test(line))
		.map((line) => line.split('|').map((cell) => cell.trim()));
	expect([...new Set(rows.map(([, n8n]) => n8n))]).toEqual(N8N_VERSIONS);
	for (const [, n8n, , outcome] of rows) {
		expect([n8n, outcome]).toEqual([
			n8n,
			expect.stringMatching(/^(?:all \d+|by hand: .+|not tried: .+)$/),
		]);
	}
});

it('is what the README and package.json promise', () => {
	const [oldest] = N8N_VERSIONS;
	expect(read('README.md')).toContain(`n8n ${minorOf(oldest!)} or later`);
	const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
	const [oldestNode] = NODE_VERSIONS;
	expect(engines.node).toBe(`>=${minorOf(oldestNode!)}`);
	expect(read('README.md')).toContain(`Node.js ${minorOf(oldestNode!)} or later`);
	expect(matrixOf('.github/workflows/ci.yml', 'node')['node']![0]).toBe(minorOf(oldestNode!));
});
