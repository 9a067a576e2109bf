/** What the description of writing into Salesforce takes from a node, before Salesforce is asked. */
import { salesforce as description } from '../../../../nodes/destinations/salesforce';
import {
	readAdditionalFields,
	readLeadSource,
	readQuotaShare,
} from '../../../../nodes/destinations/salesforce/properties';
import { WebToLeadWriter } from '../../../../nodes/destinations/salesforce/writing/webToLeadWriter';
import type { DestinationError } from '../../../../nodes/destinations/destinationError';
import { destinationInput } from '../../../support/destinationInput.ts';
import { BLAME, errorOf } from '../../../support/pollContract/errors.ts';
import { openWriter } from '../../../support/openWriter';

const FORM = {
	salesforceMethod: 'webToLead',
	organizationId: '00D300000000hvm',
	environment: 'production',
};

const inputOf = (parameters: object, options: Record<string, unknown> = {}) =>
	destinationInput({}, { ...parameters }, { options });

/** With a credential that is empty: whatever is refused before that is refused without a network. */
async function expectRefused(said: RegExp, parameters: object, options = {}): Promise<void> {
	const error = (await errorOf(
		openWriter(description.writing, inputOf(parameters, options)),
	)) as DestinationError;
	expect(error).toMatchObject({ code: 'configuration' });
	expect(error.message).toMatch(said);
	expect(error.message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(error.description).toMatch(/^[A-Z].{15,}\.$/);
	expect(`${error.message} ${error.description}`).not.toMatch(BLAME);
}

it.each([undefined, '', 'rest', 'constructor', 7, {}])(
	'the method %j is refused',
	async (salesforceMethod) => {
		await expectRefused(/^The Method is not a way/, { ...FORM, salesforceMethod });
		await expect(description.writing.fields(inputOf({ salesforceMethod }))).rejects.toMatchObject({
			code: 'configuration',
		});
	},
);

it.each(['Key__c x', '1Key', "Key'--", 'x'.repeat(81), '../Lead', 7, {}])(
	'the External ID Field %j is refused',
	async (externalIdField) => {
		await expectRefused(/^The External ID Field/, { salesforceMethod: 'restApi', externalIdField });
	},
);

it.each([undefined, '', 'Key__c', ' Key__c '])(
	'the External ID Field %j is taken, and the credential is next',
	async (externalIdField) => {
		await expectRefused(/^My Domain|^The My Domain/, {
			salesforceMethod: 'restApi',
			externalIdField,
		});
	},
);

it.each([
	undefined,
	'',
	'00D',
	'005000000000001',
	'00Q300000000hvm',
	'00D300000000hvm!',
	'00D300000000hvmX',
	7,
])('the Organization ID %j is refused', async (organizationId) => {
	await expectRefused(/^The Organization ID is not one/, { ...FORM, organizationId });
});

it.each([undefined, '', 'test', '__proto__', 'constructor', 'https://contoso.example', 7])(
	'the Environment %j is refused',
	async (environment) => {
		await expectRefused(/^The Environment is not one/, { ...FORM, environment });
	},
);

it.each([
	[undefined, /not an address/],
	['', /not an address/],
	['contoso', /not an address/],
	['http://contoso.my.salesforce.com', /not an https address/],
	['elsewhere', /not an address/],
	['constructor', /not an address/],
	['https://kim:x@contoso.my.salesforce.com', /user name or password/],
	['https://contoso.lightning.force.com', /user interface/],
])('My Domain of %j is refused', async (myDomain, said) => {
	await expectRefused(said, { ...FORM, environment: 'myDomain', myDomain });
});

it.each(['true', 0, null, {}])(
	'the option Confirm by REST API of %j is refused',
	async (confirm) => {
		await expectRefused(/^Confirm by REST API is neither/, FORM, { confirm });
	},
);

it.each(['true', 0, null, {}])(
	'the option Run Assignment Rules of %j is refused',
	async (runAssignmentRules) => {
		const parameters = { salesforceMethod: 'restApi', externalIdField: '' };
		await expectRefused(/^Run Assignment Rules is neither/, parameters, { runAssignmentRules });
	},
);

it.each([
	{},
	{ environment: 'sandbox' },
	{ organizationId: ' 00D300000000hvmEAA ' },
	{ environment: 'myDomain', myDomain: 'contoso.my.salesforce.com' },
])('a form with %j is taken; without confirmation it needs no credential', async (parameters) => {
	const writer = await description.writing.open(
		inputOf({ ...FORM, ...parameters }, { confirm: false }),
	);
	expect(writer).toBeInstanceOf(WebToLeadWriter);
	expect('readBack' in writer || 'remove' in writer).toBe(false);
	// With it, the credential is what is missing.
	await expectRefused(/My Domain is missing/, { ...FORM, ...parameters });
});

describe('additional fields', () => {
	it.each([
		[undefined, []],
		[[], []],
		[
			['Region__c', 'Website'],
			['Region__c', 'Website'],
		],
		[' Region__c , Website,', ['Region__c', 'Website']],
		[['leadsource', 'Id', 'Region__c', 'region__C'], ['Region__c']],
	])('of %p are %p', (value, names) => {
		expect(readAdditionalFields({ option: () => value })).toEqual(names);
	});

	it.each([
		[['Id FROM User WHERE Id != null']],
		[['Owner.Name']],
		[['__proto__']],
		[["Name'"]],
		[['FIELDS(ALL)']],
		[[7]],
		[{}],
		[Array.from({ length: 101 }, (_, at) => `F${at}__c`)],
	])('of %p are refused', (value) => {
		expect(() => readAdditionalFields({ option: () => value })).toThrow('no field of leads');
	});
});

it('a Lead Source longer than any is rejected', () => {
	const read = (leadSource: unknown) => readLeadSource(inputOf({ leadSource }));
	expect(read(` ${'a'.repeat(255)} `)).toHaveLength(255);
	expect(read(undefined)).toBe('');
	expect(() => read('a'.repeat(256))).toThrow('longer than any');
});

it('Max Daily Quota Share is a percentage', () => {
	const read = (dailyQuotaShare: unknown) => readQuotaShare(inputOf({}, { dailyQuotaShare }));
	expect(read(undefined)).toBe(90);
	expect(read(1)).toBe(1);
	expect(read(100)).toBe(100);
	for (const invalid of [0, 101, NaN, '90', null])
		expect(() => read(invalid)).toThrow('not a percentage');
});
