/** What only Marketo does: its tokens, its log of all activities, its codes, its persons, its limits. */
import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';
import { serialize } from 'php-serialize';

import { readAccount } from '../../../nodes/destinations/marketo/connection/account.ts';
import { openMarketo } from '../../../nodes/destinations/marketo/connection/client.ts';
import { RateLimiter } from '../../../nodes/destinations/marketo/connection/rateLimiter.ts';
import { DailyQuota } from '../../../nodes/destinations/marketo/connection/dailyQuota.ts';
import { MarketoReader } from '../../../nodes/destinations/marketo/reading/reader.ts';
import { processCache } from '../../../nodes/destinations/processCache.ts';
import type { Lead } from '../../../nodes/lead/types.ts';
import { gatewayPage, succeeded } from '../../fakeServers/marketo/responses.ts';
import { inTime } from '../../support/inTime.ts';
import { namesOf, Poller } from '../../support/pollContract/poller.ts';
import { expectHelpful, errorOf } from '../../support/pollContract/errors.ts';
import { DAY, HOUR, MINUTE, SECOND, YEAR } from '../../support/pollContract/time.ts';
import { passTime, skipWaits, timeWaited } from '../../support/skippedWaits.ts';
import { MarketoPlace } from '../../support/places/marketo.ts';

const ACTIVITIES = /^\/rest\/v1\/activities\.json$/;
const LEADS = /^\/rest\/v1\/leads\.json$/;
const DESCRIBE = /^\/rest\/v1\/leads\/describe\.json$/;
const USAGE = /\/stats\/usage\.json$/;

skipWaits();

let place: MarketoPlace;
beforeEach(async () => {
	place = await MarketoPlace.start();
	// Each test is a process that has not polled before.
	processCache.clear();
	// Of hundreds of calls nobody waits for the next 20 seconds here.
	jest.spyOn(RateLimiter.prototype, 'waitForTurn').mockResolvedValue(true);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await place?.fakeServer.stop();
});

const poller = (parameters: INodeParameters = {}) => new Poller(place, { parameters });

const letters = (text: string) => [...text].map((name) => ({ name }));

/** What the parser takes, of all fill-outs. */
async function recordsOf() {
	const { fakeServer } = place;
	const client = await openMarketo(readAccount(fakeServer.credential), 'read');
	const quota = new DailyQuota(client, { dailyQuota: 50_000, share: 90 });
	const { formId } = fakeServer;
	const options = { formId, leadSourceField: 'leadSource', additionalPersonFields: [] };
	const { rows } = await new MarketoReader(client, quota, options).readPage({
		position: null,
		since: undefined,
		pageSize: 300,
		isKnown: () => false,
		...inTime(),
	});
	return rows.map(({ record }) => record);
}

/** Calls of a path since a number of requests. */
const callsTo = (path: RegExp, since = 0) =>
	place.fakeServer.requests.slice(since).filter(({ url }) => path.test(url.pathname));

describe('the access token', () => {
	it('is asked for once in a poll', async () => {
		await place.insert(letters('abcdefgh'));
		place.shapePages({ records: 2 });
		expect(await poller().poll()).toHaveLength(8);
		expect(callsTo(/oauth/)).toHaveLength(1);
	});

	it.each(['601', '602', '600'])(
		'is renewed when Marketo says %s in the middle of a poll',
		async (code) => {
			await place.insert(letters('abcdefgh'));
			place.shapePages({ records: 2 });
			place.fakeServer.script(LEADS, code);
			expect(await poller().poll()).toEqual([...'abcdefgh']);
			expect(callsTo(/oauth/)).toHaveLength(2);
		},
	);

	it('is renewed when it was taken back between two polls of one client', async () => {
		const { fakeServer } = place;
		await place.insert(letters('ab'));
		fakeServer.revokeAccess();
		expect(await poller().poll()).toEqual(['a', 'b']);
	});

	it('is not asked for again and again', async () => {
		await place.insert(letters('a'));
		place.fakeServer.script(ACTIVITIES, '601', Number.POSITIVE_INFINITY);
		const error = await errorOf(poller().poll());
		expectHelpful(error, place);
		expect(error).toMatchObject({ httpCode: '401' });
		expect(callsTo(/oauth/)).toHaveLength(2);
		expect(callsTo(ACTIVITIES)).toHaveLength(2);
	});
});

