/** The fake Dataverse, checked by clients that are not ours: dynamics-web-api and Entra's own. */
import { ClientSecretCredential } from '@azure/identity';
import { DynamicsWebApi } from 'dynamics-web-api';

import { compareValues } from '../../fakeServers/dynamics365/compare.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';

const SECOND = 1_000;

let authority: EntraAuthority;
let dynamics: FakeDynamics;
let client: DynamicsWebApi;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => {
	dynamics = await startDynamics({ authority });
	client = new DynamicsWebApi({
		serverUrl: dynamics.origin,
		dataApi: { version: '9.2' },
		onTokenRefresh: async () => await token(dynamics.origin),
	});
});
afterEach(async () => await dynamics?.stop());

async function token(origin: string): Promise<string> {
	const { tenantId, clientId, clientSecret } = authority.application;
	const signIn = new ClientSecretCredential(tenantId, clientId, clientSecret, {
		authorityHost: authority.host,
		disableInstanceDiscovery: true,
	});
	return (await signIn.getToken(`${origin}/.default`)).token;
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
	return await fetch(`${dynamics.origin}/api/data/v9.2/${path}`, { headers });
}

async function errorOf(query: string): Promise<unknown> {
	const response = await get(`leads?${query}`, {
		authorization: `Bearer ${await token(dynamics.origin)}`,
	});
	return { status: response.status, ...((await response.json()) as object) };
}

describe('signing in', () => {
	it('tells who one is', async () => {
		const who = await client.callFunction<{ UserId: string }>('WhoAmI');
		expect(who.UserId).toMatch(/^[0-9a-f-]{36}$/);
	});

	it('needs a token that Entra made for this environment', async () => {
		const other = await startDynamics({ authority });
		try {
			const good = await token(dynamics.origin);
			const forged = `${good.slice(0, -8)}AAAAAAAA`;
			const none = good.replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString('base64url'));
			for (const bad of [undefined, await token(other.origin), forged, none, 'x.y.z']) {
				const response = await (bad === undefined
					? get('WhoAmI')
					: get('WhoAmI', { authorization: `Bearer ${bad}` }));
				expect(response.status).toBe(401);
			}
			expect((await get('WhoAmI', { authorization: `Bearer ${good}` })).status).toBe(200);
			dynamics.expireTokens();
			const response = await get('WhoAmI', { authorization: `Bearer ${good}` });
			expect(response.status).toBe(401);
			expect(response.headers.get('www-authenticate')).toContain('authorization_uri=https://');
		} finally {
			await other.stop();
		}
	});

	it('is refused to one who has too much running, or has had for five minutes', async () => {
		const authorization = `Bearer ${await token(dynamics.origin)}`;
		const code = async () => {
			const response = await get('WhoAmI', { authorization });
			const { error } = (await response.json()) as { error?: { code: string } };
			return [response.status, response.headers.get('retry-after'), error?.code];
		};
		dynamics.protection = { atOnce: 0, executionTime: 15 };
		expect(await code()).toEqual([429, '1', '0x80072326']);
		dynamics.protection = { atOnce: 1, executionTime: 15 };
		dynamics.operationTime = 10;
		expect(await code()).toEqual([200, null, undefined]);
		expect(await code()).toEqual([200, null, undefined]);
		expect(await code()).toEqual([429, '1', '0x80072321']);
		dynamics.server.pass(300 * SECOND);
		expect(await code()).toEqual([200, null, undefined]);
	});

	it.each(['missing', 'disabled', 'withoutRoles'] as const)(
		'is refused to a %s user',
		async (who) => {
			dynamics.caller = who;
			await expect(client.callFunction('WhoAmI')).rejects.toMatchObject({ status: 403 });
		},
	);
});

