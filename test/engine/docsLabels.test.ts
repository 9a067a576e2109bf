/**
 * Every text in italics of the docs is one that a reader can find: a label of our nodes and credentials, or a
 * word of another program's page that is written down as such.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { INodeType } from 'n8n-workflow';

import { N8N_EDITOR, N8N_NODES } from '../support/wordsOfOthers';
import { SourceLoader } from './support/sourceLoader';

const ROOT = path.join(__dirname, '../..');
/** Pages about the triggers, whose words are ours, n8n's and Partner Center's alone. */
const PAGES = [
	'README.md',
	...['delivery', 'lead', 'partner-center', 'poll-trigger', 'scaling', 'troubleshooting'].map(
		(name) => `docs/${name}.md`,
	),
	...['azure-table', 'https', 'https-endpoint'].map((name) => `docs/destinations/${name}.md`),
];

/** Words of Microsoft's pages. */
const MICROSOFT: readonly string[] = [
	'Access keys',
	'Azure table',
	'Connect',
	'Customer leads',
	'Dynamics 365 Customer Engagement',
	'Export',
	'Go live',
	'HTTPS endpoint',
	'Offer setup',
	'Referrals',
	'Review and publish',
	'Save draft',
	'Security + networking',
	'Storage Table Data Contributor',
	'Storage Table Data Reader',
	'Validate',
];

const labels = new Set<string>();

/** Every name that the editor shows of a description, those in expressions for outputs included. */
function collect(value: unknown): void {
	if (typeof value === 'string') {
		for (const [, label = ''] of value.matchAll(/displayName: "([^"]+)"/g)) labels.add(label);
		return;
	}
	if (typeof value !== 'object' || value === null) return;
	const { displayName, name } = value as { displayName?: unknown; name?: unknown };
	for (const label of [displayName, name]) {
		// A unit in brackets need not be said each time.
		if (typeof label === 'string') labels.add(label).add(label.replace(/ \([^)]+\)$/, ''));
	}
	for (const inner of Object.values(value)) collect(inner);
}

beforeAll(async () => {
	const loader = new SourceLoader();
	await loader.loadAll();
	for (const { type } of Object.values(loader.nodeTypes)) {
		collect((type as INodeType).description);
	}
	for (const { type } of Object.values(loader.credentialTypes)) collect({ ...type });
});

/** What stands in italics and begins like a label, each once. */
function italicsOf(page: string): string[] {
	const text = readFileSync(path.join(ROOT, page), 'utf8')
		.replaceAll(/```[^]*?```/g, '')
		.replaceAll(/`[^`]*`/g, '');
	const found = [...text.matchAll(/(?<![\w*])_([A-Z][^_\n]*(?:\n[^_\n]+)?)_(?!\w)/g)];
	return [...new Set(found.map(([, term = '']) => term.replaceAll(/\s+/g, ' ')))];
}

it.each(PAGES)('%s names what there is', (page) => {
	const known = new Set([...labels, ...N8N_EDITOR, ...N8N_NODES, ...MICROSOFT]);
	expect(italicsOf(page).filter((term) => !known.has(term))).toEqual([]);
});

it('looks at pages that name something', () => {
	expect(PAGES.flatMap(italicsOf).length).toBeGreaterThan(80);
	expect(readdirSync(path.join(ROOT, 'docs'))).toContain('poll-trigger.md');
	expect(labels).toContain('Output Refused Requests');
	expect(labels).not.toContain('Listen for test event');
});
