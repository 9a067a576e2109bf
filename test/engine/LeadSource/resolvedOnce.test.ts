/** How often n8n is asked for a parameter, in every operation: with thousands of items that takes longer than the work. */
import { ExecuteContext } from 'n8n-core';
import type { INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { cellsOf, takesExpression, variantsOf } from '../../support/matrix';
import { ProcessedStore } from './processedStore';
import { items, outputs, row } from './support';

const { description } = new LeadSource();
const COUNT = 40;
/** To see whether there is an expression, and by each of the ways in which a parameter is asked for. */
const SEEN = 6;
const input = items(
	...Array.from({ length: COUNT }, (_, nr) => ({
		...row(String(nr), 'SPZA-PLT|contoso.crm', { Email: `${nr}@contoso.com` }),
		nr,
	})),
);
const VALID = {
	sender: 'Sam Sample',
	owners: { values: [{ email: 'ann@vendor.example' }] },
	'owners.values.email': 'ann@vendor.example',
	'fieldMapping.values.from': 'RowKey',
	firstDay: '2026-03-01',
	lastDay: '2026-03-31',
};
const operations = description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ options }) => (options as INodePropertyOptions[]).map(({ value }) => String(value)));
/** Where nothing is changed but the operation, and what else the parameters of it are shown by. */
const given: INodeParameters[] = [
	...operations.map((operation) => ({ operation })),
	{ operation: 'assignOwner', ownersFrom: 'input' },
	{ operation: 'createReport', period: 'betweenDates' },
];

let store: ProcessedStore;
beforeAll(async () => {
	store = await ProcessedStore.open();
});
beforeEach(() => store.rows.clear());

/** Times that n8n resolved each parameter, by its first name. */
async function resolved(parameters: INodeParameters): Promise<Record<string, number>> {
	const spied = jest.spyOn(ExecuteContext.prototype, '_getNodeParameter' as never);
	const owners = items({ Name: 'Ann', Email: 'ann@vendor.example' });
	const [leads] = [items(row('other', 'SPZA-PLT|contoso.crm', { Email: 'other@contoso.com' }))];
	const secondInput = parameters['operation'] === 'findMissingLeads' ? leads : owners;
	const went = await outputs(parameters, input, undefined, undefined, { secondInput });
	expect(went.flat().length).toBeGreaterThan(0);
	const names = (spied.mock.calls as unknown[][]).map(([name]) => String(name).split('.')[0]!);
	spied.mockRestore();
	return Object.fromEntries(
		[...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]),
	);
}

describe.each(given.map((parameters) => [JSON.stringify(parameters), parameters] as const))(
	'%s',
	(_, parameters) => {
		const [variant = parameters] = variantsOf(description, parameters);
		it('asks once for all items where there is no expression', async () => {
			const [cell] = cellsOf(description, variant, { valid: VALID, put: (value) => value });
			const counts = await resolved(cell?.parameters ?? variant);
			for (const [name, count] of Object.entries(counts)) {
				expect([name, count, count <= SEEN]).toEqual([name, count, true]);
			}
		});

		it('asks once for each item where there is one, and for no other parameter more often', async () => {
			const cells = cellsOf(description, variant, {
				valid: VALID,
				put: (value) => `={{ $json.nr < 0 ? 1 : ${JSON.stringify(value)} }}`,
				into: takesExpression,
			});
			// Of a collection's entries one, for n8n resolves them all at once.
			const byRoot = new Map(cells.map((cell) => [cell.path.split('.')[0]!, cell.parameters]));
			for (const [root, tried] of byRoot) {
				for (const [name, count] of Object.entries(await resolved(tried))) {
					const most = name === root ? COUNT + SEEN : SEEN;
					expect([root, name, count, count <= most]).toEqual([root, name, count, true]);
				}
			}
		});
	},
);
