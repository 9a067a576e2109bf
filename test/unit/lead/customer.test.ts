import { parseLead } from '../../../nodes/lead';
import { record } from './support';

describe('names', () => {
	it.each([
		[{ FirstName: ' Megan ', LastName: 'Bowen' }, 'Megan', 'Bowen', 'Megan Bowen'],
		[{ FirstName: 'Megan' }, 'Megan', '', 'Megan'],
		[{ LastName: 'Bowen' }, '', 'Bowen', 'Bowen'],
		[{ FullName: 'Megan Bowen' }, '', '', 'Megan Bowen'],
		[{ Name: 'Megan Bowen', FirstName: 'Megan' }, 'Megan', '', 'Megan Bowen'],
		[{}, '', '', ''],
		[{ FirstName: '', LastName: ' ', FullName: null }, '', '', ''],
	])('of %j', (fields, firstName, lastName, fullName) => {
		const { customer, properties } = parseLead(record(fields));
		expect(customer).toMatchObject({ firstName, lastName, fullName });
		expect(properties).toEqual({});
	});

	it('keep a full name that says something else', () => {
		const fields = { FirstName: 'M', LastName: 'Bowen', FullName: 'Dr Megan Bowen' };
		const { customer, properties } = parseLead(record(fields));
		expect(customer.fullName).toBe('M Bowen');
		expect(properties).toEqual({ FullName: 'Dr Megan Bowen' });
	});
});

describe('email', () => {
	it('is trimmed and lower-cased beside the original', () => {
		const { customer, warnings } = parseLead(record({ Email: ' Megan.BOWEN@Contoso.COM\n' }));
		expect(customer.email).toBe('megan.bowen@contoso.com');
		expect(customer.original.email).toBe(' Megan.BOWEN@Contoso.COM\n');
		expect(warnings).toEqual([]);
	});

	it.each([
		'<Megan@contoso.com>',
		'mailto:megan@contoso.com',
		'\u202amegan@contoso.com\u202c',
		'megan@contoso.com;',
		'megan@contoso.com\u200b',
		'Megan Bowen <megan@contoso.com>',
	])('is the address in %j, beside the original', (text) => {
		const { customer, warnings } = parseLead(record({ Email: text }));
		expect(customer.email).toBe('megan@contoso.com');
		expect(customer.original.email).toBe(text);
		expect(warnings).toEqual([]);
	});

	it.each([
		'megan',
		'megan@contoso',
		'a b@contoso.com',
		'@contoso.com',
		'a@@b.com',
		'A@b.com, C@d.com',
	])('stays with a warning when it is %j', (email) => {
		const { customer, warnings } = parseLead(record({ Email: email }));
		expect(customer.email).toBe(email);
		expect(warnings).toEqual([`The email address "${email}" does not look like one.`]);
	});

	it.each([{}, { Email: '' }, { Email: null }, { Email: ' ' }])('is missing in %j', (fields) => {
		const { customer, warnings } = parseLead({ LeadSource: 'SPZA-INS|a.b', ...fields });
		expect(customer.email).toBe('');
		expect(customer.original.email).toBe('');
		expect(warnings).toEqual(['The lead has no email address.']);
	});
});

describe('country', () => {
	it.each([
		['US', 'US'],
		['us', 'US'],
		[' USA ', 'US'],
		['U.S.A.', 'US'],
		['ABD', 'US'],
		['840', 'US'],
		['United States', 'US'],
		['United States (USA)', 'US'],
		['Amerika Birleşik Devletleri', 'US'],
		['AMERİKA BİRLEŞİK DEVLETLERİ', 'US'],
		['Estados Unidos', 'US'],
		['États-Unis', 'US'],
		['États-Unis d’Amérique', 'US'],
		['Vereinigte Staaten', 'US'],
		['США', 'US'],
		['美国', 'US'],
		['UK', 'GB'],
		['Great Britain', 'GB'],
		['England', 'GB'],
		['Vereinigtes Königreich', 'GB'],
		['Germany', 'DE'],
		['Deutschland', 'DE'],
		['ALLEMAGNE', 'DE'],
		['Almanya', 'DE'],
		['ドイツ', 'DE'],
		['Türkiye', 'TR'],
		['TURKIYE', 'TR'],
		['Turkey', 'TR'],
		['EL', 'GR'],
		['4', 'AF'],
		['004', 'AF'],
		["Cote d'Ivoire", 'CI'],
		['Côte d’Ivoire', 'CI'],
		['The Netherlands', 'NL'],
		['Bahamas, The', 'BS'],
		['Korea, Republic of', 'KR'],
		['Korea', 'KR'],
		['Iran (Islamic Republic of)', 'IR'],
		['Trinidad & Tobago', 'TT'],
		['St. Lucia', 'LC'],
		['Hong Kong SAR', 'HK'],
		['Congo (DRC)', 'CD'],
		['Niger', 'NE'],
		['Georgia', 'GE'],
	])('%j is %s', (country, code) => {
		const { customer, warnings } = parseLead(record({ Country: country }));
		expect(customer.country).toBe(code);
		expect(customer.original.country).toBe(country);
		expect(warnings).toEqual([]);
	});

	it.each(['XX', 'ZZZ', '999', 'Atlantis', 'Congo', 'n/a', '…'])(
		'%j stays as it came, with a warning',
		(country) => {
			const { customer, warnings } = parseLead(record({ Country: ` ${country} ` }));
			expect(customer.country).toBe(country);
			expect(customer.original.country).toBe(` ${country} `);
			expect(warnings).toEqual([
				`The country "${country}" is not a known one. It was left as it came.`,
			]);
		},
	);
});

