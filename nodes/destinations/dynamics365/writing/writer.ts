import type { JsonValue } from '../../../lead';
import { configurationError } from '../../addresses';
import type {
	BatchLimits,
	LeadToSend,
	LeadWriter,
	PreparedLead,
	SendResult,
	WritableLead,
} from '../../contract';
import { DestinationError } from '../../destinationError';
import type { HttpResponse } from '../../httpClient';
import { toChunks } from '../../packing';
import { inTime, type TimeLimits } from '../../timeLimits';
import { lowerCase, namesIn } from '../../vendorCodes';
import { GUID, LEADS, type DataverseClient, type DataverseRequest } from '../connection/client';
import {
	isDuplicate,
	isMissing,
	isThere,
	MissingColumnError,
	notCarriedOut,
	responseError,
	unexpectedBatch,
} from '../errors';
import { readAllChoices, readWritableColumns, type WritableColumn } from '../metadata';
import { withoutOptOut, type ColumnSettings, type WriteRules } from '../properties';
import { FORMATTED_VALUE, toRecord as toReadRecord } from '../reading/record';
import { sendBatch, type BatchRequest } from './batch';
import { changesOf, columnsToCompare, toExisting, type ExistingLead } from './existing';
import type { ColumnValues } from './fields';
import { toRecord, type LeadColumns } from './mapping';

/**
 * How leads are packed. Dataverse carries out a batch's requests one after the other, a tenth of a
 * second each and more with plug-ins, and has two minutes for it, so Microsoft advises batches of about
 * ten and more of them at once (https://learn.microsoft.com/power-apps/developer/data-platform/api-limits#avoid-large-batches).
 * Batches of ten alone would make ten times the requests: 2,000 for 20,000 leads, of the 6,000 that an
 * application has in five minutes for all workflows. So leads are first spread over the batches that
 * may run at once, and batches grow only then. 1,000 leads at 100 ms: 10 s, by batches of 100, four at
 * once, 30 s; by batches of ten, ten at once, 10 s and 100 requests instead of 10.
 */
const MIN_RECORDS = 10;
/** Of the 1,000 that Dataverse takes: more would come near the two minutes where plug-ins take long. */
const MAX_RECORDS = 100;
/** Characters of a batch's records. */
const MAX_CHARACTERS = 2_000_000;
/** Of the 52 requests that an application may have running: five executions at once stay below. */
const CONCURRENCY = 10;
/**
 * For more leads than that. Execution time is limited to 20 minutes in five: four at once is what goes
 * on for ever, and leaves the poll triggers of the same application their turn.
 */
const SUSTAINED_CONCURRENCY = 4;
/** Values of one condition: Dataverse takes 500, and an address in a batch 65,536 characters. */
const MAX_VALUES = 50;
/** Leads that are looked up by one batch: 20 conditions, one after the other. */
const MAX_LOOKUPS = 1_000;

/** The key is the leadid of a lead that is created. */
interface PreparedRecord extends PreparedLead {
	readonly values: ColumnValues;
}

/** Writes leads by the Web API, in batches without change sets. */
export class DynamicsWriter implements LeadWriter<PreparedRecord, ExistingLead> {
	/** Absent without a Lead ID Column: a lead that is there under its own id is told when it is sent. */
	readonly findExisting?: NonNullable<LeadWriter<PreparedRecord, ExistingLead>['findExisting']>;
	private columns: LeadColumns | undefined;
	private idColumn: WritableColumn | undefined;
	/** Names of columns that were written beside the usual ones. */
	private readonly additional = new Set<string>();

	constructor(
		private readonly client: DataverseClient,
		private readonly chosen: ColumnSettings,
		private readonly rules: WriteRules,
	) {
		if (rules.leadIdColumn !== '') {
			this.findExisting = async (leads, limits) => await this.findByLeadId(leads, limits);
		}
	}

	get limits(): BatchLimits {
		return {
			minRecords: MIN_RECORDS,
			maxRecords: MAX_RECORDS,
			maxSize: MAX_CHARACTERS,
			maxLookups: MAX_LOOKUPS,
			concurrency: Math.min(CONCURRENCY, this.client.advisedConcurrency ?? CONCURRENCY),
			sustainedConcurrency: SUSTAINED_CONCURRENCY,
		};
	}

