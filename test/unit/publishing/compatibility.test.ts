/** What is said of the n8n and Node.js that the package runs on, against what is tried. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

import { N8N_VERSION } from '../../../scripts/host/cache.ts';
import { N8N_VERSIONS, NODE_VERSIONS } from '../../../scripts/host/compat.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { compatTable } from '../../../scripts/publishing/compatTable.ts';

const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
const matrixOf = (file: string, job: string) =>
	(
		parse(read(file)) as {
			jobs: Record<string, { strategy: { matrix: Record<string, string[]> } }>;
		}
	).jobs[job]!.strategy.matrix;
const { packages } = JSON.parse(read('package-lock.json')) as {
	packages: Record<string, { version: string }>;
};
const PROJECT_NODE = packages['node_modules/node']!.version;
const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');

it('is tried in the workflow with every version that is named', () => {
	expect(N8N_VERSIONS).toContain(N8N_VERSION);
	expect(matrixOf('.github/workflows/compatibility.yml', 'journeys')).toEqual({
		n8n: N8N_VERSIONS,
	});
});

const journey = (title: string, status = 'passed') => ({ title, status });
const file = (name: string, ...assertionResults: Array<{ title: string; status: string }>) => ({
	name: `/project/test/compat/${name}.test.ts`,
	assertionResults,
});

describe('the table', () => {
	it('has a row for each n8n and Node.js, and a column for each journey', () => {
		const testResults = [
			file('fixtures', journey('knows'), journey('goes on')),
			file('journeys', journey('Load: all'), journey('Parse: a lead', 'failed')),
			file('communityPackage', journey('is installed', 'failed'), journey('is removed')),
		];
		const runs = [
			{ n8n: '2.0.0', node: '22.19.0', takes: '>=24' },
			{ n8n: '2.0.0', node: '24.0.0', results: { testResults } },
			{
				n8n: '2.1.0',
				node: '24.0.0',
				results: { testResults: [file('journeys', journey('Load: all'))] },
			},
		];
		expect(compatTable(runs).split('\n')).toEqual([
			'| n8n | Node.js | Load | Parse | Install, update, remove | What was kept |',
			'| --- | --- | --- | --- | --- | --- |',
			'| 2.0.0 | 22.19.0: this n8n takes >=24 | – | – | – | – |',
			'| 2.0.0 | 24.0.0 | ✓ | **✗** | **✗** | ✓ |',
			'| 2.1.0 | 24.0.0 | ✓ | – | – | – |',
		]);
	});

	it('stands in the documentation: every version, and every journey went well', () => {
		const table = read('docs/compatibility.md')
			.split('\n\n')
			.find((each) => each.startsWith('| n8n'))!;
		const rows = table.split('\n').map((line) =>
			line
				.split('|')
				.slice(1, -1)
				.map((cell) => cell.trim()),
		);
		const [[, , ...columns] = [], , ...runs] = rows;
		const titles = [...read('test/compat/journeys.test.ts').matchAll(/'([A-Z][\w ]+): /g)];
		const journeys = titles.map(([, name]) => name!);
		expect(journeys.length).toBeGreaterThan(6);
		expect(columns.slice(0, journeys.length)).toEqual(journeys);

		const tried = runs.filter(([, , ...cells]) => cells.includes('✓'));
		for (const [n8n, node, ...cells] of tried) {
			const well = journeys.map(() => '✓');
			expect([n8n, node, cells.slice(0, journeys.length)]).toEqual([n8n, node, well]);
		}
		const untried = runs.filter((row) => !tried.includes(row));
		expect(untried.filter(([, node]) => !/: this n8n takes /.test(node!))).toEqual([]);
		expect(untried.flatMap(([, , ...cells]) => cells).filter((cell) => cell !== '–')).toEqual([]);
		const pairs = tried.map(([n8n, node]) => [n8n!, node!] as const);
		expect([...new Set(pairs.map(([n8n]) => n8n))]).toEqual(N8N_VERSIONS);
		const nodes = NODE_VERSIONS.map((version) => (version === 'project' ? PROJECT_NODE : version));
		expect([...new Set(pairs.map(([, node]) => node))].sort()).toEqual(nodes.sort());
		// What is tried in the pinned n8n alone.
		const whole = tried.filter((row) => row.every((cell) => cell !== '–'));
		expect(whole.map(([n8n, node]) => [n8n, node])).toEqual([[N8N_VERSION, PROJECT_NODE]]);
	});
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
