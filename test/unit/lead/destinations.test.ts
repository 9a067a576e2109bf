import { parseLead } from '../../../nodes/lead';
import { record, sampleRecord } from './support';

describe('Azure Table', () => {
	const row = {
		PartitionKey: 'p',
		RowKey: 'r',
		LeadSource: 'SPZA-PLT|contoso.crm',
		ActionCode: 'PLT',
		CustomerInfo: JSON.stringify({ FirstName: 'Megan', Email: 'megan@contoso.com' }),
	};

	it('as its SDK gives a row: camel case, an etag, dates as Date, long numbers as bigint', () => {
		const lead = parseLead({
			'odata.etag': 'W/"1"',
			etag: 'W/"1"',
			partitionKey: 'p',
			rowKey: 'r',
			timestamp: '2018-10-02T08:15:30.1234567Z',
			leadSource: 'SPZA-PLT|contoso.crm',
			createdTime: new Date('2018-10-02T08:15:29Z'),
			'createdTime@odata.type': 'Edm.DateTime',
			customerInfo: row.CustomerInfo,
			visits: 12n,
		});
		expect(lead).toMatchObject({
			id: 'p/r',
			destination: 'azureTable',
			createdAt: '2018-10-02T08:15:29.000Z',
			properties: { visits: '12' },
			warnings: [],
		});
	});

	it.each([
		['2018/10', 'a b', '2018%2F10/a%20b'],
		['', 'r', '/r'],
		['ü', '%', '%C3%BC/%25'],
		['p\ud800', 'r', 'p%EF%BF%BD/r'],
		[2018, 10, '2018/10'],
	])('has an id of its keys %j and %j', (PartitionKey, RowKey, id) => {
		const lead = parseLead({ ...row, PartitionKey, RowKey });
		expect(lead).toMatchObject({ id, destination: 'azureTable', properties: {} });
	});

	it('has the id that it had before somebody edited the row', () => {
		const edited = { ...row, Timestamp: '2020-01-01T00:00:00Z', Description: 'called' };
		expect(parseLead(edited).id).toBe(parseLead(row).id);
	});

	it('has CustomerInfo as text, with or without byte order mark, and as an object', () => {
		const expected = parseLead(row, { receivedAt: '2020-01-01' });
		const details: unknown = JSON.parse(row.CustomerInfo);
		for (const CustomerInfo of [details, `\ufeff${row.CustomerInfo}`]) {
			expect(parseLead({ ...row, CustomerInfo }, { receivedAt: '2020-01-01' })).toEqual(expected);
		}
	});

	it.each(['{"FirstName":"Alex","Last', 'Megan Bowen', '[]', '"Megan"', 'null', '7', ['Megan'], 7])(
		'keeps CustomerInfo %j, which it cannot read, with a warning',
		(CustomerInfo) => {
			const lead = parseLead({ ...row, CustomerInfo, Email: 'a@b.com' });
			expect(lead.properties).toEqual({ CustomerInfo });
			expect(lead.warnings).toEqual([
				'The field "CustomerInfo" could not be read. It was kept as a property.',
			]);
			expect(lead.source.code).toBe('SPZA');
			expect(lead.customer.email).toBe('a@b.com');
		},
	);

	it('has the offer of ProductId where the lead source names none', () => {
		const { offer, properties, warnings } = parseLead({
			...row,
			LeadSource: 'SPZA-PLT|Contoso CRM',
			ProductId: 'contoso.crm',
		});
		expect(offer).toMatchObject({ id: 'contoso.crm', publisherId: 'contoso', offerId: 'crm' });
		expect(offer.title).toBe('Contoso CRM');
		expect(properties).toEqual({});
		expect(warnings).toHaveLength(1);
	});

	it('keeps a ProductId that says something else', () => {
		const { offer, properties, warnings } = parseLead({ ...row, ProductId: 'contoso.other' });
		expect(offer.id).toBe('contoso.crm');
		expect(properties).toEqual({ ProductId: 'contoso.other' });
		expect(warnings).toEqual([
			'The offer "contoso.other" is not the one in the lead source; that one was taken.',
		]);
	});

	it('keeps a ProductId that is no offer id', () => {
		expect(parseLead({ ...row, ProductId: '4711' })).toMatchObject({
			offer: { id: 'contoso.crm' },
			properties: { ProductId: '4711' },
			warnings: [],
		});
	});
});

