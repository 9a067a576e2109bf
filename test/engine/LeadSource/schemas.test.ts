import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { resolveOutputSchemaPath } from 'n8n-core';
import type { INodePropertyOptions } from 'n8n-workflow';

import {
	composeFollowUp,
	mergeLeads,
	missingLeadFinder,
	ownerAssigner,
	parseLead,
	simplified,
} from '../../../nodes/lead';
import { createReport, reportHtml, reportText } from '../../../nodes/lead/report';
import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { schemaOf } from '../support/schema';

const NODE_DIR = path.join(__dirname, '../../../nodes/LeadSource');
const { description } = new LeadSource();
const operations = description.properties.find(({ name }) => name === 'operation')!
	.options as INodePropertyOptions[];

/** The file that n8n's server takes for the editor's question. */
function schemaFile(operation: string): string {
	const file = resolveOutputSchemaPath({
		nodeDir: NODE_DIR,
		version: String(description.version),
		operation,
	});
	return file ?? '';
}

const lead = parseLead({ LeadSource: 'SPZA-PLT|contoso.crm', Email: 'kim@contoso.com' });
const [merge] = mergeLeads([lead]);
const followUp = composeFollowUp(lead);
/** What a lead and a merged customer have in common. */
const {
	id,
	customer,
	description: notes,
	campaign,
	stage,
	contactAllowed,
	isTest,
} = merge!.customer;
const common = { id, stage, contactAllowed, isTest, customer, description: notes, campaign };
/** What a simplified lead and a simplified customer have in common. */
const simple = Object.fromEntries(
	Object.entries(simplified(merge!.customer)).filter(([name]) => name in simplified(lead)),
);

const owner = ownerAssigner([], { now: 0 })(lead);
/** One with every kind of row: an offer that has gone silent, and one that has its turn. */
const report = createReport(
	[1, 2, 3, 4, 5, 6, 31].map((day) =>
		parseLead({
			...{
				id: `${day}`,
				LeadSource: `SPZA-PLT|contoso.${day > 6 ? 'crm' : 'erp'}`,
				Email: 'kim@contoso.com',
			},
			CreatedTime: `2026-03-${String(day).padStart(2, '0')}T00:00:00Z`,
		}),
	),
	{ title: 'Leads', timeZone: 'UTC', now: Date.UTC(2026, 3, 1) },
);

const EXAMPLES: Record<string, object> = {
	// In the order of the fields that the editor shows: what the operation adds is the first.
	assignOwner: { owner, ...common },
	findMissingLeads: { comparison: missingLeadFinder([])(lead, 24), ...lead },
	parseLeads: lead,
	mergeLeads: merge!.customer,
	removeRepeats: { repeat: { isRepeat: false, seen: '' }, ...lead },
	composeFollowUp: { followUp, ...simple },
	createReport: { ...report, text: reportText(report), html: reportHtml(report) },
};

it.each(Object.entries(EXAMPLES))('n8n finds the fields of %s', (operation, example) => {
	const expected = { ...schemaOf(example), version: 1 };
	const found = JSON.parse(readFileSync(schemaFile(operation), 'utf8')) as { properties: object };
	expect(found).toEqual(expected);
	expect(Object.keys(found.properties)[0]).toBe(Object.keys(example)[0]);
});

it('there is one for every operation that makes something of its own', () => {
	const told = operations
		.map(({ value }) => String(value))
		.filter((name) => existsSync(schemaFile(name)));
	expect(told.sort()).toEqual(Object.keys(EXAMPLES).sort());
	expect(operations.map(({ value }) => value)).toEqual(
		expect.arrayContaining([...Object.keys(EXAMPLES), 'clearRepeats']),
	);
});

it('Parse has the fields that the node had before it had operations', () => {
	const before = readFileSync(path.join(NODE_DIR, '__schema__/v1.0.0.json'), 'utf8');
	expect(readFileSync(schemaFile('parseLeads'), 'utf8')).toBe(before);
});