describe('the log of all activities', () => {
	it('is read to its end past thousands that are not ours', async () => {
		const { fakeServer } = place;
		const at = place.now() - HOUR;
		fakeServer.addForeign(1_000, { at });
		await place.insert([{ name: 'a', writtenAt: at }]);
		fakeServer.addForeign(950, { at: at + 20 * MINUTE });
		await place.insert([{ name: 'b', writtenAt: at + 21 * MINUTE }]);
		fakeServer.addForeign(650);
		expect(await poller().poll()).toEqual(['a', 'b']);
	});

	it('is read with little for every lead where a poll may give few', async () => {
		const { fakeServer } = place;
		const at = place.now() - 10 * HOUR;
		for (let number = 0; number < 30; number += 1) {
			fakeServer.addForeign(100, { at: at + number * 10 * MINUTE });
			await place.insert([{ name: `lead ${number + 10}`, writtenAt: at + number * 10 * MINUTE }]);
		}
		const small = poller({ maxLeads: 4 });
		const names: string[] = [];
		do names.push(...(await small.poll()));
		while (small.cursor?.scan);
		expect(names.sort()).toEqual(Array.from({ length: 30 }, (_, at) => `lead ${at + 10}`));
	});

	it('is looked through 300 at a time once a small page came short', async () => {
		// As if Marketo looked through no more activities than are asked for.
		const { fakeServer } = place;
		const at = place.now() - HOUR;
		fakeServer.addForeign(500, { at });
		await place.insert([{ name: 'a', writtenAt: at + SECOND }]);
		const asked: number[] = [];
		Object.defineProperty(fakeServer.shape, 'window', {
			get: () => {
				const size = Number(callsTo(ACTIVITIES).at(-1)?.url.searchParams.get('batchSize'));
				asked.push(size);
				return size;
			},
		});
		expect(await poller({ maxLeads: 1 }).poll()).toEqual(['a']);
		expect(asked).toEqual([1, 300, 300]);
	});

	it('gives no lead of another form or type, even where Marketo does', async () => {
		const { fakeServer } = place;
		fakeServer.fillOut({ formId: 9, fields: { LastName: 'other' } });
		const response = succeeded({
			moreResult: false,
			nextPageToken: 'x',
			result: [
				{
					id: 1,
					marketoGUID: '1',
					leadId: 1,
					activityDate: '2026-01-01T00:00:00Z',
					activityTypeId: 2,
					primaryAttributeValueId: 9,
				},
				{
					id: 2,
					marketoGUID: '2',
					leadId: 1,
					activityDate: '2026-01-01T00:00:00Z',
					activityTypeId: 1,
					primaryAttributeValueId: fakeServer.formId,
				},
				{
					id: 3,
					marketoGUID: '3',
					leadId: 1,
					activityDate: '2026-01-01T00:00:00Z',
					activityTypeId: 2,
					primaryAttributeValueId: fakeServer.formId,
				},
			],
		});
		fakeServer.script(ACTIVITIES, response);
		const leads = await poller().leads();
		expect(leads.map(({ id }) => id)).toEqual(['3']);
		await place.insert(letters('a'));
		expect(await poller().poll()).toEqual(['a']);
	});

	it('is asked for by type, form and size, the token encoded', async () => {
		await place.insert(letters('a'));
		await poller({ maxLeads: 7 }).poll();
		const [{ url } = { url: new URL('x:') }] = callsTo(ACTIVITIES);
		expect(Object.fromEntries(url.searchParams)).toEqual({
			activityTypeIds: '2',
			assetIds: String(place.fakeServer.formId),
			batchSize: '7',
			nextPageToken: expect.stringMatching(/./),
		});
		// "+" and "/" of a token would be read as something else.
		expect(url.search).not.toMatch(/nextPageToken=[^&]*[+/]/);
	});

	it('is begun anew where its token is not known any more, and loses and repeats nothing', async () => {
		await place.insert(letters('abcdefgh'));
		const reading = poller({ maxLeads: 3 });
		const first = await reading.poll();
		place.fakeServer.instance.forgetTokens();
		await place.insertLate(letters('z'));
		place.fakeServer.showLate();
		const second = await reading.poll();
		expect(second).toHaveLength(3);
		place.fakeServer.instance.forgetTokens();
		expect([...first, ...second, ...(await reading.drain())].sort()).toEqual([...'abcdefghz']);
	});

	it('is begun anew a little before the last row, not at the beginning', async () => {
		const now = place.now();
		await place.insert(
			Array.from({ length: 20 }, (_, at) => ({
				name: `lead ${at + 10}`,
				writtenAt: now - (20 - at) * DAY,
			})),
		);
		const reading = poller({ maxLeads: 10 });
		await reading.poll();
		place.fakeServer.instance.forgetTokens();
		const before = place.traffic();
		expect(await reading.poll()).toHaveLength(10);
		expect(place.traffic(before).records).toBe(11);
	});

	it('finds an activity that is committed into the page that is being read', async () => {
		await place.insertLate(letters('late'));
		place.pass(SECOND);
		await place.insert(letters('abcd'));
		place.shapePages({ records: 10 });
		const reading = poller({ maxLeads: 3, filters: { sources: ['AzureMarketplace'] } });
		const first = await reading.poll();
		place.fakeServer.showLate();
		expect([...first, ...(await reading.drain()), ...(await reading.drain())].sort()).toEqual(
			[...'abcdlate'].sort(),
		);
	});

	it('is asked from a second before, so that the very second is in it', async () => {
		const date = Math.floor(place.now() / SECOND) * SECOND - HOUR;
		await place.insert([{ name: 'at it', writtenAt: date }]);
		const startDate = new Date(date).toISOString();
		expect(await poller({ startFrom: 'date', startDate }).poll()).toEqual(['at it']);
	});

	it('is looked through from half an hour before the last poll, though nothing came', async () => {
		const { fakeServer } = place;
		await place.insert([{ name: 'a', writtenAt: place.now() - 10 * DAY }]);
		fakeServer.addForeign(2_000, { at: place.now() - DAY });
		const reading = poller();
		await reading.poll();
		place.pass(DAY);
		fakeServer.addForeign(20);
		await reading.poll();
		// Half an hour before the poll of yesterday; that of today is as far back.
		const before = fakeServer.requests.length;
		expect(await reading.poll()).toEqual([]);
		expect(callsTo(ACTIVITIES, before)).toHaveLength(1);
		const [since] = callsTo(/pagingtoken/, before).map(({ url }) =>
			Date.parse(url.searchParams.get('sinceDatetime') ?? ''),
		);
		expect(since).toBeGreaterThan(place.now() - 31 * MINUTE);
		// An activity may be committed so late.
		place.pass(29 * MINUTE);
		await place.insert([{ name: 'late', writtenAt: place.now() - 29 * MINUTE }]);
		expect(await reading.poll()).toEqual(['late']);
	});

	it('is read in one call more where a page was only passed on in part', async () => {
		const { fakeServer } = place;
		fakeServer.addForeign(400, { at: place.now() - HOUR });
		await place.insert(letters('abcdefghij'));
		const reading = poller({ maxLeads: 4 });
		expect(await reading.poll()).toEqual([...'abcd']);
		const before = fakeServer.requests.length;
		expect(await reading.poll()).toEqual([...'efgh']);
		const sizes = callsTo(ACTIVITIES, before).map(({ url }) => url.searchParams.get('batchSize'));
		expect(sizes).toEqual(['8']);
	});

	it('is refused where it would go on for ever', async () => {
		await place.insert(letters('a'));
		const reading = poller();
		await reading.poll();
		const paging = succeeded({ nextPageToken: 'same' });
		place.fakeServer.script(/pagingtoken/, paging);
		place.fakeServer.script(ACTIVITIES, succeeded({ nextPageToken: 'same', moreResult: true }));
		const kept = reading.kept();
		expectHelpful(await errorOf(reading.poll()), place);
		expect(reading.kept()).toEqual(kept);
	});

	it.each([
		['no token', succeeded({ moreResult: true, result: [] })],
		['no objects', succeeded({ moreResult: false, nextPageToken: 'x', result: ['a', null] })],
		['no list', succeeded({ moreResult: false, nextPageToken: 'x', result: { id: 1 } })],
		['no GUID', succeeded({ moreResult: false, nextPageToken: 'x', result: [{ leadId: 1 }] })],
		['no JSON', { status: 200, body: '{"success": tru' }],
		['a page of a gateway', gatewayPage(200, 'Sign in')],
	])('is refused in words where a response has %s', async (_, response) => {
		place.fakeServer.script(ACTIVITIES, response);
		const error = await errorOf(poller().poll());
		expectHelpful(error, place);
		expect(error.message).toMatch(/^Unexpected response from Marketo: /);
	});

	it('gives an activity whose time can’t be read, once', async () => {
		const invalid = (id: number) => ({
			id,
			marketoGUID: String(id),
			leadId: 1,
			activityDate: 'soon',
		});
		const response = succeeded({
			moreResult: false,
			nextPageToken: 'x',
			result: [invalid(1), invalid(2)],
		});
		place.fakeServer.script(ACTIVITIES, response, 2);
		const reading = poller();
		expect((await reading.leads()).map(({ id }) => id)).toEqual(['1', '2']);
		expect(await reading.leads()).toEqual([]);
	});
});

