import fc from 'fast-check';

import type { LeadField } from '../../../../../nodes/destinations/salesforce/metadata';
import { shorten } from '../../../../../nodes/destinations/text';
import {
	changesOf,
	LENGTHS,
	oneLine,
	paragraphs,
	standardValues,
	withNotes,
} from '../../../../../nodes/destinations/salesforce/writing/mapping';
import { toRecord } from '../../../../../nodes/destinations/salesforce/writing/restMapping';
import { prepareForm } from '../../../../../nodes/destinations/salesforce/writing/webToLeadMapping';
import { toRow } from '../../../../../nodes/destinations/salesforce/reading/record';
import { DestinationError } from '../../../../../nodes/destinations/destinationError';
import { parseLead, type JsonObject, type Lead } from '../../../../../nodes/lead';

const RECEIVED_AT = '2026-03-01T12:00:00.000Z';

function lead(fields: JsonObject = {}, context = {}): Lead {
	return parseLead(
		{ LeadSource: 'SPZA-INS|contoso.crm', ...fields },
		{ destination: 'https', receivedAt: RECEIVED_AT, ...context },
	);
}

const field = (name: string, type = 'string', more: Partial<LeadField> = {}) =>
	[
		name.toLowerCase(),
		{
			name,
			label: name,
			type,
			length: 20,
			createable: true,
			isExternalId: false,
			updateable: true,
			choices: [],
			...more,
		},
	] as [string, LeadField];

const fields = new Map([
	field('LastName'),
	field('HasOptedOutOfEmail', 'boolean'),
	field('DoNotCall', 'boolean'),
	field('Text__c'),
	field('Notes__c', 'textarea'),
	field('Number__c', 'double', { length: 0 }),
	field('Flag__c', 'boolean', { length: 0 }),
	field('Pick__c', 'picklist'),
	field('Place__c', 'location', { length: 0 }),
	field('Made__c', 'string', { createable: false }),
]);
const externalId = field('Key__c', 'string', { isExternalId: true })[1];

const valuesOf = (additional: JsonObject, one = lead()) =>
	toRecord({ lead: one, additional }, fields, undefined).values;

describe('a text', () => {
	it('is cut to what the field takes, never within a character or a line break', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'binary', maxLength: 60 }),
				fc.integer({ min: 1, max: 40 }),
				(text, length) => {
					for (const kept of [oneLine(text, length), paragraphs(text, length)]) {
						expect(kept.length).toBeLessThanOrEqual(length);
						expect(kept.isWellFormed()).toBe(true);
						expect(kept).toBe(kept.trim());
						expect(kept).not.toMatch(/[^\P{Cc}\r\n\t]/u);
					}
					expect(oneLine(text, length)).not.toMatch(/[\r\n]/);
					expect(paragraphs(text, length)).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
				},
			),
		);
		expect(shorten('ab😀', 3)).toBe('ab');
		expect(paragraphs('a\nb', 2)).toBe('a');
		expect(paragraphs('a\u2028b\u0001', 9)).toBe('a\r\nb');
		expect(oneLine(' a\r\n\tb ', 9)).toBe('a b');
	});

	it('gives way to the notes behind it', () => {
		const long = 'x'.repeat(LENGTHS.Description + 5);
		const text = withNotes(long, ['Country: Narnia']);
		expect(text).toHaveLength(LENGTHS.Description);
		expect(text.endsWith('x\r\nCountry: Narnia')).toBe(true);
		expect(withNotes('', ['a', 'b'])).toBe('a\r\nb');
		expect(withNotes(' a ', [])).toBe('a');
	});
});

describe('the values of a lead', () => {
	it('are what the customer wrote, or what became of it', () => {
		const came = lead({ Email: ' Kim@Fabrikam.Example', Phone: '030 901820', Country: 'Germany' });
		expect(standardValues(came)).toMatchObject({
			Email: 'Kim@Fabrikam.Example',
			Phone: '030 901820',
			Country: 'Germany',
			LeadSource: 'SPZA-INS|contoso.crm',
		});
		const changed = { ...came, customer: { ...came.customer, email: 'k@fabrikam.example' } };
		expect(standardValues(changed)).toMatchObject({
			Email: 'k@fabrikam.example',
			Country: 'Germany',
		});
	});

	it.each([
		[{ FirstName: 'Kim', LastName: 'Sample' }, 'Kim', 'Sample'],
		[{ FullName: 'Kim Sample' }, '', 'Kim Sample'],
		[{ FirstName: 'Kim', FullName: 'Kim van Sample' }, 'Kim', 'van Sample'],
		[{ FirstName: 'Kim' }, 'Kim', ''],
		[{}, '', ''],
	])('have of %p the name', (fields, FirstName, LastName) => {
		expect(standardValues(lead(fields))).toMatchObject({ FirstName, LastName });
	});
});

