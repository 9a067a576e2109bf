/** Which leads are missing elsewhere: by customer, offer and time, whatever the order. */
import fc from 'fast-check';

import { missingLeadFinder, parseLead, repeatInListFinder } from '../../../../nodes/lead';
import type { Lead } from '../../../../nodes/lead';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 2, 1, 12);

const template = parseLead({ LeadSource: 'SPZA-PLT|contoso.crm', Email: 'kim@contoso.com' });

interface Given {
	id?: string;
	email?: string;
	offer?: Partial<Lead['offer']>;
	/** Hours from noon; `null` for a lead without a time. */
	at?: number | null;
	isTest?: boolean;
}

function lead({ id = 'x', email = 'kim@contoso.com', offer, at = 0, isTest = false }: Given): Lead {
	return {
		...template,
		...{ id, isTest },
		offer:
			offer === undefined ? template.offer : { ...template.offer, id: '', title: '', ...offer },
		customer: { ...template.customer, email },
		createdAt: at === null ? '' : new Date(NOON + at * HOUR).toISOString(),
	};
}

const compare = (given: Given, there: Given[], hours = 24) =>
	missingLeadFinder(there.map(lead))(lead({ id: 'export', ...given }), hours);

describe('a lead is there', () => {
	it.each([
		['at the very time', {}, {}, 'at the same time'],
		['23 hours later', {}, { at: 23 }, '23 hours apart'],
		['24 hours earlier', {}, { at: -24 }, '24 hours apart'],
		['an hour and a half later', {}, { at: 1.5 }, '90 minutes apart'],
		['a minute later', {}, { at: 1 / 60 }, '1 minute apart'],
		['without a time', {}, { at: null }, 'of which the times are not both known'],
		[
			'where it has no time itself',
			{ at: null },
			{ at: 900 },
			'of which the times are not both known',
		],
	])('%s', (_name, given, there, distance) => {
		const { isMissing, why, found } = compare(given, [{ id: 'crm', ...there }]);
		expect(why).toBe(`A lead of the same customer and offer, ${distance}.`);
		expect([isMissing, found.id]).toEqual([false, 'crm']);
	});

	it.each([
		[
			'under another spelling of the address',
			{ email: 'K.im@gmail.com' },
			{ email: 'kim@gmail.com' },
		],
		[
			'by the id in another case',
			{ offer: { id: 'Contoso.CRM' } },
			{ offer: { id: 'contoso.crm' } },
		],
		[
			'by the id, whatever the titles',
			{ offer: { id: 'contoso.crm', title: 'CRM' } },
			{ offer: { id: 'contoso.crm', title: 'Another' } },
		],
		['by the title', { offer: { title: 'Contoso  CRM ' } }, { offer: { title: 'contoso crm' } }],
		[
			'by the title, where only the other one has an id',
			{ offer: { title: 'CRM' } },
			{ offer: { id: 'contoso.crm', title: 'CRM' } },
		],
		[
			'by the title, where only this one has an id',
			{ offer: { id: 'contoso.crm', title: 'CRM' } },
			{ offer: { title: 'CRM' } },
		],
	])('%s', (_name, given, there) => {
		const { isMissing, why } = compare(given, [there]);
		expect([isMissing, why]).toEqual([false, expect.stringContaining('same customer and offer')]);
	});

	it.each([
		['an id and a title', { id: 'contoso.crm' }, { title: 'CRM' }],
		['a title and an id', { title: 'CRM' }, { id: 'contoso.crm' }],
		['an id and nothing', { id: 'contoso.crm', title: 'CRM' }, {}],
		['nothing and an id', {}, { id: 'contoso.crm', title: 'CRM' }],
		['nothing and nothing', {}, {}],
	])('where offers can not be compared, and it says so: %s', (_name, offer, other) => {
		const { isMissing, why } = compare({ offer }, [{ offer: other }]);
		expect(isMissing).toBe(false);
		expect(why).toContain('whose offer could not be compared');
		expect(compare({ offer }, [{ offer: other, at: 25 }]).isMissing).toBe(true);
	});

	it('which is the nearest one, and rather one whose offer is the same', () => {
		const there = [
			{ id: 'far', at: -20 },
			{ id: 'near', at: 3 },
			{ id: 'unknown', at: 0, offer: {} },
			{ id: 'other', at: 0, offer: { id: 'contoso.erp' } },
		];
		expect(compare({}, there).found).toEqual({ id: 'near', createdAt: '2026-03-01T15:00:00.000Z' });
	});
});

