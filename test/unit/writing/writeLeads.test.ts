import fc from 'fast-check';

import type { WriteResult } from '../../../nodes/destinations/contract';
import { DestinationError } from '../../../nodes/destinations/destinationError';
import type { TimeLimits } from '../../../nodes/destinations/timeLimits';
import { writeLeads } from '../../../nodes/writing/writeLeads';
import {
	lead,
	SimulatedWriter,
	throttled,
	type Behaviour,
	type Fault,
	type SampleContent,
} from './simulatedWriter';

jest.mock('node:timers/promises', () => ({
	setTimeout: async (_delay: number, value: unknown) => await Promise.resolve(value),
}));

const limits = (): TimeLimits => ({
	signal: new AbortController().signal,
	deadline: Number.POSITIVE_INFINITY,
});
const letters = (text: string): SampleContent[] => [...text].map((key) => ({ key }));
const numbered = (count: number): SampleContent[] =>
	Array.from({ length: count }, (_, at) => ({ key: `k${at}` }));
const write = async (writer: SimulatedWriter, contents: SampleContent[], given = limits()) =>
	await writeLeads(writer, contents.map(lead), given);
const outcomes = (results: readonly WriteResult[]) =>
	results.map((result) => (result.ok ? result.written.outcome : result.error.code));
const lost: Fault = { kind: 'lost' };
const failing = (code: 'notFound' | 'throttled' | 'unreachable'): Fault => ({
	kind: 'refused',
	details: { code, description: 'It is gone.' },
});

