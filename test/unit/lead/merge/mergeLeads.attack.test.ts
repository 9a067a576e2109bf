/**
 * Hostile inputs:
 * - merged customers with any value in any field and in any step: other types, `__proto__`,
 *   constructor, NUL, lone surrogates, a megabyte, times that are none
 * - journeys that are empty, hold a step twice, hold 100,000 steps, or hold steps of test leads
 * - identities and ids that are names of prototypes' fields; leads whose parts try to look like
 *   other leads' keys
 */
import {
	looksMerged,
	mergeLeads,
	parseLead,
	readMergedCustomer,
	type Lead,
	type MergedCustomer,
} from '../../../../nodes/lead';
import { customersOf, lead } from './support';

const KIM = { Email: 'kim@contoso.com', FirstName: 'Kim', Company: 'Contoso' };
const [WHOLE] = customersOf([
	lead('SPZA-INS|contoso.crm', KIM, { day: 1 }),
	lead('SPZA-PLT|contoso.crm', KIM, { day: 2 }),
]) as [MergedCustomer];
const read = (value: unknown) => readMergedCustomer(value, 'cloudPartnerPortal');

const VALUES: unknown[] = [
	undefined,
	null,
	true,
	0,
	1e308,
	'',
	'x',
	'DNC',
	'\0\ud800',
	'x'.repeat(1_000_000),
	[],
	[[]],
	[null],
	{},
	{ __proto__: { by: 'email', value: 'x' } },
	JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
	{ toString: 'x', length: 9, by: 'constructor', value: '__proto__' },
];

/** What every merged customer is. Throws where one is not. */
function expectWellFormed(customer: MergedCustomer): void {
	expect(JSON.parse(JSON.stringify(customer))).toEqual(customer);
	expect(JSON.stringify(customer)).not.toMatch(/\\u0000|\\ud800/);
	expect(customer.journey.length).toBeGreaterThan(0);
	for (const { time, leadId } of customer.journey) {
		expect(new Date(time).toISOString()).toBe(time);
		expect(leadId).not.toBe('');
	}
	if (customer.journey.some((step) => !step.contactAllowed)) {
		expect(customer.contactAllowed).toBe(false);
	}
	expect(customer.stage === 'doNotContact').toBe(!customer.contactAllowed);
	expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

describe('a merged customer', () => {
	const paths = [
		...Object.keys(WHOLE).map((name) => [name]),
		...Object.keys(WHOLE.customer).map((name) => ['customer', name]),
		...Object.keys(WHOLE.journey[0]!).map((name) => ['journey', '0', name]),
		['identity', 'by'],
		['identity', 'value'],
		['origins', 'email'],
		['origins', 'email', 'time'],
		['journey', '0'],
		['journey', '0', 'action', 'code'],
		['journey', '0', 'offer', 'id'],
	];

	it.each(paths.map((path) => [path.join('.'), path] as const))(
		'with anything in %s is refused, or read well',
		(_name, path) => {
			for (const value of VALUES) {
				const given = structuredClone(WHOLE) as unknown as Record<string, unknown>;
				let holder = given;
				for (const name of path.slice(0, -1)) holder = holder[name] as Record<string, unknown>;
				holder[path.at(-1)!] = value;
				const customer = read(given);
				if (!customer) continue;
				expectWellFormed(customer);
				for (const merged of customersOf([customer, WHOLE])) expectWellFormed(merged);
			}
		},
	);

	it.each([[null], ['x'], [[]], [{}], [{ journey: {} }], [{ journey: [], identity: null }]])(
		'is not %j',
		(value) => {
			expect(looksMerged(value)).toBe(false);
			expect(read(value)).toBeUndefined();
		},
	);

	it('is not what it only inherits', () => {
		expect(read(Object.create(WHOLE))).toBeUndefined();
	});

	it('that holds a step twice has it once when it is merged', () => {
		const customer = read({ ...WHOLE, journey: [...WHOLE.journey, ...WHOLE.journey] })!;
		expect(customersOf([customer])).toEqual([WHOLE]);
	});

	it('with the step of a test lead is a test', () => {
		const [first, second] = WHOLE.journey;
		const customer = read({ ...WHOLE, journey: [first, { ...second, isTest: true }] })!;
		expect(customer.isTest).toBe(true);
		expect(customersOf([customer, WHOLE])).toHaveLength(2);
	});

	it('with 100,000 steps is merged', () => {
		const [step] = WHOLE.journey;
		const journey = Array.from({ length: 100_000 }, (_, i) => ({ ...step, leadId: `p/${i}` }));
		const customer = read({ ...WHOLE, journey })!;
		const [merged] = customersOf([customer, customer]);
		expect(merged!.journey).toHaveLength(100_000);
	});
});

describe('leads', () => {
	const named = (customer: Partial<Lead['customer']>, id = 'x'): Lead => {
		const base = parseLead({ LeadSource: 'SPZA-INS|a.b' });
		return { ...base, id, customer: { ...base.customer, ...customer } };
	};

	it('named like fields of prototypes are customers like any other', () => {
		const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
		const leads = names.flatMap((name) => [
			named({ email: `${name}@contoso.com` }),
			named({ company: name, fullName: `${name} ${name}` }, name),
			named({}, name),
		]);
		expect(customersOf(leads)).toHaveLength(leads.length);
	});

	it('cannot be written so that they are taken for another', () => {
		const leads = [
			named({ company: 'a | b', fullName: 'c d' }),
			named({ company: 'a', fullName: 'b | c d' }),
			named({ company: 'a b', fullName: 'c d' }),
			named({}, 'p 2026-03-01T00:00:00.000Z'),
			named({}, 'p'),
			named({}, '["","p",""]'),
		];
		// The first and the third differ in punctuation only.
		expect(customersOf(leads)).toHaveLength(leads.length - 1);
	});

	it('with a megabyte in every field are merged', () => {
		const long = 'x y '.repeat(250_000);
		const text = { company: long, fullName: long, email: long, phone: long };
		const merges = mergeLeads([named(text, '1'), named(text, '2')]);
		expect(merges.map(({ customer }) => customer.identity.by)).toEqual(['lead', 'lead']);
	});
});
