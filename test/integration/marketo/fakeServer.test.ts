/**
 * The fake server held against what Adobe documents. There is no maintained client of Marketo's REST API
 * on npm to hold it against, so the requests here are those that Adobe's pages print, sent as they
 * stand there (with a token in the header, as they ask for since 2026), and the responses are compared
 * field by field with the printed ones:
 *
 * - https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
 * - …/rest/paging-tokens, …/rest/lead-database/activities, …/rest/lead-database/leads
 * - …/rest/lead-database/usage, …/rest/assets/forms, …/rest/error-codes
 * - https://experienceleague.adobe.com/en/docs/experience-cloud-kcs/kbarticles/ka-29362 (a call goes
 *   through 300 activities of all types)
 */
import { unserialize } from 'php-serialize';

import { startMarketo } from '../../fakeServers/marketo/marketo.ts';
import type { FakeMarketo } from '../../fakeServers/marketo/marketo.ts';
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

let marketo: FakeMarketo;
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
	const response = await fetch(`${marketo.origin}/identity/oauth/token?${query}`, { method });
	return { ...((await response.json()) as Body), status: response.status };
}

async function call(path: string, init: RequestInit = {}): Promise<Body> {
	const authorization = `Bearer ${token}`;
	const response = await fetch(`${marketo.origin}${path}`, {
		...init,
		headers: { authorization, ...init.headers },
	});
	expect(response.status).toBe(200);
	return (await response.json()) as Body;
}

