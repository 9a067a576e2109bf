/**
 * Hostile records: nested 100,000 levels deep (as values, in CustomerInfo, in a parsed lead), rings
 * and values that multiply, strings of a megabyte in every field and of many kinds, `__proto__` and
 * constructor keys at several depths, keys that differ in case only at every depth, inherited
 * fields, wrong types in every field, lone surrogates, NUL, numbers beyond any range, getters and
 * proxies that throw, 100,000 keys, keys of a megabyte.
 */
import { parseLead, readLeadInput } from '../../../nodes/lead';
import { expectWellFormed, record } from './support';

const DEEP = 100_000;
const MEGABYTE = 1_000_000;

/** Every field by the names of some destination. */
const NAMES =
	'UserDetails CustomerInfo FirstName LastName FullName Email Phone Country Company Title LeadSource LeadSourceCode ActionCode ProductId OfferTitle PublisherDisplayName Description CreatedTime PartitionKey RowKey Timestamp Id oid attributes leadid marketoGUID mktcmpid Subject DoNotCall'.split(
		' ',
	);

/** Every part of a lead of ours. */
const PARTS = Object.keys(parseLead(record(), { includeRaw: true }));

function nested(levels: number, leaf: unknown = 'leaf'): unknown {
	let value = leaf;
	for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { a: value };
	return value;
}

function parseEverywhere(value: unknown): void {
	for (const name of NAMES) {
		expectWellFormed(parseLead(record({ [name]: value })));
		expectWellFormed(parseLead({ UserDetails: { [name]: value } }));
	}
	expectWellFormed(parseLead(Object.fromEntries(NAMES.map((name) => [name, value]))));
	for (const name of PARTS) {
		expectWellFormed(parseLead({ ...parseLead(record()), [name]: value }, { includeRaw: true }));
	}
	expectWellFormed(parseLead(value));
}

describe('depth', () => {
	const LEFT_OUT = [
		'Values nested more than 32 levels deep were left out.',
		'What was left out may say not to contact the customer, so contact is not allowed.',
	];

	it('of 100,000 levels is cut, with a warning', () => {
		const lead = parseLead(record({ extra: nested(DEEP) }), { includeRaw: true });
		expect(lead.warnings).toEqual(LEFT_OUT);
		expect(JSON.stringify(lead.properties).length).toBeLessThan(200);
		expectWellFormed(lead);
		expect(parseLead(lead, { includeRaw: true })).toEqual(lead);
	});

	it('of 100,000 levels harms no field', () => {
		parseEverywhere(nested(DEEP));
	});

	it('of 50,000 levels in the text of CustomerInfo is cut as well', () => {
		const text = `{"Email":"a@b.com","x":${'['.repeat(DEEP / 2)}${']'.repeat(DEEP / 2)}}`;
		const lead = parseLead({ LeadSource: 'SPZA-INS|a.b', CustomerInfo: text });
		expect(lead.customer.email).toBe('a@b.com');
		expect(lead.contactAllowed).toBe(false);
		expect(lead.warnings).toEqual(expect.arrayContaining(LEFT_OUT));
	});

	it('that is taken as input is kept whole', () => {
		const given = record({ extra: nested(31) });
		expect(readLeadInput(given).ok).toBe(true);
		const lead = parseLead(given);
		expect(lead.properties).toEqual({ extra: nested(31) });
		expect(parseLead(parseLead(lead))).toEqual(lead);
	});

	it('of keys that differ in case only is read once', () => {
		let duplicates: unknown = 1;
		for (let i = 0; i < 31; i++) duplicates = { key: duplicates, KEY: i };
		expect(readLeadInput(record({ duplicates })).ok).toBe(true);
		expectWellFormed(parseLead(record({ duplicates }), { destination: 'https' }));
	});

	it('of a ring is cut', () => {
		const ring: Record<string, unknown> = record();
		ring['self'] = ring;
		const lead = parseLead(ring);
		expect(lead.warnings).toEqual(LEFT_OUT);
		expectWellFormed(lead);
	});
});

describe('number', () => {
	it('of values that multiply is bounded', () => {
		let many: unknown[] = [1];
		for (let i = 0; i < 30; i++) many = [many, many];
		const lead = parseLead(record({ many }));
		expect(lead.warnings[0]).toBe('Only the first 5000 values of the record were read.');
		expect(lead.contactAllowed).toBe(false);
	});

	it('of 100,000 keys is bounded', () => {
		const keys = Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, i]);
		const lead = parseLead({ ...record(), ...Object.fromEntries(keys) });
		expect(Object.keys(lead.properties).length).toBeLessThan(5_000);
		expect(lead).toMatchObject({ contactAllowed: false, customer: { email: 'megan@contoso.com' } });
		expect(parseLead(lead)).toEqual(lead);
	});

	it('of 100,000 spellings of one field is read', () => {
		const keys = Array.from({ length: 100_000 }, (_, i) => [
			'LeadSource'.replace('S', '_'.repeat(i % 30) + 'S') + '-'.repeat(i),
			'SPZA-DNC',
		]).slice(0, 1_000);
		const lead = parseLead(Object.fromEntries(keys));
		expect(lead.contactAllowed).toBe(false);
	});

	it('of a list that is only long is bounded', () => {
		expectWellFormed(parseLead(record({ extra: new Array(4_000_000_000) })));
	});
});

