/** What is Dataverse's own about reading leads: tokens, links, cookies, columns, conditions. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { dynamics365 } from '../../../nodes/destinations/dynamics365';
import { readColumnSettings } from '../../../nodes/destinations/dynamics365/properties.ts';
import { DynamicsReader } from '../../../nodes/destinations/dynamics365/reading/reader.ts';
import { DataverseClient } from '../../../nodes/destinations/dynamics365/connection/client.ts';
import type { Lead, LeadFilter } from '../../../nodes/lead/types.ts';
import type { LeadReader, Position } from '../../../nodes/polling/types.ts';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import type { Places } from '../../support/places/place.ts';
import { Poller } from '../../support/pollContract/poller.ts';
import type { PollerOptions } from '../../support/pollContract/poller.ts';
import { expectHelpful, errorOf } from '../../support/pollContract/errors.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/pollContract/time.ts';
import { violationsAt } from '../../fakeServers/dynamics365/heldAgainstModel.ts';
import type { FakeRequest } from '../../fakeServers/fakeServer.ts';
import { DynamicsPlace, dynamicsPlaces } from '../../support/places/dynamics365.ts';

let server: Places<DynamicsPlace>;
let place: DynamicsPlace;
beforeAll(async () => {
	server = await dynamicsPlaces();
});
afterAll(async () => await server?.stop());
beforeEach(async () => {
	place = await server.newPlace();
});
/** Columns that a user names, and that are not there: Dataverse has to be asked to know. */
const NAMED_BY_USER = /: there is no property contoso_(?:mail|nothing)$/;
afterEach(() => {
	const own = violationsAt(place.fakeServer).filter((text) => !NAMED_BY_USER.test(text));
	expect(own).toEqual([]);
});

const letters = (text: string) => [...text].map((name) => ({ name }));

/** A poller with the options of the place and these. */
function poller(
	{ options, ...parameters }: INodeParameters = {},
	more: PollerOptions = {},
): Poller {
	const own = place.parameters['options'] as INodeParameters;
	return new Poller(place, {
		...more,
		parameters: { ...parameters, options: { ...own, ...(options as INodeParameters) } },
	});
}

const OPT_OUTS = [
	'donotemail',
	'donotphone',
	'donotbulkemail',
	'donotpostalmail',
	'donotfax',
	'donotsendmm',
];

const leadRequests = (): FakeRequest[] =>
	place.fakeServer.server.requests.filter(({ url }) => url.pathname.endsWith('/leads'));
const filters = (): string[] =>
	leadRequests().map(({ url }) => url.searchParams.get('$filter') ?? '');

describe('a token', () => {
	it('is asked for once, however many pages are read', async () => {
		place.shapePages({ records: 2 });
		await place.insert(letters('abcdefgh'));
		expect(await poller().poll()).toEqual([...'abcdefgh']);
		expect(leadRequests()).toHaveLength(4);
		expect(place.fakeServer.tokensUsed).toBe(1);
	});

	it('that expires in the middle is renewed, and costs no lead', async () => {
		place.shapePages({ records: 2 });
		await place.insert(letters('abcdefgh'));
		place.fakeServer.beforeLeads = () => {
			if (leadRequests().length === 3) place.fakeServer.expireTokens();
			return undefined;
		};
		expect(await poller().poll()).toEqual([...'abcdefgh']);
		expect(place.fakeServer.tokensUsed).toBe(2);
		// The page whose token was turned away was asked for again.
		expect(leadRequests()).toHaveLength(5);
	});

	it('that is turned away anew each time ends the poll with the reason', async () => {
		place.fakeServer.beforeLeads = () => {
			place.fakeServer.expireTokens();
			return { status: 401 };
		};
		const error = await errorOf(poller().poll());
		expectHelpful(error, place);
		expect(error).toMatchObject({
			message: 'Dynamics 365 did not accept the sign-in',
			httpCode: '401',
		});
		expect(leadRequests()).toHaveLength(2);
	});
});

