/** Leads into Dynamics 365, against the fake server over real HTTP. */
import fc from 'fast-check';

import { readColumnSettings } from '../../../nodes/destinations/dynamics365/properties.ts';
import { DynamicsReader } from '../../../nodes/destinations/dynamics365/reading/reader.ts';
import { DataverseClient } from '../../../nodes/destinations/dynamics365/connection/client.ts';
import { dynamics365 } from '../../../nodes/destinations/dynamics365/index.ts';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract.ts';
import type { DestinationError } from '../../../nodes/destinations/destinationError.ts';
import { leadSourceText } from '../../../nodes/destinations/leadMapping.ts';
import {
	isMarketplaceLead,
	microsoftTestLead,
	parseLead,
	parseLeadSource,
} from '../../../nodes/lead/index.ts';
import type { JsonObject, Lead } from '../../../nodes/lead/types.ts';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { violationsAt } from '../../fakeServers/dynamics365/heldAgainstModel.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { expectNoSecret } from '../../support/pollContract/errors.ts';
import { generatedLead } from '../https/generatedLeads.ts';
import { openWriter, type EngineWriter } from '../../support/openWriter';
import { count, leadMaker, outcomes, writable, writeErrorOf } from '../../support/writing.ts';

const HOUR = 60 * 60_000;
const TEXT_COLUMN = 'contoso_leadsource';

let authority: EntraAuthority;
let dynamics: FakeDynamics;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => {
	dynamics = await startDynamics({ authority });
	dynamics.struck = 'writing';
});
afterEach(async () => {
	const violations = dynamics && violationsAt(dynamics);
	await dynamics?.stop();
	expect(violations).toEqual([]);
});

interface Setting {
	leadSourceColumn?: string;
	options?: Record<string, unknown>;
	credential?: Record<string, string>;
}

const inputOf = ({
	leadSourceColumn = TEXT_COLUMN,
	options = {},
	credential = dynamics.credential,
}: Setting) => destinationInput(credential, { leadSourceColumn }, { options });

async function newWriter(setting: Setting = {}): Promise<EngineWriter> {
	return (await openWriter(dynamics365.writing, inputOf(setting))) as EngineWriter;
}

const write = async (leads: readonly WritableLead[], setting: Setting = {}) =>
	await (await newWriter(setting)).write(leads, inTime());

/** The leads as the trigger reads them. */
async function readAll(setting: Setting = {}): Promise<Lead[]> {
	const columns = readColumnSettings(inputOf(setting));
	const client = await DataverseClient.open(dynamics.credential, { operation: 'read' });
	const reader = new DynamicsReader(client, columns, { filter: {}, others: true });
	const request = { position: null, since: undefined, pageSize: 5_000, isKnown: () => false };
	const { rows } = await reader.readPage({ ...request, ...inTime() });
	return rows.map(({ record }) => parseLead(record, { destination: 'dynamics365' }));
}

const lead = leadMaker(() => dynamics.server.now());
const many = (count: number) =>
	Array.from({ length: count }, (_, at) => writable(lead(`Sample${at}`)));

const errorOf = (result: WriteResult | undefined) =>
	writeErrorOf(result, [dynamics.credential['clientSecret'] ?? '']);

const batches = () =>
	dynamics.server.requests.filter(({ url }) => url.pathname.endsWith('$batch')).length;

const THROTTLED = {
	status: 429,
	headers: { 'retry-after': '1' },
	body: { error: { code: '0x80072322', message: 'Number of requests exceeded the limit.' } },
};

