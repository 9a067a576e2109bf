import type { JsonValue } from '../../lead';
import type { TableClient } from '../../vendor/dataTables';
import type { DirectWriter, WritableLead, WriteResult } from '../contract';
import { atMost, type TimeLimits } from '../timeLimits';
import { explainWriteRefusal, isMissingRow } from './refusal';
import { keysOfId, toOutgoingRow } from './rowMapping';
import { TableBatch, type PendingRow, type TableBatchOptions } from './tableBatch';

/** The service's limit on a transaction. */
const MAX_ROWS = 100;
/** Bytes: 4 MiB less what a multipart body needs around its parts. */
const MAX_BYTES = 3.5 * 1024 * 1024;
/** Bytes of a part's headers and address. */
const PART_OVERHEAD = 5_000;
/** Partitions can be on servers of their own; more at once is what makes the service ask to wait. */
const TRANSACTIONS_AT_ONCE = 4;

/** Writes leads as rows in Microsoft's columns, in transactions of up to 100. */
export class AzureTableWriter implements DirectWriter {
	/** The client has to be one without retries of its own, which would know no deadline. */
	constructor(
		private readonly table: TableClient,
		private readonly options: TableBatchOptions = {},
	) {}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const batch = new TableBatch(this.table, limits, this.options);
		const rows: PendingRow[] = [];
		leads.forEach((outgoing, at) => {
			try {
				rows.push({ at, row: toOutgoingRow(outgoing) });
			} catch (error) {
				batch.refuse(at, explainWriteRefusal(error));
			}
		});
		// A transaction takes a row once: a copy of it has its turn when the first is settled.
		for (const turn of inTurns(rows)) {
			await atMost(TRANSACTIONS_AT_ONCE, toTransactions(turn), async (transaction) => {
				await batch.write(transaction);
			});
		}
		return batch.results;
	}

	async readBack(id: string, limits: TimeLimits): Promise<JsonValue | undefined> {
		const keys = keysOfId(id);
		return keys && (await new TableBatch(this.table, limits, this.options).find(keys))?.record;
	}

	async remove(id: string, limits: TimeLimits): Promise<void> {
		const keys = keysOfId(id);
		if (!keys) return;
		await new TableBatch(this.table, limits, this.options).send(async (abortSignal) => {
			const { partitionKey, rowKey } = keys;
			await this.table
				.deleteEntity(partitionKey, rowKey, { abortSignal })
				.catch((error: unknown) => {
					// Taken away already, perhaps by a try whose answer was lost.
					if (!isMissingRow(error)) throw error;
				});
		});
	}
}

/** The first of each row, then the second of each that comes twice, and so on. */
function inTurns(rows: readonly PendingRow[]): PendingRow[][] {
	const seen = new Map<string, number>();
	const turns: PendingRow[][] = [];
	for (const pending of rows) {
		const key = JSON.stringify([pending.row.partitionKey, pending.row.rowKey]);
		const turn = seen.get(key) ?? 0;
		seen.set(key, turn + 1);
		(turns[turn] ??= []).push(pending);
	}
	return turns;
}

/** Rows of one partition together, as many as a transaction takes. */
function toTransactions(rows: readonly PendingRow[]): PendingRow[][] {
	const open = new Map<string, { rows: PendingRow[]; bytes: number }>();
	const transactions: PendingRow[][] = [];
	for (const pending of rows) {
		const { partitionKey, rowKey, columns } = pending.row;
		// The SDK takes braces in the answer's addresses for a refusal in JSON.
		if (/[{}]/.test(partitionKey + rowKey)) {
			transactions.push([pending]);
			continue;
		}
		const bytes = Buffer.byteLength(JSON.stringify(columns)) + PART_OVERHEAD;
		let transaction = open.get(partitionKey);
		const isFull =
			transaction && (transaction.rows.length >= MAX_ROWS || transaction.bytes + bytes > MAX_BYTES);
		if (!transaction || isFull) {
			transaction = { rows: [], bytes: 0 };
			open.set(partitionKey, transaction);
			transactions.push(transaction.rows);
		}
		transaction.rows.push(pending);
		transaction.bytes += bytes;
	}
	return transactions;
}