describe('any course of things', () => {
	const step = fc.oneof(
		fc.record({ kind: fc.constant('insert' as const), count: fc.integer({ min: 1, max: 6 }) }),
		fc.record({ kind: fc.constant('insertLate' as const), count: fc.integer({ min: 1, max: 3 }) }),
		fc.record({ kind: fc.constant('foreign' as const), count: fc.integer({ min: 1, max: 40 }) }),
		fc.record({ kind: fc.constant('poll' as const), count: fc.integer({ min: 1, max: 8 }) }),
		fc.record({ kind: fc.constant('pass' as const), count: fc.integer({ min: 1, max: 25 }) }),
		fc.constant({ kind: 'showLate' as const, count: 0 }),
		fc.constant({ kind: 'forget' as const, count: 0 }),
		fc.constant({ kind: 'revoke' as const, count: 0 }),
		fc.constant({ kind: 'restart' as const, count: 0 }),
	);

	it('gives each lead once, and none is lost', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(step, { minLength: 5, maxLength: 25 }),
				fc.integer({ min: 3, max: 20 }),
				fc.nat(2),
				async (steps, window, pauses) => {
					const own = await MarketoPlace.start();
					const { fakeServer } = own;
					fakeServer.shape = { most: 300, pauses, window };
					let reading = new Poller(own);
					const written: string[] = [];
					const given: string[] = [];
					const names = (count: number) =>
						Array.from({ length: count }, () => {
							written.push(`lead ${written.length + 1_000}`);
							return { name: written.at(-1)! };
						});
					const run = async (maxLeads: number) => {
						reading = reading.restarted(reading.kept(), { parameters: { maxLeads } });
						given.push(...(await reading.poll()));
					};
					try {
						for (const { kind, count } of steps) {
							if (kind === 'insert') await own.insert(names(count));
							else if (kind === 'insertLate') await own.insertLate(names(count));
							else if (kind === 'foreign') fakeServer.addForeign(count);
							else if (kind === 'poll') await run(count);
							else if (kind === 'showLate') own.showLate();
							else if (kind === 'forget') fakeServer.instance.forgetTokens();
							else if (kind === 'revoke') fakeServer.revokeAccess();
							else if (kind === 'restart') reading = reading.restarted();
							else {
								// What is late is committed within the overlap.
								own.showLate();
								await run(1_000);
								own.pass(count * MINUTE);
							}
						}
						own.showLate();
						do await run(3);
						while (reading.cursor?.scan);
						await run(1_000);
						expect(given.sort()).toEqual(written.sort());
						expect(await reading.poll()).toEqual([]);
					} finally {
						await fakeServer.stop();
					}
				},
			),
			{ numRuns: 25, endOnFailure: true },
		);
	});
});