describe('a lead', () => {
	it('becomes a row that the reader reads, and can be read, shown and taken away', async () => {
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
		expect(url).toBe(`${dynamics.origin}/main.aspx?pagetype=entityrecord&etn=lead&id=${id}`);
		expect(dynamics.rows()).toEqual([
			expect.objectContaining({
				leadid: id,
				firstname: 'Kim',
				lastname: 'Sample',
				emailaddress1: 'sample@fabrikam.example',
				telephone1: '(617) 555-5555',
				address1_country: 'USA',
				companyname: 'Fabrikam',
				jobtitle: 'Buyer',
				subject: 'SPZA-INS|contoso.add-on',
				contoso_leadsource: 'SPZA-INS|contoso.add-on',
				description: 'Two\nlines',
				donotemail: false,
			}),
		]);
		const read = parseLead(await writer.readBack(id, inTime()), { destination: 'dynamics365' });
		const [polled] = await readAll();
		for (const one of [read, polled]) {
			const { customer, leadSource, source, action, offer, stage, description } = sent;
			expect(one).toMatchObject({
				id,
				destination: 'dynamics365',
				...{ customer, leadSource, source, action, offer, stage, description },
			});
		}
		await writer.remove(id, inTime());
		expect(dynamics.rows()).toEqual([]);
		expect(await writer.readBack(id, inTime())).toBeUndefined();
		await writer.remove(id, inTime());
		expect(await writer.readBack('no id', inTime())).toBeUndefined();
	});

	it('has its lead source in the topic, where the column of choices does not know it', async () => {
		const setting = { leadSourceColumn: 'leadsourcecode' };
		const known = lead('Known', { LeadSource: 'SPZA-PLT|contoso.two' });
		await write([writable(lead('Other')), writable(known)], setting);
		expect(dynamics.rows()).toMatchObject([
			{ subject: 'SPZA-INS|contoso.add-on' },
			{ leadsourcecode: 100000001 },
		]);
		expect(dynamics.rows()[0]).not.toHaveProperty('leadsourcecode');
		const read = await readAll(setting);
		expect(read.map(({ leadSource }) => leadSource).sort()).toEqual([
			'SPZA-INS|contoso.add-on',
			'SPZA-PLT|contoso.two',
		]);
		expect(read.every(isMarketplaceLead)).toBe(true);
	});

	it('has its lead source in the topic only, where the column would cut it', async () => {
		const LeadSource = `SPZA-INS|contoso.${'x'.repeat(220)}`;
		await write([writable(lead('Sample', { LeadSource }))]);
		expect(dynamics.rows()[0]).not.toHaveProperty(TEXT_COLUMN);
		expect(await readAll()).toMatchObject([{ leadSource: LeadSource }]);
	});

	it('has its parts in the columns that are chosen for them', async () => {
		const values = [
			{ field: 'OfferTitle', column: { value: 'contoso_offertitle' } },
			{ field: 'ActionCode', column: 'contoso_actioncode' },
			{ field: 'Phone', column: 'mobilephone' },
		];
		const setting = { options: { columns: { values } } };
		const sent = parseLead(
			{
				UserDetails: { LastName: 'Sample', Phone: '+16175555555' },
				LeadSource: 'SPZA',
				ActionCode: 'PLT',
				OfferTitle: 'Contoso Add-On',
			},
			{ destination: 'https' },
		);
		await write([writable(sent)], setting);
		expect(dynamics.rows()[0]).toMatchObject({
			contoso_offertitle: 'Contoso Add-On',
			contoso_actioncode: 'PLT',
			mobilephone: '+16175555555',
		});
		const { action, offer, customer } = sent;
		expect((await readAll(setting))[0]).toMatchObject({ action, offer, customer });
	});

	it('that must not be contacted is marked in the columns Dynamics 365 has for it', async () => {
		const dnc = lead('Dnc', { LeadSource: 'SPZA-DNC|contoso.add-on' });
		const silent = { ...lead('Silent'), contactAllowed: false, stage: 'doNotContact' as const };
		await write([writable(dnc), writable(silent), writable(lead('Open'))]);
		const marks = [true, true, false].map((is) => ({
			donotemail: is,
			donotphone: is,
			donotbulkemail: is,
			donotpostalmail: is,
			donotfax: is,
			donotsendmm: is,
		}));
		expect(dynamics.rows()).toMatchObject(marks);
		const read = await readAll();
		expect(read.filter(({ contactAllowed }) => contactAllowed)).toHaveLength(1);
	});

	it('that must not be contacted is marked as far as the environment has columns for it', async () => {
		dynamics.lacks = ['donotfax', 'donotsendmm'];
		const writer = await newWriter();
		const silent = { ...lead('Silent'), contactAllowed: false, stage: 'doNotContact' as const };
		const [result] = await writer.write([writable(silent)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(dynamics.rows()).toMatchObject([{ donotphone: true, donotfax: false }]);
		const back = await writer.readBack(result.written.id, inTime());
		expect(back).toMatchObject({ donotphone: true, donotpostalmail: true });
		expect(back).not.toHaveProperty('donotfax');
		// One that was mapped by hand has to be there.
		const byHand = await write([writable(lead('Open'), { donotfax: true })]);
		expect(errorOf(byHand[0]).message).toMatch(/donotfax/);
	});

	it('carries further columns, of their types, which win', async () => {
		const additional = {
			JobTitle: 'CEO',
			numberofemployees: '12',
			revenue: 12.5,
			donotfax: 'true',
			leadsourcecode: '8',
			contoso_visitedon: '2026-01-31T12:00:00+01:00',
			estimatedclosedate: '2026-03-01T00:00:00.000Z',
			contoso_offerid: { a: 1 },
		};
		const writer = await newWriter();
		const [result] = await writer.write([writable(lead('Sample'), additional)], inTime());
		if (!result?.ok) throw errorOf(result);
		expect(dynamics.rows()[0]).toMatchObject({
			jobtitle: 'CEO',
			numberofemployees: 12,
			revenue: 12.5,
			donotfax: true,
			leadsourcecode: 8,
			contoso_visitedon: '2026-01-31T11:00:00Z',
			estimatedclosedate: '2026-03-01',
			contoso_offerid: '{"a":1}',
		});
		const read = await writer.readBack(result.written.id, inTime());
		expect(read).toMatchObject({ numberofemployees: 12, jobtitle: 'CEO' });
	});

	it('keeps an address that is too long where a person reads it', async () => {
		const Email = `${'k'.repeat(90)}@fabrikam.example`;
		await write([writable(lead('Sample', { Email, Description: 'x'.repeat(3_000) }))]);
		const [row] = dynamics.rows();
		expect(row).not.toHaveProperty('emailaddress1');
		expect(String(row?.['description'])).toMatch(new RegExp(`^x{1800,}\\nEmail: ${Email}$`));
	});

	it('of Microsoft’s test is read as one', async () => {
		const test = microsoftTestLead({ destination: 'dynamics365', now: Date.UTC(2026, 0, 31) });
		for (const leadSourceColumn of [TEXT_COLUMN, 'leadsourcecode']) {
			await write([writable({ ...test, id: `${test.id}-${leadSourceColumn}` })], {
				leadSourceColumn,
			});
			const [read] = await readAll({ leadSourceColumn });
			expect(read).toMatchObject({ isTest: true, customer: test.customer });
		}
	});
});

it.each([TEXT_COLUMN, 'leadsourcecode'])(
	'reads back as the same lead with %s, whatever it holds, and is found again',
	async (leadSourceColumn) => {
		const setting = { leadSourceColumn };
		const writer = await newWriter(setting);
		let serial = 0;
		const line = (value: string, length: number) =>
			value
				.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, ' ')
				.trim()
				.slice(0, length)
				.replace(/[\ud800-\udbff]$/, '')
				.trim();
		await fc.assert(
			fc.asyncProperty(
				fc.array(generatedLead, { minLength: 1, maxLength: 8 }),
				async (generated) => {
					const leads = generated.map((one) => ({ ...one, id: `${one.id}-${(serial += 1)}` }));
					const results = await writer.write(
						leads.map((one) => writable(one)),
						inTime(),
					);
					for (const [at, sent] of leads.entries()) {
						const result = results[at];
						if (!result?.ok) throw errorOf(result);
						expect(result.written.outcome).toBe('created');
						const record = await writer.readBack(result.written.id, inTime());
						const read = parseLead(record, { destination: 'dynamics365' });
						expect(read).toMatchObject({ id: result.written.id, destination: 'dynamics365' });
						// Whoever must be left alone is, whatever else was lost on the way.
						if (!sent.contactAllowed) expect(read.contactAllowed).toBe(false);
						const { firstName, lastName, company, title, email } = sent.customer;
						expect(read.customer).toMatchObject({
							firstName: line(firstName, 50),
							...(lastName === '' ? {} : { lastName: line(lastName, 50) }),
							company: line(company, 100),
							title: line(title, 100),
						});
						if (email.length < 90) expect(read.customer.email).toBe(line(email, 100));
						const { country, phone, original } = sent.customer;
						const isWhole = (value: string, length: number) => line(value, length) === value.trim();
						if (isWhole(original.country, 80) && isWhole(original.phone, 50)) {
							expect(read.customer).toMatchObject({ country, phone });
						}
						// The lead source wherever a reader can know it for one.
						const source = leadSourceText(sent);
						if (isWhole(source, 200) && parseLeadSource(source).sourceKnown) {
							expect(read.leadSource).toBe(source.trim());
							expect(read.source).toEqual(sent.source);
							const parts = parseLeadSource(source);
							if (parts.action.code !== '') expect(read.action).toEqual(sent.action);
							if (parts.offer.id !== '') expect(read.offer.id).toBe(sent.offer.id);
						}
						const text = sent.description.replace(/[^\P{Cc}\t\r\n]|[\ufffe\uffff]/gu, '').trim();
						const start = read.description;
						if (email.length < 90) expect(text.startsWith(start)).toBe(true);
						if (text.length <= 2_000 && email.length < 90) expect(start).toBe(text);
					}
					const again = await (
						await newWriter(setting)
					).write(
						leads.map((one) => writable(one)),
						inTime(),
					);
					expect(outcomes(again)).toEqual(leads.map(() => 'unchanged'));
				},
			),
			{ numRuns: 25 },
		);
	},
	60_000,
);

describe('written twice', () => {
	it('is one row, in one call, in the next, and beside others', async () => {
		const [one, two] = [writable(lead('One')), writable(lead('Two'))];
		expect(outcomes(await write([one, one]))).toEqual(['created', 'unchanged']);
		expect(outcomes(await write([two, one]))).toEqual(['created', 'unchanged']);
		expect(outcomes(await write([one, two]))).toEqual(['unchanged', 'unchanged']);
		expect(dynamics.rows()).toHaveLength(2);
	});

	it('is one row for two that write it at once', async () => {
		const [a, b] = await Promise.all([write(many(50)), write(many(50))]);
		expect(count(a, 'created') + count(b, 'created')).toBe(50);
		expect(count(a, 'unchanged') + count(b, 'unchanged')).toBe(50);
		expect(dynamics.rows()).toHaveLength(50);
	});

	it.each(['beforeResponse', 'inResponse'] as const)(
		'is one row where the response was lost (%s), and created all the same',
		async (where) => {
			dynamics.server.pass(HOUR);
			const old = many(22).slice(20);
			await write(old);
			dynamics.server.pass(HOUR);
			dynamics.server.fault({ kind: 'cut', where });
			const results = await write(many(22));
			expect(dynamics.server.faultsLeft()).toBe(0);
			expect(outcomes(results)).toEqual([
				...Array<string>(20).fill('created'),
				...['unchanged', 'unchanged'],
			]);
			expect(dynamics.rows()).toHaveLength(22);
		},
	);

	it('leaves what people changed as it is', async () => {
		await write([writable(lead('Sample'))]);
		dynamics.edit(['Sample'], { jobtitle: 'CEO', companyname: null });
		const changed = lead('Sample', { Title: 'Buyer', Phone: '12345' });
		expect(outcomes(await write([writable(changed)]))).toEqual(['unchanged']);
		expect(dynamics.rows()[0]).toMatchObject({ jobtitle: 'CEO', companyname: null });
		expect(dynamics.rows()[0]).not.toHaveProperty('telephone1');
	});

	it('is made anew where somebody deleted it', async () => {
		const [result] = await write([writable(lead('Sample'))]);
		if (!result?.ok) throw errorOf(result);
		dynamics.remove(result.written.id);
		expect(outcomes(await write([writable(lead('Sample'))]))).toEqual(['created']);
	});

	it('is one row with one that was read out of Dynamics 365', async () => {
		await write([writable(lead('Sample'))]);
		const [read] = await readAll();
		expect(outcomes(await write([writable(read!)]))).toEqual(['unchanged']);
	});
});

describe('with Update Existing Leads', () => {
	const setting = { options: { updateExisting: true } };

	it('writes what is different, and nothing where nothing is', async () => {
		await write([writable(lead('Sample', { Company: '' }))], setting);
		dynamics.edit(['Sample'], { companyname: 'Fabrikam Inc.', jobtitle: 'CFO' });
		const changed = [writable(lead('Sample', { Company: '', Title: 'CEO' }))];
		expect(outcomes(await write(changed, setting))).toEqual(['updated']);
		expect(dynamics.rows()).toMatchObject([{ jobtitle: 'CEO', companyname: 'Fabrikam Inc.' }]);
		const last = dynamics.rows()[0]?.['versionnumber'];
		expect(outcomes(await write(changed, setting))).toEqual(['unchanged']);
		expect(dynamics.rows()[0]?.['versionnumber']).toBe(last);
	});

	it('takes the last of several versions in one call', async () => {
		const versions = ['Buyer', 'CEO', 'Buyer'].map((Title) => writable(lead('Sample', { Title })));
		const [first, second, third] = versions as [WritableLead, WritableLead, WritableLead];
		const results = await write([first, second, ...many(150), second, third], setting);
		expect(outcomes(results).slice(0, 2)).toEqual(['created', 'updated']);
		expect(outcomes(results).slice(-2)).toEqual(['unchanged', 'updated']);
		expect(dynamics.rows()[0]).toMatchObject({ lastname: 'Sample', jobtitle: 'Buyer' });
	});

	it('leaves a qualified lead alone, and says created of one whose response was lost', async () => {
		await write([writable(lead('Sample'))], setting);
		dynamics.edit(['Sample'], { statecode: 1 });
		dynamics.server.pass(HOUR);
		dynamics.server.fault({ kind: 'cut', where: 'inResponse' });
		const leads = [writable(lead('Sample', { Title: 'CEO' })), writable(lead('New'))];
		expect(outcomes(await write(leads, setting))).toEqual(['unchanged', 'created']);
		expect(dynamics.rows()).toHaveLength(2);
	});

	it('makes the whole lead anew where somebody deletes it at that moment', async () => {
		await write([writable(lead('Sample'))], setting);
		const [stored] = dynamics.rows();
		dynamics.beforePart = ({ method, body }) => {
			if (method === 'PATCH' && !body.includes('lastname'))
				dynamics.remove(String(stored?.['leadid']));
			return undefined;
		};
		const changed = [writable(lead('Sample', { Title: 'CEO' }))];
		expect(outcomes(await write(changed, setting))).toEqual(['created']);
		expect(dynamics.rows()).toMatchObject([{ lastname: 'Sample', jobtitle: 'CEO' }]);
	});

	it('needs the privilege to write', async () => {
		await write([writable(lead('Sample'))], setting);
		dynamics.writing.privileges.write = false;
		const results = await write([writable(lead('Sample', { Title: 'CEO' }))], setting);
		expect(errorOf(results[0])).toMatchObject({
			code: 'permission',
			message: 'The application user may not change leads',
		});
	});
});

describe('with a Lead ID Column', () => {
	const setting = { options: { leadIdColumn: { mode: 'list', value: 'contoso_leadid' } } };

	it('keeps the id there, and finds leads that others made with it', async () => {
		const ids = Array.from({ length: 120 }, (_, at) => `it's ${at}`);
		const leads = ids.map((id) => writable(lead('Sample', {}, id)));
		const own = dynamics.write({ lastname: 'Made by hand', contoso_leadid: "it's 7" });
		const results = await write(leads, setting);
		expect(count(results, 'created')).toBe(119);
		// One request looks all of them up.
		expect(batches()).toBe(1 + 10);
		expect(results[7]).toMatchObject({ ok: true, written: { outcome: 'unchanged', id: own } });
		expect(new Set(dynamics.rows().map((row) => row['contoso_leadid']))).toEqual(new Set(ids));
		expect(count(await write(leads, setting), 'unchanged')).toBe(120);
		expect(count(await write(leads), 'unchanged')).toBe(119);
	});

	it('takes ids that are longer than the column', async () => {
		const two = ['a', 'b'].map((end) => writable(lead(end, {}, `${'x'.repeat(300)}${end}`)));
		expect(outcomes(await write(two, setting))).toEqual(['created', 'created']);
		expect(outcomes(await write(two, setting))).toEqual(['unchanged', 'unchanged']);
	});

	it.each(['contoso_nothing', 'revenue', 'fullname', "x' or 1 eq 1"])(
		'that is %s is refused',
		async (leadIdColumn) => {
			const failed = write([writable(lead('Sample'))], { options: { leadIdColumn } }).then(
				([result]) => errorOf(result),
				(error: DestinationError) => error,
			);
			expect(await failed).toMatchObject({ name: 'DestinationError', code: 'configuration' });
		},
	);
});

describe('500 leads', () => {
	it('take ten requests, which may run at once', async () => {
		const results = await write(many(500));
		expect(count(results, 'created')).toBe(500);
		expect(batches()).toBe(10);
		expect(dynamics.mostAtOnce).toBeLessThanOrEqual(10);
		const ids = results.map((result) => result.ok && result.written.id);
		const names = new Map(dynamics.rows().map((row) => [row['leadid'], row['lastname']]));
		expect(ids.map((id) => names.get(String(id)))).toEqual(ids.map((_, at) => `Sample${at}`));
	});

	it.each([
		[10, 1],
		[11, 2],
		[100, 10],
		[1_000, 10],
		[1_200, 12],
	])('or other numbers: %i take %i, as few as do not make them wait', async (leads, requests) => {
		expect(count(await write(many(leads)), 'created')).toBe(leads);
		expect(batches()).toBe(requests);
	});

	it('run four at once where there are more than may run at once', async () => {
		dynamics.operationTime = 1;
		expect(count(await write(many(1_200)), 'created')).toBe(1_200);
		expect(dynamics.mostAtOnce).toBeLessThanOrEqual(4);
	});

	it('run no more at once than the environment advises', async () => {
		dynamics.operationTime = 1;
		dynamics.advisedAtOnce = 2;
		expect(count(await write(many(60)), 'created')).toBe(60);
		expect(batches()).toBe(2);
	});

	it('are all written where too many run at once, or take too long together', async () => {
		let turns = 0;
		const { executionTime } = dynamics.protection;
		dynamics.protection = {
			executionTime,
			// Of the first batches, behind four requests for the columns.
			get atOnce() {
				turns += 1;
				return turns > 4 && turns <= 8 ? 0 : 52;
			},
		};
		expect(count(await write(many(100)), 'created')).toBe(100);
		expect(batches()).toBe(14);
	});

	it('are all written but for the one that is not taken', async () => {
		dynamics.writing.plugIn = ({ lastname }) =>
			lastname === 'Sample250' ? 'No Samples of secret-250 here' : undefined;
		const results = await write(many(500));
		expect(count(results, 'created')).toBe(499);
		const error = errorOf(results[250]);
		expect(error.message).toBe('A plug-in or flow of the environment rejected the lead');
		expectNoSecret(error, ['secret-250']);
	});

	it('are all written where Dynamics 365 is busy or throttles in the middle', async () => {
		dynamics.server.fault({ kind: 'refused', why: 'busy' }, { page: 1, times: 2 });
		expect(count(await write(many(250)), 'created')).toBe(250);
		expect(dynamics.server.faultsLeft()).toBe(0);
		let part = 0;
		dynamics.beforePart = () => ((part += 1) > 330 && part <= 360 ? THROTTLED : undefined);
		const results = await write(many(500));
		expect(part).toBe(530);
		expect([count(results, 'created'), count(results, 'unchanged')]).toEqual([250, 250]);
		expect(dynamics.rows()).toHaveLength(500);
	});

	it('are all written where the service stops at an error', async () => {
		dynamics.stopsOnError = true;
		dynamics.writing.plugIn = ({ lastname }) => (lastname === 'Sample42' ? 'No' : undefined);
		const results = await write(many(60));
		expect(count(results, 'created')).toBe(59);
		expect(errorOf(results[42]).message).toMatch(/plug-in/);
	});

	it('are all written but for the one for which the whole batch is turned away', async () => {
		const inner = dynamics.server.requests;
		dynamics.beforeWriting = ({ body }) =>
			body.includes('spoils all')
				? { status: 400, body: '<html>Request blocked</html>' }
				: undefined;
		const leads = many(100);
		leads[33] = writable(lead('Odd', { Title: 'spoils all' }));
		const results = await write(leads);
		expect(count(results, 'created')).toBe(99);
		expect(errorOf(results[33]).httpCode).toBe('400');
		expect(inner.length).toBeLessThan(40);
	});

	it('are not sent one by one where none of them is why batches are turned away', async () => {
		dynamics.beforeWriting = () => ({ status: 400, body: '<html>Request blocked</html>' });
		const results = await write(many(1_000));
		for (const result of results) expect(errorOf(result).httpCode).toBe('400');
		expect(batches()).toBeLessThan(150);
	});

	it('stop where Dynamics 365 asks for a long wait, and say so of each that is left', async () => {
		dynamics.server.fault(
			{ kind: 'refused', why: 'throttled', waitSeconds: 7_200 },
			{ page: 4, times: 99 },
		);
		const results = await write(many(1_000));
		expect(count(results, 'created')).toBe(400);
		expect(dynamics.rows()).toHaveLength(400);
		const failed = results.filter(({ ok }) => !ok);
		expect(failed).toHaveLength(600);
		for (const result of failed) expect(errorOf(result).code).toBe('throttled');
		expect(batches()).toBe(10);
	});

	it('stop where single leads are throttled for long', async () => {
		let part = 0;
		const long = { ...THROTTLED, headers: { 'retry-after': '7200' } };
		dynamics.beforePart = () => ((part += 1) > 250 ? long : undefined);
		const results = await write(many(1_000));
		expect(count(results, 'created')).toBe(250);
		// Those that ran at once when the first was throttled, and none again.
		expect(part).toBe(1_000);
		expect(results.every((result) => result.ok || errorOf(result).code === 'throttled')).toBe(true);
	});

	it('are written again where a transaction was rolled back for want of time, and no other with it', async () => {
		const timedOut = {
			status: 500,
			body: { error: { code: '0x80044151', message: 'SQL timeout expired.' } },
		};
		let part = 0;
		dynamics.beforePart = () => ((part += 1) % 25 === 0 && part <= 100 ? timedOut : undefined);
		const results = await write(many(100));
		expect(count(results, 'created')).toBe(100);
		expect(part).toBe(104);
		dynamics.beforePart = () => timedOut;
		const [result] = await write([writable(lead('Late'))]);
		expect(errorOf(result)).toMatchObject({
			message: 'Dynamics 365 did not get through with the lead in time',
			mayBeDone: true,
		});
	});

	it('stop when the time is up: none of the rest is called written', async () => {
		const late = await (await newWriter()).write(many(3), { ...inTime(), deadline: Date.now() });
		expect(late.map((result) => errorOf(result).code)).toEqual(Array(3).fill('timeUp'));
		const aborted = { signal: AbortSignal.abort(), deadline: Date.now() + 5_000 };
		expect((await (await newWriter()).write(many(2), aborted)).every(({ ok }) => !ok)).toBe(true);
		expect(dynamics.rows()).toHaveLength(0);
	});
});

describe('what Dynamics 365 does not take', () => {
	const failed = async (one = writable(lead('Sample')), setting: Setting = {}) =>
		errorOf((await write([one], setting))[0]);

	it('is told in words', async () => {
		const { privileges } = dynamics.writing;
		privileges.create = false;
		expect(await failed()).toMatchObject({
			code: 'permission',
			message: 'The application user may not create leads',
		});
		privileges.create = true;
		expect(await failed(writable(lead('S'), { leadsourcecode: 77 }))).toMatchObject({
			message: 'The value for the column leadsourcecode is not one of the column’s choices',
		});
		dynamics.mayReadColumns = false;
		expect(await failed()).toMatchObject({ code: 'permission' });
		dynamics.mayReadColumns = true;
		dynamics.caller = 'missing';
		expect(await failed()).toMatchObject({ code: 'permission' });
		dynamics.caller = 'member';
		dynamics.state = 'adminMode';
		expect(await failed()).toMatchObject({ code: 'unreachable' });
		dynamics.state = 'ready';
		expect(dynamics.rows()).toEqual([]);
	});

	it('is a duplicate, where the rules are asked; the same lead is none', async () => {
		const setting = { options: { detectDuplicates: true } };
		dynamics.writing.duplicateRule = true;
		const [first, second] = ['one', 'two'].map((id) => writable(lead('Sample', {}, id)));
		expect(outcomes(await write([first!], setting))).toEqual(['created']);
		expect((await failed(second, setting)).message).toMatch(/duplicate detection rule/);
		expect(outcomes(await write([first!], setting))).toEqual(['unchanged']);
		expect(outcomes(await write([second!]))).toEqual(['created']);
		// Where the rules are asked before the id is looked up.
		dynamics.beforePart = ({ method }) =>
			method === 'PATCH'
				? { status: 412, body: { error: { code: '0x80040333', message: 'A duplicate' } } }
				: undefined;
		expect(outcomes(await write([first!], setting))).toEqual(['unchanged']);
		expect((await failed(writable(lead('New')), setting)).message).toMatch(/duplicate/);
	});

	it('is an additional column that is not there, not the user’s, or of another type', async () => {
		for (const additional of [
			{ contoso_nothing: 'x' },
			{ createdon: '2026-01-01' },
			{ leadid: '0a1b2c3d-0000-8000-8000-00000000000a' },
			{ donotemail: 'perhaps' },
			{ numberofemployees: 1.5 },
			{ ownerid: 'x' },
			{ contoso_visitedon: '31.1.2026' },
			JSON.parse('{"__proto__": "x"}') as JsonObject,
			{ "x' or 1 eq 1": 'x' },
		]) {
			const results = await write([writable(lead('Bad'), additional), writable(lead('Good'))]);
			expect(errorOf(results[0]).code).toBe('configuration');
			expect(results[1]).toMatchObject({ ok: true });
		}
	});

	it.each(['contoso_nothing', 'revenue', 'fullname'])(
		'is a Lead Source Column %s, and says where it was chosen',
		async (leadSourceColumn) => {
			const error = await failed(undefined, { leadSourceColumn });
			expect(error).toMatchObject({ code: 'configuration' });
			expect(error.description).toContain('Lead Source Column');
		},
	);

	it('is told of each where the sign-in or the response is none', async () => {
		const wrong = await write(many(2), { credential: dynamics.badCredential });
		expect(wrong.map((result) => errorOf(result).code)).toEqual(Array(2).fill('authentication'));
		dynamics.beforeWriting = () => ({ status: 200, body: '<html>Sign in</html>' });
		const results = await write(many(2));
		expect(results.map((result) => errorOf(result).message)).toEqual(
			Array(2).fill('Unexpected response from Dynamics 365: it is no response to a batch'),
		);
		dynamics.beforeWriting = () => ({ status: 404, body: 'Not Found' });
		expect(await failed()).toMatchObject({ code: 'notFound' });
		const nowhere = { ...dynamics.credential, environmentUrl: 'http://127.0.0.1:9' };
		const unreachable = await write(many(2), { credential: nowhere });
		expect(unreachable.map((result) => errorOf(result).code)).toEqual(Array(2).fill('unreachable'));
	});

	it('is nothing where the token expires in the middle: another one is got', async () => {
		const writer = await newWriter();
		await writer.write(many(1), inTime());
		dynamics.expireTokens();
		const results = await writer.write(many(3), inTime());
		expect(outcomes(results)).toEqual(['unchanged', 'created', 'created']);
	});
});

describe('the fields to map', () => {
	it('are the environment’s writable columns, by their labels', async () => {
		const fields = (await dynamics365.writing.fields?.(inputOf({}))) ?? [];
		const labels = fields.map(({ label }) => label);
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		expect(fields).toEqual(
			expect.arrayContaining([
				{ name: 'firstname', label: 'First Name', type: 'string' },
				{ name: 'description', label: 'Description', type: 'string' },
				{ name: 'donotfax', label: 'Do not allow Faxes', type: 'boolean' },
				{ name: 'revenue', label: 'Annual Revenue', type: 'number' },
				{ name: 'estimatedclosedate', label: 'Est. Close Date', type: 'dateTime' },
				expect.objectContaining({
					name: 'leadsourcecode',
					type: 'options',
					choices: expect.arrayContaining([{ name: 'Web', value: '8' }]),
				}),
			]),
		);
		const names = fields.map(({ name }) => name);
		for (const name of ['leadid', 'createdon', 'fullname', 'ownerid', 'leadsourcecodename']) {
			expect(names).not.toContain(name);
		}
	});
});