	async open(limits: TimeLimits): Promise<void> {
		if (this.columns) return;
		const writable = await readWritableColumns(this.client, limits);
		const chosen = [this.chosen.leadSource, ...this.chosen.parts.values()];
		const hasChoices = chosen.some((name) => writable.get(name)?.kind === 'choice');
		const choices = hasChoices ? await readAllChoices(this.client, limits) : new Map<string, []>();
		const { leadIdColumn: name } = this.rules;
		this.idColumn = name === '' ? undefined : textColumn(name, writable.get(name));
		this.columns = { chosen: this.chosen, writable, choices };
	}

	prepare(lead: WritableLead): PreparedRecord {
		const { id, values } = toRecord(lead, this.openColumns(), this.idColumn);
		for (const name of Object.keys(lead.additional)) {
			this.additional.add(name.trim().toLowerCase());
		}
		return {
			key: id,
			// Changed leads are another matter only where they may change what is there.
			content: this.rules.updateExisting ? JSON.stringify(Object.entries(values).sort()) : '',
			size: JSON.stringify(values).length,
			values,
		};
	}

	/** Of several rows with a lead's id, the first one is the lead. */
	private async findByLeadId(
		leads: readonly PreparedRecord[],
		{ signal }: TimeLimits,
	): Promise<Array<ExistingLead | undefined>> {
		const { leadIdColumn: column } = this.rules;
		const idOf = ({ values }: PreparedRecord) => String(values[column]);
		const select = new Set(['leadid', column, ...leads.flatMap((lead) => this.columnsOf(lead))]);
		const requests = toChunks([...new Set(leads.map(idOf))], MAX_VALUES).map(
			(values): BatchRequest => {
				const conditions = values.map((value) => `${column} eq '${value.replaceAll("'", "''")}'`);
				const filter = encodeURIComponent(conditions.join(' or '));
				const query = `$select=${[...select].join(',')}&$filter=${filter}&$orderby=createdon,leadid`;
				return { method: 'GET', path: `${LEADS}?${query}` };
			},
		);
		const rows = new Map<string, Row>();
		for (const response of await sendBatch(this.client, requests, signal)) {
			if (response === undefined) throw notCarriedOut();
			if (response.status !== 200) throw writeError(response, lowerCase(select));
			for (const row of this.rowsOf(response)) {
				const id = String(row[column]);
				if (!rows.has(id) && GUID.test(leadIdOf(row))) rows.set(id, row);
			}
		}
		return leads.map((lead) => {
			const row = rows.get(idOf(lead));
			return row && this.existing(leadIdOf(row), row, lead);
		});
	}

	async findConflicting(
		leads: readonly PreparedRecord[],
		{ signal }: TimeLimits,
	): Promise<Array<DestinationError | ExistingLead | undefined>> {
		const requests = leads.map((lead): BatchRequest => ({
			method: 'GET',
			path: `${leadPath(lead.key)}?$select=${this.columnsOf(lead).join(',')}`,
		}));
		const responses = await sendBatch(this.client, requests, signal);
		return leads.map((lead, at) => {
			const response = responses[at];
			if (response === undefined) throw notCarriedOut();
			if (isMissing(response)) return undefined;
			if (response.status === 200) {
				return this.existing(lead.key, this.client.bodyOf(response), lead);
			}
			const error = writeError(response, lowerCase(this.columnsOf(lead)));
			// The engine tries again what is thrown.
			if (error.retryAfter !== undefined) throw error;
			return error;
		});
	}

	async send(
		batch: ReadonlyArray<LeadToSend<PreparedRecord, ExistingLead>>,
		{ signal }: TimeLimits,
	): Promise<SendResult[]> {
		const requests = batch.map((lead) => this.requestFor(lead));
		const responses = await sendBatch(this.client, requests, signal);
		return batch.map((lead, at) => this.resultOf(lead, responses[at]));
	}

	private requestFor({
		prepared,
		existing,
	}: LeadToSend<PreparedRecord, ExistingLead>): BatchRequest {
		if (existing) {
			return {
				method: 'PATCH',
				path: leadPath(existing.id),
				// Else one that is deleted meanwhile would be made anew, of nothing but the changes.
				headers: { 'If-Match': '*' },
				body: JSON.stringify(existing.changes),
			};
		}
		const rule: Record<string, string> = this.rules.detectDuplicates
			? { 'MSCRM.SuppressDuplicateDetection': 'false' }
			: {};
		return {
			method: 'PATCH',
			path: leadPath(prepared.key),
			headers: { 'If-None-Match': '*', ...rule },
			body: JSON.stringify(prepared.values),
		};
	}

