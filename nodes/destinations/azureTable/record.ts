import type { JsonObject, JsonValue } from '../../lead';
import { readTime } from '../../lead/time';
import type { TableEntityResult } from '../../vendor/dataTables';

/** The columns the service keeps itself, by the SDK's names and by the service's. */
const SYSTEM_COLUMNS: Readonly<Record<string, string>> = {
	partitionKey: 'PartitionKey',
	rowKey: 'RowKey',
	timestamp: 'Timestamp',
};

/** A row under the column names Microsoft documents, its values as JSON has them. */
export function toRecord(entity: TableEntityResult<Record<string, unknown>>): JsonObject {
	const record: JsonObject = {};
	for (const [name, value] of Object.entries(entity)) {
		if (name === 'etag' || name === 'odata.metadata') continue;
		const column = Object.hasOwn(SYSTEM_COLUMNS, name) ? SYSTEM_COLUMNS[name] : undefined;
		const json = toJson(value);
		if (json === undefined) continue;
		// A column may have any name: `__proto__` must become a field, not the record's prototype.
		Object.defineProperty(record, column ?? name, {
			value: json,
			enumerable: true,
			configurable: true,
			writable: true,
		});
	}
	return record;
}

/**
 * When Microsoft's writer says that the lead was made, epoch milliseconds: the same time that the
 * lead shows. The column's name may have any casing; `undefined` where it holds no time.
 */
export function createdTime(record: JsonObject): number | undefined {
	for (const [name, value] of Object.entries(record)) {
		if (name.toLowerCase() !== 'createdtime') continue;
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
