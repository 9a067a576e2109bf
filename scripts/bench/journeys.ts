import type { parseLead } from '../../nodes/lead/index.ts';
import type { Lead } from '../../nodes/lead/types.ts';
import { tableRow } from './leads.ts';

/** What customers pass on the way: of each, one to three steps for one of seven offers. */
const STEPS = ['TestDrive-StartTestDrive', 'AzureMarketplace-INS', 'AzurePortal-Create'] as const;

/** Leads of about half as many customers, whose steps lie far apart. */
export function journeyLeads(count: number, parse: typeof parseLead): Lead[] {
	const customers = Math.ceil(count / 2);
	const receivedAt = new Date().toISOString();
	return Array.from({ length: count }, (_, index) => {
		const step = STEPS[(index >= customers ? 1 : 0) + (index % 2)];
		const row = tableRow(index % customers);
		const record = {
			...row,
			RowKey: `lead-${index}`,
			LeadSource: `${step}|${String(row['ProductId'])}`,
			CreatedTime: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
		};
		return parse(record, { destination: 'azureTable', receivedAt });
	});
}