describe('a lead is missing', () => {
	it.each([
		['nothing is there', {}, [], 'There is no lead of this customer.'],
		[
			'of another customer',
			{},
			[{ email: 'lou@contoso.com' }],
			'There is no lead of this customer.',
		],
		['a test lead, not a real one', {}, [{ isTest: true }], 'There is no lead of this customer.'],
		[
			'a time too far away',
			{},
			[{ at: 24.001 }, { at: -24.001 }],
			'There is no lead of this customer for this offer within 24 hours.',
		],
		[
			'for another offer',
			{},
			[{ offer: { id: 'contoso.erp' } }],
			'There is no lead of this customer for this offer within 24 hours.',
		],
		[
			'with the same title, where the ids differ',
			{ offer: { id: 'contoso.crm', title: 'CRM' } },
			[{ offer: { id: 'contoso.crm-preview', title: 'CRM' } }],
			'There is no lead of this customer for this offer within 24 hours.',
		],
		[
			'by a title that another offer has',
			{ offer: { title: 'CRM' } },
			[{ offer: { id: 'contoso.erp', title: 'ERP' } }],
			'There is no lead of this customer for this offer within 24 hours.',
		],
		[
			'of nobody, who is not looked for',
			{ email: '' },
			[{ email: '' }],
			'The lead does not say who the customer is, so it could not be looked for.',
		],
	])('%s', (_name, given, there, why) => {
		const nothing = { id: '', createdAt: '' };
		expect(compare(given, there)).toEqual({ isMissing: true, why, found: nothing });
	});

	it('within fewer hours, or more', () => {
		expect(compare({}, [{ at: 2 }], 1)).toMatchObject({
			isMissing: true,
			why: 'There is no lead of this customer for this offer within 1 hour.',
		});
		expect(compare({}, [{ at: 100 }], 168).isMissing).toBe(false);
	});
});

const someLead = fc.record({
	email: fc.constantFrom('kim@contoso.com', 'lou@contoso.com', ''),
	offer: fc.constantFrom(
		{ id: 'contoso.crm' },
		{ id: 'contoso.crm', title: 'CRM' },
		{ id: 'contoso.erp', title: 'CRM' },
		{ title: 'CRM' },
		{ title: 'ERP' },
		{},
	),
	at: fc.option(fc.integer({ min: -60, max: 60 })),
	isTest: fc.boolean(),
});

/** The same, each lead held against each, in the plainest words. */
function isThere(one: Lead, other: Lead): boolean {
	const known = (name: 'id' | 'title') => one.offer[name] !== '' && other.offer[name] !== '';
	const isSameOffer = known('id')
		? one.offer.id === other.offer.id
		: known('title')
			? one.offer.title === other.offer.title
			: true;
	const isNear =
		one.createdAt === '' ||
		other.createdAt === '' ||
		Math.abs(Date.parse(one.createdAt) - Date.parse(other.createdAt)) <= 24 * HOUR;
	return (
		one.customer.email !== '' &&
		one.customer.email === other.customer.email &&
		one.isTest === other.isTest &&
		isSameOffer &&
		isNear
	);
}

it('finds what comparing each with each finds, in any order', () => {
	fc.assert(
		fc.property(fc.array(someLead, { maxLength: 12 }), someLead, (given, wanted) => {
			const there = given.map((each, at) => lead({ ...each, id: `${at}` }));
			const one = lead({ ...wanted, id: 'export' });
			const { isMissing, found } = missingLeadFinder(there)(one, 24);
			const matches = there.filter((other) => isThere(one, other));
			expect(isMissing).toBe(matches.length === 0);
			if (!isMissing) expect(matches.map(({ id }) => id)).toContain(found.id);
			expect(missingLeadFinder(there.toReversed())(one, 24).isMissing).toBe(isMissing);
		}),
		{ numRuns: 2_000 },
	);
});

it('takes one customer with a hundred thousand leads', () => {
	const there = Array.from({ length: 100_000 }, (_, at) => lead({ id: `${at}`, at: at * 50 }));
	const find = missingLeadFinder(there.toReversed());
	const missing = there.filter((each, at) => {
		const { found } = find({ ...each, id: 'export' }, 24);
		return found.id !== String(at);
	});
	expect(missing).toEqual([]);
});

describe('a lead that stands in the list before', () => {
	const repeated = (list: Lead[], hours = 24) => {
		const repeatOf = repeatInListFinder();
		return list.map((one) => repeatOf(one, hours)?.found.id ?? '');
	};

	it('is told with how far apart the two are', () => {
		const repeatOf = repeatInListFinder();
		expect(repeatOf(lead({ id: 'a' }), 24)).toBeUndefined();
		expect(repeatOf(lead({ id: 'b', at: -2.5 }), 24)).toEqual({
			isMissing: false,
			why: 'The same lead stands in the list before, 2 hours apart.',
			found: { id: 'a', createdAt: '2026-03-01T12:00:00.000Z' },
		});
	});

	it.each([
		['another action', { action: { ...template.action, code: 'INS' } }],
		['another source', { source: { ...template.source, code: 'AzurePortal' } }],
		['another offer', lead({ offer: { id: 'contoso.erp' } })],
		['another customer', lead({ email: 'lou@contoso.com' })],
		['a test', { isTest: true }],
		['a later day', lead({ at: 24.1 })],
		['no time', { createdAt: '' }],
	])('is none with %s', (_what, changes) => {
		expect(repeated([lead({}), { ...lead({}), ...changes }])).toEqual(['', '']);
	});

	it('is none of nobody, and of one that was a repeat itself', () => {
		expect(repeated([lead({ email: '' }), lead({ email: '' })])).toEqual(['', '']);
		const list = [0, 20, 40, 60, -30, 45].map((at) => lead({ id: `at ${at}`, at }));
		expect(repeated(list)).toEqual(['', 'at 0', '', 'at 40', '', 'at 40']);
		expect(repeated([lead({ id: 'x' }), lead({})], 0)).toEqual(['', 'x']);
	});
});