describe('the form', () => {
	it('that is not there is told, rather than waited for', async () => {
		const form = { __rl: true, mode: 'id', value: '4711' };
		for (const startFrom of ['all', 'now']) {
			const error = await errorOf(poller({ form, startFrom }).poll());
			expectHelpful(error, place);
			expect(error.message).toMatch(/no form 4711/);
		}
		const gone = succeeded({ warnings: ['No assets found for the given search criteria.'] });
		place.fakeServer.script(/\/form\/\d+\.json$/, gone, 2);
		await expect(poller().poll()).rejects.toThrow(/There is no form/);
	});

	it('that is a draft alone is told, rather than waited for', async () => {
		place.fakeServer.instance.forms[0]!.isApproved = false;
		expect(await errorOf(poller().poll())).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(/a draft that was never approved/),
			description: expect.stringMatching(/Approve it in Marketo/),
		});
	});

	it('is looked for until its first fill-out has come, and not after that', async () => {
		const reading = poller();
		await reading.poll();
		await place.insert(letters('a'));
		await reading.poll();
		const before = place.fakeServer.requests.length;
		await reading.poll();
		expect(callsTo(/asset/, before)).toEqual([]);
	});

	it.each(['', '0', '-1', '1e3', '1003,1004', '../4', '１００３'])('can’t be %j', async (value) => {
		const form = { __rl: true, mode: 'id', value };
		const error = await errorOf(poller({ form }).poll());
		expect(error).toMatchObject({ name: 'NodeOperationError' });
		expect(place.fakeServer.requests).toEqual([]);
	});
});

