/** Leads that are there already, and what is different in them. */
import type { ExistingRecord } from '../../contract';
import type { WritableColumns } from '../metadata';
import type { ColumnValue, ColumnValues } from './fields';

type Row = Readonly<Record<string, unknown>>;

export interface ExistingLead extends ExistingRecord {
	/** What has to be written so that the row says the same. */
	readonly changes: ColumnValues;
}

/** statecode of a lead that is neither qualified nor disqualified: others are read-only. */
const OPEN = 0;
/** Milliseconds by which createdon may be before a response's clock: both are in whole seconds. */
const CLOCK_SLACK = 3_000;

/** The columns of a row that `toExisting` looks at; `values` are those that may be updated. */
export function columnsToCompare(values: ColumnValues): string[] {
	return ['createdon', 'statecode', ...Object.keys(values)];
}

/** @param toServiceTime gives a time of this machine's clock by the service's */
export function toExisting(
	id: string,
	row: Row,
	changes: ColumnValues,
	toServiceTime: (time: number) => number,
): ExistingLead {
	const createdAt = Date.parse(String(row['createdon']));
	return {
		id,
		changes,
		isSame: Object.keys(changes).length === 0,
		// createdon has no parts of a second.
		wasCreatedAfter: (time) =>
			createdAt >= Math.floor((toServiceTime(time) - CLOCK_SLACK) / 1_000) * 1_000,
	};
}

/** What has to be written so that the row says the same; nothing for a lead that can't be changed. */
export function changesOf(
	values: ColumnValues,
	row: Row,
	writable: WritableColumns,
): Record<string, ColumnValue> {
	if ((row['statecode'] ?? OPEN) !== OPEN) return {};
	return Object.fromEntries(
		Object.entries(values).filter(([name, value]) => {
			if (writable.get(name)?.updatable !== true) return false;
			return comparable(value, name, writable) !== comparable(row[name], name, writable);
		}),
	);
}

function comparable(value: unknown, name: string, writable: WritableColumns): unknown {
	if (value === undefined || value === '') return null;
	if (typeof value !== 'string') return value;
	if (writable.get(name)?.kind !== 'dateTime') return value.replace(/\r\n?/g, '\n').trim();
	// Kept without parts of a second.
	return Math.floor(Date.parse(value) / 1_000);
}
