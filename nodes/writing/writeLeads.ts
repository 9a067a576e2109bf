/** The engine that every destination is written by. A vendor brings a `LeadWriter`. */
import type {
	ExistingRecord,
	WritableLead,
	LeadWriter,
	PreparedLead,
	SendResult,
	WriteResult,
	WrittenLead,
} from '../destinations/contract';
import { DestinationError } from '../destinations/destinationError';
import { toChunks } from '../destinations/packing';
import { atMost, inTime, retried, timeIsUp, type TimeLimits } from '../destinations/timeLimits';
import { concurrencyFor, toBatches, toLookupRounds, toRounds } from './batches';
import { CircuitBreaker } from './circuitBreaker';

/**
 * Times that batches are halved to find the lead that they are rejected for: some ten such leads can
 * be found. Where it is none of the leads, each would be sent alone otherwise.
 */
const MAX_SPLITS = 64;
/** Times that records are looked at which were there a moment ago and are gone now. */
const MAX_CONFLICTS = 5;

/** A lead on its way. */
interface Task<Prepared, Existing> {
	readonly prepared: Prepared;
	/** Its places among the leads; those after the first are of leads that are this very one. */
	readonly indexes: number[];
	/** The record to update. */
	existing: Existing | undefined;
	/** When an attempt was sent that may have been carried out, epoch milliseconds. */
	uncertainSince: number | undefined;
	/** What the last attempt failed for. */
	error: DestinationError | undefined;
	isPending: boolean;
	result: WriteResult | undefined;
}

/**
 * Writes the leads: one result for each, in their order. The same lead written twice makes one
 * record. What fails for one lead stops no other; what fails for them all (a sign-in, an address) is
 * the result of each that was not written before. Never throws for what a destination does.
 */
export async function writeLeads<Prepared extends PreparedLead, Existing extends ExistingRecord>(
	writer: LeadWriter<Prepared, Existing>,
	leads: readonly WritableLead[],
	limits: TimeLimits,
): Promise<WriteResult[]> {
	if (leads.length === 0) return [];
	return await new Writing(writer, limits).write(leads);
}

class Writing<Prepared extends PreparedLead, Existing extends ExistingRecord> {
	private readonly breaker: CircuitBreaker;
	private splitsLeft = MAX_SPLITS;

	constructor(
		private readonly writer: LeadWriter<Prepared, Existing>,
		private readonly limits: TimeLimits,
	) {
		this.breaker = new CircuitBreaker(writer.limits.maxFailures ?? 1);
	}