describe('the person', () => {
	it('who asks again is another lead, with what was sent each time', async () => {
		const { fakeServer } = place;
		const Email = 'kim@fabrikam.example';
		const sent = (LeadSource: string, Title: string) => ({
			Email,
			LastName: 'Kim',
			LeadSource,
			Title,
		});
		const at = place.now() - MINUTE;
		fakeServer.fillOut({ fields: sent('SPZA-INS|contoso.one', 'Buyer'), at });
		fakeServer.fillOut({ fields: sent('SPZA-PLT|contoso.two', 'Head of IT'), at: at + SECOND });
		const leads = await poller().leads();
		expect(leads.map(({ leadSource, customer }) => [leadSource, customer.title])).toEqual([
			['SPZA-INS|contoso.one', 'Buyer'],
			['SPZA-PLT|contoso.two', 'Head of IT'],
		]);
		expect(new Set(leads.map(({ id }) => id)).size).toBe(2);
		expect(new Set(leads.map(({ properties }) => properties['leadId'])).size).toBe(1);
		const [call] = callsTo(LEADS);
		expect(call?.url.searchParams.get('filterValues')).not.toContain(',');
	});

	it('who was deleted or merged meanwhile is a lead all the same', async () => {
		await place.insert(letters('ab'));
		const [first] = place.fakeServer.instance.persons.keys();
		place.fakeServer.instance.persons.delete(first!);
		const leads = await poller().leads();
		expect(namesOf(leads)).toEqual(['a', 'b']);
		expect(leads.map(({ warnings }) => warnings)).toEqual([[], []]);
	});

	it('completes what the form did not ask', async () => {
		const { fakeServer } = place;
		const person = fakeServer.instance.addPerson({
			lastName: 'Kim',
			company: 'Fabrikam',
			leadScore: 7,
		});
		fakeServer.fillOutBy(person, { fields: { Email: 'kim@fabrikam.example' } });
		const [lead] = await poller().leads();
		expect(lead?.customer).toMatchObject({ lastName: 'Kim', company: 'Fabrikam' });
		expect(lead?.properties).not.toHaveProperty('leadScore');
	});

	it('lends further fields where they are asked for', async () => {
		const person = place.fakeServer.instance.addPerson({ lastName: 'Kim', leadScore: 7 });
		place.fakeServer.fillOutBy(person, { fields: { Email: 'kim@fabrikam.example' } });
		const field = (value: string) => ({ field: { __rl: true, mode: 'name', value } });
		const options = { additionalPersonFields: { values: [field('leadScore'), field('')] } };
		const [lead] = await poller({ options }).leads();
		expect(lead?.properties).toMatchObject({ leadScore: 7 });
	});

	it('is told which field is none', async () => {
		await place.insert(letters('a'));
		const additionalPersonFields = (value: string) => ({
			options: {
				additionalPersonFields: { values: [{ field: { __rl: true, mode: 'name', value } }] },
			},
		});
		const error = await errorOf(poller(additionalPersonFields('noField')).poll());
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(/not a field of persons/),
			description: expect.stringMatching(/additional person fields/),
		});
		for (const hostile of ['a,b', 'a&fields=email', 'x y', '__proto__.x']) {
			await expect(poller(additionalPersonFields(hostile)).poll()).rejects.toThrow(
				/name of a person field is invalid/,
			);
		}
	});

	it.each(['unsubscribed', 'blackListed', 'marketingSuspended'])(
		'is asked for %s, also in an instance that lacks another such field',
		async (name) => {
			const { instance } = place.fakeServer;
			const fields = { Email: 'kim@fabrikam.example', LeadSource: 'SPZA-INS|contoso.one' };
			const person = instance.addPerson({ lastName: 'Kim', [name]: true });
			place.fakeServer.fillOutBy(person, { fields });
			const other = name === 'unsubscribed' ? 'blackListed' : 'unsubscribed';
			const lacking = [[], [other], [other, 'sourceSystemName']];
			const everything = [...instance.fields];
			for (const absent of lacking) {
				instance.fields.splice(
					0,
					Infinity,
					...everything.filter(({ rest }) => !absent.includes(rest)),
				);
				const before = place.fakeServer.requests.length;
				const [record] = await recordsOf();
				expect(record).toMatchObject({ [name]: true });
				expect(callsTo(/describe\.json$/, before)).toHaveLength(absent.length > 0 ? 1 : 0);
			}
		},
	);

	it('is asked without what the instance lacks once that is known', async () => {
		const { instance } = place.fakeServer;
		instance.fields.splice(
			0,
			Infinity,
			...instance.fields.filter(({ rest }) => rest !== 'blackListed'),
		);
		await place.insert(letters('abcdefgh'));
		place.shapePages({ records: 2 });
		expect(await poller().poll()).toEqual([...'abcdefgh']);
		expect(callsTo(LEADS)).toHaveLength(5);
		expect(callsTo(/describe\.json$/)).toHaveLength(1);
	});

	it('is asked for only where nobody has been told of the fill-out', async () => {
		const reading = poller();
		await place.insert(letters('ab'));
		await reading.poll();
		await place.insert(letters('c'));
		const before = place.fakeServer.requests.length;
		expect(await reading.poll()).toEqual(['c']);
		const [call, ...more] = callsTo(LEADS, before);
		expect(more).toEqual([]);
		expect(call?.url.searchParams.get('filterValues')).not.toContain(',');
		const later = place.fakeServer.requests.length;
		expect(await reading.poll()).toEqual([]);
		expect(callsTo(LEADS, later)).toEqual([]);
	});

	it('is asked for by POST where there is much to ask', async () => {
		await place.insert(Array.from({ length: 300 }, (_, at) => ({ name: `${at}` })));
		const fields = Array.from({ length: 40 }, () => ({ field: 'leadScore' }));
		const many = Array.from({ length: 60 }, (_, at) => `${'x'.repeat(90)}${at}`);
		// Fields of such names there are none of: the call is what counts.
		const options = {
			additionalPersonFields: { values: [...fields, ...many.map((field) => ({ field }))] },
		};
		await expect(poller({ options }).poll()).rejects.toThrow(/not a field of persons/);
		const [call] = callsTo(LEADS);
		expect(call).toMatchObject({
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
		});
		expect(call?.url.search).toBe('?_method=GET');
		expect(new URLSearchParams(call?.body).get('filterValues')?.split(',')).toHaveLength(300);
	});
});

