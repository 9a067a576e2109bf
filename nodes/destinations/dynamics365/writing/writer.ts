import type { JsonValue } from '../../../lead';
import { configurationError } from '../../addresses';
import {
	DestinationError,
	type DirectWriter,
	type WritableLead,
	type WriteResult,
} from '../../contract';
import { atMost, inTime, timeIsUp, type TimeLimits } from '../../timeLimits';
import { withoutOptOut, type Columns } from '../properties';
import { LeadBatch, type Task, type WriteRules } from './leadBatch';
import type { WritingColumns } from './mapping';
import { readAllChoices } from '../metadata';
import { toOutgoing } from './fields';
import { GUID, LEADS } from '../reading/page';
import { FORMATTED_VALUE, toRecord } from '../reading/record';
import { MissingColumnError } from '../errors';
import { readBody, type WebApi, type WebApiCall } from '../connection/client';
import { readWritableColumns, type WritableColumn } from '../writableColumns';
import { askToWrite, explainWriteRefusal, isMissing } from '../writeRefusal';

/**
 * How leads are packed. Dataverse carries out a batch's requests one after the other, a tenth of a
 * second each and more with plug-ins, and has two minutes for it, so Microsoft advises batches of about
 * ten and more of them at once (https://learn.microsoft.com/power-apps/developer/data-platform/api-limits#avoid-large-batches).
 * Batches of ten alone would make ten times the requests: 2,000 for 20,000 leads, of the 6,000 that an
 * application has in five minutes for all workflows. So leads are first spread over the batches that
 * may run at once, and batches grow only then. 1,000 leads at 100 ms: 10 s, by batches of 100, four at
 * once, 30 s; by batches of ten, ten at once, 10 s and 100 requests instead of 10.
 */
const LEAST_REQUESTS = 10;
/** Of the 1,000 that Dataverse takes: more would come near the two minutes where plug-ins take long. */
const MOST_REQUESTS = 100;
/** Characters of a batch's records. */
const MOST_CHARACTERS = 2_000_000;
/** Of the 52 requests that an application may have running: five executions at once stay below. */
const MOST_AT_ONCE = 10;
/**
 * Where there are more batches than that. Execution time is limited to 20 minutes in five: four at once
 * is what goes on for ever, and leaves the poll triggers of the same application their turn.
 */
const AT_ONCE_FOR_LONG = 4;

/** With these the next batch would fare no better, and asking on only lengthens the wait. */
const ENDS_ALL: ReadonlySet<string> = new Set(['throttled', 'unreachable']);

/** Writes leads by the Web API, in batches without change sets. */
export class DynamicsWriter implements DirectWriter {
	/** Names of columns that were written beside the usual ones. */
	readonly #additional = new Set<string>();
	#columns: WritingColumns | undefined;

	constructor(
		private readonly api: WebApi,
		private readonly chosen: Columns,
		private readonly rules: WriteRules,
	) {}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		if (leads.length === 0) return results;
		const refuse = (index: number, refusal: DestinationError) => {
			results[index] ??= { ok: false, error: refusal };
		};
		try {
			const columns = (this.#columns ??= await this.#readColumns(limits));
			const tasks = this.#prepare(leads, columns, refuse);
			const writer = new LeadBatch(this.api, columns.writable, this.rules, limits.signal);
			const atOnce = Math.min(MOST_AT_ONCE, this.api.advisedAtOnce ?? MOST_AT_ONCE);
			for (const batches of rounds(tasks, atOnce)) {
				const most = batches.length > atOnce ? Math.min(AT_ONCE_FOR_LONG, atOnce) : atOnce;
				await writeAll(batches, most, writer, limits, results);
			}
		} catch (error) {
			if (!(error instanceof DestinationError)) throw error;
			leads.forEach((_, index) => {
				refuse(index, error);
			});
		}
		return results;
	}

	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		const additional = [...new Set([...this.chosen.additional, ...this.#additional])];
		for (let columns = this.chosen; ;) {
			const select = [...new Set([...columns.select, ...additional])];
			try {
				const answer = await this.#ask(
					{
						path: `${LEADS}(${id})?$select=${select.join(',')}`,
						headers: { prefer: `odata.include-annotations="${FORMATTED_VALUE}"` },
					},
					id,
					limits,
				);
				return answer && toRecord(readBody(answer), { ...columns, additional });
			} catch (error) {
				const isMissing = error instanceof MissingColumnError && !additional.includes(error.column);
				const others = isMissing ? withoutOptOut(columns, error.column) : undefined;
				if (others === undefined) throw error;
				columns = others;
			}
		}
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		await this.#ask({ method: 'DELETE', path: `${LEADS}(${id})` }, id, limits);
	}

	/** The answer about one lead; `undefined` where it is not there. @throws DestinationError */
	async #ask(request: Omit<WebApiCall, 'signal'>, id: string, limits: TimeLimits) {
		if (!GUID.test(id)) return undefined;
		return await inTime(async () => {
			const answer = await askToWrite(this.api, { ...request, signal: limits.signal });
			if (isMissing(answer)) return undefined;
			if (answer.status >= 300) throw explainWriteRefusal(answer);
			return answer;
		}, limits);
	}

