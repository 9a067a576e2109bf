import type { JsonObject, JsonValue } from '../../../lead';
import { readTime } from '../../../lead/time';
import type { TableEntityResult } from '../../../vendor/dataTables';
import { MARK_COLUMNS } from '../marking/columns';

/** The columns the service keeps itself, by the SDK's names and by the service's. */
const SYSTEM_COLUMNS: ReadonlyMap<string, string> = new Map([
	['partitionKey', 'PartitionKey'],
	['rowKey', 'RowKey'],
	['timestamp', 'Timestamp'],
]);

/** Columns of ours, which say what became of the lead and are no part of it. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(Object.values(MARK_COLUMNS));

const CREATED_TIME = 'createdtime';

/** A row under the column names Microsoft documents, its values as JSON has them. */
export function toRecord(entity: TableEntityResult<Record<string, unknown>>): JsonObject {
	const record: JsonObject = {};
	for (const [name, value] of Object.entries(entity)) {
		if (name === 'etag' || name === 'odata.metadata' || OWN_COLUMNS.has(name)) continue;
		const json = toJson(value);
		if (json === undefined) continue;
		// A column may have any name: `__proto__` must become a field, not the record's prototype.
		if (name === '__proto__') defineField(record, name, json);
		else record[SYSTEM_COLUMNS.get(name) ?? name] = json;
	}
	return record;
}

/** Takes so much longer than an assignment that it is kept for where that would not do. */
function defineField(record: JsonObject, name: string, value: JsonValue): void {
	Object.defineProperty(record, name, {
		value,
		enumerable: true,
		configurable: true,
		writable: true,
	});
}

/**
 * When Microsoft's writer says that the lead was made, epoch milliseconds: the same time that the
 * lead shows. The column's name may have any casing; `undefined` where it holds no time.
 */
export function createdTime(record: JsonObject): number | undefined {
	for (const [name, value] of Object.entries(record)) {
		if (name.length !== CREATED_TIME.length || name.toLowerCase() !== CREATED_TIME) continue;
		const time = readTime(value);
		if (time !== '') return Date.parse(time);
	}
	return undefined;
}

/** The SDK gives dates, 64-bit integers, GUIDs and bytes as objects that JSON does not have. */
function toJson(value: unknown): JsonValue | undefined {
	if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
	if (typeof value === 'bigint') return String(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
	if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
	if (typeof value === 'object' && 'value' in value) return toJson(value.value);
	return undefined;
}
