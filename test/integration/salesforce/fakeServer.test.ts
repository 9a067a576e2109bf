/** The fake server, asked by clients that are not ours: jsforce with its own transport, and fetch. */
import { Connection } from 'jsforce';

import { startSalesforce } from '../../fakeServers/salesforce/salesforce.ts';
import type { FakeSalesforce } from '../../fakeServers/salesforce/salesforce.ts';

let salesforce: FakeSalesforce;
beforeEach(async () => {
	salesforce = await startSalesforce();
});
afterEach(async () => await salesforce?.stop());

const VERSION = '60.0';

async function signedIn(): Promise<Connection> {
	const { consumerKey: clientId, consumerSecret: clientSecret } = salesforce.signIn;
	const loginUrl = salesforce.origin;
	const oauth2 = { clientId, clientSecret, loginUrl };
	const connection = new Connection({ loginUrl, version: VERSION, oauth2 });
	await connection.authorize({ grant_type: 'client_credentials' });
	return connection;
}

interface Row {
	Id: string;
	LastName: string;
	CreatedDate: string;
}

const namesOf = (rows: Array<{ LastName?: unknown }>) => rows.map(({ LastName }) => LastName);

async function asked(where: string): Promise<unknown[]> {
	const connection = await signedIn();
	const { records } = await connection.query<Row>(
		`SELECT LastName FROM Lead WHERE ${where} ORDER BY LastName`,
	);
	return namesOf(records);
}

describe('a sign-in', () => {
	it('by client credentials names the organisation and the user', async () => {
		const { userInfo, instanceUrl } = await signedIn();
		const { id, userId } = salesforce.organisation;
		expect(userInfo).toMatchObject({ organizationId: id, id: userId });
		expect(instanceUrl).toBe(salesforce.origin);
	});

	it('is told by the identity service', async () => {
		const connection = await signedIn();
		const identity = await connection.identity();
		expect(identity).toMatchObject({ organization_id: salesforce.organisation.id });
	});

	it('by a refresh token is renewed by jsforce when the session has ended', async () => {
		const { consumerKey: clientId, consumerSecret: clientSecret, refreshToken } = salesforce.signIn;
		const connection = new Connection({
			oauth2: { clientId, clientSecret, loginUrl: salesforce.origin },
			instanceUrl: salesforce.origin,
			accessToken: 'ended',
			refreshToken,
			version: VERSION,
		});
		await salesforce.insert([{ name: 'a' }]);
		const { records } = await connection.query<Row>('SELECT LastName FROM Lead');
		expect(namesOf(records)).toEqual(['a']);
		expect(salesforce.signIn.asked).toBe(1);
	});

	it.each([
		[{ client_id: 'other' }, 'invalid_client_id'],
		[{ client_secret: 'other' }, 'invalid_client'],
		[{ grant_type: 'password' }, 'unsupported_grant_type'],
		[{ grant_type: 'refresh_token', refresh_token: 'other' }, 'invalid_grant'],
	])('with %p is refused', async (change, error) => {
		const { consumerKey, consumerSecret } = salesforce.signIn;
		const response = await fetch(`${salesforce.origin}/services/oauth2/token`, {
			method: 'POST',
			body: new URLSearchParams({
				grant_type: 'client_credentials',
				client_id: consumerKey,
				client_secret: consumerSecret,
				...change,
			}),
		});
		expect(response.status).toBe(400);
		expect(await response.json()).toMatchObject({ error, error_description: expect.any(String) });
	});
});