describe('phone', () => {
	it.each([
		['16175555555', 'US', '+16175555555'],
		[16175555555, 'US', '+16175555555'],
		['(617) 555-0199', 'USA', '+16175550199'],
		['617.555.0199 ext. 12', 'US', '+16175550199'],
		['+1 617 555 0199', '', '+16175550199'],
		['001 617 555 0199', '', '+16175550199'],
		['0049 30 12345678', 'US', '+493012345678'],
		['030 12345678', 'Deutschland', '+493012345678'],
		['0532 123 45 67', 'Türkiye', '+905321234567'],
		['06 12 34 56 78', 'FR', '+33612345678'],
		['+44 (0)20 7946 0958', 'US', '+442079460958'],
		// The prefix for calls abroad is the country's own.
		['0011 44 20 7946 0958', 'AU', '+442079460958'],
		['0011 64 9 123 4567', 'AU', '+6491234567'],
		['001 44 20 7946 0958', 'HK', '+442079460958'],
		['001 47 22 12 34 56', 'SG', '+4722123456'],
		['009 1 617 253 1000', 'TW', '+16172531000'],
		['009 44 20 7946 0958', 'NG', '+442079460958'],
		['8~10 49 30 12345678', 'RU', '+493012345678'],
		['011 49 30 12345678', 'US', '+493012345678'],
		['010 49 30 12345678', 'JP', '+493012345678'],
		['00 49 30 12345678', 'DE', '+493012345678'],
		// Not the country's own, but the one that most of the world has.
		['0044 20 7946 0958', 'AU', '+442079460958'],
		['+0049 30 12345678', 'US', '+493012345678'],
		['0 049 30 12345678', '', '+493012345678'],
		// A country code without its plus.
		['491701234567', 'DE', '+491701234567'],
		['49 170 1234567', 'DE', '+491701234567'],
		['49 (0) 170 1234567', 'DE', '+491701234567'],
		['49 170 1234567 ext. 5', 'DE', '+491701234567'],
		['41 79 123 45 67', 'CH', '+41791234567'],
		['46 70 123 45 67', 'SE', '+46701234567'],
		['44 20 7946 0958', 'GB', '+442079460958'],
		['91 98765 43210', 'IN', '+919876543210'],
		['55 11 98765-4321', 'BR', '+5511987654321'],
		['972 50 234 5678', 'IL', '+972502345678'],
		['861391234 5678', 'CN', '+8613912345678'],
		// Digits of a country code that belong to the number.
		['0491 123456', 'DE', '+49491123456'],
		['049112345678', 'DE', '+4949112345678'],
		['39 12 34 56', 'NO', '+4739123456'],
		['9198765432', 'IN', '+919198765432'],
		['321 253 1000', 'US', '+13212531000'],
		// What hides in a number, and other digits.
		['\u202a+1 617-253-1000\u202c', '', '+16172531000'],
		['\u202a+1 617-253-1000\u202c', 'US', '+16172531000'],
		['\u2066617-253-1000\u2069', 'US', '+16172531000'],
		['+1\t617\t253 1000', 'US', '+16172531000'],
		['+1\t617\t253 1000', '', '+16172531000'],
		['617\t253\t1000', 'US', '+16172531000'],
		['\ufeff+1\u00a0617\u202f253\u20091000\u200b', '', '+16172531000'],
		['+1 617\u00ad253\u20601000', '', '+16172531000'],
		['617\u2011253\u20111000', 'US', '+16172531000'],
		['+1 617\r\n253 1000', '', '+16172531000'],
		['＋１ ６１７ ２５３ １０００', '', '+16172531000'],
		['٠١٠٠١٢٣٤٥٦٧', 'EG', '+201001234567'],
		['\u200f+۹۸ ۲۱ ۲۲۲۲ ۳۳۳۳', '', '+982122223333'],
		['tel:+1-617-253-1000', '', '+16172531000'],
		// As a spreadsheet writes a column of numbers.
		['491701234567.0', 'DE', '+491701234567'],
		['6172531000.00', 'US', '+16172531000'],
		['Tel. +1 617 253 1000', '', '+16172531000'],
	])('%j of %j is %s', (phone, country, expected) => {
		const { customer, warnings } = parseLead(record({ Phone: phone, Country: country }));
		expect(customer.phone).toBe(expected);
		expect(customer.original.phone).toBe(String(phone));
		expect(warnings).toEqual([]);
	});

	it.each([
		['1234567890', 'US', 'is not a valid one in US'],
		['call me', 'US', 'is not a valid one in US'],
		['5', 'DE', 'is not a valid one in DE'],
		['4.91701E+11', 'DE', 'is not a valid one in DE'],
		['4,91701234567E+11', 'DE', 'is not a valid one in DE'],
		// Not +62 001…, which can be a number there.
		['001 44 20 7946 0958', 'ID', 'is not a valid one in ID'],
		['6175550199', '', 'has no known country'],
		['6175550199', 'Atlantis', 'has no known country'],
	])('%j of %j stays as it came, with a warning', (phone, country, reason) => {
		const { customer, warnings } = parseLead(record({ Phone: phone, Country: country }));
		expect(customer.phone).toBe(phone);
		expect(warnings).toContain(`The phone number "${phone}" ${reason}. It was left as it came.`);
	});
});

