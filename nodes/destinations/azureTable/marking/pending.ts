import { randomUUID } from 'node:crypto';

import type { TableEntityResult } from '../../../vendor/dataTables';
import type { ClaimResult, LeadClaim, LeadToMark, MarkResult, PendingLeads } from '../../contract';
import { DestinationError } from '../../destinationError';
import { inTime, type TimeLimits } from '../../timeLimits';
import { attemptSignal } from '../connection/attempt';
import type { StorageAccount } from '../connection/account';
import {
	explainError,
	explainTableCreation,
	isMissingTable,
	keepsChanging,
	noSuchRow,
	notAKey,
} from '../errors';
import { AzureTableReader } from '../reading/reader';
import { keysOfId, type RowKeys } from '../writing/mapping';
import { handOverCells, handledCells, MARK_COLUMNS } from './columns';
import { changeRows, type OpenTable, readRows, type RowChange, type RowResult } from './rows';

export type HandledRows = 'column' | 'move';

/** Times that a row is moved that is changed each time; nobody edits one so often within seconds. */
const MAX_MOVES = 5;

interface Marked {
	index: number;
	keys: RowKeys;
	lead: LeadToMark;
}

/** The pending leads of a table: those that are in it, or those that no column says are handled. */
export class PendingRows implements PendingLeads {
	readonly identity: string;
	readonly reader: AzureTableReader;
	private readonly table: OpenTable;
	private readonly handled: OpenTable;
	/** One for all that miss the table at the same time. */
	private creation: Promise<void> | undefined;

	private readonly tableName: string;
	private readonly handledName: string;
	private readonly way: HandledRows;

	/** `account` has to be one whose clients don't try again by themselves, unlike those of `reading`. */
	constructor(
		account: StorageAccount,
		{ table, handledTable, way }: { table: string; handledTable: string; way: HandledRows },
		reading: StorageAccount,
	) {
		this.tableName = table;
		this.handledName = handledTable;
		this.way = way;
		// Table names are told apart without regard to case.
		this.identity = JSON.stringify(['azureTable', account.url, table.toLowerCase()]);
		this.table = () => account.table(table);
		this.handled = () => account.table(handledTable);
		this.reader = new AzureTableReader(reading.table(table));
	}

	async claim(claims: readonly LeadClaim[], limits: TimeLimits): Promise<ClaimResult[]> {
		const claim = randomUUID();
		const changes = claims.flatMap(({ id, version, handOver }, index) => {
			const keys = keysOfId(id);
			if (!keys) return [];
			const entity = { ...keys, ...handOverCells(handOver, claim) };
			return [{ index, change: { ...keys, entity, etag: version } satisfies RowChange }];
		});
		const results = await this.knowingOurs(
			claim,
			changes.map(({ change }) => change),
			limits,
		);
		const claimed: ClaimResult[] = claims.map(() => ({ ok: false }));
		changes.forEach(({ index }, at) => (claimed[index] = toClaimResult(results[at])));
		const failed = results.find((result) => result.status === 'failed');
		if (failed?.status === 'failed' && results.every(({ status }) => status === 'failed')) {
			throw failed.error;
		}
		return claimed;
	}

	/** A change that was made and had no response is found made: by its claim it is told from others'. */
	private async knowingOurs(
		claim: string,
		changes: readonly RowChange[],
		limits: TimeLimits,
	): Promise<RowResult[]> {
		const results = await changeRows(this.table, 'merge', changes, limits);
		const unclear = results.flatMap((result, index) =>
			result.status === 'changed' && result.perhapsByUs ? [index] : [],
		);
		const keys = unclear.flatMap((index) => changes[index] ?? []);
		const rows = await readRows(this.table(), keys, limits);
		unclear.forEach((index, at) => {
			const row = rows[at];
			if (row instanceof DestinationError) results[index] = { status: 'failed', error: row };
			else if (row && textOf(row[MARK_COLUMNS.claim]) === claim) {
				results[index] = { status: 'done', etag: row.etag };
			}
		});
		return results;
	}

	async mark(leads: readonly LeadToMark[], limits: TimeLimits): Promise<MarkResult[]> {
		const results: MarkResult[] = [];
		const marked = leads.flatMap((lead, index): Marked[] => {
			const keys = keysOfId(lead.id);
			if (keys) return [{ index, keys, lead }];
			results[index] = { ok: false, error: notAKey() };
			return [];
		});
		await (this.way === 'column'
			? this.setColumns(marked, results, limits)
			: this.move(marked, results, limits));
		return results;
	}

	async check(limits: TimeLimits): Promise<void> {
		const table = this.way === 'move' ? this.handled : this.table;
		await inTime(async () => {
			try {
				await table()
					.listEntities({ abortSignal: attemptSignal(limits) })
					.byPage({ maxPageSize: 1 })
					.next();
			} catch (error) {
				if (!isMissingTable(error)) throw explainError(error, 'read');
			}
		}, limits);
	}