describe('links to next pages', () => {
	const NAMES = Array.from({ length: 23 }, (_, at) => `lead ${at + 10}`);
	const history = async () => {
		const at = place.now() - DAY;
		// Two of a second, and all of them beyond the overlap of the next.
		await place.insert(
			NAMES.map((name, index) => ({ name, writtenAt: at + Math.floor(index / 2) * HOUR })),
		);
	};

	it('that have expired since the last poll cost no lead and bring none twice', async () => {
		await history();
		const polls = poller({ maxLeads: 5 });
		const given: string[] = [];
		for (let turn = 0; turn < 6; turn += 1) {
			given.push(...(await polls.poll()));
			place.fakeServer.expireCookies();
		}
		expect(given.sort()).toEqual(NAMES);
	});

	it.each([
		'?',
		'?x=1',
		'?$skiptoken=5',
		'?$select=nothing',
		'?\r\nx: y',
		`?$skiptoken=${'a'.repeat(20_000)}`,
	])('that were damaged while they were kept (%#) cost no lead', async (link) => {
		await history();
		const first = poller({ maxLeads: 5 });
		const given = await first.poll();
		const damaged = JSON.parse(
			JSON.stringify(first.kept()).replace(
				/"link":"[^"]*"/,
				() => `"link":${JSON.stringify(link)}`,
			),
		) as IDataObject;
		expect(damaged).not.toEqual(first.kept());
		given.push(...(await poller({}, { staticData: damaged }).drain()));
		expect(given.sort()).toEqual(NAMES);
	});

	it('that expire in the middle of a poll cost no lead and bring none twice', async () => {
		await history();
		place.shapePages({ records: 4 });
		place.fakeServer.beforeLeads = ({ url }) => {
			if (url.searchParams.has('$skiptoken') && leadRequests().length % 3 === 0) {
				place.fakeServer.expireCookies();
			}
			return undefined;
		};
		expect(await poller().poll()).toEqual(NAMES);
	});

	it('that are never taken end the poll with the reason, and not never', async () => {
		place.shapePages({ records: 4 });
		await place.insert(letters('abcdefgh'));
		place.fakeServer.beforeLeads = ({ url }) => {
			if (url.searchParams.has('$skiptoken')) place.fakeServer.expireCookies();
			return undefined;
		};
		const polls = poller();
		expect((await polls.poll()).length).toBeGreaterThanOrEqual(4);
		expectHelpful(await errorOf(polls.poll()), place);
		expect(leadRequests().length).toBeLessThan(12);
		place.fakeServer.beforeLeads = () => undefined;
		expect((await polls.drain()).length).toBeLessThanOrEqual(4);
	});

	it.each(['cookies', 'counted'] as const)(
		'by %s are followed in pages of one size, whatever a poll asks for',
		async (paging) => {
			place.fakeServer.paging = paging;
			await place.insert(NAMES.map((name) => ({ name })));
			const first = poller({ maxLeads: 4 });
			const given = await first.poll();
			for (const maxLeads of [3, 1, 7, 4, 100]) {
				const next = poller({ maxLeads }, { staticData: first.kept() });
				given.push(...(await next.poll()));
				Object.assign(first, { kept: () => next.kept() });
			}
			expect(given.sort()).toEqual(NAMES);
			const sizes = leadRequests().map(({ headers }) => /size=(\d+)/.exec(headers['prefer'] ?? ''));
			expect(new Set(sizes.map((size) => size?.[1]))).toEqual(new Set(['4']));
		},
	);

	it('are left for larger pages where few leads are wanted and times differ', async () => {
		const at = place.now() - DAY;
		await place.insert(
			Array.from({ length: 400 }, (_, index) => ({
				name: `${index}`,
				writtenAt: at + index * MINUTE,
				isTest: index % 100 === 50,
			})),
		);
		const polls = poller({ maxLeads: 1, filters: { testLeads: 'only' } });
		expect(await polls.drain()).toEqual(['150', '250', '350', '50']);
		const { requests, records } = place.traffic();
		expect(requests).toBeLessThan(60);
		expect(records).toBeLessThan(3 * 400);
	});

	it('bring no lead twice and lose none when leads are deleted or come late', async () => {
		const at = place.now() - DAY;
		const ids = await place.insert(
			NAMES.map((name, index) => ({
				name,
				writtenAt: at + index * MINUTE,
				isTest: index % 3 === 0,
			})),
		);
		// Polls end within pages, since every third is left out.
		const polls = poller({ maxLeads: 4, filters: { testLeads: 'exclude' } });
		const given = await polls.poll();
		for (const index of [0, 1, 2, 5]) place.fakeServer.remove(ids[index]!);
		await place.insertLate([{ name: 'late', writtenAt: at }]);
		place.showLate();
		given.push(...(await polls.drain()));
		const wanted = NAMES.filter((_, index) => index % 3 !== 0);
		expect([...new Set(given)].sort()).toEqual(given.sort());
		for (const name of wanted) expect(given).toContain(name);
	});

	it('lead nowhere but to the environment', async () => {
		await place.insert(letters('abcd'));
		place.shapePages({ records: 2 });
		place.fakeServer.beforeLeads = ({ url }) => {
			if (url.searchParams.has('$skiptoken')) return undefined;
			return {
				status: 200,
				body: {
					value: [],
					'@odata.nextLink': `https://evil.example/api/data/v9.2/leads${url.search}&$skiptoken=1`,
				},
			};
		};
		expectHelpful(await errorOf(poller().poll()), place);
		const tokens = leadRequests().map(({ url }) => url.searchParams.get('$skiptoken'));
		expect(tokens).toEqual([null, '1', null, '1']);
	});
});

