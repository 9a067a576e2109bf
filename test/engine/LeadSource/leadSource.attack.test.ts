/**
 * Hostile inputs:
 * - paths to fields that lead to prototypes, getters of n8n's own objects, or nowhere
 * - items with `__proto__` and `constructor` keys, circular ones, nested 100,000 deep, of 1 MB
 * - a thousand and one leads in a list; leads that look like ours but hold other types
 * - an expression for the lead source that gives an object, a list or nothing
 */
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { outputsOf, runNode } from '../../support/engine';

async function run(
	parameters: INodeParameters,
	...jsons: unknown[]
): Promise<INodeExecutionData[]> {
	const items = jsons.map((json) => ({ json: json as IDataObject }));
	const node = { type: new LeadSource(), parameters, onError: 'continueRegularOutput' as const };
	return outputsOf(await runNode(node, items)).flat();
}

const LEAD = { LeadSource: 'SPZA', ActionCode: 'INS' };

describe('paths', () => {
	it.each([
		'__proto__',
		'constructor',
		'constructor.prototype',
		'lead.__proto__.toString',
		'toString',
		'lead.LeadSource.length',
		'list.length',
		'list.map',
		'..',
		`${'a.'.repeat(100_000)}a`,
	])('%.40s leads to no field', async (field) => {
		const [item] = await run({ readLeadFrom: 'field', field }, { lead: LEAD, list: [LEAD] });
		expect(item!.json).toEqual({
			error: expect.stringMatching(/^The (item has no )?field/) as string,
		});
	});
});

describe('items', () => {
	it('with keys that name prototypes', async () => {
		const json = JSON.parse(
			'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"LeadSource":"SPZA"}',
		) as unknown;
		const [item] = await run({}, json);
		expect(item!.json).toMatchObject({ source: { code: 'SPZA' } });
		expect(Object.getPrototypeOf(item!.json)).toBe(Object.prototype);
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	});

	it('nested 100,000 deep, and the next one is read', async () => {
		const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
		const found = await run(
			{ readLeadFrom: 'field', field: 'body' },
			{ body: deep },
			{ body: LEAD },
		);
		expect(found.map(({ json }) => 'error' in json)).toEqual([true, false]);
	});

	it('with a text of 1 MB', async () => {
		const [item] = await run({}, { ...LEAD, Description: 'x'.repeat(1024 * 1024) });
		expect(item!.json).toMatchObject({ source: { code: 'SPZA' } });
	});

	it('with a thousand leads, and one more', async () => {
		const list = (length: number) => ({ body: Array.from({ length }, () => LEAD) });
		const parameters = { readLeadFrom: 'field', field: 'body' };
		expect(await run(parameters, list(1000))).toHaveLength(1000);
		const [refused] = await run(parameters, list(1001));
		expect(refused!.json).toEqual({ error: 'The field "body" holds no lead' });
	});

	it('that look like leads of ours and are none', async () => {
		const fake = {
			leadSource: 'SPZA-DNC|a.b',
			source: { code: {} },
			action: { code: 'DNC', name: 7 },
			offer: { id: [] },
			stage: 'whatever',
			contactAllowed: true,
			customer: { email: { toString: 'x' } },
			warnings: 'none',
		};
		const [item] = await run({ outputs: 'contact' }, fake);
		expect(item!.json).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
	});
});

describe('expressions for the lead source', () => {
	it.each(['={{ $json.object }}', '={{ $json.list }}', '={{ $json.nothing }}', '={{ null }}'])(
		'%s is no text',
		async (leadSource) => {
			const [item] = await run(
				{ readLeadFrom: 'text', leadSource },
				{ object: { a: 1 }, list: ['SPZA-INS'] },
			);
			expect(item!.json).toEqual({ error: 'The lead source is empty' });
		},
	);
});