describe('a megabyte', () => {
	it.each([
		['letters', 'a'],
		['spaces', ' '],
		['line ends', '\r\n'],
		['dashes', '-'],
		['dashes and letters', '-a'],
		['known sources', 'SPZA-'],
		['known actions', '-INS'],
		['bars', '|'],
		['dots', '.'],
		['at signs', 'a@'],
		['e-mail hosts', 'a@b.'],
		['digits', '1'],
		['plus signs', '+1'],
		['brackets', '(('],
		['commas', 'a,'],
		['combining marks', 'e\u0301'],
		['ligatures that grow', '\ufdfa'],
		['test placeholders', 'MSFT_TEST_1 '],
		['test digits', 'MSFT_TEST_1'],
		['campaigns', 'Campaigns:'],
		['lone surrogates', '\ud800'],
		['NUL', '\0'],
		['unclosed JSON', '[{"a":'],
		['escapes', '\\"'],
		['dates', '2018-10-02T'],
		['refusals', 'dnC'],
	])('of %s in any field is read', (_name, piece) => {
		const text = piece.repeat(Math.floor(MEGABYTE / piece.length));
		// Field by field, a tenth of it is enough to show whoever needs the square of it.
		const tenth = text.slice(0, MEGABYTE / 10);
		for (const name of NAMES) {
			const lead = parseLead(record({ [name]: tenth }));
			expect(lead.warnings.join('').length).toBeLessThan(2_000);
		}
		const all = parseLead(Object.fromEntries(NAMES.map((name) => [name, text])));
		expect(all.warnings.join('').length).toBeLessThan(2_000);
		expect(parseLead(all)).toEqual(all);
		parseLead({ [text]: text });
	});
});

describe('prototypes', () => {
	const EVIL = [
		'{"__proto__":{"polluted":1,"LeadSource":"SPZA-DNC"},"LeadSource":"SPZA-INS|a.b"}',
		'{"constructor":{"prototype":{"polluted":1}},"LeadSource":"SPZA-INS|a.b"}',
		'{"LeadSource":"SPZA-INS|a.b","a":{"__proto__":{"polluted":1},"b":[{"prototype":{"polluted":1}}]}}',
		'{"LeadSource":"SPZA-INS|a.b","UserDetails":{"__proto__":{"Email":"a@b.com","polluted":1}}}',
		'{"LeadSource":"SPZA-INS|a.b","CustomerInfo":"{\\"__proto__\\":{\\"polluted\\":1}}"}',
		'{"LeadSource":"SPZA-INS|a.b","a":{"__proto\\u0000__":{"polluted":1}},"__proto\\u0000__":{"polluted":1}}',
		'{"LeadSource":"SPZA-INS|a.b","_-_proto__":{"polluted":1}}',
	];

	it.each(EVIL)('stay clean of %s', (text) => {
		const before = Object.getOwnPropertyNames(Object.prototype);
		const given: unknown = JSON.parse(text);
		const lead = parseLead(given, { includeRaw: true });
		expectWellFormed(lead);
		expect(lead).toMatchObject({ leadSource: 'SPZA-INS|a.b', customer: { email: '' } });
		// What is left out is asked before, whether it says not to contact the customer.
		expect(lead.contactAllowed).toBe(!text.includes('DNC'));
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
		expect((lead.properties as Record<string, unknown>)['polluted']).toBeUndefined();
		expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
	});

	it('keys are told of', () => {
		expect(parseLead(JSON.parse(EVIL[0]!)).warnings).toContain(
			'Fields named "__proto__", "constructor" or "prototype" were left out.',
		);
	});

	it('in a lead parsed before stay clean as well', () => {
		const evil: unknown = JSON.parse(
			JSON.stringify(parseLead(record({ extra: 1 }))).replace(
				/"(properties|customer|offer|source)":\{/g,
				'"$1":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
			),
		);
		const lead = parseLead(evil);
		expectWellFormed(lead);
		expect(lead.properties).toEqual({ extra: 1 });
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});

	it('lend no field to a lead', () => {
		const heir: unknown = Object.create(record({ FirstName: 'Megan' }));
		expect(parseLead(heir)).toMatchObject({ leadSource: '', customer: { firstName: '' } });
		const lead = parseLead({});
		const inherited = ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'constructor'];
		for (const name of inherited) {
			expect(parseLead({ LeadSource: name, Country: name, ActionCode: name })).toMatchObject({
				customer: { country: name },
				stage: 'unknown',
			});
		}
		expect(JSON.stringify(lead)).not.toMatch(/function|native|undefined/);
	});

	it('are not needed by a record', () => {
		const bare = Object.assign(Object.create(null) as object, record());
		expect(parseLead(bare).leadSource).toBe('SPZA-INS|contoso.crm');
	});
});

