/** Check Connection, each destination broken in each way it can break, in n8n's engine. */
import { setTimeout as sleep } from 'node:timers/promises';

import { AzureNamedKeyCredential, generateAccountSas, generateTableSas } from '@azure/data-tables';

import { CHECKS } from '../../../nodes/destinations/check/report';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import {
	authenticationFailed,
	serverBusy,
	slowResponse,
	startFaultProxy,
	type Fault,
	type FaultProxy,
	type SeenRequest,
} from '../../fakeServers/azureTable/faultProxy.ts';
import { startDynamics } from '../../fakeServers/dynamics365/dynamics.ts';
import type { EntraAuthority } from '../../fakeServers/entra/authority.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import { succeeded } from '../../fakeServers/marketo/responses.ts';
import type { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import { externalIdField } from '../../fakeServers/salesforce/fields.ts';
import type { FakeResponse, FakeRequest } from '../../fakeServers/fakeServer.ts';
import { check, expectFailed, expectNoSecret, statuses } from './checking';
import { skipWaits } from '../../support/skippedWaits';
import { AzureTablePlace } from '../../support/places/azureTable';
import { DynamicsPlace } from '../../support/places/dynamics365';
import { HttpsPlace } from '../../support/places/https';
import { MarketoPlace } from '../../support/places/marketo';
import { asItems, namesAt, run } from '../../support/places/place';
import { SalesforcePlace } from '../../support/places/salesforce';

skipWaits({ isStill: true });

const ONE_SECOND = { stepTimeout: 1 };
const TOO_SLOW = 4_000;
/** A port that nothing listens on. */
const NOWHERE = 'http://127.0.0.1:9';
const UNKNOWN_HOST = 'https://nobody.invalid';

/** A response that nobody waits for any more when it comes. */
const late = async (): Promise<FakeResponse> => {
	await sleep(TOO_SLOW);
	return { status: 503 };
};

const writeOff = { parameters: { writeTestLead: false } };

describe('Azure Table', () => {
	let azurite: Azurite;
	let proxy: FaultProxy;
	let table: MarketplaceTable;
	let place: AzureTablePlace;
	let key: AzureNamedKeyCredential;
	beforeAll(async () => {
		azurite = await startAzurite();
		proxy = await startFaultProxy(azurite);
		key = new AzureNamedKeyCredential(azurite.accountName, azurite.accountKey);
	});
	beforeEach(() => {
		place = new AzureTablePlace(azurite, proxy);
		table = place.table;
	});
	afterEach(() => {
		expect(proxy.unspentFaults).toBe(0);
		proxy.reset();
	});
	afterAll(async () => {
		await proxy?.stop();
		await azurite?.stop();
	});

	const saysOf = (code: string, status = 403): Fault => ({
		name: code,
		kind: 'refuse',
		respond: () => ({
			status,
			headers: { 'content-type': 'application/json', 'x-ms-error-code': code },
			body: Buffer.from(
				JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'no' } } }),
			),
		}),
	});
	/** Azurite and Azure have different codes for it. */
	const NOT_LET_IN = /does not let this sign-in .*in|did not accept the sign-in/;
	const isMethod =
		(...methods: string[]) =>
		({ method, path }: SeenRequest) =>
			methods.includes(method) && !/\/Tables/.test(path);
	const expiresOn = () => new Date(Date.now() + 3_600_000);
	const sas = (signature: string) => ({
		authentication: 'sas',
		sasUrl: `${proxy.endpoint}?${signature}`,
	});
	const tableSas = (permissions: object, options: object = {}) =>
		sas(generateTableSas(table.name, key, { permissions, expiresOn: expiresOn(), ...options }));

	it('works, and leaves nothing behind', async () => {
		await table.create();
		const report = await check(place);
		expect(report).toMatchObject({
			ok: true,
			failedCheck: '',
			message: 'All 7 checks passed',
			toDo: '',
		});
		expect(Object.values(statuses(report))).toEqual(Array(7).fill('passed'));
		expect(report.testLead.id).toMatch(/^MSFT_TEST_\d{18}$/);
		expect(await table.list()).toEqual([]);
	});

	it('keeps the test lead when told so', async () => {
		const report = await check(place, { options: { keepTestLead: true } });
		expect(report.ok).toBe(true);
		expect(statuses(report)['cleanedUp']).toBe('skipped');
		expect(await table.list()).toHaveLength(1);
	});

	it('writes nothing when writing is switched off', async () => {
		const before = proxy.requests.length;
		const report = await check(place, writeOff);
		expect(report).toMatchObject({ ok: true, testLead: { id: '', recordId: '', url: '' } });
		expect(Object.values(statuses(report))).toEqual([
			...Array(3).fill('passed'),
			...Array(4).fill('skipped'),
		]);
		expect(proxy.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
		await expect(table.list()).rejects.toThrow(/TableNotFound/);
	});

	it('the key is wrong', async () => {
		const report = await check(place, { credential: place.badCredential });
		expectFailed(report, 'signedIn', NOT_LET_IN);
		expectNoSecret(report, place.secrets);
	});

	it('the SAS has expired', async () => {
		const credential = tableSas({ query: true }, { expiresOn: new Date(Date.now() - 60_000) });
		const report = await check(place, { credential });
		expectFailed(report, 'signedIn', NOT_LET_IN);
		const signature = new URL(String(credential.sasUrl)).searchParams.get('sig')!;
		expectNoSecret(report, [signature, encodeURIComponent(signature)]);
	});

	it('the credential is not filled in', async () => {
		const report = await check(place, { credential: { authentication: 'connectionString' } });
		expectFailed(report, 'signedIn', /connection string is empty/, { reachable: 'skipped' });
	});

	it('the table is not there and is not to be made', async () => {
		const report = await check(place, { options: { createTable: false } });
		expectFailed(report, 'testLeadWritten', /table does not exist/, { mayWrite: 'skipped' });
	});

	it('the table has no name', async () => {
		const parameters = { table: { __rl: true, mode: 'list', value: '1' } };
		const report = await check(place, { parameters });
		expectFailed(report, 'mayRead', /table name is not one Azure allows/);
	});

	it('the table is not there and the sign-in may not create it', async () => {
		const signature = generateAccountSas(key, {
			expiresOn: expiresOn(),
			permissions: { query: true, list: true, add: true, update: true, delete: true },
			resourceTypes: 'sco',
			services: { table: true },
		} as never);
		proxy.script([
			{
				fault: saysOf('AuthorizationPermissionMismatch'),
				when: ({ method, path }) => method === 'POST' && /\/Tables$/.test(path),
			},
		]);
		const report = await check(place, { credential: sas(signature) });
		expectFailed(report, 'mayWrite', /may not create it/);
	});

	it('the sign-in may read and not write', async () => {
		await table.create();
		const report = await check(place, { credential: tableSas({ query: true }) });
		expectFailed(report, 'mayWrite', /may not write into the table/);
		expect(await table.list()).toEqual([]);
	});

	it('the sign-in may write and not read', async () => {
		await table.create();
		const credential = tableSas({ add: true, update: true, delete: true });
		const report = await check(place, { credential });
		expectFailed(report, 'mayRead', /may not read the table/, {
			mayWrite: 'passed',
			testLeadWritten: 'passed',
			cleanedUp: 'passed',
		});
		expect(await table.list()).toEqual([]);
	});

	it('the sign-in may not delete', async () => {
		await table.create();
		const credential = tableSas({ query: true, add: true, update: true });
		const report = await check(place, { credential });
		expectFailed(report, 'cleanedUp', /may not/);
		const [row] = await table.list();
		expect(report.testLead.recordId).toContain(row!.rowKey);
	});

	it('nothing listens at the address', async () => {
		const connectionString = proxy.connectionString.replace(/http:\/\/[^/]+/, NOWHERE);
		const report = await check(place, {
			credential: { authentication: 'connectionString', connectionString },
		});
		expectFailed(report, 'reachable', /could not be reached/);
		expectNoSecret(report, [proxy.accountKey]);
	});

	it('the name of the account is not known', async () => {
		const connectionString = proxy.connectionString.replace(/http:\/\/[^/]+/, UNKNOWN_HOST);
		const report = await check(place, {
			credential: { authentication: 'connectionString', connectionString },
		});
		expectFailed(report, 'reachable', /host of Azure Table Storage is not known/);
	});

	it('it takes too long to respond', async () => {
		proxy.script([{ fault: slowResponse(TOO_SLOW) }]);
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, 'reachable', /did not respond in time|longer than 1 second/);
	});

	it('it takes too long to write', async () => {
		await table.create();
		proxy.script([{ fault: slowResponse(TOO_SLOW), when: isMethod('POST') }]);
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, 'testLeadWritten', /did not respond in time/, { mayWrite: 'skipped' });
		expect(report.toDo).toMatch(/MSFT_TEST_\d{18} may have been written all the same\.$/);
	});

	it('it is busy for a moment', async () => {
		proxy.script([{ fault: serverBusy(), times: 2 }]);
		expect(await check(place)).toMatchObject({ ok: true });
	});

	it('it is busy all the time', async () => {
		proxy.script([{ fault: serverBusy(), times: Infinity }]);
		const report = await check(place);
		expectFailed(report, 'mayRead', /is busy/, { signedIn: 'skipped' });
	});

	it('it is busy all the time for who writes', async () => {
		await table.create();
		proxy.script([{ fault: serverBusy(), when: isMethod('POST'), times: Infinity }]);
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /is busy/, { mayWrite: 'skipped' });
	});

	it('the key is made anew in between', async () => {
		await table.create();
		proxy.script([{ fault: authenticationFailed(), when: isMethod('POST') }]);
		expectFailed(await check(place), 'mayWrite', /did not accept the sign-in/);
	});

	it('the test lead is deleted at once by something else', async () => {
		proxy.script([
			{
				fault: saysOf('ResourceNotFound', 404),
				when: ({ kind }) => kind === 'row',
				times: Infinity,
			},
		]);
		const report = await check(place);
		expectFailed(report, 'testLeadReadBack', /is not found in Azure Table after 60 seconds/, {
			cleanedUp: 'passed',
		});
	});

	it('the test lead is changed at once by something else', async () => {
		proxy.script([
			{
				fault: {
					name: 'changed',
					kind: 'refuse',
					respond: () => ({
						status: 200,
						headers: { 'content-type': 'application/json' },
						body: Buffer.from(
							JSON.stringify({ PartitionKey: '1', RowKey: '2', Description: 'MSFT_TEST_1' }),
						),
					}),
				},
				when: ({ kind }) => kind === 'row',
			},
		]);
		const report = await check(place);
		expectFailed(report, 'testLeadReadBack', /other values: email, .*company, leadSource/, {
			cleanedUp: 'passed',
		});
	});
});