describe('a query', () => {
	it('compares texts without regard to case, and ids with it', async () => {
		const [id = ''] = await salesforce.insert([{ name: 'Apple' }, { name: 'pear' }]);
		expect(await asked("LastName = 'APPLE'")).toEqual(['Apple']);
		expect(await asked("LastName LIKE 'p%R'")).toEqual(['pear']);
		expect(await asked(`Id = '${id}'`)).toEqual(['Apple']);
		expect(await asked(`Id > '${id}'`)).toEqual(['pear']);
		expect(await asked(`Id = '${id.slice(0, 15)}'`)).toEqual(['Apple']);
	});

	it('takes wildcards and escapes for what they are', async () => {
		const names = ['100%', '1000', "it's", 'a\\b', 'a_b', 'axb', 'two\nlines', 'ends in \\'];
		await salesforce.insert(names.map((name) => ({ name })));
		expect(await asked("LastName LIKE '100\\%'")).toEqual(['100%']);
		expect(await asked("LastName LIKE '100%'")).toEqual(['100%', '1000']);
		expect(await asked("LastName LIKE 'a\\_b'")).toEqual(['a_b']);
		expect(await asked("LastName LIKE 'a_b'")).toEqual(['a\\b', 'a_b', 'axb']);
		expect(await asked("LastName = 'it\\'s'")).toEqual(["it's"]);
		expect(await asked("LastName = 'two\\nlines'")).toEqual(['two\nlines']);
		expect(await asked("LastName = 'a\\u005cb'")).toEqual(['a\\b']);
	});

	it('takes patterns for labels of picklist values, and comparisons for the values', async () => {
		const value = 'SPZA-PLT|contoso.add-on';
		salesforce.organisation.leadSources.push({ value, label: 'Kontaktwunsch', active: true });
		await salesforce.insert([{ name: 'a', leadSource: value }]);
		expect(await asked("LeadSource LIKE 'SPZA%'")).toEqual([]);
		expect(await asked("LeadSource LIKE 'kontakt%'")).toEqual(['a']);
		expect(await asked(`LeadSource = '${value}'`)).toEqual(['a']);
		expect(await asked(`LeadSource IN ('${value.toLowerCase()}')`)).toEqual(['a']);
	});

	it('joins conditions by its own rules', async () => {
		await salesforce.insert([...'abc'].map((name) => ({ name })));
		expect(await asked("(LastName = 'a' OR LastName = 'b') AND (NOT LastName = 'b')")).toEqual([
			'a',
		]);
		expect(await asked("NOT (LastName = 'a' OR LastName IN ('b'))")).toEqual(['c']);
		expect(await asked("LastName NOT IN ('a', 'c')")).toEqual(['b']);
		expect(await asked('Website = null')).toEqual(['a', 'b', 'c']);
		expect(await asked("Website != 'x' AND IsConverted = false")).toEqual(['a', 'b', 'c']);
		await expect(asked("LastName = 'a' OR LastName = 'b' AND Website = null")).rejects.toThrow(
			'unexpected token',
		);
	});

	it('compares and gives times in whole seconds', async () => {
		const at = Date.UTC(2026, 0, 31, 12, 0, 5, 900);
		await salesforce.insert([{ name: 'a', writtenAt: at }]);
		expect(await asked('CreatedDate = 2026-01-31T12:00:05Z')).toEqual(['a']);
		expect(await asked('CreatedDate >= 2026-01-31T14:00:05+02:00')).toEqual(['a']);
		expect(await asked('CreatedDate > 2026-01-31T12:00:05.000Z')).toEqual([]);
		const connection = await signedIn();
		const { records } = await connection.query<Row>('SELECT CreatedDate FROM Lead');
		expect(records[0]?.CreatedDate).toBe('2026-01-31T12:00:05.000+0000');
	});

	it.each([
		["LastName = 'a", 'MALFORMED_QUERY'],
		["LastName = 'a\\d'", 'MALFORMED_QUERY'],
		["Nothing__c = 'a'", 'INVALID_FIELD'],
		["Description = 'a'", 'INVALID_FIELD'],
		["CreatedDate > 'yesterday'", 'INVALID_FIELD'],
		['CreatedDate > 9999-01-01T00:00:00Z', 'INVALID_FIELD'],
		["Id > 'no id'", 'INVALID_QUERY_FILTER_OPERATOR'],
	])('with the condition %s is refused', async (where, name) => {
		await expect(asked(where)).rejects.toMatchObject({ name });
	});

	it('is given in pages, to the very end', async () => {
		await salesforce.insert(Array.from({ length: 450 }, (_, at) => ({ name: `lead ${at}` })));
		salesforce.api.mostRecords = 200;
		const connection = await signedIn();
		const first = await connection.query<Row>('SELECT Id FROM Lead LIMIT 450');
		expect(first).toMatchObject({ done: false, totalSize: 450 });
		expect(first.records).toHaveLength(200);
		const all = await connection.query<Row>('SELECT Id FROM Lead ORDER BY Id', {
			autoFetch: true,
			maxFetch: 10_000,
		});
		const ids = all.records.map(({ Id }) => Id);
		expect(new Set(ids).size).toBe(450);
		expect(ids).toEqual([...ids].sort());
	});

	it('groups and counts', async () => {
		const leadSource = 'SPZA-INS|contoso.a';
		await salesforce.insert([
			{ name: 'a', leadSource },
			{ name: 'b', leadSource: leadSource.toLowerCase() },
			{ name: 'c', leadSource: 'SPZA-PLT|contoso.b' },
		]);
		const connection = await signedIn();
		const { records } = await connection.query(
			'SELECT LeadSource, COUNT(Id) leads FROM Lead GROUP BY LeadSource ORDER BY COUNT(Id) DESC LIMIT 1',
		);
		expect(records).toMatchObject([{ LeadSource: leadSource, leads: 2 }]);
	});

	it('does not find what is late or deleted', async () => {
		const [gone = ''] = await salesforce.insert([{ name: 'gone' }, { name: 'here' }]);
		await salesforce.insertLate([{ name: 'late' }]);
		salesforce.organisation.remove(gone);
		expect(await asked('Id != null')).toEqual(['here']);
		salesforce.showLate();
		expect(await asked('Id != null')).toEqual(['here', 'late']);
	});
});

