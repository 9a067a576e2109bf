/** How often n8n is asked for a parameter: with thousands of items that takes longer than the work. */
import { ExecuteContext } from 'n8n-core';
import type { INodeExecutionData } from 'n8n-workflow';

import { MarketplaceLead } from '../../../nodes/MarketplaceLead/MarketplaceLead.node';
import { outputsOf, runNode } from '../../support/engine';

const COUNT = 200;
const items = Array.from({ length: COUNT }, (_, nr) => ({
	json: { LeadSource: 'SPZA-DNC|contoso.crm', nr },
})) as INodeExecutionData[];

/** Times that n8n resolved each parameter. Nothing is sent: all leads are left out. */
async function resolved(
	region: string,
	timeout: number | string = 5,
): Promise<Record<string, number>> {
	const spied = jest.spyOn(ExecuteContext.prototype, '_getNodeParameter' as never);
	const type = new MarketplaceLead();
	const node = {
		type,
		parameters: {
			operation: 'createLeads',
			destination: 'https',
			additionalFieldsByName: { values: [{ name: 'Region', value: region }] },
			options: { doNotContact: 'leaveOut', allowHttpOnLocalhost: true, timeout },
		},
		credentials: { marketplaceLeadHttpsApi: { endpointUrl: 'http://127.0.0.1:9/lead' } },
	};
	expect(outputsOf(await runNode(node, items)).flat()).toHaveLength(COUNT);
	const names = (spied.mock.calls as unknown[][]).map(([name]) => String(name));
	spied.mockRestore();
	return Object.fromEntries(
		[...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]),
	);
}

it('is once for all items where there is no expression', async () => {
	const counts = await resolved('EMEA');
	expect(Object.keys(counts)).toEqual(
		expect.arrayContaining(['readLeadFrom', 'options', 'destination']),
	);
	for (const [name, count] of Object.entries(counts)) {
		// By each of the ways in which it is asked for.
		expect([name, count <= 4]).toEqual([name, true]);
	}
});

it('is for each item where there is one, and there only', async () => {
	const counts = await resolved('={{ $json.nr }}');
	expect(counts['additionalFieldsByName.values']).toBe(COUNT);
	expect(counts['options']).toBeLessThanOrEqual(4);
});

it('is once for each item, however often it is read', async () => {
	// And once to see that there is an expression.
	expect((await resolved('EMEA', '={{ $json.nr + 1 }}'))['options']).toBe(COUNT + 1);
});