describe('Salesforce', () => {
	let place: SalesforcePlace;
	beforeEach(async () => {
		place = await SalesforcePlace.start();
	});
	afterEach(async () => await place?.stop());
	const leads = () => place.fakeServer.organisation.records();
	const rights = () => place.fakeServer.organisation.rights;
	const isWriting = ({ method, url }: FakeRequest) =>
		method === 'POST' && /composite/.test(url.pathname);
	const isLead = ({ method, url }: FakeRequest) =>
		method === 'GET' && /sobjects\/Lead\/00Q/.test(url.pathname);

	it('works, and leaves nothing behind', async () => {
		const report = await check(place);
		expect(Object.values(statuses(report))).toEqual(Array(7).fill('passed'));
		expect(report.testLead).toEqual({
			id: expect.stringMatching(/^MSFT_TEST_/),
			recordId: expect.stringMatching(/^00Q/),
			url: expect.stringMatching(/\/lightning\/r\/Lead\/00Q/),
		});
		expect(leads()).toEqual([]);
	});

	it('keeps the test lead when told so', async () => {
		const report = await check(place, { options: { keepTestLead: true } });
		expect(statuses(report)).toMatchObject({ testLeadReadBack: 'passed', cleanedUp: 'skipped' });
		expect(leads()).toMatchObject([{ Id: report.testLead.recordId }]);
	});

	it('writes nothing when writing is switched off', async () => {
		const report = await check(place, writeOff);
		expect(report.ok).toBe(true);
		const written = place.fakeServer.server.requests.filter(
			({ method, url }) => method !== 'GET' && !/oauth2/.test(url.pathname),
		);
		expect(written).toEqual([]);
	});

	it('the secret is wrong', async () => {
		const report = await check(place, { credential: place.badCredential });
		expectFailed(report, 'signedIn', /Consumer Secret is wrong/);
		expectNoSecret(report, [...place.secrets, ...place.fakeServer.signIn.secrets]);
	});

	it.each(['leads', 'api'] as const)('the user has no right to read: %s', async (right) => {
		rights()[right] = false;
		const report = await check(place);
		expectFailed(report, 'mayRead', /user may not (read leads|use the API)/);
	});

	it('the user may not make leads', async () => {
		rights().create = false;
		expectFailed(await check(place), 'mayWrite', /user may not write leads/);
	});

	it('the user may not delete leads', async () => {
		rights().remove = false;
		const report = await check(place);
		expectFailed(report, 'cleanedUp', /user may not write leads/);
		expect(report.toDo).toMatch(/Delete for test leads/);
		expect(leads()).toMatchObject([{ Id: report.testLead.recordId }]);
	});

	it('the session ends in between', async () => {
		let ended = false;
		place.fakeServer.spoil = (request) => {
			if (isWriting(request) && !ended) {
				ended = true;
				place.fakeServer.pass(24 * 3_600_000);
			}
			return undefined;
		};
		expect(await check(place)).toMatchObject({ ok: true });
		expect(ended).toBe(true);
	});

	it('the session ends in between, and the user with it', async () => {
		place.fakeServer.spoil = (request) => {
			if (isWriting(request)) {
				place.fakeServer.signIn.app.userActive = false;
				place.fakeServer.pass(24 * 3_600_000);
			}
			return undefined;
		};
		expectFailed(await check(place), 'mayWrite', /user .*(inactive|locked)/);
	});

	it('a validation rule keeps the lead out, unless it gets what it wants', async () => {
		place.fakeServer.organisation.rules.validation = ({ Website: site = null }) =>
			site === null ? 'Give a website!' : undefined;
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /validation rule/, { mayWrite: 'skipped' });
		expect(JSON.stringify(report)).not.toMatch(/Give a website/);
		const additionalFields = {
			mappingMode: 'defineBelow',
			value: { Website: 'https://fabrikam.example' },
		};
		expect(await check(place, { parameters: { additionalFields } })).toMatchObject({ ok: true });
	});

	it('a mandatory field is missing, unless it is given', async () => {
		const field = externalIdField('Region__c', 'Region');
		place.fakeServer.organisation.addField({ ...field, externalId: false, required: true });
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /requires a value for Region__c/, {
			mayWrite: 'skipped',
		});
		const additionalFields = { mappingMode: 'defineBelow', value: { Region__c: 'EMEA' } };
		expect(await check(place, { parameters: { additionalFields } })).toMatchObject({ ok: true });
	});

	it('an automation deletes the test lead', async () => {
		place.fakeServer.spoil = (request) => {
			if (isLead(request))
				leads().forEach(({ Id }) => place.fakeServer.organisation.remove(String(Id)));
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /is not found in Salesforce/, {
			cleanedUp: 'passed',
		});
	});

	it('an automation changes the test lead', async () => {
		place.fakeServer.spoil = (request) => {
			const { organisation } = place.fakeServer;
			if (isLead(request)) {
				organisation.update(String(leads()[0]!['Id']), { Company: 'Contoso' }, Date.now());
			}
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /other values: company$/, {
			cleanedUp: 'passed',
		});
		expect(leads()).toEqual([]);
	});

	it('a record that was there before is not taken away', async () => {
		place.fakeServer.organisation.addExternalId('Key__c', 'Key', 255);
		const Id = place.fakeServer.organisation.insert({
			createdDate: Date.now(),
			values: { LastName: 'Somebody', Company: 'Fabrikam', Key__c: 'theirs' },
		});
		place.fakeServer.spoil = (request) => {
			// Whoever makes a lead of this id while the test lead is on its way.
			if (request.method === 'PATCH') {
				const [record] = (JSON.parse(request.body) as { records: Array<{ Key__c: string }> })
					.records;
				place.fakeServer.organisation.update(Id, { Key__c: record!.Key__c }, Date.now());
			}
			return undefined;
		};
		const parameters = { externalIdField: { __rl: true, mode: 'name', value: 'Key__c' } };
		const report = await check(place, { parameters });
		expect(statuses(report)).toMatchObject({ testLeadWritten: 'passed', cleanedUp: 'skipped' });
		expect(leads()).toMatchObject([{ Id }]);
	});

	it('nothing listens at the address', async () => {
		const credential = { ...place.credential, myDomain: NOWHERE };
		const report = await check(place, { credential });
		expectFailed(report, 'reachable', /could not be reached|not known/);
	});

	it('the name of the host is not known', async () => {
		const credential = { ...place.credential, myDomain: UNKNOWN_HOST };
		const report = await check(place, { credential });
		expectFailed(report, 'reachable', /host of Salesforce is not known|could not be reached/);
	});

	it.each([
		['sign in', 'reachable', ({ url }: FakeRequest) => /oauth2\/token/.test(url.pathname), {}],
		['write', 'testLeadWritten', isWriting, { mayWrite: 'skipped' }],
		['tell of the lead', 'testLeadReadBack', isLead, { cleanedUp: 'passed' }],
	] as const)('it takes too long to %s', async (_, failed, isIt, others) => {
		place.fakeServer.spoil = async (request) => {
			return isIt(request) ? await late() : undefined;
		};
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, failed, /in time|longer than 1 second/, others);
	});

	it('takes too long in a second sign-in, of which the step knows nothing', async () => {
		let signIns = 0;
		place.fakeServer.spoil = async ({ url }) => {
			return /oauth2\/token/.test(url.pathname) && (signIns += 1) > 1 ? await late() : undefined;
		};
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, 'mayRead', /longer than 1 second/);
		expect(leads()).toEqual([]);
	});

	it('it is busy for a moment', async () => {
		place.fakeServer.fault({ kind: 'refused', why: 'busy', waitSeconds: 1 }, { times: 2 });
		expect(await check(place)).toMatchObject({ ok: true });
		expect(place.fakeServer.server.faultsLeft()).toBe(0);
	});

	it('it is busy all the time', async () => {
		place.fakeServer.fault({ kind: 'refused', why: 'busy' }, { times: 99 });
		const report = await check(place);
		expectFailed(report, 'mayRead', /overloaded/, { signedIn: 'skipped' });
	});

	it('the calls of the day are used up', async () => {
		place.fakeServer.api.usage.used = place.fakeServer.api.usage.limit;
		const report = await check(place);
		expectFailed(report, 'mayRead', /used up its API calls/, { signedIn: 'skipped' });
	});

	describe('by Web-to-Lead', () => {
		beforeEach(() => {
			place.writing = {
				salesforceMethod: 'webToLead',
				environment: 'myDomain',
				myDomain: place.fakeServer.origin,
				organizationId: place.fakeServer.organisation.id,
			};
		});

		it('works, and leaves nothing behind', async () => {
			const report = await check(place);
			expect(Object.values(statuses(report))).toEqual(Array(7).fill('passed'));
			expect(place.fakeServer.webToLead.forms).toHaveLength(1);
			expect(leads()).toEqual([]);
		});

		it('takes the form and makes no lead', async () => {
			place.fakeServer.webToLead.settings.dropping = true;
			const report = await check(place);
			expectFailed(report, 'testLeadWritten', /no lead has come of it/, { mayWrite: 'skipped' });
		});

		it('belongs to another organisation', async () => {
			place.writing['organizationId'] = '00D000000000001';
			const report = await check(place);
			expectFailed(report, 'testLeadWritten', /no lead has come of it/, { mayWrite: 'skipped' });
			expect(report.toDo).toMatch(/Organization ID/);
		});

		it('wants a picklist filled in', async () => {
			place.fakeServer.webToLead.settings.mandatory = 'industry';
			const report = await check(place);
			expectFailed(report, 'testLeadWritten', /no lead has come of it/, { mayWrite: 'skipped' });
		});

		it('makes the lead later than the step has time', async () => {
			place.fakeServer.webToLead.settings.delay = 100_000;
			const report = await check(place, { options: { stepTimeout: 20 } });
			expectFailed(report, 'testLeadWritten', /not certain/, { mayWrite: 'skipped' });
			expect(report.toDo).toMatch(/MSFT_TEST_\d{18} may have been written all the same\.$/);
		});

		it('is not believed when nobody looks', async () => {
			const report = await check(place, { options: { confirm: false } });
			expectFailed(report, 'testLeadWritten', /nobody looked/, { mayWrite: 'skipped' });
			expect(report.testLead).toMatchObject({ id: expect.stringMatching(/^MSFT_TEST_/) });
			expect(place.fakeServer.webToLead.forms).toHaveLength(1);
		});

		it('responds that it broke', async () => {
			place.fakeServer.spoil = ({ url }) =>
				/WebToLead/.test(url.pathname)
					? { status: 200, headers: { 'is-processed': 'Exception: 1' } }
					: undefined;
			const report = await check(place);
			expectFailed(report, 'testLeadWritten', /did not take the lead/, { mayWrite: 'skipped' });
		});

		it('its Organization ID is none', async () => {
			place.writing['organizationId'] = 'contoso';
			const report = await check(place);
			expectFailed(report, 'testLeadWritten', /Organization ID is not one/, {
				mayWrite: 'skipped',
			});
		});
	});
});

