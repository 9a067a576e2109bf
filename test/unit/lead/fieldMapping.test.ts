/** A user's own fields: rows of a CSV, another CRM or Partner Center's export become leads. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import fc from 'fast-check';

import {
	fieldMapping,
	MAPPABLE_FIELDS,
	mergeLeads,
	parseLead,
	pathOf,
	readLeadInput,
	readMergedCustomer,
	unknownNames,
	type JsonObject,
	type JsonValue,
	type MappableField,
} from '../../../nodes/lead';
import { contactName } from '../../../nodes/lead/contactWords';
import { findField, findHeader, LIKELY_HEADERS, WHOSE } from '../../../nodes/lead/fields';
import { expectWellFormed, RECEIVED_AT, sampleRecord } from './support';

const ROW = {
	Kontakt: 'Kim Sample',
	Postfach: 'Kim@Contoso.com',
	Anruf: '+1 617 253 1000',
	Staat: 'USA',
	Betrieb: 'Contoso',
	Rolle: 'CTO',
	Herkunft: 'AzureMarketplace',
	Typ: 'INS',
	Angebot: 'contoso.crm',
	Zeit: '2026-03-01T12:00:00Z',
	Nummer: 'row-7',
	Region: 'EMEA',
};

const MAPPING: Record<string, MappableField> = {
	Kontakt: 'fullName',
	Postfach: 'email',
	Anruf: 'phone',
	Staat: 'country',
	Betrieb: 'company',
	Rolle: 'title',
	Herkunft: 'leadSource',
	Typ: 'actionCode',
	Angebot: 'offerId',
	Zeit: 'createdAt',
	Nummer: 'leadId',
};

const mappingOf = (fields: Record<string, MappableField>, within?: string[]) =>
	fieldMapping(
		Object.entries(fields).map(([from, to]) => ({ from, to })),
		within,
	);

function read(record: unknown, fields: Record<string, MappableField>, within?: string[]) {
	const lead = parseLead(record, {
		receivedAt: RECEIVED_AT,
		fieldMapping: mappingOf(fields, within),
	});
	expectWellFormed(lead);
	return lead;
}

describe('mapped fields', () => {
	it('become the lead’s, and all others its properties', () => {
		const lead = read(ROW, MAPPING);
		expect(lead).toMatchObject({
			id: 'row-7',
			leadSource: 'AzureMarketplace-INS|contoso.crm',
			action: { code: 'INS' },
			offer: { id: 'contoso.crm' },
			createdAt: '2026-03-01T12:00:00.000Z',
			customer: {
				fullName: 'Kim Sample',
				email: 'kim@contoso.com',
				phone: '+16172531000',
				country: 'US',
				company: 'Contoso',
				title: 'CTO',
			},
			contactAllowed: true,
			properties: { Region: 'EMEA' },
			warnings: [],
		});
		expect(parseLead(lead)).toEqual(lead);
	});

	it.each([
		['another casing and punctuation', { ' CONTACT_PERSON: ': 'Kim' }, 'Contact person'],
		['a path', { person: { name: 'Kim' } }, 'person.name'],
		['an entry of a list', { people: [{ name: 'Kim' }] }, 'people[0].name'],
		['the path that the editor writes', { 'Contact person': 'Kim' }, "['Contact person']"],
		['a name with dots', { 'person.name': 'Kim' }, 'person.name'],
		['a path from the item', { name: 'Kim' }, 'body.name'],
		['a path from the item into a list', { name: 'Kim' }, 'body[0].name'],
		['spaces around it', { person: 'Kim' }, ' person '],
	])('may be named by %s', (_how, record, from) => {
		const lead = read({ LeadSource: 'SPZA-INS|a.b', ...record }, { [from]: 'firstName' }, ['body']);
		expect(lead.customer.firstName).toBe('Kim');
		expect(lead.warnings).toEqual(['The lead has no email address.']);
	});

	it('win over all others, and give way where they are empty', () => {
		const record = {
			UserDetails: { Email: 'in@b.com', Company: 'In' },
			Mine: 'mine@b.com',
			My: ' ',
		};
		const lead = read(record, { Mine: 'email', My: 'company' });
		expect(lead.customer).toMatchObject({ email: 'mine@b.com', company: 'In' });
		expect(lead.properties).toEqual({ Email: 'in@b.com' });
	});

	it('are taken by the mapping alone, whatever else they sound like', () => {
		const lead = read({ Title: 'Contoso', Email: 'a@b.com' }, { Title: 'company' });
		expect(lead.customer).toMatchObject({ company: 'Contoso', title: '' });
	});

	it('of several for one field the first that is not empty is taken', () => {
		const fields = { A: 'phone', B: 'phone', C: 'phone' } as const;
		const lead = read({ A: '', B: '+1 617 253 1000', C: '2', LeadSource: 'SPZA' }, fields);
		expect(lead.customer.phone).toBe('+16172531000');
		expect(lead.properties).toEqual({ C: '2' });
	});

	it('that hold no text are kept as properties, with a warning', () => {
		const lead = read({ Mail: { to: 'a@b.com' }, LeadSource: 'SPZA' }, { Mail: 'email' });
		expect(lead.properties).toEqual({ Mail: { to: 'a@b.com' } });
		expect(lead.warnings).toContain('The field "Mail" holds no text. It was kept as a property.');
	});

	it('that are not in the record are told of', () => {
		const lead = read({ Email: 'a@b.com', LeadSource: 'SPZA-INS' }, { Postfahc: 'email' });
		expect(lead).toMatchObject({ contactAllowed: true, customer: { email: 'a@b.com' } });
		expect(lead.warnings).toEqual([
			'The field "Postfahc", which is mapped to Email, is not in the record.',
		]);
	});

	it('make a lead of any record that has one of them', () => {
		const mapping = mappingOf(MAPPING);
		expect(readLeadInput({ Postfach: 'a@b.com' }).ok).toBe(false);
		for (const body of [ROW, [ROW, { Postfach: '' }], JSON.stringify([ROW])]) {
			expect(readLeadInput(body, mapping).ok).toBe(true);
		}
		expect(readLeadInput([ROW, { other: 1 }], mapping).ok).toBe(false);
	});

	it('lead to nothing that is not the record’s own', () => {
		for (const from of [
			'constructor',
			'__proto__',
			'toString',
			'a.constructor.name',
			'!!!',
			'[]',
		]) {
			const lead = read({ a: {}, LeadSource: 'SPZA' }, { [from]: 'company' });
			expect(lead.customer.company).toBe('');
			expect(lead.warnings).toContain(
				`The field "${from}", which is mapped to Company, is not in the record.`,
			);
		}
	});

	it('are as many as somebody likes, of a record as large as may be', () => {
		const record = Object.fromEntries(Array.from({ length: 4_900 }, (_, i) => [`n${i}`, i]));
		const fields = Object.fromEntries(
			Array.from({ length: 500 }, (_, i): [string, MappableField] => [`missing ${i}`, 'email']),
		);
		expect(read(record, fields).warnings).toHaveLength(50);
	});
});

describe('nobody is contacted who must not be', () => {
	it.each([
		['Bitte nicht', 'doNotContact', 'ja'],
		['Bitte nicht', 'doNotContact', 'x'],
		['Erlaubt', 'contactAllowed', 'nein'],
		['Erlaubt', 'contactAllowed', ''],
		['Erlaubt', 'contactAllowed', 'vielleicht'],
		['Typ', 'actionCode', 'DNC'],
		['Herkunft', 'leadSource', 'SPZA-DNC|contoso.crm'],
		['Herkunft', 'leadSource', 'DNC'],
	] as const)('when %s, mapped to %s, holds %j', (name, to, value) => {
		const lead = read({ ...ROW, [name]: value }, { ...MAPPING, [name]: to });
		expect(lead).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
		expect(parseLead(lead).contactAllowed).toBe(false);
	});

	it.each([
		['Bitte nicht', 'doNotContact', 'nein'],
		['Bitte nicht', 'doNotContact', ''],
		['Erlaubt', 'contactAllowed', 'ja'],
		['Typ', 'actionCode', 'INS'],
	] as const)('and all others are: %s, mapped to %s, holds %j', (name, to, value) => {
		const lead = read({ ...ROW, [name]: value }, { ...MAPPING, [name]: to });
		expect(lead.contactAllowed).toBe(true);
	});

	it.each(['doNotContact', 'contactAllowed'] as const)('when nothing is mapped to %s', (to) => {
		const lead = read(ROW, { ...MAPPING, 'Opt out': to });
		expect(lead.contactAllowed).toBe(false);
		expect(lead.warnings).toHaveLength(2);
	});

	it('when a statement that the mapping knows stands in a lead or customer read before', () => {
		const lead = parseLead(sampleRecord('https-camel-case'));
		const [merge] = mergeLeads([lead]);
		const mapping = mappingOf({ Gesperrt: 'doNotContact' });
		const held = { Gesperrt: 'ja' };
		expect(parseLead({ ...lead, ...held }, { fieldMapping: mapping }).contactAllowed).toBe(false);
		expect(parseLead(lead, { fieldMapping: mapping })).toEqual(lead);
		const read = (value: object) => readMergedCustomer(value, 'cloudPartnerPortal', mapping);
		expect(read({ ...merge?.customer, ...held })?.contactAllowed).toBe(false);
		expect(read({ ...merge?.customer })?.contactAllowed).toBe(true);
	});

	const STATEMENTS: readonly (readonly [string, JsonValue])[] = [
		['contactAllowed', false],
		['stage', 'doNotContact'],
		['Do Not Email', 'x'],
		['emailOptOut', '1'],
		['marketingConsent', 'no'],
		['Notes', 'AzureMarketplace-DNC|contoso.crm'],
		['LeadSource', 'SPZA-DNC|contoso.crm'],
		['UserDetails', { DoNotContact: true }],
		['CustomerInfo', '{"DoNotContact":true}'],
	];

	it('whatever is mapped to whatever', () => {
		const names = [...Object.keys(ROW), ...STATEMENTS.map(([name]) => name)];
		const entry = fc.tuple(
			fc.constantFrom(...names, 'UserDetails.DoNotContact', 'unknown'),
			fc.constantFrom(...MAPPABLE_FIELDS.map(({ value }) => value)),
		);
		fc.assert(
			fc.property(
				fc.constantFrom(...STATEMENTS),
				fc.array(entry, { maxLength: 8 }),
				([name, value], entries) => {
					const mapping = fieldMapping(entries.map(([from, to]) => ({ from, to })));
					const record: JsonObject = { ...ROW, [name]: value };
					const lead = parseLead(record, { fieldMapping: mapping, receivedAt: RECEIVED_AT });
					expectWellFormed(lead);
					expect(lead.contactAllowed).toBe(false);
					expect(parseLead(lead, { fieldMapping: mapping }).contactAllowed).toBe(false);
				},
			),
			{ numRuns: 400 },
		);
	});
});

describe('headers of other systems', () => {
	it.each(Object.entries(LIKELY_HEADERS))('for %s are known in any spelling', (field, headers) => {
		for (const header of headers) {
			for (const spelling of [
				header,
				header.toUpperCase(),
				header.toLowerCase(),
				header.replaceAll(' ', '_'),
				header.replaceAll(' ', ''),
				`${header}: `,
				`\ufeff${header} *`,
				header.startsWith('(') ? header : `${header} (required)`,
			]) {
				expect([spelling, findHeader(spelling)?.field]).toEqual([spelling, field]);
			}
			expect(['leadSource', 'state', undefined]).toContain(contactName(header));
			// A destination's own names are read as they always were.
			expect(findField(header)).toBeUndefined();
		}
	});

	it.each(WHOSE)('may say %s before the customer’s fields', (whose) => {
		for (const [name, field] of [
			['Email', 'email'],
			['E-mail address', 'email'],
			['First name', 'firstName'],
			['Company name', 'company'],
			['Job title', 'title'],
			['Phone', 'phone'],
			['Country/Region', 'country'],
			['Name', 'fullName'],
		]) {
			expect([name, findHeader(`${whose} ${name}`)?.field]).toEqual([name, field]);
			expect([name, findHeader(`${whose}.${name}`)?.field]).toEqual([name, field]);
		}
		expect(findHeader(`${whose} reference`)).toBeUndefined();
	});

	it.each([
		['username', 'Email 2', 'Position', 'Created By', 'Owner Email', 'Modified On', 'Email Domain'],
	])('are not guessed at where they could be something else', (...names) => {
		for (const name of names) expect([name, findHeader(name)]).toEqual([name, undefined]);
	});

	it.each<[string, JsonObject, JsonObject]>([
		[
			'Partner Center',
			{
				LeadId: '7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
				LeadCreationDateTime: '2026-03-01T12:00:00Z',
				'Customer name': 'Kim Sample',
				'Customer email': 'kim@contoso.com',
				'Customer phone': '+1 617 253 1000',
				'Customer country': 'United States',
				'Company name': 'Contoso',
				LeadSource: 'AzureMarketplace-INS|contoso.crm',
				'Lead status': 'New',
			},
			{
				id: '7f0c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
				destination: '',
				createdAt: '2026-03-01T12:00:00.000Z',
				properties: { 'Lead status': 'New' },
			},
		],
		[
			'HubSpot',
			{
				'Record ID': '51',
				'First Name': 'Kim',
				'Last Name': 'Sample',
				Email: 'kim@contoso.com',
				'Phone Number': '+1 617 253 1000',
				'Country/Region': 'United States',
				'Company Name': 'Contoso',
				'Create Date': '2026-03-01 12:00',
				'Lead Source': 'AzureMarketplace-INS|contoso.crm',
			},
			{ createdAt: '2026-03-01T12:00:00.000Z', properties: { 'Record ID': '51' } },
		],
		[
			'a report of Salesforce',
			{
				'Lead ID': '00Q000000000001',
				'First Name': 'Kim',
				'Last Name': 'Sample',
				Email: 'kim@contoso.com',
				Mobile: '+1 617 253 1000',
				'Company / Account': 'Contoso',
				'Country (text only)': 'United States',
				'Create Date': '2026-03-01T12:00:00Z',
				'Lead Source': 'AzureMarketplace-INS|contoso.crm',
				'Email Opt Out': '0',
			},
			{
				id: '00Q000000000001',
				destination: 'salesforce',
				createdAt: '2026-03-01T12:00:00.000Z',
				properties: { 'Email Opt Out': '0' },
			},
		],
		[
			'a view of Dynamics 365',
			{
				'(Do Not Modify) Lead': '3F1C6C5E-3B0E-4C53-9D84-0D6B5F8F6A11',
				'(Do Not Modify) Row Checksum': 'b2==',
				'(Do Not Modify) Modified On': '2026-03-02',
				'First Name': 'Kim',
				'Last Name': 'Sample',
				Topic: 'AzureMarketplace-INS|contoso.crm',
				Email: 'kim@contoso.com',
				'Business Phone': '+1 617 253 1000',
				'Company Name': 'Contoso',
				'Address 1: Country/Region': 'United States',
				'Created On': '2026-03-01T12:00:00Z',
				'Do not allow Bulk Emails': 'Allow',
			},
			{
				id: '3f1c6c5e-3b0e-4c53-9d84-0d6b5f8f6a11',
				destination: 'dynamics365',
				createdAt: '2026-03-01T12:00:00.000Z',
			},
		],
		[
			'a lead that was flattened',
			{
				leadSource: 'AzureMarketplace-INS|contoso.crm',
				'customer.firstName': 'Kim',
				'customer.lastName': 'Sample',
				'customer.email': 'kim@contoso.com',
				'customer.phone': '+16172531000',
				'customer.country': 'US',
				'customer.company': 'Contoso',
				'customer.original.email': 'Kim@contoso.com',
			},
			{ properties: { 'customer.original.email': 'Kim@contoso.com' } },
		],
	])('of %s are understood', (_whose, row, expected) => {
		const lead = parseLead(row, { receivedAt: RECEIVED_AT });
		expectWellFormed(lead);
		expect(lead).toMatchObject({
			source: { code: 'AzureMarketplace' },
			offer: { id: 'contoso.crm' },
			contactAllowed: true,
			customer: {
				fullName: 'Kim Sample',
				email: 'kim@contoso.com',
				phone: '+16172531000',
				country: 'US',
				company: 'Contoso',
			},
			warnings: [],
		});
		expect(lead).toMatchObject(expected);
		if ('properties' in expected) expect(lead.properties).toEqual(expected['properties']);
	});

	it.each(['azure-table-row', 'https-test-lead', 'salesforce-test-lead'])(
		'change nothing in a destination’s own record: %s',
		(sample) => {
			const others = { Notes: 'a', Mobile: '1', 'Company Email': 'x@y.com', Publisher: 'z' };
			const plain = parseLead(sampleRecord(sample), { receivedAt: RECEIVED_AT });
			const lead = parseLead({ ...sampleRecord(sample), ...others }, { receivedAt: RECEIVED_AT });
			expect(lead.customer).toEqual(plain.customer);
			expect(lead.properties).toEqual({ ...plain.properties, ...others });
		},
	);

	it('are told to users name by name', () => {
		const doc = readFileSync(path.join(__dirname, '../../../docs/lead.md'), 'utf8');
		const [, section = ''] = /^## How do I read rows of my own(.*?)^## /ms.exec(doc) ?? [];
		const rows = [...section.matchAll(/^\| .+? \| (.+?) *\|$/gm)].map(([, cell = '']) =>
			cell.split('; '),
		);
		expect(rows.slice(2)).toEqual(Object.values(LIKELY_HEADERS));
		const [, whose = ''] = /may come before each customer field: ([^(]+?) \(/.exec(section) ?? [];
		expect(whose.split(/,\s/)).toEqual(WHOSE);
	});

	it('fill only what nothing else fills, and only with text', () => {
		const row = { Email: 'a@b.com', 'Work Email': 'c@d.com', Mobile: { no: 1 }, Company: 'One' };
		const lead = parseLead({ ...row, 'Account Name': 'One', LeadSource: 'SPZA' });
		expect(lead.customer).toMatchObject({ email: 'a@b.com', phone: '', company: 'One' });
		expect(lead.properties).toEqual({
			'Work Email': 'c@d.com',
			Mobile: { no: 1 },
			'Account Name': 'One',
		});
	});
});

it('tells which properties neither the mapping nor anything else knows', () => {
	const row = { ...ROW, 'Email Opt Out': '0', 'Work Email': 'x@y.com', Gesperrt: 'nein' };
	const fields = { ...MAPPING, Gesperrt: 'doNotContact' } as const;
	expect(unknownNames(read(row, fields), mappingOf(fields))).toEqual(['Region']);
});

it.each([
	['a', ['a']],
	['a.b.0', ['a', 'b', '0']],
	['a[0].b', ['a', '0', 'b']],
	[`['a b']["c.d"].e`, ['a b', 'c.d', 'e']],
	['', []],
	['..', []],
	['[', []],
])('the path %j leads along %j', (path, names) => {
	expect(pathOf(path)).toEqual(names);
});
