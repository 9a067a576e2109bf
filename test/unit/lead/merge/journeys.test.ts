import { mergeLeads, parseLead, readMergedCustomer, spansOffers } from '../../../../nodes/lead';
import { customersOf, lead } from './support';

const TEST = 'MSFT_TEST_636573304831318844';
const KIM = { FirstName: 'Kim', LastName: 'Sample', Company: 'Contoso' };

describe('test drive, get it now, purchase, with three spellings of the address', () => {
	const journey = [
		lead('TestDrive-StartTestDrive|contoso.crm', { ...KIM, Email: 'Kim@Contoso.com ' }, { day: 1 }),
		lead('AzureMarketplace-INS|contoso.crm', { Email: 'mailto:kim@contoso.com' }, { day: 5 }),
		lead(
			'AzurePortal-Create|contoso.crm',
			{ FirstName: 'Kimberly', Email: '"Sample, Kim" <kim@contoso.com>', Country: 'US' },
			{ day: 9, OfferDisplayName: 'Contoso CRM' },
		),
	];
	const [customer, ...others] = customersOf(journey);

	it('is one customer', () => {
		expect(others).toEqual([]);
		expect(customer).toMatchObject({
			identity: { by: 'email', value: 'kim@contoso.com' },
			groupedBy: 'customer',
			contactAllowed: true,
			isTest: false,
		});
		expect(customer!.id).toMatch(/^[0-9a-f]{32}$/);
	});

	it('has its steps in order, and the stage it has come to', () => {
		expect(customer!.journey.map(({ action, stage }) => [action.code, stage])).toEqual([
			['StartTestDrive', 'trial'],
			['INS', 'initialInterest'],
			['Create', 'active'],
		]);
		expect(customer).toMatchObject({
			stage: 'active',
			firstSeenAt: '2026-03-01T00:00:00.000Z',
			lastSeenAt: '2026-03-09T00:00:00.000Z',
		});
	});

	it('has the newest of each field, and says where it is from', () => {
		expect(customer!.customer).toEqual({
			firstName: 'Kimberly',
			lastName: 'Sample',
			fullName: 'Kimberly Sample',
			email: 'kim@contoso.com',
			domain: 'contoso.com',
			phone: '',
			country: 'US',
			company: 'Contoso',
			title: '',
		});
		const [first, , last] = journey;
		expect(customer!.origins).toMatchObject({
			lastName: { leadId: first!.id, destination: 'azureTable', time: first!.createdAt },
			firstName: { leadId: last!.id, destination: 'azureTable', time: last!.createdAt },
			fullName: { leadId: last!.id },
			email: { leadId: last!.id },
			phone: { leadId: '', destination: '', time: '', receivedAt: '' },
		});
	});

	it('has its offer once, with the title that one lead knew', () => {
		expect(customer!.offers).toMatchObject([{ id: 'contoso.crm', title: 'Contoso CRM' }]);
	});

	it('keeps the highest stage when the customer comes back', () => {
		const back = lead(
			'AzureMarketplace-INS|contoso.crm',
			{ Email: 'kim@contoso.com' },
			{ day: 20 },
		);
		expect(customersOf([...journey, back])).toMatchObject([{ stage: 'active' }]);
	});
});

describe('two people of one company', () => {
	const company = { Company: 'Contoso', Phone: '+16175550199' };

	it('are two, by their addresses', () => {
		const kim = lead('SPZA-INS|contoso.crm', { ...company, Email: 'kim@contoso.com' });
		const sam = lead('SPZA-PLT|contoso.crm', { ...company, Email: 'sam@contoso.com' });
		expect(customersOf([kim, sam])).toHaveLength(2);
	});

	it('are two, by their names', () => {
		const kim = lead('SPZA-INS|contoso.crm', { Company: 'Contoso', FullName: 'Kim Sample' });
		const sam = lead('SPZA-PLT|contoso.crm', { Company: 'Contoso', FullName: 'Sam Sample' });
		const again = lead('SPZA-PLT|a.b', {
			Company: 'CONTOSO',
			FirstName: 'Kim',
			LastName: 'Sample',
		});
		const found = customersOf([kim, sam, again]);
		expect(found.map(({ identity }) => identity)).toEqual([
			{ by: 'companyAndName', value: 'contoso | kim sample' },
			{ by: 'companyAndName', value: 'contoso | sam sample' },
		]);
	});

	it('stand alone with half a name, however often it is the same', () => {
		const half = (row: string) =>
			lead('SPZA-INS|contoso.crm', { Company: 'Contoso', FirstName: 'Kim' }, { row });
		expect(customersOf([half('1'), half('2')])).toHaveLength(2);
	});

	it('are told apart by nothing but the number where nothing else came', () => {
		const call = (row: string) => lead('SPZA-INS|contoso.crm', { Phone: '+16175550199' }, { row });
		const found = customersOf([call('1'), call('2')]);
		expect(found).toMatchObject([{ identity: { by: 'phone', value: '+16175550199' } }]);
		expect(found[0]!.journey).toHaveLength(2);
	});

	it('do not join a customer with an address by a number alone', () => {
		const known = lead('SPZA-INS|a.b', { ...company, Email: 'kim@contoso.com' });
		expect(customersOf([known, lead('SPZA-PLT|a.b', company)])).toHaveLength(2);
	});
});

