/** Writing into Salesforce as the node opens it, against the fake server over real HTTP. */
import {
	searchExternalIdFields,
	searchLeadSources,
} from '../../../../nodes/destinations/salesforce/lists';
import { salesforce as description } from '../../../../nodes/destinations/salesforce';
import type { WritableLead, WriteResult } from '../../../../nodes/destinations/contract';
import type { DestinationError } from '../../../../nodes/destinations/destinationError';
import { parseLead, type JsonObject } from '../../../../nodes/lead';
import { inTime } from '../../../support/inTime.ts';
import { destinationInput } from '../../../support/destinationInput.ts';
import {
	BLAME,
	expectNoSecret,
	errorOf as thrownBy,
} from '../../../support/pollContract/errors.ts';
import { typedField } from '../../../fakeServers/salesforce/fields.ts';
import { startSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import { openWriter } from '../../../support/openWriter';
import { skipWaits } from '../../../support/skippedWaits.ts';

skipWaits({ isStill: true });

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
	salesforce.struck = 'writing';
});
afterEach(async () => await salesforce?.stop());

type Parameters = Record<string, unknown>;

const inputOf = (parameters: Parameters, options: Parameters = {}, credential: object = {}) =>
	destinationInput({ ...salesforce.credential, ...credential }, parameters, { options });
const open = async (...input: Parameters[]) =>
	await openWriter(description.writing, inputOf(...(input as [Parameters])));
const fieldsOf = async (parameters: Parameters) =>
	await description.writing.fields(inputOf(parameters));

const rest = (externalIdField = '') => ({
	salesforceMethod: 'restApi',
	externalIdField: { __rl: true, mode: 'name', value: externalIdField },
});
const form = () => ({
	salesforceMethod: 'webToLead',
	organizationId: salesforce.organisation.id,
	environment: 'myDomain',
	myDomain: salesforce.origin,
});

function lead(fields: JsonObject = {}, additional: JsonObject = {}): WritableLead {
	const receivedAt = new Date(salesforce.now()).toISOString();
	const record = {
		UserDetails: {
			FirstName: 'Kim',
			LastName: 'Sample',
			Email: 'kim.sample@fabrikam.example',
			Company: 'Fabrikam',
		},
		LeadSource: 'SPZA-INS|contoso.add-on',
		...fields,
	};
	return { lead: { ...parseLead(record, { receivedAt }), id: 'lead-1' }, additional };
}

const outcomes = (results: readonly WriteResult[]) =>
	results.map((result) => (result.ok ? result.written.outcome : result.error.message));

function stored() {
	salesforce.webToLead.work();
	return salesforce.organisation.records();
}

