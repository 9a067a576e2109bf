/** What the docs print in italics: labels that a reader is to find on a page. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

/** Pages about the triggers, whose words are ours, n8n's and Partner Center's alone. */
export const PAGES = [
	'README.md',
	...['delivery', 'lead', 'partner-center', 'poll-trigger', 'scaling', 'troubleshooting'].map(
		(name) => `docs/${name}.md`,
	),
	...['azure-table', 'https', 'https-endpoint'].map((name) => `docs/destinations/${name}.md`),
];

/** What stands in italics and begins like a label, each once. */
export function italicsOf(page: string): string[] {
	const text = readFileSync(path.join(ROOT, page), 'utf8')
		.replaceAll(/```[^]*?```/g, '')
		.replaceAll(/`[^`]*`/g, '');
	const found = [...text.matchAll(/(?<![\w*])_([A-Z][^_\n]*(?:\n[^_\n]+)?)_(?!\w)/g)];
	return [...new Set(found.map(([, term = '']) => term.replaceAll(/\s+/g, ' ')))];
}

/** As it is named where the unit in brackets need not be said each time. */
export const withoutUnit = (label: string) => label.replace(/ \([^)]+\)$/, '');
