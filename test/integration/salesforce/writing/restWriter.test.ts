/** Leads into Salesforce by the REST API, against the fake server over real HTTP. */
import fc from 'fast-check';

import { SalesforceSession } from '../../../../nodes/destinations/salesforce/connection/session.ts';
import { RestWriter } from '../../../../nodes/destinations/salesforce/writing/restWriter.ts';
import type { WriteResult } from '../../../../nodes/destinations/contract.ts';
import { parseLead } from '../../../../nodes/lead/index.ts';
import type { JsonObject } from '../../../../nodes/lead/types.ts';
import { inTime } from '../../../support/inTime.ts';
import { byEngine, type EngineWriter } from '../../../support/openWriter.ts';
import { expectNoSecret } from '../../../support/pollContract/errors.ts';
import { startSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import { count, leadMaker, outcomes, writable, writeErrorOf } from '../../../support/writing.ts';

const EXTERNAL_ID = 'Marketplace_Lead_Id__c';
const MINUTE = 60_000;

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
	salesforce.organisation.addExternalId(EXTERNAL_ID, 'Marketplace Lead ID');
	salesforce.struck = 'writing';
});
afterEach(async () => await salesforce?.stop());

async function newWriter(
	externalIdField = '',
	{ runAssignmentRules = false } = {},
): Promise<EngineWriter> {
	const session = await SalesforceSession.open(salesforce.credential, {
		operation: 'write',
		limits: inTime(),
	});
	return byEngine(new RestWriter(session, { externalIdField, runAssignmentRules }));
}

const lead = leadMaker(() => salesforce.now());
const many = (count: number) =>
	Array.from({ length: count }, (_, at) => writable(lead(`Sample${at}`)));

const errorOf = (result: WriteResult | undefined) =>
	writeErrorOf(result, salesforce.signIn.secrets);

const stored = () => salesforce.organisation.records();
const calls = (method: string) =>
	salesforce.server.requests.filter(
		({ method: own, url }) => own === method && url.pathname.includes('/composite/'),
	).length;