describe('HTTPS', () => {
	it('has one id for the same content, whatever the order of its keys', () => {
		const lead = sampleRecord('https-power-automate');
		const reversed = Object.fromEntries(Object.entries(lead).reverse());
		expect(parseLead(reversed).id).toBe(parseLead(lead).id);
		expect(parseLead({ ...lead, Description: 'another' }).id).not.toBe(parseLead(lead).id);
	});

	it('has one id for two keys that differ in case only, whichever comes first', () => {
		const id = (fields: object) => parseLead(fields, { destination: 'https' }).id;
		expect(id({ note: 1, Note: 2 })).toBe(id({ note: 2, Note: 1 }));
		expect(id({ note: 1, Note: 2 })).not.toBe(id({ note: 1, Note: 1 }));
	});

	it.each([
		[
			{ a: '1', b: '' },
			{ a: '', b: '1' },
		],
		[{ a: 1 }, { a: '1' }],
		[{ a: null }, { a: 'null' }],
		[{ a: [] }, { a: {} }],
		[{ a: ['x', 'y'] }, { a: ['y', 'x'] }],
		[{ a: { b: 1 } }, { a: 1, b: 1 }],
		[{ ab: 'c' }, { a: 'bc' }],
	])('tells %j from %j', (one, other) => {
		expect(parseLead(record(one)).id).not.toBe(parseLead(record(other)).id);
	});

	it('takes the customer flat beside the lead source as well', () => {
		const { UserDetails, ...rest } = sampleRecord('https-power-automate');
		const flat = parseLead({ ...rest, ...(UserDetails as object) }, { destination: 'https' });
		expect(flat.customer).toEqual(parseLead({ UserDetails, ...rest }).customer);
		expect(flat).toMatchObject({ destination: 'https', properties: {}, warnings: [] });
	});

	it('takes what is in UserDetails first, and keeps the rest', () => {
		const lead = parseLead({
			UserDetails: { Email: 'in@b.com', Note: 'in', LeadSource: 'SPZA-PLT|a.b' },
			Email: 'out@b.com',
			Note: 'out',
			LeadSource: 'SPZA-INS|a.b',
		});
		expect(lead.customer.email).toBe('in@b.com');
		expect(lead.leadSource).toBe('SPZA-INS|a.b');
		expect(lead.properties).toEqual({
			Email: 'out@b.com',
			LeadSource: 'SPZA-PLT|a.b',
			Note: 'out',
			'UserDetails.Note': 'in',
		});
	});

	it('takes UserDetails as JSON text', () => {
		const lead = sampleRecord('https-power-automate');
		const text = { ...lead, UserDetails: JSON.stringify(lead['UserDetails']) };
		expect(parseLead(text).customer).toEqual(parseLead(lead).customer);
	});

	it.each([
		['SPZA', 'PLT', 'CRM', 'SPZA-PLT|CRM'],
		['AppSource', 'plt', 'CRM', 'SPZA-PLT|CRM'],
		['Moonbase', 'INS', 'CRM', 'Moonbase-INS|CRM'],
		['SPZA', 'XYZ', 'CRM', 'SPZA-XYZ|CRM'],
		['SPZA', 'PLT', '', 'SPZA-PLT'],
		['SPZA|contoso.crm', 'PLT', 'CRM', 'SPZA-PLT|contoso.crm'],
		['SPZA', '', 'CRM', 'SPZA'],
		['SPZA-INS|contoso.crm', 'INS', 'CRM', 'SPZA-INS|contoso.crm'],
		['spza - ins | contoso.crm', 'INS', 'CRM', 'spza - ins | contoso.crm'],
		['A free sentence', 'INS', 'CRM', 'A free sentence'],
		['', 'INS', 'CRM', ''],
	])('of %j, %j and %j has the lead source %j', (LeadSource, ActionCode, OfferTitle, expected) => {
		const lead = parseLead({ UserDetails: {}, LeadSource, ActionCode, OfferTitle });
		expect(lead.leadSource).toBe(expected);
		expect(lead.offer.title).toBe(OfferTitle);
		if (ActionCode !== '') expect(lead.action.code).toBe(ActionCode.toUpperCase());
	});

	it('goes by the lead source where the action code disagrees', () => {
		const lead = parseLead(record({ ActionCode: 'PLT' }));
		expect(lead.action.code).toBe('INS');
		expect(lead.properties).toEqual({ ActionCode: 'PLT' });
		expect(lead.warnings).toEqual([
			'The action code "PLT" is not the one in the lead source; that one was taken.',
		]);
	});
});

describe('Salesforce', () => {
	it('as a record of its REST API', () => {
		const lead = parseLead({
			attributes: { type: 'Lead', url: '/services/data/v65.0/sobjects/Lead/00Q5e00000ABCDEEA4' },
			Id: '00Q5e00000ABCDEEA4',
			FirstName: 'Megan',
			LastName: 'Bowen',
			Name: 'Megan Bowen',
			Email: 'megan@contoso.com',
			MobilePhone: null,
			Country: 'United States',
			Company: 'Contoso',
			LeadSource: 'SPZA-INS|contoso.crm',
			CreatedDate: '2018-10-02T08:15:29.000+0000',
			Industry: 'Retail',
			HasOptedOutOfEmail: false,
		});
		expect(lead).toMatchObject({
			id: '00Q5e00000ABCDEEA4',
			destination: 'salesforce',
			contactAllowed: true,
			customer: { fullName: 'Megan Bowen', country: 'US' },
			createdAt: '2018-10-02T08:15:29.000Z',
			properties: { Industry: 'Retail', HasOptedOutOfEmail: false },
			warnings: [],
		});
	});

	it('is known by its Id beside a lead source', () => {
		expect(parseLead(record({ Id: '00Q5e00000ABCDE' })).destination).toBe('salesforce');
		const other = parseLead(record({ Id: '4711' }));
		expect(other).toMatchObject({ destination: '', properties: { Id: '4711' } });
	});
});

