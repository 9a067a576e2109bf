import { parseLead, type JsonObject, type JsonValue } from '../../../lead';
import { digest } from '../../../lead/destination';
import type { TableClient } from '../../../vendor/dataTables';
import type { ExistingRecord } from '../../contract';
import { timeOfHeader } from '../../timeLimits';
import { isMissingRow } from '../errors';
import { toRecord } from '../reading/record';
import { idOf, type RowKeys, type TableRow } from './mapping';

/** Milliseconds that the clocks of the service's servers, and its `Date` in seconds, may be apart. */
const CLOCK_SLACK = 3_000;

/** A row as it is in the table. */
export interface FoundRow {
	record: JsonObject;
	/** By the service's clock, epoch milliseconds: when it was written, and when it was read. */
	writtenAt: number;
	readAt: number;
	/** The same moment by this machine's clock. */
	receivedAt: number;
}

/** The row of these keys; `undefined` where there is none. Throws what the SDK throws. */
export async function findRow(
	table: TableClient,
	{ partitionKey, rowKey }: RowKeys,
	abortSignal: AbortSignal,
): Promise<FoundRow | undefined> {
	let readAt = Number.NaN;
	try {
		const entity = await table.getEntity(partitionKey, rowKey, {
			abortSignal,
			onResponse: ({ headers }) => {
				readAt = timeOfHeader(headers.get('date')) ?? Number.NaN;
			},
		});
		return {
			record: toRecord(entity),
			writtenAt: Date.parse(entity.timestamp ?? ''),
			readAt,
			receivedAt: Date.now(),
		};
	} catch (error) {
		if (isMissingRow(error)) return undefined;
		throw error;
	}
}

/** What is there in place of a row that was to be created. */
export function toExisting(
	row: TableRow,
	{ record, writtenAt, readAt, receivedAt }: FoundRow,
): ExistingRecord {
	return {
		id: idOf(row),
		isSame: isSame(row, record),
		// Counted back from when it was read: the two clocks need not agree.
		wasCreatedAfter: (time) => writtenAt >= readAt - (receivedAt - time) - CLOCK_SLACK,
	};
}

/** Whether the row that is there is the one to be written: in its columns, or in what they say. */
function isSame(
	{ partitionKey, rowKey, columns, additional }: TableRow,
	there: JsonObject,
): boolean {
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
