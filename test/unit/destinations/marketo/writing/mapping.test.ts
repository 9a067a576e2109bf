import {
	toPerson,
	type WritePlace,
} from '../../../../../nodes/destinations/marketo/writing/mapping.ts';
import type { PersonField } from '../../../../../nodes/destinations/marketo/metadata.ts';
import { parseLead } from '../../../../../nodes/lead/index.ts';
import type { JsonObject, Lead } from '../../../../../nodes/lead/types.ts';

const NAMES =
	'email firstName lastName phone country company title leadSource description:text:2000 unsubscribed:boolean region employees:integer visited:date score:score'.split(
		' ',
	);

function field(name: string, type = 'string', length = 255): PersonField {
	const common = { readOnly: false, required: false, choices: [] };
	return { name, label: name.toUpperCase(), type, length, ...common };
}

function place(changes: Partial<WritePlace> = {}, ...others: PersonField[]): WritePlace {
	const known = NAMES.map((text) => {
		const [name = '', type, length] = text.split(':');
		return field(name, type, Number(length ?? 255));
	});
	return {
		fields: new Map([...known, ...others].map((one) => [one.name, one])),
		where: 'form',
		leadSourceField: 'leadSource',
		leadIdField: '',
		...changes,
	};
}

function lead(details: JsonObject = {}, rest: JsonObject = {}): Lead {
	const UserDetails = { FirstName: 'Kim', LastName: 'Sample', Email: 'Kim@b.example', ...details };
	const record = { UserDetails, LeadSource: 'SPZA-INS|contoso.add-on', ...rest };
	return {
		...parseLead(record, { destination: 'https', receivedAt: '2026-03-01T12:00:00Z' }),
		id: 'one',
	};
}

const person = (one: Lead, additional: JsonObject = {}, where = place()) =>
	toPerson({ lead: one, additional }, where);

it('fills the fields that Microsoft’s connector fills, and no empty ones', () => {
	expect(person(lead({ Country: 'USA', Phone: '617 555 5555' }))).toEqual({
		email: 'Kim@b.example',
		fields: {
			email: 'Kim@b.example',
			firstName: 'Kim',
			lastName: 'Sample',
			phone: '617 555 5555',
			country: 'USA',
			leadSource: 'SPZA-INS|contoso.add-on',
		},
		key: expect.stringMatching(/^[0-9a-f]{32}$/),
		query: expect.stringMatching(/^marketplaceLeadId=[0-9a-f]{32}$/),
		time: Date.parse('2026-03-01T12:00:00Z'),
		missing: [],
	});
});

it('names the lead source in the field that is chosen for it', () => {
	const where = place({ leadSourceField: 'marketplaceSource' }, field('marketplaceSource'));
	const { fields } = person(lead(), {}, where);
	expect(fields).toMatchObject({ marketplaceSource: 'SPZA-INS|contoso.add-on' });
	expect(fields).not.toHaveProperty('leadSource');
});

it.each([
	'<kim@b.example>',
	'\u202akim@b.example\u202c',
	'mailto:kim@b.example',
	'kim@b.example;',
	'kim@b.example\u200b',
	'Kim Sample <kim@b.example>',
])('writes the address in %j', (Email) => {
	expect(person(lead({ Email })).email).toBe('kim@b.example');
	expect(person(lead(), { email: Email }).fields).toMatchObject({ email: 'kim@b.example' });
});

it('writes the domain of an address as mail servers know it', () => {
	expect(person(lead({ Email: 'kim@bücher.example' })).email).toBe('kim@xn--bcher-kva.example');
});

it.each([
	[{ FirstName: '', LastName: '', FullName: 'Kim Sample' }, undefined, 'Kim Sample'],
	[{ FirstName: 'Kim', LastName: '', FullName: 'Kim van Sample' }, 'Kim', 'van Sample'],
	[{ FirstName: 'Kim', LastName: '', FullName: '' }, 'Kim', undefined],
])('keeps a name that came whole: %j', (details, firstName, lastName) => {
	const { fields } = person(lead(details));
	expect([fields['firstName'], fields['lastName']]).toEqual([firstName, lastName]);
});

it('has the same key for the same lead, whatever else is written', () => {
	const { key } = person(lead());
	expect(person(lead({ Title: 'CEO' }), { region: 'x' }).key).toBe(key);
	expect(person({ ...lead(), id: 'two' }).key).not.toBe(key);
});

it('takes the earlier of both times, and now for none', () => {
	const createdAt = '2026-02-01T00:00:00.000Z';
	expect(person({ ...lead(), createdAt }).time).toBe(Date.parse(createdAt));
	const future = { ...lead(), createdAt: '2999-01-01T00:00:00.000Z' };
	expect(person(future).time).toBe(Date.parse('2026-03-01T12:00:00Z'));
	const none = { ...lead(), createdAt: '', receivedAt: 'never' };
	const now = Date.now();
	const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
	expect(person(none).time).toBe(now);
	clock.mockRestore();
});

it('keeps the id in the field for it, or its digest where it is too long', () => {
	const where = place({ leadIdField: 'region' });
	expect(person(lead(), {}, where).fields['region']).toBe('one');
	const long = person({ ...lead(), id: 'x'.repeat(256) }, {}, where);
	expect(long.fields['region']).toBe(long.key);
});

it.each([
	['employees', '50', 50],
	['employees', 7.5, 7.5],
	['unsubscribed', 'yes', true],
	['unsubscribed', 0, false],
	['visited', '2026-03-01T10:00:00.000Z', '2026-03-01'],
	['region', ['a', 'b', 3], 'a;b;3'],
	['region', { a: 1 }, '{"a":1}'],
	['region', 'two\nlines\u0000', 'two lines'],
	['description', 'two\r\nlines', 'two\nlines'],
	['region', `${'x'.repeat(254)}😀`, 'x'.repeat(254)],
])('writes %s %j as %j', (name, value, expected) => {
	expect(person(lead(), { [name]: value }).fields[name]).toBe(expected);
});

it('says what the form wants and the lead does not have', () => {
	const wanted = { ...field('industry'), required: true, label: 'Industry' };
	expect(person(lead(), {}, place({}, wanted)).missing).toEqual(['Industry']);
	expect(person(lead(), { industry: 'x' }, place({}, wanted)).missing).toEqual([]);
});

it('keeps the parameters of the listing’s address up to their bound', () => {
	const properties = { mktcmpid: 'a&b', long: 'x'.repeat(1_000), partnerid: 'c', Email: 'x@y.z' };
	const { query } = person({ ...lead(), properties });
	expect([...new URLSearchParams(query).keys()]).toEqual([
		'marketplaceLeadId',
		'mktcmpid',
		'partnerid',
	]);
	expect(new URLSearchParams(query).get('mktcmpid')).toBe('a&b');
});

describe('a person who must not be contacted', () => {
	it.each([
		[{ LeadSource: 'SPZA-DNC|contoso.add-on' }, { leadSource: 'Marketplace' }],
		[{ DoNotContact: true }, { unsubscribed: false }],
		[{ LeadSource: `${'Long '.repeat(60)}-DNC|contoso.crm` }, {}],
	])('%j is unsubscribed whatever additional fields hold: %j', (said, additional) => {
		expect(person(lead({}, said), additional).fields).toMatchObject({ unsubscribed: true });
	});

	it('is left to the lead source that says so', () => {
		const dnc = lead({}, { LeadSource: 'SPZA-DNC|contoso.add-on' });
		expect(person(dnc).fields).not.toHaveProperty('unsubscribed');
	});
});
