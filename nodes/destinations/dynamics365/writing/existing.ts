/** Leads that are there already: what is different in them, and where they are seen. */
import type { ColumnValue, ColumnValues } from './mapping';
import type { WritableColumns } from '../writableColumns';

type Row = Readonly<Record<string, unknown>>;

/** statecode of a lead that is neither qualified nor disqualified: others are read-only. */
const OPEN = 0;

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

/** Whether a row was made at that time or later, by the service's clock. */
export function isMadeSince(time: number | undefined, { createdon }: Row): boolean {
	if (time === undefined || typeof createdon !== 'string') return false;
	// createdon has no parts of a second.
	return Date.parse(createdon) >= Math.floor(time / 1_000) * 1_000;
}

/** For people who are signed in to Dynamics 365. */
export function leadUrl(origin: string, id: string): string {
	return `${origin}/main.aspx?pagetype=entityrecord&etn=lead&id=${id}`;
}

function comparable(value: unknown, name: string, writable: WritableColumns): unknown {
	if (value === undefined || value === '') return null;
	if (typeof value !== 'string') return value;
	if (writable.get(name)?.kind !== 'dateTime') return value.replace(/\r\n?/g, '\n').trim();
	// Kept without parts of a second.
	return Math.floor(Date.parse(value) / 1_000);
}