describe('a record', () => {
	it('leaves out what is empty, and has the two that it can’t be without', () => {
		expect(valuesOf({})).toEqual({
			LeadSource: 'SPZA-INS|contoso.crm',
			LastName: '[not provided]',
			Company: '[not provided]',
		});
		expect(valuesOf({ LastName: null })).toMatchObject({ LastName: '[not provided]' });
		const record = toRecord({ lead: lead(), additional: {} }, fields, undefined);
		expect(changesOf(record)).toEqual({ LeadSource: 'SPZA-INS|contoso.crm' });
	});

	it.each([
		['text__C', 42, { Text__c: '42' }],
		['Text__c', 'x'.repeat(30), { Text__c: 'x'.repeat(20) }],
		['Text__c', { a: 1 }, { Text__c: '{"a":1}' }],
		['Notes__c', 'a\nb', { Notes__c: 'a\r\nb' }],
		['Number__c', '1.5', { Number__c: 1.5 }],
		['Number__c', ' ', { Number__c: null }],
		['Flag__c', 'TRUE', { Flag__c: true }],
		['Flag__c', 0, { Flag__c: false }],
		['Pick__c', 'x'.repeat(30), { Pick__c: 'x'.repeat(30) }],
		['Text__c', '', { Text__c: null }],
		['Text__c', null, { Text__c: null }],
	])('takes for %s the value %p', (name, value, expected) => {
		expect(valuesOf({ [name]: value })).toMatchObject(expected);
	});

	it.each([
		['Number__c', 'many'],
		['Number__c', true],
		['Flag__c', 'perhaps'],
		['Pick__c', ['a']],
		['Place__c', 'here'],
		['Made__c', 'x'],
		['Nothing__c', 'x'],
	])('refuses for %s the value %p', (name, value) => {
		expect(() => valuesOf({ [name]: value })).toThrow(DestinationError);
	});

	it('keeps its id in the field for it, by its digest where it is too long', () => {
		const keyOf = (id: string) =>
			toRecord({ lead: { ...lead(), id }, additional: {} }, fields, externalId).values['Key__c'];
		expect(keyOf('row/1')).toBe('row/1');
		const [one, other] = [keyOf(`${'x'.repeat(40)}1`), keyOf(`${'x'.repeat(40)}2`)];
		expect(one).toMatch(/^[0-9a-f]{20}$/);
		expect(one).not.toBe(other);
		expect(keyOf('a\nb')).toMatch(/^[0-9a-f]{20}$/);
	});

	it('says that the customer is to be left alone where the lead source does not', () => {
		const silent = { ...lead(), contactAllowed: false };
		expect(valuesOf({}, silent)).toMatchObject({ HasOptedOutOfEmail: true, DoNotCall: true });
		const dnc = lead({ LeadSource: 'SPZA-DNC|contoso.crm' });
		expect(valuesOf({}, dnc)).not.toHaveProperty('DoNotCall');
	});

	it.each<[JsonObject, JsonObject]>([
		[{ LeadSource: 'SPZA-DNC|contoso.crm' }, { LeadSource: 'Marketplace' }],
		[{ DoNotContact: true }, { HasOptedOutOfEmail: false, DoNotCall: null }],
		[{ LeadSource: `${'Long '.repeat(60)}-DNC|contoso.crm` }, {}],
	])('%j is said whatever additional fields hold: %j', (said, additional) => {
		const optedOut = { HasOptedOutOfEmail: true, DoNotCall: true };
		const all = new Map([...fields, field('LeadSource')]);
		const { values } = toRecord({ lead: lead(said), additional }, all, undefined);
		expect(values).toMatchObject(optedOut);
		const { LeadSource, HasOptedOutOfEmail, DoNotCall } = additional;
		const inForm = {
			...(LeadSource !== undefined && { lead_source: LeadSource }),
			...(HasOptedOutOfEmail !== undefined && { emailOptOut: HasOptedOutOfEmail }),
			...(DoNotCall !== undefined && { doNotCall: DoNotCall }),
		};
		const { form } = prepareForm({ lead: lead(said), additional: inForm }, undefined);
		expect(form).toMatchObject({ emailOptOut: '1', doNotCall: '1' });
	});

	it('is not written where nothing would say it', () => {
		const [lastName] = fields;
		const without = new Map(lastName ? [lastName] : []);
		const write = () =>
			toRecord({ lead: lead({ DoNotContact: true }), additional: {} }, without, undefined);
		expect(write).toThrow('Lead has no field HasOptedOutOfEmail or DoNotCall');
		const dnc = lead({ LeadSource: 'SPZA-DNC|contoso.crm' });
		expect(toRecord({ lead: dnc, additional: {} }, without, undefined).values).toMatchObject({
			LeadSource: 'SPZA-DNC|contoso.crm',
		});
	});
});

it('a placeholder of Salesforce’s is read as nothing, and only in its two fields', () => {
	const record = {
		Id: '00Q000000004FH0EAM',
		CreatedDate: '2026-01-31T12:00:05.000+0000',
		LastName: '[not provided]',
		Company: '[not provided]',
		Title: '[not provided]',
	};
	const fields = new Set(['lastname', 'company', 'title']);
	expect(toRow(record, fields)?.record).toEqual({
		LastName: null,
		Company: null,
		Title: '[not provided]',
	});
});
