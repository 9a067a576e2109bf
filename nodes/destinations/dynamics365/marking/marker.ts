import type { LeadMarker, LeadToMark, MarkResult } from '../../contract';
import type { DestinationError } from '../../destinationError';
import type { HandledField } from '../../handledField';
import type { HttpResponse } from '../../httpClient';
import { type BatchMarking, markLeads } from '../../markLeads';
import type { TimeLimits } from '../../timeLimits';
import { lowerCase } from '../../vendorCodes';
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

/** Sets a column of leads, in batches. */
export class DynamicsMarker implements BatchMarking, LeadMarker {
	readonly limits = { maxRecords: MAX_REQUESTS, concurrency: BATCHES_AT_ONCE };
	/** A person may move a lead on from one value of a choice to others than the handled one. */
	readonly findMovedOn: BatchMarking['findMovedOn'];

	constructor(
		private readonly client: DataverseClient,
		private readonly column: HandledField,
	) {
		if (column.kind === 'choice') {
			this.findMovedOn = async (leads, { signal }) => await this.areMovedOn(leads, signal);
		}
	}

	async mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]> {
		return await markLeads(this, leads, limits);
	}

	checkId(id: string): DestinationError | undefined {
		return GUID.test(id) ? undefined : notALeadId();
	}

	async check(limits: TimeLimits): Promise<void> {
		const columns = await readWritableColumns(this.client, limits);
		const column = columns.get(this.column.name);
		if (!column || !isOfKind(column.kind, this.column) || !column.updatable) {
			throw wrongHandledColumn(this.column.name);
		}
	}

	async send(leads: readonly LeadToMark[], { signal }: TimeLimits): Promise<MarkResult[]> {
		const responses = await sendBatch(
			this.client,
			leads.map(({ id, handledAt }) => ({
				method: 'PATCH',
				path: `${LEADS}(${id})`,
				// Else one that is deleted meanwhile would be made anew, of nothing but the mark.
				headers: { 'If-Match': '*' },
				body: JSON.stringify({ [this.column.name]: handledValue(this.column, handledAt) }),
			})),
			signal,
		);
		return leads.map((_lead, at) => {
			const error = this.errorOf(responses[at]);
			return error ? { ok: false, error } : { ok: true, outcome: 'marked' };
		});
	}

	private async areMovedOn(
		leads: readonly LeadToMark[],
		signal: AbortSignal,
	): Promise<Array<DestinationError | boolean>> {
		const responses = await sendBatch(
			this.client,
			leads.map(({ id }) => ({
				method: 'GET',
				path: `${LEADS}(${id})?$select=${this.column.name}`,
			})),
			signal,
		);
		return leads.map((_lead, at) => {
			const response = responses[at];
			const error = this.errorOf(response);
			if (error || !response) return error ?? notCarriedOut();
			return !isPending(this.column, this.client.bodyOf(response)[this.column.name]);
		});
	}

	/** `undefined` where the lead is as it was asked for. */
	private errorOf(response: HttpResponse | undefined): DestinationError | undefined {
		if (response === undefined) return notCarriedOut();
		if (response.status < 300) return undefined;
		if (isMissing(response)) return noSuchLead();
		const names = lowerCase([this.column.name]);
		return responseError(response, { operation: 'write', subject: 'leads', names });
	}
}