describe('the lead source', () => {
	const sources = async (parameters: INodeParameters = {}) =>
		(await poller(parameters).leads()).map(({ leadSource }) => leadSource).sort();

	it('of another kind is passed on only where that is asked for', async () => {
		const { fakeServer } = place;
		fakeServer.fillOut({ fields: { LastName: 'a', LeadSource: 'SPZA-INS|contoso.one' } });
		fakeServer.fillOut({ fields: { LastName: 'b', LeadSource: 'Trade Show' } });
		fakeServer.fillOut({ fields: { LastName: 'c' } });
		expect(await sources()).toEqual(['', 'SPZA-INS|contoso.one']);
		expect(await sources({ options: { includeOthers: true } })).toEqual([
			'',
			'SPZA-INS|contoso.one',
			'Trade Show',
		]);
	});

	it('may be a field of one’s own', async () => {
		const fields = { LastName: 'a', LeadSource: 'Web', Marketplace_Source: 'AzurePortal' };
		place.fakeServer.fillOut({ fields });
		const leadSourceField = { __rl: true, mode: 'name', value: 'marketplaceSource' };
		expect(await sources({ options: { leadSourceField } })).toEqual(['AzurePortal']);
		expect(await sources()).toEqual([]);
	});

	it('is found in a field that the node was not told of', async () => {
		const fields = { LastName: 'a', LeadSource: 'Web', Marketplace_Source: 'SPZA-DNC|contoso.one' };
		place.fakeServer.fillOut({ fields });
		expect(await sources()).toEqual(['SPZA-DNC|contoso.one']);
	});
});

describe('hostile fill-outs', () => {
	it('come out as leads, whatever they hold', async () => {
		const { fakeServer } = place;
		const hostile = [
			'O:8:"stdClass":1:{s:1:"a";s:1:"b";}',
			'a:1:{s:8:"LastName";s:-5:"x";}',
			'a:999999999:{s:8:"LastName";s:1:"x";}',
			'a:1:{i:0;'.repeat(5_000),
			serialize({ __proto__x: 'y', LastName: '\u202e<script>' }),
			'\0',
			'not serialised at all',
		];
		for (const formFields of hostile) fakeServer.fillOut({ fields: { LastName: 'x' }, formFields });
		const leads: Lead[] = await poller().leads();
		expect(leads).toHaveLength(hostile.length);
		for (const { destination, id } of leads) {
			expect({ destination, id }).toEqual({
				destination: 'marketo',
				id: expect.stringMatching(/^\d+$/),
			});
		}
		expect(await poller().leads()).toHaveLength(hostile.length);
	});
});

