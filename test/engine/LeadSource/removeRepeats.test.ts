import type { INodeExecutionData, INodeParameters, INodeType } from 'n8n-workflow';

import { LeadSource } from '../../../nodes/LeadSource/LeadSource.node';
import { runNode, type RunExecution } from '../../support/engine';
import { ProcessedStore } from './processedStore';
import { items, LeadSourceTool, outputs, row } from './support';

const KIM = { Email: 'kim@contoso.com' };
const CRM = 'SPZA-INS|contoso.crm';
const ERP = 'SPZA-PLT|contoso.erp';

let store: ProcessedStore;
beforeAll(async () => {
	store = await ProcessedStore.open();
});
beforeEach(() => {
	store.rows.clear();
	store.faults.length = 0;
	store.faultsAfterWriting.length = 0;
	store.overwritten = 0;
});

const REPEATS = { operation: 'removeRepeats' };

/** Ids of the leads at each output, with what was seen of them. */
async function remove(
	input: INodeExecutionData[],
	parameters: INodeParameters = {},
	type?: INodeType,
	execution?: RunExecution,
): Promise<string[][]> {
	const all = { ...REPEATS, ...parameters };
	const found = await outputs(all, input, undefined, type, execution);
	return found.map((output) =>
		output.map(({ json }) => {
			const { seen } = json.repeat as { seen: string };
			return `${String(json.id)} ${seen}`.trim();
		}),
	);
}

describe('a lead', () => {
	it('is new the first time, and was seen before from then on', async () => {
		const input = items(row('1', CRM, KIM));
		expect(await remove(input)).toEqual([['p/1'], []]);
		expect(await remove(input)).toEqual([[], ['p/1 lead']]);
		expect(await remove(input)).toEqual([[], ['p/1 lead']]);
	});

	it('that comes twice in one execution is a repeat too', async () => {
		expect(await remove(items(row('1', CRM, KIM), row('1', CRM, KIM)))).toEqual([
			['p/1'],
			['p/1 lead'],
		]);
	});

	it('is known again as a record and as a lead, but not at another destination', async () => {
		const [[first]] = (await outputs({}, items(row('1', CRM, KIM)))) as [[INodeExecutionData]];
		await remove(items(row('1', CRM, KIM)));
		expect(await remove([first])).toEqual([[], ['p/1 lead']]);
		const elsewhere = { ...first.json, destination: 'marketo' };
		expect(await remove(items(elsewhere))).toEqual([['p/1 customerAndOffer'], []]);
	});

	it('keeps its file, and is paired with its item', async () => {
		const binary = { contract: { data: '', mimeType: 'application/pdf' } };
		const input = [{ json: row('1', CRM) }, { json: row('2', CRM), binary }];
		const [found] = await outputs(REPEATS, input);
		expect(found).toMatchObject([{ pairedItem: { item: 0 } }, { pairedItem: { item: 1 }, binary }]);
		expect(found![0]).not.toHaveProperty('binary');
		expect(Object.keys(found![0]!.json)[0]).toBe('repeat');
	});
});

describe('what was seen before', () => {
	const sequence = [
		['1', CRM, KIM, ''],
		['2', CRM, { Email: 'Kim <KIM@contoso.com>' }, 'customerAndOffer'],
		['3', ERP, KIM, 'customer'],
		['4', ERP, { Email: 'sam@contoso.com' }, ''],
		['1', CRM, KIM, 'lead'],
		['5', CRM, {}, ''],
		['6', CRM, {}, ''],
		['7', CRM, { ...KIM, Company: 'MSFT_TEST_1' }, ''],
	] as const;

	it.each([
		['lead', ['lead']],
		['customerAndOffer', ['lead', 'customerAndOffer']],
		['customer', ['lead', 'customerAndOffer', 'customer']],
	])('counts as a repeat when it is the same %s', async (compareBy, repeats) => {
		for (const [id, leadSource, customer, seen] of sequence) {
			const lead = `p/${id} ${seen}`.trim();
			const found = await remove(items(row(id, leadSource, customer)), { compareBy });
			expect(found).toEqual(repeats.includes(seen) ? [[], [lead]] : [[lead], []]);
		}
	});

	it('is the same in one execution as in many', async () => {
		const input = items(...sequence.map(([id, source, customer]) => row(id, source, customer)));
		const [found] = await remove(input, { separateOutputs: false });
		expect(found).toEqual(sequence.map(([id, , , seen]) => `p/${id} ${seen}`.trim()));
	});

	it('is told in the lead', async () => {
		await remove(items(row('1', CRM, KIM)));
		const [[item]] = (await outputs(REPEATS, items(row('2', ERP, KIM)))) as [[INodeExecutionData]];
		expect(item.json.repeat).toEqual({ isRepeat: false, seen: 'customer' });
	});

	it('is stored without anybody’s address', async () => {
		const asked = jest.spyOn(store, 'checkProcessedAndRecord');
		await remove(items(row('1', CRM, KIM)));
		const [keys] = asked.mock.calls[0]!;
		asked.mockRestore();
		// The lead, its offer, its customer, and the mark of the hand-over.
		expect(keys).toHaveLength(4);
		for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
	});
});