describe('what the user may not', () => {
	it('is told by codes', async () => {
		const connection = await signedIn();
		const query = async (soql = 'SELECT Id FROM Lead') => await connection.query(soql);
		const { rights } = salesforce.organisation;
		rights.hidden.add('DoNotCall');
		await expect(query('SELECT DoNotCall FROM Lead')).rejects.toThrow("No such column 'DoNotCall'");
		rights.leads = false;
		await expect(query()).rejects.toMatchObject({ name: 'INVALID_TYPE' });
		await expect(connection.describe('Lead')).rejects.toMatchObject({ name: 'NOT_FOUND' });
		rights.api = false;
		await expect(query()).rejects.toMatchObject({ name: 'API_CURRENTLY_DISABLED' });
	});

	it('is left out of all standard fields', async () => {
		salesforce.organisation.addCustomField('Region__c', 'Region');
		salesforce.organisation.rights.hidden.add('DoNotCall');
		await salesforce.insert([{ name: 'a' }]);
		const connection = await signedIn();
		const { records } = await connection.query('SELECT FIELDS(STANDARD), Region__c FROM Lead');
		const names = Object.keys(records[0] ?? {});
		expect(names).toEqual(expect.arrayContaining(['HasOptedOutOfEmail', 'LastName', 'Region__c']));
		expect(names).not.toContain('DoNotCall');
	});
});

