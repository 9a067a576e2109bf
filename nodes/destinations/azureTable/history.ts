/** The history in an Azure table: a row for each key, which Azure inserts once and never a second time. */
import { randomUUID } from 'node:crypto';

import { openAccount } from './connection/account';
import { attemptSignal } from './connection/attempt';
import {
	explainError,
	explainTableCreation,
	isExistingRow,
	isMissingRow,
	isMissingTable,
} from './errors';
import { DestinationError, type DestinationOperation } from '../destinationError';
import { atMost, inTime, timeLimits, type TimeLimits } from '../timeLimits';
import { digest } from '../../lead/destination';
import type { TableClient, TransactionAction } from '../../vendor/dataTables';
import type { AskedLead, History, Seen } from '../../lead/repeats/types';
import {
	judgeByRows,
	lookByRows,
	type HistoryRow,
	type RowStore,
} from '../../lead/repeats/verdicts';

/** Milliseconds for all of a call; 10,000 leads take Azure less than a minute. */
const TIME = 5 * 60_000;
/** More at once is what makes the service ask to wait. */
const REQUESTS_AT_ONCE = 16;
/** The service's limit on a transaction. */
const MAX_ROWS = 100;
/** Marks a row keeps: those of the first hand-over, and of its latest retries. */
const MAX_MARKS = 20;

export interface AzureHistoryOptions {
	credential: Record<string, unknown>;
	table: string;
	/** Names the history among those of the table. */
	scope: readonly string[];
	/** What `clear` forgets was noted so many days ago; 0 for everything. */
	olderThanDays: number;
}

export class AzureHistory implements History {
	/** Begins the partitions of this history, 16 so that they can be on servers of their own. */
	private readonly prefix: string;

	constructor(private readonly options: AzureHistoryOptions) {
		this.prefix = digest(['history', ...options.scope]);
	}

	async judge(leads: readonly AskedLead[]): Promise<Seen[]> {
		// One for each call: an insert whose response was lost is known by it when it is tried again.
		const claim = randomUUID();
		return await this.withRows((store) => judgeByRows(store, leads, claim));
	}

	async look(leads: readonly AskedLead[]): Promise<Seen[]> {
		return await this.withRows((store) => lookByRows(store, leads));
	}

	async clear(): Promise<void> {
		const { olderThanDays } = this.options;
		await this.withTable(async (table, limits) => {
			const before = new Date(Date.now() - olderThanDays * 24 * 60 * 60_000).toISOString();
			const age = olderThanDays > 0 ? ` and Timestamp lt datetime'${before}'` : '';
			const filter = `PartitionKey ge '${this.prefix}-' and PartitionKey lt '${this.prefix}.'${age}`;
			let batch: TransactionAction[] = [];
			const remove = async (): Promise<void> => {
				const actions = batch;
				batch = [];
				if (actions.length > 0) await requested(limits, () => removed(table, actions, limits));
			};
			const select = ['PartitionKey', 'RowKey'];
			const rows = table.listEntities({
				queryOptions: { filter, select },
				abortSignal: limits.signal,
			});
			let partition = '';
			try {
				for await (const { partitionKey = '', rowKey = '' } of rows) {
					if (batch.length === MAX_ROWS || partitionKey !== partition) await remove();
					partition = partitionKey;
					batch.push(['delete', { partitionKey, rowKey }]);
				}
			} catch (error) {
				if (!isMissingTable(error)) throw explainError(error, 'read');
			}
			await remove();
		});
	}

	private async withRows(work: (store: RowStore) => Promise<Seen[]>): Promise<Seen[]> {
		return await this.withTable((table, limits) =>
			work(new HistoryTable(table, this.prefix, limits)),
		);
	}

	private async withTable<Result>(
		work: (table: TableClient, limits: TimeLimits) => Promise<Result>,
	): Promise<Result> {
		const { credential, table } = this.options;
		try {
			// The SDK's own retries know no deadline.
			const account = await openAccount(credential, { retries: 0 });
			return await work(account.table(table), timeLimits(TIME));
		} catch (error) {
			throw error instanceof DestinationError ? explained(error, table) : error;
		}
	}
}

class HistoryTable implements RowStore {
	/** One for all requests that miss the table at the same time. */
	private creation: Promise<unknown> | undefined;

	constructor(
		private readonly table: TableClient,
		private readonly prefix: string,
		private readonly limits: TimeLimits,
	) {}

