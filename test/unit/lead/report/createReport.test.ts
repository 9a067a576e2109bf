import { mergeLeads, parseLead } from '../../../../nodes/lead';
import { reportText } from '../../../../nodes/lead/report';
import { leadOf, march, report, rowsOf, WEEK } from './support';

const INTEREST = 'AzureMarketplace-INS|contoso.crm';
const TRIAL = 'TestDrive-StartTestDrive|contoso.crm';
const ACTIVE = 'SPZA-PLT|contoso.crm';
const FORBIDDEN = 'SPZA-DNC|contoso.erp';

describe('what is counted', () => {
	const leads = [
		leadOf('kim', 2, INTEREST),
		leadOf('kim', 9, TRIAL),
		leadOf('kim', 10, ACTIVE),
		leadOf('sam', 3, INTEREST),
		leadOf('lou', 14, INTEREST),
		leadOf('ann', 8, FORBIDDEN),
		leadOf('old', 1, INTEREST, { CreatedTime: '2026-02-20T00:00:00Z' }),
		leadOf('new', 15, INTEREST),
	];
	const given = report(leads);

	it('has both periods, whole days of the zone', () => {
		expect(given).toMatchObject({
			period: { firstDay: '2026-03-08', lastDay: '2026-03-14', days: 7 },
			previousPeriod: { firstDay: '2026-03-01', lastDay: '2026-03-07', days: 7 },
			leads: { count: 4, previous: 2, difference: 2 },
			customers: { count: 3, previous: 2, difference: 1 },
			leftOut: { testLeads: 0, beforePeriods: 1, afterPeriod: 1 },
		});
	});

	it('knows who is new, who came again and who must be left alone', () => {
		expect(given).toMatchObject({
			newCustomers: { count: 2, share: 0.6667, previous: 2 },
			repeatCustomers: { count: 1, share: 0.3333, previous: 0 },
			doNotContact: { count: 1, share: 0.3333, previous: 0, previousShare: 0 },
		});
	});

	it('is told by stage, in the order of the way: leads by their own, customers by the furthest', () => {
		expect(rowsOf(given, 'stage')).toEqual([
			['Initial Interest', 1, 2, 1],
			['Trial', 1, 0, 0],
			['Active', 1, 0, 1],
			['Do Not Contact', 1, 0, 1],
		]);
	});

	it('is told by source, action and offer, most leads first', () => {
		expect(rowsOf(given, 'source')).toEqual([
			['AppSource', 2, 0, 2],
			['Azure Marketplace', 1, 2, 1],
			['Test Drive', 1, 0, 1],
		]);
		expect(rowsOf(given, 'action').map(([name]) => name)).toEqual([
			'Installation or Free Trial',
			'Do Not Contact',
			'Partner-Led Trial',
			'Start Test Drive',
		]);
		expect(rowsOf(given, 'offer')).toEqual([
			['contoso.crm', 3, 2, 2],
			['contoso.erp', 1, 0, 1],
		]);
	});

	it('is told by day beside the day before, and by week', () => {
		expect(given.days.map(({ leads }) => leads)).toEqual([1, 1, 1, 0, 0, 0, 1]);
		expect(given.days[1]).toEqual({
			day: '2026-03-09',
			leads: 1,
			customers: 1,
			previousLeads: 1,
		});
		expect(given.weeks).toEqual([
			{ firstDay: '2026-02-16', week: '2026-W08', leads: 1, customers: 1, isWhole: true },
			{ firstDay: '2026-02-23', week: '2026-W09', leads: 0, customers: 0, isWhole: true },
			{ firstDay: '2026-03-02', week: '2026-W10', leads: 3, customers: 3, isWhole: true },
			{ firstDay: '2026-03-09', week: '2026-W11', leads: 3, customers: 2, isWhole: false },
		]);
	});

	it('says how far customers came, and how long it took', () => {
		expect(given.conversions).toEqual([
			{
				from: 'initialInterest',
				to: 'trial',
				customers: 4,
				converted: 1,
				share: 0.25,
				medianDays: 7,
				inPeriod: { count: 1, previous: 0, difference: 1 },
			},
			expect.objectContaining({ from: 'trial', to: 'active', customers: 1, medianDays: 1 }),
			expect.objectContaining({ from: 'initialInterest', to: 'active', medianDays: 8 }),
		]);
	});

	it('has a subject and a text', () => {
		expect(given.subject).toBe('Marketplace leads, 8–14 Mar 2026: 4 leads (+2), 3 customers');
		expect(reportText(given)).toMatch(
			/^Marketplace leads, 8–14 Mar 2026\nCompared with 1–7 Mar 2026\n\nLeads: 4 \(\+2\)\n/,
		);
	});
});

it('takes the way back for no conversion', () => {
	const { conversions } = report([leadOf('kim', 2, ACTIVE), leadOf('kim', 9, INTEREST)]);
	expect(conversions.map(({ converted }) => converted)).toEqual([0, 0, 0]);
});