async function post(path: string, body: object): Promise<Body> {
	const headers = { 'content-type': 'application/json' };
	return await call(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Of the first record. */
function reasonOf({ success, result }: Body): string | undefined {
	expect(success).toBe(true);
	const [first] = result?.[0]?.['reasons'] as Array<{ code: string }>;
	return first?.code;
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
			description: 'User fills out and submits form on web page',
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

	it('are looked through 300 of all types at a time: a response may have none and go on', async () => {
		marketo.addForeign(650, { at: marketo.now() - HOUR });
		await marketo.insert([{ name: 'one' }]);
		const responses: Body[] = [];
		let paging = await pagingToken();
		do {
			responses.push(await fillOuts(paging));
			paging = encodeURIComponent(responses.at(-1)!.nextPageToken!);
		} while (responses.at(-1)!.moreResult === true);
		expect(responses.map(({ result }) => result?.length)).toEqual([undefined, undefined, 1]);
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

	it('are those of up to 30 persons', async () => {
		await marketo.insert([{ name: 'one' }, { name: 'two' }]);
		const all = await fillOuts(await pagingToken());
		const leadId = all.result![1]?.['leadId'];
		const own = await fillOuts(await pagingToken(), `&leadIds=${leadId}`);
		expect(own.result).toEqual([all.result![1]]);
		const many = Array.from({ length: 31 }, (_, at) => at);
		expect(codeOf(await fillOuts(await pagingToken(), `&leadIds=${many}`))).toBe('1003');
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

	it('come in pages of at most 300, however many values were asked for', async () => {
		for (let at = 0; at < 350; at += 1) marketo.instance.addPerson({ email: 'kim@b.example' });
		const asked = `${path}?filterType=email&filterValues=kim@b.example&fields=id`;
		const first = await call(asked);
		expect(first.result).toHaveLength(300);
		expect(first.nextPageToken).toEqual(expect.any(String));
		const nextPageToken = encodeURIComponent(String(first.nextPageToken));
		const last = await call(`${asked}&nextPageToken=${nextPageToken}`);
		expect(last.result).toHaveLength(50);
		expect(last.nextPageToken).toBeUndefined();
		expect((await call(`${asked}&batchSize=20`)).result).toHaveLength(20);
		expect(codeOf(await call(`${asked}&batchSize=301`))).toBe('1003');
		expect(codeOf(await call(`${asked}&nextPageToken=nothing`))).toBe('1003');
		const ofActivities = encodeURIComponent(await pagingToken());
		expect(codeOf(await call(`${asked}&nextPageToken=${ofActivities}`))).toBe('1003');
	});

	it('are asked for by POST where the address is longer than 8 KB', async () => {
		const [person] = insert(1);
		const query = `filterType=id&filterValues=${person!.id}&fields=${'id,'.repeat(3_000)}id`;
		const response = await fetch(`${marketo.origin}${path}?${query}`, {
			headers: { authorization: `Bearer ${token}` },
		});
		expect(response.status).toBe(414);
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
			length: 255,
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

	it('have a draft, an approved version, or both, and fields of each', async () => {
		const { forms } = marketo.instance;
		const draft = [{ id: 'Email', dataType: 'email' }];
		forms.push({ id: 5, name: 'Draft', draft, isApproved: false }, { id: 6, name: 'Both', draft });
		const statusOf = async (id: number, status = '') => {
			const response = await call(`/rest/asset/v1/form/${id}.json${status && `?status=${status}`}`);
			return response.result?.[0]?.['status'] ?? codeOf(response);
		};
		expect([await statusOf(5), await statusOf(5, 'approved')]).toEqual(['draft', '702']);
		expect([await statusOf(6), await statusOf(6, 'draft')]).toEqual(['approved', 'draft']);
		const listed = await call('/rest/asset/v1/forms.json?status=approved');
		expect(listed.result?.map(({ id }) => id)).toEqual([marketo.formId, 6]);
		const fieldsOf = async (status: string) =>
			(await call(`/rest/asset/v1/form/6/fields.json?status=${status}`)).result?.length;
		expect([await fieldsOf('approved'), await fieldsOf('draft')]).toEqual([9, 1]);
	});
});

describe('a submitted form', () => {
	const path = '/rest/v1/leads/submitForm.json';
	const submit = async (leadFormFields: object, rest: object = {}) =>
		await post(path, { formId: marketo.formId, input: [{ leadFormFields, ...rest }] });

	it('makes a person and a fill-out, and then another fill-out of theirs', async () => {
		const customer = { firstName: 'Kim', lastName: 'Sample', email: 'kim.sample@fabrikam.example' };
		const visitorData = {
			pageURL: 'https://na-sjst.marketo.example/lp/063-GJP-217/UnsubscribePage.html',
			queryString: 'Unsubscribed=yes',
			leadClientIpAddress: '192.150.22.5',
			userAgentString: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
		};
		const cookie = 'id:063-GJP-217&token:_mch-marketo.com-1594662481190-60776';
		expect(await submit(customer, { visitorData, cookie })).toEqual({
			requestId: expect.stringMatching(/^\w+#\w+$/),
			result: [{ id: expect.any(Number), status: 'created' }],
			success: true,
		});
		const again = await submit({ email: 'Kim.Sample@fabrikam.example', lastName: 'Other' });
		expect(again.result).toMatchObject([{ status: 'updated' }]);
		expect(marketo.instance.persons.size).toBe(1);
		const { result } = await fillOuts(await pagingToken());
		expect(result).toHaveLength(2);
		const attributes = result![0]?.['attributes'] as Array<{ name: string; value: string }>;
		expect(attributes).toContainEqual({ name: 'Query Parameters', value: 'Unsubscribed=yes' });
		expect(attributes).toContainEqual({ name: 'Client IP Address', value: '192.150.22.5' });
		const formFields = attributes.find(({ name }) => name === 'Form Fields')!.value;
		expect(unserialize(formFields)).toMatchObject({ FirstName: 'Kim', LastName: 'Sample' });
	});

	it('shows in the log when it has been committed, and its person at once', async () => {
		marketo.commitDelay = HOUR;
		await submit({ email: 'kim@fabrikam.example' });
		expect(marketo.instance.persons.size).toBe(1);
		expect((await fillOuts(await pagingToken())).result).toBeUndefined();
		marketo.pass(HOUR);
		token = String((await signedIn())['access_token']);
		expect((await fillOuts(await pagingToken())).result).toHaveLength(1);
	});

	it('is skipped altogether for a field the form has not, and without what it wants', async () => {
		const email = 'kim@fabrikam.example';
		expect(await submit({ email, leadScore: 5 })).toMatchObject({
			success: true,
			result: [{ status: 'skipped', reasons: [{ code: '1006', message: expect.any(String) }] }],
		});
		expect(reasonOf(await submit({ lastName: 'Sample' }))).toBe('1002');
		expect(reasonOf(await submit({ email: 'kìm@fabrikam.example' }))).toBe('1003');
		expect(reasonOf(await submit({ email, company: 'x'.repeat(256) }))).toBe('1003');
		expect(marketo.instance.persons.size).toBe(0);
	});

	it('is one person of a form that is there', async () => {
		const record = { leadFormFields: { email: 'kim@fabrikam.example' } };
		const { formId } = marketo;
		expect(codeOf(await post(path, { formId, input: [record, record] }))).toBe('1003');
		expect(codeOf(await post(path, { formId: 4711, input: [record] }))).toBe('1013');
		expect(codeOf(await post(path, { input: [record] }))).toBe('1002');
		expect(codeOf(await call(path, { method: 'POST', body: '{' }))).toBe('612');
		const headers = { 'content-type': 'application/json' };
		expect(codeOf(await call(path, { method: 'POST', headers, body: '{' }))).toBe('609');
		marketo.permissions.delete('Read-Write Person');
		expect(codeOf(await post(path, { formId, input: [record] }))).toBe('603');
	});
});

describe('persons that are written', () => {
	const path = '/rest/v1/leads.json';
	const input = [1, 2, 3].map((at) => ({
		email: `kjashaedd-${at}@klooblept.example`,
		firstName: `Kataldar-${at}`,
	}));

	it('are created, updated or skipped, each for itself, as the page prints', async () => {
		const body = { action: 'createOnly', lookupField: 'email', input };
		expect(await post(path, body)).toEqual({
			requestId: expect.any(String),
			success: true,
			result: input.map(() => ({ id: expect.any(Number), status: 'created' })),
		});
		const again = await post(path, body);
		expect(again.result?.[0]).toEqual({
			status: 'skipped',
			reasons: [{ code: '1005', message: 'Lead already exists' }],
		});
		const { result } = await post(path, { input: [...input, { email: 'new@klooblept.example' }] });
		const statuses = result?.map(({ status }) => status);
		expect(statuses).toEqual(['updated', 'updated', 'updated', 'created']);
		const updateOnly = { action: 'updateOnly', input: [{ email: 'x@klooblept.example' }] };
		expect(reasonOf(await post(path, updateOnly))).toBe('1004');
	});

	it('are not told apart where several have the address', async () => {
		const duplicate = { action: 'createDuplicate', input: [input[0], input[0]] };
		expect((await post(path, duplicate)).result).toMatchObject([
			{ status: 'created' },
			{ status: 'created' },
		]);
		expect(reasonOf(await post(path, { input: [input[0]] }))).toBe('1007');
	});

	it('are skipped for what is no field, no value, or not theirs to say', async () => {
		const one = { email: 'kim@klooblept.example' };
		expect(reasonOf(await post(path, { input: [{ ...one, nothing: 1 }] }))).toBe('1006');
		expect(reasonOf(await post(path, { input: [{ ...one, leadScore: 'x' }] }))).toBe('1001');
		expect(reasonOf(await post(path, { input: [{ ...one, id: 5 }] }))).toBe('1003');
		expect(reasonOf(await post(path, { input: [{ ...one, createdAt: 'x' }] }))).toBe('1003');
		expect(codeOf(await post(path, { lookupField: 'lastName', input: [one] }))).toBe('1011');
		const many = Array.from({ length: 301 }, () => one);
		expect(codeOf(await post(path, { input: many }))).toBe('1003');
	});

	it('are pushed with the name of a program, and deleted by their ids', async () => {
		const push = '/rest/v1/leads/push.json';
		expect(codeOf(await post(push, { input }))).toBe('1002');
		const programName = 'Big Blue Thing Product Launch';
		const { result } = await post(push, { programName, lookupField: 'email', input });
		expect(result).toMatchObject(input.map(() => ({ status: 'created' })));
		const ids = [{ id: result![0]!['id'] }, { id: 4711 }];
		expect((await post('/rest/v1/leads/delete.json', { input: ids })).result).toEqual([
			{ id: ids[0]!.id, status: 'deleted' },
			{ id: 4711, status: 'skipped', reasons: [{ code: '1004', message: 'Lead not found' }] },
		]);
	});

	it('are at most one megabyte at a time', async () => {
		const response = await fetch(`${marketo.origin}${path}`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({ input: [{ description: 'x'.repeat(1_024 * 1_024) }] }),
		});
		expect(response.status).toBe(413);
	});
});

describe('two calls for one address', () => {
	it('make two persons where the second comes before the first has returned', async () => {
		marketo.writingTakes = 50;
		const body = { input: [{ email: 'kim@klooblept.example' }] };
		await Promise.all([post('/rest/v1/leads.json', body), post('/rest/v1/leads.json', body)]);
		expect(marketo.instance.persons.size).toBe(2);
	});
});

describe('the fields of a form', () => {
	it('come as the page prints them', async () => {
		const { result } = await call(`/rest/asset/v1/form/${marketo.formId}/fields.json`);
		expect(result![0]).toEqual({
			id: 'FirstName',
			label: 'FirstName:',
			dataType: 'text',
			validationMessage: 'This field is required.',
			rowNumber: 0,
			columnNumber: 0,
			maxLength: 255,
			required: false,
			formPrefill: true,
			visibilityRules: { ruleType: 'alwaysShow' },
		});
		expect(result!.at(-1)).toEqual({
			id: 'Profiling',
			dataType: 'profiling',
			rowNumber: 8,
			columnNumber: 0,
		});
		expect(codeOf(await call('/rest/asset/v1/form/4711/fields.json'))).toBe('702');
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

	it('are told by the calls of today and of the week', async () => {
		marketo.callsToday = 5;
		marketo.callsBefore = [9, 8, 7, 6, 5, 4, 3];
		const week = await call('/rest/v1/stats/usage/last7days.json');
		expect(week.result?.map(({ total }) => total)).toEqual([5, 9, 8, 7, 6, 5, 4]);
		const today = await call('/rest/v1/stats/usage.json');
		expect(today.result).toMatchObject([{ total: 6 }]);
	});

	it('are ten calls at once', async () => {
		marketo.atOnce.now = 9;
		expect(codeOf(await call(types))).toBeUndefined();
		marketo.atOnce.now = 10;
		expect(codeOf(await call(types))).toBe('615');
	});

	it('are the permissions of the role', async () => {
		marketo.permissions.delete('Read-Only Person');
		expect(codeOf(await call('/rest/v1/leads/describe.json'))).toBe('603');
		expect(codeOf(await call(types))).toBeUndefined();
		expect(codeOf(await call('/rest/v1/nothing.json'))).toBe('610');
	});
});
