/** Leads into Marketo, as fill-outs and as persons, against the fake server over real HTTP. */
import fc from 'fast-check';

import { readAccount } from '../../../nodes/destinations/marketo/connection/account.ts';
import { openMarketo } from '../../../nodes/destinations/marketo/connection/client.ts';
import { RateLimiter } from '../../../nodes/destinations/marketo/connection/rateLimiter.ts';
import { DailyQuota } from '../../../nodes/destinations/marketo/connection/dailyQuota.ts';
import { MarketoReader } from '../../../nodes/destinations/marketo/reading/reader.ts';
import { FormWriter } from '../../../nodes/destinations/marketo/writing/formWriter.ts';
import { UpsertWriter } from '../../../nodes/destinations/marketo/writing/upsertWriter.ts';
import type { WriterOptions } from '../../../nodes/destinations/marketo/writing/writer.ts';
import { marketo as description } from '../../../nodes/destinations/marketo/index.ts';
import type { WriteResult } from '../../../nodes/destinations/contract.ts';
import { DestinationError } from '../../../nodes/destinations/destinationError.ts';
import { microsoftTestLead, parseLead } from '../../../nodes/lead/index.ts';
import type { JsonObject, Lead } from '../../../nodes/lead/types.ts';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { failed, gatewayPage, succeeded } from '../../fakeServers/marketo/responses.ts';
import { FORM_FIELDS } from '../../fakeServers/marketo/instance.ts';
import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
import { ManualClock } from '../../fakeServers/marketo/manualClock.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/pollContract/time.ts';
import { generatedLead } from '../https/generatedLeads.ts';
import { MarketoPlace } from '../../support/places/marketo.ts';
import { asItems, run } from '../../support/places/place.ts';
import { byEngine, openWriter, type EngineWriter } from '../../support/openWriter.ts';
import {
	count,
	expectHelpfulToWriters,
	leadMaker,
	outcomes,
	writable,
	writeErrorOf,
} from '../../support/writing.ts';

const SUBMIT = /submitForm\.json$/;
const UPSERT = /\/leads\.json$/;
const ACTIVITIES = /\/activities\.json$/;
const ID_FIELD = 'marketplaceLead';

const marketoWriting = description.writing;

let marketo: FakeMarketo;
beforeEach(async () => {
	marketo = await startMarketo();
	marketo.struck = 'writing';
	const { instance } = marketo;
	const text = { dataType: 'string', length: 255 };
	instance.fields.push(
		{ displayName: 'Marketplace Lead', rest: ID_FIELD, soap: 'Marketplace_Lead', ...text },
		{ displayName: 'Region', rest: 'region', soap: 'Region', ...text },
		{ displayName: 'Employees', rest: 'employees', soap: 'Employees', dataType: 'integer' },
		{ displayName: 'Visited', rest: 'visited', soap: 'Visited', dataType: 'date' },
	);
	instance.forms[0]!.fields = [
		...FORM_FIELDS,
		...['Description', 'Unsubscribed', 'Region', 'Employees', 'Visited', 'Marketplace_Lead'].map(
			(id) => ({ id, dataType: 'hidden' }),
		),
	];
});
afterEach(async () => await marketo?.stop());

const account = () => readAccount(marketo.credential);

interface NewWriter extends WriterOptions {
	formId: number | undefined;
}

async function newWriter(
	options: Partial<NewWriter> = {},
	rateLimiter = new RateLimiter({ calls: 1_000, window: 100 }),
): Promise<EngineWriter> {
	const client = await openMarketo(account(), 'write', { rateLimiter });
	const { formId, ...given } = {
		formId: marketo.formId,
		leadSourceField: 'leadSource',
		leadIdField: '',
		partition: '',
		lookBack: DAY,
		...options,
	};
	return byEngine(
		formId === undefined ? new UpsertWriter(client, given) : new FormWriter(client, formId, given),
	);
}

const upserting = async () => await newWriter({ formId: undefined });

const lead = leadMaker(() => marketo.now());
const many = (count: number) =>
	Array.from({ length: count }, (_, at) => writable(lead(`Sample${at}`)));

const errorOf = (result: WriteResult | undefined) => writeErrorOf(result, marketo.secrets);
const expectHelpful = (error: DestinationError) => expectHelpfulToWriters(error, marketo.secrets);

async function refused(action: Promise<unknown>): Promise<DestinationError> {
	const error = await action.catch((reason: unknown) => reason);
	if (!(error instanceof DestinationError)) throw new Error('It was not refused', { cause: error });
	expectHelpful(error);
	return error;
}

const persons = () => [...marketo.instance.persons.values()].map(({ fields }) => fields);
const fillOuts = () => marketo.instance.activities().filter(({ typeId }) => typeId === 2);
const calls = (path: RegExp, since = 0) =>
	marketo.requests
		.slice(since)
		.filter(({ url, method }) => path.test(url.pathname) && (path !== UPSERT || method === 'POST'))
		.length;

/** What the poll trigger would read. */
async function readAll(): Promise<Lead[]> {
	const client = await openMarketo(account(), 'read');
	const quota = new DailyQuota(client, { dailyQuota: 50_000, share: 90 });
	const { formId } = marketo;
	const reader = new MarketoReader(client, quota, {
		formId,
		leadSourceField: 'leadSource',
		additionalPersonFields: [],
	});
	const page = await reader.readPage({
		position: null,
		since: marketo.now() - HOUR,
		pageSize: 300,
		isKnown: () => false,
		...inTime(),
	});
	return page.rows.map(({ record }) => parseLead(record, { destination: 'marketo' }));
}