it('does not let what happened later into the numbers of before', () => {
	const { doNotContact, by } = report([
		leadOf('kim', 2, INTEREST),
		leadOf('kim', 9, 'SPZA-DNC|contoso.crm'),
	]);
	expect(doNotContact).toMatchObject({ count: 1, previous: 0 });
	expect(by.stage.rows.map(({ code, previousCustomers }) => [code, previousCustomers])).toEqual([
		['initialInterest', 1],
		['doNotContact', 0],
	]);
});

it('tells country and campaign, also where they did not come', () => {
	const given = report([
		leadOf('kim', 9, INTEREST, { customer: { Country: 'Germany' }, mktcmpid: 'Spring' }),
		leadOf('sam', 9, INTEREST, { customer: { Country: 'DE' }, mktcmpid: 'spring' }),
		leadOf('lou', 9, INTEREST, { customer: { Country: 'Nowhere' } }),
		leadOf('ann', 9, INTEREST),
	]);
	expect(rowsOf(given, 'country').map(([name, leads]) => [name, leads])).toEqual([
		['Germany', 2],
		['Not known', 1],
		['Nowhere', 1],
	]);
	expect(given.by.campaign.rows.map(({ leads }) => leads)).toEqual([2, 2]);
	expect(given.by.campaign.rows.map(({ name }) => name)).toContain('No campaign');
});

it('leaves test leads out, or counts them', () => {
	const test = parseLead({
		...{ LeadSource: 'MSFT_TEST_1-MSFT_TEST_1|CRM', Email: 'MSFT_TEST_1@test.com' },
		CreatedTime: '2026-03-09T00:00:00Z',
	});
	const leads = [leadOf('kim', 9), test];
	expect(report(leads)).toMatchObject({ leads: { count: 1 }, leftOut: { testLeads: 1 } });
	const all = report(leads, { includeTestLeads: true });
	expect(all).toMatchObject({ leads: { count: 2 }, leftOut: { testLeads: 0 } });
});

it('bounds the rows, and counts a customer of several of the others once', () => {
	const leads = Array.from({ length: 50 }, (_, at) =>
		leadOf('kim', 9, `AzureMarketplace-INS|contoso.offer${String(at).padStart(2, '0')}`),
	);
	const { rows, others } = report(leads, { maxRows: 13 }).by.offer;
	expect(rows).toHaveLength(13);
	expect(others).toEqual({
		...{ rows: 37, leads: 37, customers: 1 },
		...{ previousLeads: 0, previousCustomers: 0 },
	});
});

it('tells what is missing, unusable and normalised', () => {
	const { dataQuality } = report([
		leadOf('kim', 9, INTEREST, {
			customer: { Email: ' Kim@Contoso.com ', Phone: '+1 (617) 555-0199', Country: 'Germany' },
		}),
		leadOf('sam', 9, INTEREST, { customer: { Email: 'n/a', Phone: '12', Country: 'Nowhere' } }),
		leadOf('lou', 9, INTEREST, { customer: { Email: 'noreply@contoso.com', Company: 'Contoso' } }),
		leadOf('ann', 2, INTEREST, { customer: { Email: '' } }),
	]);
	const of = (name: string) => dataQuality.find(({ field }) => field === name);
	expect(of('email')).toMatchObject({
		...{ missing: 0, unusable: 2, normalized: 1 },
		...{ previousMissing: 1, previousUnusable: 0 },
	});
	expect(of('phone')).toMatchObject({ missing: 1, unusable: 1, normalized: 1 });
	expect(of('country')).toMatchObject({ missing: 1, unusable: 1, normalized: 1 });
	expect(of('company')).toMatchObject({ missing: 2, unusable: 0 });
	expect(of('fullName')).toMatchObject({ missing: 3, previousMissing: 1 });
	// As forms and exports say that there is none.
	const nobody = { Company: 'Not Specified', FirstName: 'Test', LastName: 'User', Title: 'n/a' };
	const said = report([
		leadOf('kim', 9, INTEREST, { customer: nobody }),
		leadOf('sam', 9, INTEREST, { customer: { Company: '株式会社', FirstName: '山田' } }),
	]);
	expect(said.dataQuality.map(({ field, unusable }) => [field, unusable])).toEqual([
		['email', 0],
		['fullName', 1],
		['company', 1],
		['phone', 0],
		['country', 0],
		['title', 0],
	]);
});

it('takes customers that were merged, whole or by offer, and leads beside them', () => {
	const leads = [leadOf('kim', 2), leadOf('kim', 9, ACTIVE), leadOf('kim', 9, FORBIDDEN)];
	const byOffer = mergeLeads(leads, 'customerAndOffer').map(({ customer }) => customer);
	const expected = report(leads);
	expect(byOffer).toHaveLength(2);
	const { leads: count, customers, by, conversions } = report([...byOffer, leads[1]!]);
	expect({ count, customers, by, conversions }).toEqual({
		count: expected.leads,
		customers: expected.customers,
		by: expected.by,
		conversions: expected.conversions,
	});
});