	private async setColumns(
		marked: readonly Marked[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<void> {
		const changes = marked.map(({ keys, lead }) => ({
			...keys,
			entity: { ...keys, ...handledCells(lead.handledAt, lead.handledBy) },
		}));
		const done = await changeRows(this.table, 'merge', changes, limits);
		marked.forEach(({ index }, at) => (results[index] = this.toMarkResult(done[at])));
	}

	/**
	 * First into the other table, then out of this one: broken off in between, it is done again. So it
	 * is where a row was changed in between, because the copy lacks the change.
	 */
	private async move(
		marked: readonly Marked[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<void> {
		let left = marked;
		for (let attempt = 0; attempt < MAX_MOVES && left.length > 0; attempt += 1) {
			left = await this.moveOnce(left, results, limits);
		}
		for (const { index } of left) results[index] = { ok: false, error: keepsChanging() };
	}

	/** Gives those that were changed meanwhile. */
	private async moveOnce(
		marked: readonly Marked[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<Marked[]> {
		const rows = await readRows(
			this.table(),
			marked.map(({ keys }) => keys),
			limits,
		);
		const there = marked.flatMap((entry, at) => {
			const row = rows[at];
			if (row instanceof DestinationError) results[entry.index] = { ok: false, error: row };
			return row && !(row instanceof DestinationError) ? [{ ...entry, row }] : [];
		});
		const gone = marked.filter((_entry, at) => rows[at] === undefined);
		await this.lookIntoHandled(gone, results, limits);

		const copies = there.map(({ keys, lead, row }): RowChange => ({
			...keys,
			entity: { ...withoutService(row), ...keys, ...handledCells(lead.handledAt, lead.handledBy) },
		}));
		const copied = await this.putIntoHandled(copies, limits);
		const moved = there.filter(({ index }, at) => {
			const result = copied[at];
			if (result?.status === 'failed') results[index] = { ok: false, error: result.error };
			return result?.status === 'done';
		});
		const deleted = await changeRows(
			this.table,
			'delete',
			moved.map(({ keys, row }) => ({ ...keys, etag: row.etag, entity: { ...keys } })),
			limits,
		);
		return moved.filter(({ index }, at) => {
			const result = deleted[at];
			if (result?.status === 'changed') return true;
			results[index] =
				result?.status === 'failed'
					? { ok: false, error: result.error }
					: { ok: true, outcome: 'marked' };
			return false;
		});
	}

	/** What is not in the table was moved already, or is none of its leads. */
	private async lookIntoHandled(
		gone: readonly Marked[],
		results: MarkResult[],
		limits: TimeLimits,
	): Promise<void> {
		const rows = await readRows(
			this.handled(),
			gone.map(({ keys }) => keys),
			limits,
		);
		gone.forEach(({ index }, at) => {
			const row = rows[at];
			if (row instanceof DestinationError) results[index] = { ok: false, error: row };
			else if (row) results[index] = { ok: true, outcome: 'alreadyHandled' };
			else results[index] = { ok: false, error: noSuchRow(this.tableName, this.handledName) };
		});
	}

	private async putIntoHandled(
		copies: readonly RowChange[],
		limits: TimeLimits,
	): Promise<RowResult[]> {
		const copied = await changeRows(this.handled, 'replace', copies, limits);
		const isMissing = copied.some(
			(result) => result.status === 'failed' && result.error.code === 'notFound',
		);
		if (!isMissing) return copied;
		try {
			await this.makeHandled(limits);
		} catch (error) {
			const told = error instanceof DestinationError ? error : explainTableCreation(error);
			return copies.map(() => ({ status: 'failed', error: told }));
		}
		return await changeRows(this.handled, 'replace', copies, limits);
	}

	private async makeHandled(limits: TimeLimits): Promise<void> {
		this.creation ??= this.handled()
			.createTable({ abortSignal: attemptSignal(limits) })
			.catch((error: unknown) => {
				// Only this attempt has failed: the next one is to ask again.
				this.creation = undefined;
				throw explainTableCreation(error);
			});
		await this.creation;
	}

	private toMarkResult(result: RowResult | undefined): MarkResult {
		if (result?.status === 'done') return { ok: true, outcome: 'marked' };
		if (result?.status === 'failed') return { ok: false, error: result.error };
		return { ok: false, error: noSuchRow(this.tableName) };
	}
}

function toClaimResult(result: RowResult | undefined): ClaimResult {
	if (result?.status === 'done') return { ok: true, version: result.etag };
	return result?.status === 'failed' ? { ok: false, error: result.error } : { ok: false };
}

/** Of a cell that was read without conversion. */
function textOf(cell: unknown): unknown {
	return typeof cell === 'object' && cell !== null ? (cell as { value?: unknown }).value : cell;
}

/** What the service and the SDK add to a row, and what it would not take back. */
function withoutService(row: TableEntityResult<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(row).filter(
			([name]) => name !== 'timestamp' && name !== 'etag' && !name.startsWith('odata.'),
		),
	);
}