describe('records', () => {
	const NAMED = { LastName: 'Sample', Company: 'Fabrikam' };

	it('are created, updated and deleted, alone and in lists', async () => {
		const connection = await signedIn();
		const leads = connection.sobject('Lead');
		const single = await leads.create({ ...NAMED, Email: ' Kim@Fabrikam.Example ' });
		expect(single).toMatchObject({ success: true, id: expect.stringMatching(/^00Q\w{15}$/) });
		const list = await leads.create([
			{ ...NAMED, LastName: 'a', Description: 'two\nlines' },
			{ LastName: 'b' },
		]);
		expect(list).toMatchObject([
			{ success: true, errors: [] },
			{
				success: false,
				errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Company'] }],
			},
		]);
		const id = String(single.id);
		await leads.update({ Id: id, Title: 'Buyer' });
		expect(await leads.retrieve(id)).toMatchObject({
			...NAMED,
			Email: 'kim@fabrikam.example',
			Title: 'Buyer',
		});
		expect(await asked('Id != null')).toEqual(['a', 'Sample']);
		expect(await leads.destroy(id)).toMatchObject({ success: true });
		await expect(leads.destroy(id)).rejects.toMatchObject({ name: 'ENTITY_IS_DELETED' });
		const gone = await leads.destroy([String(list[0]?.id), id]);
		expect(gone).toMatchObject([{ success: true }, { success: false }]);
		await expect(leads.retrieve(id)).rejects.toMatchObject({ name: 'NOT_FOUND' });
	});

	it('are found again by an External ID', async () => {
		salesforce.organisation.addExternalId('Key__c', 'Key');
		const connection = await signedIn();
		const upsert = async (...keys: string[]) =>
			await connection.upsert(
				'Lead',
				keys.map((Key__c) => ({ ...NAMED, Key__c })),
				'Key__c',
			);
		expect(await upsert('a', 'b')).toMatchObject([{ created: true }, { created: true }]);
		expect(await upsert('A', 'c')).toMatchObject([{ created: false }, { created: true }]);
		expect(await upsert('d', 'd')).toMatchObject(
			Array(2).fill({ success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] }),
		);
		expect(salesforce.organisation.records()).toHaveLength(3);
		const twice = await connection.sobject('Lead').create([{ ...NAMED, Key__c: 'a' }]);
		expect(twice).toMatchObject([{ errors: [{ statusCode: 'DUPLICATE_VALUE' }] }]);
	});

	it.each([
		['STRING_TOO_LONG', { Title: 'x'.repeat(129) }],
		['INVALID_EMAIL_ADDRESS', { Email: 'none' }],
		['INVALID_FIELD_FOR_INSERT_UPDATE', { IsConverted: true }],
		['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', { LeadSource: 'SPZA-INS|contoso.a' }],
		['FIELD_INTEGRITY_EXCEPTION', { Country: 'Narnia' }],
		['FIELD_CUSTOM_VALIDATION_EXCEPTION', { Title: 'forbidden' }],
		['DUPLICATES_DETECTED', { Email: 'kim@fabrikam.example' }],
	])('are refused by %s', async (statusCode, values) => {
		const { organisation } = salesforce;
		const connection = await signedIn();
		const leads = connection.sobject('Lead');
		organisation.useCountryPicklist(new Map([['US', 'United States']]));
		await leads.create({ ...NAMED, Email: 'kim@fabrikam.example', CountryCode: 'US' });
		organisation.rules.leadSourceRestricted = true;
		organisation.rules.duplicates = 'alert';
		organisation.rules.validation = ({ Title }) => (Title === 'forbidden' ? 'no' : undefined);
		const result = await leads.create([
			{ ...NAMED, ...values },
			{ ...NAMED, LeadSource: 'web', Country: 'united states' },
		]);
		expect(result).toMatchObject([{ success: false, errors: [{ statusCode }] }, { success: true }]);
		if (statusCode !== 'DUPLICATES_DETECTED') return;
		const headers = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
		const saved = await leads.create([{ ...NAMED, ...values }], { headers });
		expect(saved).toMatchObject([{ success: true }]);
	});

	it('are given an owner by the assignment rule unless the request says not to', async () => {
		salesforce.organisation.addExternalId('Key__c', 'Key');
		const { queueId, userId } = salesforce.organisation;
		const connection = await signedIn();
		const leads = connection.sobject('Lead');
		const ownerOf = (id: unknown) => salesforce.organisation.find(String(id))?.['OwnerId'];
		const saidAs = (value: string) => ({ headers: { 'Sforce-Auto-Assign': value } });
		const made = async (options = {}) => {
			const [one] = await leads.create([NAMED], options);
			return String(one?.id);
		};
		// By https://developer.salesforce.com/docs/platform/api-rest/guide/headers-autoassign.html
		expect(ownerOf(await made())).toBe(queueId);
		expect(ownerOf(await made(saidAs('true')))).toBe(queueId);
		expect(ownerOf(await made(saidAs('01Q300000000hvm')))).toBe(queueId);
		const id = await made(saidAs('False'));
		expect(ownerOf(id)).toBe(userId);
		await leads.update({ Id: id, Title: 'CEO' }, saidAs('FALSE'));
		await leads.update({ Id: id, Title: 'CEO' }, saidAs('01Q300000000hvm'));
		expect(ownerOf(id)).toBe(userId);
		await leads.update({ Id: id, Title: 'CEO' });
		expect(ownerOf(id)).toBe(queueId);
		const upserted = async (options = {}) => {
			const record = { ...NAMED, Key__c: 'a' };
			const [one] = await connection.upsert('Lead', [record], 'Key__c', options);
			return one?.id;
		};
		expect(ownerOf(await upserted(saidAs('FALSE')))).toBe(userId);
		expect(ownerOf(await upserted())).toBe(queueId);
	});

	it('are turned away all together by a name or a type that is none, and by too many', async () => {
		const leads = (await signedIn()).sobject('Lead');
		for (const [name, invalid] of [
			['INVALID_FIELD', { Nothing__c: 'x' }],
			['JSON_PARSER_ERROR', { DoNotCall: 'perhaps' }],
		] as const) {
			await expect(leads.create([NAMED, { ...NAMED, ...invalid }])).rejects.toMatchObject({ name });
		}
		await expect(leads.create(Array.from({ length: 201 }, () => NAMED))).rejects.toThrow(/limit/i);
		expect(salesforce.organisation.records()).toEqual([]);
	});

	it('are locked for a while, and not for those who may not', async () => {
		const leads = (await signedIn()).sobject('Lead');
		salesforce.organisation.rules.locked = 1;
		expect(await leads.create([NAMED, NAMED])).toMatchObject([
			{ errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW' }] },
			{ success: true },
		]);
		salesforce.organisation.rights.create = false;
		expect(await leads.create([NAMED])).toMatchObject([
			{ errors: [{ statusCode: 'INSUFFICIENT_ACCESS_OR_READONLY' }] },
		]);
	});
});