describe('Dynamics 365', () => {
	let authority: EntraAuthority;
	let place: DynamicsPlace;
	beforeAll(async () => {
		authority = await startEntraAuthority();
	});
	beforeEach(async () => {
		place = new DynamicsPlace(await startDynamics({ authority }));
	});
	afterEach(async () => await place?.stop());
	afterAll(async () => await authority?.stop());

	it('works, and leaves nothing behind', async () => {
		const report = await check(place);
		expect(Object.values(statuses(report))).toEqual(Array(7).fill('passed'));
		expect(report.testLead.recordId).toMatch(/^[0-9a-f-]{36}$/);
		expect(await namesAt(place)).toEqual([]);
	});

	it('keeps the test lead when told so', async () => {
		const report = await check(place, { options: { keepTestLead: true } });
		expect(statuses(report)).toMatchObject({ testLeadReadBack: 'passed', cleanedUp: 'skipped' });
		expect(await namesAt(place)).toEqual([report.testLead.id]);
	});

	it('writes nothing when writing is switched off', async () => {
		expect(await check(place, writeOff)).toMatchObject({ ok: true });
		expect(place.fakeServer.server.requests.every(({ method }) => method === 'GET')).toBe(true);
	});

	it('the secret is wrong', async () => {
		const report = await check(place, { credential: place.badCredential });
		expectFailed(report, 'signedIn', /Client Secret is wrong/);
		expectNoSecret(report, place.secrets);
	});

	it('nothing listens at the address', async () => {
		const credential = { ...place.credential, environmentUrl: NOWHERE };
		const report = await check(place, { credential });
		expectFailed(report, 'reachable', /could not be reached/);
		expectNoSecret(report, place.secrets);
	});

	it.each(['missing', 'disabled', 'withoutRoles', 'withoutLicense'] as const)(
		'the application user is %s',
		async (caller) => {
			place.fakeServer.caller = caller;
			expectFailed(await check(place), 'mayRead', /./);
		},
	);

	it.each(['adminMode', 'disabled'] as const)(
		'the environment is in the state %s',
		async (state) => {
			place.fakeServer.state = state;
			expectFailed(await check(place), 'reachable', /environment/);
		},
	);

	it('the role may not read leads', async () => {
		place.fakeServer.mayReadLeads = false;
		const report = await check(place);
		expectFailed(report, 'mayRead', /may not read/, {
			mayWrite: 'passed',
			testLeadWritten: 'passed',
			cleanedUp: 'passed',
		});
		expect(await namesAt(place)).toEqual([]);
	});

	it.each([
		['create', 'mayWrite', {}],
		['delete', 'cleanedUp', {}],
	] as const)('the role may not %s leads', async (privilege, failed, others) => {
		place.fakeServer.writing.privileges[privilege] = false;
		const report = await check(place);
		expectFailed(report, failed, /./, others);
		expect(await namesAt(place)).toHaveLength(privilege === 'delete' ? 1 : 0);
	});

	it('the role may not see what columns leads have', async () => {
		place.fakeServer.mayReadColumns = false;
		expectFailed(await check(place), 'mayWrite', /./);
	});

	it('the column of the lead source is none', async () => {
		place.writing['leadSourceColumn'] = { __rl: true, mode: 'name', value: 'contoso_none' };
		expectFailed(await check(place), 'mayRead', /contoso_none/);
	});

	it('a plug-in keeps the lead out', async () => {
		place.fakeServer.writing.plugIn = () => 'Not this one';
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /./, { mayWrite: 'skipped' });
		expect(JSON.stringify(report)).not.toMatch(/Not this one/);
	});

	it('a plug-in changes the lead', async () => {
		place.fakeServer.writing.plugIn = (row) => {
			Object.assign(row, { companyname: 'Contoso' });
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /other values: company$/, {
			cleanedUp: 'passed',
		});
	});

	it('an automation deletes the lead', async () => {
		const { fakeServer } = place;
		const named = fakeServer.writing.named.bind(fakeServer.writing);
		fakeServer.writing.named = (path) => {
			for (const { leadid } of fakeServer.rows()) fakeServer.remove(String(leadid));
			return named(path);
		};
		expectFailed(await check(place), 'testLeadReadBack', /is not found in Dynamics 365/, {
			cleanedUp: 'passed',
		});
	});

	it('the token ends in between', async () => {
		let ended = false;
		place.fakeServer.beforeLeads = () => {
			if (!ended) place.fakeServer.expireTokens();
			ended = true;
			return undefined;
		};
		expect(await check(place)).toMatchObject({ ok: true });
		expect(ended).toBe(true);
	});

	it.each(['reading', 'writing'] as const)('it takes too long for %s', async (struck) => {
		place.fakeServer.struck = struck;
		place.fakeServer.server.fault({ kind: 'slow', milliseconds: TOO_SLOW });
		const report = await check(place, { options: ONE_SECOND });
		if (struck === 'reading') expectFailed(report, 'reachable', /in time|longer than 1 second/);
		else expectFailed(report, 'testLeadWritten', /in time|longer/, { mayWrite: 'skipped' });
	});

	it.each(['reading', 'writing'] as const)(
		'it asks to wait for %s, for a moment',
		async (struck) => {
			place.fakeServer.struck = struck;
			place.fakeServer.server.fault(
				{ kind: 'refused', why: 'throttled', waitSeconds: 1 },
				{ times: 2 },
			);
			expect(await check(place)).toMatchObject({ ok: true });
			expect(place.fakeServer.server.faultsLeft()).toBe(0);
		},
	);

	it.each(['reading', 'writing'] as const)(
		'it asks to wait for %s, all the time',
		async (struck) => {
			place.fakeServer.struck = struck;
			place.fakeServer.server.fault(
				{ kind: 'refused', why: 'throttled', waitSeconds: 200 },
				{ times: 99 },
			);
			const report = await check(place);
			if (struck === 'reading') expectFailed(report, 'mayRead', /./, { signedIn: 'skipped' });
			else expectFailed(report, 'testLeadWritten', /./, { mayWrite: 'skipped' });
		},
	);
});

