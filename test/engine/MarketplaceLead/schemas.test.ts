import { readFileSync } from 'node:fs';
import path from 'node:path';

import { resolveOutputSchemaPath } from 'n8n-core';
import type { INodePropertyOptions } from 'n8n-workflow';

import { microsoftTestLead, simplifiedWithTime } from '../../../nodes/lead';
import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { schemaOf } from '../support/schema';

const NODE_DIR = path.join(__dirname, '../../../nodes/MarketplaceLead');
const { description } = new MarketplaceLead();

const lead = microsoftTestLead({ destination: 'salesforce', now: 0 });
// In the order of the fields that the editor shows: what the operation adds is the first.
const written = { written: { destination: '', outcome: '', reason: '', id: '', url: '' }, ...lead };
const check = { name: '', status: '', duration: 0, message: '', toDo: '' };

const EXAMPLES: Record<string, object> = {
	checkConnection: {
		ok: true,
		destination: '',
		checkedAt: '',
		failedCheck: '',
		message: '',
		toDo: '',
		checks: [check],
		testLead: { id: '', recordId: '', url: '' },
	},
	createLeads: written,
	getLeads: simplifiedWithTime(lead),
	markAsHandled: { handled: { outcome: '', at: '' }, id: '', destination: '' },
	sendTestLead: written,
};

it.each(Object.entries(EXAMPLES))('n8n finds the fields of %s', (operation, example) => {
	const file = resolveOutputSchemaPath({
		nodeDir: NODE_DIR,
		version: String(description.version),
		operation,
	});
	const expected = { ...schemaOf(example), version: 1 };
	const found = JSON.parse(readFileSync(file ?? '', 'utf8')) as { properties: object };
	expect(found).toEqual(expected);
	expect(Object.keys(found.properties)[0]).toBe(Object.keys(example)[0]);
});

it('there is one for every operation', () => {
	const operations = description.properties.find(({ name }) => name === 'operation')!
		.options as INodePropertyOptions[];
	expect(operations.map(({ value }) => value).sort()).toEqual(Object.keys(EXAMPLES));
});
