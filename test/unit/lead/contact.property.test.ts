/**
 * Any lead with one statement against contact, reshaped as n8n's own nodes reshape items: renamed,
 * flattened, written as text, through a spreadsheet and back, merged with another, wrapped. Whatever
 * comes out of us, nobody is contacted.
 */
import fc from 'fast-check';

import {
	composeFollowUp,
	mergeLeads,
	parseLead,
	readLeadInput,
	readMergedCustomer,
	type JsonObject,
	type JsonValue,
	type Lead,
} from '../../../nodes/lead';
import { isJsonObject } from '../../../nodes/lead/objects';
import { expectWellFormed, RECEIVED_AT, sampleRecord } from './support';

const SAMPLES = ['azure-table-row', 'https-camel-case', 'azure-table-row', 'https-test-lead'];

/** Each says not to contact the customer, by a name of its own and a value that is no known no. */
const STATEMENTS: readonly (readonly [name: string, value: JsonValue])[] = [
	['contactAllowed', false],
	['stage', 'doNotContact'],
	['DoNotContact', true],
	['emailOptOut', '1'],
	['HasOptedOutOfEmail', true],
	['DoNotCall', 'true'],
	['donotbulkemail', 'Do Not Allow'],
	['unsubscribed', 'WAHR'],
	['blackListed', 1],
	['marketingSuspended', true],
	['hs_email_optout', 'true'],
	['Email Opt Out', 'Yes'],
	['marketingConsent', false],
	['email_opt_in', 'no'],
	['LeadStatus', 'Do not contact'],
	['OriginalLeadSource', 'SPZA-DNC|contoso.crm'],
	['Notes', 'AzureMarketplace-DNC|contoso.crm'],
];

type Reshape = (item: JsonObject) => JsonObject;

const words = (name: string): string[] => name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [name];
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const CASINGS: readonly ((name: string) => string)[] = [
	(name) => name.toUpperCase(),
	(name) => name.toLowerCase(),
	(name) => words(name).join('_').toLowerCase(),
	(name) => words(name).join('-'),
	(name) => words(name).map(capital).join(' '),
	(name) => words(name).map(capital).join(''),
	(name) => `lead.${name}`,
	(name) => `Lead ${name}`,
	(name) => `${name}_1`,
	(name) => ` ${name}? `,
];

function mapKeys(value: JsonValue, rename: (name: string) => string): JsonValue {
	if (Array.isArray(value)) return value.map((entry) => mapKeys(entry, rename));
	if (!isJsonObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, own]) => [rename(name), mapKeys(own, rename)]),
	);
}

/** Edit Fields and the spreadsheet nodes: one level, the names with dots or lines between. */
function flatten(item: JsonObject, separator: string, prefix = ''): JsonObject {
	const flat: JsonObject = {};
	for (const [name, value] of Object.entries(item)) {
		const path = prefix === '' ? name : `${prefix}${separator}${name}`;
		if (isJsonObject(value)) Object.assign(flat, flatten(value, separator, path));
		else flat[path] = value;
	}
	return flat;
}