function expectHelpful(error: unknown, said: RegExp): void {
	const { message, description } = error as DestinationError;
	expect(message).toMatch(said);
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{15,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expectNoSecret(error, salesforce.signIn.secrets);
}

describe('by the REST API', () => {
	it('a lead is created, unchanged the second time, read back and taken away', async () => {
		const writer = await open(rest());
		const [result] = await writer.write([lead()], inTime());
		if (!result?.ok) throw result?.error ?? new Error('No result');
		expect(result.written.outcome).toBe('created');
		expect(outcomes(await (await open(rest())).write([lead()], inTime()))).toEqual(['unchanged']);
		const read = parseLead(await writer.readBack?.(result.written.id, inTime()));
		expect(read.leadSource).toBe('SPZA-INS|contoso.add-on');
		await writer.remove?.(result.written.id, inTime());
		expect(stored()).toEqual([]);
	});

	it('an External ID Field keeps the id, so that a lead that comes again is updated', async () => {
		salesforce.organisation.addExternalId('Marketplace_Lead_Id__c', 'Marketplace Lead ID');
		const parameters = rest('Marketplace_Lead_Id__c');
		await (await open(parameters)).write([lead()], inTime());
		const changed = lead({ Description: 'Please call' });
		expect(outcomes(await (await open(parameters)).write([changed], inTime()))).toEqual([
			'updated',
		]);
		expect(stored()).toEqual([
			expect.objectContaining({ Marketplace_Lead_Id__c: 'lead-1', Description: 'Please call' }),
		]);
	});

	it('the assignment rule gives a new lead its owner where Run Assignment Rules is on', async () => {
		const { queueId, userId } = salesforce.organisation;
		const owners = () => stored().map(({ OwnerId }) => OwnerId);
		await (await open(rest())).write([lead()], inTime());
		expect(owners()).toEqual([userId]);
		const other = lead({ LeadSource: 'SPZA-INS|contoso.other' });
		await (await open(rest(), { runAssignmentRules: true })).write([other], inTime());
		expect(owners()).toEqual([userId, queueId]);
	});

	it('a field that is no External ID is refused as that', async () => {
		salesforce.organisation.addCustomField('Campaign__c', 'Campaign');
		for (const name of ['Campaign__c', 'Missing__c', 'Email']) {
			const [result] = await (await open(rest(name))).write([lead()], inTime());
			if (!result || result.ok) throw new Error('It was not refused');
			expect(result.error.code).toBe('configuration');
			expectHelpful(result.error, /no External ID/);
		}
	});

	it.each([
		[
			'authentication',
			() => ({ consumerSecret: 'WRONGSECRET'.repeat(5) }),
			/Consumer Secret is wrong/,
		],
		['configuration', () => ({ consumerKey: '' }), /Consumer Key is missing/],
		['unreachable', () => ({ myDomain: 'https://contoso.my.salesforce.invalid' }), /Salesforce/],
	])('a sign-in that does not work is told when opened: %s', async (code, wrong, said) => {
		const error = await thrownBy(open(rest(), {}, wrong()));
		expect(error).toMatchObject({ code });
		expectHelpful(error, said);
	});

	it('a user who may not write is told as a permission', async () => {
		salesforce.organisation.rights.create = false;
		const [result] = await (await open(rest())).write([lead()], inTime());
		if (!result || result.ok) throw new Error('It was not refused');
		expect(result.error.code).toBe('permission');
	});
});

describe('by Web-to-Lead', () => {
	it('a lead is created when it is found', async () => {
		const writer = await open(form());
		const results = await writer.write([lead()], inTime());
		expect(outcomes(results)).toEqual(['created']);
		expect(salesforce.webToLead.forms).toHaveLength(1);
		// Salesforce runs the rule for whatever comes by a form.
		expect(stored()[0]).toMatchObject({ OwnerId: salesforce.organisation.queueId });
		const [result] = results;
		const id = result?.ok ? result.written.id : '';
		expect(parseLead(await writer.readBack(id, inTime())).leadSource).not.toBe('');
		await writer.remove(id, inTime());
		expect(stored()).toEqual([]);
	});

	it('a lead that is dropped in silence is not believed', async () => {
		salesforce.webToLead.settings.dropping = true;
		const [result] = await (await open(form())).write([lead()], inTime());
		if (!result || result.ok) throw new Error('It was not refused');
		expectHelpful(result.error, /lead of the form|no lead has come of it/);
	});

	it('without confirmation it is sent, and nobody signs in', async () => {
		const wrong = { consumerSecret: 'WRONGSECRET'.repeat(5) };
		const writer = await open(form(), { confirm: false }, wrong);
		expect(outcomes(await writer.write([lead()], inTime()))).toEqual(['sent']);
		expect(salesforce.server.requests.map(({ url }) => url.pathname)).toEqual([
			'/servlet/servlet.WebToLead',
		]);
	});

	it('the sign-in for the confirmation is told before anything is sent', async () => {
		const wrong = { consumerSecret: 'WRONGSECRET'.repeat(5) };
		const error = await thrownBy(open(form(), {}, wrong));
		expect(error).toMatchObject({ code: 'authentication' });
		expect(salesforce.webToLead.forms).toEqual([]);
	});
});

describe('the fields', () => {
	beforeEach(() => {
		const { organisation } = salesforce;
		organisation.addCustomField('Campaign__c', 'Campaign');
		organisation.addField(typedField('Budget__c', 'currency', 'Budget'));
		organisation.addField(typedField('Due__c', 'date', 'Due'));
		organisation.addField(typedField('Seen__c', 'datetime', 'Seen'));
		organisation.addField(typedField('Partner__c', 'boolean', 'Partner'));
		organisation.addField(typedField('Address', 'address', 'Address'));
		organisation.addField(typedField('Tier__c', 'picklist', 'Tier'));
		organisation.addField({ ...typedField('Score__c', 'string', 'Score'), createable: false });
		organisation.addField({ ...typedField('Once__c', 'string', 'Once'), updateable: false });
	});

	it('are those of the organisation that can be written, by label, with their types', async () => {
		const fields = await fieldsOf(rest());
		expect(fields).toEqual(
			[...fields].sort(({ label: a }, { label: b }) => a.localeCompare(b, 'en')),
		);
		const byName = new Map(fields.map(({ name, ...field }) => [name, field]));
		expect(byName.get('Campaign__c')).toEqual({ label: 'Campaign', type: 'string' });
		expect(byName.get('Budget__c')).toEqual({ label: 'Budget', type: 'number' });
		expect(byName.get('Due__c')).toEqual({ label: 'Due', type: 'dateTime' });
		expect(byName.get('Seen__c')).toEqual({ label: 'Seen', type: 'dateTime' });
		expect(byName.get('Partner__c')).toEqual({ label: 'Partner', type: 'boolean' });
		expect(byName.get('LastName')).toEqual({ label: 'Last Name', type: 'string' });
		expect(byName.get('LeadSource')).toEqual({
			label: 'Lead Source',
			type: 'options',
			choices: [
				{ name: 'Web', value: 'Web' },
				{ name: 'Partner Referral', value: 'Partner Referral' },
			],
		});
		expect(byName.get('Status')).toEqual({
			label: 'Status',
			type: 'options',
			choices: [
				{ name: 'Open - Not Contacted', value: 'Open - Not Contacted' },
				{ name: 'Working - Contacted', value: 'Working - Contacted' },
			],
		});
		// It has no values here, so any text is taken.
		expect(byName.get('Tier__c')).toEqual({ label: 'Tier', type: 'string' });
		for (const name of [
			'Id',
			'CreatedDate',
			'Name',
			'IsConverted',
			'Address',
			'Score__c',
			'Once__c',
		]) {
			expect([name, byName.has(name)]).toEqual([name, false]);
		}
	});

	it('hidden from the user are not among them', async () => {
		salesforce.organisation.rights.hidden.add('Campaign__c');
		expect((await fieldsOf(rest())).map(({ name }) => name)).not.toContain('Campaign__c');
	});

	it('show a picklist by its labels, and write its values', async () => {
		salesforce.organisation.leadSources.push({ value: 'Fair', label: 'Messe', active: true });
		const source = (await fieldsOf(rest())).find(({ name }) => name === 'LeadSource');
		expect(source?.choices).toContainEqual({ name: 'Messe', value: 'Fair' });
		const sources = await searchLeadSources(inputOf({}));
		expect(sources).toContainEqual({ name: 'Fair', value: 'Fair' });
	});

	it('are all taken by the REST API as a mapper gives them', async () => {
		const additional = {
			Budget__c: 5_000,
			Due__c: '2018-10-02T23:30:00.000+02:00',
			Seen__c: '2018-10-02T08:15:29.000Z',
			Partner__c: true,
			Campaign__c: 'Autumn',
		};
		const [result] = await (await open(rest())).write([lead({}, additional)], inTime());
		expect(outcomes([result!])).toEqual(['created']);
		expect(stored()[0]).toMatchObject({
			Budget__c: 5_000,
			Due__c: '2018-10-02',
			Partner__c: true,
			Campaign__c: 'Autumn',
		});
	});

	it('of a form go by the form’s names, custom ones by their ids', async () => {
		const fields = await fieldsOf(form());
		const id = salesforce.organisation.fieldIds.get('Campaign__c')!;
		expect(id).toMatch(/^00N\w{12}$/);
		expect(fields).toContainEqual({ name: id, label: 'Campaign', type: 'string' });
		expect(fields).toContainEqual({ name: 'URL', label: 'Website', type: 'string' });
		expect(fields).toContainEqual({ name: 'emailOptOut', label: 'Email Opt Out', type: 'boolean' });
		const due = salesforce.organisation.fieldIds.get('Due__c');
		expect(fields).toContainEqual({ name: due, label: 'Due', type: 'string' });
		const names = fields.map(({ name }) => name);
		expect(names).not.toContain('Status');
		expect(names).not.toContain(salesforce.organisation.fieldIds.get('Score__c'));
		expect(new Set(names).size).toBe(names.length);
	});

	it('of a form are all taken by it', async () => {
		const { fieldIds } = salesforce.organisation;
		const additional = {
			[fieldIds.get('Campaign__c')!]: 'Autumn',
			URL: 'https://fabrikam.example',
		};
		const results = await (await open(form())).write([lead({}, additional)], inTime());
		expect(outcomes(results)).toEqual(['created']);
		expect(stored()[0]).toMatchObject({
			Campaign__c: 'Autumn',
			Website: 'https://fabrikam.example',
		});
	});

	it('of a form that are checkboxes go as a browser sends them', async () => {
		const additional = { emailOptOut: true, doNotCall: false };
		await (await open(form(), { confirm: false })).write([lead({}, additional)], inTime());
		expect(salesforce.webToLead.forms[0]?.get('emailOptOut')).toBe('1');
		expect(salesforce.webToLead.forms[0]?.get('doNotCall')).toBe('');
	});

	it('of a form are the standard ones where the user may not see the set-up', async () => {
		salesforce.organisation.rights.setup = false;
		const names = (await fieldsOf(form())).map(({ name }) => name);
		expect(names).toContain('first_name');
		expect(names.filter((name) => name.startsWith('00N'))).toEqual([]);
	});

	it('are refused as a sign-in where it does not work', async () => {
		const input = inputOf(rest(), {}, { consumerSecret: 'WRONGSECRET'.repeat(5) });
		expect(await thrownBy(description.writing.fields(input))).toMatchObject({
			code: 'authentication',
		});
	});
});

describe('the list of External ID fields', () => {
	it('has those that can keep an id, by label', async () => {
		const { organisation } = salesforce;
		organisation.addExternalId('Marketplace_Lead_Id__c', 'Marketplace Lead ID');
		organisation.addExternalId('Key__c', 'Key');
		organisation.addExternalId('Secret__c', 'Secret');
		organisation.addCustomField('Campaign__c', 'Campaign');
		organisation.rights.hidden.add('Secret__c');
		expect(await searchExternalIdFields(inputOf({}))).toEqual([
			{ name: 'Key (Key__c)', value: 'Key__c' },
			{ name: 'Marketplace Lead ID (Marketplace_Lead_Id__c)', value: 'Marketplace_Lead_Id__c' },
		]);
	});

	it('is empty where there is none', async () => {
		expect(await searchExternalIdFields(inputOf({}))).toEqual([]);
	});
});