	async insert(key: string, row: HistoryRow): Promise<HistoryRow | undefined> {
		const entity = { ...this.keysOf(key), claim: row.claim, marks: row.marks.join(' ') };
		const wasInserted = await requested(this.limits, async () => {
			try {
				await this.table.createEntity(entity, { abortSignal: this.signal() });
				return true;
			} catch (error) {
				if (isExistingRow(error)) return false;
				if (!isMissingTable(error)) throw error;
				await this.makeTable();
				// There is none yet: the next attempt is at the table.
				throw explainError(error, 'write').with({ retryAfter: 0 });
			}
		});
		// Cleared in between: whoever asks next finds it new, and so does this one.
		return wasInserted ? undefined : await this.find(key);
	}

	async find(key: string): Promise<HistoryRow | undefined> {
		const { partitionKey, rowKey } = this.keysOf(key);
		return await requested(
			this.limits,
			async () => {
				try {
					const found = await this.table.getEntity<{ claim?: unknown; marks?: unknown }>(
						partitionKey,
						rowKey,
						{ abortSignal: this.signal() },
					);
					return { claim: text(found.claim), marks: text(found.marks).split(' ') };
				} catch (error) {
					if (isMissingRow(error)) return undefined;
					throw error;
				}
			},
			'read',
		);
	}

	async addMarks(key: string, marks: readonly string[]): Promise<void> {
		const found = await this.find(key);
		if (!found) return;
		const [first = '', ...others] = [...new Set([...found.marks, ...marks])];
		const kept = [first, ...others.slice(-(MAX_MARKS - 1))].join(' ');
		await requested(this.limits, async () => {
			const entity = { ...this.keysOf(key), marks: kept };
			await this.table.updateEntity(entity, 'Merge', { abortSignal: this.signal() });
		});
	}

	async forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
		let failed = false;
		await atMost(REQUESTS_AT_ONCE, items, async (item) => {
			// What one could not do, the next hundreds need not try.
			if (failed) return;
			try {
				await work(item);
			} catch (error) {
				failed = true;
				throw error;
			}
		});
	}

	private keysOf(key: string): { partitionKey: string; rowKey: string } {
		return { partitionKey: `${this.prefix}-${key.slice(0, 1)}`, rowKey: key };
	}

	private signal(): AbortSignal {
		return attemptSignal(this.limits);
	}

	/** Somebody who has made it meanwhile is not in the way: the SDK takes that for success. */
	private async makeTable(): Promise<void> {
		this.creation ??= this.table
			.createTable({ abortSignal: this.signal() })
			.catch((error: unknown) => {
				// Only this attempt has failed: the next one is to ask again.
				this.creation = undefined;
				throw explainTableCreation(error);
			});
		await this.creation;
	}
}

/** A transaction, or its rows one by one where somebody else has removed one of them meanwhile. */
async function removed(
	table: TableClient,
	actions: TransactionAction[],
	{ signal: abortSignal }: TimeLimits,
): Promise<void> {
	try {
		await table.submitTransaction(actions, { abortSignal });
	} catch (error) {
		if (!isMissingRow(error)) throw error;
		for (const [, { partitionKey, rowKey }] of actions) {
			try {
				await table.deleteEntity(partitionKey, rowKey, { abortSignal });
			} catch (missing) {
				if (!isMissingRow(missing)) throw missing;
			}
		}
	}
}

/** Tried again where that may help. @throws DestinationError */
async function requested<Result>(
	limits: TimeLimits,
	attempt: () => Promise<Result>,
	operation: DestinationOperation = 'write',
): Promise<Result> {
	return await inTime(async () => {
		try {
			return await attempt();
		} catch (error) {
			// Of reading, only an error of writing says whether another attempt may help.
			const { retryAfter } = explainError(error, 'write');
			throw explainError(error, operation).with({ retryAfter });
		}
	}, limits);
}

function explained(error: DestinationError, table: string): DestinationError {
	if (error.code === 'configuration') return error;
	return error.with({
		message: `The history in the Azure table "${table}" cannot be used`,
		description: `${error.message}. ${ADVICE[error.code] ?? error.description}`,
	});
}

const AGAIN =
	'Retry the execution: what was new in it is new again. "Retry On Fail" in the settings of the node does so by itself.';

/** Where another attempt is all that helps. */
const ADVICE: Partial<Record<DestinationError['code'], string>> = {
	other: AGAIN,
	throttled: AGAIN,
	timeUp: AGAIN,
	timeout: AGAIN,
	unexpectedResponse: AGAIN,
	unreachable: AGAIN,
};

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