describe('Marketo', () => {
	let place: MarketoPlace;
	beforeEach(async () => {
		place = await MarketoPlace.start();
	});
	afterEach(async () => await place?.stop());
	const persons = () => place.fakeServer.instance.persons;

	it.each(['submitForm', 'upsertPerson'])(
		'works by %s, and leaves nothing behind',
		async (method) => {
			place.writing = method === 'submitForm' ? place.writing : { marketoMethod: method };
			const report = await check(place);
			expect(statuses(report)).toEqual({
				...Object.fromEntries(CHECKS.map((name) => [name, 'passed'])),
				...(method === 'upsertPerson' && { mayRead: 'skipped' }),
			});
			expect(report.ok).toBe(true);
			expect(persons().size).toBe(0);
		},
	);

	it('keeps the test lead when told so', async () => {
		const report = await check(place, { options: { keepTestLead: true } });
		expect(statuses(report)).toMatchObject({ testLeadReadBack: 'passed', cleanedUp: 'skipped' });
		expect(await namesAt(place)).toEqual([report.testLead.id]);
	});

	it('writes nothing when writing is switched off', async () => {
		expect(await check(place, writeOff)).toMatchObject({ ok: true });
		expect(place.fakeServer.instance.activities()).toEqual([]);
	});

	it('the secret is wrong', async () => {
		const report = await check(place, { credential: place.badCredential });
		expectFailed(report, 'signedIn', /Client Secret is wrong/);
		expectNoSecret(report, place.fakeServer.secrets);
	});

	it.each(['Read-Only Activity', 'Read-Only Person', 'Read-Only Assets'])(
		'the role lacks the permission %s',
		async (permission) => {
			place.fakeServer.permissions.delete(permission);
			const report = await check(place);
			expect(report).toMatchObject({ ok: false, failedCheck: 'mayRead' });
			expect(report.message).toMatch(new RegExp(permission));
		},
	);

	it('the role may not write persons', async () => {
		place.fakeServer.permissions.delete('Read-Write Person');
		const report = await check(place);
		expectFailed(report, 'mayWrite', /may not make this call/);
		expect(report.toDo).toMatch(/Read-Write Person/);
	});

	it('the role may not delete persons', async () => {
		place.fakeServer.script(/leads\/delete/, '603', 9);
		const report = await check(place);
		expectFailed(report, 'cleanedUp', /may not make this call/);
		expect(report.toDo).toMatch(/Read-Write Person/);
		expect(persons().size).toBe(1);
	});

	it('there is no such form', async () => {
		place.writing['form'] = { __rl: true, mode: 'id', value: '999' };
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /form/i, { mayWrite: 'skipped' });
	});

	it('Marketo skips the lead', async () => {
		place.fakeServer.spoil = (path) =>
			/submitForm/.test(path)
				? succeeded({ result: [{ status: 'skipped', reasons: [{ code: '1003', message: 'No' }] }] })
				: undefined;
		const report = await check(place);
		expectFailed(report, 'testLeadWritten', /./, { mayWrite: 'skipped' });
	});

	it('an automation deletes the person', async () => {
		place.fakeServer.belie = (path) => {
			if (/submitForm/.test(path)) persons().clear();
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /is not found in Marketo/, {
			cleanedUp: 'passed',
		});
	});

	it('an automation changes the person', async () => {
		place.writing = { marketoMethod: 'upsertPerson' };
		place.fakeServer.belie = (path) => {
			if (/leads\.json/.test(path)) {
				for (const { fields } of persons().values()) fields['company'] = 'Contoso';
			}
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /other values: company$/, {
			mayRead: 'skipped',
			cleanedUp: 'passed',
		});
	});

	it('a person who was there before is not taken away', async () => {
		place.writing = { marketoMethod: 'upsertPerson' };
		const { id } = place.fakeServer.instance.addPerson({
			email: 'kim.sample@fabrikam.example',
			createdAt: '2026-01-01T00:00:00Z',
		});
		const additionalFields = {
			mappingMode: 'defineBelow',
			value: { email: 'kim.sample@fabrikam.example' },
		};
		const report = await check(place, { parameters: { additionalFields } });
		expect(statuses(report)).toMatchObject({ testLeadWritten: 'passed', cleanedUp: 'skipped' });
		expect([...persons().keys()]).toEqual([id]);
	});

	it('the token ends in between', async () => {
		place.fakeServer.script(/submitForm/, '602');
		expect(await check(place)).toMatchObject({ ok: true });
	});

	it.each([20_000, 600_000])('shows the fill-out %i ms later', async (delay) => {
		place.fakeServer.commitDelay = delay;
		expect(await check(place)).toMatchObject({ ok: true });
		expect(persons().size).toBe(0);
	});

	it('shows the fill-out later, and an automation changes the person', async () => {
		place.fakeServer.commitDelay = 600_000;
		place.fakeServer.belie = (path) => {
			if (!/submitForm/.test(path)) return undefined;
			for (const { fields } of persons().values()) fields['company'] = 'Contoso';
			return undefined;
		};
		expectFailed(await check(place), 'testLeadReadBack', /other values: company$/, {
			cleanedUp: 'passed',
		});
	});

	it('nothing listens at the address', async () => {
		const credential = { ...place.credential, endpoint: `${NOWHERE}/rest` };
		expectFailed(await check(place, { credential }), 'reachable', /could not be reached/);
	});

	it('it takes too long to write', async () => {
		place.fakeServer.struck = 'writing';
		place.fakeServer.fault({ kind: 'slow', milliseconds: TOO_SLOW });
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, 'testLeadWritten', /in time|longer/, { mayWrite: 'skipped' });
	});

	it.each(['606', '615', '608'])('it is busy for a moment (%s)', async (code) => {
		place.fakeServer.script(/leads|activities/, code, 2);
		expect(await check(place)).toMatchObject({ ok: true });
	});

	it('the calls of the day are used up', async () => {
		place.fakeServer.dailyQuota = 0;
		const report = await check(place);
		expectFailed(report, 'mayRead', /daily calls .* used up/, { signedIn: 'skipped' });
	});
});

