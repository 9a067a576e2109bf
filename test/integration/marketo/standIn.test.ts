/**
 * The stand-in held against what Adobe documents. There is no maintained client of Marketo's REST API
 * on npm to hold it against, so the requests here are those that Adobe's pages print, sent as they
 * stand there (with a token in the header, as they ask for since 2026), and the answers are compared
 * field by field with the printed ones:
 *
 * - https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
 * - …/rest/paging-tokens, …/rest/lead-database/activities, …/rest/lead-database/leads
 * - …/rest/lead-database/usage, …/rest/assets/forms, …/rest/error-codes
 * - https://experienceleague.adobe.com/en/docs/experience-cloud-kcs/kbarticles/ka-29362 (a call goes
 *   through 300 activities of all types)
 */
import { unserialize } from 'php-serialize';

import { startMarketo } from '../../support/marketo/marketo.ts';
import type { MarketoStandIn } from '../../support/marketo/marketo.ts';
import { HOUR, SECOND } from '../../support/pollContract/time.ts';

interface Body {
	requestId?: string;
	success?: boolean;
	result?: Array<Record<string, unknown>>;
	errors?: Array<{ code: string; message: string }>;
	nextPageToken?: string;
	moreResult?: boolean;
	warnings?: string[];
	[field: string]: unknown;
}

let marketo: MarketoStandIn;
let token: string;
beforeEach(async () => {
	marketo = await startMarketo();
	token = String((await signedIn())['access_token']);
});
afterEach(async () => await marketo?.stop());

async function signedIn(changes: Record<string, string> = {}, method = 'GET'): Promise<Body> {
	const { clientId, clientSecret } = marketo.clients[0];
	const query = new URLSearchParams({
		grant_type: 'client_credentials',
		client_id: clientId,
		client_secret: clientSecret,
		...changes,
	});
	const answer = await fetch(`${marketo.origin}/identity/oauth/token?${query}`, { method });
	return { ...((await answer.json()) as Body), status: answer.status };
}

async function call(path: string, init: RequestInit = {}): Promise<Body> {
	const authorization = `Bearer ${token}`;
	const answer = await fetch(`${marketo.origin}${path}`, {
		...init,
		headers: { authorization, ...init.headers },
	});
	expect(answer.status).toBe(200);
	return (await answer.json()) as Body;
}

const codeOf = ({ success, errors }: Body) => (success === false ? errors?.[0]?.code : undefined);

async function pagingToken(since = '2006-01-01T00:00:00Z'): Promise<string> {
	const path = `/rest/v1/activities/pagingtoken.json?sinceDatetime=${encodeURIComponent(since)}`;
	const { nextPageToken } = await call(path);
	return encodeURIComponent(nextPageToken!);
}

const fillOuts = async (paging: string, rest = '') =>
	await call(
		`/rest/v1/activities.json?activityTypeIds=2&assetIds=${marketo.formId}&nextPageToken=${paging}${rest}`,
	);

describe('signing in', () => {
	it.each(['GET', 'POST'])('by %s gives what the page on authentication prints', async (method) => {
		expect(await signedIn({}, method)).toEqual({
			status: 200,
			access_token: expect.stringMatching(/^[0-9a-f-]{36}:\w+$/),
			token_type: 'bearer',
			expires_in: expect.any(Number),
			scope: expect.stringContaining('@'),
		});
	});

	it('gives the same token until it ends, with the seconds that are left', async () => {
		marketo.pass(30 * 60 * SECOND);
		const again = await signedIn();
		expect(again['access_token']).toBe(token);
		expect(again['expires_in']).toBeLessThanOrEqual(1_800);
		marketo.pass(HOUR);
		expect((await signedIn())['access_token']).not.toBe(token);
	});

	it('is refused with 401 for a wrong ID or secret', async () => {
		expect(await signedIn({ client_id: 'x' })).toMatchObject({
			status: 401,
			error: 'unauthorized',
		});
		expect(await signedIn({ client_secret: 'x' })).toMatchObject({
			status: 401,
			error: 'invalid_client',
		});
	});
});

