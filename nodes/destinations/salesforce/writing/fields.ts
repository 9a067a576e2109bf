import { DestinationError, type WritableField } from '../../contract';
import { readColumns, type LeadColumn } from '../metadata';
import { openForEditor, PLAIN_TYPE } from '../lists';
import { queryResult, type SalesforceSession } from '../connection/session';
import { FORM_NAMES, FURTHER_FORM_NAMES } from './webToLeadMapping';

const NUMBER_TYPE = /^(currency|double|int|long|percent)$/;

/** Which id each field goes by; in a form, a custom field's id is its name. */
const FIELD_IDS =
	"SELECT DurableId, QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'";

/** Fields that the user may fill, by API name. @throws DestinationError */
export async function restFields(credential: Record<string, unknown>): Promise<WritableField[]> {
	const { session, signal } = await openForEditor(credential);
	const columns = await readColumns(session, signal);
	return sorted([...columns.values()].filter(isWritable).map(toField));
}

/** Fields that a Web-to-Lead form can have, by their names in forms. @throws DestinationError */
export async function formFields(credential: Record<string, unknown>): Promise<WritableField[]> {
	const { session, signal } = await openForEditor(credential);
	const [columns, ids] = await Promise.all([
		readColumns(session, signal),
		readFieldIds(session, signal),
	]);
	const standard: Readonly<Record<string, string>> = { ...FORM_NAMES, ...FURTHER_FORM_NAMES };
	const fields = [...columns.values()].filter(isWritable).flatMap((column): WritableField[] => {
		const name = Object.hasOwn(standard, column.name)
			? standard[column.name]
			: ids.get(column.name);
		if (name === undefined) return [];
		const field = toField(column);
		// In a form, a time is written as the organisation's locale has it, which only its people know.
		return [{ ...field, name, type: field.type === 'dateTime' ? 'string' : field.type }];
	});
	return sorted(fields);
}

function isWritable({ createable, updateable, type }: LeadColumn): boolean {
	return createable && updateable && PLAIN_TYPE.test(type);
}

function toField({ name, label, type, choices }: LeadColumn): WritableField {
	if (type === 'picklist' && choices.length > 0) {
		return { name, label, type: 'options', choices: [...choices] };
	}
	if (type === 'boolean') return { name, label, type };
	if (type === 'date' || type === 'datetime') return { name, label, type: 'dateTime' };
	return { name, label, type: NUMBER_TYPE.test(type) ? 'number' : 'string' };
}

/** The ids of custom fields by API name, as in 00N1a00000ABCDE. */
async function readFieldIds(
	session: SalesforceSession,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
	try {
		const path = `/tooling/query?q=${encodeURIComponent(FIELD_IDS)}`;
		const { records } = queryResult(await session.get(path, signal));
		return new Map(records.flatMap(readFieldId));
	} catch (error) {
		// To see the set-up is a right of its own, which nothing else needs: the standard fields remain.
		if (error instanceof DestinationError && error.code === 'permission') return new Map();
		throw error;
	}
}

/** Out of `Lead.00N1a00000ABCDE`; standard fields have their name there. */
function readFieldId(record: unknown): Array<[string, string]> {
	const { DurableId, QualifiedApiName } = (
		typeof record === 'object' && record !== null ? record : {}
	) as Partial<Record<string, unknown>>;
	if (typeof DurableId !== 'string' || typeof QualifiedApiName !== 'string') return [];
	const [, id] = /^Lead\.(00N[A-Za-z0-9]{12})(?:[A-Za-z0-9]{3})?$/.exec(DurableId) ?? [];
	return id === undefined ? [] : [[QualifiedApiName, id]];
}

function sorted(fields: WritableField[]): WritableField[] {
	return fields.sort((a, b) => a.label.localeCompare(b.label, 'en'));
}
