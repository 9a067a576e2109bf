/** The table of docs/compatibility.md: which journeys went well in which n8n on which Node.js. */

/** The part of jest's results, as `--json` writes them, that matters here. */
export interface JestResults {
	testResults: Array<{
		/** The file. */
		name: string;
		assertionResults: Array<{ title: string; status: string }>;
	}>;
}

export interface CompatRun {
	n8n: string;
	node: string;
	/** Absent where it was not tried. */
	results?: JestResults;
	/** The range of Node.js that this n8n takes, where it was not tried. */
	takes?: string;
}

/** Files with one column for all of their tests, in this order behind those of the journeys. */
const FILES = [
	{ file: 'communityPackage.test.', column: 'Install, update, remove' },
	{ file: 'fixtures.test.', column: 'What was kept' },
	{ file: 'secrets.test.', column: 'Secrets' },
];
const WELL = '✓';
const NOT_WELL = '**✗**';
const NOT_TRIED = '–';

/** A row for each n8n and Node.js, a column for each journey: for Markdown. */
export function compatTable(runs: readonly CompatRun[]): string {
	const outcomes = runs.map(({ results }) => outcomesOf(results));
	const columns = [...new Set(outcomes.flatMap((outcome) => [...outcome.keys()]))];
	const rows = runs.map(({ n8n, node, takes }, at) => {
		const cells = columns.map((column) => outcomes[at]?.get(column) ?? NOT_TRIED);
		const why = takes === undefined ? node : `${node}: this n8n takes ${takes}`;
		return [n8n, why, ...cells];
	});
	const lines = [['n8n', 'Node.js', ...columns], ['n8n', 'Node.js', ...columns].map(() => '---')];
	return [...lines, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function outcomesOf(results: JestResults = { testResults: [] }): Map<string, string> {
	const placeOf = (name: string) => FILES.findIndex(({ file }) => name.includes(file));
	const files = results.testResults.map(({ name, assertionResults }) => ({
		place: placeOf(name),
		assertionResults,
	}));
	const outcomes = new Map<string, string>();
	for (const { place, assertionResults } of files.sort((one, other) => one.place - other.place)) {
		for (const { title, status } of assertionResults) {
			const [name = title] = title.split(':');
			const column = FILES[place]?.column ?? name;
			const isWell = status === 'passed' && outcomes.get(column) !== NOT_WELL;
			outcomes.set(column, isWell ? WELL : NOT_WELL);
		}
	}
	return outcomes;
}
