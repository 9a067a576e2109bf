import { SHAPES } from './destinationShapes';
import { parseLead } from './parseLead';
import { TICKS_AT_1970, TICKS_PER_MILLISECOND } from './testLead';
import type { Lead, LeadDestinationName } from './types';

const DEFAULT_OFFER_TITLE = 'Test Offer';

export interface MicrosoftTestLead {
	destination: LeadDestinationName;
	/** The offer it is sent for; "Test Offer" without it. */
	offerTitle?: string;
	/** Epoch milliseconds. */
	now: number;
}

/**
 * The lead Microsoft sends to try a connection: `MSFT_TEST_<.NET ticks>` in every text field. Over
 * HTTPS its source and action are real ones, elsewhere the placeholder too. Its id is the
 * placeholder, so that test leads of different moments are different leads.
 */
export function microsoftTestLead({ destination, offerTitle = '', now }: MicrosoftTestLead): Lead {
	const ticks = BigInt(Math.trunc(now)) * TICKS_PER_MILLISECOND + TICKS_AT_1970;
	const placeholder = `MSFT_TEST_${ticks}`;
	const title = offerTitle.trim() || DEFAULT_OFFER_TITLE;
	const source =
		destination !== '' && SHAPES[destination].testLeadHasSource
			? { LeadSource: 'AzureMarketplace', ActionCode: 'INS' }
			: { LeadSource: `${placeholder}-${placeholder}|${title}`, ActionCode: placeholder };
	const sentAt = new Date(now).toISOString();
	const lead = parseLead(
		{
			UserDetails: {
				FirstName: placeholder,
				LastName: placeholder,
				Email: `${placeholder}@test.com`,
				Phone: '1234567890',
				Country: 'US',
				Company: placeholder,
				Title: placeholder,
			},
			...source,
			OfferTitle: title,
			Description: placeholder,
			CreatedTime: sentAt,
		},
		{ destination, receivedAt: sentAt },
	);
	return { ...lead, id: placeholder, destination };
}