describe('the history', () => {
	const sized = (historySize: number) => ({ options: { historySize } });

	it('forgets the oldest first', async () => {
		for (const id of ['1', '2', '3']) await remove(items(row(id, CRM)), sized(1));
		// A lead that names nobody is one entry of three.
		await remove(items(row('4', CRM)), sized(1));
		expect(await remove(items(row('4', CRM)), sized(1))).toEqual([[], ['p/4 lead']]);
		expect(await remove(items(row('1', CRM)), sized(1))).toEqual([['p/1'], []]);
	});

	it.each([0, -1, 1.5, 100_001, 'many', true])('of %j leads is refused', async (historySize) => {
		const parameters = { ...REPEATS, options: { historySize } } as INodeParameters;
		await expect(outputs(parameters, items(row('1', CRM)))).rejects.toThrow(
			'History Size is not a whole number from 1 to 100000',
		);
	});

	it.each(['2', null, ''])('%j is read as a number, and nothing as the default', async (size) => {
		const parameters = { ...REPEATS, options: { historySize: size } } as INodeParameters;
		expect(await outputs(parameters, items(row('1', CRM)))).toMatchObject([[{}], []]);
	});

	it('holds everything once, whatever comes twice', async () => {
		await remove(items(row('1', CRM, KIM)));
		await remove(items(row('2', CRM, KIM), row('3', ERP, KIM), row('4', ERP, KIM)));
		const { data } = [...store.rows.values()][0]!;
		// Four leads, two offers, one customer, and the marks of four hand-overs.
		expect([data.length, new Set(data).size]).toEqual([11, 11]);
	});

	it("is the node's own, or the workflow's", async () => {
		const shared = { options: { historyScope: 'workflow' } };
		await remove(items(row('1', CRM)));
		expect(await remove(items(row('1', CRM)), shared)).toEqual([['p/1'], []]);
		expect(await remove(items(row('1', CRM)), shared)).toEqual([[], ['p/1 lead']]);
		expect([...store.rows.keys()]).toEqual(['test-workflow n:node-0', 'test-workflow ']);
	});

	it('is cleared by the operation for it, which passes the items on', async () => {
		await remove(items(row('1', CRM)));
		const [passed] = await outputs({ operation: 'clearRepeats' }, items({ a: 1 }, { b: 2 }));
		expect(passed!.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ a: 1 }, { item: 0 }],
			[{ b: 2 }, { item: 1 }],
		]);
		expect(await remove(items(row('1', CRM)))).toEqual([['p/1'], []]);
	});

	it('that holds other values says what to do', async () => {
		store.rows.set('test-workflow n:node-0', { mode: 'latestDate', data: [] });
		await expect(remove(items(row('1', CRM)))).rejects.toMatchObject({
			message: "n8n's history of what was seen before cannot be used",
			description: expect.stringContaining('"History Scope" to "This Node"') as string,
		});
	});

	it('that is smaller than the input says so beside the output', async () => {
		const run = async (historySize: number) => {
			const parameters = { ...REPEATS, options: { historySize } };
			const input = items(row('1', CRM, KIM), row('2', CRM, { Email: 'sam@contoso.com' }));
			const { data } = await runNode({ type: new LeadSource(), parameters }, input);
			return Object.values(data.resultData.runData)[0]![0]!.hints ?? [];
		};
		expect(await run(2)).toEqual([]);
		expect(await run(1)).toMatchObject([
			{ message: expect.stringContaining('Make "History Size" larger') as string },
		]);
	});

	it('is not asked again when it may have been written', async () => {
		// The row is read, the digests are written, and then the connection breaks.
		store.faultsAfterWriting.push(new Error('Connection terminated'));
		await expect(remove(items(row('1', CRM)))).rejects.toThrow('history');
	});

	it('is tried again when it cannot be used for a moment', async () => {
		store.faults.push(new Error('SQLITE_BUSY'), new Error('SQLITE_BUSY'));
		expect(await remove(items(row('1', CRM)))).toEqual([['p/1'], []]);
	});
});