it('finds leads that are committed a quarter of an hour late', async () => {
	const polls = poller();
	await place.insertLate([{ name: 'late' }]);
	for (const name of 'abcd') {
		place.pass(3 * MINUTE);
		await place.insert([{ name }]);
		expect(await polls.poll()).toEqual([name]);
	}
	place.pass(2 * MINUTE);
	place.showLate();
	expect(await polls.poll()).toEqual(['late']);
});

describe('conditions in the query', () => {
	const mixed = async () =>
		await place.insert([
			{ name: 'install', leadSource: 'AzureMarketplace-INS|contoso.one' },
			{ name: 'contact', leadSource: 'SPZA-PLT|contoso.two', offerTitle: 'Two' },
			{ name: 'web', leadSource: 'Web form' },
			{ name: 'fair', leadSource: '' },
			{ name: 'test', leadSource: 'Trade fair', isTest: true },
		]);
	const marketplace = { options: { includeOthers: false } };

	it('leave leads of other kinds where they are', async () => {
		await mixed();
		expect(await poller(marketplace).poll()).toEqual(['contact', 'install', 'test']);
		expect(place.traffic()).toEqual({ requests: 2, records: 3 });
		expect(filters()).toEqual([expect.stringContaining("contains(subject,'SPZA')")]);
	});

	it('are none where everything is wanted', async () => {
		await mixed();
		const everything = {
			options: { ...(place.parameters['options'] as object), includeOthers: true },
		};
		expect(await poller(everything).poll()).toHaveLength(5);
		expect(filters()).toEqual(['']);
		expect(place.traffic().requests).toBe(1);
	});

	it('go with the time that is asked for', async () => {
		await mixed();
		place.pass(HOUR);
		const polls = poller({ ...marketplace, filters: { offers: 'contoso.*', sources: ['SPZA'] } });
		expect(await polls.poll()).toEqual(['contact']);
		place.pass(HOUR);
		await place.insert([{ name: 'next', leadSource: 'SPZA-INS|contoso.two' }]);
		// Of a day's leads, which are few, each is read: that is one request.
		const before = place.traffic();
		expect(await polls.poll()).toEqual(['next']);
		expect(place.traffic(before)).toEqual({ requests: 1, records: 1 });
		expect(filters().at(-1)).toMatch(/^createdon ge \S+Z$/);
		place.pass(25 * HOUR);
		await place.insert([{ name: 'later', leadSource: 'SPZA-INS|contoso.two' }]);
		expect(await polls.poll()).toEqual(['later']);
	});

	it('begin behind the first page of recent leads that are many', async () => {
		const polls = poller({ ...marketplace, maxLeads: 10 });
		await polls.poll();
		const web = Array.from({ length: 100 }, (_, at) => ({ name: `web ${at}`, leadSource: 'Web' }));
		await place.insert(web);
		await place.insert([{ name: 'wanted', leadSource: 'SPZA-INS|contoso.two' }]);
		const before = place.traffic();
		const asked = filters().length;
		expect(await polls.poll()).toEqual(['wanted']);
		// Two for what the columns are.
		const { requests, records } = place.traffic(before);
		expect(requests).toBeLessThanOrEqual(4);
		expect(records).toBeLessThan(15);
		expect(filters()[asked]).toMatch(/^createdon ge \S+Z$/);
		expect(filters().at(-1)).toMatch(/^createdon ge \S+Z and \(.*contains\(/);
	});

	it('are changed with the filters in the middle of a scan, and lose no lead', async () => {
		const at = place.now() - DAY;
		const source = (index: number) => ['SPZA', 'AzurePortal'][index % 2];
		await place.insert(
			Array.from({ length: 20 }, (_, index) => ({
				name: `${index + 10}`,
				leadSource: `${source(index)}-INS|contoso.one`,
				writtenAt: at + index * MINUTE,
			})),
		);
		const first = poller({ maxLeads: 4, filters: { sources: ['SPZA'] } });
		expect(await first.poll()).toEqual(['10', '12', '14', '16']);
		const second = poller(
			{ maxLeads: 4, filters: { sources: ['AzurePortal'] } },
			{ staticData: first.kept() },
		);
		expect(await second.drain()).toEqual(['17', '19', '21', '23', '25', '27', '29']);
	});

	it('know a choice by its label, and ask for its number', async () => {
		const { fakeServer } = place;
		fakeServer.write({ lastname: 'choice', leadsourcecode: 100000001 });
		fakeServer.write({ lastname: 'web', leadsourcecode: 8 });
		const leadSourceColumn = { __rl: true, mode: 'list', value: 'leadsourcecode' };
		const polls = poller({ ...marketplace, leadSourceColumn });
		const [lead, ...more] = await polls.leads();
		expect(more).toEqual([]);
		expect(lead).toMatchObject({
			leadSource: 'SPZA-PLT|contoso.two',
			offer: { id: 'contoso.two' },
			properties: { leadsourcecode: 100000001 },
		});
		expect(filters()[0]).toContain('leadsourcecode eq 100000001');
		// Kinds of columns, choices of one, leads.
		expect(place.traffic().requests).toBe(3);
	});

	it('are done without where columns may not be read, or can’t be searched', async () => {
		await mixed();
		place.fakeServer.mayReadColumns = false;
		expect(await poller(marketplace).poll()).toEqual(['contact', 'install', 'test']);
		expect(filters()).toEqual(['']);
		place.fakeServer.mayReadColumns = true;
		const byNumber = { __rl: true, mode: 'name', value: 'numberofemployees' };
		expect(await poller({ ...marketplace, leadSourceColumn: byNumber }).poll()).toEqual(['test']);
		expect(filters()).toEqual(['', '']);
	});

	it('are done without where the search takes the database too long', async () => {
		await mixed();
		place.shapePages({ records: 2 });
		place.fakeServer.searchIsSlow = true;
		const polls = poller({ ...marketplace, maxLeads: 2 });
		const given = [...(await polls.poll()), ...(await polls.drain())];
		expect(given.sort()).toEqual(['contact', 'install', 'test']);
		place.fakeServer.searchIsSlow = false;
		place.pass(HOUR);
		await place.insert([{ name: 'next' }]);
		expect(await polls.poll()).toEqual(['next']);
		expect(filters().at(-1)).toContain('contains(');
	});

	it('are done without where a column is secured', async () => {
		await mixed();
		place.fakeServer.write({ lastname: 'subject', subject: 'SPZA-INS|contoso.one' });
		place.fakeServer.securedColumn = 'contoso_leadsource';
		expect(await poller(marketplace).poll()).toEqual(['subject', 'test']);
		expect(filters().map((filter) => filter === '')).toEqual([false, true]);
	});

	it('are not given up because the service asks to wait', async () => {
		await mixed();
		place.fault({ kind: 'refused', why: 'throttled', waitSeconds: 2 });
		const api = await DataverseClient.open(place.fakeServer.credential, { operation: 'read' });
		const columns = readColumnSettings({ parameter: () => 'subject', option: () => undefined });
		const reader = new DynamicsReader(
			api,
			columns,
			{ filter: {}, others: false },
			{
				searchTime: SECOND,
			},
		);
		await reader.readPage(pageRequest());
		expect(filters().map((filter) => filter === '')).toEqual([false, false]);
	});

	it('are done without where the search gets no response in time', async () => {
		await mixed();
		const api = await DataverseClient.open(place.fakeServer.credential, { operation: 'read' });
		const columns = readColumnSettings({
			parameter: () => 'contoso_leadsource',
			option: () => undefined,
		});
		const reader = new DynamicsReader(
			api,
			columns,
			{ filter: {}, others: false },
			{ searchTime: 300 },
		);
		place.fault({ kind: 'slow', milliseconds: HOUR });
		const page = await reader.readPage(pageRequest());
		expect(page.rows).toHaveLength(5);
		expect(filters().map((filter) => filter === '')).toEqual([false, true]);
		// What is asked for in vain must not be asked for again and again.
		expect(JSON.stringify(page.rows[0]?.position)).toContain('"restricted":false');
	});
});

function pageRequest(position: Position | null = null, pageSize = 100) {
	return {
		since: undefined,
		position,
		pageSize,
		...inTime(),
		isKnown: () => false,
	};
}

async function openReader(filter: LeadFilter = {}): Promise<LeadReader> {
	const { options, ...parameters } = place.parameters;
	const input = destinationInput(place.fakeServer.credential, parameters, {
		options: options as Record<string, unknown>,
		wanted: { filter, others: true },
	});
	return (await dynamics365.reading!.open(input)).reader;
}

describe('a page', () => {
	it('has no more rows than are asked for, and is not asked for again for the rest', async () => {
		await place.insert(letters('abcdefg'));
		const reader = await openReader();
		const first = await reader.readPage(pageRequest(null, 4));
		expect(first.rows).toHaveLength(4);
		const second = await reader.readPage(pageRequest(first.next, 2));
		const third = await reader.readPage(pageRequest(second.next, 2));
		expect([second.rows.length, third.rows.length, third.next]).toEqual([2, 1, null]);
		expect(leadRequests()).toHaveLength(2);
		const keys = [first, second, third].flatMap(({ rows }) => rows.map(({ key }) => key));
		expect(new Set(keys).size).toBe(7);
	});

	it('goes on behind any of its rows, in another process too', async () => {
		await place.insert(letters('abcdefg'));
		const { rows } = await (await openReader()).readPage(pageRequest(null, 7));
		for (const [index, { position }] of rows.entries()) {
			const kept = JSON.parse(JSON.stringify(position)) as Position;
			const rest = await (await openReader()).readPage(pageRequest(kept, 7));
			expect(rest.rows.map(({ key }) => key)).toEqual(rows.slice(index + 1).map(({ key }) => key));
			expect(rest.next).toBeNull();
		}
	});
});

describe('columns', () => {
	const leadOf = async (parameters: INodeParameters): Promise<Lead> => {
		const [lead] = await poller(parameters).leads();
		return lead!;
	};
	const named = (value: string) => ({ __rl: true, mode: 'name', value });

	it('that an environment lacks cost a request once an hour, not in each poll', async () => {
		place.fakeServer.lacks = ['donotsendmm', 'donotfax'];
		const polls = poller();
		await place.insert(letters('a'));
		expect(await polls.poll()).toEqual(['a']);
		// What the columns are, and the leads: twice in vain.
		expect(place.traffic().requests).toBe(4);
		const requestsOfOne = async () => {
			const before = place.traffic();
			await polls.poll();
			return place.traffic(before).requests;
		};
		expect(await requestsOfOne()).toBe(1);
		place.fakeServer.lacks = [];
		const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + HOUR);
		await place.insert([{ name: 'b' }]);
		const found = await polls.poll();
		clock.mockRestore();
		expect(found).toEqual(['b']);
		expect(leadRequests().at(-1)!.url.searchParams.get('$select')).toContain('donotsendmm');
	});

	it('that every environment has are read into a lead', async () => {
		await place.insert([{ name: 'Sample', leadSource: 'SPZA-PLT|contoso.two' }]);
		expect(await leadOf({})).toMatchObject({
			id: expect.stringMatching(/^[0-9a-f-]{36}$/),
			destination: 'dynamics365',
			source: { code: 'SPZA' },
			action: { code: 'PLT' },
			offer: { id: 'contoso.two' },
			contactAllowed: true,
			customer: {
				firstName: 'Kim',
				lastName: 'Sample',
				email: 'kim.sample@fabrikam.example',
				phone: '+14255550100',
				country: 'US',
				company: 'Fabrikam',
				title: 'Buyer',
			},
			createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.000Z$/),
			warnings: [],
		});
	});

	it.each(['contoso_leadsource', 'subject', 'description'])(
		'%s can hold the lead source',
		async (column) => {
			place.fakeServer.write({ lastname: 'a', [column]: 'AzurePortal-Create | fabrikam.one' });
			const lead = await leadOf({ options: { includeOthers: false } });
			expect(lead).toMatchObject({
				source: { code: 'AzurePortal' },
				offer: { id: 'fabrikam.one' },
			});
		},
	);

	it('can be others for each part of a lead, and more can be read', async () => {
		place.fakeServer.write({
			lastname: 'a',
			contoso_leadsource: 'SPZA',
			contoso_actioncode: 'PLT',
			contoso_offerid: 'contoso.two',
			contoso_offertitle: 'Two',
			mobilephone: '+49 30 901820',
			telephone1: '4255550100',
			numberofemployees: 12500,
			leadsourcecode: 8,
			revenue: 12.5,
			donotphone: true,
		});
		const column = (field: string, name: string) => ({ field, column: named(name) });
		const lead = await leadOf({
			options: {
				columns: {
					values: [
						column('ActionCode', 'contoso_actioncode'),
						column('OfferId', 'contoso_offerid'),
						column('OfferTitle', 'Contoso_OfferTitle'),
						column('Phone', 'mobilephone'),
					],
				},
				additionalColumns: {
					values: [
						{ column: named('numberofemployees') },
						{ column: named('leadsourcecode') },
						{ column: named('revenue') },
					],
				},
			},
		});
		expect(lead).toMatchObject({
			leadSource: 'SPZA-PLT|contoso.two',
			offer: { id: 'contoso.two', title: 'Two' },
			action: { code: 'PLT' },
			contactAllowed: false,
			customer: { phone: '+4930901820' },
			properties: {
				numberofemployees: 12500,
				numberofemployeesText: '12,500',
				leadsourcecode: 8,
				leadsourcecodeText: 'Web',
				revenue: 12.5,
				revenueText: '$12.50',
			},
		});
		expect(lead.properties).not.toHaveProperty('telephone1');
		expect(Object.keys(lead.properties).join()).not.toMatch(/odata/i);
	});

	it('that are not there are named, with the setting to mend', async () => {
		const missing = async (parameters: INodeParameters) => {
			const error = await errorOf(poller(parameters).poll());
			expect(error).toMatchObject({ name: 'NodeOperationError' });
			return error;
		};
		expect(await missing({ leadSourceColumn: named('contoso_nothing') })).toMatchObject({
			message: expect.stringContaining('"contoso_nothing"'),
			description: expect.stringContaining('Lead Source Column'),
		});
		const columns = { values: [{ field: 'Email', column: 'contoso_mail' }] };
		expect(await missing({ options: { columns } })).toMatchObject({
			description: expect.stringContaining('Columns (Email)'),
		});
	});

	it('of opt-outs all come as they are, whichever is set', async () => {
		for (const [index, name] of OPT_OUTS.entries()) {
			place.fakeServer.write({ lastname: `lead ${index}`, [name]: true });
		}
		const { rows } = await (await openReader()).readPage(pageRequest(null, 10));
		const set = rows.map(({ record }) =>
			OPT_OUTS.filter((name) => (record as Record<string, unknown>)[name] === true),
		);
		expect(set.flat().sort()).toEqual([...OPT_OUTS].sort());
		expect(set.every(({ length }) => length === 1)).toBe(true);
	});

	it('of opt-outs need not all be there: the others count, and no lead is lost', async () => {
		place.fakeServer.lacks = ['donotfax', 'donotsendmm'];
		for (const lastname of 'abcde') {
			place.fakeServer.write({ lastname, contoso_leadsource: 'SPZA-INS|x.y', donotphone: true });
		}
		const polls = poller({ maxLeads: 2 });
		const leads = [...(await polls.leads()), ...(await polls.leads()), ...(await polls.leads())];
		expect(leads.map(({ customer }) => customer.lastName).sort()).toEqual([...'abcde']);
		expect(leads.every(({ contactAllowed }) => !contactAllowed)).toBe(true);
		// Each missing column costs one request, of the beginning: kept links don't name it.
		expect(leadRequests()).toHaveLength(2 + 3);
	});

	it('of opt-outs are missed where the user chose them', async () => {
		place.fakeServer.lacks = ['donotfax'];
		const additionalColumns = { values: [{ column: named('donotfax') }] };
		expect(await errorOf(poller({ options: { additionalColumns } }).poll())).toMatchObject({
			message: expect.stringContaining('"donotfax"'),
			description: expect.stringContaining('Additional Columns'),
		});
	});

	it('are asked for by names only', async () => {
		for (const value of ['subject,secret', 'subject&$filter=leadid ne null', '$count', '1a']) {
			const error = await errorOf(poller({ leadSourceColumn: named(value) }).poll());
			expect(error.message).toMatch(/column under Lead Source Column is not a valid name/);
		}
		const error = await errorOf(poller({ leadSourceColumn: named('') }).poll());
		expect(error.message).toMatch(/Lead Source Column.* is empty/);
		expect(place.fakeServer.server.requests).toEqual([]);
	});
});