describe('reading leads', () => {
	const names = (response: { value: Array<{ lastname?: string }> }) =>
		response.value.map(({ lastname }) => lastname);

	it('gives them page by page in a stable order, with what was selected', async () => {
		const at = dynamics.server.now();
		await dynamics.insert(
			Array.from({ length: 23 }, (_, index) => ({
				name: `${index}`,
				writtenAt: at - Math.floor(index / 5) * SECOND,
			})),
		);
		const query = { collection: 'leads', select: ['lastname', 'createdon'], maxPageSize: 5 };
		const orderBy = ['createdon', 'leadid'];
		type Page = Awaited<ReturnType<typeof client.retrieveMultiple<Row>>>;
		let page: Page = await client.retrieveMultiple<Row>({ ...query, orderBy });
		const rows: Row[] = [];
		for (;;) {
			expect(page.value.length).toBeLessThanOrEqual(5);
			rows.push(...page.value);
			if (!page.oDataNextLink) break;
			page = await client.retrieveMultiple<Row>(query, page.oDataNextLink);
		}
		expect(rows).toHaveLength(23);
		expect(new Set(rows.map(({ leadid }) => leadid)).size).toBe(23);
		expect(rows[0]).toEqual({
			'@odata.etag': expect.stringMatching(/^W\/"\d+"$/),
			leadid: expect.any(String),
			lastname: expect.any(String),
			createdon: expect.any(Date),
		});
		const sorted = rows.toSorted(
			(a, b) =>
				compareValues(Number(a.createdon), Number(b.createdon)) ||
				compareValues(a.leadid, b.leadid),
		);
		expect(rows).toEqual(sorted);
	});

	interface Row {
		leadid: string;
		lastname: string;
		/** The client makes dates of what looks like one. */
		createdon: Date;
	}

	it('counts pages where it gives out no cookie', async () => {
		dynamics.paging = 'counted';
		await dynamics.insert(Array.from({ length: 7 }, (_, index) => ({ name: `${index}` })));
		const { value } = await client.retrieveAll<Row>({ collection: 'leads', maxPageSize: 3 });
		expect(new Set(value.map(({ lastname }) => lastname)).size).toBe(7);
	});

	it('gives pages without rows that go on, where it is told to', async () => {
		dynamics.shapePages({ records: 2, emptyPages: 2 });
		await dynamics.insert(Array.from({ length: 5 }, (_, index) => ({ name: `${index}` })));
		const { value } = await client.retrieveAll<Row>({ collection: 'leads' });
		expect(value).toHaveLength(5);
		// Before, between and behind three pages with rows, and the end.
		expect(dynamics.server.traffic()).toEqual({ requests: 2 * 4 + 3 + 1, records: 5 });
	});

	it.each<[string, string[]]>([
		["lastname eq 'A'", ['a']],
		["contains(subject,'zur') and not contains(subject,'INS') and lastname ne 'x'", ['b']],
		["startswith(subject,'azure') or endswith(description,'end')", ['a', 'b', 'c']],
		["contains(subject,'it''s')", ['c']],
		["contains(subject,'_-INS')", ['a']],
		["contains(subject,'50[%]')", ['c']],
		["lastname eq 'a' or lastname eq 'b' and subject eq null", ['a']],
		["(lastname eq 'a' or lastname eq 'b') and subject eq null", []],
		["not (contains(subject,'Azure'))", ['c']],
		['subject eq null', ['d']],
		['leadsourcecode eq 8 and donotemail eq false', ['b']],
		['createdon ge 2020-01-01T00:00:01Z and createdon lt 2020-01-01T00:00:03Z', ['b', 'c']],
		['createdon gt 2020-01-01T00:00:01.5Z', ['c', 'd']],
	])('filters by %s', async (filter, expected) => {
		const at = Date.UTC(2020, 0, 1);
		const rows: Array<Record<string, string | number>> = [
			{ lastname: 'a', subject: 'Azure-INS' },
			{ lastname: 'b', subject: 'AZURE-Create', leadsourcecode: 8 },
			{ lastname: 'c', subject: "It's 50% of it", description: 'The End' },
			{ lastname: 'd' },
		];
		rows.forEach((row, index) => dynamics.write(row, at + index * SECOND));
		const response = await client.retrieveMultiple<Row>({
			collection: 'leads',
			select: ['lastname'],
			filter,
			orderBy: ['createdon'],
		});
		expect(names(response)).toEqual(expected);
	});

	it('shows choices by their label where it is asked for', async () => {
		dynamics.write({ lastname: 'a', leadsourcecode: 8, revenue: 12.5, donotemail: true });
		const { value } = await client.retrieveMultiple({
			collection: 'leads',
			select: ['leadsourcecode', 'revenue', 'donotemail', 'lastname'],
			includeAnnotations: '*',
		});
		expect(value[0]).toMatchObject({
			leadsourcecode: 8,
			'leadsourcecode@OData.Community.Display.V1.FormattedValue': 'Web',
			'revenue@OData.Community.Display.V1.FormattedValue': '$12.50',
			'donotemail@OData.Community.Display.V1.FormattedValue': 'Do Not Allow',
			lastname: 'a',
		});
	});

	it('orders GUIDs by their last bytes first, as SQL Server does', () => {
		const guids = [
			'ffffffff-ffff-ffff-ffff-000000000001',
			'00000000-0000-0000-0001-000000000002',
			'00000000-0000-0100-0000-000000000003',
			'00000000-0000-0001-0000-000000000003',
			'01000000-0000-0001-0000-000000000003',
		];
		expect(guids.toReversed().sort(compareValues)).toEqual(guids);
	});

	it.each([
		['$select=nothing', /Could not find a property named 'nothing'/],
		['$select=leadsourcecodename', /Could not find a property named/],
		['$filter=nothing eq 1', /Could not find a property named 'nothing'/],
		['$orderby=nothing', /Could not find a property named 'nothing'/],
		['$filter=lastname eq', /Syntax/],
		["$filter=contains(leadsourcecode,'a')", /No function signature/],
		["$filter=leadsourcecode eq 'a'", /incompatible types/],
		['$filter=leadid gt 49b0be2e-d01c-ed11-b83e-000d3a572421', /not supported/],
		["$filter=tolower(lastname) eq 'a'", /not supported|expected/],
		['$skip=5', /\$skip is not supported/],
		['$skiptoken=5', /Malformed XML in the Paging Cookie/],
	])('refuses %s', async (query, said) => {
		expect(await errorOf(query)).toMatchObject({
			status: 400,
			error: { code: expect.stringMatching(/^0x8\w{7}$/), message: expect.stringMatching(said) },
		});
	});

	it('refuses a cookie that has expired', async () => {
		await dynamics.insert([{ name: 'a' }, { name: 'b' }]);
		const query = { collection: 'leads', maxPageSize: 1 };
		const { oDataNextLink } = await client.retrieveMultiple(query);
		dynamics.expireCookies();
		await expect(client.retrieveMultiple(query, oDataNextLink)).rejects.toMatchObject({
			status: 400,
		});
	});

	it('is refused to an application without the privilege', async () => {
		dynamics.mayReadLeads = false;
		await expect(client.retrieveMultiple({ collection: 'leads' })).rejects.toMatchObject({
			status: 403,
			code: '0x80040220',
		});
	});

	it('hides what is not committed yet, and shows it under its own time', async () => {
		await dynamics.insertLate([{ name: 'late', writtenAt: Date.UTC(2020, 0, 1) }]);
		await dynamics.insert([{ name: 'early' }]);
		expect(names(await client.retrieveMultiple<Row>({ collection: 'leads' }))).toEqual(['early']);
		dynamics.showLate();
		const query = { collection: 'leads', orderBy: ['createdon'] };
		expect(names(await client.retrieveMultiple<Row>(query))).toEqual(['late', 'early']);
	});
});

it('describes the columns of leads', async () => {
	const { value } = await client.retrieveAttributes({
		entityKey: "LogicalName='lead'",
		select: ['LogicalName', 'AttributeType', 'DisplayName'],
	});
	expect(value).toContainEqual(
		expect.objectContaining({
			LogicalName: 'subject',
			AttributeType: 'String',
			DisplayName: expect.objectContaining({
				UserLocalizedLabel: expect.objectContaining({ Label: 'Topic' }),
			}),
		}),
	);
});