describe('a lead that says do not contact', () => {
	const kim = { Email: 'kim@contoso.com' };
	const crm = lead('SPZA-PLT|contoso.crm', kim, { day: 3 });
	const heads = lead('SPZA-DNC|contoso.erp', kim, { day: 1 });
	const sam = lead('SPZA-PLT|contoso.crm', { Email: 'sam@contoso.com' }, { day: 4 });

	it('marks its customer and nobody else, whichever came first', () => {
		expect(customersOf([crm, heads, sam])).toMatchObject([
			{ contactAllowed: false, stage: 'doNotContact', identity: { value: 'kim@contoso.com' } },
			{ contactAllowed: true, stage: 'active', identity: { value: 'sam@contoso.com' } },
		]);
	});

	it('marks the customer for every offer', () => {
		const byOffer = customersOf([crm, heads, sam], 'customerAndOffer');
		expect(byOffer.map(({ offers, stage }) => [offers[0]?.id, stage])).toEqual([
			['contoso.erp', 'doNotContact'],
			['contoso.crm', 'doNotContact'],
			['contoso.crm', 'active'],
		]);
	});

	it('marks a customer that was merged before', () => {
		const earlier = customersOf([crm], 'customerAndOffer');
		expect(earlier).toMatchObject([{ contactAllowed: true }]);
		const later = customersOf([...earlier, heads], 'customerAndOffer');
		expect(later.map(({ contactAllowed }) => contactAllowed)).toEqual([false, false]);
	});

	it('counts where it stands in an edited step', () => {
		const [customer] = customersOf([crm]);
		const [step] = customer!.journey;
		const journey = [{ ...step, action: { code: 'PLT-DNC', name: '' } }];
		expect(readMergedCustomer({ ...customer, journey }, 'cloudPartnerPortal')).toMatchObject({
			contactAllowed: false,
			journey: [{ contactAllowed: false, stage: 'doNotContact' }],
		});
	});

	it('is not undone by an edited journey', () => {
		const [marked] = customersOf([heads]);
		const edited = { ...marked, contactAllowed: true };
		expect(readMergedCustomer(edited, 'cloudPartnerPortal')).toMatchObject({
			contactAllowed: false,
			stage: 'doNotContact',
		});
	});
});

describe('a test lead', () => {
	it('is a customer of its own, also with the address of a real one', () => {
		const customer = { Email: 'kim@contoso.com' };
		const real = lead('SPZA-INS|contoso.crm', customer);
		const test = lead('SPZA-INS|contoso.crm', { ...customer, Company: TEST }, { row: 'test' });
		const found = customersOf([real, test]);
		expect(found.map(({ isTest }) => isTest).sort()).toEqual([false, true]);
		expect(new Set(found.map(({ id }) => id)).size).toBe(2);
	});

	it('that says do not contact leaves the real customer as it was', () => {
		const real = lead('SPZA-INS|a.b', { Email: 'kim@contoso.com' });
		const test = lead('SPZA-DNC|a.b', { Email: 'kim@contoso.com', Company: TEST }, { row: 'test' });
		const [one] = customersOf([real, test]).filter(({ isTest }) => !isTest);
		expect(one).toMatchObject({ contactAllowed: true });
	});
});

describe('a lead without data, as from .edu addresses', () => {
	it('stands alone', () => {
		const empty = (row: string) => lead('SPZA-INS|contoso.crm', {}, { row });
		const found = customersOf([empty('1'), empty('2'), empty('1')]);
		expect(found.map(({ identity }) => identity.by)).toEqual(['lead', 'lead']);
	});

	it('stands alone over HTTPS too, where its id is that of its content', () => {
		const at = (receivedAt: string) =>
			parseLead({ LeadSource: 'SPZA', ActionCode: 'INS', UserDetails: {} }, { receivedAt });
		const [one, other] = [at('2026-03-01T00:00:00Z'), at('2026-03-02T00:00:00Z')];
		expect(one.id).toBe(other.id);
		expect(customersOf([one, other, one])).toHaveLength(2);
	});
});