describe('executions at once', () => {
	const lead = () => items(row('1', CRM, KIM));

	it('in one process: exactly one finds the lead new', async () => {
		const all = await Promise.all(Array.from({ length: 20 }, async () => await remove(lead())));
		expect(all.filter(([fresh]) => fresh!.length === 1)).toHaveLength(1);
		expect(all.filter(([, seen]) => seen!.length === 1)).toHaveLength(19);
	});

	it('in one process: none is held up by one that ends badly', async () => {
		store.faults.push(new Error('gone'));
		const all = await Promise.allSettled([remove(lead()), remove(lead()), remove(lead())]);
		expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
	});

	it('in one process: all of different leads are remembered', async () => {
		const ids = Array.from({ length: 20 }, (_, index) => String(index));
		await Promise.all(ids.map(async (id) => await remove(items(row(id, CRM)))));
		const again = await Promise.all(ids.map(async (id) => await remove(items(row(id, CRM)))));
		expect(again.map(([fresh]) => fresh)).toEqual(ids.map(() => []));
	});

	/** The node in another process: nothing of its modules is shared. */
	function onAnotherWorker(): INodeType {
		let type: INodeType | undefined;
		jest.isolateModules(() => {
			const module = jest.requireActual<{ LeadSource: typeof LeadSource }>(
				'../../../nodes/LeadSource/LeadSource.node',
			);
			type = new module.LeadSource();
		});
		return type!;
	}

	it('on several workers: a lead may be new on each of them, but on one at least', async () => {
		await remove(items(row('0', CRM)));
		const workers = [onAnotherWorker(), onAnotherWorker(), onAnotherWorker()];
		const all = await Promise.all(workers.map(async (type) => await remove(lead(), {}, type)));
		const fresh = all.filter(([output]) => output!.length === 1);
		expect(fresh.length).toBeGreaterThanOrEqual(1);
		expect(await remove(lead())).toEqual([[], ['p/1 lead']]);
	});

	it('on several workers: what another has overwritten is noted again', async () => {
		await remove(items(row('0', CRM)));
		const mode = process.env.EXECUTIONS_MODE;
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			store.overwritten = 2;
			expect(await remove(lead())).toEqual([['p/1'], []]);
		} finally {
			if (mode === undefined) delete process.env.EXECUTIONS_MODE;
			else process.env.EXECUTIONS_MODE = mode;
		}
		expect(store.overwritten).toBe(0);
		expect(await remove(lead())).toEqual([[], ['p/1 lead']]);
	});

	it('on several workers, before there is a history: the one that loses asks again', async () => {
		const workers = [onAnotherWorker(), onAnotherWorker()];
		const all = await Promise.all(workers.map(async (type) => await remove(lead(), {}, type)));
		expect(all.filter(([fresh]) => fresh!.length === 1)).toHaveLength(1);
	});
});

/** A lead as a trigger hands it over, and with the time at which it did. */
async function handedOver(
	id: string,
	receivedAt: string,
	more: object = {},
	customer: object = KIM,
) {
	const [[lead]] = (await outputs({}, items(row(id, CRM, customer)))) as [[INodeExecutionData]];
	return { json: { ...lead.json, receivedAt, ...more } };
}

