import { parseLead, type ParseContext } from '../../../nodes/lead';
import { RECEIVED_AT, record, sampleRecord } from './support';

describe('contactAllowed', () => {
	it.each([
		{ ActionCode: 'DNC' },
		{ actioncode: 'dnc' },
		{ ActionCode: 'DoNotContact' },
		{ ActionCode: 'do not contact' },
		{ ActionCode: 'Do-Not-Contact' },
		{ ActionCode: "Don't contact" },
		{ ActionCode: 'DNC2' },
		{ ActionCode: 'PLT-DNC' },
		{ ActionCode: ['DNC'] },
		{ ActionCode: { code: 'DNC' } },
		{ ActionCode: 'PLT', action_code: 'DNC' },
		{ ActionCode: 'PLT', UserDetails: { ActionCode: 'DNC' } },
		{ LeadSource: 'SPZA-DNC|contoso.crm', ActionCode: 'PLT' },
		{ LeadSource: 'SPZA-PLT-DNC|contoso.crm' },
		{ LeadSource: 'SPZA-PLT|contoso.crm', lead_source: 'SPZA-DNC|contoso.crm' },
		{ LeadSource: { text: 'SPZA-DNC|contoso.crm' } },
		{ leadsourcecode: 'SPZA-DNC|contoso.crm' },
		{ leadsourcecode: 'DNC' },
		{ DoNotCall: true },
		{ HasOptedOutOfEmail: 'true' },
		{ donotemail: 1 },
		{ donotphone: '1' },
		{ unsubscribed: 'Yes' },
		{ DoNotContact: true },
		{ DoNotCall: false, unsubscribed: true },
		{ UserDetails: { DoNotContact: true } },
	])('is false for %j, by either guide', (fields) => {
		for (const stageGuide of ['cloudPartnerPortal', 'partnerCenter'] as const) {
			const lead = parseLead(record(fields), { stageGuide });
			expect(lead).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
		}
	});

	it.each([
		{ ActionCode: 'PLT' },
		{ ActionCode: 'XYZ' },
		{ ActionCode: '' },
		{ LeadSource: '' },
		{ LeadSource: 'A free sentence' },
		{ LeadSource: 'SPZA-INS|contoso.dnc', Company: 'DNC', OfferTitle: 'Do Not Contact' },
		{ DoNotCall: false, unsubscribed: 'false', donotemail: 0, donotphone: null },
		{ leadsourcecode: 8 },
	])('is true for %j', (fields) => {
		expect(parseLead(record(fields)).contactAllowed).toBe(true);
	});

	it('says which field forbids it, and keeps it', () => {
		const lead = parseLead(record({ DoNotCall: true, donotemail: true }));
		expect(lead.properties).toEqual({ DoNotCall: true, donotemail: true });
		expect(lead.warnings).toEqual([
			'The field "DoNotCall" says not to contact the customer.',
			'The field "donotemail" says not to contact the customer.',
		]);
	});

	it('says so where the action is another one', () => {
		const { action, warnings } = parseLead(record({ ActionCode: 'DNC' }));
		expect(action.code).toBe('INS');
		expect(warnings).toContain(
			'The action code or the lead source says not to contact the customer.',
		);
		expect(parseLead('SPZA-DNC|contoso.crm').warnings).toEqual(['The lead has no email address.']);
	});
});

describe('stage', () => {
	it.each([
		[{ LeadSource: 'SPZA-XYZ|contoso.crm' }, 'The action "XYZ" is not a known one.'],
		[{ LeadSource: 'SPZA', ActionCode: 'XYZ' }, 'The action "XYZ" is not a known one.'],
		[{ LeadSource: 'SPZA' }, 'The lead names no action, so its stage is unknown.'],
		[{ LeadSource: '' }, 'The lead has no lead source.'],
	])('of %j is unknown, with a warning', (fields, warning) => {
		const lead = parseLead(record(fields));
		expect(lead.stage).toBe('unknown');
		expect(lead.warnings).toContain(warning);
	});

	it('goes by the action code where the lead source has none', () => {
		const lead = { LeadSource: 'SPZA', ActionCode: 'PLT' };
		expect(parseLead(lead).stage).toBe('active');
		expect(parseLead(lead, { stageGuide: 'partnerCenter' }).stage).toBe('initialInterest');
	});
});