describe('the instance’s limits', () => {
	it('of calls in 20 seconds are waited for, once', async () => {
		await place.insert(letters('ab'));
		place.fakeServer.script(ACTIVITIES, '606');
		expect(await poller().poll()).toEqual(['a', 'b']);
		expect(timeWaited()).toBeGreaterThanOrEqual(20 * SECOND);
		expect(callsTo(ACTIVITIES)).toHaveLength(2);
	});

	it('of calls in 20 seconds end a poll that has no time for them', async () => {
		await place.insert(letters('abcd'));
		place.shapePages({ records: 2 });
		place.fault({ kind: 'refused', why: 'throttled', waitSeconds: 20 }, { page: 1 });
		const reading = poller();
		expect(await reading.poll({ budget: 19 * SECOND })).toEqual(['a', 'b']);
		expect(await reading.poll()).toEqual(['c', 'd']);
	});

	it.each(['604', '608', '611', '614', '615', '713'])(
		'for a moment (%s) cost a second or two',
		async (code) => {
			await place.insert(letters('ab'));
			for (const path of [ACTIVITIES, LEADS, /pagingtoken/]) place.fakeServer.script(path, code);
			expect(await poller().poll()).toEqual(['a', 'b']);
		},
	);

	it('of a day end a poll at once', async () => {
		await place.insert(letters('a'));
		place.fakeServer.script(ACTIVITIES, '607', Number.POSITIVE_INFINITY);
		const error = await errorOf(poller().poll());
		expectHelpful(error, place);
		expect(error).toMatchObject({ httpCode: '429' });
		expect(callsTo(ACTIVITIES)).toHaveLength(1);
	});

	it('of a day are left to others from the share on that is set', async () => {
		const reading = poller({ options: { dailyQuota: 1_000, dailyQuotaShare: 50 } });
		await place.insert(letters('a'));
		place.fakeServer.callsToday = 480;
		expect(await reading.poll()).toEqual(['a']);
		await place.insert(letters('b'));
		place.fakeServer.callsToday = 500;
		processCache.clear();
		const kept = reading.kept();
		const before = place.fakeServer.requests.length;
		const error = await errorOf(reading.poll());
		expectHelpful(error, place);
		expect(error.message).toMatch(
			/^The Marketo instance has made 50\d of its 1000 calls for today$/,
		);
		expect(reading.kept()).toEqual(kept);
		// That there is something to read is known by then, and it is left.
		expect(callsTo(LEADS, before)).toEqual([]);
		// Nothing is asked for ten minutes, whichever poll it is.
		const spent = place.fakeServer.requests.length;
		await expect(reading.poll()).rejects.toThrow(/50\d of its 1000/);
		expect(place.fakeServer.requests).toHaveLength(spent);
		place.fakeServer.callsToday = 0;
		passTime(10 * MINUTE);
		expect(await reading.poll()).toEqual(['b']);
	});

	it('of a day count with our own calls before Marketo is asked again', async () => {
		const reading = poller({ options: { dailyQuota: 1_000, dailyQuotaShare: 50 } });
		await place.insert(letters('a'));
		place.fakeServer.callsToday = 490;
		await reading.poll();
		const polls = async (count: number) => {
			for (let poll = 0; poll < count; poll += 1) await reading.poll();
		};
		await expect(polls(10)).rejects.toThrow(/50\d of its 1000/);
		expect(callsTo(USAGE)).toHaveLength(2);
	});

	it('of a day are the 10,000 of a small instance until it has made more, and 90 percent of them', async () => {
		await place.insert(letters('a'));
		const { fakeServer } = place;
		const WEEK = /last7days\.json$/;
		const freshPoll = async () => {
			processCache.clear();
			return await poller().poll();
		};
		fakeServer.callsToday = 8_980;
		expect(await freshPoll()).toEqual(['a']);
		expect(callsTo(WEEK)).toEqual([]);
		fakeServer.callsToday = 9_000;
		fakeServer.callsBefore = [10_000, 0, 9_990];
		await expect(freshPoll()).rejects.toThrow(/900\d of its 10000/);
		// Who was let make more has more.
		fakeServer.callsBefore = [200, 10_001];
		expect(await freshPoll()).toEqual(['a']);
		expect(callsTo(WEEK)).toHaveLength(2);
		fakeServer.callsBefore = [];
		fakeServer.callsToday = 10_001;
		expect(await freshPoll()).toEqual(['a']);
		fakeServer.callsToday = 45_000;
		await expect(freshPoll()).rejects.toThrow(/4500\d of its 50000/);
		fakeServer.dailyQuota = 100_000;
		fakeServer.callsToday = 60_000;
		expect(await freshPoll()).toEqual(['a']);
		expect(callsTo(WEEK)).toHaveLength(2);
	});

	it('are those of Adobe’s advice: 50 begin in 20 seconds, and no poll waits in vain', async () => {
		const { fakeServer } = place;
		fakeServer.hasRateLimit = true;
		jest.mocked(RateLimiter.prototype.waitForTurn).mockRestore();
		const client = await openMarketo(readAccount(fakeServer.credential), 'read');
		const ask = async (limits = inTime()) =>
			await client.read('/rest/v1/activities/types.json', {}, limits);
		for (let call = 0; call < 50; call += 1) await ask();
		await expect(ask(inTime(SECOND))).rejects.toMatchObject({
			message: 'The time was up before Marketo could be asked for more',
			code: 'throttled',
		});
		expect(callsTo(/types\.json$/)).toHaveLength(50);
	});

	it('of a day are looked up when there is more to read, after a hundred calls, and after an hour', async () => {
		const reading = poller();
		// The first one that finds no lead looks at everything there is, to say why.
		await reading.poll();
		processCache.clear();
		const before = callsTo(USAGE).length;
		const asked = () => callsTo(USAGE).length - before;
		await reading.poll();
		expect(asked()).toBe(0);
		await place.insert(letters('ab'));
		await reading.poll();
		await reading.poll();
		expect(asked()).toBe(1);
		place.fakeServer.addForeign(300 * 150, { at: place.now() - DAY });
		await poller().poll();
		expect(asked()).toBe(2);
		// It has looked at everything again, so the next call may be the hundredth.
		await reading.poll();
		const soFar = asked();
		// Not the very hour that a token lasts: with what is left of one, a call could be made twice.
		passTime(HOUR + MINUTE);
		await reading.poll();
		await reading.poll();
		expect(asked()).toBe(soFar + 1);
	});

	it('of a day are not guarded where the usage may not be read', async () => {
		await place.insert(letters('a'));
		place.fakeServer.script(USAGE, '603');
		expect(await poller().poll()).toEqual(['a']);
		processCache.clear();
		place.fakeServer.script(USAGE, succeeded({ result: [] }));
		expect(await poller().poll()).toEqual(['a']);
		processCache.clear();
		place.fakeServer.script(USAGE, succeeded({ result: [{ total: 'many' }] }));
		await expect(poller().poll()).rejects.toThrow(/usage of a day has no total/);
	});

	it.each([
		[{ dailyQuota: -1 }, /Daily Quota is not a whole number/],
		[{ dailyQuota: 1.5 }, /Daily Quota is not a whole number/],
		[{ dailyQuotaShare: 'all' }, /Max Daily Quota Share \(%\) is not a number/],
	])('are not %j', async (options, said) => {
		await expect(poller({ options: options as never }).poll()).rejects.toThrow(said);
	});
});