describe('a retry', () => {
	const retryOf = (id: string, own = 'retry'): RunExecution => ({
		id: own,
		mode: 'retry',
		retryOf: id,
	});
	const run = async (
		input: INodeExecutionData[],
		execution: RunExecution,
		more: INodeParameters = {},
	) => await remove(input, more, undefined, execution);

	it('of an execution finds new what was new in it, and a repeat what was one', async () => {
		const input = items(row('1', CRM, KIM), row('2', ERP, KIM), row('1', CRM, KIM));
		const verdict = [['p/1', 'p/2 customer'], ['p/1 lead']];
		expect(await run(input, { id: '1' })).toEqual(verdict);
		expect(await run(input, { id: '2' })).toEqual([[], ['p/1 lead', 'p/2 lead', 'p/1 lead']]);
		expect(await run(input, retryOf('1', '3'))).toEqual(verdict);
		expect(await run(input, retryOf('2', '4'))).toEqual([[], ['p/1 lead', 'p/2 lead', 'p/1 lead']]);
		expect(await run(input, retryOf('3', '5'))).toEqual(verdict);
		expect(await run(input, { id: '6' })).toEqual([[], ['p/1 lead', 'p/2 lead', 'p/1 lead']]);
	});

	it.each(['lead', 'customerAndOffer', 'customer'])(
		'keeps to the output it had by the same %s',
		async (compareBy) => {
			const parameters = { compareBy };
			await run(items(row('1', CRM, KIM)), { id: '1' }, parameters);
			for (const input of [items(row('2', CRM, KIM)), items(row('3', ERP, KIM))]) {
				const before = await run(input, { id: '2' }, parameters);
				expect(await run(input, retryOf('2'), parameters)).toEqual(before);
			}
		},
	);

	it('of a retry that ended before it came to this node is told by the time of the lead', async () => {
		const lead = await handedOver('1', '2026-03-01T00:00:00.000Z');
		const later = await handedOver('1', '2026-03-01T00:01:00.000Z');
		expect(await run([lead], { id: '1' })).toEqual([['p/1'], []]);
		expect(await run([later], { id: '2' })).toEqual([[], ['p/1 lead']]);
		expect(await run([lead], retryOf('of a retry', '5'))).toEqual([['p/1'], []]);
		expect(await run([later], retryOf('of another', '6'))).toEqual([[], ['p/1 lead']]);
	});

	it('counts a lead as new where nothing tells of what it is a retry', async () => {
		await run(items(row('1', CRM, KIM)), { id: '1' });
		expect(await run(items(row('1', CRM, KIM)), { id: '2', mode: 'retry' })).toEqual([['p/1'], []]);
		expect(await run(items(row('1', CRM, KIM)), { id: '3' })).toEqual([[], ['p/1 lead']]);
	});

	it('after the database broke off finds what was noted by itself', async () => {
		store.faultsAfterWriting.push(new Error('Connection terminated'));
		const input = items(row('1', CRM, KIM));
		await expect(run(input, { id: '1' })).rejects.toThrow('history');
		expect(await run(input, { id: '2' })).toEqual([[], ['p/1 lead']]);
		expect(await run(input, retryOf('1'))).toEqual([['p/1'], []]);
	});

	it('of the node alone, by "Retry On Fail", finds it too', async () => {
		store.faultsAfterWriting.push(new Error('Connection terminated'));
		const settings = { retryOnFail: true };
		const input = items(row('1', CRM, KIM));
		const found = await outputs(REPEATS, input, undefined, undefined, { id: '1' }, settings);
		expect(found).toMatchObject([[{ json: { repeat: { isRepeat: false, seen: '' } } }], []]);
	});

	it('is one of this node: another with the same history goes by what was seen', async () => {
		const shared = { options: { historyScope: 'workflow' } };
		const lead = items(row('1', CRM, KIM));
		const other = { id: 'another-node', name: 'Another' };
		const runOther = async (execution: RunExecution) =>
			await outputs({ ...REPEATS, ...shared }, lead, undefined, undefined, execution, other);
		await run(lead, { id: '1' }, shared);
		expect(await runOther({ id: '1' })).toMatchObject([[], [{}]]);
		expect(await runOther(retryOf('1'))).toMatchObject([[], [{}]]);
		expect(await run(lead, retryOf('1'), shared)).toEqual([['p/1'], []]);
	});
});

