/**
 * Hostile inputs: addresses that name further persons or headers, properties that pass for the
 * lead's key, field names that are none (`__proto__`, markup, Marketo's own), lone surrogates and
 * NUL in every text, texts of megabytes.
 */
import {
	readFillOut,
	keyOf,
	withoutKey,
} from '../../../../../nodes/destinations/marketo/reading/fillOut.ts';
import {
	toPerson,
	type WritePlace,
} from '../../../../../nodes/destinations/marketo/writing/mapping.ts';
import { toRecord } from '../../../../../nodes/destinations/marketo/reading/record.ts';
import { parseLead } from '../../../../../nodes/lead/index.ts';
import type { JsonObject, Lead } from '../../../../../nodes/lead/types.ts';

const common = { type: 'string', length: 255, readOnly: false, required: false, choices: [] };
const place: WritePlace = {
	fields: new Map(
		['email', 'firstName', 'lastName', 'leadSource', 'region'].map((name) => [
			name,
			{ name, label: name, ...common },
		]),
	),
	where: 'form',
	leadSourceField: 'leadSource',
	leadIdField: '',
};

function lead(details: JsonObject = {}): Lead {
	const UserDetails = { LastName: 'Sample', Email: 'kim@b.example', ...details };
	return parseLead({ UserDetails, LeadSource: 'SPZA' }, { destination: 'https' });
}

const person = (one: Lead, additional: JsonObject = {}) =>
	toPerson({ lead: one, additional }, place);

it.each([
	'kim@b.example,eve@b.example',
	'kim@b.example\r\nx: y',
	'kim @b.example',
	'kim',
	'@b.example',
	'kim@',
	'kím@b.example',
	'\ud800@b.example',
	`${'k'.repeat(1_000_000)}@b.example`,
	// Takes hours where a pattern tries every @ anew.
	`${'@!'.repeat(500_000)}é`,
	`${'!'.repeat(1_000_000)}@`,
	'@'.repeat(1_000_000),
])('takes no address that is not one: %.40j', (email) => {
	const one = lead();
	const customer = { ...one.customer, email, original: { ...one.customer.original, email } };
	expect(() => person({ ...one, customer })).toThrow(/does not accept the email address/);
	expect(() => person(lead(), { email })).toThrow(/does not accept the email address/);
});

it.each(['__proto__', 'constructor', '<b>', 'x'.repeat(10_000), 'id', 'Email'])(
	'takes no field that is not there: %.20s',
	(name) => {
		const additional = JSON.parse(JSON.stringify({ [name]: 'x' })) as JsonObject;
		Object.defineProperty(additional, name, { value: 'x', enumerable: true });
		expect(() => person(lead(), additional)).toThrow(/^The form has no field( \w{1,100})?$/);
	},
);

it('has the lead’s key first, whatever properties pass for one', () => {
	const properties = { marketplaceLeadId: 'f'.repeat(32), 'marketplaceLeadId=x&y': '1' };
	const { key, query } = person({ ...lead(), properties });
	const fillOut = readFillOut(
		{
			marketoGUID: '1',
			attributes: [{ name: 'Query Parameters', value: query }],
		},
		1,
	)!;
	expect(keyOf(fillOut)).toBe(key);
	const read = parseLead(toRecord(fillOut, undefined, 'leadSource'), { destination: 'marketo' });
	expect(JSON.stringify(read)).not.toContain(key);
	expect(withoutKey(withoutKey(fillOut))).toEqual(withoutKey(fillOut));
});

it.each(['\ud800', '\udc00x', 'a\u0000b', '\u2028', '😀'.repeat(500_000)])(
	'writes well-formed text only: %.10j',
	(text) => {
		const properties = { mktcmpid: text };
		const { fields, query } = person(
			{ ...lead({ FirstName: text }), properties, id: text },
			{ region: text },
		);
		const written = JSON.stringify([fields, query]);
		expect(written.isWellFormed()).toBe(true);
		expect(written).not.toMatch(/\\ud[89a-f]|\\u0000/i);
		for (const value of Object.values(fields)) {
			expect(String(value).length).toBeLessThanOrEqual(255);
		}
		expect(query.length).toBeLessThan(1_100);
	},
);
