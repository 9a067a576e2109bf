/** What the fake Dataverse does with writing, checked by dynamics-web-api. */
import { ClientSecretCredential } from '@azure/identity';
import { DynamicsWebApi } from 'dynamics-web-api';

import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { FakeDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';

const ID = '0a1b2c3d-0000-8000-8000-00000000000a';
const OTHER_ID = '0a1b2c3d-0000-8000-8000-00000000000b';

let authority: EntraAuthority;
let dynamics: FakeDynamics;
let client: DynamicsWebApi;
beforeAll(async () => {
	authority = await startEntraAuthority();
});
afterAll(async () => await authority?.stop());
beforeEach(async () => {
	dynamics = await startDynamics({ authority });
	const { tenantId, clientId, clientSecret } = authority.application;
	const signIn = new ClientSecretCredential(tenantId, clientId, clientSecret, {
		authorityHost: authority.host,
		disableInstanceDiscovery: true,
	});
	client = new DynamicsWebApi({
		serverUrl: dynamics.origin,
		dataApi: { version: '9.2' },
		onTokenRefresh: async () => (await signIn.getToken(`${dynamics.origin}/.default`)).token,
	});
});
afterEach(async () => await dynamics?.stop());

const collection = 'leads';
const lead = (data: Record<string, unknown>) => ({ collection, data });
const names = () => dynamics.rows().map(({ lastname }) => lastname);

describe('one request', () => {
	it('creates a lead and tells its id, or the whole of it', async () => {
		const id = await client.create<unknown>(
			lead({ lastname: 'One', createdon: '2020-01-01T00:00:00Z' }),
		);
		expect(id).toMatch(/^[0-9a-f-]{36}$/);
		const whole = await client.create<Record<string, unknown>>({
			...lead({ firstname: 'Kim', lastname: 'Two', leadid: ID }),
			returnRepresentation: true,
			select: ['fullname'],
		});
		expect(whole).toMatchObject({ leadid: ID, fullname: 'Kim Two' });
		expect(names()).toEqual(['One', 'Two']);
		// What the service keeps itself is passed over.
		expect(dynamics.rows()[0]).not.toMatchObject({ createdon: '2020-01-01T00:00:00Z' });
	});

	it('changes a lead, only if there is one, or only if its version is that', async () => {
		await client.create(lead({ lastname: 'One', leadid: ID }));
		const row = await client.retrieve<Record<string, string>>({
			collection,
			key: ID,
			select: ['lastname'],
		});
		await client.update({ ...lead({ jobtitle: 'Buyer' }), key: ID });
		expect(dynamics.rows()[0]).toMatchObject({ lastname: 'One', jobtitle: 'Buyer' });
		await expect(
			client.update({ ...lead({ jobtitle: 'x' }), key: OTHER_ID }),
		).rejects.toMatchObject({
			status: 404,
			code: '0x80040217',
		});
		// The client makes `false` of a rejected condition.
		const ifmatch = row['@odata.etag'] ?? '';
		expect(await client.update({ ...lead({ jobtitle: 'CEO' }), key: ID, ifmatch })).toBe(false);
		expect(dynamics.rows()[0]).toMatchObject({ jobtitle: 'Buyer' });
	});

	it('makes or changes one by its id or an alternate key, within conditions', async () => {
		const upsert = async (key: string, jobtitle: string, condition = {}) =>
			await client.upsert({ ...lead({ jobtitle }), key, ...condition });
		await upsert(ID, 'a');
		await upsert(ID, 'b');
		expect(await upsert(ID, 'c', { ifnonematch: '*' })).toBeNull();
		expect(await upsert(OTHER_ID, 'c', { ifmatch: '*' })).toBeNull();
		await upsert("contoso_leadid='it''s'", 'd');
		await upsert("contoso_leadid='IT''S'", 'e');
		expect(dynamics.rows().map(({ jobtitle, contoso_leadid: key }) => [jobtitle, key])).toEqual([
			['b', undefined],
			['e', "it's"],
		]);
		await expect(upsert("lastname='x'", 'f')).rejects.toMatchObject({ status: 400 });
	});

	it('deletes a lead once', async () => {
		await client.create(lead({ lastname: 'One', leadid: ID }));
		await client.deleteRecord({ collection, key: ID });
		expect(names()).toEqual([]);
		await expect(client.deleteRecord({ collection, key: ID })).rejects.toMatchObject({
			status: 404,
		});
	});

	it.each<[string, Record<string, unknown>, RegExp]>([
		['0x80044331', { lastname: 'x'.repeat(51) }, /'lastname'.*maximum allowed length of '50'/],
		['0x80044331', { description: 'x'.repeat(2_001) }, /'description'/],
		['0x8004431a', { leadsourcecode: 7 }, /'leadsourcecode'.*Accepted Values: 1,8,10,/],
		['0x80048d19', { nothing: 1 }, /property 'nothing' does not exist/],
		['0x80048d19', { LastName: 'x' }, /property 'LastName' does not exist/],
		['0x80048d19', { leadsourcecodename: 'Web' }, /does not exist/],
		['0x80048d19', { donotemail: 'true' }, /Edm.Boolean/],
		['0x80048d19', { numberofemployees: 1.5 }, /Edm.Int32/],
		['0x80048d19', { lastname: 5 }, /Edm.String/],
		['0x80048d19', { contoso_visitedon: 'today' }, /Edm.DateTimeOffset/],
		['0x80048d19', { estimatedclosedate: '2026-01-31T00:00:00Z' }, /Edm.Date/],
	])('is refused by %s for a value that does not fit (%#)', async (code, data, message) => {
		await expect(client.create(lead(data))).rejects.toMatchObject({
			status: 400,
			code,
			message: expect.stringMatching(message),
		});
		expect(names()).toEqual([]);
	});

	it('is refused without the privilege, for a duplicate, a taken key, by a plug-in', async () => {
		const { privileges } = dynamics.writing;
		await client.create(
			lead({ lastname: 'One', leadid: ID, contoso_leadid: 'one', emailaddress1: 'a@b.c' }),
		);
		const refused = async (request: Promise<unknown>, code: string, message: RegExp) =>
			await expect(request).rejects.toMatchObject({
				code,
				message: expect.stringMatching(message),
			});
		privileges.create = privileges.write = privileges.delete = false;
		await refused(client.create(lead({})), '0x80040220', /missing prvCreateLead/);
		await refused(client.update({ ...lead({}), key: ID }), '0x80040220', /missing prvWriteLead/);
		await refused(
			client.deleteRecord({ collection, key: ID }),
			'0x80040220',
			/missing prvDeleteLead/,
		);
		privileges.create = true;
		await refused(client.create(lead({ leadid: ID })), '0x80040237', /matching key values/);
		await refused(client.create(lead({ contoso_leadid: 'ONE' })), '0x80060892', /Entity Key/);
		const same = lead({ emailaddress1: 'A@B.C' });
		await client.create({ ...same, duplicateDetection: true });
		dynamics.writing.duplicateRule = true;
		await client.create(same);
		await refused(client.create({ ...same, duplicateDetection: true }), '0x80040333', /duplicate/);
		dynamics.writing.plugIn = () => 'Not today';
		await refused(client.create(lead({})), '0x80040265', /Not today/);
	});
});

describe('a batch', () => {
	const inChangeSet = false;

	it('carries out requests in their order, and responds in it', async () => {
		client.startBatch();
		void client.create({ ...lead({ lastname: 'One', leadid: ID }), inChangeSet });
		void client.upsert({ ...lead({ jobtitle: 'Buyer' }), key: ID, inChangeSet });
		void client.retrieve({ collection, key: ID, select: ['lastname', 'jobtitle'] });
		const responses = await client.executeBatch();
		expect(responses[0]).toBe(ID);
		expect(responses[2]).toMatchObject({ lastname: 'One', jobtitle: 'Buyer' });
		expect(dynamics.server.traffic().requests).toBe(1);
	});

	it('stops at an error, unless it is to go on', async () => {
		const three = () => {
			client.startBatch();
			for (const lastname of ['One', 'x'.repeat(99), 'Three']) {
				void client.create({ ...lead({ lastname }), inChangeSet });
			}
		};
		three();
		await expect(client.executeBatch()).rejects.toBeDefined();
		expect(names()).toEqual(['One']);
		three();
		const responses = await client.executeBatch({ continueOnError: true });
		expect(names()).toEqual(['One', 'One', 'Three']);
		expect(responses[1]).toMatchObject({
			status: 400,
			error: { code: '0x80044331' },
		});
	});

	it('undoes a change set of which one request is refused', async () => {
		client.startBatch();
		void client.create(lead({ lastname: 'One' }));
		void client.create(lead({ lastname: 'x'.repeat(99) }));
		await expect(client.executeBatch()).rejects.toBeDefined();
		expect(names()).toEqual([]);
		client.startBatch();
		void client.create(lead({ lastname: 'One' }));
		void client.create(lead({ lastname: 'Two' }));
		expect(await client.executeBatch()).toHaveLength(2);
		expect(names()).toEqual(['One', 'Two']);
	});

	it('takes 1,000 requests', async () => {
		const batch = async (count: number) => {
			client.startBatch();
			for (let at = 0; at < count; at += 1) void client.create({ ...lead({}), inChangeSet });
			return await client.executeBatch();
		};
		expect(await batch(1_000)).toHaveLength(1_000);
		await expect(batch(1_001)).rejects.toMatchObject({ status: 400 });
		expect(names()).toHaveLength(1_000);
	});

	it('has single requests throttled, and all of them', async () => {
		let left = 1;
		dynamics.beforePart = () =>
			(left -= 1) < 0
				? {
						status: 429,
						headers: { 'retry-after': '7' },
						body: { error: { code: '0x80072322', message: 'Number of requests exceeded' } },
					}
				: undefined;
		client.startBatch();
		for (const lastname of ['One', 'Two'])
			void client.create({ ...lead({ lastname }), inChangeSet });
		const responses = await client.executeBatch({ continueOnError: true });
		expect(responses[1]).toMatchObject({ status: 429, error: { code: '0x80072322' } });
		dynamics.struck = 'writing';
		dynamics.server.fault({ kind: 'refused', why: 'throttled', waitSeconds: 3 });
		client.startBatch();
		void client.create({ ...lead({}), inChangeSet });
		await expect(client.executeBatch()).rejects.toMatchObject({ status: 429 });
		expect(names()).toEqual(['One']);
	});
});

it('describes how long texts may be', async () => {
	const { value } = await client.retrieveAttributes({
		entityKey: "LogicalName='lead'",
		castType: 'Microsoft.Dynamics.CRM.StringAttributeMetadata',
		select: ['LogicalName', 'MaxLength'],
	});
	expect(value).toContainEqual(
		expect.objectContaining({ LogicalName: 'companyname', MaxLength: 100 }),
	);
	expect(value).not.toContainEqual(expect.objectContaining({ LogicalName: 'description' }));
});