describe('isTest', () => {
	const TEST = 'MSFT_TEST_636573304831318844';

	it.each([
		{ FirstName: TEST },
		{ Email: `${TEST}@test.com` },
		{ Email: ` ${TEST.toLowerCase()}@TEST.com ` },
		{ Description: TEST },
		{ OfferTitle: TEST },
		{ UserDetails: { Company: TEST } },
		{ CustomerInfo: JSON.stringify({ Title: TEST }) },
		{ LeadSource: `${TEST}-${TEST}|Offer` },
		{ LeadSource: `SPZA-INS|${TEST}` },
		{ LeadSource: 'SPZA', ActionCode: TEST },
		{ note: TEST },
	])('is true for %j', (fields) => {
		expect(parseLead(record(fields)).isTest).toBe(true);
	});

	it.each([
		{ Description: `Is ${TEST} one of yours?` },
		{ Description: `${TEST} ${TEST}` },
		{ Company: 'MSFT_TEST_' },
		{ Company: 'MSFT_TEST_x' },
		{ Email: `${TEST}@contoso.com` },
		{ [TEST]: 'x' },
	])('is false for %j', (fields) => {
		expect(parseLead(record(fields)).isTest).toBe(false);
	});

	it('brings no warnings of what test leads always have', () => {
		for (const name of ['https-test-lead', 'salesforce-test-lead']) {
			const warnings = parseLead(sampleRecord(name)).warnings.join();
			expect(warnings).not.toMatch(/phone|known one|names the offer/);
		}
	});
});

describe('description and campaign', () => {
	it.each([
		['Campaigns: spring', 'Campaigns: spring', 'spring'],
		['Campaigns: ', 'Campaigns:', ''],
		['campaign:a, b\nPlease call.', 'campaign:a, b\nPlease call.', 'a, b'],
		[' ', '', ''],
		[' Please call. ', 'Please call.', ''],
		['Our Campaigns: none', 'Our Campaigns: none', ''],
		[null, '', ''],
	])('of %j', (Description, description, campaign) => {
		expect(parseLead(record({ Description }))).toMatchObject({ description, campaign });
	});

	it('take the campaign from the listing URL where the description has none', () => {
		const lead = parseLead(record({ Description: 'Campaigns: ', mktcmpid: 'x1', partnerid: '7' }));
		expect(lead.campaign).toBe('x1');
		expect(lead.properties).toEqual({ mktcmpid: 'x1', partnerid: '7' });
		expect(parseLead(record({ utm_campaign: 'u', Campaign: 'c' })).campaign).toBe('c');
		expect(parseLead(record({ utm_campaign: 'u' })).campaign).toBe('u');
		expect(parseLead(record({ Description: 'Campaigns: d', mktcmpid: 'x1' })).campaign).toBe('d');
	});
});

describe('createdAt', () => {
	const at = '2018-10-02T08:15:29.000Z';

	it.each([
		[at, at],
		['2018-10-02T08:15:29Z', at],
		['2018-10-02T08:15:29', at],
		['2018-10-02 08:15:29', at],
		['2018-10-02T10:15:29+02:00', at],
		['2018-10-02T10:15:29+02', at],
		['2018-10-02T13:45:29+05:30', at],
		['2018-10-02T03:15:29.000-0500', at],
		['2018-10-02T08:15:29.1239999Z', '2018-10-02T08:15:29.123Z'],
		['2018-10-02T08:15:29.5Z', '2018-10-02T08:15:29.500Z'],
		[' 2018-10-02T08:15:29Z ', at],
		['2018-12-31T23:59:59Z', '2018-12-31T23:59:59.000Z'],
		['2018-10-02', '2018-10-02T00:00:00.000Z'],
		['/Date(1538468129000)/', at],
		['/Date(1538468129000+0200)/', at],
		[1538468129000, at],
		[1538468129, at],
		['1538468129000', at],
		[new Date(at), at],
	])('of %j', (CreatedTime, expected) => {
		expect(parseLead(record({ CreatedTime }))).toMatchObject({
			createdAt: expected,
			properties: {},
			warnings: [],
		});
	});

	it.each([
		'yesterday',
		'10/2/2018',
		'2018-02-30T00:00:00Z',
		'2018-13-01',
		'2018-10-02T24:00:00Z',
		'2018-10-02T25:00:00Z',
		'2018-10-02T08:60:00Z',
		'2018-10-02T08:15:60Z',
		'2018-13-02T08:15:29Z',
		'0088-06-23T18:28:56Z',
		'0088-06-23T18:28:56+00:00',
		'0001-01-01T00:00:00',
		'1970-01-01T00:00:00Z',
		'9999-12-31T23:59:59-14:00',
		'2018-10-02T08:15:29Z; DROP TABLE',
		0,
		-1,
		7,
		1e300,
		true,
		['2018-10-02'],
	])('of %j is empty, and the value kept', (CreatedTime) => {
		const lead = parseLead(record({ CreatedTime }));
		expect(lead).toMatchObject({ createdAt: '', properties: { CreatedTime } });
		expect(lead.warnings).toEqual([
			'The time in "CreatedTime" could not be read. It was kept as a property.',
		]);
	});

	it('is never made up', () => {
		expect(parseLead(record()).createdAt).toBe('');
		expect(parseLead(record({ CreatedTime: null })).createdAt).toBe('');
	});
});

