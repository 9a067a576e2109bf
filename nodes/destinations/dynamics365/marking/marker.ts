import {
	DestinationError,
	type LeadMarker,
	type LeadToMark,
	type MarkResult,
} from '../../contract';
import type { HandledField } from '../../handledField';
import type { HttpResponse } from '../../httpClient';
import { atMost, inTime, timeIsUp, type TimeLimits } from '../../timeLimits';
import { type DataverseClient, GUID, LEADS } from '../connection/client';
import {
	isMissing,
	noSuchLead,
	notALeadId,
	notCarriedOut,
	responseError,
	wrongHandledColumn,
} from '../errors';
import { readWritableColumns } from '../metadata';
import { sendBatch } from '../writing/batch';
import { handledValue, isOfKind, isPending } from './column';

/** Of one `$batch`: Microsoft advises small ones, and more at once. */
const MAX_REQUESTS = 50;
const BATCHES_AT_ONCE = 4;

interface Open {
	index: number;
	lead: LeadToMark;
	/** Whether it is known to be pending still. */
	isRead: boolean;
}

/** Sets a column of leads, in batches. */
export class DynamicsMarker implements LeadMarker {
	constructor(
		private readonly client: DataverseClient,
		private readonly column: HandledField,
	) {}

	async mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]> {
		const results: MarkResult[] = [];
		const open: Open[] = [];
		leads.forEach((lead, index) => {
			if (GUID.test(lead.id)) open.push({ index, lead, isRead: this.column.kind !== 'choice' });
			else results[index] = { ok: false, error: notALeadId() };
		});
		const batches: Open[][] = [];
		for (let at = 0; at < open.length; at += MAX_REQUESTS) {
			batches.push(open.slice(at, at + MAX_REQUESTS));
		}
		let failed: DestinationError | undefined;
		await atMost(BATCHES_AT_ONCE, batches, async (batch) => {
			if (!failed) {
				try {
					await inTime(async () => {
						await this.markBatch(batch, results, limits);
					}, limits);
				} catch (error) {
					const told = toError(error, limits);
					// Of a single lead it may be, which keeps no other from its turn.
					if (!batch.some(({ index }) => errorOf(results[index]) === error)) failed = told;
				}
			}
			for (const { index } of batch) {
				if (failed) results[index] ??= { ok: false, error: failed };
			}
		});
		return results;
	}

	async check(limits: TimeLimits): Promise<void> {
		const columns = await readWritableColumns(this.client, limits);
		const column = columns.get(this.column.name);
		if (!column || !isOfKind(column.kind, this.column) || !column.updatable) {
			throw wrongHandledColumn(this.column.name);
		}
	}

	/** @throws DestinationError where some of it is worth another attempt */
	private async markBatch(
		batch: readonly Open[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<void> {
		const open = batch.filter(({ index }) => isOpen(results[index]));
		await this.leaveMovedOn(
			open.filter(({ isRead }) => !isRead),
			results,
			limits,
		);
		const left = open.filter(({ index }) => isOpen(results[index]));
		if (left.length === 0) return;
		const responses = await sendBatch(
			this.client,
			left.map(({ lead }) => ({
				method: 'PATCH',
				path: `${LEADS}(${lead.id})`,
				// Else one that is deleted meanwhile would be made anew, of nothing but the mark.
				headers: { 'If-Match': '*' },
				body: JSON.stringify({ [this.column.name]: handledValue(this.column, lead.handledAt) }),
			})),
			limits.signal,
		);
		let again: DestinationError | undefined;
		left.forEach(({ index }, at) => {
			const error = toLeadError(responses[at]);
			results[index] = error ? { ok: false, error } : { ok: true, outcome: 'marked' };
			if (error?.retryAfter !== undefined) again ??= error;
		});
		if (again) throw again;
	}

	/** A person may have moved a lead on meanwhile, which must not be taken back. */
	private async leaveMovedOn(
		open: readonly Open[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<void> {
		if (open.length === 0) return;
		const responses = await sendBatch(
			this.client,
			open.map(({ lead }) => ({
				method: 'GET',
				path: `${LEADS}(${lead.id})?$select=${this.column.name}`,
			})),
			limits.signal,
		);
		open.forEach((entry, at) => {
			const response = responses[at];
			const error = toLeadError(response);
			if (error || !response) {
				results[entry.index] = { ok: false, error: error ?? notCarriedOut() };
				return;
			}
			entry.isRead = true;
			if (!isPending(this.column, this.client.bodyOf(response)[this.column.name])) {
				results[entry.index] = { ok: true, outcome: 'alreadyHandled' };
			}
		});
	}
}

function toLeadError(response: HttpResponse | undefined): DestinationError | undefined {
	if (response === undefined) return notCarriedOut();
	if (response.status < 300) return undefined;
	if (isMissing(response)) return noSuchLead();
	return responseError(response, { operation: 'write', subject: 'leads' });
}

/** Whether it has no result yet, or one that another attempt may change. */
function isOpen(result: MarkResult | undefined): boolean {
	return result === undefined || errorOf(result)?.retryAfter !== undefined;
}

function errorOf(result: MarkResult | undefined): DestinationError | undefined {
	return result?.ok === false ? result.error : undefined;
}

function toError(error: unknown, limits: TimeLimits): DestinationError {
	if (error instanceof DestinationError) return error;
	const isLate = timeIsUp(limits);
	if (isLate) return isLate;
	throw error;
}