describe('HTTPS endpoint', () => {
	let place: HttpsPlace;
	beforeEach(async () => {
		place = await HttpsPlace.start();
	});
	afterEach(async () => await place?.stop());
	/** What there is no sign-in and nothing to read of. */
	const unread = { signedIn: 'skipped', mayRead: 'skipped' } as const;
	const sent = { ...unread, mayWrite: 'skipped' } as const;

	it('takes the lead', async () => {
		const report = await check(place);
		expect(statuses(report)).toEqual({
			...sent,
			reachable: 'passed',
			mayWrite: 'passed',
			testLeadWritten: 'passed',
			testLeadReadBack: 'skipped',
			cleanedUp: 'skipped',
		});
		expect(report.ok).toBe(true);
		expect([...place.receiver.leads.values()]).toMatchObject([
			{ UserDetails: { Email: `${report.testLead.id}@test.com` } },
		]);
	});

	it('sends nothing when writing is switched off', async () => {
		expect(await check(place, writeOff)).toMatchObject({ ok: true });
		expect(place.receiver.server.requests.map(({ method }) => method)).toEqual(['HEAD']);
	});

	it('the secret is wrong', async () => {
		const report = await check(place, { credential: place.badCredential });
		expectFailed(report, 'mayWrite', /did not accept the secret/, unread);
		expectNoSecret(report, place.secrets);
	});

	it.each([
		[301, 'testLeadWritten', /redirects to another address/],
		[307, 'testLeadWritten', /redirects to another address/],
		[401, 'mayWrite', /did not accept the secret/],
		[403, 'mayWrite', /does not let this sender in/],
		[404, 'testLeadWritten', /Nothing at this address takes leads/],
		[405, 'testLeadWritten', /takes no POST/],
		[410, 'testLeadWritten', /gone for good/],
		[422, 'testLeadWritten', /status 422/],
		[500, 'testLeadWritten', /status 500/],
		[503, 'testLeadWritten', /is down/],
	] as const)('it responds with %i', async (status, failed, message) => {
		place.receiver.spoil = () => ({
			status,
			headers: { location: 'https://contoso.example/?code=a-secret-in-the-address' },
			body: 'a-secret-in-the-address',
		});
		const report = await check(place);
		expectFailed(report, failed, message, failed === 'mayWrite' ? unread : sent);
		expectNoSecret(report, [place.receiver.secret]);
	});

	it('nothing listens at the address', async () => {
		const credential = { endpointUrl: `${NOWHERE}/leads?code=a-secret-in-the-address` };
		const report = await check(place, { credential });
		expectFailed(report, 'reachable', /could not be reached/);
		expectNoSecret(report, [place.receiver.secret]);
	});

	it('the name of the host is not known', async () => {
		const credential = { endpointUrl: `${UNKNOWN_HOST}/leads` };
		expectFailed(await check(place, { credential }), 'reachable', /host of the endpoint|reached/);
	});

	it('the address is not allowed', async () => {
		const report = await check(place, { options: { allowHttpOnLocalhost: false } });
		expectFailed(report, 'testLeadWritten', /http address of this machine/, sent);
		expect(place.receiver.leads.size).toBe(0);
	});

	it('the address is none', async () => {
		const report = await check(place, { credential: { endpointUrl: 'contoso' } });
		expectFailed(report, 'reachable', /Endpoint URL/);
	});

	it('it takes too long to respond', async () => {
		place.receiver.server.fault({ kind: 'slow', milliseconds: TOO_SLOW });
		const report = await check(place, { options: ONE_SECOND });
		expectFailed(report, 'testLeadWritten', /did not respond in time/, sent);
		expect(report.toDo).toMatch(/may have been written all the same\.$/);
	});

	it('it asks to wait, for a moment', async () => {
		place.receiver.server.fault(
			{ kind: 'refused', why: 'throttled', waitSeconds: 1 },
			{ times: 2 },
		);
		expect(await check(place)).toMatchObject({ ok: true });
		expect(place.receiver.leads.size).toBe(1);
	});

	it('it asks to wait, longer than the step', async () => {
		place.receiver.server.fault({ kind: 'refused', why: 'throttled', waitSeconds: 90 });
		expectFailed(await check(place), 'testLeadWritten', /asks to wait/, sent);
	});

	it('the connection is cut before the response, which is no loss', async () => {
		place.receiver.server.fault({ kind: 'cut', where: 'beforeResponse' });
		expect(await check(place)).toMatchObject({ ok: true });
	});
});

