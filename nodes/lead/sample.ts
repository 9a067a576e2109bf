import { parseLead } from './parseLead';
import type { Lead, LeadDestinationName } from './types';

/**
 * A lead to map fields with while there is no real one: plainly made up, with every field filled,
 * marked by its id, `isTest` and a warning. `receivedAt` is ISO 8601.
 *
 * @param reason why there is no real one; a sentence
 */
export function sampleLead(
	destination: LeadDestinationName,
	receivedAt: string,
	reason = 'No lead has come in yet.',
): Lead {
	const { warnings: _none, ...fields } = parseLead(
		{
			UserDetails: {
				FirstName: 'Example',
				LastName: 'Customer',
				Email: 'example.customer@example.com',
				// Reserved for fiction, as example.com is for examples.
				Phone: '+1 202-555-0123',
				Country: 'US',
				Company: 'Example Company',
				Title: 'Example Job Title',
			},
			LeadSource: 'AzureMarketplace-INS|example-publisher.example-offer',
			ActionCode: 'INS',
			OfferTitle: 'Example Offer',
			PublisherDisplayName: 'Example Publisher',
			Description: 'This is a made-up lead.',
			CreatedTime: receivedAt,
		},
		{ destination, receivedAt },
	);
	return {
		// First, where the editor's table begins: at the end of it nobody would see why there is no real one.
		warnings: [`This is a made-up sample lead to map fields with. ${reason}`],
		...fields,
		destination,
		id: `sample-${destination || 'lead'}`,
		isTest: true,
	};
}
