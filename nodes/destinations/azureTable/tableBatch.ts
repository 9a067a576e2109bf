import { parseLead, type JsonObject, type JsonValue } from '../../lead';
import { digest } from '../../lead/destination';
import type { TableClient, TransactionAction } from '../../vendor/dataTables';
import { DestinationError, type WriteResult, type WrittenLead } from '../contract';
import { atMost, retried, timeIsUp, type TimeLimits } from '../timeLimits';
import { toRecord } from './record';
import {
	explainTableRefusal,
	explainWriteRefusal,
	isExistingRow,
	isMissingRow,
	isMissingTable,
	leavesDoubt,
	missingTable,
	refusedRow,
} from './refusal';
import { idOf, toEntity, type OutgoingRow, type RowKeys } from './rowMapping';

const LOOKUPS_AT_ONCE = 8;
/** Milliseconds. The service itself ends a request after 30 seconds. */
const TRY_TIMEOUT = 35_000;
/** Milliseconds that the clocks of the service's servers, and its `Date` in seconds, may be apart. */
const CLOCK_SLACK = 3_000;

export interface TableBatchOptions {
	/** Makes a table that is missing, with the first lead; yes when absent. */
	createTable?: boolean;
}

/** A row on its way, and which result is its. */
export interface PendingRow {
	at: number;
	row: OutgoingRow;
}

interface FoundRow {
	record: JsonObject;
	/** By the service's clock, epoch milliseconds: when it was written, and when it was read. */
	writtenAt: number;
	readAt: number;
}

interface Refused {
	/** As the SDK has it: holds which row of the transaction was refused. */
	error: unknown;
	refusal: DestinationError;
}

/** Whether a request was carried out, perhaps, without an answer that said so. */
interface Doubt {
	since: number;
	is: boolean;
}

/** One batch of leads: what becomes of each, and what is refused of them all. */
export class TableBatch {
	/** By the leads' order. */
	readonly results: WriteResult[] = [];
	#givenUp: DestinationError | undefined;
	#making: Promise<void> | undefined;

	constructor(
		private readonly table: TableClient,
		private readonly limits: TimeLimits,
		private readonly options: TableBatchOptions = {},
	) {}

	refuse(at: number, refusal: DestinationError): void {
		this.results[at] = { ok: false, error: refusal };
	}

	/** Writes the rows of one transaction: inserts them, and updates those that are there otherwise. */
	async write(rows: readonly PendingRow[]): Promise<void> {
		const changed: PendingRow[] = [];
		await this.#insert(rows, changed, { since: Date.now(), is: false });
		await this.#submitAll('upsert', changed, { since: Date.now(), is: false });
	}

	/** A row of these keys, where there is one. @throws DestinationError */
	async find({ partitionKey, rowKey }: RowKeys): Promise<FoundRow | undefined> {
		let readAt = Number.NaN;
		const entity = await this.send(async (abortSignal) => {
			const options = {
				abortSignal,
				onResponse: ({ headers }: { headers: { get(name: string): string | undefined } }) => {
					readAt = Date.parse(headers.get('date') ?? '');
				},
			};
			try {
				return await this.table.getEntity(partitionKey, rowKey, options);
			} catch (error) {
				if (isMissingRow(error)) return undefined;
				throw error;
			}
		});
		if (!entity) return undefined;
		return { record: toRecord(entity), writtenAt: Date.parse(entity.timestamp ?? ''), readAt };
	}

	/** Asks the service, again while that may help. @throws DestinationError */
	async send<Result>(request: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> {
		const { signal, deadline } = this.limits;
		try {
			return await retried(async () => {
				const time = Math.max(1, Math.min(TRY_TIMEOUT, deadline - Date.now()));
				try {
					return await request(AbortSignal.any([signal, AbortSignal.timeout(time)]));
				} catch (error) {
					throw explainWriteRefusal(error);
				}
			}, this.limits);
		} catch (error) {
			// The signal itself, where it was aborted before a try began.
			throw explainWriteRefusal(error);
		}
	}

	/** Inserts what is not there yet; what is there, but not the same, is put into `changed`. */
	async #insert(rows: readonly PendingRow[], changed: PendingRow[], doubt: Doubt): Promise<void> {
		let left = rows;
		// Each time some were there already, which is once, unless others write the same rows now.
		for (let looks = 0; looks <= rows.length && left.length > 0; looks += 1) {
			const existing = await this.#submitAll('create', left, doubt);
			left = [];
			const missing: PendingRow[] = [];
			await atMost(LOOKUPS_AT_ONCE, existing, async (pending) => {
				try {
					const found = await this.find(pending.row);
					if (!found) missing.push(pending);
					else if (!isSame(pending.row, found.record)) changed.push(pending);
					else this.#settle(pending, wroteIt(found, doubt) ? 'created' : 'unchanged');
				} catch (error) {
					this.refuse(pending.at, explainWriteRefusal(error));
				}
			});
			left = missing.sort((a, b) => a.at - b.at);
		}
		// Rows that come and go: what was last said of them is that they are there.
		changed.push(...left);
	}

