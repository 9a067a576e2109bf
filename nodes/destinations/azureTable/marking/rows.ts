/** Changes of many rows by as few requests as partitions allow. */
import type {
	TableClient,
	TableEntity,
	TableEntityResult,
	TransactionAction,
} from '../../../vendor/dataTables';
import { DestinationError } from '../../destinationError';
import { atMost, inTime, timeIsUp, type TimeLimits } from '../../timeLimits';
import { pack } from '../../packing';
import { attemptSignal } from '../connection/attempt';
import {
	makeDeletesConditional,
	submitTransaction,
	toPackable,
	TRANSACTION_LIMITS,
	TRANSACTIONS_AT_ONCE,
} from '../connection/transaction';
import { explainError, isChangedRow, isMissingRow } from '../errors';
import type { RowKeys } from '../writing/mapping';

const REQUESTS_AT_ONCE = 16;

export interface RowChange extends RowKeys {
	/** Of a change that is to fail where the row was changed since. */
	etag?: string | undefined;
	entity: TableEntity;
}

/** What became of a change; the new etag where there is one. */
export type RowResult =
	| { status: 'done'; etag?: string | undefined }
	/** `perhapsByUs` where an attempt before had no certain end: it may have made the very change. */
	| { status: 'changed'; perhapsByUs?: boolean | undefined }
	| { status: 'missing' }
	| { status: 'failed'; error: DestinationError };

/** Makes the SDK's client for a table, which holds no connection. */
export type OpenTable = () => TableClient;

export type RowAction = 'delete' | 'merge' | 'replace';

/**
 * Carries out one action on each row, in transactions where several are of one partition. A row that
 * is missing, or that was changed since (`changed`), keeps no other from its turn. One result for
 * each, in their order; never throws.
 */
export async function changeRows(
	openTable: OpenTable,
	action: RowAction,
	changes: readonly RowChange[],
	limits: TimeLimits,
): Promise<RowResult[]> {
	const table = openTable();
	const results: RowResult[] = [];
	const alone: number[] = [];
	const uncertain = new Set<number>();
	let stopped: DestinationError | undefined;
	const fail = (indexes: readonly number[], error: DestinationError): void => {
		for (const index of indexes) results[index] = { status: 'failed', error };
	};
	/** Tries while there is time, and remembers what may have been done by an attempt that failed. */
	const tried = async <Result>(
		indexes: readonly number[],
		attempt: () => Promise<Result>,
	): Promise<Result> =>
		await inTime(async () => {
			try {
				return await attempt();
			} catch (error) {
				const mayBeDone = error instanceof DestinationError && error.mayBeDone;
				if (mayBeDone) for (const index of indexes) uncertain.add(index);
				throw error;
			}
		}, limits);
	const batches = pack([...changes.keys()], TRANSACTION_LIMITS, (index) => {
		const change = changes[index] as RowChange;
		return toPackable(change, JSON.stringify(change.entity));
	});
	await atMost(TRANSACTIONS_AT_ONCE, batches, async (indexes) => {
		if (stopped) {
			fail(indexes, stopped);
			return;
		}
		if (indexes.length === 1) {
			alone.push(...indexes);
			return;
		}
		const batch = indexes.flatMap((index) => changes[index] ?? []);
		try {
			const etags = await tried(
				indexes,
				async () => await submit(openTable(), action, batch, limits),
			);
			indexes.forEach((index, at) => (results[index] = { status: 'done', etag: etags[at] }));
		} catch (error) {
			// One row can fail a transaction, of which only the first is named: each by itself then.
			if (isOfOneRow(error, action)) alone.push(...indexes);
			else fail(indexes, (stopped = toError(error, limits)));
		}
	});
	await atMost(REQUESTS_AT_ONCE, alone, async (index) => {
		const change = changes[index];
		if (!change) return;
		if (stopped) {
			fail([index], stopped);
			return;
		}
		try {
			const result = await tried(
				[index],
				async () => await changeOne(table, action, change, limits),
			);
			const isOurs = result.status === 'changed' && uncertain.has(index);
			results[index] = isOurs ? { ...result, perhapsByUs: true } : result;
		} catch (error) {
			const told = toError(error, limits);
			fail([index], told);
			if (told.code !== 'rejected') stopped = told;
		}
	});
	return changes.map((_change, index) => results[index] ?? { status: 'missing' });
}