describe('the same lead', () => {
	const row = (fields: object, receivedAt: string) =>
		parseLead(
			{ PartitionKey: 'p', RowKey: '1', LeadSource: 'SPZA-INS|contoso.crm', ...fields },
			{ receivedAt },
		);

	it('read twice is one step, at the time it was first read', () => {
		const twice = [
			row({ Email: 'kim@contoso.com' }, '2026-03-02T00:00:00Z'),
			row({ Email: 'kim@contoso.com' }, '2026-03-01T00:00:00Z'),
		];
		expect(customersOf(twice)[0]!.journey).toMatchObject([
			{ time: '2026-03-01T00:00:00.000Z', receivedAt: '2026-03-02T00:00:00.000Z' },
		]);
	});

	it('edited between is what it was made, but never contactable again', () => {
		const before = row({ Email: 'kim@contoso.com', DoNotCall: true }, '2026-03-01T00:00:00Z');
		const after = row(
			{ Email: 'kim@contoso.com', Phone: '+16175550199', LeadSource: 'SPZA-PLT|contoso.crm' },
			'2026-03-02T00:00:00Z',
		);
		for (const given of [
			[before, after],
			[after, before],
		]) {
			expect(customersOf(given)).toMatchObject([
				{
					contactAllowed: false,
					customer: { phone: '+16175550199' },
					journey: [{ action: { code: 'PLT' }, contactAllowed: false, stage: 'doNotContact' }],
				},
			]);
		}
	});

	it('sent over HTTPS at another time is a step of its own', () => {
		const at = (receivedAt: string) =>
			parseLead(
				{ LeadSource: 'SPZA', ActionCode: 'INS', UserDetails: { Email: 'kim@contoso.com' } },
				{ receivedAt },
			);
		const [customer] = customersOf([at('2026-03-01T00:00:00Z'), at('2026-03-08T00:00:00Z')]);
		expect(customer!.journey).toHaveLength(2);
	});
});

describe('groupBy', () => {
	const kim = { Email: 'kim@contoso.com' };
	const both = [lead('SPZA-INS|contoso.crm', kim), lead('SPZA-PLT|contoso.erp', kim, { day: 2 })];

	it('by offer keeps offers apart, each with its own stage', () => {
		expect(customersOf(both, 'customerAndOffer')).toMatchObject([
			{ offers: [{ id: 'contoso.crm' }], stage: 'initialInterest', groupedBy: 'customerAndOffer' },
			{ offers: [{ id: 'contoso.erp' }], stage: 'active', groupedBy: 'customerAndOffer' },
		]);
	});

	it('by offer cannot take a customer of several apart', () => {
		const [merged] = customersOf(both);
		expect(spansOffers(merged!)).toBe(true);
		expect(() => mergeLeads([merged!], 'customerAndOffer')).toThrow(RangeError);
	});
});

it('steps of one instant stand in the order of their stages', () => {
	const kim = { Email: 'kim@contoso.com' };
	const leads = [
		lead('SPZA-PLT|contoso.crm', kim, { row: 'a' }),
		lead('SPZA-INS|contoso.crm', kim, { row: 'c' }),
		lead('TestDrive-StartTestDrive|contoso.crm', kim, { row: 'b' }),
	];
	const [customer] = customersOf(leads);
	expect(customer!.journey.map(({ stage }) => stage)).toEqual([
		'initialInterest',
		'trial',
		'active',
	]);
});

describe('the whole name', () => {
	it('of two halves is from the newer one', () => {
		const first = lead('SPZA-INS|a.b', { Email: 'kim@contoso.com', FirstName: 'Kim' }, { day: 1 });
		const last = lead('SPZA-INS|a.b', { Email: 'kim@contoso.com', LastName: 'Sample' }, { day: 2 });
		expect(customersOf([first, last])[0]!.origins.fullName.leadId).toBe(last.id);
	});

	it.each([
		['two halves of two leads', [{ FirstName: 'Kim' }, { LastName: 'Sample' }], 'Kim Sample'],
		['a newer half', [{ FullName: 'Kim Sample' }, { FirstName: 'Kim' }], 'Kim Sample'],
		['a newer whole', [{ FullName: 'Kim Sample' }, { FullName: 'Kim Jones' }], 'Kim Jones'],
		['nothing', [{}, {}], ''],
	])('of %s', (_name, parts, expected) => {
		const leads = parts.map((part, index) =>
			lead('SPZA-INS|a.b', { Email: 'kim@contoso.com', ...part }, { day: index + 1 }),
		);
		expect(customersOf(leads)[0]!.customer.fullName).toBe(expected);
	});
});

it('100,000 leads are merged in one run', () => {
	const base = lead('SPZA-INS|contoso.crm', KIM);
	const many = Array.from({ length: 100_000 }, (_, index) => ({
		...base,
		id: `p/${index}`,
		customer: { ...base.customer, email: `kim${index % 30_000}@contoso.com` },
	}));
	expect(mergeLeads(many)).toHaveLength(30_000);
});
