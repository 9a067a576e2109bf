import { readdirSync } from 'node:fs';

import { compareLeads, EXAMPLES, readExample } from '../../../scripts/host/demo.ts';
import { SAMPLES } from '../../../scripts/host/samples.ts';
import type { SeenLead } from '../../../scripts/host/samples.ts';

const lead = (changes: Partial<SeenLead> = {}): SeenLead => ({
	via: 'HTTPS',
	source: 'AzureMarketplace',
	action: 'INS',
	stage: 'initialInterest',
	offer: 'Contoso Gateway',
	company: 'Contoso',
	contactAllowed: true,
	isTest: false,
	...changes,
});

describe('compareLeads', () => {
	it('finds nothing where every lead is there once, in any order', () => {
		const other = lead({ company: 'Fabrikam' });
		expect(compareLeads([lead(), other], [other, lead()])).toEqual([]);
	});

	it('names a lead that is missing, one too many and one that differs', () => {
		expect(compareLeads([lead()], [])).toEqual([
			'Expected, but did not come out: HTTPS, AzureMarketplace-INS, initialInterest, Contoso Gateway, Contoso, contact allowed',
		]);
		expect(compareLeads([lead()], [lead(), lead()])).toHaveLength(1);
		expect(compareLeads([lead()], [lead({ contactAllowed: false })])).toHaveLength(2);
	});
});

describe('the samples', () => {
	it('can all be told apart', () => {
		const leads = SAMPLES.flatMap((sample) => sample.leads).map((seen) => JSON.stringify(seen));
		expect(new Set(leads).size).toBe(leads.length);
	});
});

const FILES = readdirSync('examples');

describe('the examples', () => {
	it('are all there that the demo shows', () => {
		expect(FILES).toEqual(expect.arrayContaining(Object.keys(EXAMPLES)));
	});

	it.each(FILES)('%s can be imported by anybody', async (file) => {
		const { nodes, connections } = await readExample(file);
		const names = nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		// A credential's ID means nothing in another n8n.
		expect(nodes.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
		for (const [from, { main }] of Object.entries(connections)) {
			expect(names).toContain(from);
			for (const { node } of main.flat()) expect(names).toContain(node);
		}
	});
});