	/**
	 * Sends the rows as one transaction, again without the row at fault while one is. Gives those
	 * still to be written once one is there already.
	 */
	async #submitAll(
		kind: 'create' | 'upsert',
		rows: readonly PendingRow[],
		doubt: Doubt,
	): Promise<readonly PendingRow[]> {
		let left = rows;
		let isMade = false;
		while (left.length > 0) {
			const stopped = timeIsUp(this.limits) ?? this.#givenUp;
			if (stopped) return this.#refuseAll(left, stopped);
			const refused = await this.#submit(kind, left, doubt);
			if (!refused) {
				for (const row of left) this.#settle(row, kind === 'create' ? 'created' : 'updated');
				return [];
			}
			const { error, refusal } = refused;
			const culprit = left.length === 1 ? left[0] : left[refusedRow(error) ?? left.length];
			if (isExistingRow(error)) return left;
			if (isMissingTable(error) && !isMade) {
				const unmade = await this.#makeTable();
				if (unmade) return this.#giveUp(left, unmade);
				isMade = true;
			} else if (refusal.code !== 'other') {
				return this.#giveUp(left, refusal);
			} else if (culprit) {
				this.refuse(culprit.at, refusal);
				left = left.filter((row) => row !== culprit);
			} else {
				// None is named: the halves tell which it is.
				const middle = Math.ceil(left.length / 2);
				return [
					...(await this.#submitAll(kind, left.slice(0, middle), doubt)),
					...(await this.#submitAll(kind, left.slice(middle), doubt)),
				];
			}
		}
		return [];
	}

	async #submit(
		kind: 'create' | 'upsert',
		rows: readonly PendingRow[],
		doubt: Doubt,
	): Promise<Refused | undefined> {
		let last: unknown;
		try {
			await this.send(async (abortSignal) => {
				try {
					await this.#request(kind, rows, abortSignal);
				} catch (error) {
					last = error;
					doubt.is ||= leavesDoubt(error);
					throw error;
				}
			});
			return undefined;
		} catch (refusal) {
			if (refusal instanceof DestinationError) return { error: last, refusal };
			throw refusal;
		}
	}

	async #request(
		kind: 'create' | 'upsert',
		rows: readonly PendingRow[],
		abortSignal: AbortSignal,
	): Promise<void> {
		const entities = rows.map(({ row }) => toEntity(row));
		const [first] = entities;
		if (first && entities.length === 1) {
			if (kind === 'create') await this.table.createEntity(first, { abortSignal });
			else await this.table.upsertEntity(first, 'Merge', { abortSignal });
			return;
		}
		const actions = entities.map((entity): TransactionAction =>
			kind === 'create' ? ['create', entity] : ['upsert', entity, 'Merge'],
		);
		const { subResponses } = await this.table.submitTransaction(actions, { abortSignal });
		// A proxy's page with status 200 has none: nothing was written then.
		if (subResponses.length === rows.length) return;
		throw new DestinationError('The answer of Azure Table Storage is not one to a transaction', {
			description:
				'Something between n8n and Azure may have answered in its place. Check the endpoint in the credential, and the proxy.',
			code: 'unreachable',
			retryAfter: 0,
		});
	}

	/**
	 * Microsoft's connector makes the table with the first lead, and so does this. Somebody who has
	 * made it meanwhile is not in the way: the SDK takes that for success.
	 */
	async #makeTable(): Promise<DestinationError | undefined> {
		if (this.options.createTable === false) return missingTable();
		this.#making ??= this.send(async (abortSignal) => {
			await this.table.createTable({ abortSignal });
		});
		try {
			await this.#making;
			return undefined;
		} catch (error) {
			return explainTableRefusal(error);
		}
	}

	#settle({ at, row }: PendingRow, outcome: WrittenLead['outcome']): void {
		this.results[at] = { ok: true, written: { outcome, id: idOf(row), url: '' } };
	}

	#refuseAll(rows: readonly PendingRow[], refusal: DestinationError): [] {
		for (const { at } of rows) this.refuse(at, refusal);
		return [];
	}

	/** For what says nothing of these rows in particular: the others need not be tried. */
	#giveUp(rows: readonly PendingRow[], refusal: DestinationError): [] {
		this.#givenUp ??= refusal;
		return this.#refuseAll(rows, refusal);
	}
}

/** Whether the row that is there is the one to be written: in its columns, or in what they say. */
function isSame({ partitionKey, rowKey, columns, additional }: OutgoingRow, there: JsonObject) {
	const isThere = (name: string): boolean => there[name] === columns[name];
	if (Object.keys(columns).every(isThere)) return true;
	if (!additional.every(isThere)) return false;
	// Microsoft's own rows have a blank where ours have nothing: the lead is the same.
	const record = { PartitionKey: partitionKey, RowKey: rowKey, ...columns };
	return contentOf(record) === contentOf(there);
}

function contentOf(record: JsonObject): string {
	const lead = parseLead(record, { destination: 'azureTable' });
	return digest({ ...lead, receivedAt: '', warnings: [] } as unknown as JsonValue);
}

/** Whether the row was written by a try of ours whose answer was lost, and was not there before. */
function wroteIt({ writtenAt, readAt }: FoundRow, doubt: Doubt): boolean {
	const ago = Date.now() - doubt.since + CLOCK_SLACK;
	return doubt.is && writtenAt >= readAt - ago;
}