describe('the settings of the check', () => {
	let place: HttpsPlace;
	beforeEach(async () => {
		place = await HttpsPlace.start();
	});
	afterEach(async () => await place?.stop());

	it.each([
		['Write Test Lead is neither', { parameters: { writeTestLead: '={{ "no" }}' } }],
		['Keep Test Lead is neither', { options: { keepTestLead: '={{ "no" }}' } }],
		['Timeout per Step (Seconds) is not', { options: { stepTimeout: '={{ "long" }}' } }],
		['Timeout per Step (Seconds) is not', { options: { stepTimeout: 0 } }],
		['Allow HTTP on Localhost is neither', { options: { allowHttpOnLocalhost: 'yes' } }],
	])('%s what it has to be: nothing is sent', async (message, given) => {
		const items = asItems({}, {});
		const told = await run(place, 'checkConnection', items, {
			...given,
			onError: 'continueRegularOutput',
		});
		for (const { json } of told) expect(json['error'] ?? json['message']).toMatch(message);
		expect(told.flatMap(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(place.receiver.leads.size).toBe(0);
	});

	it('can be others for each item, and each has a test lead of its own', async () => {
		const items = asItems({ write: true, offer: 'Contoso CRM' }, { write: false }, { write: true });
		const told = await run(place, 'checkConnection', items, {
			parameters: {
				writeTestLead: '={{ $json.write }}',
				offerTitle: '={{ $json.offer ?? "" }}',
			},
		});
		expect(told.map(({ json }) => json['ok'])).toEqual([true, true, true]);
		expect([...place.receiver.leads.values()]).toMatchObject([
			{ OfferTitle: 'Contoso CRM' },
			{ OfferTitle: 'Test Offer' },
		]);
	});
});
