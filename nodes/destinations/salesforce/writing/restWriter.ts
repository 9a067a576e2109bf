import {
	DestinationError,
	type DirectWriter,
	type WritableLead,
	type WriteResult,
} from '../../contract';
import { inTime, type TimeLimits } from '../../timeLimits';
import { keepsIds, readColumns, type LeadColumn, type LeadColumns } from '../metadata';
import { LeadLookUp, type StoredLead } from './existing';
import { readLead, removeLead } from './readBack';
import { changesOf, toRecord, type OutgoingRecord } from './restMapping';
import { HiddenField, oddAnswer } from '../errors';
import type { SalesforceSession } from '../connection/session';
import { explainRecord, explainWriteRefusal, type RecordRefusal } from '../errors/write';

/** Salesforce's own limit for a call. */
const MOST_RECORDS = 200;
/** Characters of a call's records: a few megabytes of notes take Salesforce longer than a minute. */
const MOST_CHARACTERS = 2_000_000;

/**
 * Web-to-Lead is not stopped by duplicate rules that only alert, so neither is this; one that blocks
 * blocks both.
 */
const DUPLICATES = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };

/** Salesforce runs lead assignment rules for what is created and what is updated unless told otherwise. */
const ASSIGNMENT = 'Sforce-Auto-Assign';

export interface RestWriterOptions {
	/**
	 * API name of a unique External ID field, which then keeps the lead's id: no lead is made twice,
	 * whoever writes at the same time. Empty for none: leads that are there are told by what they say.
	 */
	externalIdField: string;
	/**
	 * Whether the organisation's active assignment rule gives leads that are created their owner.
	 * It never runs for those that are updated: it would take them from whoever works on them.
	 */
	runAssignmentRules: boolean;
}

/** A lead on its way, and what has become of it. */
interface Task {
	readonly record: OutgoingRecord;
	/** Where the results of this lead, and of others that are this very one, belong. */
	readonly indexes: number[];
	/** What was there before, as it was looked up last. */
	stored?: StoredLead | undefined;
	/** Whether it was sent for making anew, so that what is found afterwards is ours. */
	made: boolean;
	result?: WriteResult;
	/** What the record was refused for, for the time being. */
	refusal?: DestinationError | undefined;
}

/** Writes leads by the REST API, up to 200 in a call. */
export class RestWriter implements DirectWriter {
	readonly #session: SalesforceSession;
	readonly #options: RestWriterOptions;
	/** Names of fields that were written beside the usual ones. */
	readonly #additional = new Set<string>();
	#columns: LeadColumns | undefined;

	constructor(session: SalesforceSession, options: RestWriterOptions) {
		this.#session = session;
		this.#options = options;
	}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		if (leads.length === 0) return results;
		const refuse = (index: number, refusal: DestinationError) => {
			results[index] ??= { ok: false, error: refusal };
		};
		try {
			this.#columns ??= await inTime(
				async () => await readColumns(this.#session, limits.signal),
				limits,
			);
			const batches = this.#prepare(leads, this.#columns, refuse);
			const lookUp = new LeadLookUp(this.#session, this.#columns, this.#externalId(this.#columns));
			for (const batch of batches) {
				try {
					await inTime(async () => {
						await this.#write(batch, lookUp, limits.signal);
					}, limits);
				} catch (error) {
					// Of single records it may be, whose turn at retrying has ended; then the rest goes on.
					if (!batch.some(({ refusal }) => refusal === error)) throw error;
				} finally {
					for (const task of batch) settle(results, task);
				}
			}
		} catch (error) {
			if (!(error instanceof DestinationError)) throw error;
			leads.forEach((_, index) => {
				refuse(index, error);
			});
		}
		return results;
	}

	async readBack(id: string, limits: TimeLimits) {
		return await readLead(this.#session, id, [...this.#additional], limits);
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		await removeLead(this.#session, id, limits);
	}

	/** @throws DestinationError for a field that is no External ID of leads */
	#externalId(columns: LeadColumns): LeadColumn | undefined {
		const name = this.#options.externalIdField.trim();
		if (name === '') return undefined;
		const column = columns.get(name.toLowerCase());
		if (column && keepsIds(column)) return column;
		throw new DestinationError('The field for the lead’s id is no External ID that leads have', {
			description:
				'In Setup, Object Manager, Lead, make a Text field of length 255, Unique and External ID, give the user Edit Access to it, and name it as in Marketplace_Lead_Id__c.',
			code: 'configuration',
		});
	}

	/** The leads in batches, in none of them two of the same key. */
	#prepare(
		leads: readonly WritableLead[],
		columns: LeadColumns,
		refuse: (index: number, refusal: DestinationError) => void,
	): Task[][] {
		const externalId = this.#externalId(columns);
		const same = new Map<string, Task>();
		const batches: Array<{ tasks: Task[]; keys: Set<string>; room: number }> = [];
		leads.forEach((lead, index) => {
			let record: OutgoingRecord;
			try {
				record = toRecord(lead, columns, externalId);
			} catch (error) {
				if (!(error instanceof DestinationError)) throw error;
				refuse(index, error);
				return;
			}
			for (const name of Object.keys(lead.additional)) this.#additional.add(name);
			const content = JSON.stringify([record.key, Object.entries(record.values).sort()]);
			const twin = same.get(content);
			if (twin) {
				twin.indexes.push(index);
				return;
			}
			const task: Task = { record, indexes: [index], made: false };
			same.set(content, task);
			const last = batches.at(-1);
			const isFull =
				!last ||
				last.tasks.length >= MOST_RECORDS ||
				last.room < content.length ||
				last.keys.has(record.key);
			const batch = isFull ? { tasks: [], keys: new Set<string>(), room: MOST_CHARACTERS } : last;
			if (isFull) batches.push(batch);
			batch.tasks.push(task);
			batch.keys.add(record.key);
			batch.room -= content.length;
		});
		return batches.map(({ tasks }) => tasks);
	}