describe('receivedAt', () => {
	it('is what the caller says, in UTC', () => {
		const { receivedAt } = parseLead(record(), { receivedAt: '2026-03-01T13:00:00+01:00' });
		expect(receivedAt).toBe(RECEIVED_AT);
	});

	it.each([{}, { receivedAt: 'soon' }] satisfies ParseContext[])('is now for %j', (context) => {
		const before = Date.now();
		const at = Date.parse(parseLead(record(), context).receivedAt);
		expect(at).toBeGreaterThanOrEqual(before);
		expect(at).toBeLessThanOrEqual(Date.now());
	});
});

describe('properties', () => {
	it('are every field that has no place of its own, by the name it came under', () => {
		const extra = { 'My Field': 1, my_field: [1, { a: null }], MYFIELD: '', on: true };
		expect(parseLead(record(extra)).properties).toEqual(extra);
	});

	it('are there for an unknown field of the customer too', () => {
		const lead = parseLead(record({ UserDetails: { Region: 'EMEA' } }));
		expect(lead.properties).toEqual({ Region: 'EMEA' });
	});
});

describe('raw', () => {
	it('is there on request only', () => {
		expect('raw' in parseLead(record())).toBe(false);
		expect('raw' in parseLead(record(), { includeRaw: false })).toBe(false);
		expect(parseLead(record(), { includeRaw: true }).raw).toEqual(record());
		expect(parseLead('SPZA-INS|a.b', { includeRaw: true }).raw).toBe('SPZA-INS|a.b');
	});

	it('shares nothing with the properties', () => {
		const lead = parseLead(record({ list: [1] }), { includeRaw: true });
		(lead.properties['list'] as number[]).push(2);
		expect(lead.raw).toEqual(record({ list: [1] }));
	});
});

describe('a lead that was parsed before', () => {
	const received = record({ ActionCode: 'PLT', Phone: '5', extra: { a: [1] } });
	const lead = parseLead(received, { receivedAt: RECEIVED_AT, destination: 'https' });

	it('comes out as it was, also when it went through JSON', () => {
		expect(lead.warnings.length).toBeGreaterThan(1);
		expect(parseLead(lead)).toEqual(lead);
		expect(parseLead(JSON.parse(JSON.stringify(lead)))).toEqual(lead);
		expect(parseLead(lead, { destination: 'marketo', receivedAt: '2030-01-01' })).toEqual(lead);
	});

	it('gets its stage by the guide of this call', () => {
		expect(lead.stage).toBe('initialInterest');
		const newer = parseLead(lead, { stageGuide: 'partnerCenter' });
		expect(newer).toEqual({ ...lead, stage: 'active' });
		expect(parseLead(newer)).toEqual(lead);
	});

	it('keeps its raw record, when asked to', () => {
		const withRaw = parseLead(received, { receivedAt: RECEIVED_AT, includeRaw: true });
		expect(parseLead(withRaw, { includeRaw: true })).toEqual(withRaw);
		expect('raw' in parseLead(withRaw)).toBe(false);
		expect(parseLead(lead, { includeRaw: true }).raw).toEqual(lead);
	});

	it('stays one that must not be contacted, whatever else was edited', () => {
		const forbidden = parseLead(record({ DoNotCall: true }));
		expect(parseLead({ ...forbidden, stage: 'active' })).toEqual(forbidden);
		expect(parseLead({ ...lead, leadSource: 'SPZA-DNC|a.b' }).contactAllowed).toBe(false);
		expect(parseLead({ ...lead, action: { code: 'dnc2' } }).contactAllowed).toBe(false);
		const dnc = parseLead({ ...lead, action: { code: 'DNC' } });
		expect(dnc).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
	});

	it('is mended where somebody broke it', () => {
		const broken = {
			...lead,
			id: null,
			destination: 'elsewhere',
			source: { code: 'spza', name: 7 },
			offer: { title: ['x'] },
			customer: { email: { a: 1 }, original: 'x', phone: 7 },
			properties: [1],
			createdAt: 'yesterday',
			receivedAt: 'today',
			warnings: [7, 'Kept.', '', 'Kept.', { a: 1 }],
			isTest: 'yes',
			description: null,
		};
		const mended = parseLead(broken, { receivedAt: RECEIVED_AT });
		expect(mended).toMatchObject({
			id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
			destination: '',
			source: { code: 'SPZA', name: 'AppSource' },
			offer: { id: '', publisherId: '', offerId: '', title: '', publisherName: '' },
			properties: {},
			createdAt: '',
			receivedAt: RECEIVED_AT,
			warnings: ['Kept.'],
			isTest: false,
			description: '',
		});
		expect(mended.customer).toMatchObject({ email: '', phone: '7', firstName: '' });
		expect(mended.customer.original).toEqual({ email: '', phone: '', country: '' });
		expect(parseLead(mended)).toEqual(mended);
	});
});