describe('a Web-to-Lead form', () => {
	const send = async (fields: Record<string, string>) =>
		await fetch(`${salesforce.origin}/servlet/servlet.WebToLead?encoding=UTF-8`, {
			method: 'POST',
			body: new URLSearchParams({ oid: salesforce.organisation.id, ...fields }),
		});

	it('becomes a lead a moment later, with what no lead can be without', async () => {
		// Longer than any machine needs for the first query: only the turned clock makes it a lead.
		salesforce.webToLead.settings.delay = 60 * 60_000;
		const response = await send({
			email: 'kim@fabrikam.example',
			lead_source: 'SPZA-INS|contoso.a',
		});
		expect(response.status).toBe(200);
		expect(await asked('Id != null')).toEqual([]);
		salesforce.pass(60 * 60_000);
		expect(await asked("LeadSource = 'SPZA-INS|contoso.a' AND Company = '[not provided]'")).toEqual(
			['[not provided]'],
		);
	});

	it.each([
		['of the same organisation', (id: string) => `&orgId=${id.slice(0, 15)}`, 1],
		['of an older form', () => '', 1],
		['of another organisation', () => '&orgId=00D300000000hvm', 0],
	])(
		'at an address %s is taken, and made a lead of where that is its own',
		async (_, rest, leads) => {
			const { id } = salesforce.organisation;
			const address = `${salesforce.origin}/servlet/servlet.WebToLead?encoding=UTF-8${rest(id)}`;
			const body = new URLSearchParams({ oid: id, last_name: 'Sample', company: 'Fabrikam' });
			const { status } = await fetch(address, { method: 'POST', body });
			expect(status).toBe(200);
			salesforce.pass(1_000);
			salesforce.webToLead.work();
			expect(salesforce.organisation.records()).toHaveLength(leads);
		},
	);

	it('is taken, and dropped, without a word', async () => {
		const { settings } = salesforce.webToLead;
		expect((await send({ oid: '00D000000000000', last_name: 'a' })).status).toBe(200);
		await send({ last_name: 'x'.repeat(81) });
		salesforce.pass(1_000);
		expect(await asked('Id != null')).toEqual([]);
		settings.mandatory = '00N000000000001';
		await send({ last_name: 'b' });
		salesforce.pass(1_000);
		expect(await asked('Id != null')).toEqual([]);
		expect(salesforce.webToLead.letters).toHaveLength(3);
	});

	it('waits for the next day when the day has had its share', async () => {
		salesforce.webToLead.settings.dailyLimit = 1;
		await send({ last_name: 'a' });
		await send({ last_name: 'b' });
		salesforce.pass(1_000);
		expect(await asked('Id != null')).toEqual(['a']);
		salesforce.pass(24 * 60 * 60 * 1000);
		expect(await asked('Id != null')).toEqual(['a', 'b']);
	});
});

it('counts calls, tells the count, and turns away what is too much', async () => {
	const connection = await signedIn();
	salesforce.api.usage.limit = 2;
	await connection.query('SELECT Id FROM Lead');
	expect(connection.limitInfo.apiUsage).toEqual({ used: 1, limit: 2 });
	const limits = await connection.limits();
	expect(limits['DailyApiRequests']).toEqual({ Max: 2, Remaining: 0 });
	await expect(connection.query('SELECT Id FROM Lead')).rejects.toMatchObject({
		name: 'REQUEST_LIMIT_EXCEEDED',
		message: 'TotalRequests Limit exceeded.',
	});
});

it('describes leads', async () => {
	salesforce.organisation.addCustomField('Region__c', 'Region');
	const connection = await signedIn();
	const { fields } = await connection.describe('Lead');
	const found = (name: string) => fields.find((field) => field.name === name);
	expect(found('Region__c')).toMatchObject({ label: 'Region', custom: true });
	expect(found('LeadSource')?.picklistValues).toContainEqual(
		expect.objectContaining({ value: 'Web', active: true }),
	);
	const flags = { filterable: false, sortable: false, groupable: false };
	expect(found('Description')).toMatchObject({ ...flags, soapType: 'xsd:string', nillable: true });
	expect(found('CreatedDate')).toMatchObject({ sortable: true, groupable: false, nillable: false });
	expect(found('OwnerId')).toMatchObject({ referenceTo: ['Group', 'User'], createable: true });
	expect(found('CreatedById')).toMatchObject({ referenceTo: ['User'], createable: false });
});
