/** Leads of every kind and content, as parsing gives them, with fields to write beside them. */
import fc from 'fast-check';

import { parseLead, type JsonObject, type JsonValue, type Lead } from '../../../nodes/lead';
import type { WritableLead } from '../../../nodes/destinations/contract';

const RECEIVED_AT = '2026-03-01T12:00:00.000Z';

const name = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 20 }),
	fc.string({ unit: 'grapheme', maxLength: 20 }),
	fc.constantFrom(
		'',
		' ',
		'Kim',
		"O'Sample",
		'"Kim" \\ Sample',
		'Zoë\nSample\r\n\ttwo',
		'漢字 🚀👩‍👩‍👧',
		'مرحبا',
		'\ud800lone\udc00',
		'--batch\r\nHTTP/1.1 409 Conflict\r\n\r\n{"odata.error":{}}',
		'<b>&amp;</b>',
		'null',
		'{"FirstName":"x"}',
	),
);
const longText = fc
	.tuple(fc.integer({ min: 1, max: 40_000 }), name)
	.map(([count, text]) => `${text}x`.repeat(count).slice(0, 200_000));
const leadSource = fc.oneof(
	fc
		.tuple(
			fc.constantFrom('AzureMarketplace', 'AzurePortal', 'TestDrive', 'SPZA', 'NewStore', 'A-B'),
			fc.constantFrom('INS', 'PLT', 'DNC', 'Create', 'StartTestDrive', 'NEW', ''),
			fc.constantFrom('contoso.crm', 'contoso.a.b', 'An Offer', '', 'fabrikam.widget|2'),
		)
		.map(([source, action, offer]) => `${source}${action && `-${action}`}${offer && `|${offer}`}`),
	fc.constantFrom(
		'',
		'Test run through MS Flow',
		'MSFT_TEST_1-MSFT_TEST_1|Offer',
		'do not contact',
	),
	name,
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
	name,
	fc.integer(),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.boolean(),
	fc.constant(null),
	fc.array(name, { maxLength: 2 }),
	name.map((inner) => ({ inner })),
);
const key = fc.oneof(
	fc.constantFrom(
		...'mktcmpid partnerid utm-campaign DoNotCall Email MobilePhone telephone1 ProductId ActionCode leadsourcecode CustomerInfo UserDetails OfferTitle createdon subject Timestamp etag partitionKey name Größe x __proto__ constructor'.split(
			' ',
		),
	),
	fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const properties = fc
	.array(fc.tuple(key, value), { maxLength: 5 })
	.map((entries) => Object.fromEntries(entries) as JsonObject);

const customer = fc.record(
	{
		FirstName: name,
		LastName: name,
		FullName: name,
		Email: fc.oneof(name, fc.constantFrom('Kim@Fabrikam.Example ', 'kim@fabrikam.example')),
		Phone: fc.oneof(name, fc.constantFrom('4255550100', '+49 30 12345678')),
		Country: fc.oneof(name, fc.constantFrom('US', 'USA', 'Türkiye', 'Germany')),
		Company: name,
		Title: name,
	},
	{ requiredKeys: [] },
);

const record = fc.record({
	customer: fc.oneof(
		{ arbitrary: customer, weight: 9 },
		{ arbitrary: fc.constant('{"broken'), weight: 1 },
	),
	beside: properties,
	columns: fc.record(
		{
			LeadSource: leadSource,
			ActionCode: fc.constantFrom('INS', 'PLT', 'DNC', 'NEW', ''),
			OfferDisplayName: fc.oneof(name, fc.constantFrom('contoso.crm', 'A Widget')),
			PublisherDisplayName: name,
			ProductId: fc.constantFrom('contoso.crm', 'fabrikam.widget', 'no id', ''),
			Description: fc.oneof(name, longText, fc.constantFrom('Campaigns: spring', ' ')),
			CreatedTime: fc.constantFrom('2018-10-02T08:15:29Z', 'yesterday', ''),
			DoNotCall: fc.boolean(),
		},
		{ requiredKeys: [] },
	),
	id: fc.uuid(),
});

/** Each with an id of its own. */
export const generatedLead: fc.Arbitrary<Lead> = record.map(
	({ customer, beside, columns, id }) => ({
		...parseLead(
			{ ...beside, ...columns, UserDetails: customer },
			{ destination: 'https', receivedAt: RECEIVED_AT },
		),
		id,
	}),
);

export const generatedWritableLead: fc.Arbitrary<WritableLead> = fc.record({
	lead: generatedLead,
	additional: fc
		.array(fc.tuple(fc.oneof(fc.constantFrom('__proto__', 'Region', 'Score'), name), value), {
			maxLength: 3,
		})
		.map((entries) =>
			// Names that mean nothing of a lead's, so that what was written is what is read.
			Object.fromEntries(
				entries.map(([field, content]) => [
					`${field}`.startsWith('__') ? field : `Own ${field}`,
					content,
				]),
			),
		),
});