describe('writing leads', () => {
	it('asks nothing for no leads', async () => {
		const writer = new SimulatedWriter();
		expect(await write(writer, [])).toEqual([]);
		expect(writer.opened).toBe(0);
	});

	it('gives one result for each lead, in their order, with where to look at it', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 2 } });
		const results = await write(writer, letters('abc'));
		expect(results).toEqual(
			['a-0', 'b-1', 'c-2'].map((id) => ({
				ok: true,
				written: { outcome: 'created', id, url: `https://crm.example/${id}` },
			})),
		);
		expect(writer.sent).toEqual([['a', 'b'], ['c']]);
		expect(writer.opened).toBe(1);
	});

	it('sends the same lead once, and every version of a lead in its order', async () => {
		const writer = new SimulatedWriter({ looksUp: 'before' });
		const versions = ['1', '1', '2', '1'].map((value) => ({ key: 'a', value }));
		expect(outcomes(await write(writer, [...versions, { key: 'b' }]))).toEqual([
			'created',
			'unchanged',
			'updated',
			'updated',
			'created',
		]);
		expect(writer.values()).toEqual({ a: '1', b: '' });
		expect(writer.sent).toEqual([['a', 'b'], ['a'], ['a']]);
	});

	it('never sends two leads of one sequence at once', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 1, concurrency: 4 } });
		const contents = numbered(12).map((content, at) => ({ ...content, sequence: `s${at % 5}` }));
		await write(writer, contents);
		expect(writer.overlapped).toBe(false);
		expect(writer.mostRunning).toBe(4);
		expect(writer.records.map(({ key }) => key).sort()).toEqual(
			contents.map(({ key }) => key).sort(),
		);
	});

	it('looks up the leads of one sequence together, and sends them in their order', async () => {
		const writer = new SimulatedWriter({
			looksUp: 'before',
			limits: { maxRecords: 1, concurrency: 4, maxLookups: 10 },
		});
		await write(
			writer,
			numbered(25).map((content) => ({ ...content, sequence: 'one person' })),
		);
		expect(writer.lookups).toBe(3);
		expect(writer.overlapped).toBe(false);
		expect(writer.sent.flat()).toEqual(numbered(25).map(({ key }) => key));
	});

	it('looks up a later version of a lead once the one before it is there', async () => {
		const writer = new SimulatedWriter({ looksUp: 'before', limits: { maxRecords: 1 } });
		const versions = [
			{ key: 'a', value: '1' },
			{ key: 'a', value: '2' },
			{ key: 'b', value: '' },
		].map((content) => ({ ...content, sequence: 'one person' }));
		expect(outcomes(await write(writer, versions))).toEqual(['created', 'updated', 'created']);
		expect(writer.sent.flat()).toEqual(['a', 'a', 'b']);
	});

	it('says when it asks again for what may have arrived', async () => {
		const writer = new SimulatedWriter({ looksUp: 'before' });
		writer.faults = [lost];
		expect(outcomes(await write(writer, letters('ab')))).toEqual(['created', 'created']);
		expect(writer.askedAgain).toEqual([false, true]);
	});

	it('keeps groups apart, and what needs a batch of its own', async () => {
		const writer = new SimulatedWriter();
		const contents = [...'axbyc'].map((key) => ({ key, group: key < 'm' ? 'one' : 'two' }));
		await write(writer, contents);
		expect(writer.sent).toEqual([
			['a', 'b', 'c'],
			['x', 'y'],
		]);
	});

	describe('where batches take longer the more they hold', () => {
		const limits = { minRecords: 2, maxRecords: 5, concurrency: 4, sustainedConcurrency: 3 };

		it.each([
			[1, [1]],
			[3, [2, 1]],
			[8, [2, 2, 2, 2]],
			[9, [3, 3, 3]],
			[20, [5, 5, 5, 5]],
			[22, [5, 5, 5, 5, 2]],
		])('spreads %i leads over those that run at once', async (count, sizes) => {
			const writer = new SimulatedWriter({ limits });
			await write(writer, numbered(count));
			expect(writer.sent.map(({ length }) => length)).toEqual(sizes);
			expect(writer.mostRunning).toBe(count > 20 ? 3 : Math.min(sizes.length, 4));
		});

		it('sends fewer at once for long, however many are looked up together', async () => {
			const writer = new SimulatedWriter({
				looksUp: 'before',
				limits: { ...limits, maxLookups: 20 },
			});
			await write(writer, numbered(40));
			expect(writer.sent.map(({ length }) => length)).toEqual(Array<number>(8).fill(5));
			expect(writer.mostRunning).toBe(3);
			expect(writer.lookups).toBe(2);
		});
	});

	describe.each<[string, Behaviour]>([
		['looks up before', { looksUp: 'before' }],
		['looks up what conflicts', { looksUp: 'onConflict' }],
		[
			'looks up what conflicts, updates apart',
			{ looksUp: 'onConflict', limits: { separatesUpdates: true } },
		],
		['looks up before, updates apart', { looksUp: 'before', limits: { separatesUpdates: true } }],
	])('that are there, where the vendor %s', (_, behaviour) => {
		it('leaves the same ones, and updates changed ones', async () => {
			const writer = new SimulatedWriter(behaviour);
			await write(writer, letters('abc'));
			const before = writer.sent.length;
			const again = [{ key: 'a' }, { key: 'b', value: 'new' }, { key: 'c' }, { key: 'd' }];
			expect(outcomes(await write(writer, again))).toEqual([
				'unchanged',
				'updated',
				'unchanged',
				'created',
			]);
			expect(writer.values()).toEqual({ a: '', b: 'new', c: '', d: '' });
			expect(writer.sent.length - before).toBeLessThanOrEqual(3);
		});

		it.each<[string, Fault]>([
			['all was done', lost],
			['half was done', { kind: 'half' }],
			['nothing was done', throttled],
		])('makes no second record where no response came and %s', async (_name, fault) => {
			const writer = new SimulatedWriter(behaviour);
			writer.faults = [undefined, fault];
			const contents = numbered(25);
			expect(outcomes(await write(writer, contents))).toEqual(contents.map(() => 'created'));
			expect(Object.keys(writer.values()).sort()).toEqual(contents.map(({ key }) => key).sort());
		});
	});

	describe.each(['batch', 'named', 'record'] as const)(
		'where a bad lead spoils a %s',
		(rejects) => {
			it('writes all others of 500, and once', async () => {
				const writer = new SimulatedWriter({ rejects, limits: { maxRecords: 100 } });
				const contents: SampleContent[] = numbered(500);
				for (const at of [100, 250, 251, 417]) contents[at]!.isBad = true;
				const results = await write(writer, contents);
				const bad = results.flatMap((result, at) => (result.ok ? [] : [at]));
				expect(bad).toEqual([100, 250, 251, 417]);
				expect(Object.keys(writer.values())).toHaveLength(496);
				const most = { record: 5, named: 9, batch: 65 }[rejects];
				expect(writer.sent.length).toBeLessThanOrEqual(most);
			});
		},
	);

	it('does not send each alone where none of the leads is at fault', async () => {
		const writer = new SimulatedWriter({ rejects: 'batch', limits: { maxRecords: 200 } });
		const contents = numbered(1_000).map((content) => ({ ...content, isBad: true }));
		const results = await write(writer, contents);
		expect(results.every(({ ok }) => !ok)).toBe(true);
		expect(writer.sent.length).toBeLessThan(200);
	});

	it('sends nothing more where the destination is gone', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 2 } });
		writer.faults = [undefined, failing('notFound')];
		expect(outcomes(await write(writer, letters('abcdef')))).toEqual([
			'created',
			'created',
			...Array<string>(4).fill('notFound'),
		]);
		expect(writer.sent).toHaveLength(2);
	});

	it('goes on after single failures, and stops after three in a row', async () => {
		const few = { limits: { maxRecords: 1, maxFailures: 3 } };
		const single = new SimulatedWriter(few);
		single.faults = [failing('unreachable'), failing('unreachable'), undefined];
		single.faults.push(failing('unreachable'), failing('unreachable'));
		expect(
			outcomes(await write(single, letters('abcdef'))).filter((o) => o === 'created'),
		).toHaveLength(2);
		const gone = new SimulatedWriter(few);
		gone.faults = Array<Fault>(3).fill(failing('unreachable'));
		expect(outcomes(await write(gone, letters('abcdef')))).toEqual(
			Array<string>(6).fill('unreachable'),
		);
		expect(gone.sent).toHaveLength(3);
	});

	it('stops at once where the destination asks to wait longer than there is time', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 1, maxFailures: 3 } });
		writer.faults = [failing('throttled')];
		expect(outcomes(await write(writer, letters('abc')))).toEqual(
			Array<string>(3).fill('throttled'),
		);
		expect(writer.sent).toHaveLength(1);
	});

	it('says of a lead whose first attempt had no response that it may be there', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 1 } });
		writer.faults = [lost, failing('throttled')];
		const [first, second] = await write(writer, letters('ab'));
		expect(Object.keys(writer.values())).toEqual(['a']);
		expect(first).toMatchObject({
			error: {
				code: 'throttled',
				mayBeDone: true,
				description: expect.stringMatching(/may be there/),
			},
		});
		expect(second).toMatchObject({
			error: { code: 'throttled', mayBeDone: false, description: 'It is gone.' },
		});
	});

	it('says of leads that had no turn that the time was up, and keeps what was written', async () => {
		const controller = new AbortController();
		const writer = new SimulatedWriter({ limits: { maxRecords: 2 } });
		writer.onSend = (count) => {
			if (count === 2) controller.abort();
		};
		const given = { ...limits(), signal: controller.signal };
		const results = await write(writer, letters('abcdef'), given);
		expect(outcomes(results)).toEqual([...Array<string>(4).fill('created'), 'timeUp', 'timeUp']);
		expect(Object.keys(writer.values())).toEqual([...'abcd']);
	});

	it('takes what keeps the writer from opening for reading, of which nothing was written', async () => {
		const writer = new SimulatedWriter();
		writer.open = async () => {
			await null;
			throw new DestinationError('no response', {
				code: 'timeout',
				operation: 'write',
				description: 'Wait.',
			});
		};
		const [result] = await write(writer, letters('a'));
		expect(result).toMatchObject({
			ok: false,
			error: { code: 'timeout', operation: 'read', mayBeDone: false },
		});
	});

	it('says so where the time is up while the writer opens', async () => {
		const controller = new AbortController();
		const writer = new SimulatedWriter();
		writer.open = async () => {
			await null;
			controller.abort();
			throw new DestinationError('no response', { code: 'timeout', description: 'Wait.' });
		};
		const given = { ...limits(), signal: controller.signal };
		expect(outcomes(await write(writer, letters('ab'), given))).toEqual(['timeUp', 'timeUp']);
	});

	it('does not send again what is not taken, however often the others are', async () => {
		const writer = new SimulatedWriter();
		const send = writer.send.bind(writer);
		writer.send = async (batch) => {
			const results = await send(batch);
			// As a service does that stops at the first record it does not take.
			const stop = results.findIndex(({ status }) => status === 'failed');
			const error = new DestinationError('no turn', {
				code: 'throttled',
				description: 'Wait.',
				retryAfter: 0,
			});
			const late = results.splice(stop < 0 ? results.length : stop + 1);
			for (const { prepared } of batch.slice(results.length)) writer.forget(prepared.key);
			return [...results, ...late.map(() => ({ status: 'failed' as const, error }))];
		};
		const contents: SampleContent[] = letters('abcdef');
		contents[1]!.isBad = true;
		contents[3]!.isBad = true;
		expect(outcomes(await write(writer, contents))).toEqual([
			'created',
			'rejected',
			'created',
			'rejected',
			'created',
			'created',
		]);
		expect(writer.sent).toEqual([[...'abcdef'], [...'cdef'], [...'ef']]);
	});

	it('tells a fault of its own for the leads of that batch alone', async () => {
		const writer = new SimulatedWriter({ limits: { maxRecords: 1, maxFailures: 3 } });
		writer.onSend = (count) => {
			if (count === 2) throw new TypeError('secret');
		};
		const results = await write(writer, letters('abc'));
		expect(outcomes(results)).toEqual(['created', 'other', 'created']);
		expect(JSON.stringify(results)).not.toContain('secret');
	});

	it('confirms what the destination takes without a word', async () => {
		const writer = new SimulatedWriter({ confirms: true, limits: { maxRecords: 1 } });
		expect(outcomes(await write(writer, letters('abca')))).toEqual([
			'created',
			'created',
			'created',
			'unchanged',
		]);
		expect(Object.keys(writer.values())).toEqual([...'abc']);
	});

	it('confirms what is uncertain, and tells why where that fails', async () => {
		const writer = new SimulatedWriter({ confirms: true, limits: { maxRecords: 1 } });
		const error = new DestinationError('uncertain', { code: 'unreachable', description: 'Look.' });
		writer.send = async () => await Promise.resolve([{ status: 'pending', error }]);
		writer.confirm = async (leads) =>
			await Promise.resolve(
				leads.map(({ key }) =>
					key === 'b'
						? {
								status: 'failed',
								error: new DestinationError('none', { code: 'other', description: '' }),
							}
						: { status: 'created', id: key },
				),
			);
		const results = await write(writer, letters('ab'));
		expect(outcomes(results)).toEqual(['created', 'unreachable']);
		expect(results[1]).toEqual({ ok: false, error });
	});

	it('does not send what cannot be told to be there', async () => {
		const writer = new SimulatedWriter({ looksUp: 'before' });
		const error = new DestinationError('unknown', { code: 'other', description: 'Look.' });
		const find = writer.findExisting!;
		Object.assign(writer, {
			findExisting: async (...given: Parameters<typeof find>) =>
				(await find(...given)).map((found, at) => (at === 1 ? error : found)),
		});
		expect(outcomes(await write(writer, letters('abc')))).toEqual(['created', 'other', 'created']);
		expect(Object.keys(writer.values())).toEqual([...'ac']);
	});

	it('sends none where looking up fails', async () => {
		const writer = new SimulatedWriter({ looksUp: 'before' });
		const findExisting = async () => {
			await null;
			throw new DestinationError('denied', { code: 'permission', description: 'Allow it.' });
		};
		Object.assign(writer, { findExisting });
		expect(outcomes(await write(writer, letters('abc')))).toEqual(
			Array<string>(3).fill('permission'),
		);
		expect(writer.sent).toEqual([]);
	});

	it('holds whatever leads come, and whatever befalls the destination', async () => {
		const content = fc.record({
			key: fc.constantFrom(...'abcdefgh'),
			value: fc.constantFrom('', '1', '2'),
			isBad: fc.constantFrom(false, false, false, true),
		});
		const fault = fc.constantFrom<Fault | undefined>(undefined, undefined, throttled, lost, {
			kind: 'half',
		});
		const behaviour = fc.record({
			looksUp: fc.constantFrom('before' as const, 'onConflict' as const),
			rejects: fc.constantFrom('batch' as const, 'named' as const, 'record' as const),
			limits: fc.record({
				maxRecords: fc.integer({ min: 1, max: 5 }),
				concurrency: fc.integer({ min: 1, max: 3 }),
				separatesUpdates: fc.boolean(),
			}),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(content, { maxLength: 20 }),
				fc.array(content, { maxLength: 10 }),
				fc.array(fault, { maxLength: 3 }),
				behaviour,
				async (first, second, faults, given) => {
					const writer = new SimulatedWriter(given);
					for (const contents of [first, second]) {
						writer.faults = [...faults];
						const results = await write(writer, contents);
						expect(results).toHaveLength(contents.length);
						const values = writer.values();
						const lastGood = new Map<string, string>();
						contents.forEach(({ key, value, isBad }, at) => {
							const result = results[at]!;
							if (isBad) expect(result.ok).toBe(false);
							else if (result.ok) lastGood.set(key, value);
						});
						// Fewer faults than attempts: every good lead is written in the end.
						contents.forEach(({ isBad }, at) => expect(results[at]!.ok).toBe(!isBad));
						for (const [key, value] of lastGood) expect(values[key]).toBe(value);
					}
					expect(writer.overlapped).toBe(false);
				},
			),
			{ numRuns: 300 },
		);
	});
});
