/**
 * Every text in italics of the docs is one that a reader can find: a label of our nodes and credentials, or a
 * word of another program's page that is written down as such.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';

import type { INodeType } from 'n8n-workflow';

import { italicsOf, PAGES, withoutUnit } from '../support/docsLabels';
import { MICROSOFT, N8N_EDITOR, N8N_NODES } from '../support/wordsOfOthers';
import { SourceLoader } from './support/sourceLoader';

const ROOT = path.join(__dirname, '../..');
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
		if (typeof label === 'string') labels.add(label).add(withoutUnit(label));
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