	async #readColumns(limits: TimeLimits): Promise<WritingColumns> {
		const isLate = timeIsUp(limits);
		if (isLate) throw isLate;
		try {
			const writable = await readWritableColumns(this.api, limits);
			const chosen = [this.chosen.leadSource, ...this.chosen.parts.values()];
			const hasChoices = chosen.some((name) => writable.get(name)?.kind === 'choice');
			const choices = hasChoices ? await readAllChoices(this.api, limits) : new Map<string, []>();
			return { chosen: this.chosen, writable, choices };
		} catch (error) {
			// Nothing was written yet, however the time came to its end.
			throw (limits.signal.aborted && timeIsUp(limits)) || inWords(error, limits);
		}
	}

	/** The leads as tasks; those that follow one another and are the same in all are one. */
	#prepare(
		leads: readonly WritableLead[],
		columns: WritingColumns,
		refuse: (index: number, refusal: DestinationError) => void,
	): Task[] {
		const idColumn = this.#leadIdColumn(columns);
		const tasks: Task[] = [];
		// By leadid. Of versions that come by turns each counts, so only the last one is compared with.
		const latest = new Map<string, { task: Task; content: string }>();
		leads.forEach((lead, index) => {
			try {
				const record = toOutgoing(lead, columns, idColumn);
				// Changed leads are another matter only where they may change what is there.
				const content = this.rules.updateExisting
					? JSON.stringify(Object.entries(record.values).sort())
					: '';
				const last = latest.get(record.id);
				if (last?.content === content) {
					last.task.indexes.push(index);
				} else {
					const task = { record, indexes: [index], id: record.id };
					tasks.push(task);
					latest.set(record.id, { task, content });
				}
				for (const name of Object.keys(lead.additional)) {
					this.#additional.add(name.trim().toLowerCase());
				}
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				refuse(index, error);
			}
		});
		return tasks;
	}

	/** @throws DestinationError for a column that can't keep an id */
	#leadIdColumn({ writable }: WritingColumns): WritableColumn | undefined {
		const { leadIdColumn: name } = this.rules;
		if (name === '') return undefined;
		const column = writable.get(name);
		if (column?.kind === 'text') return column;
		throw configurationError(
			`The table Lead has no text column "${name}" that can be written`,
			'Choose another one as Lead ID Column: a single line of text, best a key of the table.',
		);
	}
}

/**
 * Batches that may be written at once. Versions of one lead come in different rounds, in their order:
 * the last one is what is there in the end.
 */
function rounds(tasks: readonly Task[], atOnce: number): Task[][][] {
	const spread = Math.ceil(tasks.length / atOnce);
	const most = Math.min(Math.max(spread, LEAST_REQUESTS), MOST_REQUESTS);
	const all: Task[][][] = [];
	const room: number[] = [];
	const rounds = new Map<string, number>();
	for (const task of tasks) {
		const at = rounds.get(task.record.id) ?? 0;
		rounds.set(task.record.id, at + 1);
		const batches = (all[at] ??= []);
		const length = JSON.stringify(task.record.values).length;
		let batch = batches.at(-1);
		if (!batch || batch.length >= most || (room[at] ?? 0) < length) {
			batch = [];
			batches.push(batch);
			room[at] = MOST_CHARACTERS;
		}
		batch.push(task);
		room[at] = (room[at] ?? 0) - length;
	}
	return all;
}

/** @throws DestinationError that ends them all; what was written before stands in the results */
async function writeAll(
	batches: readonly Task[][],
	atOnce: number,
	writer: LeadBatch,
	limits: TimeLimits,
	results: WriteResult[],
): Promise<void> {
	let end: DestinationError | undefined;
	await atMost(atOnce, batches, async (batch) => {
		if (end) return;
		try {
			await inTime(async () => {
				await writer.write(batch);
			}, limits);
		} catch (error) {
			if (!(error instanceof DestinationError)) throw error;
			// Of single leads it may be, whose turn at retrying has ended; then the rest goes on.
			const isOfOne = batch.some(({ refusal }) => refusal === error);
			if (!isOfOne || ENDS_ALL.has(error.code)) end ??= error;
		} finally {
			for (const task of batch) settle(results, task);
		}
	});
	if (end) throw end;
}

/** Gives the results of a task, those of its twins too. */
function settle(results: WriteResult[], { indexes, result, refusal }: Task): void {
	const settled = result ?? (refusal && { ok: false as const, error: refusal });
	if (!settled) return;
	indexes.forEach((index, at) => {
		results[index] =
			at > 0 && settled.ok
				? { ok: true, written: { ...settled.written, outcome: 'unchanged' } }
				: settled;
	});
}

/** The time can also be up between two tries, which the signal says in its own way. */
function inWords(error: unknown, limits: TimeLimits): unknown {
	return error instanceof DestinationError ? error : (timeIsUp(limits) ?? error);
}
