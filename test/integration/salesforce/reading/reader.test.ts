/** What only Salesforce does: sessions that end, a shared quota, hidden fields, queries, unexpected responses. */
import { setTimeout as sleep } from 'node:timers/promises';

import { parseQuery } from '@jetstreamapp/soql-parser-js';
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import type { Lead } from '../../../../nodes/lead/types.ts';
import type { LeadToWrite } from '../../../fakeServers/leadToWrite.ts';
import { namesOf, Poller } from '../../../support/pollContract/poller.ts';
import { expectHelpful, errorOf } from '../../../support/pollContract/errors.ts';
import { HOUR, MINUTE, SECOND } from '../../../support/pollContract/time.ts';
import { skipWaits } from '../../../support/skippedWaits.ts';
import { startSalesforce } from '../../../fakeServers/salesforce/salesforce.ts';
import { SalesforcePlace } from '../../../support/places/salesforce.ts';

skipWaits();

const running: SalesforcePlace[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map(async ({ fakeServer }) => await fakeServer.stop()));
});

/** An organisation whose node has the defaults: other leads are left out by the query. */
async function newPlace(): Promise<SalesforcePlace> {
	const place = new SalesforcePlace(await startSalesforce());
	running.push(place);
	return place;
}

/** The one call that finds out which Lead Sources there are. */
const SOURCES_CALL = 1;
const isLeadQuery = (url: URL) => !/GROUP BY/.test(url.searchParams.get('q') ?? 'GROUP BY');
const letters = (text: string) => [...text].map((name) => ({ name }));
const withOptions = (options: INodeParameters): { parameters: INodeParameters } => ({
	parameters: { options },
});

