import { parseLead } from './parseLead';
import type { Lead, LeadDestinationName } from './types';

/** As in Microsoft's test leads: .NET ticks of the moment they were sent. */
const PLACEHOLDER = 'MSFT_TEST_636573304831318844';

/**
 * A lead to map fields with while there is no real one: Microsoft's test lead, with every field
 * filled, marked by its id, `isTest` and a warning. `receivedAt` is ISO 8601.
 */
export function sampleLead(destination: LeadDestinationName, receivedAt: string): Lead {
	const lead = parseLead(
		{
			UserDetails: {
				FirstName: PLACEHOLDER,
				LastName: PLACEHOLDER,
				Email: `${PLACEHOLDER}@test.com`,
				Phone: '1234567890',
				Country: 'US',
				Company: PLACEHOLDER,
				Title: PLACEHOLDER,
			},
			LeadSource: 'AzureMarketplace-INS|contoso.sample-offer',
			ActionCode: 'INS',
			OfferTitle: 'Contoso Sample Offer',
			PublisherDisplayName: 'Contoso',
			Description: PLACEHOLDER,
			CreatedTime: receivedAt,
		},
		{ destination, receivedAt },
	);
	return {
		...lead,
		destination,
		id: `sample-${destination || 'lead'}`,
		warnings: ['This is a sample lead to map fields with: no lead has come in yet.'],
	};
}