describe('an access token', () => {
	const types = '/rest/v1/activities/types.json';

	it('is refused with 200 and a code in the body when it is none or has run out', async () => {
		expect(await call(types, { headers: { authorization: 'Bearer x' } })).toEqual({
			requestId: expect.stringMatching(/^\w+#\w+$/),
			success: false,
			errors: [{ code: '601', message: 'Access token invalid' }],
		});
		marketo.pass(HOUR);
		expect(codeOf(await call(types))).toBe('602');
	});

	it('is taken from the header and not from the address', async () => {
		const path = `${types}?access_token=${token}`;
		expect(codeOf(await call(path, { headers: { authorization: '' } }))).toBe('600');
	});
});

describe('activities', () => {
	it('have the types that the page prints', async () => {
		const { success, result } = await call('/rest/v1/activities/types.json');
		expect(success).toBe(true);
		expect(result).toContainEqual({
			id: 2,
			name: 'Fill Out Form',
			primaryAttribute: { name: 'Webform ID', dataType: 'integer' },
			attributes: [
				{ name: 'Client IP Address', dataType: 'string' },
				{ name: 'Form Fields', dataType: 'text' },
				{ name: 'Query Parameters', dataType: 'string' },
				{ name: 'Referrer URL', dataType: 'string' },
				{ name: 'User Agent', dataType: 'string' },
				{ name: 'Webpage ID', dataType: 'integer' },
			],
		});
	});

	it('are asked for from a time on, in the forms of ISO 8601 that the page prints', async () => {
		for (const since of ['2014-10-06T13:22:17-08:00', '2016-09-15T10:53:00Z']) {
			expect(await pagingToken(since)).toMatch(/./);
		}
		const path = '/rest/v1/activities/pagingtoken.json';
		expect(codeOf(await call(`${path}?sinceDatetime=yesterday`))).toBe('704');
		expect(codeOf(await call(path))).toBe('1002');
	});

	it('look as the page prints them', async () => {
		marketo.fillOut({
			fields: { FirstName: 'Kim', Email: 'kim@fabrikam.example', Interests: ['one', 'two'] },
			queryParameters: 'aliId=48258821',
		});
		const { result, ...rest } = await fillOuts(await pagingToken());
		expect(rest).toEqual({
			requestId: expect.any(String),
			success: true,
			nextPageToken: expect.stringMatching(/^[\w+/]+=*$/),
			moreResult: false,
		});
		const [activity] = result!;
		expect(activity).toEqual({
			id: expect.any(Number),
			marketoGUID: String(activity?.['id']),
			leadId: expect.any(Number),
			activityDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
			activityTypeId: 2,
			primaryAttributeValueId: marketo.formId,
			primaryAttributeValue: expect.any(String),
			attributes: expect.arrayContaining([
				{ name: 'Query Parameters', value: 'aliId=48258821' },
				{ name: 'Webpage ID', value: expect.any(Number) },
			]),
		});
		const attributes = activity?.['attributes'] as Array<{ name: string; value: string }>;
		const formFields = attributes.find(({ name }) => name === 'Form Fields')!.value;
		expect(unserialize(formFields)).toMatchObject({ FirstName: 'Kim', Interests: ['one', 'two'] });
	});

	it('come 300 at a time, and on with the token', async () => {
		await marketo.insert(Array.from({ length: 301 }, (_, at) => ({ name: `${at}` })));
		const first = await fillOuts(await pagingToken());
		expect(first).toMatchObject({ moreResult: true });
		expect(first.result).toHaveLength(300);
		const second = await fillOuts(encodeURIComponent(first.nextPageToken!));
		expect(second).toMatchObject({ moreResult: false });
		expect(second.result).toHaveLength(1);
	});

	it('are looked through 300 of all types at a time: an answer may have none and go on', async () => {
		marketo.addForeign(650, { at: marketo.now() - HOUR });
		await marketo.insert([{ name: 'one' }]);
		const answers: Body[] = [];
		let paging = await pagingToken();
		do {
			answers.push(await fillOuts(paging));
			paging = encodeURIComponent(answers.at(-1)!.nextPageToken!);
		} while (answers.at(-1)!.moreResult === true);
		expect(answers.map(({ result }) => result?.length)).toEqual([undefined, undefined, 1]);
	});

	it('are those of one form, one type, and after the time', async () => {
		const at = Math.floor(marketo.now() / SECOND) * SECOND;
		marketo.fillOut({ formId: 9, fields: { Email: 'other@fabrikam.example' } });
		marketo.addForeign(3);
		await marketo.insert([{ name: 'before', writtenAt: at }]);
		await marketo.insert([{ name: 'after', writtenAt: at + SECOND }]);
		const found = await fillOuts(await pagingToken(new Date(at).toISOString()));
		expect(found.result).toHaveLength(1);
		const all = await call(
			`/rest/v1/activities.json?activityTypeIds=2&nextPageToken=${await pagingToken()}`,
		);
		expect(all.result).toHaveLength(3);
	});

	it('can be committed late, behind a token that has passed their time', async () => {
		await marketo.insertLate([{ name: 'late' }]);
		marketo.pass(SECOND);
		await marketo.insert([{ name: 'in time' }]);
		const first = await fillOuts(await pagingToken());
		marketo.showLate();
		expect(first.result).toHaveLength(1);
		const passed = await fillOuts(encodeURIComponent(first.nextPageToken!));
		expect(passed.result).toBeUndefined();
		expect((await fillOuts(await pagingToken())).result).toHaveLength(2);
	});

	it('are refused for a token of nobody’s, an old one, and parameters that are none', async () => {
		const paging = await pagingToken();
		marketo.instance.forgetTokens();
		expect(codeOf(await fillOuts(paging))).toBe('1003');
		expect(codeOf(await fillOuts('WQV2VQVPPCKHC6AQYVK7JDSA3I====='))).toBe('1003');
		const sound = await pagingToken();
		expect(codeOf(await fillOuts(sound, '&batchSize=301'))).toBe('1003');
		expect(codeOf(await fillOuts(sound, '&activityTypeIds=1'))).toBe('1003');
	});
});

describe('persons', () => {
	const path = '/rest/v1/leads.json';
	const insert = (count: number) =>
		Array.from({ length: count }, (_, at) =>
			marketo.instance.addPerson({
				email: `p${at}@fabrikam.example`,
				firstName: 'Abraham',
				lastName: 'Sample',
				createdAt: '2015-03-17T00:18:40Z',
				updatedAt: '2016-05-17T22:11:45Z',
			}),
		);

	it('come by their ids with the fields that the page prints', async () => {
		const [first, second] = insert(2).map(({ id }) => ({ id })) as [{ id: number }, { id: number }];
		const { result } = await call(`${path}?filterType=id&filterValues=${first.id},${second.id}`);
		expect(result).toEqual(
			[first, second].map(({ id }, at) => ({
				id,
				email: `p${at}@fabrikam.example`,
				firstName: 'Abraham',
				lastName: 'Sample',
				createdAt: '2015-03-17T00:18:40Z',
				updatedAt: '2016-05-17T22:11:45Z',
			})),
		);
		const byMail = await call(`${path}?filterType=email&filterValues=P1@fabrikam.example`);
		expect(byMail.result).toMatchObject([{ id: second.id }]);
	});

	it('come with the fields that are asked for, null where there is nothing', async () => {
		const [person] = insert(1);
		const asked = `${path}?filterType=id&filterValues=${person!.id}&fields=id,company,firstName`;
		expect((await call(asked)).result).toEqual([
			{ id: person!.id, company: null, firstName: 'Abraham' },
		]);
		expect(codeOf(await call(`${asked},nothing`))).toBe('1006');
	});

	it('are none, with success, where nobody has the id', async () => {
		expect(await call(`${path}?filterType=id&filterValues=1`)).toMatchObject({
			success: true,
			result: [],
		});
	});

	it('are at most 300 at a time', async () => {
		const ids = insert(301).map(({ id }) => id);
		const asked = (count: number) => `${path}?filterType=id&filterValues=${ids.slice(0, count)}`;
		expect((await call(asked(300))).result).toHaveLength(300);
		expect(codeOf(await call(asked(301)))).toBe('1003');
	});

	it('are asked for by POST where the address is longer than 8 KB', async () => {
		const [person] = insert(1);
		const query = `filterType=id&filterValues=${person!.id}&fields=${'id,'.repeat(3_000)}id`;
		const answer = await fetch(`${marketo.origin}${path}?${query}`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(answer.status).toBe(414);
		const { result } = await call(`${path}?_method=GET`, {
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: query,
		});
		expect(result).toEqual([{ id: person!.id }]);
	});

	it('have the fields that describe tells, by the names of REST and SOAP', async () => {
		const { result } = await call('/rest/v1/leads/describe.json');
		expect(result).toContainEqual({
			id: expect.any(Number),
			displayName: 'Company Name',
			dataType: 'string',
			rest: { name: 'company', readOnly: false },
			soap: { name: 'Company', readOnly: false },
		});
	});
});

describe('forms', () => {
	it('come by 20, at most by 200, from an offset on; behind the last is a warning', async () => {
		for (let id = 1; id < 30; id += 1) marketo.instance.forms.push({ id, name: `Form ${id}` });
		const listed = async (query: string) => await call(`/rest/asset/v1/forms.json${query}`);
		expect((await listed('')).result).toHaveLength(20);
		expect((await listed('?maxReturn=200&offset=20')).result).toHaveLength(10);
		const none = await listed('?offset=30');
		expect(none).toMatchObject({ success: true, warnings: [expect.any(String)] });
		expect(none.result).toBeUndefined();
		expect(codeOf(await listed('?maxReturn=201'))).toBe('701');
	});

	it('come by their id', async () => {
		const { result } = await call(`/rest/asset/v1/form/${marketo.formId}.json`);
		expect(result).toMatchObject([{ id: marketo.formId, name: expect.any(String) }]);
		expect(codeOf(await call('/rest/asset/v1/form/4711.json'))).toBe('702');
	});
});

describe('limits', () => {
	const types = '/rest/v1/activities/types.json';

	it('are counted as the page on usage prints', async () => {
		await call(types);
		const { result } = await call('/rest/v1/stats/usage.json');
		expect(result).toEqual([
			{
				date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
				total: 1,
				users: [{ userId: expect.any(String), count: 1 }],
			},
		]);
	});

	it('are 100 calls in 20 seconds', async () => {
		marketo.hasRateLimit = true;
		for (let count = 0; count < 100; count += 1) {
			expect(codeOf(await call(types))).toBeUndefined();
		}
		expect(codeOf(await call(types))).toBe('606');
		marketo.pass(21 * SECOND);
		expect(codeOf(await call(types))).toBeUndefined();
	});

	it('are the calls of a day, of which those with a token that is none do not count', async () => {
		marketo.dailyQuota = 2;
		await call(types, { headers: { authorization: 'Bearer x' } });
		expect(codeOf(await call(types))).toBeUndefined();
		expect(codeOf(await call(types))).toBeUndefined();
		expect(codeOf(await call(types))).toBe('607');
	});

	it('are the permissions of the role', async () => {
		marketo.permissions.delete('Read-Only Person');
		expect(codeOf(await call('/rest/v1/leads/describe.json'))).toBe('603');
		expect(codeOf(await call(types))).toBeUndefined();
		expect(codeOf(await call('/rest/v1/nothing.json'))).toBe('610');
	});
});