describe('a lead', () => {
	it('is what Web-to-Lead would have made of it, and can be read, shown and taken away', async () => {
		const writer = await newWriter();
		const sent = lead('Sample', {
			Phone: '(617) 555-5555',
			Country: 'USA',
			Title: 'Buyer',
			Description: 'Two\nlines',
		});
		const [result] = await writer.write([writable(sent)], inTime());
		if (!result?.ok) throw errorOf(result);
		const { id, url, outcome } = result.written;
		expect(outcome).toBe('created');
		expect(url).toBe(`${salesforce.origin}/lightning/r/Lead/${id}/view`);
		expect(stored()).toEqual([
			expect.objectContaining({
				Id: id,
				FirstName: 'Kim',
				LastName: 'Sample',
				Email: 'sample@fabrikam.example',
				Phone: '(617) 555-5555',
				Country: 'USA',
				Company: 'Fabrikam',
				Title: 'Buyer',
				LeadSource: 'SPZA-INS|contoso.add-on',
				Description: 'Two\r\nlines',
				HasOptedOutOfEmail: false,
				DoNotCall: false,
			}),
		]);
		const read = parseLead(await writer.readBack(id, inTime()));
		expect(read).toMatchObject({ id, destination: 'salesforce', customer: sent.customer });
		await writer.remove(id, inTime());
		expect(stored()).toEqual([]);
		expect(await writer.readBack(id, inTime())).toBeUndefined();
		await writer.remove(id, inTime());
	});

	it('whose customer Microsoft withholds has placeholders, which read as nothing again', async () => {
		const withheld = lead('', { FirstName: '', LastName: '', Email: '', Company: '' });
		const writer = await newWriter();
		const [result] = await writer.write([writable(withheld)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(stored()[0]).toMatchObject({ LastName: '[not provided]', Company: '[not provided]' });
		const read = parseLead(await writer.readBack(result.written.id, inTime()));
		expect(read.customer).toMatchObject({ firstName: '', lastName: '', fullName: '', company: '' });
	});

	it('carries further fields, of their types, which win', async () => {
		const writer = await newWriter();
		const additional = { website: 'https://fabrikam.example', title: 'CEO', DoNotCall: 'true' };
		const [result] = await writer.write([writable(lead('Sample'), additional)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(stored()[0]).toMatchObject({
			Website: 'https://fabrikam.example',
			Title: 'CEO',
			DoNotCall: true,
		});
		const read = await writer.readBack(result.written.id, inTime());
		expect(read).toMatchObject({ Website: 'https://fabrikam.example' });
	});

	it('that must not be contacted for another reason than its source is marked as such', async () => {
		const writer = await newWriter();
		const silent = { ...lead('Sample'), contactAllowed: false, stage: 'doNotContact' as const };
		const dnc = lead('Other', { LeadSource: 'SPZA-DNC|contoso.add-on' });
		await writer.write([writable(silent), writable(dnc)], inTime());
		expect(stored()).toMatchObject([
			{ HasOptedOutOfEmail: true, DoNotCall: true },
			{ HasOptedOutOfEmail: false, DoNotCall: false },
		]);
	});

	it('gives its country by code where the organisation has a list of them', async () => {
		salesforce.organisation.useCountryPicklist(new Map([['US', 'United States']]));
		const writer = await newWriter();
		const results = await writer.write(
			[
				writable(lead('Here', { Country: 'USA' })),
				writable(lead('Elsewhere', { Country: 'France', Description: 'Hello' })),
			],
			inTime(),
		);
		expect(outcomes(results)).toEqual(['created', 'created']);
		expect(stored()[0]).toMatchObject({ CountryCode: 'US', Country: 'United States' });
		expect(stored()[1]).toMatchObject({ Description: 'Hello\r\nCountry: France' });
	});

	it('keeps an address that is too long where a person reads it', async () => {
		const writer = await newWriter();
		const email = `${'k'.repeat(90)}@fabrikam.example`;
		await writer.write([writable(lead('Sample', { Email: email, Description: 'x' }))], inTime());
		expect(stored()[0]?.['Email'] ?? null).toBeNull();
		expect(stored()[0]?.['Description']).toBe(`x\r\nEmail: ${email}`);
	});
});

/** Any text that a parsed lead can hold, the odd ones more often. */
const text = fc.oneof(
	{ weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
	fc.string({ unit: 'binary', maxLength: 20 }),
	fc.constantFrom(
		"O'Sample \\ 100%_",
		'김민수',
		'محمد علي',
		'👩‍👩‍👧‍👦 Sample',
		'line\r\nbreak',
		'"; DROP',
		'\ud83d',
		'\u2028\u2029',
		'[not provided]x',
		' ',
		'__proto__',
		`${'😀'.repeat(50)}`,
		'x'.repeat(300),
	),
);

it('reads back as the same lead, whatever it holds, and is found again', async () => {
	const writer = await newWriter();
	const oneLine = (value: string, length: number) => {
		const line = value.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
		return line
			.slice(0, length)
			.replace(/[\ud800-\udbff]$/, '')
			.trimEnd();
	};
	let serial = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.record({ FirstName: text, LastName: text, Company: text, Title: text, Description: text }),
			fc.constantFrom('', 'DE', 'USA', 'Narnia'),
			fc.constantFrom('', '030 901820', '+1 617 555 5555', 'none'),
			fc.constantFrom('SPZA-PLT|contoso.add-on', 'AzureMarketplace', 'Something else', ''),
			fc.boolean(),
			async (texts, Country, Phone, LeadSource, hasEmail) => {
				const Email = hasEmail ? `Kim.${(serial += 1)}@Fabrikam.example` : '';
				const { Description, ...details } = texts;
				const sent = lead(
					'x',
					{ ...details, Country, Phone, Email, LeadSource, Description },
					`id-${(serial += 1)}`,
				);
				const [result] = await writer.write([writable(sent)], inTime());
				if (!result?.ok) throw errorOf(result);
				const read = parseLead(await writer.readBack(result.written.id, inTime()), {
					destination: 'salesforce',
				});
				const { customer } = sent;
				expect(read).toMatchObject({
					destination: 'salesforce',
					leadSource: sent.leadSource,
					source: sent.source,
					action: sent.action,
					contactAllowed: sent.contactAllowed,
					isTest: sent.isTest,
					properties: {},
				});
				expect(read.customer).toMatchObject({
					firstName: oneLine(customer.firstName, 40),
					lastName: oneLine(customer.lastName, 80),
					company: oneLine(customer.company, 255),
					title: oneLine(customer.title, 128),
					email: customer.email,
				});
				const plain = (value: string) =>
					value
						.replace(/[^\P{Cc}\s]/gu, '')
						.replace(/\s+/gu, ' ')
						.trim();
				expect(plain(read.description)).toBe(plain(sent.description));
				const again = await (await newWriter()).write([writable(sent)], inTime());
				expect(outcomes(again)).toEqual(['unchanged']);
			},
		),
		{ numRuns: 60 },
	);
});

describe.each([
	['without an External ID', ''],
	['by an External ID', EXTERNAL_ID],
])('written twice %s', (_, field) => {
	it('is one record, in one call, in the next, and beside others', async () => {
		const writer = await newWriter(field);
		const [one, two] = [writable(lead('One')), writable(lead('Two'))];
		expect(outcomes(await writer.write([one, one], inTime()))).toEqual(['created', 'unchanged']);
		expect(outcomes(await writer.write([two, one], inTime()))).toEqual(['created', 'unchanged']);
		const other = await newWriter(field);
		expect(outcomes(await other.write([one, two], inTime()))).toEqual(['unchanged', 'unchanged']);
		expect(stored()).toHaveLength(2);
	});

	it('is one record where the response was lost, and created all the same', async () => {
		salesforce.fault({ kind: 'cut', where: 'inResponse' });
		const writer = await newWriter(field);
		const results = await writer.write(many(20), inTime());
		expect(salesforce.server.faultsLeft()).toBe(0);
		expect(count(results, 'created')).toBe(20);
		expect(stored()).toHaveLength(20);
		expect(calls(field === '' ? 'POST' : 'PATCH')).toBe(1);
	});

	it('is another record where the customer came back', async () => {
		const writer = await newWriter(field);
		await writer.write([writable(lead('Sample', {}, 'first'))], inTime());
		salesforce.pass(60 * MINUTE);
		const later = lead('Sample', {}, 'second');
		expect(outcomes(await writer.write([writable(later)], inTime()))).toEqual(['created']);
		expect(stored()).toHaveLength(2);
	});

	it('makes two of two leads that say the same in one call, and two again', async () => {
		const two = ['a', 'b'].map((id) => writable(lead('Sample', {}, id)));
		const results = await (await newWriter(field)).write(two, inTime());
		expect(outcomes(results)).toEqual(['created', 'created']);
		const again = await (await newWriter(field)).write(two, inTime());
		expect(outcomes(again)).toEqual(['unchanged', 'unchanged']);
		expect(stored()).toHaveLength(2);
	});
});

describe('what is looked for', () => {
	it('is a record of its own for each lead that says the same', async () => {
		const [one, two] = ['a', 'b'].map((id) => writable(lead('Sample', {}, id)));
		await (await newWriter()).write([one!], inTime());
		const results = await (await newWriter()).write([one!, two!], inTime());
		expect(outcomes(results)).toEqual(['unchanged', 'created']);
		expect(stored()).toHaveLength(2);
	});

	it('is no record from before the customer came back, whoever else is written', async () => {
		const [first, other] = [lead('Sample', {}, 'first'), lead('Other')];
		await (await newWriter()).write([writable(first)], inTime());
		salesforce.pass(60 * MINUTE);
		const later = lead('Sample', {}, 'second');
		const results = await (
			await newWriter()
		).write(
			[other, later].map((one) => writable(one)),
			inTime(),
		);
		expect(outcomes(results)).toEqual(['created', 'created']);
	});

	it('is found to the very end of what Salesforce gives in pages', async () => {
		await (await newWriter()).write(many(20), inTime());
		salesforce.api.mostRecords = 3;
		expect(count(await (await newWriter()).write(many(20), inTime()), 'unchanged')).toBe(20);
		expect(stored()).toHaveLength(20);
	});
});

describe('an External ID', () => {
	it('updates the record with what changed, and leaves what people filled in', async () => {
		const writer = await newWriter(EXTERNAL_ID);
		const first = lead('Sample', { Company: '' }, 'one');
		const [created] = await writer.write([writable(first)], inTime());
		if (!created?.ok) throw errorOf(created);
		const { id } = created.written;
		salesforce.organisation.update(id, { Company: 'Fabrikam Inc.' }, salesforce.now());
		const changed = lead('Sample', { Company: '', Title: 'CEO' }, 'one');
		const [updated] = await writer.write([writable(changed)], inTime());
		expect(updated).toMatchObject({ ok: true, written: { outcome: 'updated', id } });
		expect(stored()).toMatchObject([{ Title: 'CEO', Company: 'Fabrikam Inc.' }]);
	});

	it('takes the last of two versions in one call', async () => {
		const writer = await newWriter(EXTERNAL_ID);
		const versions = ['Buyer', 'CEO'].map((Title) => writable(lead('Sample', { Title }, 'one')));
		expect(outcomes(await writer.write(versions, inTime()))).toEqual(['created', 'updated']);
		expect(stored()).toMatchObject([{ Title: 'CEO' }]);
	});

	it('leaves a converted lead alone', async () => {
		const writer = await newWriter(EXTERNAL_ID);
		const [created] = await writer.write([writable(lead('Sample', {}, 'one'))], inTime());
		if (!created?.ok) throw errorOf(created);
		salesforce.organisation.update(created.written.id, { IsConverted: true }, salesforce.now());
		const changed = writable(lead('Sample', { Title: 'CEO' }, 'one'));
		expect(outcomes(await writer.write([changed], inTime()))).toEqual(['unchanged']);
	});

	it('takes ids that are longer than the field', async () => {
		salesforce.organisation.addExternalId('Short__c', 'Short', 20);
		const two = ['a', 'b'].map((end) => writable(lead(end, {}, `${'x'.repeat(300)}${end}`)));
		const writer = await newWriter('Short__c');
		expect(outcomes(await writer.write(two, inTime()))).toEqual(['created', 'created']);
		expect(outcomes(await writer.write(two, inTime()))).toEqual(['unchanged', 'unchanged']);
	});

	it.each(['Nothing__c', 'Email', "x' OR Id != null"])('that is %s is refused', async (field) => {
		const [result] = await (await newWriter(field)).write([writable(lead('Sample'))], inTime());
		expect(errorOf(result).code).toBe('configuration');
	});
});

describe('the owner of a lead', () => {
	const SALESPERSON = '005300000000abcAAA';
	const assigning = { runAssignmentRules: true };
	const owners = () => stored().map(({ LastName, OwnerId }) => [LastName, OwnerId]);
	const givenTo = (owner: string, ...names: string[]) => {
		for (const { Id, LastName } of stored()) {
			if (!names.includes(String(LastName))) continue;
			salesforce.organisation.update(String(Id), { OwnerId: owner }, salesforce.now());
		}
	};
	/** Method, and what it says of assignment, of each call that writes. */
	const written = () =>
		salesforce.server.requests
			.filter(({ method, url }) => method !== 'GET' && url.pathname.includes('/composite/'))
			.map(({ method, headers }) => [method, headers['sforce-auto-assign']]);
	const titled = (name: string) => writable(lead(name, { Title: 'CEO' }));

	it.each([
		['without an External ID', '', 'POST'],
		['with an External ID', EXTERNAL_ID, 'PATCH'],
	])('is the user that signs in, %s', async (_, field, method) => {
		await (await newWriter(field)).write(many(2), inTime());
		const { userId } = salesforce.organisation;
		expect(owners()).toEqual([
			['Sample0', userId],
			['Sample1', userId],
		]);
		expect(written()).toEqual([[method, 'FALSE']]);
	});

	it.each([
		['without an External ID', ''],
		['with an External ID', EXTERNAL_ID],
	])('is whom the rule names for a lead that is created, %s', async (_, field) => {
		await (await newWriter(field, assigning)).write(many(2), inTime());
		const { queueId } = salesforce.organisation;
		expect(owners()).toEqual([
			['Sample0', queueId],
			['Sample1', queueId],
		]);
		expect(written()).toEqual([['POST', 'TRUE']]);
	});

	it.each([{}, assigning])('stays who it is when a lead comes again changed, %j', async (rules) => {
		const writer = await newWriter(EXTERNAL_ID, rules);
		await writer.write([writable(lead('One')), writable(lead('Two'))], inTime());
		givenTo(SALESPERSON, 'One', 'Two');
		const results = await writer.write([titled('One'), titled('Two')], inTime());
		expect(outcomes(results)).toEqual(['updated', 'updated']);
		expect(owners()).toEqual([
			['One', SALESPERSON],
			['Two', SALESPERSON],
		]);
		expect(written().slice(1)).toEqual([['PATCH', 'FALSE']]);
	});

	it('in a batch of both is right for each, at the cost of one more call', async () => {
		const { queueId } = salesforce.organisation;
		const writer = await newWriter(EXTERNAL_ID, assigning);
		await writer.write([writable(lead('Two')), writable(lead('Four'))], inTime());
		givenTo(SALESPERSON, 'Two', 'Four');
		const mixed = ['One', 'Two', 'Three', 'Four', 'Five'].map(titled);
		expect(outcomes(await writer.write(mixed, inTime()))).toEqual([
			'created',
			'updated',
			'created',
			'updated',
			'created',
		]);
		expect(Object.fromEntries(owners())).toEqual({
			One: queueId,
			Two: SALESPERSON,
			Three: queueId,
			Four: SALESPERSON,
			Five: queueId,
		});
		expect(written().slice(1)).toEqual([
			['POST', 'TRUE'],
			['PATCH', 'FALSE'],
		]);
	});

	it('is left alone where somebody else made the lead since it was looked for', async () => {
		let isFirst = true;
		salesforce.spoil = ({ method, url }) => {
			if (method !== 'GET' && url.pathname.includes('/composite/') && isFirst) {
				isFirst = false;
				const values = { LastName: 'Two', Company: 'Fabrikam', [EXTERNAL_ID]: 'lead-Two' };
				salesforce.organisation.insert({
					createdDate: salesforce.now(),
					values: { ...values, OwnerId: SALESPERSON },
				});
			}
			return undefined;
		};
		const writer = await newWriter(EXTERNAL_ID, assigning);
		const results = await writer.write([titled('One'), titled('Two')], inTime());
		expect(outcomes(results)).toEqual(['created', 'updated']);
		expect(Object.fromEntries(owners())).toEqual({
			One: salesforce.organisation.queueId,
			Two: SALESPERSON,
		});
		expect(stored()).toHaveLength(2);
	});

	it('is whom the rule names though the response was lost, and is not looked for twice', async () => {
		salesforce.fault({ kind: 'cut', where: 'inResponse' });
		const results = await (await newWriter(EXTERNAL_ID, assigning)).write(many(3), inTime());
		expect(salesforce.server.faultsLeft()).toBe(0);
		expect(outcomes(results)).toEqual(['created', 'created', 'created']);
		expect(new Set(stored().map(({ OwnerId }) => OwnerId))).toEqual(
			new Set([salesforce.organisation.queueId]),
		);
		expect(written()).toEqual([['POST', 'TRUE']]);
	});
});

describe('500 leads', () => {
	it('take a call for 200 of them, and two looks', async () => {
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(500);
		expect(calls('POST')).toBe(3);
		const ids = results.map((result) => result.ok && result.written.id);
		const named = stored().map(({ Id, LastName }) => [Id, LastName]);
		expect(named).toEqual(ids.map((id, at) => [id, `Sample${at}`]));
	});

	it('take one look for each batch, with addresses and ids as long as they come', async () => {
		salesforce.organisation.addExternalId('Marketplace_Lead_Id__c', 'Marketplace Lead ID');
		const leads = Array.from({ length: 200 }, (_, at) => {
			const Email = `kim.sample.${at + 10_000}@fabrikam-holding.example`;
			return writable(lead(`Sample${at}`, { Email }, `2026-11-22/7f0c6c5e-3b0e-4c53-9d84-${at}`));
		});
		for (const field of ['', 'Marketplace_Lead_Id__c']) {
			const before = salesforce.queries.length;
			const results = await (await newWriter(field)).write(leads, inTime());
			expect(count(results, 'created')).toBe(200);
			expect(salesforce.queries.length - before).toBe(1);
		}
	});

	it('are all written but for the one that is not taken', async () => {
		salesforce.organisation.rules.validation = ({ LastName }) =>
			LastName === 'Sample250' ? 'No Samples of secret-250 here' : undefined;
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(499);
		const error = errorOf(results[250]);
		expect(error.message).toBe('A validation rule of the organisation blocked the lead');
		expectNoSecret(error, ['secret-250']);
	});

	it('are all written but for the one whose fields nobody knows of beforehand', async () => {
		// Described as a text, and yet no text: Salesforce turns away the whole call for it.
		salesforce.spoil = ({ method, body }) =>
			method === 'POST' && body.includes('"spoils all"')
				? { status: 400, body: [{ errorCode: 'JSON_PARSER_ERROR', message: 'secret' }] }
				: undefined;
		const leads = many(500);
		leads[333] = writable(lead('Odd'), { Website: 'spoils all' });
		const results = await (await newWriter()).write(leads, inTime());
		expect(count(results, 'created')).toBe(499);
		expect(errorOf(results[333]).httpCode).toBe('400');
	});

	it('are all written where Salesforce is busy in the middle', async () => {
		salesforce.fault({ kind: 'refused', why: 'busy' }, { page: 1, times: 2 });
		const results = await (await newWriter()).write(many(500), inTime());
		expect(salesforce.server.faultsLeft()).toBe(0);
		expect(count(results, 'created')).toBe(500);
		expect(stored()).toHaveLength(500);
	});

	it('are all written where rows are locked, without a second of any', async () => {
		salesforce.organisation.rules.locked = 7;
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(500);
		expect(stored()).toHaveLength(500);
	});

	it('stop where the day’s calls are spent, and say so of each that is left', async () => {
		salesforce.fault({ kind: 'refused', why: 'throttled', waitSeconds: 60 }, { page: 1 });
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(200);
		expect(errorOf(results[200])).toMatchObject({ code: 'quota', operation: 'write' });
		expect(errorOf(results[499]).message).toBe(errorOf(results[200]).message);
		expect(calls('POST')).toBe(2);
	});

	it('stop when the time is up: none of the rest is called written', async () => {
		salesforce.fault({ kind: 'refused', why: 'busy', waitSeconds: 7_200 }, { page: 2 });
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(400);
		expect(stored()).toHaveLength(400);
		errorOf(results[400]);
		const late = await (await newWriter()).write(many(3), { ...inTime(), deadline: Date.now() });
		expect(late.map((result) => errorOf(result).code)).toEqual(Array(3).fill('timeUp'));
		const aborted = { signal: AbortSignal.abort(), deadline: Date.now() + 5_000 };
		expect((await (await newWriter()).write(many(2), aborted)).every(({ ok }) => !ok)).toBe(true);
		expect(stored()).toHaveLength(400);
	});
});

describe('what Salesforce does not take', () => {
	const written = async (one = lead('Sample'), additional: JsonObject = {}) =>
		(await (await newWriter()).write([writable(one, additional)], inTime()))[0];

	it('is told in words', async () => {
		const { rules, rights } = salesforce.organisation;
		expect(errorOf(await written(lead('Sample', { Email: 'none' }))).message).toBe(
			'Salesforce does not take the email address of the lead',
		);
		rules.leadSourceRestricted = true;
		expect(errorOf(await written()).message).toBe(
			'The value for LeadSource is not in its restricted picklist',
		);
		rules.leadSourceRestricted = false;
		rules.storageFull = true;
		expect(errorOf(await written()).message).toMatch(/no room/);
		rules.storageFull = false;
		rules.locked = 10;
		expect(errorOf(await written()).message).toMatch(/was changing/);
		rules.locked = 0;
		rights.create = false;
		expect(errorOf(await written()).code).toBe('permission');
		rights.leads = false;
		expect(errorOf(await written()).code).toBe('permission');
		expect(stored()).toEqual([]);
	});

	it('is an additional field that is not there, not the user’s, or of another type', async () => {
		for (const additional of [
			{ Nothing__c: 'x' },
			{ CreatedDate: '2026-01-01' },
			{ DoNotCall: 'perhaps' },
			JSON.parse('{"__proto__": "x"}') as JsonObject,
			{ "x' OR '1'='1": 'x' },
		]) {
			const results = await (
				await newWriter()
			).write([writable(lead('Bad'), additional), writable(lead(`Good`))], inTime());
			expect(errorOf(results[0]).code).toBe('configuration');
			expect(results[1]).toMatchObject({ ok: true });
		}
	});

	it('is a duplicate that the organisation blocks; one it only warns of is written', async () => {
		const { rules } = salesforce.organisation;
		await written(lead('Sample', { LeadSource: 'SPZA-INS|contoso.one' }));
		rules.duplicates = 'alert';
		const second = lead('Sample', { LeadSource: 'SPZA-INS|contoso.two' });
		expect(await written(second)).toMatchObject({ ok: true, written: { outcome: 'created' } });
		rules.duplicates = 'block';
		const third = lead('Sample', { LeadSource: 'SPZA-INS|contoso.three' });
		expect(errorOf(await written(third)).message).toMatch(/duplicate rule/);
	});

	it('fails each lead where the sign-in or the response is invalid', async () => {
		const writer = await newWriter();
		salesforce.spoil = ({ method }) =>
			method === 'POST' ? { status: 200, body: { success: true } } : undefined;
		const unexpected = await writer.write(many(2), inTime());
		expect(unexpected.map((result) => errorOf(result).message)).toEqual(
			Array(2).fill(expect.stringMatching(/^Unexpected response from Salesforce: /)),
		);
		salesforce.spoil = () => undefined;
		salesforce.signIn.endSessions();
		salesforce.signIn.app.userActive = false;
		const results = await writer.write(many(2), inTime());
		expect(results.map((result) => errorOf(result).code)).toEqual(Array(2).fill('authentication'));
	});

	it('is nothing where the session ends in the middle: it is renewed', async () => {
		const writer = await newWriter();
		await writer.write(many(1), inTime());
		salesforce.signIn.endSessions();
		const results = await writer.write(many(3), inTime());
		expect(outcomes(results)).toEqual(['unchanged', 'created', 'created']);
	});
});
