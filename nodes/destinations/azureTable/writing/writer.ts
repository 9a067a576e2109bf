import type { JsonValue } from '../../../lead';
import type { TableClient, TransactionAction } from '../../../vendor/dataTables';
import type {
	BatchLimits,
	ExistingRecord,
	LeadToSend,
	LeadWriter,
	PreparedLead,
	SendResult,
	WritableLead,
} from '../../contract';
import type { DestinationError } from '../../destinationError';
import { atMost, inTime, type TimeLimits } from '../../timeLimits';
import { attemptSignal } from '../connection/attempt';
import {
	submitTransaction,
	toPackable,
	TRANSACTION_LIMITS,
	TRANSACTIONS_AT_ONCE,
} from '../connection/transaction';
import {
	explainError,
	explainLookup,
	explainTableCreation,
	isExistingRow,
	isMissingRow,
	isMissingTable,
	missingTable,
} from '../errors';
import { findRow, toExisting } from './existing';
import { idOf, keysOfId, toEntity, toRow, type TableRow } from './mapping';

/** The service has no request for several rows by their keys. */
const LOOKUPS_AT_ONCE = 8;

interface PreparedRow extends PreparedLead {
	readonly row: TableRow;
}

export interface AzureTableWriterOptions {
	/** Makes a table that is missing, with the first lead; yes when absent. */
	createTable?: boolean;
}

/** Writes leads as rows in Microsoft's columns, in transactions of one partition each. */
export class AzureTableWriter implements LeadWriter<PreparedRow> {
	readonly limits: BatchLimits = {
		...TRANSACTION_LIMITS,
		concurrency: TRANSACTIONS_AT_ONCE,
		separatesUpdates: true,
	};
	/** One for all transactions that miss the table at the same time. */
	private creation: Promise<void> | undefined;

	/** The client has to be one without retries of its own, which would know no deadline. */
	constructor(
		private readonly table: TableClient,
		private readonly options: AzureTableWriterOptions = {},
	) {}

	prepare(lead: WritableLead): PreparedRow {
		const row = toRow(lead);
		const content = JSON.stringify(row.columns);
		return { key: idOf(row), content, ...toPackable(row, content), row };
	}

	async send(
		batch: ReadonlyArray<LeadToSend<PreparedRow, ExistingRecord>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		const rows = batch.map(({ prepared }) => prepared.row);
		const isUpdate = batch.some(({ existing }) => existing !== undefined);
		try {
			await this.submitWithTable(rows, isUpdate, limits);
		} catch (error) {
			// Of a transaction only the first such row is named: any other may be there too.
			if (isExistingRow(error)) return rows.map(() => ({ status: 'exists' }));
			throw explainError(error, 'write');
		}
		const status = isUpdate ? 'updated' : 'created';
		return rows.map((row) => ({ status, id: idOf(row) }));
	}

	async findConflicting(
		leads: readonly PreparedRow[],
		limits: TimeLimits,
	): Promise<Array<ExistingRecord | undefined>> {
		const existing: Array<ExistingRecord | undefined> = leads.map(() => undefined);
		let failed: DestinationError | undefined;
		await atMost(LOOKUPS_AT_ONCE, [...leads.entries()], async ([at, { row }]) => {
			if (failed) return;
			try {
				const found = await findRow(this.table, row, attemptSignal(limits));
				if (found) existing[at] = toExisting(row, found);
			} catch (error) {
				failed = explainLookup(error);
			}
		});
		if (failed) throw failed;
		return existing;
	}

	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		const keys = keysOfId(id);
		if (!keys) return undefined;
		return await inTime(async () => {
			try {
				return (await findRow(this.table, keys, attemptSignal(limits)))?.record;
			} catch (error) {
				throw explainLookup(error);
			}
		}, limits);
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		const keys = keysOfId(id);
		if (!keys) return;
		const { partitionKey, rowKey } = keys;
		await inTime(async () => {
			try {
				await this.table.deleteEntity(partitionKey, rowKey, { abortSignal: attemptSignal(limits) });
			} catch (error) {
				// Taken away already, perhaps by an attempt whose response was lost.
				if (!isMissingRow(error)) throw explainError(error, 'write');
			}
		}, limits);
	}

	private async submitWithTable(
		rows: readonly TableRow[],
		isUpdate: boolean,
		limits: TimeLimits,
	): Promise<void> {
		try {
			await this.submit(rows, isUpdate, attemptSignal(limits));
		} catch (error) {
			if (!isMissingTable(error)) throw error;
			await this.makeTable(limits);
			await this.submit(rows, isUpdate, attemptSignal(limits));
		}
	}

	private async submit(
		rows: readonly TableRow[],
		isUpdate: boolean,
		abortSignal: AbortSignal,
	): Promise<void> {
		const entities = rows.map(toEntity);
		const [first] = entities;
		if (first && entities.length === 1) {
			if (isUpdate) await this.table.upsertEntity(first, 'Merge', { abortSignal });
			else await this.table.createEntity(first, { abortSignal });
			return;
		}
		const actions = entities.map((entity): TransactionAction =>
			isUpdate ? ['upsert', entity, 'Merge'] : ['create', entity],
		);
		await submitTransaction(this.table, actions, abortSignal);
	}

	/**
	 * Microsoft's connector makes the table with the first lead, and so does this. Somebody who has
	 * made it meanwhile is not in the way: the SDK takes that for success.
	 */
	private async makeTable(limits: TimeLimits): Promise<void> {
		if (this.options.createTable === false) throw missingTable();
		this.creation ??= this.table
			.createTable({ abortSignal: attemptSignal(limits) })
			.catch((error: unknown) => {
				// Only this attempt has failed: the next one is to ask again.
				this.creation = undefined;
				throw explainTableCreation(error);
			});
		await this.creation;
	}
}
