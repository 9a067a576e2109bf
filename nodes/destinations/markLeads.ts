/** The engine that leads are marked by in a CRM. A vendor brings a `BatchMarking`. */
import type { LeadToMark, MarkResult } from './contract';
import { DestinationError } from './destinationError';
import { toChunks } from './packing';
import { atMost, inTime, timeIsUp, type TimeLimits } from './timeLimits';

/** What a vendor does. Every function asks once, and throws nothing but `DestinationError`. */
export interface BatchMarking {
	/** Leads of a batch, and batches at once. */
	readonly limits: { readonly maxRecords: number; readonly concurrency: number };
	/** Why an ID is none of a lead's; `undefined` for one that may be. */
	checkId(id: string): DestinationError | undefined;
	/**
	 * Of each lead in their order, whether a person has moved it on meanwhile, which must not be taken
	 * back, or why that can't be told. Absent where a mark is set or not, and nothing else.
	 */
	readonly findMovedOn?:
		| ((
				leads: readonly LeadToMark[],
				limits: TimeLimits,
		  ) => Promise<Array<DestinationError | boolean>>)
		| undefined;
	/** Marks the leads. One result for each, in their order. */
	send(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]>;
}

interface Task {
	readonly lead: LeadToMark;
	/** Whether it is known that nobody has moved it on. */
	isPending: boolean;
	result: MarkResult | undefined;
}

/**
 * One result for each lead, in their order. What fails for one lead keeps no other from its turn; what
 * fails for them all is the result of each that was not marked before. Never throws for what a
 * destination does.
 */
export async function markLeads(
	marking: BatchMarking,
	leads: readonly LeadToMark[],
	limits: TimeLimits,
): Promise<MarkResult[]> {
	const tasks = leads.map((lead): Task => {
		const error = marking.checkId(lead.id);
		const result: MarkResult | undefined = error && { ok: false, error };
		return { lead, isPending: marking.findMovedOn === undefined, result };
	});
	const batches = toChunks(tasks.filter(isOpen), marking.limits.maxRecords);
	let failed: DestinationError | undefined;
	await atMost(marking.limits.concurrency, batches, async (batch) => {
		try {
			if (failed) throw failed;
			await inTime(async () => {
				await markBatch(marking, batch.filter(isOpen), limits);
			}, limits);
		} catch (thrown) {
			const error = toError(thrown, limits);
			// Of a single lead it may be, which keeps no other from its turn.
			if (!batch.some(({ result }) => errorOf(result) === thrown)) failed ??= error;
			for (const task of batch) task.result ??= { ok: false, error };
		}
	});
	return tasks.map(({ result }) => result ?? { ok: false, error: noResult() });
}

/** @throws DestinationError where some of it is worth another attempt */
async function markBatch(
	marking: BatchMarking,
	tasks: readonly Task[],
	limits: TimeLimits,
): Promise<void> {
	const unknown = tasks.filter(({ isPending }) => !isPending);
	if (unknown.length > 0) {
		const movedOn = await marking.findMovedOn?.(unknown.map(toLead), limits);
		unknown.forEach((task, at) => {
			const found = movedOn?.[at] ?? noResult();
			if (found instanceof DestinationError) task.result = { ok: false, error: found };
			else if (found) task.result = { ok: true, outcome: 'alreadyHandled' };
			else [task.isPending, task.result] = [true, undefined];
		});
	}
	const pending = tasks.filter((task) => task.isPending && isOpen(task));
	if (pending.length > 0) {
		const results = await marking.send(pending.map(toLead), limits);
		pending.forEach((task, at) => (task.result = results[at] ?? { ok: false, error: noResult() }));
	}
	const again = tasks.map(({ result }) => errorOf(result)).find((error) => isWorthRetrying(error));
	if (again) throw again;
}

/** Whether it has no result yet, or one that another attempt may change. */
function isOpen({ result }: Task): boolean {
	return result === undefined || isWorthRetrying(errorOf(result));
}

function isWorthRetrying(error: DestinationError | undefined): boolean {
	return error?.retryAfter !== undefined;
}

function errorOf(result: MarkResult | undefined): DestinationError | undefined {
	return result?.ok === false ? result.error : undefined;
}

function toLead({ lead }: Task): LeadToMark {
	return lead;
}

function toError(thrown: unknown, limits: TimeLimits): DestinationError {
	if (thrown instanceof DestinationError) return thrown;
	const isLate = timeIsUp(limits);
	if (isLate) return isLate;
	throw thrown;
}

function noResult(): DestinationError {
	return new DestinationError('The destination gave no result for the lead', {
		code: 'unexpectedResponse',
		operation: 'write',
		description: 'Mark it again: where it is marked already, nothing changes.',
	});
}
