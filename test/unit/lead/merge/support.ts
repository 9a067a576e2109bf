import fc from 'fast-check';
import { parseLead, type Lead, type MergedCustomer, mergeLeads } from '../../../../nodes/lead';

interface LeadFields extends Record<string, unknown> {
	day?: number;
	row?: string;
}

/** A lead of an Azure table; its row key is its id, times are days of March 2026. */
export function lead(
	leadSource: string,
	customer: object = {},
	{ day = 1, row = `${day} ${leadSource}`, ...fields }: LeadFields = {},
): Lead {
	const time = new Date(Date.UTC(2026, 2, day)).toISOString();
	return parseLead(
		{
			PartitionKey: 'p',
			RowKey: row,
			LeadSource: leadSource,
			CreatedTime: time,
			CustomerInfo: JSON.stringify(customer),
			...fields,
		},
		{ receivedAt: time },
	);
}

export function customersOf(...inputs: Parameters<typeof mergeLeads>): MergedCustomer[] {
	return mergeLeads(...inputs).map(({ customer }) => customer);
}

const TEST = 'MSFT_TEST_636573304831318844';
const time = fc.constantFrom(
	'2026-03-01T00:00:00Z',
	'2026-03-02T00:00:00Z',
	'2026-03-03T00:00:00Z',
);
const oneOf = (...values: string[]) => fc.constantFrom('', ...values);

/** Few values of each kind, so that leads have customers, times and whole contents in common. */
export const anyLead: fc.Arbitrary<Lead> = fc
	.record({
		email: oneOf(
			'kim@contoso.com',
			' Kim@Contoso.com',
			'Kim Sample <kim@contoso.com>',
			'mailto:kim@contoso.com',
			'sam@contoso.com',
			'ki.m@gmail.com',
			'kim+1@googlemail.com',
			'n/a',
			`${TEST}@test.com`,
		),
		firstName: oneOf('Kim', 'Sam'),
		lastName: oneOf('Sample', 'Sample Jones'),
		fullName: oneOf('Kim Sample', 'Kim', 'Jones'),
		phone: oneOf('+16175550199', '1 617 555 0199', '1234567890'),
		company: oneOf('Contoso, Inc.', 'contoso inc', 'Fabrikam'),
		description: oneOf('Campaigns: spring', 'Call me', TEST),
		source: fc.constantFrom('SPZA', 'AzureMarketplace', 'TestDrive', 'Fax'),
		action: fc.constantFrom('INS', 'PLT', 'Create', 'StartTestDrive', 'WINK', 'DNC'),
		offer: fc.constantFrom('', '|contoso.crm', '|Contoso.CRM', '|contoso.erp', '|Contoso CRM'),
		title: oneOf('Contoso CRM', 'CRM'),
		row: fc.option(fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'), { nil: undefined }),
		createdAt: fc.option(time, { nil: undefined }),
		receivedAt: time,
		optedOut: fc.option(fc.constant(true), { nil: undefined, freq: 8 }),
	})
	.map((given) =>
		parseLead(
			{
				...(given.row && { PartitionKey: '', RowKey: given.row }),
				LeadSource: `${given.source}-${given.action}${given.offer}`,
				OfferTitle: given.title,
				UserDetails: {
					Email: given.email,
					FirstName: given.firstName,
					LastName: given.lastName,
					FullName: given.fullName,
					Phone: given.phone,
					Company: given.company,
					Country: 'US',
				},
				Description: given.description,
				...(given.createdAt && { CreatedTime: given.createdAt }),
				...(given.optedOut && { DoNotCall: true }),
			},
			{ receivedAt: given.receivedAt },
		),
	);
