/** The words of n8n's that the docs and the panels name are on its pages: those of the very n8n that is run. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { ensureN8n } from '../../scripts/host/cache.ts';
import { N8N_EDITOR, N8N_NODES } from '../support/wordsOfOthers.ts';

interface Named {
	displayName?: string;
	name?: string;
}

/** Texts of the editor that go on behind these words, or stand in its code instead of its texts. */
const LONGER: Readonly<Record<string, RegExp>> = {
	'Edit Fields': /^Edit Fields \(Set\)$/,
	'Error Workflow': /^Error Workflow \(/,
};

let packages: string;
let texts: Set<string>;
let names: Set<string>;

beforeAll(async () => {
	packages = path.join(await ensureN8n(() => undefined), 'node_modules');
	texts = await editorTexts();
	names = await nodeNames();
}, 300_000);

/** The editor's own texts, which it ships as `"key":` and the text in backticks. */
async function editorTexts(): Promise<Set<string>> {
	const folder = path.join(packages, 'n8n-editor-ui/dist/assets');
	const found = new Set<string>();
	for (const file of await readdir(folder)) {
		if (!file.endsWith('.js')) continue;
		const code = await readFile(path.join(folder, file), 'utf8');
		for (const [, text = ''] of code.matchAll(/"[\w-]+(?:\.[\w-]+)+":`([^`]{1,80})`/g)) {
			found.add(text);
		}
	}
	return found;
}

/** Display names of n8n's nodes, of their parameters and of what can be chosen there. */
async function nodeNames(): Promise<Set<string>> {
	const file = path.join(packages, 'n8n-nodes-base/dist/types/nodes.json');
	const found = new Set<string>();
	JSON.parse(await readFile(file, 'utf8'), (_key, value: Named | string | null) => {
		if (typeof value === 'object' && value !== null) {
			for (const label of [value.displayName, value.name]) {
				if (typeof label === 'string') found.add(label);
			}
		}
		return value;
	});
	return found;
}

const isThere = (word: string, among: ReadonlySet<string>): boolean => {
	const longer = LONGER[word];
	return among.has(word) || (longer !== undefined && [...among].some((text) => longer.test(text)));
};

it.each(N8N_EDITOR.map((word) => [word]))('the editor says "%s"', (word) => {
	expect(isThere(word, texts)).toBe(true);
});

it.each(N8N_NODES.map((word) => [word]))('a node of n8n’s says "%s"', (word) => {
	expect(isThere(word, new Set([...names, ...texts]))).toBe(true);
});

it('knows what the editor does not say', () => {
	expect(texts.size).toBeGreaterThan(1_000);
	expect(isThere('Import from file', texts)).toBe(false);
	expect(isThere('Listen for leads', texts)).toBe(false);
});
