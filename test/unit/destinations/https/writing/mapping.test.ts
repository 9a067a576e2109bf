import { toRecord } from '../../../../../nodes/destinations/https/writing/mapping';
import { parseLead, type JsonObject, type Lead } from '../../../../../nodes/lead';

const leadOf = (record: JsonObject, changes: Partial<Lead> = {}): Lead => ({
	...parseLead(record, { destination: 'azureTable', receivedAt: '2026-03-01T12:00:00Z' }),
	...changes,
});
const written = (lead: Lead, additional: JsonObject = {}) => toRecord({ lead, additional });
const ROW = {
	PartitionKey: 'p',
	RowKey: 'r',
	LeadSource: 'SPZA-PLT|fabrikam.widget',
	ActionCode: 'PLT',
	CustomerInfo: '{"FirstName":"Kim","LastName":"Sample","Phone":"4255550100","Country":"USA"}',
};

describe('a lead as Partner Center posts it', () => {
	it('has source, action and offer apart', () => {
		expect(written(leadOf({ ...ROW, OfferDisplayName: 'Fabrikam Widget' }))).toEqual({
			UserDetails: {
				FirstName: 'Kim',
				LastName: 'Sample',
				Email: '',
				Phone: '4255550100',
				Country: 'USA',
				Company: '',
				Title: '',
			},
			LeadSource: 'SPZA',
			ActionCode: 'PLT',
			OfferTitle: 'Fabrikam Widget',
			Description: '',
		});
	});

	it('names the offer by its id where it has no title', () => {
		expect(written(leadOf(ROW))).toMatchObject({ OfferTitle: 'fabrikam.widget' });
	});

	it.each([
		['Test run through MS Flow', 'Test run through MS Flow'],
		['MSFT_TEST_1-MSFT_TEST_1|An Offer', 'MSFT_TEST_1'],
		['INS', 'INS'],
		['', ''],
	])('has the lead source %j as %j', (leadSource, sent) => {
		const { ActionCode: _, ...row } = ROW;
		const lead = leadOf({ ...row, LeadSource: leadSource });
		expect(written(lead)).toMatchObject({ LeadSource: sent });
		const read = parseLead(written(lead), { destination: 'https' });
		expect(read).toMatchObject({ source: lead.source, action: lead.action, isTest: lead.isTest });
	});

	it('keeps a full name that is all there is', () => {
		const lead = leadOf({ ...ROW, CustomerInfo: '{"FullName":"Kim Sample"}' });
		expect(parseLead(written(lead)).customer.fullName).toBe('Kim Sample');
	});

	it('keeps what contradicts it, without being read so', () => {
		const lead = leadOf({ ...ROW, ActionCode: 'DNC', Email: 'other@fabrikam.example' });
		const record = written({ ...lead, customer: { ...lead.customer, email: '' } });
		expect(record).toMatchObject({ ActionCode: 'PLT', Original_ActionCode: 'DNC' });
		expect(parseLead(record)).toMatchObject({ contactAllowed: false, action: { code: 'PLT' } });
	});

	it.each([
		[{ LeadSource: 'SPZA-DNC|contoso.crm' }, { ActionCode: 'INS', LeadSource: 'SPZA' }],
		[{ DoNotContact: true }, { DoNotContact: false }],
		[{ Description: 'Please do not contact me.' }, { Description: '' }],
		[{ emailOptOut: 1 }, { emailOptOut: 0, contactAllowed: true }],
	])('%j is still said where additional fields say otherwise: %j', (said, additional) => {
		const { ActionCode: _, ...row } = ROW;
		const record = written(leadOf({ ...row, ...said }), additional);
		expect(parseLead(record)).toMatchObject({ contactAllowed: false });
	});

	it('lets additional fields win, but none that names a prototype', () => {
		const additional = JSON.parse(
			'{"OfferTitle":"Other","__proto__":{"x":1},"note":"half \\ud800","constructor":1}',
		) as JsonObject;
		const record = written(leadOf(ROW), additional);
		expect(record).toMatchObject({ OfferTitle: 'Other', note: 'half \ufffd' });
		expect(Object.keys(record)).not.toContain('__proto__');
		expect(Object.keys(record)).not.toContain('constructor');
		expect(({} as { x?: number }).x).toBeUndefined();
	});
});
