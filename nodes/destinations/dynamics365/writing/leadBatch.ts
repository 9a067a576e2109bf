import { DestinationError, type WriteResult } from '../../contract';
import type { HttpResponse } from '../../httpClient';
import { readBatch, writeBatch, type BatchRequest } from './batch';
import { changesOf, isMadeSince, leadUrl } from './existing';
import type { ColumnValues } from './mapping';
import type { OutgoingRecord } from './fields';
import { GUID, LEADS } from '../reading/page';
import { readBody, type WebApi } from '../connection/client';
import type { WritableColumns } from '../writableColumns';
import {
	askToWrite,
	deletedMeanwhile,
	explainWriteRefusal,
	isDuplicate,
	isMissing,
	isThere,
	notCarriedOut,
	oddBatchAnswer,
} from '../writeRefusal';

/** Milliseconds by which createdon, in whole seconds, may be before the clock of an answer. */
const CLOCK_SLACK = 3_000;
/** From this status on, a request may have been carried out all the same. */
const IN_DOUBT = 500;
/** Values of one condition: Dataverse takes 500, and an address in a batch 65,536 characters. */
const MOST_VALUES = 50;

/**
 * Times that batches are divided to find what spoils them: some ten leads can be found so. Where it is
 * none of the leads, each would be sent alone otherwise.
 */
const MOST_DIVISIONS = 64;

export interface WriteRules {
	/** Whether leads that are there are changed. */
	updateExisting: boolean;
	/** Whether the environment's duplicate detection rules are asked. */
	detectDuplicates: boolean;
	/** Name of the text column that keeps leads' ids; empty for none. */
	leadIdColumn: string;
}

/** A lead on its way, and what has become of it. */
export interface Task {
	readonly record: OutgoingRecord;
	/** Where the results of this lead, and of others that are this very one, belong. */
	readonly indexes: number[];
	/** leadid: of a lead that is there under another one than its own, that. */
	id: string;
	/** Since when it may have been made by a try whose answer was lost, by the service's clock. */
	doubtSince?: number;
	result?: WriteResult;
	/** What it was refused for, for the time being. */
	refusal?: DestinationError | undefined;
}

/** Writes batches of leads, in none of them two of the same id. */
export class LeadBatch {
	private divisionsLeft = MOST_DIVISIONS;

	constructor(
		private readonly api: WebApi,
		private readonly writable: WritableColumns,
		private readonly rules: WriteRules,
		private readonly signal: AbortSignal,
	) {}

	/** One try. @throws DestinationError of them all, or of the first that is worth another */
	async write(batch: readonly Task[]): Promise<void> {
		const open = batch.filter(
			({ result, refusal }) => !result && (!refusal || refusal.retryAfter !== undefined),
		);
		for (const task of open) task.refusal = undefined;
		const found = await this.findByLeadId(open);
		const taken = await this.create(open.filter((task) => !found.has(task)));
		await this.settle([...found, ...taken.there], taken.duplicates);
		const again = open.find(({ refusal }) => refusal?.retryAfter !== undefined)?.refusal;
		if (again) throw again;
	}

	/** The tasks whose leads the Lead ID Column finds; they get their ids. */
	private async findByLeadId(tasks: readonly Task[]): Promise<Set<Task>> {
		const { leadIdColumn: column } = this.rules;
		const found = new Set<Task>();
		if (column === '' || tasks.length === 0) return found;
		const byValue = new Map(tasks.map((task) => [String(task.record.values[column]), task]));
		const values = [...byValue.keys()];
		const requests: BatchRequest[] = [];
		for (let at = 0; at < values.length; at += MOST_VALUES) {
			const conditions = values
				.slice(at, at + MOST_VALUES)
				.map((value) => `${column} eq '${value.replaceAll("'", "''")}'`);
			const filter = encodeURIComponent(conditions.join(' or '));
			requests.push({
				method: 'GET',
				path: `${LEADS}?$select=leadid,${column}&$filter=${filter}&$orderby=createdon,leadid`,
			});
		}
		const answers = await this.exchange(requests);
		for (let at = 0; at < requests.length; at += 1) {
			const answer = answers[at];
			if (answer === undefined) throw notCarriedOut();
			if (answer.status !== 200) throw explainWriteRefusal(answer);
			for (const row of rowsOf(answer)) {
				const task = byValue.get(String(row[column]));
				const id = String(row['leadid']).toLowerCase();
				// Of several with the id, the first one is the lead.
				if (task === undefined || found.has(task) || !GUID.test(id)) continue;
				task.id = id;
				found.add(task);
			}
		}
		return found;
	}

	/** Makes leads, and tells for which there is one already. */
	private async create(
		tasks: readonly Task[],
	): Promise<{ there: Task[]; duplicates: Map<Task, DestinationError> }> {
		const there: Task[] = [];
		const duplicates = new Map<Task, DestinationError>();
		const rule: Record<string, string> = this.rules.detectDuplicates
			? { 'MSCRM.SuppressDuplicateDetection': 'false' }
			: {};
		const sentAt = this.api.serviceNow() - CLOCK_SLACK;
		const answered = new Set<Task>();
		try {
			await this.send(
				tasks,
				({ id, record }) => ({
					method: 'PATCH',
					path: leadPath(id),
					headers: { 'If-None-Match': '*', ...rule },
					body: JSON.stringify(record.values),
				}),
				(task, answer) => {
					if (answer.status < IN_DOUBT) answered.add(task);
					if (answer.status < 300) task.result = this.written('created', task);
					else if (isThere(answer)) there.push(task);
					else if (isDuplicate(answer)) duplicates.set(task, explainWriteRefusal(answer));
					else task.refusal = explainWriteRefusal(answer);
				},
			);
		} finally {
			for (const task of tasks) if (!answered.has(task)) task.doubtSince ??= sentAt;
		}
		return { there, duplicates };
	}

