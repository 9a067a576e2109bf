/** What the docs print in italics: labels that a reader is to find on a page. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

/** Pages for developers and pages of measurements, whose italics are of tables and programs. */
const OTHERS = ['architecture', 'compatibility', 'live-tests', 'performance', 'vendor-facts'];

/** Every page that tells how something is done in n8n or in a vendor's program. */
export const PAGES = ['README.md', ...pagesIn('docs'), ...pagesIn('docs/destinations')];

function pagesIn(folder: string): string[] {
	return readdirSync(path.join(ROOT, folder))
		.filter((file) => file.endsWith('.md') && !OTHERS.includes(file.slice(0, -'.md'.length)))
		.map((file) => `${folder}/${file}`);
}

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
