/**
 * Every text in italics of the docs is one that a reader can find: a label of our nodes and credentials, or a
 * word of another program's page that is written down as such.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';

import type { INodeType } from 'n8n-workflow';

import { italicsOf, PAGES, withoutUnit } from '../support/docsLabels';
import {
	MARKETO,
	MICROSOFT,
	MICROSOFT_CRM,
	N8N_EDITOR,
	N8N_NODES,
	SALESFORCE,
} from '../support/wordsOfOthers';
import { SourceLoader } from './support/sourceLoader';

const ROOT = path.join(__dirname, '../..');
const labels = new Set<string>();
/** In bold or italics in a text that the editor shows. */
const stressed = new Set<string>();

/** Words of a vendor's program, by the page that tells how it is set up. */
const OF_VENDORS: Readonly<Record<string, readonly string[]>> = {
	'docs/destinations/dynamics-365.md': MICROSOFT_CRM,
	'docs/destinations/marketo.md': MARKETO,
	'docs/destinations/salesforce.md': SALESFORCE,
};

/** Every name that the editor shows of a description, those in expressions for outputs included. */
function collect(value: unknown): void {
	if (typeof value === 'string') {
		for (const [, term = ''] of value.matchAll(/<[bi]>([^<]+)</g)) stressed.add(term);
		if (!value.startsWith('=')) return;
		for (const [, label = ''] of value.matchAll(/"([A-Z][^"]*)"/g)) labels.add(label);
		return;
	}
	if (typeof value !== 'object' || value === null) return;
	const { displayName, name, placeholder } = value as Partial<Record<string, unknown>>;
	for (const label of [displayName, name, isButton(placeholder) ? placeholder : undefined]) {
		if (typeof label === 'string') labels.add(label).add(withoutUnit(label));
	}
	for (const inner of Object.values(value)) collect(inner);
}

/** What stands on the button that adds an entry. */
const isButton = (text: unknown): text is string => String(text).startsWith('Add ');

beforeAll(async () => {
	const loader = new SourceLoader();
	await loader.loadAll();
	for (const { type } of Object.values(loader.nodeTypes)) {
		collect((type as INodeType).description);
	}
	for (const { type } of Object.values(loader.credentialTypes)) collect({ ...type });
});

it.each(PAGES)('%s names what there is', (page) => {
	const others = [N8N_EDITOR, N8N_NODES, MICROSOFT, OF_VENDORS[page] ?? []].flat();
	const known = new Set([...labels, ...others]);
	expect(italicsOf(page).filter((term) => !known.has(term))).toEqual([]);
});

/** What panels and notices stress without its being a name. */
const STRESSED = [
	'This workflow is published',
	'To get every new lead',
	'To receive leads for good',
	'While you build the workflow',
	'made up',
	'refused',
	'The URL of this trigger is no secret: it holds an ID that is published in an example.',
];

it('the panels, notices and hints name what there is', () => {
	const known = new Set([...labels, ...N8N_EDITOR, ...N8N_NODES, ...MICROSOFT, ...STRESSED]);
	expect(stressed.size).toBeGreaterThan(20);
	expect([...stressed].filter((term) => !known.has(term))).toEqual([]);
});

it('looks at pages that name something', () => {
	expect(PAGES.flatMap(italicsOf).length).toBeGreaterThan(250);
	expect(readdirSync(path.join(ROOT, 'docs'))).toContain('poll-trigger.md');
	expect(labels).toContain('Output Refused Requests');
	expect(labels).not.toContain('Listen for test event');
});
