import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ACTIONS, parseLead, readLeadInput, sampleLead, type Lead } from '../../../nodes/lead';
import { RECEIVED_AT, sampleRecord, sampleText } from './support';

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

const ROOT = path.join(__dirname, '..', '..', '..');
/** Each node with its version, by which n8n finds its schema. */
const SCHEMAS = {
	MarketplaceLeadTrigger: 'v2.0.0.json',
	MarketplaceLeadPollTrigger: 'v1.0.0.json',
	LeadSource: 'v1.0.0.json',
};
const NODES = Object.keys(SCHEMAS) as Array<keyof typeof SCHEMAS>;

function schemaText(node: keyof typeof SCHEMAS): string {
	// n8n looks for `__schema__/v<three numbers>.json` beside a node without resources.
	return readFileSync(path.join(ROOT, 'nodes', node, '__schema__', SCHEMAS[node]), 'utf8');
}

/** Path and type of each field, as `customer.email: string`; open objects have none below them. */
function fieldsOfSchema(schema: Schema, at = ''): string[] {
	if (schema.type === 'object' && Object.keys(schema.properties ?? {}).length > 0) {
		return Object.entries(schema.properties!).flatMap(([name, child]) =>
			fieldsOfSchema(child, at === '' ? name : `${at}.${name}`),
		);
	}
	return [`${at}: ${schema.type === 'array' ? `${schema.items!.type}[]` : schema.type}`];
}

function fieldsOfValue(value: unknown, at = ''): string[] {
	if (Array.isArray(value)) {
		const types = new Set(value.map((item) => typeof item));
		return [`${at}: ${[...types].join('|') || 'string'}[]`];
	}
	if (typeof value !== 'object' || value === null || at === 'properties') {
		return [`${at}: ${typeof value}`];
	}
	return Object.entries(value).flatMap(([name, child]) =>
		fieldsOfValue(child, at === '' ? name : `${at}.${name}`),
	);
}

const fields = fieldsOfSchema(JSON.parse(schemaText('LeadSource')) as Schema);

function sampleLeads(): Lead[] {
	return readdirSync(path.join(ROOT, 'test', 'samples'))
		.filter((file) => file.endsWith('.json'))
		.flatMap((file) => {
			const input = readLeadInput(sampleText(file.replace('.json', '')));
			return input.ok ? input.records.map((record) => parseLead(record)) : [];
		});
}

it('the three nodes show the same fields', () => {
	for (const node of NODES) expect(schemaText(node)).toBe(schemaText('LeadSource'));
});

it("the schema has the form of n8n's own", () => {
	expect(JSON.parse(schemaText('LeadSource'))).toMatchObject({ type: 'object', version: 1 });
});

it('every lead has exactly the fields of the schema, in its order', () => {
	const leads = [parseLead(null), ...sampleLeads()];
	expect(leads.length).toBeGreaterThan(5);
	for (const lead of leads) {
		expect(fieldsOfValue(lead)).toEqual(fields);
		expect(fieldsOfValue(parseLead(lead))).toEqual(fields);
	}
});

it('of a sample, why there is no lead stands first', () => {
	const sample = sampleLead('https', RECEIVED_AT);
	const [first, ...others] = fieldsOfValue(sample);
	expect(first).toBe('warnings: string[]');
	expect([...others, first]).toEqual(fields);
	expect(fieldsOfValue(parseLead(sample))).toEqual(fields);
});

describe('the documentation', () => {
	const text = readFileSync(path.join(ROOT, 'docs', 'lead.md'), 'utf8');

	it('names every field', () => {
		const named = [...text.matchAll(/^\| `([\w.]+)` +\|/gm)].map((match) => match[1]);
		const paths = fields.map((field) => field.split(':', 1)[0]);
		const sometimes = ['raw', 'delivery.attempt', 'delivery.firstHandedOverAt'];
		expect(named).toEqual([...paths, ...sometimes]);
	});

	it('shows what a row really becomes', () => {
		const [, example] = /```json\n(.*?)```/s.exec(text) ?? [];
		const lead = parseLead(sampleRecord('azure-table-row'), { receivedAt: '2018-10-02T08:16:00Z' });
		expect(JSON.parse(example!)).toEqual(lead);
	});

	it.each(ACTIONS)('has the stages of $code', ({ code, stage }) => {
		const row = text.split('\n').find((line) => line.includes(`| \`${code}\``));
		const cells = row?.split('|').map((cell) => cell.trim().replaceAll('`', ''));
		expect(cells?.slice(2, 5)).toEqual([code, stage.cloudPartnerPortal, stage.partnerCenter]);
	});
});