describe('values', () => {
	it.each([
		['undefined', undefined],
		['a list', ['x', ['y']]],
		['an empty list', []],
		['an object', { toString: 'x', valueOf: 1, toJSON: 'y', length: 9, then: 1 }],
		['an empty object', {}],
		['true', true],
		['NaN', NaN],
		['infinity', Infinity],
		['minus zero', -0],
		['1e400', JSON.parse('1e400')],
		['1e308', 1e308],
		['5e-324', 5e-324],
		['bigint', 10n ** 400n],
		['a symbol', Symbol('x')],
		['a function', () => 'SPZA-INS|a.b'],
		['a date', new Date()],
		['no date', new Date(NaN)],
		['a map', new Map([['Email', 'a@b.com']])],
		['bytes', new Uint8Array(10)],
		['a buffer', Buffer.from('SPZA')],
		['a boxed text', Object('SPZA-INS|a.b')],
		['a lone surrogate', 'a\ud800b'],
		['a turned pair', '\udc00\ud800'],
		['NUL', '\0a\0'],
		['a byte order mark', '\ufeff'],
		['right-to-left override', '\u202e\u2066'],
		['markup', '<img src=x onerror=alert(1)>'],
		['a formula', '=HYPERLINK("http://x")'],
		['an expression', '{{ $env.SECRET }}'],
	])('of a wrong kind do no harm in any field: %s', (_name, value) => {
		parseEverywhere(value);
	});

	it('lose what no store takes as text, with a warning', () => {
		const lead = parseLead(record({ Company: 'Con\0to\ud800so', 'a\0': 'b\0' }));
		expect(lead.customer.company).toBe('Conto\ufffdso');
		expect(lead.properties).toEqual({ a: 'b' });
		expect(lead.warnings).toEqual(['Characters that are not valid text were replaced or removed.']);
	});
});

describe('objects that throw', () => {
	const fail = (): never => {
		throw new Error('secret');
	};
	const revoked = Proxy.revocable({}, {});
	revoked.revoke();
	const UNREADABLE = 'Values that could not be read were left out.';

	it.each([
		['a revoked proxy', revoked.proxy],
		['a proxy without keys', new Proxy({}, { ownKeys: fail })],
		['a proxy without values', new Proxy({ Email: 1 }, { get: fail })],
		['a proxy without descriptors', new Proxy({ a: 1 }, { getOwnPropertyDescriptor: fail })],
		['a toJSON that throws', { toJSON: fail }],
		['a getter that throws', Object.defineProperty({}, 'a', { enumerable: true, get: fail })],
	])('do no harm in any field: %s', (_name, value) => {
		parseEverywhere(value);
	});

	it('lose the field that throws and nothing else', () => {
		const given = Object.defineProperty(record(), 'Phone', { enumerable: true, get: fail });
		const lead = parseLead(given);
		expect(lead.customer).toMatchObject({ email: 'megan@contoso.com', phone: '' });
		expect(lead.warnings[0]).toBe(UNREADABLE);
		expect(lead.contactAllowed).toBe(false);
	});

	it('lose the part that throws when they were a lead before', () => {
		const given = Object.defineProperty({ ...parseLead(record()) }, 'contactAllowed', {
			enumerable: true,
			get: fail,
		});
		expect(parseLead(given).warnings).toContain(UNREADABLE);
	});
});

it('takes over no more than 50 warnings of 500 characters from a lead parsed before', () => {
	const lead = parseLead(record());
	const long = Array.from({ length: 100_000 }, (_, i) => `${i} ${'x'.repeat(1_000)}\ud800`);
	const again = parseLead({ ...lead, warnings: long });
	expectWellFormed(again);
	expect(again.warnings).toHaveLength(50);
	expect(parseLead(again)).toEqual(again);
});

it('says no more than 50 things about one lead', () => {
	const flags = Array.from({ length: 1_000 }, (_, i) => [`DoNotCall${'_'.repeat(i % 39)}`, true]);
	const spaced = Object.fromEntries(
		flags.map(([name, set], i) => [`${' '.repeat(i % 30)}${name}`, set]),
	);
	expect(parseLead(record(spaced)).warnings.length).toBeLessThanOrEqual(50);
});
