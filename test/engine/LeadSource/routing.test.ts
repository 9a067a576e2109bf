import type { INodeParameters } from 'n8n-workflow';

import { items, LeadSourceTool, outputs, row } from './support';

const byOffer = (...values: object[]) =>
	({ outputs: 'offer', offerOutputs: { values } }) as INodeParameters;
const INPUT = items(
	row('1', 'SPZA-INS|contoso.crm'),
	row('2', 'SPZA-INS|fabrikam.erp'),
	row('3', 'SPZA-INS|Contoso.ERP'),
	row('4', 'SPZA-INS', {}, { OfferDisplayName: 'Contoso CRM add-on' }),
	row('5', 'SPZA-INS'),
);
const ids = (found: Awaited<ReturnType<typeof outputs>>) =>
	found.map((output) => output.map(({ json }) => json.id));

describe('Parse Leads by offer', () => {
	it('gives each lead to the first output that names its offer, else to the last', async () => {
		const parameters = byOffer(
			{ offers: 'contoso.crm, *CRM add-on*', outputName: 'CRM' },
			{ offers: 'contoso.*' },
		);
		expect(ids(await outputs(parameters, INPUT))).toEqual([
			['p/1', 'p/4'],
			['p/3'],
			['p/2', 'p/5'],
		]);
	});

	it('has nothing but the last output without any entry', async () => {
		expect(ids(await outputs({ outputs: 'offer', offerOutputs: {} }, INPUT))).toEqual([
			['p/1', 'p/2', 'p/3', 'p/4', 'p/5'],
		]);
	});

	it.each([[{ offers: ' , ' }], [{ offers: '' }], [{}]])(
		'refuses %j, which takes all',
		async (entry) => {
			await expect(outputs(byOffer({ offers: 'a.b' }, entry), INPUT)).rejects.toThrow(
				/^Output 2 names no offer$|Parameter "Offers" is required/,
			);
		},
	);

	it('gives what holds no lead to the last output', async () => {
		const parameters = byOffer({ offers: '*' });
		const found = await outputs(parameters, items({ name: 'x' }), 'continueRegularOutput');
		expect(found).toMatchObject([[], [{ json: { error: 'The item holds no lead' } }]]);
	});

	it('gives a tool all leads at its first output', async () => {
		const parameters = { ...byOffer({ offers: 'contoso.crm' }), readLeadFrom: 'item' };
		const found = await outputs(parameters, INPUT, undefined, new LeadSourceTool());
		expect(found.map((output) => output.length)).toEqual([5]);
	});
});

describe('the operation', () => {
	it('is Parse for workflows that were saved without one', async () => {
		expect(ids(await outputs({ outputs: 'contact' }, INPUT))).toEqual([
			['p/1', 'p/2', 'p/3', 'p/4', 'p/5'],
			[],
			[],
		]);
	});

	it.each(['constructor', 'Parse', ''])('%j is none', async (operation) => {
		await expect(outputs({ operation }, INPUT)).rejects.toThrow('is not an operation of this node');
	});
});
