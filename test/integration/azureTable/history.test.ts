/** Remove Repeats with its history in a real table service, on several workers, on good days and bad. */
import { randomBytes } from 'node:crypto';

import { TableClient } from '@azure/data-tables';
import type { INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { startAzurite, type Azurite } from '../../fakeServers/azureTable/azurite.ts';
import {
	authenticationFailed,
	cutBeforeResponse,
	cutInBody,
	serverBusy,
	startFaultProxy,
	tooManyRequests,
	type FaultProxy,
	type SeenRequest,
} from '../../fakeServers/azureTable/faultProxy.ts';
import { outputsOf, runNode, type RunExecution } from '../../support/engine';
import { expectNoSecret } from '../../support/pollContract/errors.ts';

let azurite: Azurite;
let proxy: FaultProxy;
let table: string;

beforeAll(async () => {
	azurite = await startAzurite();
	proxy = await startFaultProxy(azurite);
});
beforeEach(() => {
	table = `History${randomBytes(6).toString('hex')}`;
});
afterEach(() => proxy.reset());
afterAll(async () => {
	await proxy?.stop();
	await azurite?.stop();
});

interface Run {
	parameters?: INodeParameters;
	execution?: RunExecution;
	node?: { id: string; name: string };
	type?: INodeType;
	connectionString?: string;
}

/** Ids of the leads at each output. */
async function run(leads: object[], options: Run = {}): Promise<string[][]> {
	const { parameters = {}, execution, node = {}, type = new LeadSource() } = options;
	const { connectionString = proxy.connectionString } = options;
	const tested = {
		type,
		parameters: {
			operation: 'removeRepeats',
			historyStore: 'azureTable',
			historyTable: { __rl: true, mode: 'name', value: table },
			...parameters,
		},
		credentials: {
			marketplaceLeadAzureTableApi: { authentication: 'connectionString', connectionString },
		},
		...node,
	};
	const items = leads.map((json) => ({ json })) as INodeExecutionData[];
	const found = outputsOf(await runNode(tested, items, execution));
	return found.map((output) => output.map(({ json }) => String(json.id).replace('p/', '')));
}

const lead = (id: string, customer: object = { Email: `kim@${id}.example` }) => ({
	PartitionKey: 'p',
	RowKey: id,
	LeadSource: 'SPZA-INS|contoso.crm',
	CustomerInfo: JSON.stringify(customer),
});
const leads = (count: number) => Array.from({ length: count }, (_, at) => lead(`lead${at + 100}`));
const ids = (count: number) => leads(count).map(({ RowKey }) => RowKey);

/** The node in another process: nothing of its modules is shared. */
function worker(): INodeType {
	let type: INodeType | undefined;
	jest.isolateModules(() => {
		const module = jest.requireActual<{ LeadSource: typeof LeadSource }>(
			'../../../nodes/LeadSource/LeadSource.node',
		);
		type = new module.LeadSource();
	});
	return type!;
}

const rowsOf = async () => {
	const client = TableClient.fromConnectionString(azurite.connectionString, table, {
		allowInsecureConnection: true,
	});
	const rows: Array<Record<string, unknown>> = [];
	for await (const row of client.listEntities()) rows.push({ ...row });
	return rows;
};

const inserts = ({ method, path }: SeenRequest) => method === 'POST' && path.endsWith(`/${table}`);

it('makes the table, and tells the lead, its offer and its customer', async () => {
	const parameters = { compareBy: 'customer' };
	const kim = { Email: 'kim@contoso.com' };
	expect(await run([lead('1', kim)], { parameters })).toEqual([['1'], []]);
	expect(await run([lead('1', kim), lead('2', kim)], { parameters })).toEqual([[], ['1', '2']]);
	expect(await run([lead('3')], { parameters })).toEqual([['3'], []]);
	const rows = await rowsOf();
	// Three for each new lead, one for the second of the same customer and offer; nobody's address.
	expect(rows).toHaveLength(7);
	expect(JSON.stringify(rows)).not.toMatch(/contoso|kim|example/);
});

it('on several workers, the same lead 20 times at once is new exactly once, and then never', async () => {
	const workers = [worker(), worker(), worker(), worker()];
	const atOnce = async (executions: string) =>
		await Promise.all(
			Array.from({ length: 20 }, async (_, at) => {
				const execution = { id: `${executions}${at}` };
				return await run([lead('same')], { type: workers[at % 4]!, execution });
			}),
		);
	expect((await atOnce('a')).flatMap(([fresh]) => fresh)).toEqual(['same']);
	expect((await atOnce('b')).flatMap(([fresh]) => fresh)).toEqual([]);
});

it('on several workers, each of many leads is new exactly once', async () => {
	const workers = [worker(), worker(), worker(), worker()];
	const all = await Promise.all(
		workers.map(async (type, at) => await run(leads(30), { type, execution: { id: `${at}` } })),
	);
	expect(all.flatMap(([fresh]) => fresh).sort()).toEqual(ids(30));
	expect(await run(leads(30))).toEqual([[], ids(30)]);
});

describe('a retry', () => {
	it('finds new what was new, and a repeat what was one, also in a retry of it', async () => {
		const kim = { Email: 'kim@contoso.com' };
		const parameters = { compareBy: 'customerAndOffer' };
		const both = [lead('1', kim), lead('2', kim), lead('3')];
		const runAs = async (id: string, retryOf?: string) =>
			await run(both, {
				parameters,
				execution: retryOf === undefined ? { id } : { id, mode: 'retry', retryOf },
			});
		const verdict = [['1', '3'], ['2']];
		expect(await runAs('1')).toEqual(verdict);
		expect(await runAs('2')).toEqual([[], ['1', '2', '3']]);
		expect(await runAs('3', '1')).toEqual(verdict);
		expect(await runAs('4', '3')).toEqual(verdict);
		expect(await runAs('5', '2')).toEqual([[], ['1', '2', '3']]);
		expect(await runAs('6')).toEqual([[], ['1', '2', '3']]);
	});

	it.each([0, 1, 7, 40])('of an execution that ended after %i rows loses none', async (skip) => {
		await run([lead('first')]);
		proxy.script([{ fault: authenticationFailed(), when: inserts, skip, times: Infinity }]);
		await expect(run(leads(20), { execution: { id: '1' } })).rejects.toMatchObject({
			message: `The history in the Azure table "${table}" cannot be used`,
		});
		proxy.reset();
		const retried = await run(leads(20), { execution: { id: '2', mode: 'retry', retryOf: '1' } });
		expect(retried).toEqual([ids(20), []]);
		expect(await run(leads(20), { execution: { id: '3' } })).toEqual([[], ids(20)]);
	});

	it('tells a lead of acknowledged delivery from one that comes anew', async () => {
		const [[parsed]] = outputsOf(
			await runNode({ type: new LeadSource(), parameters: {} }, [{ json: lead('1') }]),
		) as [[INodeExecutionData]];
		const handedOver = (attempt: number) => ({
			...parsed.json,
			delivery: { attempt, firstHandedOverAt: '2026-03-01T00:00:00.000Z' },
		});
		expect(await run([handedOver(1)], { execution: { id: '1' } })).toEqual([['1'], []]);
		expect(await run([handedOver(2)], { execution: { id: '2' } })).toEqual([['1'], []]);
		expect(await run([parsed.json], { execution: { id: '3' } })).toEqual([[], ['1']]);
	});
});

describe('on a bad day', () => {
	it.each([
		['the response to an insert is lost', cutBeforeResponse(), inserts],
		['a response breaks off', cutInBody(), inserts],
		['the service is busy', serverBusy(), inserts],
		['it asks to wait', tooManyRequests({ retryAfterSeconds: 1 }), inserts],
	])('when %s, each lead is still new exactly once', async (_what, fault, when) => {
		await run([lead('first')]);
		proxy.script([{ fault, when, skip: 1, times: 2 }]);
		expect(await run(leads(5), { execution: { id: '1' } })).toEqual([ids(5), []]);
		expect(await run(leads(5), { execution: { id: '2' } })).toEqual([[], ids(5)]);
	});

	it('it says which table, what happened and what to do, and no secret', async () => {
		const wrong = proxy.connectionString.replace(
			/AccountKey=[^;]+/,
			`AccountKey=${randomBytes(64).toString('base64')}`,
		);
		const error: unknown = await run([lead('1')], { connectionString: wrong }).catch(
			(thrown: unknown) => thrown,
		);
		expect(error).toMatchObject({
			message: `The history in the Azure table "${table}" cannot be used`,
			description: expect.stringContaining('Check that the account key or SAS is right') as string,
		});
		expectNoSecret(error, [/AccountKey=([^;]+)/.exec(wrong)![1]!]);
	});

	it.each(['no such table!', '1table'])('the table name %j is refused', async (value) => {
		// As from the list, which the editor doesn't check.
		const historyTable = { __rl: true, mode: 'list', value };
		const parameters = { historyTable };
		await expect(run([lead('1')], { parameters })).rejects.toThrow(
			'The table name is not one Azure allows',
		);
	});
});

describe('the history', () => {
	it("is the node's own, the workflow's, or the table's", async () => {
		const other = { id: 'other', name: 'Other' };
		const scoped = (historyScope: string): INodeParameters => ({ options: { historyScope } });
		for (const scope of ['node', 'workflow', 'table']) {
			const parameters = scoped(scope);
			expect(await run([lead('1')], { parameters })).toEqual([['1'], []]);
			const elsewhere = await run([lead('1')], { parameters, node: other });
			expect(elsewhere).toEqual(scope === 'node' ? [['1'], []] : [[], ['1']]);
		}
	});

	it('is forgotten by Clear Repeats: whole, or what is older, and no other', async () => {
		const other = { id: 'other', name: 'Other' };
		await run(leads(40));
		await run(leads(3), { node: other });
		const clear = async (options: INodeParameters) =>
			await run([{ id: 'passed on' }], { parameters: { operation: 'clearRepeats', options } });
		expect(await clear({ olderThanDays: 1 })).toEqual([['passed on']]);
		expect(await run(leads(40))).toEqual([[], ids(40)]);
		expect(await clear({})).toEqual([['passed on']]);
		expect(await run(leads(40))).toEqual([ids(40), []]);
		expect(await run(leads(3), { node: other })).toEqual([[], ids(3)]);
	});

	it('that is not there is cleared at once', async () => {
		const parameters = { operation: 'clearRepeats' };
		expect(await run([{ id: 'passed on' }], { parameters })).toEqual([['passed on']]);
	});

	it('is looked at in a test run that is not to be recorded', async () => {
		const parameters = { options: { recordTestRuns: false } };
		const execution: RunExecution = { id: 'test run', mode: 'manual' };
		expect(await run([lead('1')], { parameters, execution })).toEqual([['1'], []]);
		expect(await run([lead('1')])).toEqual([['1'], []]);
		expect(await run([lead('1'), lead('2')], { parameters, execution })).toEqual([['2'], ['1']]);
		expect(await run([lead('2')])).toEqual([['2'], []]);
	});
});
