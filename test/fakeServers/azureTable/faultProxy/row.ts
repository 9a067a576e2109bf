import type { JsonObject } from '../../../../nodes/lead/types.ts';

/** A row as the service returns it: columns by name, `X@odata.type` beside those that need it. */
export type Row = JsonObject;

export interface RowKeys {
	partitionKey: string;
	rowKey: string;
}

export function keysOf(row: Row): RowKeys {
	const { PartitionKey: partitionKey, RowKey: rowKey } = row;
	if (typeof partitionKey === 'string' && typeof rowKey === 'string')
		return { partitionKey, rowKey };
	// The proxy asks for whole rows, so this is none of the client's doing.
	throw new Error('Azurite returned a row without keys');
}

/** The columns of `$select` with their type annotations; all of them without it. */
export function selectedColumns(row: Row, search: URLSearchParams): Row {
	const columns = (search.get('$select') ?? '').split(',').flatMap((name) => name.trim() || []);
	if (columns.length === 0) return row;
	const kept = Object.entries(row).filter(
		([name]) => name.startsWith('odata.') || columns.includes(name.split('@')[0] ?? ''),
	);
	return Object.fromEntries(kept);
}

/** The service counts time in units of 100 ns, which no JavaScript number of them could hold. */
const TICKS_PER_MS = 10_000n;
const TICK_DIGITS = 7;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)?$/;

/** ISO 8601 as 100 ns since 1970, UTC where no zone is named; undefined for any other text. */
export function ticksOf(text: string): bigint | undefined {
	const match = TIME.exec(text);
	if (!match) return undefined;
	const [, minutes, seconds = '00', fraction = '', zone = 'Z'] = match;
	const wholeMs = Date.parse(`${minutes}:${seconds}.000${zone}`);
	if (Number.isNaN(wholeMs)) return undefined;
	return BigInt(wholeMs) * TICKS_PER_MS + BigInt(fraction.padEnd(TICK_DIGITS, '0'));
}