describe('what a poll costs', () => {
	it('is one call where nothing has come, and two where something has', async () => {
		const reading = poller();
		await place.insert([{ name: 'old', writtenAt: place.now() - YEAR }]);
		const requestsOfOne = async () => {
			const before = place.fakeServer.requests.length;
			await reading.poll();
			return place.fakeServer.requests.length - before;
		};
		// Token, paging token, form, activities, usage, person.
		expect(await requestsOfOne()).toBe(6);
		// The place to begin at is found once more: the first one was that of everything.
		expect(await requestsOfOne()).toBe(2);
		expect(await requestsOfOne()).toBe(1);
		await place.insert(letters('a'));
		expect(await requestsOfOne()).toBe(2);
		expect(await requestsOfOne()).toBe(1);
		processCache.clear();
		expect(await requestsOfOne()).toBe(2);
	});

	it('is not more for fields that are hidden, which are asked for once an hour', async () => {
		const reading = poller();
		await place.insert(letters('a'));
		place.fakeServer.script(LEADS, '1006');
		place.fakeServer.script(DESCRIBE, succeeded({ result: [] }));
		await reading.poll();
		expect(callsTo(LEADS)).toHaveLength(2);
		await place.insert(letters('b'));
		expect(await reading.poll()).toEqual(['b']);
		expect(callsTo(LEADS)).toHaveLength(3);
		expect(callsTo(DESCRIBE)).toHaveLength(1);
	});
});