describe('a session', () => {
	it('that ends in the middle of a poll is renewed, once for all that follows', async () => {
		const place = await newPlace();
		const { fakeServer: salesforce } = place;
		await place.insert(letters('abcdef'));
		place.shapePages({ records: 2 });
		let queries = 0;
		salesforce.spoil = ({ url }) => {
			if (isLeadQuery(url) && (queries += 1) === 2) salesforce.signIn.endSessions();
			return undefined;
		};
		expect(await new Poller(place).poll()).toEqual([...'abcdef']);
		expect(salesforce.signIn.asked).toBe(2);
		expect(queries).toBe(4);
	});

	it('that ends as soon as it begins is refused, not renewed for ever', async () => {
		const place = await newPlace();
		const { fakeServer: salesforce } = place;
		const code = { message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' };
		salesforce.spoil = ({ url }) =>
			url.pathname.endsWith('/query') ? { status: 401, body: [code] } : undefined;
		const error = await errorOf(new Poller(place).poll());
		expectHelpful(error, place);
		expect(error).toMatchObject({ httpCode: '401' });
		expect(salesforce.signIn.asked).toBe(2);
	});

	it('that can not be renewed is told by the reason of that', async () => {
		const place = await newPlace();
		const { fakeServer: salesforce } = place;
		salesforce.spoil = ({ url }) => {
			if (url.pathname.endsWith('/query')) {
				salesforce.signIn.endSessions();
				salesforce.signIn.app.userActive = false;
			}
			return undefined;
		};
		const error = await errorOf(new Poller(place).poll());
		expectHelpful(error, place);
		expect(error.message).toBe('The user that signs in is inactive or locked');
	});

	it('is that of the organisation, whichever way one signs in', async () => {
		const place = await newPlace();
		await place.insert(letters('a'));
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual(['a']);
		const { refreshCredential } = place.fakeServer;
		const credentials = { marketplaceLeadSalesforceApi: refreshCredential };
		expect(await poller.restarted(poller.kept(), { credentials }).poll()).toEqual([]);
	});

	it('is begun again when the response to the sign-in is late or cut off', async () => {
		const place = await newPlace();
		await place.insert(letters('a'));
		const { fakeServer: salesforce } = place;
		let rejections = 2;
		salesforce.spoil = ({ url }) =>
			url.pathname.endsWith('/token') && rejections-- > 0
				? { status: 503, body: '<html>down</html>' }
				: undefined;
		expect(await new Poller(place).poll()).toEqual(['a']);
	});
});

describe("the organisation's quota", () => {
	it('is left alone above the share that was set', async () => {
		const place = await newPlace();
		const { usage } = place.fakeServer.api;
		await place.insert(letters('ab'));
		Object.assign(usage, { used: 87, limit: 100 });
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual(['a', 'b']);
		await place.insert(letters('c'));
		const kept = poller.kept();
		const error = await errorOf(poller.poll());
		expectHelpful(error, place);
		expect(error.message).toContain('90 %');
		// Found out by the one call that had to be made.
		expect(usage.used).toBe(90);
		expect(poller.kept()).toEqual(kept);
		usage.used = 10;
		expect(await poller.poll()).toEqual(['c']);
	});

	it('stops a backlog where it stands', async () => {
		const place = await newPlace();
		await place.insert(letters('abcdef'));
		place.shapePages({ records: 2 });
		Object.assign(place.fakeServer.api.usage, { used: 47 - SOURCES_CALL, limit: 100 });
		const poller = new Poller(place, withOptions({ dailyQuotaShare: 50 }));
		expect(await poller.poll()).toEqual([...'abcd']);
		place.fakeServer.api.usage.used = 0;
		expect(await poller.poll()).toEqual([...'ef']);
	});

	it('is not asked again for once it is spent', async () => {
		const place = await newPlace();
		await place.insert(letters('a'));
		place.fault({ kind: 'refused', why: 'throttled', waitSeconds: HOUR / SECOND });
		const error = await errorOf(new Poller(place).poll());
		expectHelpful(error, place);
		expect(error.message).toContain('used up its API calls');
		expect(place.fakeServer.queries).toHaveLength(SOURCES_CALL + 1);
	});

	it('may be set to a percentage only', async () => {
		const place = await newPlace();
		const poller = new Poller(place, withOptions({ dailyQuotaShare: 0 }));
		await expect(poller.poll()).rejects.toThrow('not a percentage');
		expect(place.fakeServer.server.requests).toEqual([]);
	});
});

describe('a field', () => {
	it('that the user can not see is left out, with one more call a poll', async () => {
		const place = await newPlace();
		const { fakeServer: salesforce } = place;
		await place.insert(letters('abc'));
		place.shapePages({ records: 1 });
		const whole = await new Poller(place).leads();
		salesforce.organisation.rights.hidden.add('HasOptedOutOfEmail').add('Phone');
		const before = salesforce.queries.length;
		const leads = await new Poller(place, withOptions({ includeRaw: true })).leads();
		expect(namesOf(leads)).toEqual(['a', 'b', 'c']);
		expect(salesforce.queries.length - before).toBe(SOURCES_CALL + 4);
		expect(whole[0]?.customer.original.phone).not.toBe('');
		expect(leads[0]?.customer.original).toEqual({ ...whole[0]?.customer.original, phone: '' });
		expect(Object.keys(leads[0]?.raw as object)).toEqual(
			expect.arrayContaining(['DoNotCall', 'LeadSource']),
		);
		// Not all that could be seen: the same record, however it was asked for.
		expect(Object.keys(leads[0]?.raw as object)).not.toContain('Status');
	});

	it('of consent is heeded wherever it can be seen', async () => {
		const place = await newPlace();
		const { organisation } = place.fakeServer;
		const [id = ''] = await place.insert(letters('a'));
		organisation.update(id, { DoNotCall: true }, place.now());
		organisation.rights.hidden.add('HasOptedOutOfEmail');
		const [lead] = await new Poller(place).leads();
		expect(lead).toMatchObject({ contactAllowed: false, stage: 'doNotContact' });
	});

	it('for the lead source has to be seen', async () => {
		const place = await newPlace();
		await place.insert(letters('a'));
		place.fakeServer.organisation.rights.hidden.add('LeadSource');
		for (const includeOthers of [false, true]) {
			const error = await errorOf(new Poller(place, withOptions({ includeOthers })).poll());
			expectHelpful(error, place);
			expect(error.message).toBe("The user can't see the field LeadSource of leads");
		}
	});

	it('that was asked for becomes a property, or is named where it can not be seen', async () => {
		const place = await newPlace();
		const { organisation } = place.fakeServer;
		organisation.addCustomField('Region__c', 'Region');
		const [id = ''] = await place.insert(letters('a'));
		organisation.update(id, { Region__c: "West's", Website: 'fabrikam.example' }, place.now());
		const options = withOptions({ additionalFields: ['Region__c', 'website'] });
		const properties = { Region__c: "West's", Website: 'fabrikam.example' };
		expect(await new Poller(place, options).leads()).toMatchObject([{ properties }]);
		// Also beside others that are hidden.
		organisation.rights.hidden.add('DoNotCall');
		expect(await new Poller(place, options).leads()).toMatchObject([{ properties }]);
		for (const hidden of ['Website', 'Region__c']) {
			organisation.rights.hidden.add(hidden);
			const error = await errorOf(new Poller(place, options).poll());
			expectHelpful(error, place);
			expect(error.message.toLowerCase()).toContain(`field ${hidden.toLowerCase()} of leads`);
		}
	});

	it('that is no name is refused before anything is asked', async () => {
		const place = await newPlace();
		const additionalFields = ['Id FROM User WHERE Id != null'];
		const poller = new Poller(place, withOptions({ additionalFields }));
		await expect(poller.poll()).rejects.toThrow('no field of leads');
		expect(place.fakeServer.server.requests).toEqual([]);
	});
});

describe('a query', () => {
	it('leaves out what is no marketplace lead, unless others are wanted', async () => {
		const place = await newPlace();
		await place.insert([
			{ name: 'web', leadSource: 'Web' },
			{ name: 'none', leadSource: '' },
			{ name: 'store', leadSource: 'SPZA-PLT|contoso.add-on' },
			{ name: 'alone', leadSource: 'AzureMarketplace' },
			{ name: 'new store', leadSource: 'NewStore-NEW | contoso.add-on' },
			{ name: 'test', leadSource: 'MSFT_TEST_636573304831318844-MSFT_TEST_1|Offer' },
			{ name: 'MSFT_TEST_636573304831318844', leadSource: 'Web' },
			{ name: 'a bar', leadSource: 'web | or not' },
		]);
		const leads = ['MSFT_TEST_636573304831318844', 'alone', 'new store', 'store', 'test'];
		expect(await new Poller(place).poll()).toEqual(leads);
		// What is not wanted was not read.
		expect(place.traffic().records).toBe(leads.length);
		const others = new Poller(place, withOptions({ includeOthers: true }));
		expect(await others.poll()).toEqual([...leads, 'a bar', 'none', 'web'].sort());
	});

	it('asks for what the filters let through', async () => {
		const place = await newPlace();
		await place.insert([
			{ name: 'wanted', leadSource: "AppSource (SPZA)-PLT|contoso.100%_o'clock" },
			{ name: 'other action', leadSource: 'SPZA-INS|contoso.add-on' },
			{ name: 'other offer', leadSource: 'SPZA-PLT|fabrikam.add-on' },
			{ name: 'no wildcard', leadSource: 'SPZA-PLT|contoso.1000_o-clock' },
		]);
		const filters = { sources: ['SPZA'], actions: ['PLT'], offers: "CONTOSO.100%_o'*" };
		const poller = new Poller(place, { parameters: { filters } });
		expect(await poller.poll()).toEqual(['wanted']);
		expect(place.traffic().records).toBe(1);
	});

	it('asks for the Lead Source that was chosen, with whatever is in it', async () => {
		const place = await newPlace();
		const unusual = 'SPZA-PLT|it\'s 100%\\ "x" OR Id != null';
		await place.insert([
			{ name: 'this', leadSource: unusual },
			{ name: 'other', leadSource: 'SPZA-PLT|it' },
		]);
		const leadSource = { __rl: true, mode: 'value', value: unusual };
		const parameters = { filters: { leadSource } };
		expect(await new Poller(place, { parameters }).poll()).toEqual(['this']);
	});

	it('is one that another parser reads, in the order of CreatedDate and Id', async () => {
		const place = await newPlace();
		await place.insert(letters('abc'));
		const poller = new Poller(place, { parameters: { maxLeads: 2 } });
		await poller.drain();
		const queries = place.fakeServer.queries.filter((soql) => !soql.includes('GROUP BY'));
		expect(queries.length).toBeGreaterThan(1);
		for (const soql of queries) {
			expect(parseQuery(soql).orderBy).toMatchObject([{ field: 'CreatedDate' }, { field: 'Id' }]);
		}
	});

	it('fits an address however many filters there are', async () => {
		const place = await newPlace();
		await place.insert([{ name: 'wanted', leadSource: 'SPZA-PLT|contoso.offer-399' }]);
		const offers = Array.from({ length: 400 }, (_, at) => `contoso.offer-${at}`).join(',');
		const poller = new Poller(place, { parameters: { filters: { offers } } });
		expect(await poller.poll()).toEqual(['wanted']);
	});

	it('costs one call a poll, whether or not something comes', async () => {
		const place = await newPlace();
		const { usage } = place.fakeServer.api;
		const poller = new Poller(place);
		const calls = async () => {
			const { used } = usage;
			await poller.poll();
			return usage.used - used;
		};
		// The first one is for everything, so it asks which Lead Sources there are; and as it finds no lead,
		// it looks at what there is, to say why.
		await place.insert([{ name: 'web', leadSource: 'Web' }]);
		expect(await calls()).toBe(3);
		expect(await calls()).toBe(1);
		await place.insert(letters('ab'));
		expect(await calls()).toBe(1);
		// For as long as late ones are looked for among them, from the last poll on.
		place.pass(16 * MINUTE);
		expect(await calls()).toBe(1);
		expect(await calls()).toBe(1);
		const others = new Poller(place, withOptions({ includeOthers: true }));
		const { used } = usage;
		await others.poll();
		expect(usage.used - used).toBe(1);
	});

	it('asks for Lead Sources behind a page of recent leads, once for the rest of the scan', async () => {
		const place = await newPlace();
		const poller = new Poller(place, { parameters: { maxLeads: 10 } });
		await poller.poll();
		const others = Array.from({ length: 100 }, (_, at) => ({
			name: `web ${at}`,
			leadSource: 'Web',
		}));
		await place.insert(others);
		await place.insert(letters('abcdefghijklmnopqrstuvwxyz'));
		const before = place.fakeServer.queries.length;
		expect(await poller.drain()).toEqual(
			letters('abcdefghijklmnopqrstuvwxyz').map(({ name }) => name),
		);
		const queries = place.fakeServer.queries.slice(before);
		expect(queries.filter((soql) => soql.includes('GROUP BY'))).toHaveLength(1);
		expect(queries[0]).not.toContain('LeadSource IN');
		expect(queries.slice(2).every((soql) => soql.includes('LeadSource IN'))).toBe(true);
	});

	it('does not go on by Lead Sources that were found for other filters, or damaged', async () => {
		const place = await newPlace();
		await place.insert([
			...letters('abcd'),
			...letters('efgh').map((lead) => ({ ...lead, leadSource: 'SPZA-PLT|contoso.one' })),
			{ name: 'web', leadSource: 'Web' },
		]);
		const first = new Poller(place, {
			parameters: { maxLeads: 2, filters: { sources: ['SPZA'] } },
		});
		expect(await first.poll()).toEqual(['e', 'f']);
		const wider = new Poller(place, {
			parameters: { maxLeads: 10, filters: { actions: ['PLT'] } },
			staticData: first.kept(),
		});
		expect(await wider.poll()).toEqual(['g', 'h']);
		const kept = first.kept();
		const damaged = JSON.parse(
			JSON.stringify(kept).replaceAll(/"only":"[^"]*"/g, '"only":"LeadSource = ("'),
		) as typeof kept;
		expect(JSON.stringify(damaged)).not.toBe(JSON.stringify(kept));
		const parameters = { maxLeads: 2, filters: { sources: ['SPZA'] } };
		expect(await new Poller(place, { parameters, staticData: damaged }).poll()).toEqual(['g', 'h']);
	});

	it('costs no further call for fields that are known to be hidden', async () => {
		const place = await newPlace();
		place.fakeServer.organisation.rights.hidden.add('DoNotCall');
		const { usage } = place.fakeServer.api;
		const poller = new Poller(place);
		await place.insert(letters('a'));
		await poller.poll();
		const { used } = usage;
		await place.insert(letters('b'));
		expect(await poller.poll()).toEqual(['b']);
		expect(usage.used - used).toBe(1);
	});

	it('finds a lead whose Lead Source an administrator has given another label', async () => {
		const place = await newPlace();
		const value = 'SPZA-PLT|contoso.add-on';
		place.fakeServer.organisation.leadSources.push({
			value,
			label: 'Kontaktwunsch',
			active: true,
		});
		await place.insert([
			{ name: 'labelled', leadSource: value },
			{ name: 'web', leadSource: 'Web' },
		]);
		const filters = { sources: ['SPZA'], actions: ['PLT'], offers: 'contoso.*' };
		expect(await new Poller(place, { parameters: { filters } }).poll()).toEqual(['labelled']);
		expect(place.fakeServer.queries.at(-1)).toContain(`LeadSource IN ('${value}')`);
	});

	it.each([
		['gives up on', { status: 400, body: [{ errorCode: 'QUERY_TIMEOUT', message: '' }] }],
		['gives only some of', { status: 200, body: { done: false, records: [] } }],
	])('reads all leads where Salesforce %s the Lead Sources', async (_, response) => {
		const place = await newPlace();
		await place.insert([{ name: 'store' }, { name: 'web', leadSource: 'Web' }]);
		place.fakeServer.spoil = ({ url }) =>
			url.searchParams.get('q')?.includes('GROUP BY') ? response : undefined;
		expect(await new Poller(place).poll()).toEqual(['store']);
		expect(place.traffic().records).toBe(2);
	});

	it('reads all leads where Salesforce takes too long over the Lead Sources', async () => {
		const place = await newPlace();
		await place.insert([{ name: 'store' }, { name: 'web', leadSource: 'Web' }]);
		place.fakeServer.spoil = async ({ url }) => {
			if (isLeadQuery(url)) return undefined;
			if (url.pathname.endsWith('/query')) await sleep(15 * SECOND);
			return undefined;
		};
		expect(await new Poller(place).poll()).toEqual(['store']);
		expect(place.traffic().records).toBe(2);
	});

	it('reads all leads where there are more Lead Sources than Salesforce gives', async () => {
		const place = await newPlace();
		await place.insert(
			Array.from({ length: 2_001 }, (_, at) => ({ name: `${at}`, leadSource: `Web ${at}` })),
		);
		await place.insert([{ name: 'store' }]);
		expect(await new Poller(place).poll()).toEqual(['store']);
	});

	it('finds a lead of another source that came between the two', async () => {
		const place = await newPlace();
		const { fakeServer: salesforce } = place;
		await place.insert([{ name: 'a' }, { name: 'web', leadSource: 'Web' }]);
		let isBetween = true;
		salesforce.spoil = ({ url }) => {
			if (isLeadQuery(url) && isBetween) {
				isBetween = false;
				void place.insert([{ name: 'between', leadSource: 'AzurePortal-Create|contoso.b' }]);
				place.pass(20 * MINUTE);
			}
			return undefined;
		};
		const poller = new Poller(place);
		expect(await poller.poll()).toEqual(['a']);
		expect(await poller.poll()).toEqual(['between']);
	});

	it('is about the sources of all leads it is to find, in a manual test as well', async () => {
		const place = await newPlace();
		await place.insert([
			{ name: 'web', leadSource: 'Web' },
			{ name: 'old', writtenAt: place.now() - 60 * 24 * HOUR },
		]);
		expect(namesOf([await new Poller(place).manual()])).toEqual(['old']);
	});
});

describe('a lead', () => {
	it('that shows up twelve minutes late is found, among others of its second', async () => {
		const place = await newPlace();
		const poller = new Poller(place);
		await place.insertLate(letters('l'));
		await place.insert(letters('a'));
		expect(await poller.poll()).toEqual(['a']);
		for (let minutes = 0; minutes < 12; minutes += 4) {
			place.pass(4 * MINUTE);
			expect(await poller.poll()).toEqual([]);
		}
		place.showLate();
		expect(await poller.poll()).toEqual(['l']);
	});

	it('that is deleted in the middle of a pass takes no other with it', async () => {
		const place = await newPlace();
		const ids = await place.insert(letters('abcdef'));
		const poller = new Poller(place, { parameters: { maxLeads: 3 } });
		const given = await poller.poll();
		place.fakeServer.organisation.remove(ids[2]!);
		expect([...given, ...(await poller.drain())].sort()).toEqual([...'abcdef']);
	});

	it('has the Salesforce ID, and what Web-to-Lead wrote', async () => {
		const place = await newPlace();
		const leadSource = 'SPZA-PLT|contoso.add-on';
		const [id] = await place.insert([{ name: 'Sample', leadSource }]);
		const [lead] = (await new Poller(place).leads()) as [Lead];
		expect(lead).toMatchObject({
			id,
			destination: 'salesforce',
			leadSource,
			contactAllowed: true,
			customer: { firstName: 'Kim', lastName: 'Sample', company: 'Fabrikam' },
			offer: { id: 'contoso.add-on' },
			properties: {},
		});
		expect(Date.parse(lead.createdAt)).toBeLessThanOrEqual(place.now());
	});
});

describe('a response', () => {
	const good = {
		attributes: {},
		Id: '00Q000000004FH0EAM',
		CreatedDate: '2026-01-31T12:00:05.000+0000',
	};
	it.each([
		['a page', '<html>Log in</html>'],
		['nothing', 'null'],
		['a list', []],
		['without records', { done: true }],
		['without an end', { records: [] }],
		['with an end that is none', { records: [], done: 'yes' }],
		['without records and without end', { records: [], done: false }],
		['with a record that is none', { records: [7], done: true }],
		['with a record without ID', { records: [{ ...good, Id: undefined }], done: true }],
		['with a record without time', { records: [{ ...good, CreatedDate: 'soon' }], done: true }],
	])('that is %s is refused', async (_, body) => {
		const place = await newPlace();
		await place.insert(letters('a'));
		place.fakeServer.spoil = ({ url }) => (isLeadQuery(url) ? { status: 200, body } : undefined);
		const error = await errorOf(new Poller(place).poll());
		expectHelpful(error, place);
		expect(error.message).toMatch(/^Unexpected response from Salesforce: /);
	});

	it.each([
		['a page', '<html>Log in</html>'],
		['without records', { done: true }],
		['without an end', { records: [] }],
		['with a group that is none', { records: [7], done: true }],
		['with a source that is none', { records: [{ LeadSource: 7 }], done: true }],
	])('on Lead Sources that is %s is refused', async (_, body) => {
		const place = await newPlace();
		place.fakeServer.spoil = ({ url }) =>
			url.pathname.endsWith('/query') ? { status: 200, body } : undefined;
		const error = await errorOf(new Poller(place).poll());
		expectHelpful(error, place);
		expect(error.message).toMatch(/^Unexpected response from Salesforce: /);
	});

	it('that gives the same lead for ever does not keep a poll busy', async () => {
		const place = await newPlace();
		await place.insert(letters('a'));
		place.fakeServer.spoil = ({ url }) =>
			isLeadQuery(url)
				? { status: 200, body: { records: [{ ...good, LeadSource: 'SPZA-INS|a.b' }], done: false } }
				: undefined;
		const leads = await new Poller(place).leads();
		expect(leads).toHaveLength(1);
		expect(place.fakeServer.queries).toHaveLength(SOURCES_CALL + 2);
	});

	it('that sends elsewhere is not followed', async () => {
		const place = await newPlace();
		const other = await newPlace();
		place.fakeServer.spoil = ({ url }) =>
			url.pathname.endsWith('/query')
				? { status: 302, headers: { location: other.fakeServer.origin } }
				: undefined;
		expectHelpful(await errorOf(new Poller(place).poll()), place);
		expect(other.fakeServer.server.requests).toEqual([]);
	});
});

describe('any history of leads among others', () => {
	const leadSource = fc.constantFrom('SPZA-PLT|contoso.a', 'AzureMarketplace-INS|contoso.b', 'Web');
	const step = fc.oneof(
		{ weight: 4, arbitrary: fc.record({ insert: leadSource, late: fc.boolean() }) },
		{ weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(0, SECOND, 4 * MINUTE) }) },
		{ weight: 3, arbitrary: fc.constant('poll' as const) },
		{ weight: 1, arbitrary: fc.constantFrom('show' as const, 'restart' as const) },
	);

	it('gives each lead of the marketplaces once, and none of the others', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(step, { minLength: 10, maxLength: 40 }),
				fc.constantFrom(1, 2, 1_000),
				fc.constantFrom(1, 3, 2_000),
				async (steps, maxLeads, records) => {
					const place = await newPlace();
					place.shapePages({ records });
					const options = { parameters: { maxLeads } };
					let poller = new Poller(place, options);
					const wanted: string[] = [];
					const given: string[] = [];
					let hiddenFor = 0;
					for (const [at, action] of steps.entries()) {
						if (typeof action === 'string') {
							if (action === 'poll') given.push(...(await poller.poll()));
							else if (action === 'restart') poller = poller.restarted(poller.kept(), options);
							else place.showLate();
						} else if ('pass' in action) {
							// No lead stays out of sight for longer than the overlap.
							hiddenFor += action.pass;
							if (hiddenFor > 14 * MINUTE) {
								place.showLate();
								hiddenFor = 0;
							}
							place.pass(action.pass);
						} else {
							const lead: LeadToWrite = { name: `lead ${at}`, leadSource: action.insert };
							if (action.late) await place.insertLate([lead]);
							else await place.insert([lead]);
							if (action.insert !== 'Web') wanted.push(lead.name);
						}
					}
					place.showLate();
					given.push(...(await poller.drain()), ...(await poller.drain()));
					expect(given.sort()).toEqual(wanted.sort());
					await running.pop()?.fakeServer.stop();
				},
			),
			{ numRuns: 40, endOnFailure: true },
		);
	});
});