	async write(leads: readonly WritableLead[]): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		try {
			const isLate = timeIsUp(this.limits);
			if (isLate) throw isLate;
			await this.writer.open?.(this.limits);
		} catch (thrown) {
			// Nothing was written yet, however the time came to its end.
			const isLate = this.limits.signal.aborted ? timeIsUp(this.limits) : undefined;
			const error = isLate ?? ofReading(this.explain(thrown));
			return leads.map(() => ({ ok: false, error }));
		}
		const tasks = this.prepare(leads, results);
		const looksUp = this.writer.findExisting !== undefined;
		for (const round of looksUp ? toLookupRounds(tasks) : toRounds(tasks)) {
			const { maxLookups, maxRecords } = this.writer.limits;
			const concurrency = concurrencyFor(round.length, this.writer.limits);
			for (const chunk of toChunks(round, looksUp ? (maxLookups ?? maxRecords) : round.length)) {
				await this.lookUp(chunk);
				for (const turn of toRounds(chunk)) {
					const batches = toBatches(turn.filter(isOpen), this.writer.limits);
					await atMost(concurrency, batches, async (batch) => {
						await this.writeBatch(batch);
					});
				}
			}
			await this.confirm(round);
		}
		for (const task of tasks) settle(task, results);
		return results;
	}

	/** Leads that follow one another and are the same in all are one task. */
	private prepare(
		leads: readonly WritableLead[],
		results: WriteResult[],
	): Array<Task<Prepared, Existing>> {
		const tasks: Array<Task<Prepared, Existing>> = [];
		// Of versions that come by turns each counts, so only the last one is compared with.
		const latest = new Map<string, Task<Prepared, Existing>>();
		leads.forEach((lead, index) => {
			try {
				const prepared = this.writer.prepare(lead);
				const last = latest.get(prepared.key);
				if (last?.prepared.content === prepared.content) {
					last.indexes.push(index);
					return;
				}
				const task: Task<Prepared, Existing> = {
					prepared,
					indexes: [index],
					existing: undefined,
					uncertainSince: undefined,
					error: undefined,
					isPending: false,
					result: undefined,
				};
				latest.set(prepared.key, task);
				tasks.push(task);
			} catch (thrown) {
				results[index] = { ok: false, error: this.explain(thrown) };
			}
		});
		return tasks;
	}

	/** Finds what is there already. What fails is the result of each of the leads. */
	private async lookUp(tasks: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		if (!this.writer.findExisting) return;
		try {
			await inTime(async () => {
				this.throwIfStopped();
				await this.find('findExisting', tasks);
			}, this.limits);
		} catch (thrown) {
			const error = this.explain(thrown);
			this.breaker.trip(error);
			for (const task of tasks.filter(isOpen)) task.result = { ok: false, error };
		}
	}

	/** Gives the tasks the records that are there, and those that need no more their result. */
	private async find(
		how: 'findConflicting' | 'findExisting',
		tasks: ReadonlyArray<Task<Prepared, Existing>>,
		isAgain = false,
	): Promise<void> {
		const leads = tasks.map(({ prepared }) => prepared);
		const found =
			how === 'findExisting'
				? await this.writer.findExisting?.(leads, this.limits, isAgain)
				: await this.writer.findConflicting?.(leads, this.limits);
		tasks.forEach((task, at) => {
			const existing = found?.[at];
			if (existing instanceof DestinationError) {
				// Sent without knowing, it might be there twice.
				task.result = { ok: false, error: existing };
				return;
			}
			task.existing = existing;
			if (existing?.isSame) this.written(task, outcomeOf(existing, task), existing.id);
		});
	}

	/** Gives every task of the batch its result, or leaves it pending. */
	private async writeBatch(batch: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		let isAgain = false;
		try {
			await retried(async () => {
				this.throwIfStopped();
				// What is not taken at one attempt is not taken at the next, and can keep others from their turn.
				const open = batch.filter(
					(task) => isOpen(task) && (!task.error || task.error.retryAfter !== undefined),
				);
				const uncertain = open.filter(({ uncertainSince }) => uncertainSince !== undefined);
				for (const task of open) task.error = undefined;
				if (isAgain && uncertain.length > 0 && this.writer.findExisting) {
					await this.find('findExisting', uncertain, true);
				}
				isAgain = true;
				await this.sendAll(open.filter(isOpen));
				const toRetry = open.find((task) => isOpen(task) && task.error?.retryAfter !== undefined);
				if (toRetry?.error) throw toRetry.error;
			}, this.limits);
			this.breaker.succeeded();
		} catch (thrown) {
			const error = this.explain(thrown);
			// Of a single record it may be, whose turn at retrying has ended; then the rest goes on.
			const isOfOne = batch.some((task) => task.error === thrown);
			if (!isOfOne || error.code === 'throttled') this.breaker.failed(error);
			for (const task of batch.filter(isOpen)) task.error ??= error;
		}
		for (const task of batch) {
			// Of one that is pending it is what to tell where it is not confirmed.
			if (isOpen(task) && task.error) task.result = { ok: false, error: task.error };
		}
	}

	private async sendAll(tasks: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		if (!this.writer.limits.separatesUpdates) {
			await this.sendAndResolve(tasks);
			return;
		}
		await this.sendAndResolve(tasks.filter(({ existing }) => !existing));
		await this.sendAndResolve(tasks.filter((task) => isOpen(task) && !task.error && task.existing));
	}

	/** Sends the tasks, and settles those whose record turns out to be there already. */
	private async sendAndResolve(tasks: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		let left = tasks;
		for (let conflicts = 0; left.length > 0; conflicts += 1) {
			const there = await this.send(left);
			if (there.size === 0) return;
			await this.find('findConflicting', [...there.keys()]);
			const found = [...there.keys()].filter((task) => isOpen(task) && !task.error);
			const [gone, changed] = [[] as typeof found, [] as typeof found];
			for (const task of found) (task.existing ? changed : gone).push(task);
			if (changed.length > 0) await this.sendUpdates(changed);
			// One that a rule took for a duplicate is no record of this lead's: sending it again is no use.
			left = gone.filter((task) => {
				task.error = there.get(task);
				return task.error === undefined;
			});
			if (conflicts >= MAX_CONFLICTS) for (const task of left) task.error = deletedMeanwhile();
			left = left.filter(({ error }) => error === undefined);
		}
	}

	private async sendUpdates(tasks: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		const there = await this.send(tasks);
		// Of a record that was found a moment ago this says that it has been changed or deleted since.
		for (const [task, error] of there) task.error = error ?? deletedMeanwhile();
	}

	/**
	 * Sends a batch, and again without the lead that it is rejected for. Gives those that turn out to
	 * be there already, with what to tell where they are not found.
	 *
	 * @throws DestinationError of the batch as a whole
	 */
	private async send(
		tasks: ReadonlyArray<Task<Prepared, Existing>>,
	): Promise<Map<Task<Prepared, Existing>, DestinationError | undefined>> {
		this.throwIfStopped();
		const sentAt = Date.now();
		let results: SendResult[];
		try {
			results = await this.writer.send(tasks.map(toSend), this.limits);
		} catch (thrown) {
			const error = this.explain(thrown);
			if (error.mayBeDone) for (const task of tasks) task.uncertainSince ??= sentAt;
			if (error.code !== 'rejected') throw error;
			return await this.sendApart(tasks, error);
		}
		const there = new Map<Task<Prepared, Existing>, DestinationError | undefined>();
		tasks.forEach((task, at) => {
			const result = results[at] ?? { status: 'failed', error: noResult() };
			if (result.status === 'exists') {
				there.set(task, result.error);
			} else if (result.status === 'pending') {
				task.isPending = true;
				task.error = result.error;
			} else if (result.status === 'failed') {
				task.error = result.error;
				if (result.error.mayBeDone) task.uncertainSince ??= sentAt;
			} else {
				this.written(task, result.status, result.id);
			}
		});
		return there;
	}

	private async sendApart(
		tasks: ReadonlyArray<Task<Prepared, Existing>>,
		error: DestinationError,
	): Promise<Map<Task<Prepared, Existing>, DestinationError | undefined>> {
		const [only] = tasks;
		const atFault = tasks.length === 1 ? only : tasks[error.recordIndex ?? tasks.length];
		if (atFault) {
			atFault.error = error;
			const others = tasks.filter((task) => task !== atFault);
			return others.length === 0 ? new Map() : await this.send(others);
		}
		if ((this.splitsLeft -= 1) < 0) throw error.with({ code: 'other' });
		const middle = tasks.length >> 1;
		return new Map([
			...(await this.send(tasks.slice(0, middle))),
			...(await this.send(tasks.slice(middle))),
		]);
	}

	private async confirm(tasks: ReadonlyArray<Task<Prepared, Existing>>): Promise<void> {
		const pending = tasks.filter((task) => task.isPending && !task.result);
		if (pending.length === 0) return;
		let results: SendResult[] = [];
		try {
			results =
				(await this.writer.confirm?.(
					pending.map(({ prepared }) => prepared),
					this.limits,
				)) ?? [];
		} catch (thrown) {
			const error = this.explain(thrown);
			results = pending.map(() => ({ status: 'failed', error }));
		}
		pending.forEach((task, at) => {
			const result = results[at];
			if (result && result.status !== 'exists' && result.status !== 'pending') {
				if (result.status !== 'failed') this.written(task, result.status, result.id);
				else task.result = { ok: false, error: task.error ?? result.error };
			}
			task.result ??= { ok: false, error: task.error ?? noResult() };
		});
	}

	private written(
		task: Task<Prepared, Existing>,
		outcome: WrittenLead['outcome'],
		id: string,
	): void {
		const url = this.writer.urlOf?.(id) ?? '';
		task.result = { ok: true, written: { outcome, id, url } };
	}

	private throwIfStopped(): void {
		// The time first: what the requests it cut off say is not what became of the others.
		const stopped = timeIsUp(this.limits) ?? this.breaker.error;
		if (stopped) throw stopped;
	}

	private explain(thrown: unknown): DestinationError {
		if (thrown instanceof DestinationError) return thrown;
		// The time can also be up between two attempts, which the signal says in its own way.
		return timeIsUp(this.limits) ?? unexpected(thrown);
	}
}