	/** One try. @throws DestinationError of them all, or of the first that is worth another */
	async #write(batch: readonly Task[], lookUp: LeadLookUp, signal: AbortSignal): Promise<void> {
		const open = batch.filter(({ result }) => !result);
		// Each time, because an answer that did not come says nothing of what was written.
		const found = await lookUp.find(
			open.map(({ record }) => record),
			signal,
		);
		open.forEach((task, at) => {
			task.stored = found[at];
			task.refusal = undefined;
			if (task.stored && this.#isDone(task, task.stored, lookUp)) {
				const { id } = task.stored;
				task.result = this.#written(task.made ? 'created' : 'unchanged', id);
			}
		});
		const left = open.filter(({ result }) => !result);
		for (const tasks of this.#calls(left)) await this.#save(tasks, lookUp, signal);
		const again = open.find(({ refusal }) => refusal?.retryAfter !== undefined)?.refusal;
		if (again) throw again;
	}

	/** The records by what a header says for a whole call: one call where it says the same of all. */
	#calls(tasks: readonly Task[]): Task[][] {
		const groups = this.#options.runAssignmentRules
			? [tasks.filter(({ stored }) => !stored), tasks.filter(({ stored }) => stored)]
			: [[...tasks]];
		return groups.filter(({ length }) => length > 0);
	}

	#isDone({ record }: Task, stored: StoredLead, lookUp: LeadLookUp): boolean {
		if (this.#options.externalIdField.trim() === '') return true;
		// Nothing can change a converted lead, and it needn't be.
		return stored.isConverted || lookUp.holds(stored, changesOf(record));
	}

	/** Sends the records, and without the one that spoils it for all where there is such a one. */
	async #save(tasks: readonly Task[], lookUp: LeadLookUp, signal: AbortSignal): Promise<void> {
		try {
			await this.#send(tasks, lookUp, signal);
		} catch (error) {
			if (!isOfOneRecord(error)) throw error;
			const [only] = tasks;
			if (tasks.length === 1 && only) {
				only.refusal = error;
				return;
			}
			const middle = tasks.length >> 1;
			await this.#save(tasks.slice(0, middle), lookUp, signal);
			await this.#save(tasks.slice(middle), lookUp, signal);
		}
	}

	async #send(tasks: readonly Task[], lookUp: LeadLookUp, signal: AbortSignal): Promise<void> {
		const externalId = this.#externalId(this.#columns ?? new Map());
		for (const task of tasks) task.made ||= !task.stored;
		// An upsert would run the rules on a lead that somebody else has made since the look-up. A
		// creation is refused then, because the External ID is unique, and the next try updates the lead.
		const runsRules = this.#options.runAssignmentRules && tasks.every(({ stored }) => !stored);
		const upserts = externalId && !runsRules;
		const { body, raw } = await this.#session.send(
			{
				method: upserts ? 'PATCH' : 'POST',
				path: `/composite/sobjects${upserts ? `/Lead/${externalId.name}` : ''}`,
				headers: { ...DUPLICATES, [ASSIGNMENT]: runsRules ? 'TRUE' : 'FALSE' },
				body: {
					allOrNone: false,
					records: tasks.map(({ record, stored }) => ({
						attributes: { type: 'Lead' },
						...(stored ? changesOf(record) : record.values),
					})),
				},
				explain: explainWriteRefusal,
			},
			signal,
		);
		if (!Array.isArray(body) || body.length !== tasks.length) throw oddAnswer(raw);
		const answers = body.map(readAnswer);
		tasks.forEach((task, at) => {
			const answer = answers[at];
			if (!answer) throw oddAnswer(raw);
			if (answer.refused) {
				task.refusal = explainRecord(answer.refused);
				task.made = false;
				return;
			}
			lookUp.claim(answer.id, task.record);
			task.result = this.#written(answer.created ? 'created' : 'updated', answer.id);
		});
	}

	#written(outcome: 'created' | 'unchanged' | 'updated', id: string): WriteResult {
		return { ok: true, written: { outcome, id, url: this.#session.leadUrl(id) } };
	}
}

/** Gives the results of a batch, those of its twins too. */
function settle(results: WriteResult[], { indexes, result, refusal }: Task): void {
	const settled = result ?? (refusal ? { ok: false as const, error: refusal } : undefined);
	if (!settled) return;
	indexes.forEach((index, at) => {
		results[index] =
			at > 0 && settled.ok
				? { ok: true, written: { ...settled.written, outcome: 'unchanged' } }
				: settled;
	});
}

/** Whether a call was refused for what a single record holds: its names, its types. */
function isOfOneRecord(error: unknown): error is DestinationError {
	if (!(error instanceof DestinationError) || error.httpCode !== '400') return false;
	return error instanceof HiddenField || error.code === 'other';
}

interface SaveAnswer {
	id: string;
	created: boolean;
	refused?: RecordRefusal;
}

/** `undefined` for what is no result of a record. */
function readAnswer(answer: unknown): SaveAnswer | undefined {
	if (typeof answer !== 'object' || answer === null) return undefined;
	const { success, id, created, errors } = answer as Partial<Record<string, unknown>>;
	if (success === true && typeof id === 'string' && /^\w{15,18}$/.test(id)) {
		return { id, created: created !== false };
	}
	if (success !== false) return undefined;
	const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
	const refused: RecordRefusal = typeof first === 'object' && first !== null ? first : {};
	return { id: '', created: false, refused };
}