/** The rows of these keys as they are, without any conversion; `undefined` for those that are not there. */
export async function readRows(
	table: TableClient,
	keys: readonly RowKeys[],
	limits: TimeLimits,
): Promise<Array<DestinationError | TableEntityResult<Record<string, unknown>> | undefined>> {
	const found: Array<DestinationError | TableEntityResult<Record<string, unknown>> | undefined> =
		[];
	let stopped: DestinationError | undefined;
	await atMost(REQUESTS_AT_ONCE, [...keys.entries()], async ([index, { partitionKey, rowKey }]) => {
		if (stopped) {
			found[index] = stopped;
			return;
		}
		try {
			found[index] = await inTime(async () => {
				try {
					return await table.getEntity(partitionKey, rowKey, {
						disableTypeConversion: true,
						abortSignal: attemptSignal(limits),
					});
				} catch (error) {
					if (isMissingRow(error)) return undefined;
					throw explainError(error, 'write');
				}
			}, limits);
		} catch (error) {
			found[index] = stopped = toError(error, limits);
		}
	});
	return keys.map((_key, index) => found[index]);
}

async function submit(
	table: TableClient,
	action: RowAction,
	changes: readonly RowChange[],
	limits: TimeLimits,
): Promise<Array<string | undefined>> {
	try {
		if (action === 'delete') {
			makeDeletesConditional(
				table,
				changes.map(({ etag = '*' }) => etag),
			);
		}
		return await submitTransaction(table, changes.map(toAction(action)), attemptSignal(limits));
	} catch (error) {
		throw isOfOneRow(error, action) ? error : explainError(error, 'write');
	}
}

function toAction(action: RowAction) {
	return ({ entity, etag }: RowChange): TransactionAction => {
		const condition = etag === undefined ? {} : { etag };
		switch (action) {
			case 'delete':
				return ['delete', entity];
			case 'merge':
				return ['update', entity, 'Merge', condition];
			case 'replace':
				return ['upsert', entity, 'Replace'];
		}
	};
}

async function changeOne(
	table: TableClient,
	action: RowAction,
	{ partitionKey, rowKey, etag, entity }: RowChange,
	limits: TimeLimits,
): Promise<RowResult> {
	const options = {
		abortSignal: attemptSignal(limits),
		...(etag === undefined ? {} : { etag }),
	};
	try {
		switch (action) {
			case 'delete':
				await table.deleteEntity(partitionKey, rowKey, options);
				return { status: 'done' };
			case 'merge':
				return { status: 'done', etag: (await table.updateEntity(entity, 'Merge', options)).etag };
			case 'replace':
				return {
					status: 'done',
					etag: (await table.upsertEntity(entity, 'Replace', options)).etag,
				};
		}
	} catch (error) {
		// A missing table is to be made where rows are put into it.
		if (isMissingRow(error) && action !== 'replace') return { status: 'missing' };
		if (isChangedRow(error)) return { status: 'changed' };
		throw explainError(error, 'write');
	}
}

function isOfOneRow(error: unknown, action: RowAction): boolean {
	// Where rows are put it is the table that is missing.
	if ((isMissingRow(error) && action !== 'replace') || isChangedRow(error)) return true;
	return error instanceof DestinationError && error.code === 'rejected';
}

function toError(error: unknown, limits: TimeLimits): DestinationError {
	if (error instanceof DestinationError) return error;
	return timeIsUp(limits) ?? explainError(error, 'write');
}