	private resultOf(
		{ prepared, existing, uncertainSince }: LeadToSend<PreparedRecord, ExistingLead>,
		response: HttpResponse | undefined,
	): SendResult {
		if (response === undefined) return { status: 'failed', error: notCarriedOut() };
		const id = existing?.id ?? prepared.key;
		if (response.status < 300) return { status: existing ? 'updated' : 'created', id };
		if (existing) {
			if (isMissing(response)) return { status: 'exists' };
			return { status: 'failed', error: writeError(response, columnsIn(existing.changes)) };
		}
		if (isThere(response)) {
			// It has to be looked at only for what is different, and for who made it.
			const isSettled = !this.rules.updateExisting && uncertainSince === undefined;
			return isSettled ? { status: 'unchanged', id } : { status: 'exists' };
		}
		const error = writeError(response, columnsIn(prepared.values));
		// A rule also takes the very lead for a duplicate.
		return isDuplicate(response) ? { status: 'exists', error } : { status: 'failed', error };
	}

	/** For people who are signed in to Dynamics 365. */
	urlOf(id: string): string {
		return `${this.client.origin}/main.aspx?pagetype=entityrecord&etn=lead&id=${id}`;
	}

	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		const additional = [...new Set([...this.chosen.additional, ...this.additional])];
		for (let columns = this.chosen; ;) {
			const select = [...new Set([...columns.select, ...additional])];
			try {
				const response = await this.sendForOne(
					{
						path: `${leadPath(id)}?$select=${select.join(',')}`,
						headers: { prefer: `odata.include-annotations="${FORMATTED_VALUE}"` },
					},
					id,
					limits,
				);
				return response && toReadRecord(this.client.bodyOf(response), { ...columns, additional });
			} catch (error) {
				const isLacking = error instanceof MissingColumnError && !additional.includes(error.column);
				const others = isLacking ? withoutOptOut(columns, error.column) : undefined;
				if (others === undefined) throw error;
				columns = others;
			}
		}
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		await this.sendForOne({ method: 'DELETE', path: leadPath(id) }, id, limits);
	}

	/** The response about one lead; `undefined` where it is not there. @throws DestinationError */
	private async sendForOne(
		request: Omit<DataverseRequest, 'signal'>,
		id: string,
		limits: TimeLimits,
	): Promise<HttpResponse | undefined> {
		if (!GUID.test(id)) return undefined;
		return await inTime(async () => {
			const response = await this.client.send({ ...request, signal: limits.signal });
			if (isMissing(response)) return undefined;
			if (response.status >= 300) throw writeError(response, namesIn(request.path));
			return response;
		}, limits);
	}

	private rowsOf(response: HttpResponse): Row[] {
		const { value } = this.client.bodyOf(response);
		if (!Array.isArray(value)) throw unexpectedBatch(response);
		return value.filter((row) => typeof row === 'object' && row !== null) as Row[];
	}

	private existing(id: string, row: Row, { values }: PreparedRecord): ExistingLead {
		const { writable } = this.openColumns();
		const changes = this.rules.updateExisting ? changesOf(values, row, writable) : {};
		return toExisting(id, row, changes, (time) => this.client.toServiceTime(time));
	}

	/** What has to be read of a lead that is there. */
	private columnsOf({ values }: PreparedRecord): string[] {
		return columnsToCompare(this.rules.updateExisting ? values : {});
	}

	private openColumns(): LeadColumns {
		if (this.columns === undefined) throw new Error('The writer is not open');
		return this.columns;
	}
}

type Row = Readonly<Record<string, unknown>>;

function leadPath(id: string): string {
	return `${LEADS}(${id})`;
}

function leadIdOf(row: Row): string {
	return String(row['leadid']).toLowerCase();
}

function writeError(response: HttpResponse, names: ReadonlySet<string>): DestinationError {
	return responseError(response, { operation: 'write', subject: 'leads', names });
}

/** Without what says of a column that it is bound to another row. */
function columnsIn(values: object): ReadonlySet<string> {
	return lowerCase(Object.keys(values).map((name) => name.split('@', 1)[0] ?? ''));
}

/** @throws DestinationError for a column that can't keep an id */
function textColumn(name: string, column: WritableColumn | undefined): WritableColumn {
	if (column?.kind === 'text') return column;
	throw configurationError(
		`The table Lead has no text column "${name}" that can be written`,
		'Choose another one as Lead ID Column: a single line of text, best a key of the table.',
	);
}
