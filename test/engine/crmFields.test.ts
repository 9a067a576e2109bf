/** The table of docs/crm.md against what the examples map: the same names, no more and no fewer. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

interface Assignment {
	name: string;
	value: string;
}

/** What a node of an example assigns, by name. */
function assigned(file: string, node: string): Record<string, string> {
	const { nodes } = JSON.parse(readFileSync(path.join(ROOT, 'examples', file), 'utf8')) as {
		nodes: Array<{ name: string; parameters: { assignments: { assignments: Assignment[] } } }>;
	};
	const found = nodes.find(({ name }) => name === node);
	if (found === undefined) throw new Error(`${file} has no node "${node}"`);
	const { assignments } = found.parameters.assignments;
	return Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
}

/** The properties of the object that an expression builds, which stand on lines of their own. */
const keysOf = (expression = '') =>
	[...expression.matchAll(/^ {2}(\w+):/gm)].map(([, key]) => key ?? '');

const rows = readFileSync(path.join(ROOT, 'docs/crm.md'), 'utf8')
	.split('\n')
	.filter((line) => line.startsWith('|'))
	.map((line) =>
		line
			.split('|')
			.slice(1, -1)
			.map((cell) => cell.trim()),
	);
const head = rows.findIndex(([first]) => first === 'Lead');

/** Names in a column of the table, in code. */
function namesIn(column: string): string[] {
	const at = rows[head]?.indexOf(column) ?? -1;
	if (at < 0) throw new Error(`docs/crm.md has no column "${column}"`);
	const end = rows.findIndex(([first], row) => row > head && first === 'contactAllowed is false');
	const cells = rows.slice(head + 2, end + 1).map((row) => row[at] ?? '');
	const names = cells.flatMap((cell) =>
		[...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
	);
	return [...new Set(names)].sort();
}

const hubspot = assigned('leads-to-hubspot.json', 'Map to HubSpot');
const pipedrive = assigned('leads-to-pipedrive.json', 'Map to Pipedrive');

it.each([
	['HubSpot contact', [...keysOf(hubspot['contact']), 'lifecyclestage']],
	['HubSpot company', [...keysOf(hubspot['company']), 'lifecyclestage']],
	['Pipedrive', keysOf(pipedrive['person'])],
	['Zoho lead', keysOf(assigned('leads-to-zoho.json', 'Map to Zoho')['lead'])],
	['Table, sheet', Object.keys(assigned('leads-to-table.json', 'Row'))],
	['Table, sheet', Object.keys(assigned('leads-to-google-sheet.json', 'Row'))],
])('%s', (column, mapped) => {
	expect(mapped.length).toBeGreaterThan(2);
	expect(namesIn(column)).toEqual([...mapped].sort());
});

it('the note in Pipedrive has what the table says', () => {
	for (const name of [
		'time',
		'source',
		'action',
		'offer',
		'stage',
		'title',
		'country',
		'campaign',
		'description',
	])
		expect(pipedrive['note']).toMatch(new RegExp(`\\b${name}\\b`));
});