	/**
	 * Says of leads that are there what was done, and changes them where that is wanted. Of those that
	 * a rule takes for duplicates it has to be seen: the rule also finds the very lead.
	 */
	private async settle(
		there: readonly Task[],
		duplicates: ReadonlyMap<Task, DestinationError>,
	): Promise<void> {
		const { updateExisting } = this.rules;
		const looked = there.filter(({ doubtSince }) => updateExisting || doubtSince !== undefined);
		for (const task of there) {
			if (!looked.includes(task)) task.result = this.written('unchanged', task);
		}
		const changed = new Map<Task, ColumnValues>();
		await this.send(
			[...looked, ...duplicates.keys()],
			({ id, record }) => ({
				method: 'GET',
				path: `${leadPath(id)}?$select=${selected(record.values)}`,
			}),
			(task, answer) => {
				if (answer.status === 200) {
					const row = readBody(answer);
					const changes = updateExisting ? changesOf(task.record.values, row, this.writable) : {};
					const outcome = isMadeSince(task.doubtSince, row) ? 'created' : 'unchanged';
					if (Object.keys(changes).length > 0) changed.set(task, changes);
					else task.result = this.written(outcome, task);
				} else if (isMissing(answer)) {
					task.refusal = duplicates.get(task) ?? deletedMeanwhile();
				} else if (updateExisting || duplicates.has(task)) {
					task.refusal = duplicates.get(task) ?? explainWriteRefusal(answer);
				} else {
					// It is there, and only who made it can't be told.
					task.result = this.written('unchanged', task);
				}
			},
		);
		await this.send(
			[...changed.keys()],
			(task) => ({
				method: 'PATCH',
				path: leadPath(task.id),
				// Else one that is deleted meanwhile would be made anew, of nothing but the changes.
				headers: { 'If-Match': '*' },
				body: JSON.stringify(changed.get(task)),
			}),
			(task, answer) => {
				if (answer.status < 300) task.result = this.written('updated', task);
				else task.refusal = isMissing(answer) ? deletedMeanwhile() : explainWriteRefusal(answer);
			},
		);
	}

	/** Sends a request for each task, and again without the one that spoils the batch for all. */
	private async send(
		tasks: readonly Task[],
		request: (task: Task) => BatchRequest,
		answered: (task: Task, answer: HttpResponse) => void,
	): Promise<void> {
		if (tasks.length === 0) return;
		let answers: HttpResponse[];
		try {
			answers = await this.exchange(tasks.map(request));
		} catch (error) {
			if (!isOfOneRequest(error)) throw error;
			const [only] = tasks;
			if (tasks.length === 1 && only) {
				only.refusal = error;
				return;
			}
			if ((this.divisionsLeft -= 1) < 0) throw error;
			const middle = tasks.length >> 1;
			await this.send(tasks.slice(0, middle), request, answered);
			await this.send(tasks.slice(middle), request, answered);
			return;
		}
		tasks.forEach((task, at) => {
			const answer = answers[at];
			if (answer) answered(task, answer);
			else task.refusal = notCarriedOut();
		});
	}

	/** @throws DestinationError where the batch as a whole was not taken */
	private async exchange(requests: readonly BatchRequest[]): Promise<HttpResponse[]> {
		const { contentType, body } = writeBatch(requests);
		const answer = await askToWrite(this.api, {
			method: 'POST',
			path: '$batch',
			headers: { 'content-type': contentType, prefer: 'odata.continue-on-error' },
			body,
			signal: this.signal,
		});
		const answers = readBatch(answer);
		if (answers !== undefined) return answers;
		throw answer.status < 300 ? oddBatchAnswer(answer) : explainWriteRefusal(answer);
	}

	private written(outcome: 'created' | 'unchanged' | 'updated', { id }: Task): WriteResult {
		return { ok: true, written: { outcome, id, url: leadUrl(this.api.origin, id) } };
	}
}

function leadPath(id: string): string {
	return `${LEADS}(${id})`;
}

function selected(values: ColumnValues): string {
	return [...new Set(['createdon', 'statecode', ...Object.keys(values)])].join(',');
}

function rowsOf(answer: HttpResponse): Array<Record<string, unknown>> {
	const { value } = readBody(answer);
	if (!Array.isArray(value)) throw oddBatchAnswer(answer);
	return value.filter((row) => typeof row === 'object' && row !== null) as Array<
		Record<string, unknown>
	>;
}

/** Whether a batch was turned away for what one of its requests may be. */
function isOfOneRequest(error: unknown): error is DestinationError {
	return error instanceof DestinationError && /^4(00|13)$/.test(error.httpCode ?? '');
}