describe('without a period', () => {
	const { period: _period, previousPeriod: _previous, ...options } = WEEK;

	it('takes everything up to today, and compares with nothing', () => {
		const leads = [leadOf('kim', 2), leadOf('sam', 9), leadOf('lou', 20)];
		const given = report(leads, { ...options, period: undefined as never });
		expect(given).toMatchObject({
			period: { firstDay: '2026-03-02', lastDay: '2026-03-09' },
			previousPeriod: { firstDay: '', lastDay: '', days: 0 },
			leads: { count: 2, previous: 0, difference: 0 },
			leftOut: { afterPeriod: 1 },
		});
	});

	it('of nothing is of today', () => {
		const given = report([], { ...options, period: undefined as never });
		expect(given).toMatchObject({
			period: { firstDay: '2026-03-15', lastDay: '2026-03-15', days: 1 },
			leads: { count: 0 },
			weeks: [{ leads: 0 }],
		});
	});
});

it('counts days in the zone that it is told', () => {
	const late = leadOf('kim', 14, INTEREST, { CreatedTime: '2026-03-14T23:30:00Z' });
	expect(report([late]).leads.count).toBe(1);
	expect(report([late], { timeZone: 'Europe/Berlin' }).leads.count).toBe(0);
	expect(() => report([late], { timeZone: 'Moon/Base' })).toThrow(RangeError);
});

it('has no more weeks than half a year', () => {
	const given = report([leadOf('kim', 1, INTEREST, { CreatedTime: '2001-01-01T00:00:00Z' })]);
	expect(given.weeks).toHaveLength(26);
	expect(march(14)).toBe(WEEK.period!.last);
});

it('has a title that no mail program decodes, and that ends with a whole character', () => {
	const { title, subject } = report([], { title: '=?utf-8?b?SGk=?= \u202eof us' });
	expect(title).toBe('= ?utf-8?b?SGk=?= of us');
	expect(subject).toMatch(/^= \?utf-8/);
	expect(report([], { title: `${'a'.repeat(199)}👨` }).title).toBe('a'.repeat(199));
});

describe('an offer that some leads name by its title alone', () => {
	const by = (name: string, day: number, id: string, title: string) =>
		leadOf(name, day, id === '' ? 'AzureMarketplace-INS' : `AzureMarketplace-INS|${id}`, {
			OfferDisplayName: title,
		});

	it('is one with that of the ID, and not silent where it only comes another way now', () => {
		const leads = [
			...[1, 2, 3, 4, 5, 6, 7].map((day) => by(`a${day}`, day, '', 'Contoso CRM')),
			...[8, 9, 10, 11, 12, 13, 14].map((day) => by(`b${day}`, day, 'contoso.crm', 'contoso  CRM')),
		];
		for (const order of [leads, leads.toReversed()]) {
			const made = report(order);
			expect(made.by.offer.rows).toMatchObject([
				{ code: 'contoso.crm', name: 'contoso CRM', leads: 7, previousLeads: 7 },
			]);
			expect(made.silence).toMatchObject({ silent: [], watchedOffers: 1, unwatchedOffers: 0 });
		}
	});

	it('is one of its own where several IDs have the title, and where there is none', () => {
		const codes = (...leads: ReturnType<typeof by>[]) =>
			report(leads)
				.by.offer.rows.map(({ code }) => code.toLowerCase())
				.sort();
		const ids = ['contoso.crm', 'contoso.erp', 'contoso.crm'].map((id, at) =>
			by(`c${at}`, 9, id, 'Suite'),
		);
		expect(codes(by('x', 9, '', 'Suite'), ...ids)).toEqual(['', 'contoso.crm', 'contoso.erp']);
		expect(codes(by('x', 9, '', ''), by('y', 9, 'contoso.crm', ' '))).toEqual(['', 'contoso.crm']);
		expect(
			codes(by('x', 9, '', 'A'), by('y', 9, 'CONTOSO.crm', 'a'), by('z', 9, 'contoso.crm', 'A')),
		).toEqual(['contoso.crm']);
	});
});

it('takes no day for silent, and no week for whole, that is still to come', () => {
	const everyday = Array.from({ length: 15 }, (_, at) => leadOf(`c${at}`, at + 1));
	// This month on its 15th, a Sunday.
	const month = { period: { first: march(1), last: march(31) } };
	const { silence, weeks } = report(everyday, month);
	expect([silence.silent, silence.watchedOffers]).toEqual([[], 1]);
	expect(weeks.map(({ firstDay, leads, isWhole }) => [firstDay, leads, isWhole])).toEqual([
		['2026-02-23', 1, true],
		['2026-03-02', 7, true],
		['2026-03-09', 7, false],
	]);
	// What has gone silent before today has, by the days that there were.
	const { silent } = report(everyday.slice(0, 9), month).silence;
	expect(silent.map(({ days }) => days)).toEqual([6, 6]);
});