/** A cell of a spreadsheet: text, whatever it was. */
function cellOf(value: JsonValue, yes: string, no: string): string {
	if (typeof value === 'boolean') return value ? yes : no;
	if (value === null) return '';
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const spreadsheet =
	(yes: string, no: string): Reshape =>
	(item) =>
		Object.fromEntries(Object.entries(item).map(([name, own]) => [name, cellOf(own, yes, no)]));

const OTHER: JsonObject = {
	LeadSource: 'SPZA-INS|contoso.other',
	Email: 'sam@contoso.com',
	contactAllowed: true,
	DoNotContact: false,
};

/** The Merge node: of two fields with a name in common, both with a number behind it. */
const merged: Reshape = (item) => {
	const all: JsonObject = {};
	for (const [number, from] of [item, OTHER].entries()) {
		for (const [name, own] of Object.entries(from)) {
			const isInBoth = Object.hasOwn(item, name) && Object.hasOwn(OTHER, name);
			const numbered = isInBoth ? `${name}_${number + 1}` : name;
			// Merged a second time: no field of the first is written over.
			all[Object.hasOwn(all, numbered) ? `${numbered}_${number + 1}` : numbered] = own;
		}
	}
	return all;
};

const lead = fc.constantFrom(...SAMPLES).map(sampleRecord);
const reshape: fc.Arbitrary<Reshape> = fc.oneof(
	fc
		.constantFrom(...CASINGS)
		.map((casing) => (item: JsonObject) => mapKeys(item, casing) as JsonObject),
	fc.constantFrom('.', '_', ' ').map((separator) => (item: JsonObject) => flatten(item, separator)),
	fc
		.constantFrom(
			['true', 'false'],
			['TRUE', 'FALSE'],
			['WAHR', 'FALSCH'],
			['1', '0'],
			['Ja', 'Nein'],
		)
		.map(([yes = '', no = '']) => spreadsheet(yes, no)),
	fc.constant(merged),
	fc.constantFrom<Reshape>(
		(item) => ({ ...OTHER, item }),
		(item) => ({ ...OTHER, items: [OTHER, item] }),
		(item) => ({ ...OTHER, json: JSON.stringify(item) }),
		(item) => ({ ...OTHER, json: JSON.stringify(JSON.stringify([item])) }),
		(item) => ({
			...OTHER,
			fields: Object.entries(item).map(([name, value]) => ({ name, value })),
		}),
		(item) => ({ ...OTHER, entries: Object.entries(item) }),
		(item) => ({
			...OTHER,
			answers: Object.entries(item).map(([question, answer]) => ({ question, answer })),
		}),
		(item) => ({ 'User Details': { Email: 'x@contoso.com' }, ...item }),
		(item) => JSON.parse(JSON.stringify(parseLead(item, { includeRaw: true }))) as JsonObject,
		(item) =>
			JSON.parse(JSON.stringify({ ...parseLead(item), contactAllowed: true })) as JsonObject,
	),
);

function expectNoContact(item: unknown): void {
	const found = parseLead(item, { receivedAt: RECEIVED_AT });
	expectWellFormed(found);
	expect(found.contactAllowed).toBe(false);
	const [merge] = mergeLeads([found]);
	const customer = merge?.customer;
	if (!customer) throw new Error('There is no customer.');
	const again = readMergedCustomer(JSON.parse(JSON.stringify(customer)), 'partnerCenter');
	for (const entry of [found, parseLead(found), customer, again]) {
		expect(entry).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
		expect(composeFollowUp(entry as Lead)).toMatchObject({ write: false, to: '' });
	}
}

it.each(STATEMENTS)('nobody is contacted who must not be: %s %j', (name, value) => {
	fc.assert(
		fc.property(
			lead,
			fc.constantFrom('', 'UserDetails', 'CustomerInfo', 'properties'),
			fc.array(reshape, { maxLength: 3 }),
			(sample, container, reshapes) => {
				const statement = { [name]: value };
				const held = isJsonObject(sample[container]) ? sample[container] : {};
				const item =
					container === ''
						? { ...sample, ...statement }
						: { ...sample, [container]: { ...held, ...statement } };
				expectNoContact(reshapes.reduce<JsonObject>((given, step) => step(given), item));
			},
		),
		{ numRuns: 50 },
	);
});

it.each(['body', 'data', 'lead'])('a lead within %s is refused, or read as it says', (name) => {
	const input = readLeadInput({ ...sampleRecord('https-camel-case'), [name]: { DoNotCall: true } });
	if (!input.ok) throw new Error('It was refused.');
	for (const found of input.records) expectNoContact(found);
});

it('a customer of several leads is not contacted when a field that was added says so', () => {
	const [merge] = mergeLeads([parseLead(sampleRecord('https-camel-case'))]);
	const customer = JSON.parse(JSON.stringify(merge?.customer)) as JsonObject;
	const journey = customer['journey'] as JsonObject[];
	for (const edited of [
		{ ...customer, DoNotContact: true },
		{ ...customer, stage: 'doNotContact' },
		{ ...customer, journey: [{ ...journey[0], emailOptOut: '1' }] },
	]) {
		expect(readMergedCustomer(edited, 'cloudPartnerPortal')?.contactAllowed).toBe(false);
	}
	expect(readMergedCustomer(customer, 'cloudPartnerPortal')?.contactAllowed).toBe(true);
});
