/** Writing into Azure Table as the node opens it, into tables that are there, missing, or going. */
import { randomBytes } from 'node:crypto';

import { AzureNamedKeyCredential, generateAccountSas, generateTableSas } from '@azure/data-tables';

import { azureTable } from '../../../nodes/destinations/azureTable';
import type { WritableLead, WriteResult } from '../../../nodes/destinations/contract';
import type { DestinationError } from '../../../nodes/destinations/destinationError';
import { parseLead } from '../../../nodes/lead';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { inTime } from '../../support/inTime.ts';
import { destinationInput } from '../../support/destinationInput.ts';
import {
	cutBeforeResponse,
	startFaultProxy,
	type Fault,
	type FaultProxy,
	type SeenRequest,
} from '../../fakeServers/azureTable/faultProxy.ts';
import { MarketplaceTable } from '../../fakeServers/azureTable/marketplaceTable.ts';
import { BLAME, expectNoSecret } from '../../support/pollContract/errors.ts';
import { openWriter, type EngineWriter } from '../../support/openWriter';

/** Waits of seconds pass as so many milliseconds: the clock is not what is tried here. */
jest.mock('node:timers/promises', () => {
	const timers: typeof import('node:timers/promises') = jest.requireActual('node:timers/promises');
	return {
		...timers,
		setTimeout: async (delay: number, ...others: []) =>
			await timers.setTimeout(delay / 1_000, ...others),
	};
});

let azurite: Azurite;
let proxy: FaultProxy;
let key: AzureNamedKeyCredential;
let table: MarketplaceTable;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
	key = new AzureNamedKeyCredential(azurite.accountName, azurite.accountKey);
});
beforeEach(() => {
	table = new MarketplaceTable(azurite, `Leads${randomBytes(6).toString('hex')}`);
});
afterEach(() => proxy.reset());
afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

async function open(
	options: Record<string, unknown> = {},
	credential: Record<string, unknown> = { connectionString: proxy.connectionString },
): Promise<EngineWriter> {
	const parameters = { table: { __rl: true, mode: 'name', value: table.name } };
	return await openWriter(
		azureTable.writing,
		destinationInput(credential, parameters, { options }),
	);
}

const leads = (count: number): WritableLead[] =>
	Array.from({ length: count }, (_, at) => ({
		lead: {
			...parseLead({
				UserDetails: { FirstName: 'Kim', LastName: `Sample ${at}` },
				LeadSource: 'AzureMarketplace-INS|fabrikam.widget',
			}),
			id: `lead-${at}`,
		},
		additional: {},
	}));

const outcomes = (results: readonly WriteResult[]) =>
	results.map((result) => (result.ok ? result.written.outcome : result.error.message));

function errorOf([result, ...others]: readonly WriteResult[]): DestinationError {
	if (!result || result.ok) throw new Error('It was not refused');
	for (const other of others) expect(other).toEqual(result);
	const { message, description } = result.error;
	expect(message).toMatch(/^[A-Z].{15,}[^.]$/);
	expect(description).toMatch(/^[A-Z].{20,}\.$/);
	expect(`${message} ${description}`).not.toMatch(BLAME);
	expectNoSecret(result.error, [azurite.accountKey]);
	return result.error;
}

const makesTable = ({ path, method }: SeenRequest) => method === 'POST' && /\/Tables$/.test(path);
const made = () => proxy.requests.filter(makesTable).length;

/** The service's own words, as Azure has them and Azurite does not. */
const refused = (status: number, code: string): Fault => ({
	name: code,
	kind: 'refuse',
	respond: () => ({
		status,
		headers: { 'content-type': 'application/json', 'x-ms-error-code': code },
		body: Buffer.from(
			JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: 'secret' } } }),
		),
	}),
});

it('a lead is created, read back and taken away', async () => {
	const writer = await open();
	const [result] = await writer.write(leads(1), inTime());
	if (!result?.ok) throw errorOf([result!]);
	const read = parseLead(await writer.readBack?.(result.written.id, inTime()));
	expect(read.customer.lastName).toBe('Sample 0');
	await writer.remove?.(result.written.id, inTime());
	expect(await writer.readBack?.(result.written.id, inTime())).toBeUndefined();
});