describe('a phone number that can be read as two', () => {
	it.each([
		// Of a customer in Germany who left out a zero, or of one in France who left out a plus.
		['33612345678', 'DE', '+4933612345678', '+33612345678'],
		['15123456789', 'DE', '+4915123456789', '+15123456789'],
		// Of the town of Leer, or of a mobile with half a prefix for calls abroad.
		['049 170 1234567', 'DE', '+49491701234567', '+491701234567'],
		['0491701234567', 'DE', '+49491701234567', '+491701234567'],
		// Abroad by the prefix of most countries, or by that of Singapore or Australia.
		['001 47 22 12 34 56', '', '+14722123456', '+4722123456'],
		['0011 64 9 123 4567', '', '+16491234567', '+6491234567'],
	])('%j of %j stays as it came, with a warning', (phone, country, one, other) => {
		const { customer, warnings } = parseLead(record({ Phone: phone, Country: country }));
		expect(customer.phone).toBe(phone);
		expect(warnings).toEqual([
			`The phone number "${phone}" could be ${one} or ${other}. It was left as it came.`,
		]);
	});
});

describe('fields of the customer', () => {
	it.each([true, 7, 1e21])('are text when %j comes', (value) => {
		const { customer } = parseLead(record({ Company: value, Title: value }));
		expect(customer.company).toBe(String(value));
		expect(customer.title).toBe(String(value));
	});

	it('that hold no text are kept as properties, with a warning', () => {
		const lead = parseLead(record({ Company: { name: 'Contoso' }, Title: ['CTO'] }));
		expect(lead.customer).toMatchObject({ company: '', title: '' });
		expect(lead.properties).toEqual({ Company: { name: 'Contoso' }, Title: ['CTO'] });
		expect(lead.warnings).toEqual([
			'The field "Company" holds no text. It was kept as a property.',
			'The field "Title" holds no text. It was kept as a property.',
		]);
	});

	it('come from the first name that holds something', () => {
		const lead = parseLead(record({ Email: '', emailaddress1: 'a@b.com', Phone: null, mobile: 1 }));
		expect(lead.customer.email).toBe('a@b.com');
	});

	it('come from the first of two names that differ in case only', () => {
		const lead = parseLead(record({ Company: 'Contoso', company: 'Fabrikam', COMPANY: 'Contoso' }));
		expect(lead.customer.company).toBe('Contoso');
		expect(lead.properties).toEqual({ company: 'Fabrikam' });
	});

	it('lose nothing when two names hold different things', () => {
		const lead = parseLead(record({ phone: '+1 617 555 0199', MobilePhone: '+1 617 555 0100' }));
		expect(lead.customer.phone).toBe('+16175550199');
		expect(lead.properties).toEqual({ MobilePhone: '+1 617 555 0100' });
	});
});