describe('Dynamics 365', () => {
	const row = {
		'@odata.etag': 'W/"123"',
		leadid: '{2B0F1B1A-0000-4000-8000-00000000ABCD}',
		firstname: 'Megan',
		lastname: 'Bowen',
		fullname: 'Megan Bowen',
		emailaddress1: 'megan@contoso.com',
		telephone1: '617-555-0199',
		address1_country: 'US',
		companyname: 'Contoso',
		jobtitle: 'CTO',
		leadsourcecode: 8,
		createdon: '2018-10-02T08:15:29Z',
	};

	it('as a row of its web API', () => {
		const subject = 'SPZA-PLT|contoso.crm';
		const lead = parseLead({ ...row, subject, description: 'Call me.' });
		expect(lead).toMatchObject({
			id: '2b0f1b1a-0000-4000-8000-00000000abcd',
			destination: 'dynamics365',
			leadSource: subject,
			source: { code: 'SPZA' },
			action: { code: 'PLT' },
			offer: { id: 'contoso.crm' },
			customer: {
				fullName: 'Megan Bowen',
				email: 'megan@contoso.com',
				phone: '+16175550199',
				country: 'US',
				company: 'Contoso',
				title: 'CTO',
			},
			description: 'Call me.',
			properties: { leadsourcecode: 8, subject },
			createdAt: '2018-10-02T08:15:29.000Z',
			warnings: [],
		});
	});

	it.each([
		[{ leadsourcecode: 'SPZA-INS|a.b', subject: 'SPZA-PLT|c.d' }, 'SPZA-INS|a.b'],
		[{ leadsource: 'SPZA-INS|a.b', subject: 'SPZA-PLT|c.d' }, 'SPZA-INS|a.b'],
		[{ leadsource: 'Web', subject: 'SPZA-PLT|c.d' }, 'SPZA-PLT|c.d'],
		[{ subject: 'New lead', description: 'Hello\r\n  SPZA-PLT | c.d  \nBye' }, 'SPZA-PLT | c.d'],
		[{ subject: 'MSFT_TEST_1-MSFT_TEST_1|Offer' }, 'MSFT_TEST_1-MSFT_TEST_1|Offer'],
		[{ leadsource: 'Web', subject: 'New lead' }, 'Web'],
		[{ subject: 'New lead', description: 'Follow-up' }, ''],
	])('has its lead source in one of %j', (fields, leadSource) => {
		expect(parseLead({ ...row, ...fields }).leadSource).toBe(leadSource);
	});

	it('is not searched in the texts of other destinations', () => {
		const lead = parseLead({
			UserDetails: {},
			Description: 'SPZA-PLT|c.d',
			Subject: 'SPZA-INS|a.b',
		});
		expect(lead.leadSource).toBe('');
	});
});

describe('Marketo', () => {
	it('as a form fill-out with the fields of its person', () => {
		const lead = parseLead({
			marketoGUID: '12345',
			id: 42,
			firstName: 'Megan',
			leadSource: 'SPZA-INS|contoso.crm',
			email: 'megan@contoso.com',
			activityDate: '2018-10-02T08:15:29Z',
			createdAt: '2015-01-01T00:00:00Z',
			unsubscribed: false,
		});
		expect(lead).toMatchObject({
			id: '12345',
			destination: 'marketo',
			createdAt: '2018-10-02T08:15:29.000Z',
			properties: { id: 42, createdAt: '2015-01-01T00:00:00Z', unsubscribed: false },
			warnings: [],
		});
	});
});

describe('the destination', () => {
	it('is what the caller knows it to be', () => {
		const row = { PartitionKey: 'p', RowKey: 'r', ...record() };
		expect(parseLead(row, { destination: 'https' })).toMatchObject({
			id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
			destination: 'https',
			properties: { PartitionKey: 'p', RowKey: 'r' },
		});
	});

	it('is empty for a lead source alone', () => {
		const lead = parseLead('SPZA-INS|contoso.crm');
		expect(lead).toMatchObject({ destination: '', source: { code: 'SPZA' } });
		expect(lead.id).toBe(parseLead({ LeadSource: 'SPZA-INS|contoso.crm' }).id);
	});

	it.each([null, undefined, 7, true, [], [record()], () => 1, Symbol('x')])(
		'of %p, which is no record, is an empty lead',
		(value) => {
			const lead = parseLead(value, { receivedAt: '2020-01-01' });
			expect(lead).toMatchObject({ destination: '', leadSource: '', stage: 'unknown' });
			expect(lead.warnings[0]).toBe(
				'The record is not an object, so nothing could be read from it.',
			);
		},
	);
});