describe('a lead of acknowledged delivery', () => {
	const delivery = (attempt: number) => ({
		delivery: { attempt, firstHandedOverAt: '2026-03-01T00:00:00.000Z' },
	});

	it('is new each time it is handed over, until it is handled', async () => {
		const again = await handedOver('1', '2026-03-01T00:30:00.000Z', delivery(2));
		expect(await remove([await handedOver('1', '2026-03-01T00:00:00.000Z', delivery(1))])).toEqual([
			['p/1'],
			[],
		]);
		expect(await remove([again])).toEqual([['p/1'], []]);
		// The trigger has forgotten that it handed it over.
		const forgotten = { delivery: { attempt: 1, firstHandedOverAt: '2026-03-02T00:00:00.000Z' } };
		expect(await remove([await handedOver('1', '2026-03-02T00:00:00.000Z', forgotten)])).toEqual([
			['p/1'],
			[],
		]);
		const fetched = await handedOver('1', '2026-03-03T00:00:00.000Z');
		expect(await remove([fetched])).toEqual([[], ['p/1 lead']]);
	});

	it('that is a repeat of its customer stays one', async () => {
		const parameters = { compareBy: 'customer' };
		await remove([await handedOver('1', '2026-03-01T00:00:00.000Z', delivery(1))], parameters);
		for (const attempt of [1, 2, 3]) {
			const lead = await handedOver('2', '2026-03-01T01:00:00.000Z', delivery(attempt));
			expect(await remove([lead], parameters)).toEqual([[], ['p/2 customerAndOffer']]);
		}
	});

	it('twice in one execution is a repeat', async () => {
		const lead = await handedOver('1', '2026-03-01T00:00:00.000Z', delivery(2));
		expect(await remove([lead, lead])).toEqual([['p/1'], ['p/1 lead']]);
	});
});

describe('test runs', () => {
	const test: RunExecution = { id: 'test run', mode: 'manual' };
	const quiet = { options: { recordTestRuns: false } };
	const lead = () => items(row('1', CRM, KIM));

	it('are noted like any other', async () => {
		expect(await remove(lead(), {}, undefined, test)).toEqual([['p/1'], []]);
		expect(await remove(lead())).toEqual([[], ['p/1 lead']]);
	});

	it('leave the history alone where they are told to, and production does not', async () => {
		const twice = [...lead(), ...lead()];
		expect(await remove(twice, quiet, undefined, test)).toEqual([['p/1'], ['p/1 lead']]);
		expect(store.rows.size).toBe(0);
		expect(await remove(lead(), quiet)).toEqual([['p/1'], []]);
		expect(await remove(lead(), quiet)).toEqual([[], ['p/1 lead']]);
	});

	it('must be told in a way that means something', async () => {
		const parameters = { ...REPEATS, options: { recordTestRuns: 'perhaps' } };
		await expect(outputs(parameters, lead(), undefined, undefined, test)).rejects.toThrow(
			'Record Test Runs is neither true nor false',
		);
	});
});

describe('an item that holds no lead', () => {
	it('goes where nobody acts on it, and keeps no other from being noted', async () => {
		const input = items(row('1', CRM), { name: 'Someone' }, row('2', CRM));
		const found = await outputs(REPEATS, input, 'continueRegularOutput');
		expect(
			found.map((output) =>
				output.map(({ json, pairedItem }) => [json.id ?? json.error, pairedItem]),
			),
		).toEqual([
			[
				['p/1', { item: 0 }],
				['p/2', { item: 2 }],
			],
			[['The item holds no lead', { item: 1 }]],
		]);
	});

	it('and is a merged customer is told where to go', async () => {
		const [merged] = await outputs({ operation: 'mergeLeads' }, items(row('1', CRM, KIM)));
		await expect(outputs(REPEATS, merged!)).rejects.toMatchObject({
			message: 'The item holds no lead',
			description: expect.stringContaining('before Merge Leads') as string,
		});
	});

	it('leaves the leads unjudged when the history cannot be used', async () => {
		store.faults.push(new Error('gone'));
		const found = await outputs(
			REPEATS,
			items(row('1', CRM), row('2', CRM)),
			'continueRegularOutput',
		);
		expect(found).toMatchObject([
			[],
			[
				{ json: { error: expect.stringContaining('history') as string }, pairedItem: { item: 0 } },
				{ pairedItem: { item: 1 } },
			],
		]);
	});
});

it('as a tool of an agent gives every lead to its first output', async () => {
	await remove(items(row('1', CRM)));
	const type = new LeadSourceTool();
	const parameters = { ...REPEATS, readLeadFrom: 'item' };
	const found = await outputs(parameters, items(row('1', CRM)), undefined, type);
	expect(found).toMatchObject([[{ json: { repeat: { isRepeat: true, seen: 'lead' } } }]]);
});