describe('a lead that fills out the form', () => {
	it('is what Microsoft’s would be, and can be read, shown and taken away', async () => {
		const writer = await newWriter();
		const sent = lead('Sample', { Phone: '(617) 555-5555', Country: 'USA', Title: 'Buyer' });
		const [result] = await writer.write([writable(sent)], inTime());
		if (!result?.ok) throw errorOf(result);
		const { id, url, outcome } = result.written;
		expect(outcome).toBe('created');
		expect(url).toBe(`https://app.marketo.example/leadDatabase/loadLeadDetail?leadId=${id}`);
		expect(persons()).toEqual([
			expect.objectContaining({
				firstName: 'Kim',
				lastName: 'Sample',
				email: 'sample@fabrikam.example',
				phone: '(617) 555-5555',
				country: 'USA',
				company: 'Fabrikam',
				title: 'Buyer',
				leadSource: 'SPZA-INS|contoso.add-on',
				unsubscribed: false,
			}),
		]);
		const record = await writer.readBack(id, inTime());
		expect(record).toMatchObject({ formId: marketo.formId, leadId: Number(id) });
		const read = parseLead(record, { destination: 'marketo' });
		expect(read).toMatchObject({ customer: sent.customer, leadSource: sent.leadSource });
		expect(read.properties).toEqual({
			leadId: Number(id),
			formId: marketo.formId,
			formName: expect.any(String),
		});
		expect(await readAll()).toMatchObject([{ id: read.id, customer: sent.customer }]);

		await writer.remove(id, inTime());
		expect(persons()).toEqual([]);
		expect(await writer.readBack(id, inTime())).toBeUndefined();
		await writer.remove(id, inTime());
	});

	it('is not read back before the log shows it', async () => {
		marketo.commitDelay = MINUTE;
		const writer = await newWriter();
		const [result] = await writer.write([writable(lead('Sample'))], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(await writer.readBack(result.written.id, inTime())).toBeUndefined();
		marketo.pass(MINUTE);
		expect(await writer.readBack(result.written.id, inTime())).toMatchObject({
			LastName: 'Sample',
		});
	});

	it('is read back as itself where the person has filled out the form twice', async () => {
		const [writer, other] = [await newWriter(), await newWriter()];
		const [result] = await writer.write(
			[writable(lead('One', { Email: 'a@b.example' }))],
			inTime(),
		);
		if (!result?.ok) throw errorOf(result);
		await other.write([writable(lead('Two', { Email: 'a@b.example' }))], inTime());
		const { id } = result.written;
		expect(await writer.readBack(id, inTime())).toMatchObject({ LastName: 'One' });
		expect(await (await newWriter()).readBack(id, inTime())).toMatchObject({ LastName: 'Two' });
	});

	it('has the parameters of the listing’s address, and no other properties', async () => {
		const properties = {
			mktcmpid: 'spring 26',
			partnerid: '42&x=1',
			deep: { a: 1 },
			'odd name': 'x',
		};
		const sent = { ...lead('Sample'), properties };
		await (await newWriter()).write([writable(sent)], inTime());
		const [read] = await readAll();
		expect(read).toMatchObject({
			campaign: 'spring 26',
			properties: { mktcmpid: 'spring 26', partnerid: '42&x=1' },
		});
		expect(JSON.stringify(read)).not.toMatch(/deep|odd name|marketplaceLeadId/);
	});

	it('carries further fields of the form, of their types, which win', async () => {
		const additional = {
			region: ['EMEA', 'APAC'],
			employees: '50',
			visited: '2026-03-01T10:00:00Z',
			title: 'CEO',
		};
		const writer = await newWriter();
		const sent = lead('Sample', { Title: 'Buyer' });
		const [result] = await writer.write([writable(sent, additional)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(persons()).toMatchObject([
			{ region: 'EMEA;APAC', employees: 50, visited: '2026-03-01', title: 'CEO' },
		]);
		expect(await writer.readBack(result.written.id, inTime())).toMatchObject({
			Region: 'EMEA;APAC',
		});
	});

	it('leaves out what the form has no field for', async () => {
		marketo.instance.forms[0]!.fields = FORM_FIELDS.filter(({ id }) => id !== 'Phone');
		const sent = lead('Sample', { Phone: '+16175555555', Description: 'Hello' });
		expect(outcomes(await (await newWriter()).write([writable(sent)], inTime()))).toEqual([
			'created',
		]);
		expect(persons()[0]).not.toHaveProperty('phone');
	});

	it('that must not be contacted for another reason than its source says so', async () => {
		const silent = { ...lead('Sample'), contactAllowed: false, stage: 'doNotContact' as const };
		const dnc = lead('Other', { LeadSource: 'SPZA-DNC|contoso.add-on' });
		await (await newWriter()).write([writable(silent), writable(dnc)], inTime());
		expect(persons()).toMatchObject([{ unsubscribed: true }, { unsubscribed: false }]);
		expect((await readAll()).map(({ contactAllowed }) => contactAllowed)).toEqual([false, false]);

		marketo.instance.forms[0]!.fields = [...FORM_FIELDS];
		const [result] = await (
			await newWriter()
		).write([writable({ ...silent, id: 'another' })], inTime());
		expect(errorOf(result)).toMatchObject({
			message: 'The form has no field unsubscribed',
			code: 'configuration',
		});
	});

	it('has its source in the system field where the form has that alone', async () => {
		marketo.instance.forms[0]!.fields = [
			...FORM_FIELDS.filter(({ id }) => id !== 'LeadSource'),
			{ id: 'SourceSystemName', dataType: 'hidden' },
		];
		const sent = lead('Sample', { LeadSource: 'SPZA-DNC|contoso.add-on' });
		const [result] = await (await newWriter()).write([writable(sent)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(persons()).toMatchObject([{ sourceSystemName: 'SPZA-DNC|contoso.add-on' }]);
		const read = { leadSource: sent.leadSource, contactAllowed: false };
		expect(await readAll()).toMatchObject([read]);
		const upserted = parseLead(await (await upserting()).readBack(result.written.id, inTime()), {
			destination: 'marketo',
		});
		expect(upserted).toMatchObject(read);
		// The response is lost, and the person's source tells that it was taken.
		marketo.commitDelay = HOUR;
		marketo.fault({ kind: 'cut', where: 'inResponse' });
		const other = writable(lead('Other'));
		expect(outcomes(await (await newWriter()).write([other], inTime()))).toEqual(['created']);
		expect(fillOuts()).toHaveLength(2);
		// Whoever names a field means that one.
		const named = await newWriter({ leadSourceField: 'marketplaceSource' });
		const [refusedLead] = await named.write([writable(lead('Third'))], inTime());
		expect(errorOf(refusedLead).message).toBe('The form has no field marketplaceSource');
	});

	it('is cut where a field takes no more', async () => {
		const sent = lead('x', { FirstName: '😀'.repeat(200), Description: 'y'.repeat(5_000) });
		expect(outcomes(await (await newWriter()).write([writable(sent)], inTime()))).toEqual([
			'created',
		]);
		expect(persons()).toMatchObject([
			{ firstName: '😀'.repeat(127), description: 'y'.repeat(2_000) },
		]);
	});

	it('is Microsoft’s test lead too, which goes away again with its person', async () => {
		const writer = await newWriter();
		const test = microsoftTestLead({ destination: 'marketo', now: marketo.now() });
		const [result] = await writer.write([writable(test)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(await readAll()).toMatchObject([{ isTest: true, leadSource: test.leadSource }]);
		await (await newWriter()).remove(result.written.id, inTime());
		expect(persons()).toEqual([]);
	});

	it('leaves a person who was there before where they are', async () => {
		marketo.instance.upsertPerson({ email: 'sample@fabrikam.example', title: 'CEO' });
		const writer = await newWriter();
		const [result] = await writer.write([writable(lead('Sample'))], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(await refused(writer.remove(result.written.id, inTime()))).toMatchObject({
			message: 'The person was in Marketo before, and was left there',
		});
		expect(persons()).toMatchObject([{ title: 'CEO', lastName: 'Sample' }]);
	});
});

it('reads back as the same lead, whatever it holds, and is found again', async () => {
	const line = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
	const oneLine = (text: string) => {
		const start = line(text.toWellFormed()).slice(0, 255);
		return start.replace(/[\ud800-\udbff]$/, '').trim();
	};
	let serial = 0;
	await fc.assert(
		fc.asyncProperty(generatedLead, async (generated) => {
			serial += 1;
			const email = `kim.${serial}@fabrikam.example`;
			const original = { ...generated.customer.original, email };
			const sent = { ...generated, customer: { ...generated.customer, email, original } };
			const [result] = await (await newWriter()).write([writable(sent)], inTime());
			if (!result?.ok) throw errorOf(result);
			const record = await (await newWriter()).readBack(result.written.id, inTime());
			const read = parseLead(record, { destination: 'marketo' });
			const { customer, leadSource } = sent;
			expect(read.customer).toMatchObject({
				firstName: oneLine(customer.firstName),
				email,
				company: oneLine(customer.company),
				title: oneLine(customer.title),
			});
			const { firstName, lastName, fullName } = customer;
			const rest = fullName.startsWith(`${firstName} `)
				? fullName.slice(firstName.length)
				: fullName;
			expect(read.customer.lastName).toBe(
				oneLine(lastName || (fullName === firstName ? '' : rest.trim())),
			);
			expect(read.contactAllowed).toBe(sent.contactAllowed);
			if (leadSource === oneLine(leadSource)) {
				expect(read.source).toEqual(sent.source);
				expect(read.offer.id === sent.offer.id || read.offer.id === '').toBe(true);
			}
			const plain = (text: string) =>
				text
					.toWellFormed()
					.replace(/[^\P{Cc}\s]/gu, '')
					.replace(/\s+/gu, ' ')
					.trim();
			expect(plain(sent.description).startsWith(plain(read.description).slice(0, 1_900))).toBe(
				true,
			);
			const again = await (await newWriter()).write([writable(sent)], inTime());
			expect(outcomes(again)).toEqual(['unchanged']);
		}),
		{ numRuns: 60 },
	);
});

describe('written twice', () => {
	it('is one fill-out, in one call, in the next, and beside others', async () => {
		const writer = await newWriter();
		const [one, two] = [writable(lead('One')), writable(lead('Two'))];
		expect(outcomes(await writer.write([one, one], inTime()))).toEqual(['created', 'unchanged']);
		expect(outcomes(await writer.write([two, one], inTime()))).toEqual(['created', 'unchanged']);
		const other = await newWriter();
		expect(outcomes(await other.write([one, two], inTime()))).toEqual(['unchanged', 'unchanged']);
		expect(fillOuts()).toHaveLength(2);
	});

	it('is found where the log is long and others have filled out the form', async () => {
		const one = writable(lead('One'));
		await (await newWriter()).write([one], inTime());
		marketo.addForeign(900, { at: marketo.now() + 1_000 * SECOND });
		marketo.fillOut({ fields: { Email: 'one@fabrikam.example', LastName: 'One' } });
		marketo.pass(2_000 * SECOND);
		expect(outcomes(await (await newWriter()).write([one], inTime()))).toEqual(['unchanged']);
	});

	it('makes two of two leads of one person that say the same, in their order', async () => {
		const two = ['a', 'b'].map((id) => writable(lead('Sample', {}, id)));
		expect(outcomes(await (await newWriter()).write(two, inTime()))).toEqual([
			'created',
			'created',
		]);
		expect(fillOuts()).toHaveLength(2);
		expect(persons()).toHaveLength(1);
		expect(outcomes(await (await newWriter()).write(two, inTime()))).toEqual([
			'unchanged',
			'unchanged',
		]);
	});

	it('makes one person of the leads of one address, however long a call takes', async () => {
		marketo.writingTakes = 50;
		const same = Array.from({ length: 6 }, (_, at) =>
			writable(lead('Sample', { Email: at % 2 ? 'A@b.example' : 'a@b.example' }, `${at}`)),
		);
		const results = await (await newWriter()).write([...same, ...many(6)], inTime());
		expect(count(results, 'created')).toBe(12);
		expect(persons()).toHaveLength(7);
		expect(marketo.atOnce.most).toBeLessThanOrEqual(4);
		expect(marketo.atOnce.most).toBeGreaterThan(1);
	});

	it('is one fill-out where the response was lost, and created all the same', async () => {
		marketo.commitDelay = HOUR;
		marketo.fault({ kind: 'cut', where: 'inResponse' }, { page: 2 });
		const results = await (await newWriter()).write(many(5), inTime());
		expect(marketo.faultsLeft()).toBe(0);
		expect(outcomes(results)).toEqual(Array(5).fill('created'));
		expect(fillOuts()).toHaveLength(5);
	});

	it.each([
		['whom Marketo knew with another source', 'Web', HOUR],
		['who came back for the same offer', 'SPZA-INS|contoso.add-on', 0],
	])('is one fill-out where the response was lost of a person %s', async (_, leadSource, delay) => {
		marketo.instance.upsertPerson({ email: 'sample@fabrikam.example', leadSource });
		marketo.commitDelay = delay;
		marketo.fault({ kind: 'cut', where: 'inResponse' });
		const results = await (await newWriter()).write([writable(lead('Sample'))], inTime());
		expect(outcomes(results)).toEqual(['created']);
		expect(fillOuts()).toHaveLength(1);
	});

	it('is another fill-out of the same person whose submit did not arrive', async () => {
		// The person has come with the first of them, and says the same as the second would.
		const two = ['a', 'b'].map((id) => writable(lead('Sample', {}, id)));
		marketo.fault({ kind: 'cut', where: 'beforeResponse' }, { page: 1 });
		expect(outcomes(await (await newWriter()).write(two, inTime()))).toEqual([
			'created',
			'created',
		]);
		expect(fillOuts()).toHaveLength(2);
	});

	it('is looked for from the lead’s own time on', async () => {
		marketo.instance.upsertPerson({ email: 'sample@fabrikam.example' });
		marketo.addForeign(3_000, { at: marketo.now() - 10 * MINUTE });
		const since = marketo.requests.length;
		await (await newWriter()).write([writable(lead('Sample'))], inTime());
		expect(calls(ACTIVITIES, since)).toBe(1);
	});

	it('is not taken for written where only the person has changed meanwhile', async () => {
		const { instance } = marketo;
		const leadSource = 'SPZA-INS|contoso.add-on';
		const known = instance.upsertPerson({ email: 'sample@fabrikam.example', leadSource });
		marketo.fault({ kind: 'cut', where: 'beforeResponse' });
		const writer = await newWriter();
		Object.defineProperty(known.fields, 'updatedAt', {
			get: () => new Date(marketo.now()).toISOString(),
			set: () => undefined,
			enumerable: true,
		});
		const results = await writer.write([writable(lead('Sample'))], inTime());
		expect(outcomes(results)).toEqual(['created']);
		expect(fillOuts()).toHaveLength(1);
	});

	it.each(['604', '611', '713', gatewayPage(502, 'Bad Gateway')])(
		'is one fill-out where Marketo took it and said %j',
		async (said) => {
			marketo.commitDelay = HOUR;
			marketo.belie = () => {
				marketo.belie = () => undefined;
				return typeof said === 'string' ? failed(said) : said;
			};
			const results = await (await newWriter()).write([writable(lead('One'))], inTime());
			expect(outcomes(results)).toEqual(['created']);
			expect(calls(SUBMIT)).toBe(1);
			expect(fillOuts()).toHaveLength(1);
		},
	);

	it('is submitted again without another look where Marketo surely did nothing', async () => {
		marketo.script(SUBMIT, '615');
		const since = marketo.requests.length;
		expect(outcomes(await (await newWriter()).write([writable(lead('One'))], inTime()))).toEqual([
			'created',
		]);
		expect(calls(SUBMIT, since)).toBe(2);
		// Only the one before the first.
		expect(calls(/leads\.jso[n]$/, since)).toBe(1);
	});

	it('is looked for as far back as is said, and not at all with 0', async () => {
		const one = writable(lead('One'));
		await (await newWriter()).write([one], inTime());
		marketo.pass(3 * HOUR);
		const short = await newWriter({ lookBack: 4 * HOUR });
		expect(outcomes(await short.write([one], inTime()))).toEqual(['unchanged']);
		const none = await newWriter({ lookBack: 0 });
		const since = marketo.requests.length;
		expect(outcomes(await none.write([one], inTime()))).toEqual(['created']);
		expect(calls(ACTIVITIES, since)).toBe(0);
		marketo.pass(3 * HOUR);
		const late = await newWriter({ lookBack: HOUR });
		expect(outcomes(await late.write([one], inTime()))).toEqual(['created']);
	});

	it('is not looked for where Marketo knows nobody', async () => {
		const since = marketo.requests.length;
		await (await newWriter()).write(many(3), inTime());
		expect(calls(ACTIVITIES, since)).toBe(0);
	});

	it('refuses only those of known persons where the log is too long to tell', async () => {
		marketo.instance.upsertPerson({ email: 'known@fabrikam.example' });
		marketo.shape = { ...marketo.shape, pauses: 200 };
		const results = await (
			await newWriter()
		).write([writable(lead('Known')), writable(lead('New'))], inTime());
		expect(errorOf(results[0]).message).toMatch(/could not be told in time/);
		expect(outcomes(results)[1]).toBe('created');
	});
});

describe('a lead ID field', () => {
	it('tells a lead at once that the log does not show yet', async () => {
		marketo.commitDelay = HOUR;
		const one = writable(lead('One'));
		await (await newWriter({ leadIdField: ID_FIELD })).write([one], inTime());
		expect(persons()).toMatchObject([{ [ID_FIELD]: 'lead-One' }]);
		const again = await (await newWriter({ leadIdField: ID_FIELD })).write([one], inTime());
		expect(outcomes(again)).toEqual(['unchanged']);
		expect(fillOuts()).toHaveLength(1);
	});

	it('leaves the earlier lead of a person to the log', async () => {
		const two = ['a', 'b'].map((id) => writable(lead('Sample', {}, id)));
		await (await newWriter({ leadIdField: ID_FIELD })).write(two, inTime());
		const again = await (await newWriter({ leadIdField: ID_FIELD })).write(two, inTime());
		expect(outcomes(again)).toEqual(['unchanged', 'unchanged']);
	});

	it('tells that a lead was taken whose response was lost', async () => {
		marketo.commitDelay = HOUR;
		const leadSource = 'SPZA-INS|contoso.add-on';
		marketo.instance.upsertPerson({ email: 'sample@fabrikam.example', leadSource });
		marketo.fault({ kind: 'cut', where: 'inResponse' });
		const writer = await newWriter({ leadIdField: ID_FIELD });
		expect(outcomes(await writer.write([writable(lead('Sample'))], inTime()))).toEqual(['created']);
		expect(fillOuts()).toHaveLength(1);
	});

	it('takes ids that are longer than the field', async () => {
		const two = ['a', 'b'].map((end) => writable(lead(end, {}, `${'x'.repeat(300)}${end}`)));
		const writer = await newWriter({ leadIdField: ID_FIELD });
		expect(outcomes(await writer.write(two, inTime()))).toEqual(['created', 'created']);
		expect(outcomes(await writer.write(two, inTime()))).toEqual(['unchanged', 'unchanged']);
	});

	it('that the form does not have is refused', async () => {
		marketo.instance.forms[0]!.fields = [...FORM_FIELDS];
		const writer = await newWriter({ leadIdField: ID_FIELD });
		const [result] = await writer.write([writable(lead('Sample'))], inTime());
		expect(errorOf(result)).toMatchObject({
			message: `The form has no field ${ID_FIELD}`,
			code: 'configuration',
		});
	});
});

describe('500 leads that fill out the form', () => {
	it('take a call each, and three looks', async () => {
		const results = await (await newWriter()).write(many(500), inTime());
		expect(count(results, 'created')).toBe(500);
		expect(calls(SUBMIT)).toBe(500);
		const ids = results.map((result) => result.ok && Number(result.written.id));
		const names = ids.map((id) => marketo.instance.persons.get(Number(id))?.fields['lastName']);
		expect(names).toEqual(ids.map((_, at) => `Sample${at}`));
		const again = await (await newWriter()).write(many(500), inTime());
		expect(count(again, 'unchanged')).toBe(500);
		expect(fillOuts()).toHaveLength(500);
	});

	it('are one fill-out each, where their addresses have more persons than one page', async () => {
		// Many of one address fill the first page.
		for (let at = 0; at < 250; at += 1) {
			marketo.instance.addPerson({ email: 'sample0@fabrikam.example', leadSource: 'Web' });
		}
		await (await newWriter({ leadIdField: ID_FIELD })).write(many(200), inTime());
		const again = await (
			await newWriter({ leadIdField: ID_FIELD, lookBack: 0 })
		).write(many(200), inTime());
		expect(count(again, 'unchanged')).toBe(200);
		// Who is known is told by the log as well.
		const byLog = await (await newWriter()).write(many(200), inTime());
		expect(count(byLog, 'unchanged')).toBe(200);
		expect(fillOuts()).toHaveLength(200);
	});

	it('are looked up in parts where their addresses have more persons than Marketo finds', async () => {
		for (let at = 0; at < 1_400; at += 1) {
			marketo.instance.addPerson({
				email: `sample${at % 200}@fabrikam.example`,
				leadSource: 'Web',
			});
		}
		await (await newWriter()).write(many(200), inTime());
		expect(count(await (await newWriter()).write(many(200), inTime()), 'unchanged')).toBe(200);
	});

	it.each([
		['give the same token again', { nextPageToken: 'x' }],
		['never end', () => ({ nextPageToken: String(Math.random()) })],
	])('are not written where the pages of persons %s', async (_, rest) => {
		const page = () => succeeded({ result: [], ...(typeof rest === 'function' ? rest() : rest) });
		for (let at = 0; at < 20; at += 1) marketo.script(UPSERT, page());
		const [result] = await (await newWriter()).write(many(1), inTime());
		expect(errorOf(result).message).toMatch(/its pages of persons do not end/);
		expect(fillOuts()).toEqual([]);
	});

	it('are all written but for those that are not taken', async () => {
		const leads = many(100);
		leads[10] = writable(lead('x', { Email: '' }));
		leads[50] = writable(lead('y'), { region: 'x', nothing: 'y' });
		leads[60] = writable(lead('z', { Email: 'nobody@nowhere' }));
		const results = await (await newWriter()).write(leads, inTime());
		expect(count(results, 'created')).toBe(97);
		expect(errorOf(results[10]).message).toBe('The lead has no email address');
		expect(errorOf(results[50]).message).toBe('The form has no field nothing');
		expect(errorOf(results[60]).message).toBe(
			'Marketo does not accept the data of the lead (1003)',
		);
	});

	it('are all written but for one that Marketo always has trouble with', async () => {
		marketo.spoil = (_, body) => (body.includes('"Odd"') ? failed('611') : undefined);
		const leads = many(20);
		leads[7] = writable(lead('Odd', { Email: 'a@b.example' }));
		// Comes after it, because it is of the same person.
		leads[8] = writable(lead('Even', { Email: 'a@b.example' }));
		const results = await (await newWriter()).write(leads, inTime());
		expect(count(results, 'created')).toBe(19);
		expect(errorOf(results[7])).toMatchObject({
			message: 'Something went wrong within Marketo (611)',
			code: 'unreachable',
		});
	});

	it('are all written where Marketo throttles in the middle', async () => {
		marketo.fault({ kind: 'refused', why: 'throttled', waitSeconds: 1 }, { page: 20, times: 6 });
		const results = await (await newWriter()).write(many(60), inTime());
		expect(marketo.faultsLeft()).toBe(0);
		expect(count(results, 'created')).toBe(60);
		expect(fillOuts()).toHaveLength(60);
	});

	it('stay within the rate, and wait for it', async () => {
		const clock = new ManualClock();
		const rateLimiter = new RateLimiter({ calls: 20, window: 20_000 }, clock);
		const limits = { ...inTime(), deadline: Number.POSITIVE_INFINITY };
		const results = await (await newWriter({}, rateLimiter)).write(many(70), limits);
		expect(count(results, 'created')).toBe(70);
		// 74 calls: the last ones begin in the fourth window.
		expect(clock.waited).toBe(60_000);
	});

	it('are refused where their turn would come too late, and not told as written', async () => {
		const rateLimiter = new RateLimiter({ calls: 24, window: 7_200_000 });
		const results = await (await newWriter({}, rateLimiter)).write(many(50), inTime());
		expect(count(results, 'created')).toBe(20);
		expect(fillOuts()).toHaveLength(20);
		expect(errorOf(results.at(-1))).toMatchObject({
			message: 'The time was up before this lead had its turn',
			code: 'timeUp',
		});
	});

	it('stop where the day’s calls are spent, and say so of each that is left', async () => {
		const writer = await newWriter();
		marketo.dailyQuota = 14;
		const results = await writer.write(many(50), inTime());
		expect(count(results, 'created')).toBe(10);
		expect(errorOf(results[49])).toMatchObject({
			message: 'The daily calls of the Marketo instance are used up (607)',
			code: 'quota',
		});
		expect(calls(SUBMIT)).toBeLessThanOrEqual(14);
	});

	it('stop where Marketo can’t be reached any more', async () => {
		const writer = await newWriter();
		await writer.write(many(1), inTime());
		marketo.script(SUBMIT, gatewayPage(503, 'Unavailable'), Number.POSITIVE_INFINITY);
		const results = await writer.write(many(40), inTime());
		expect(outcomes(results)[0]).toBe('unchanged');
		const errors = results.slice(1).map(errorOf);
		expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['unreachable']));
		expect(calls(SUBMIT)).toBeLessThan(40);
	});
});

describe('an error on writing', () => {
	const written = async (one = lead('Sample'), additional: JsonObject = {}) =>
		(await (await newWriter()).write([writable(one, additional)], inTime()))[0];

	it('names the sign-in, the permission or the form', async () => {
		const { permissions } = marketo;
		for (const permission of [...permissions]) {
			permissions.delete(permission);
			marketo.instance.upsertPerson({ email: 'sample@fabrikam.example' });
			expect(errorOf(await written())).toMatchObject({ code: 'permission' });
			permissions.add(permission);
		}
		marketo.instance.forms.length = 0;
		expect(errorOf(await written()).code).toBe('notFound');
		const writer = await openWriter(
			marketoWriting,
			destinationInput(marketo.badCredential, { marketoMethod: 'submitForm', form: '1' }),
		);
		const results = await writer.write(many(2), inTime());
		expect(results.map((result) => errorOf(result).code)).toEqual(Array(2).fill('authentication'));
	});

	it('does not come of a token that runs out in the middle: it is renewed', async () => {
		const writer = await newWriter();
		await writer.write(many(1), inTime());
		marketo.revokeAccess();
		expect(count(await writer.write(many(30), inTime()), 'created')).toBe(29);
	});

	it.each([
		['', /no email address/],
		['kìm@fabrikam.example', /does not accept the email address/],
		['kim,eve@fabrikam.example', /does not accept the email address/],
		[`${'k'.repeat(250)}@fabrikam.example`, /does not accept the email address/],
	])('names the address %j', async (Email, said) => {
		expect(errorOf(await written(lead('Sample', { Email }))).message).toMatch(said);
		expect(calls(SUBMIT)).toBe(0);
	});

	it('names what the form requires and the lead lacks', async () => {
		const fields = marketo.instance.forms[0]!.fields!;
		marketo.instance.forms[0]!.fields = fields.map((field) =>
			field.id === 'Phone' ? { ...field, required: true } : field,
		);
		expect(errorOf(await written())).toMatchObject({
			message: 'The form requires what the lead does not have: Phone Number (1002)',
			code: 'configuration',
		});
	});

	it('names an additional field that does not exist, is read-only or has another type', async () => {
		for (const additional of [
			{ nothing: 'x' },
			{ leadScore: 5 },
			{ createdAt: '2026-01-01' },
			{ employees: 'some' },
			{ unsubscribed: 'perhaps' },
			JSON.parse('{"__proto__": "x"}') as JsonObject,
		]) {
			expect(errorOf(await written(lead('Bad'), additional)).code).toBe('configuration');
		}
		expect(calls(SUBMIT)).toBe(0);
	});

	it('names a form that is only a draft, but not a draft beside the approved form', async () => {
		const [form] = marketo.instance.forms;
		form!.draft = [{ id: 'Email', dataType: 'email' }];
		expect(await written()).toMatchObject({ ok: true, written: { outcome: 'created' } });
		form!.isApproved = false;
		expect(errorOf(await written(lead('Other')))).toMatchObject({
			message: `The form ${marketo.formId} is a draft that was never approved`,
			description: expect.stringContaining('Approve it in Marketo'),
			code: 'configuration',
		});
		expect(calls(SUBMIT)).toBe(1);
	});

	it('names a form without a field for the lead source', async () => {
		marketo.instance.forms[0]!.fields = FORM_FIELDS.filter(({ id }) => id !== 'LeadSource');
		expect(errorOf(await written()).message).toBe('The form has no field leadSource');
	});

	it.each([
		['no list', { status: 200, body: { success: true, result: 5 } }],
		['an empty list', { status: 200, body: { success: true, result: [] } }],
		['neither done nor refused', { status: 200, body: { success: true, result: [{ id: 5 }] } }],
		['no object', { status: 200, body: { success: true, result: [null] } }],
		['a page', gatewayPage(200, 'Welcome')],
	])('tells of a response that is %s', async (_, response) => {
		marketo.script(SUBMIT, response, Number.POSITIVE_INFINITY);
		expect(errorOf(await written()).message).toMatch(/^Unexpected response from Marketo: /);
	});
});

describe('a lead that makes a person', () => {
	it('creates and updates by email, 300 in a call, and no fill-out', async () => {
		const results = await (await upserting()).write(many(650), inTime());
		expect(count(results, 'created')).toBe(650);
		expect(calls(UPSERT)).toBe(3);
		const again = await (await upserting()).write(many(650), inTime());
		expect(count(again, 'updated')).toBe(650);
		expect(persons()).toHaveLength(650);
		expect(fillOuts()).toEqual([]);
	});

	it('can be read back and taken away', async () => {
		const writer = await upserting();
		const sent = lead('Sample', { Country: 'USA', Description: 'Two\nlines' });
		const [result] = await writer.write([writable(sent, { region: 'EMEA' })], inTime());
		if (!result?.ok) throw errorOf(result);
		const { id, url } = result.written;
		expect(url).toBe('');
		const read = parseLead(await writer.readBack(id, inTime()), { destination: 'marketo' });
		expect(read).toMatchObject({
			leadSource: sent.leadSource,
			customer: sent.customer,
			description: 'Two\nlines',
			properties: { region: 'EMEA' },
		});
		await writer.remove(id, inTime());
		expect(await writer.readBack(id, inTime())).toBeUndefined();
	});

	it('is one person where the response was lost', async () => {
		marketo.fault({ kind: 'cut', where: 'inResponse' });
		const results = await (await upserting()).write(many(20), inTime());
		expect(results.every(({ ok }) => ok)).toBe(true);
		expect(persons()).toHaveLength(20);
	});

	it('takes the last of several leads of one person', async () => {
		const leads = ['Buyer', 'CEO'].map((Title) =>
			writable(lead('Sample', { Title, Email: Title === 'CEO' ? 'A@b.example' : 'a@b.example' })),
		);
		const results = await (await upserting()).write([...leads, leads[1]!], inTime());
		expect(outcomes(results)).toEqual(['created', 'updated', 'unchanged']);
		expect(persons()).toMatchObject([{ title: 'CEO' }]);
	});

	it('is refused where several persons have the address, and the others are written', async () => {
		for (let at = 0; at < 2; at += 1) {
			marketo.instance.addPerson({ email: 'sample1@fabrikam.example' });
		}
		const results = await (await upserting()).write(many(3), inTime());
		expect(count(results, 'created')).toBe(2);
		expect(errorOf(results[1]).message).toBe(
			'Several persons in Marketo have this email address (1007)',
		);
	});

	it('leaves a company that Marketo does not let be changed, and writes the rest', async () => {
		marketo.instance.upsertPerson({ email: 'sample1@fabrikam.example', company: 'Contoso' });
		marketo.instance.upsertPerson({ email: 'sample2@fabrikam.example', company: 'Fabrikam' });
		const results = await (await upserting()).write(many(4), inTime());
		expect(outcomes(results)).toEqual(['created', 'updated', 'updated', 'created']);
		const companies = persons().map(({ company, lastName }) => [lastName, company]);
		expect(companies).toEqual(
			expect.arrayContaining([
				['Sample0', 'Fabrikam'],
				['Sample1', 'Contoso'],
			]),
		);
		expect(calls(UPSERT)).toBe(2);
		expect(calls(/companies/)).toBe(0);
	});

	it('is written without its company where Marketo turns away the whole call for it', async () => {
		marketo.spoil = (path, body) =>
			path.endsWith('/leads.json') && body.includes('"company"') ? failed('1021') : undefined;
		expect(count(await (await upserting()).write(many(20), inTime()), 'created')).toBe(20);
		expect(calls(UPSERT)).toBe(2);
	});

	it('is refused where a field of the company is mapped that can’t be changed', async () => {
		const field = { dataType: 'string', length: 255 };
		marketo.instance.fields.push({
			displayName: 'Industry',
			rest: 'industry',
			soap: 'Industry',
			...field,
		});
		marketo.instance.upsertPerson({ email: 'sample@fabrikam.example' });
		const one = writable(lead('Sample'), { industry: 'Steel' });
		const [result] = await (await upserting()).write([one], inTime());
		expect(errorOf(result)).toMatchObject({
			message: 'Marketo does not let the company of this person be changed (1021)',
			description: expect.stringContaining('Additional Fields'),
		});
	});

	it('goes into the partition that is named, and is told where none is', async () => {
		marketo.instance.partitions.push('Europe');
		const into = async (partition: string) =>
			await (await newWriter({ formId: undefined, partition })).write(many(3), inTime());
		expect(errorOf((await into(''))[2])).toMatchObject({
			message: 'Marketo has several partitions and was not told which one to write into (1009)',
			description: expect.stringContaining('the option Partition'),
			code: 'configuration',
		});
		expect(outcomes(await into('Europe'))).toEqual(Array(3).fill('created'));
		expect([...marketo.instance.persons.values()].map(({ partition }) => partition)).toEqual(
			Array(3).fill('Europe'),
		);
		expect(errorOf((await into('Default'))[0]).message).toMatch(/another partition.*1010/);
		expect(errorOf((await into('Asia'))[0]).code).toBe('permission');
	});

	it.each(['1008', '1009'])(
		'is no reason to ask 300 times where Marketo says %s of all',
		async (code) => {
			marketo.spoil = (path) => (path.endsWith('/leads.json') ? failed(code) : undefined);
			const results = await (await upserting()).write(many(650), inTime());
			expect(count(results, 'created')).toBe(0);
			expect(errorOf(results[649]).message).toMatch(/partition/);
			expect(calls(UPSERT)).toBe(1);
		},
	);

	it('stays below a megabyte in a call', async () => {
		const leads = many(300).map(({ lead: one }) =>
			writable(one, { description: '漢'.repeat(2_000) }),
		);
		expect(count(await (await upserting()).write(leads, inTime()), 'created')).toBe(300);
		expect(calls(UPSERT)).toBe(3);
	});

	it('is the one that is refused where Marketo turns away the whole call for it', async () => {
		marketo.spoil = (path, body) =>
			path.endsWith('/leads.json') && body.includes('spoils all') ? failed('1001') : undefined;
		const leads = many(20);
		leads[13] = writable(lead('Odd'), { region: 'spoils all' });
		const results = await (await upserting()).write(leads, inTime());
		expect(count(results, 'created')).toBe(19);
		expect(errorOf(results[13]).message).toMatch(/does not have the type/);
	});

	it('is not begun after the time, and told so', async () => {
		const limits = inTime();
		marketo.spoil = () => {
			limits.deadline = Date.now() - 1;
			return undefined;
		};
		const results = await (await upserting()).write(many(650), limits);
		expect(count(results, 'created')).toBe(300);
		expect(errorOf(results[649]).message).toBe('The time was up before this lead had its turn');
		expect(persons()).toHaveLength(300);
	});

	it('waits and goes on where Marketo throttles, and stops where it has no calls left', async () => {
		marketo.fault({ kind: 'refused', why: 'busy' }, { page: 1, times: 2 });
		expect(count(await (await upserting()).write(many(650), inTime()), 'created')).toBe(650);
		marketo.dailyQuota = marketo.callsToday + 2;
		const results = await (await upserting()).write(many(650), inTime());
		expect(count(results, 'updated')).toBe(300);
		expect(errorOf(results[649]).code).toBe('quota');
	});
});

it('has one rate limit in an execution of the node, whatever forms are written to', async () => {
	const [form] = marketo.instance.forms;
	marketo.instance.forms.push({ ...form!, id: 7, name: 'Other' });
	const turns = jest.spyOn(RateLimiter.prototype, 'waitForTurn');
	const value = `={{ $itemIndex === 0 ? "${marketo.formId}" : "7" }}`;
	await run(new MarketoPlace(marketo), 'createLeads', asItems(lead('One'), lead('Two')), {
		parameters: { form: { __rl: true, mode: 'id', value } },
	});
	expect(fillOuts().map(({ primaryId }) => primaryId)).toEqual([marketo.formId, 7]);
	expect(new Set(turns.mock.contexts).size).toBe(1);
	turns.mockRestore();
});

describe('the node’s settings', () => {
	const input = (parameters: Record<string, unknown>, options: Record<string, unknown> = {}) =>
		destinationInput(marketo.credential, parameters, { options });
	const place = { marketoMethod: 'submitForm' };

	it('make a writer that writes', async () => {
		const writer = await openWriter(
			marketoWriting,
			input(
				{ ...place, form: String(marketo.formId) },
				{ leadIdField: { __rl: true, mode: 'name', value: ID_FIELD }, lookBack: 2 },
			),
		);
		expect(outcomes(await writer.write(many(1), inTime()))).toEqual(['created']);
		expect(persons()).toMatchObject([{ [ID_FIELD]: 'lead-Sample0' }]);
		const upsert = await openWriter(marketoWriting, input({ marketoMethod: 'upsertPerson' }));
		expect(outcomes(await upsert.write(many(1), inTime()))).toEqual(['updated']);
	});

	it('name the partition', async () => {
		marketo.instance.partitions.push('Europe');
		const partition = { __rl: true, mode: 'list', value: 'Europe' };
		const upsert = await openWriter(
			marketoWriting,
			input({ marketoMethod: 'upsertPerson' }, { partition }),
		);
		expect(outcomes(await upsert.write(many(1), inTime()))).toEqual(['created']);
	});

	it.each([
		[{ marketoMethod: 'upsertPerson' }, { partition: 'x'.repeat(256) }],
		[{ marketoMethod: 'submitForm', form: '' }, {}],
		[{ marketoMethod: 'submitForm', form: 'x' }, {}],
		[{ marketoMethod: 'other' }, {}],
		[{ marketoMethod: 'upsertPerson' }, { lookBack: -1 }],
		[{ marketoMethod: 'upsertPerson' }, { leadSourceField: 'a b' }],
	])('%j with %j are refused', async (parameters, options) => {
		const error = await refused(openWriter(marketoWriting, input(parameters, options)));
		expect(error.code).toBe('configuration');
	});

	it('offer the fields of the form, or those of persons, by label', async () => {
		marketo.instance.forms[0]!.fields!.push({
			id: 'Country',
			dataType: 'select',
			values: [
				{ label: 'Select...', value: '' },
				{ label: 'Germany', value: 'DE' },
			],
		});
		const form = await marketoWriting.fields!(input({ ...place, form: String(marketo.formId) }));
		expect(form).toContainEqual({
			name: 'country',
			label: 'Country',
			type: 'options',
			choices: [{ name: 'Germany', value: 'DE' }],
		});
		expect(form).toContainEqual({ name: 'employees', label: 'Employees', type: 'number' });
		expect(form).toContainEqual({ name: 'unsubscribed', label: 'Unsubscribed', type: 'boolean' });
		expect(form.map(({ name }) => name)).not.toContain('leadScore');
		const labels = form.map(({ label }) => label);
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));

		const all = (await marketoWriting.fields!(input({ marketoMethod: 'upsertPerson' }))).map(
			({ name }) => name,
		);
		expect(all).toContain('leadScore');
		expect(all).not.toContain('createdAt');
		marketo.permissions.delete('Read-Only Assets');
		const error = await refused(
			marketoWriting.fields!(input({ ...place, form: String(marketo.formId) })),
		);
		expect(error.code).toBe('permission');
	});
});
