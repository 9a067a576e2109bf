import type { JsonObject, JsonValue } from '../../../lead';
import { LEAD_PARTS, OPT_OUT_COLUMNS, type ColumnSettings } from '../properties';

/** What Dataverse is asked to add to a choice, a date or a sum: how it is shown to people. */
export const FORMATTED_VALUE = 'OData.Community.Display.V1.FormattedValue';

type Row = Readonly<Record<string, unknown>>;

/**
 * A row as `parseLead` reads it: standard columns under their own names, which it knows, others under
 * that of the lead's part they were chosen for. A choice is its label there. Additional columns keep
 * their value, and get its label beside it. Opt-outs are true or false; where an environment has made
 * a choice of one, its label ("Do Not Allow") says what a number does not.
 */
export function toRecord(row: Row, columns: ColumnSettings): JsonObject {
	const record: JsonObject = {};
	const moved = new Map([...movedParts(columns), ['LeadSource', columns.leadSource]]);
	const own = new Set([...columns.standing, ...columns.additional]);
	for (const column of own) record[column] = toJson(row[column]);
	for (const column of columns.standing) {
		if (!OPT_OUT_COLUMNS.includes(column) || typeof row[column] === 'boolean') continue;
		record[column] = formattedOf(row, column) ?? toJson(row[column]);
	}
	for (const [part, column] of moved) {
		record[part] = formattedOf(row, column) ?? toJson(row[column]);
		// The number of a choice says what its label, which can be renamed, does not.
		if (formattedOf(row, column) !== undefined) record[column] = toJson(row[column]);
	}
	for (const column of columns.additional) {
		const formatted = formattedOf(row, column);
		// A number is shown as it is, or with separators.
		if (formatted !== undefined && formatted !== JSON.stringify(record[column])) {
			record[`${column}Text`] = formatted;
		}
	}
	return record;
}

function movedParts({ parts }: ColumnSettings): Array<[part: string, column: string]> {
	return [...parts].filter(
		([part, column]) => LEAD_PARTS.find(({ name }) => name === part)?.column !== column,
	);
}

/** The text people see in place of a value that is none. */
function formattedOf(row: Row, column: string): string | undefined {
	const formatted = row[`${column}@${FORMATTED_VALUE}`];
	return typeof formatted === 'string' && typeof row[column] !== 'string' ? formatted : undefined;
}

/** Rows come out of JSON: a value is one of its values, or was not sent. */
function toJson(value: unknown): JsonValue {
	return (value ?? null) as JsonValue;
}
