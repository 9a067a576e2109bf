import { parseLead, readLeadInput } from '../../../nodes/lead';
import { expectWellFormed, RECEIVED_AT, sampleRecord, sampleText } from './support';

const TEST = 'MSFT_TEST_636573304831318844';
const JOHN = {
	firstName: 'John',
	lastName: 'Smith',
	fullName: 'John Smith',
	email: 'jsmith@microsoft.com',
	domain: 'microsoft.com',
	phone: '1234567890',
	country: 'US',
	company: 'Microsoft',
	title: 'CTO',
	original: { email: 'jsmith@microsoft.com', phone: '1234567890', country: 'US' },
};
const TESTER = {
	firstName: TEST,
	lastName: TEST,
	fullName: `${TEST} ${TEST}`,
	email: `${TEST}@test.com`.toLowerCase(),
	domain: '',
	phone: '1234567890',
	country: 'US',
	company: TEST,
	title: TEST,
	original: { email: `${TEST}@test.com`, phone: '1234567890', country: 'US' },
};
const PHONE_WARNING =
	'The phone number "1234567890" is not a valid one in US. It was left as it came.';

/** What the five published shapes are, whole; `id` where the destination gives one. */
const EXPECTED = {
	'azure-table-row': {
		id: '2018-10-02/7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
		destination: 'azureTable',
		leadSource: 'AzureMarketplace-INS|checkpoint.check-point-r77-10sg-byol',
		source: { code: 'AzureMarketplace', name: 'Azure Marketplace' },
		action: { code: 'INS', name: 'Installation or Free Trial' },
		offer: {
			id: 'checkpoint.check-point-r77-10sg-byol',
			publisherId: 'checkpoint',
			offerId: 'check-point-r77-10sg-byol',
			title: 'vSEC Check Point',
			publisherName: 'Check Point',
		},
		stage: 'initialInterest',
		contactAllowed: true,
		isTest: false,
		customer: JOHN,
		description: '',
		campaign: '',
		properties: {},
		createdAt: '2018-10-02T08:15:29.000Z',
		warnings: [PHONE_WARNING],
	},
	'https-camel-case': {
		destination: 'https',
		leadSource: 'SPZA-PLT|Contoso CRM add-on',
		source: { code: 'SPZA', name: 'AppSource' },
		action: { code: 'PLT', name: 'Partner-Led Trial' },
		offer: {
			id: '',
			publisherId: '',
			offerId: '',
			title: 'Contoso CRM add-on',
			publisherName: '',
		},
		stage: 'active',
		contactAllowed: true,
		isTest: false,
		customer: JOHN,
		description: 'Campaigns:',
		campaign: '',
		properties: {},
		createdAt: '',
		warnings: [PHONE_WARNING],
	},
	'https-power-automate': {
		destination: 'https',
		leadSource: 'AzureMarketplace-INS|Test Microsoft',
		source: { code: 'AzureMarketplace', name: 'Azure Marketplace' },
		action: { code: 'INS', name: 'Installation or Free Trial' },
		offer: { id: '', publisherId: '', offerId: '', title: 'Test Microsoft', publisherName: '' },
		stage: 'initialInterest',
		contactAllowed: true,
		isTest: false,
		customer: {
			firstName: 'Some',
			lastName: 'One',
			fullName: 'Some One',
			email: 'someone@contoso.com',
			domain: 'contoso.com',
			phone: '+16175555555',
			country: 'US',
			company: 'Contoso',
			title: 'Esquire',
			original: { email: 'someone@contoso.com', phone: '16175555555', country: 'USA' },
		},
		description: 'Test run through Power Automate',
		campaign: '',
		properties: {},
		createdAt: '',
		warnings: [],
	},
	'https-test-lead': {
		destination: 'https',
		leadSource: 'AzureMarketplace-INS|Contoso Test',
		source: { code: 'AzureMarketplace', name: 'Azure Marketplace' },
		action: { code: 'INS', name: 'Installation or Free Trial' },
		offer: { id: '', publisherId: '', offerId: '', title: 'Contoso Test', publisherName: '' },
		stage: 'initialInterest',
		contactAllowed: true,
		isTest: true,
		customer: TESTER,
		description: TEST,
		campaign: '',
		properties: {},
		createdAt: '2018-03-22T15:48:03.131Z',
		warnings: [],
	},
	'salesforce-test-lead': {
		destination: 'salesforce',
		leadSource: `${TEST}-${TEST}|Contoso Offer`,
		source: { code: TEST, name: TEST },
		action: { code: TEST, name: TEST },
		offer: { id: '', publisherId: '', offerId: '', title: 'Contoso Offer', publisherName: '' },
		stage: 'unknown',
		contactAllowed: true,
		isTest: true,
		customer: TESTER,
		description: TEST,
		campaign: '',
		properties: {},
		createdAt: '2018-03-22T15:48:03.131Z',
		warnings: ['The lead source is that of a test lead: it has no real source and action.'],
	},
};

describe.each(Object.entries(EXPECTED))('the sample %s', (name, expected) => {
	const parse = (record: unknown) => parseLead(record, { receivedAt: RECEIVED_AT });

	it('is the lead it should be', () => {
		const lead = parse(sampleRecord(name));
		expect(lead).toEqual({ id: lead.id, receivedAt: RECEIVED_AT, ...expected });
		expectWellFormed(lead);
	});

	it('has an id that stays', () => {
		const { id } = parse(sampleRecord(name));
		if (!('id' in expected)) expect(id).toMatch(/^[0-9a-f]{32}$/);
		expect(parse(sampleRecord(name)).id).toBe(id);
		expect(parseLead(sampleRecord(name), { receivedAt: '2030-01-01T00:00:00Z' }).id).toBe(id);
	});

	it.each([
		['lower case', (key: string) => key.toLowerCase()],
		['upper case', (key: string) => key.toUpperCase()],
		['camel case', (key: string) => key.charAt(0).toLowerCase() + key.slice(1)],
	])('is the same lead with its keys in %s', (_case, change) => {
		// The text of CustomerInfo is a value, so its keys are left alone here.
		expect(parse(withKeys(sampleRecord(name), change))).toEqual(parse(sampleRecord(name)));
	});

	it('is the same lead when it is parsed again', () => {
		const lead = parse(sampleRecord(name));
		expect(parseLead(lead)).toEqual(lead);
	});

	it('is taken as text, with a byte order mark and as text within text', () => {
		const text = sampleText(name);
		for (const body of [text, `\ufeff${text}`, JSON.stringify(text)]) {
			const input = readLeadInput(body);
			expect(input).toEqual({ ok: true, records: [sampleRecord(name)], isList: false });
		}
	});
});

function withKeys(value: unknown, change: (key: string) => string): unknown {
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, child]) => [change(key), withKeys(child, change)]),
	);
}
