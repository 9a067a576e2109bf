/** Leads to measure with: plausible, and every one different, as caches see them in real life. */
import { marketplaceRow } from '../../test/fakeServers/azureTable/marketplaceTable.ts';

interface HttpsLead {
	UserDetails: Record<string, string>;
	[field: string]: unknown;
}

/** What Partner Center posts to an HTTPS endpoint. */
export function httpsLead(index: number): HttpsLead {
	return {
		UserDetails: {
			FirstName: 'Kim',
			LastName: `Sample ${index}`,
			Email: `kim.sample.${index}@fabrikam.example`,
			Phone: phone(index),
			Country: 'US',
			Company: `Fabrikam ${index}`,
			Title: 'Buyer',
		},
		LeadSource: 'AzureMarketplace',
		ActionCode: 'INS',
		OfferTitle: `Fabrikam widget ${index % 7}`,
		Description: 'Please call me about the licences.',
	};
}

/** A row of the table as the service returns it. */
export function tableRow(index: number): Record<string, unknown> {
	const { partitionKey, rowKey, ...columns } = marketplaceRow(index);
	return {
		PartitionKey: partitionKey,
		RowKey: rowKey,
		Timestamp: '2018-10-02T08:15:30.1234567Z',
		...columns,
		CustomerInfo: JSON.stringify(httpsLead(index).UserDetails),
	};
}

/** A number in the plan of the United States. */
function phone(index: number): string {
	return `425555${String(index % 10_000).padStart(4, '0')}`;
}
