import type {
	LeadReader,
	PageRequest,
	Position,
	PolledPage,
	PolledRow,
} from '../../../polling/types';
import { fallback, object, optional, parse, string, tuple } from '../../../vendor/schema';
import type { TableClient, TableEntityResult } from '../../../vendor/dataTables';
import { timeOfHeader } from '../../timeLimits';
import { unexpectedResponse } from '../../unexpectedResponse';
import { explainError, isBadToken, isMissingTable } from '../errors';
import { marksOf } from '../marking/columns';
import { createdTime, toRecord } from './record';
import { SERVICE } from '../connection/responseCheck';

/** The service's own limit. */
const MAX_PAGE_SIZE = 1_000;

/**
 * Milliseconds. Timestamps come from the partition servers' clocks, and a row shows only when it is
 * committed: together that is seconds, so this is ample.
 */
const OVERLAP = 5 * 60 * 1000;

/**
 * A place in the table: behind a row, behind a page (the service's continuation token), or both,
 * the token then being one of the query that begins behind the row.
 */
interface TablePosition {
	after?: [partitionKey: string, rowKey: string] | undefined;
	token?: string | undefined;
}

/**
 * Reads a table's rows in the service's order, which is by PartitionKey and RowKey. Microsoft writes
 * the table's keys and they say nothing of time, so `since` is held against Timestamp.
 */
export class AzureTableReader implements LeadReader {
	readonly maxPageSize = MAX_PAGE_SIZE;
	readonly overlap = OVERLAP;
	readonly selective = false;

	constructor(private readonly table: TableClient) {}

	async readPage(request: PageRequest): Promise<PolledPage> {
		const { since, position, pageSize, signal } = request;
		const { after, token } = parse(positionSchema, position);
		let serviceTime: number | undefined;
		const filter = await queryFilter(since, after);
		const pages = this.table
			.listEntities({
				...(filter === undefined ? {} : { queryOptions: { filter } }),
				abortSignal: signal,
				onResponse: ({ headers }) => {
					serviceTime = timeOfHeader(headers.get('date')) ?? serviceTime;
				},
			})
			.byPage({
				maxPageSize: pageSize,
				...(token === undefined ? {} : { continuationToken: token }),
			});
		try {
			const result = await pages.next();
			if (result.done === true) return { rows: [], next: null, serviceTime };
			const page = result.value;
			// Only a missing token means the end: a page may be empty, or short, and go on.
			const next = page.continuationToken;
			return {
				rows: page.map(toRow),
				next: next === undefined ? null : toPosition({ after, token: next }),
				serviceTime,
			};
		} catch (error) {
			// Microsoft makes the table with the first lead: until then it is an empty one. A table that
			// goes missing in the middle is not at its end.
			if (position === null && isMissingTable(error)) {
				return { rows: [], next: null, serviceTime, isMissing: true };
			}
			// A cursor that was damaged must not stop every poll from now on: the pass begins again, and
			// what has been passed on is remembered.
			if (token !== undefined && isBadToken(error)) {
				const start = after === undefined ? null : toPosition({ after });
				return await this.readPage({ ...request, position: start });
			}
			throw explainError(error, 'read');
		}
	}
}

async function queryFilter(
	since: number | undefined,
	after: TablePosition['after'],
): Promise<string | undefined> {
	const { odata } = await import('../../../vendor/dataTables');
	const conditions: string[] = [];
	if (since !== undefined) conditions.push(odata`Timestamp ge ${new Date(since)}`);
	if (after) {
		const [partitionKey, rowKey] = after;
		// The first condition says nothing new, but lets the service begin at the partition.
		conditions.push(
			odata`PartitionKey ge ${partitionKey} and (PartitionKey gt ${partitionKey} or RowKey gt ${rowKey})`,
		);
	}
	return conditions.length === 0 ? undefined : conditions.join(' and ');
}

function toRow(entity: TableEntityResult<Record<string, unknown>>): PolledRow {
	const { partitionKey, rowKey, timestamp = '' } = entity;
	const clock = Date.parse(timestamp);
	if (partitionKey === undefined || rowKey === undefined || !(clock >= 0)) {
		throw unexpectedResponse(SERVICE, 'one of its rows lacks its keys or Timestamp');
	}
	const record = toRecord(entity);
	return {
		key: JSON.stringify([partitionKey, rowKey]),
		// Rounded down to milliseconds, as `since` is: no row falls between the two.
		clock,
		createdAt: createdTime(record),
		position: toPosition({ after: [partitionKey, rowKey] }),
		record,
		...marksOf(entity),
		version: entity.etag,
	};
}

function toPosition({ after, token }: TablePosition): Position {
	return {
		...(after === undefined ? {} : { after }),
		...(token === undefined ? {} : { token }),
	};
}

/** What is damaged is left out: beginning earlier only reads again. */
const positionSchema = fallback(
	object({
		after: fallback(optional(tuple([string(), string()])), undefined),
		token: fallback(optional(string()), undefined),
	}),
	{ after: undefined, token: undefined },
);