describe('a table that is missing', () => {
	it('is made with the first lead, and once', async () => {
		const before = made();
		const writer = await open();
		expect(outcomes(await writer.write(leads(3), inTime()))).toEqual(Array(3).fill('created'));
		expect(outcomes(await writer.write(leads(3), inTime()))).toEqual(Array(3).fill('unchanged'));
		expect(made() - before).toBe(1);
		expect(await table.list()).toHaveLength(3);
	});

	it('is not made where Create Table is off, and nothing is written', async () => {
		const before = made();
		const writer = await open({ createTable: false });
		const error = errorOf(await writer.write(leads(3), inTime()));
		expect(error).toMatchObject({ code: 'notFound', message: 'The table does not exist' });
		expect(error.description).toMatch(/Create Table/);
		expect(made() - before).toBe(0);
		await table.create();
		expect(outcomes(await writer.write(leads(1), inTime()))).toEqual(['created']);
	});

	it('may be made by somebody else meanwhile', async () => {
		const others = [await open(), await open(), await open()];
		const results = await Promise.all(others.map((writer) => writer.write(leads(2), inTime())));
		for (const [first] of results) expect(first?.ok).toBe(true);
		expect(await table.list()).toHaveLength(2);
	});

	it('is made when the response to that is lost', async () => {
		proxy.script([{ fault: cutBeforeResponse(), when: makesTable }]);
		expect(outcomes(await (await open()).write(leads(2), inTime()))).toEqual([
			'created',
			'created',
		]);
		expect(proxy.unspentFaults).toBe(0);
	});

	it.each([
		'AuthenticationFailed',
		'AuthorizationFailure',
		'AuthorizationPermissionMismatch',
		'AuthorizationResourceTypeMismatch',
	])('is told as a permission where the sign-in may not create it: %s', async (code) => {
		proxy.script([{ fault: refused(403, code), when: makesTable }]);
		const error = errorOf(await (await open()).write(leads(2), inTime()));
		expect(error).toMatchObject({ code: 'permission', httpCode: '403' });
		expect(error.message).toMatch(/does not exist, and the sign-in may not create it/);
		expect(proxy.unspentFaults).toBe(0);
	});

	it.each([
		['of the one table', () => generateTableSas(table.name, key, sas({ query: true, add: true }))],
		[
			'of the account without Write',
			() =>
				generateAccountSas(key, {
					...sas({ query: true, add: true, update: true, delete: true }),
					services: { table: true },
				}),
		],
	])('can’t be made with a SAS %s', async (_, signature) => {
		const sasUrl = `${azurite.endpoint}/?${signature()}`;
		const writer = await open({}, { authentication: 'sas', sasUrl });
		const error = errorOf(await writer.write(leads(1), inTime()));
		expect(error).toMatchObject({ code: 'permission', httpCode: '403' });
		expect(error.message).toMatch(/the sign-in may not create it/);
	});
});

describe('a sign-in with no more rights than it needs', () => {
	const rights = { query: true, add: true, update: true, delete: true };
	const bySas = async (signature: string) =>
		await open({}, { authentication: 'sas', sasUrl: `${azurite.endpoint}/?${signature}` });
	const accountSas = (permissions: object) =>
		generateAccountSas(key, { ...sas(permissions), services: { table: true } });

	async function expectAllDone(writer: EngineWriter): Promise<void> {
		const [first] = leads(1) as [WritableLead];
		const [result] = await writer.write([first], inTime());
		expect(outcomes([result!])).toEqual(['created']);
		const changed = { ...first, additional: { Region: 'EMEA' } };
		expect(outcomes(await writer.write([changed], inTime()))).toEqual(['updated']);
		const { id } = (result as Extract<WriteResult, { ok: true }>).written;
		expect(await writer.readBack?.(id, inTime())).toMatchObject({ Region: 'EMEA' });
		await writer.remove?.(id, inTime());
		expect(await table.list()).toEqual([]);
	}

	it('writes by a SAS of the one table', async () => {
		await table.create();
		await expectAllDone(await bySas(generateTableSas(table.name, key, sas(rights))));
	});

	it('writes by a SAS of the account', async () => {
		await table.create();
		await expectAllDone(await bySas(accountSas(rights)));
	});

	it('makes the table too by a SAS of the account with Write', async () => {
		await expectAllDone(await bySas(accountSas({ ...rights, write: true })));
	});

	it('that may only read is told as a permission', async () => {
		await table.create();
		const writer = await bySas(accountSas({ query: true, list: true }));
		// Alone: what a transaction may, Azurite does not ask.
		expect(errorOf(await writer.write(leads(1), inTime()))).toMatchObject({
			code: 'permission',
			httpCode: '403',
		});
	});
});

describe('a table that is being deleted', () => {
	const deleting = refused(409, 'TableBeingDeleted');

	it('is made again when it is gone', async () => {
		proxy.script([
			{ fault: deleting, when: makesTable },
			{ fault: deleting, when: makesTable },
		]);
		expect(outcomes(await (await open()).write(leads(2), inTime()))).toEqual([
			'created',
			'created',
		]);
		expect(proxy.unspentFaults).toBe(0);
	});

	it('is told where it takes longer than there is time for', async () => {
		proxy.script([{ fault: deleting, when: makesTable }]);
		const writer = await open();
		const begun = Date.now();
		// Ten seconds by the clock, however long the machine takes.
		const clock = jest.spyOn(Date, 'now').mockReturnValue(begun);
		const limits = { ...inTime(), deadline: begun + 10_000 };
		const error = errorOf(await writer.write(leads(2), limits));
		clock.mockRestore();
		expect(error).toMatchObject({ code: 'throttled', retryAfter: 15_000 });
		expect(error.message).toMatch(/being deleted/);
	});
});

function sas<Permissions>(permissions: Permissions) {
	return { permissions, expiresOn: new Date(Date.now() + 3_600_000) };
}