/** What a writer reads before the first lead: nothing was written, whatever it is read for. */
function ofReading(error: DestinationError): DestinationError {
	const operation = error.operation === 'write' ? 'read' : error.operation;
	return error.with({ operation, mayBeDone: false });
}

function isOpen<Prepared, Existing>({ result, isPending }: Task<Prepared, Existing>): boolean {
	return result === undefined && !isPending;
}

function toSend<Prepared, Existing>(task: Task<Prepared, Existing>) {
	const { prepared, existing, uncertainSince } = task;
	return {
		prepared,
		...(existing === undefined ? {} : { existing }),
		...(uncertainSince === undefined ? {} : { uncertainSince }),
	};
}

/** What was found may be what an attempt of ours has made whose response was lost. */
function outcomeOf<Prepared, Existing extends ExistingRecord>(
	existing: Existing,
	{ uncertainSince }: Task<Prepared, Existing>,
): 'created' | 'unchanged' {
	const isOurs = uncertainSince !== undefined && existing.wasCreatedAfter(uncertainSince);
	return isOurs ? 'created' : 'unchanged';
}

/** Gives the results of a task, those of its duplicates too. */
function settle<Prepared, Existing>(
	{ indexes, uncertainSince, result = { ok: false, error: noResult() } }: Task<Prepared, Existing>,
	results: WriteResult[],
): void {
	// What failed last says nothing of an attempt before it.
	const isUncertain = !result.ok && uncertainSince !== undefined && !result.error.mayBeDone;
	const told: WriteResult = isUncertain ? { ok: false, error: perhapsDone(result.error) } : result;
	indexes.forEach((index, at) => {
		const isDuplicate = at > 0 && told.ok;
		results[index] = isDuplicate
			? { ok: true, written: { ...told.written, outcome: 'unchanged' } }
			: told;
	});
}

/** Of a lead for which an earlier attempt was sent that had no response. */
function perhapsDone(error: DestinationError): DestinationError {
	return error.with({
		description: `${error.description} An attempt before had no response, so the lead may be there all the same.`,
		mayBeDone: true,
	});
}

/** A record that was there, and was deleted before it could be looked at: the next attempt makes it. */
function deletedMeanwhile(): DestinationError {
	return new DestinationError('The lead was deleted at the destination at this moment', {
		code: 'rejected',
		operation: 'write',
		description: 'Write it again: where it is there already, nothing is written twice.',
		retryAfter: 0,
		mayBeDone: false,
	});
}

function noResult(): DestinationError {
	return new DestinationError('The destination gave no result for the lead', {
		code: 'unexpectedResponse',
		operation: 'write',
		description: 'Write it again: where it is there already, nothing is written twice.',
	});
}

/** A fault of this package's own, which must not hide what became of the other leads. */
function unexpected(cause: unknown): DestinationError {
	const said = cause instanceof Error ? cause.name : typeof cause;
	return new DestinationError(`The lead could not be written because of a fault here (${said})`, {
		code: 'other',
		operation: 'write',
		description:
			'The other leads are not affected. Please report it with the steps that led to it.',
		cause,
	});
}
