import {
	microsoftTestLead,
	parseLead,
	readLeadInput,
	type Lead,
	type LeadDestinationName,
} from '../../../nodes/lead';
import { expectWellFormed, sampleRecord } from './support';

/** The time Microsoft's own test lead of the samples was sent, by its ticks. */
const NOW = Date.parse('2018-03-15T09:20:31.318Z');
const DESTINATIONS: LeadDestinationName[] = [
	'',
	'azureTable',
	'dynamics365',
	'https',
	'marketo',
	'salesforce',
];

const placeholderOf = (lead: Lead) => lead.customer.lastName;

it('counts as .NET does', () => {
	// .NET: new DateTime(2018, 3, 15, 9, 20, 31, 318, DateTimeKind.Utc).Ticks
	const lead = microsoftTestLead({ destination: 'https', now: NOW });
	expect(placeholderOf(lead)).toBe('MSFT_TEST_636567024313180000');
	const sentAt = Number((636573304831318844n - 621355968000000000n) / 10_000n);
	const sample = microsoftTestLead({ destination: 'https', now: sentAt });
	expect(placeholderOf(sample).slice(0, 24)).toBe('MSFT_TEST_63657330483131');
	expect(placeholderOf(sample)).toMatch(/^MSFT_TEST_\d{18}$/);
});

describe.each(DESTINATIONS)('the test lead for "%s"', (destination) => {
	const lead = microsoftTestLead({ destination, now: NOW, offerTitle: 'Contoso Offer' });
	const placeholder = placeholderOf(lead);

	it('is filled as Microsoft fills it', () => {
		expectWellFormed(lead);
		expect(lead).toMatchObject({
			id: placeholder,
			destination,
			isTest: true,
			contactAllowed: true,
			description: placeholder,
			offer: { title: 'Contoso Offer' },
			createdAt: '2018-03-15T09:20:31.318Z',
			customer: {
				firstName: placeholder,
				lastName: placeholder,
				email: `${placeholder.toLowerCase()}@test.com`,
				phone: '1234567890',
				country: 'US',
				company: placeholder,
				title: placeholder,
				original: { email: `${placeholder}@test.com`, phone: '1234567890', country: 'US' },
			},
			properties: {},
		});
	});

	it('is the same lead when it is parsed again', () => {
		expect(parseLead(lead)).toEqual(lead);
		expect(microsoftTestLead({ destination, now: NOW + 1 }).id).not.toBe(lead.id);
	});
});

describe('the lead source', () => {
	it('is a real one over HTTPS', () => {
		const lead = microsoftTestLead({ destination: 'https', now: NOW, offerTitle: 'Contoso Test' });
		expect(lead.leadSource).toBe('AzureMarketplace-INS|Contoso Test');
		expect(lead.source.code).toBe('AzureMarketplace');
		expect(lead.action.code).toBe('INS');
		expect(lead.stage).toBe('initialInterest');
	});

	it('is the placeholder twice elsewhere', () => {
		const lead = microsoftTestLead({ destination: 'salesforce', now: NOW, offerTitle: ' ' });
		const placeholder = placeholderOf(lead);
		expect(lead.leadSource).toBe(`${placeholder}-${placeholder}|Test Offer`);
	});
});

describe('what a destination holds of it', () => {
	const held: Record<string, (lead: Lead) => unknown> = {
		https: ({ customer, source, action, offer, description }) => ({
			UserDetails: { FirstName: customer.firstName, Email: customer.original.email },
			LeadSource: source.code,
			ActionCode: action.code,
			OfferTitle: offer.title,
			Description: description,
		}),
		azureTable: ({ customer, leadSource, createdAt }) => ({
			PartitionKey: 'p',
			RowKey: 'r',
			LeadSource: leadSource,
			CreatedTime: createdAt,
			CustomerInfo: JSON.stringify({ Email: customer.email, Country: customer.country }),
		}),
		salesforce: ({ leadSource }) => ({ attributes: { type: 'Lead' }, LeadSource: leadSource }),
		dynamics365: ({ leadSource }) => ({ leadid: 'a', subject: leadSource, leadsourcecode: 8 }),
		marketo: ({ customer }) => ({ marketoGUID: '1', email: customer.email }),
	};

	it.each(Object.keys(held))('is a test lead again: %s', (name) => {
		const destination = name as LeadDestinationName;
		const record = held[name]!(microsoftTestLead({ destination, now: NOW }));
		const input = readLeadInput(JSON.stringify(record));
		expect(input.ok).toBe(true);
		expect(parseLead(record, { destination }).isTest).toBe(true);
	});

	it('is what Microsoft itself was seen to send', () => {
		const parsed = (name: string, destination: LeadDestinationName) =>
			parseLead(sampleRecord(name), { destination });
		const blank = (lead: Lead) =>
			JSON.parse(
				JSON.stringify({
					...lead,
					id: '',
					createdAt: '',
					receivedAt: '',
					properties: {},
				}).replaceAll(/MSFT_TEST_\d+/gi, 'MSFT_TEST_1'),
			) as Lead;
		const ours = (destination: LeadDestinationName, offerTitle: string) =>
			microsoftTestLead({ destination, offerTitle, now: NOW });
		expect(blank(ours('https', 'Contoso Test'))).toEqual(blank(parsed('https-test-lead', 'https')));
		expect(blank(ours('salesforce', 'Contoso Offer'))).toEqual(
			blank(parsed('salesforce-test-lead', 'salesforce')),
		);
	});
});
