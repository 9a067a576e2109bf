import { readAs } from '../../schemas';
import { object, string } from '../../vendor/schema';
import type { DestinationInput, ListEntry, WritableField, WriteInput } from '../contract';
import { DestinationError } from '../destinationError';
import { editorLimits } from '../timeLimits';
import { SalesforceSession } from './connection/session';
import { canMark } from './marking/field';
import { readLeadFields, type LeadField } from './metadata';
import { LEAD_FIELDS } from './reading/record';
import { FORM_NAMES, FURTHER_FORM_NAMES } from './writing/webToLeadMapping';

/** Values of LeadSource that are listed; nobody scrolls further. */
const MAX_SOURCES = 1_000;

/** Types of fields whose values are texts, numbers or times, which a lead can carry. */
const PLAIN_TYPE =
	/^(boolean|combobox|currency|date|datetime|double|email|encryptedstring|int|long|multipicklist|percent|phone|picklist|reference|string|textarea|time|url)$/;
const NUMBER_TYPE = /^(currency|double|int|long|percent)$/;

const SOURCES_IN_USE = `SELECT LeadSource, COUNT(Id) leads FROM Lead WHERE LeadSource != null GROUP BY LeadSource ORDER BY COUNT(Id) DESC LIMIT ${MAX_SOURCES}`;
/** Which id each field goes by; in a form, a custom field's id is its name. */
const FIELD_IDS =
	"SELECT DurableId, QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'";

/** A session of its own for what a person in the editor asks for. @throws DestinationError */
export async function openForEditor(
	{ credential, browser }: Pick<WriteInput, 'browser' | 'credential'>,
	{ signal } = editorLimits(),
): Promise<{ session: SalesforceSession; signal: AbortSignal }> {
	// Nothing is tried again: the person who waits wants the first response, and can ask anew.
	const limits = { signal, deadline: Date.now() };
	const session = await SalesforceSession.open(credential, { operation: 'read', limits, browser });
	return { session, signal };
}

/**
 * Values that Lead Source can have: those of its picklist, and those that leads have, because
 * Web-to-Lead also writes values that are not in it.
 */
export async function searchLeadSources(input: DestinationInput): Promise<ListEntry[]> {
	const { session, signal } = await openForEditor(input);
	const [fields, { records }] = await Promise.all([
		readLeadFields(session, signal),
		session.query(SOURCES_IN_USE, signal),
	]);
	const picklist = (fields.get('leadsource')?.choices ?? []).map(({ value }) => value);
	const used = records.flatMap((group) => {
		const source = readAs(object({ LeadSource: string() }), group)?.LeadSource;
		return source ? [source] : [];
	});
	const byName = new Map([...picklist, ...used].map((name) => [name.toLowerCase(), name]));
	return sortedBy(
		'name',
		[...byName.values()].map((name) => ({ name, value: name })),
	);
}

/** Fields that a lead can carry beside the usual ones. */
export async function searchLeadFields(input: DestinationInput): Promise<ListEntry[]> {
	const usual = new Set<string>(LEAD_FIELDS);
	return await listFields(input, ({ name, type }) => !usual.has(name) && PLAIN_TYPE.test(type));
}

/** Fields that can keep a lead's id, so that no lead is made twice. */
export async function searchExternalIdFields(input: WriteInput): Promise<ListEntry[]> {
	return await listFields(input, ({ isExternalId }) => isExternalId);
}

/** Fields that can say whether a lead is handled. */
export async function searchHandledFields(input: WriteInput): Promise<ListEntry[]> {
	return await listFields(input, canMark);
}

async function listFields(
	input: WriteInput,
	isListed: (field: LeadField) => boolean,
): Promise<ListEntry[]> {
	const { session, signal } = await openForEditor(input);
	const fields = [...(await readLeadFields(session, signal)).values()].filter(isListed);
	return sortedBy(
		'name',
		fields.map(({ name, label }) => ({ name: `${label} (${name})`, value: name })),
	);
}

/** Fields that the user may set, by API name. @throws DestinationError */
export async function restFields(input: WriteInput): Promise<WritableField[]> {
	const { session, signal } = await openForEditor(input);
	const fields = await readLeadFields(session, signal);
	return sortedBy('label', [...fields.values()].filter(isWritable).map(toWritable));
}

/** Fields that a Web-to-Lead form can have, by their names in forms. @throws DestinationError */
export async function formFields(input: WriteInput): Promise<WritableField[]> {
	const { session, signal } = await openForEditor(input);
	const [fields, customNames] = await Promise.all([
		readLeadFields(session, signal),
		readCustomFormNames(session, signal),
	]);
	const names = new Map([
		...customNames,
		...Object.entries({ ...FORM_NAMES, ...FURTHER_FORM_NAMES }),
	]);
	const writable = [...fields.values()].filter(isWritable).flatMap((field): WritableField[] => {
		const name = names.get(field.name);
		if (name === undefined) return [];
		const own = toWritable(field);
		// In a form, a time is written as the organisation's locale has it, which only its people know.
		return [{ ...own, name, type: own.type === 'dateTime' ? 'string' : own.type }];
	});
	return sortedBy('label', writable);
}

function isWritable({ createable, updateable, type }: LeadField): boolean {
	return createable && updateable && PLAIN_TYPE.test(type);
}

function toWritable({ name, label, type, choices }: LeadField): WritableField {
	if (type === 'picklist' && choices.length > 0) {
		return { name, label, type: 'options', choices: [...choices] };
	}
	if (type === 'boolean') return { name, label, type };
	if (type === 'date' || type === 'datetime') return { name, label, type: 'dateTime' };
	return { name, label, type: NUMBER_TYPE.test(type) ? 'number' : 'string' };
}

/** The ids of custom fields by API name, as in 00N1a00000ABCDE. */
async function readCustomFormNames(
	session: SalesforceSession,
	signal: AbortSignal,
): Promise<Array<[string, string]>> {
	try {
		const { records } = await session.query(FIELD_IDS, signal, '/tooling');
		return records.flatMap((record): Array<[string, string]> => {
			const named = readAs(object({ DurableId: string(), QualifiedApiName: string() }), record);
			// As in `Lead.00N1a00000ABCDE`; standard fields have their name there.
			const [, id] =
				/^Lead\.(00N[A-Za-z0-9]{12})(?:[A-Za-z0-9]{3})?$/.exec(named?.DurableId ?? '') ?? [];
			return named && id !== undefined ? [[named.QualifiedApiName, id]] : [];
		});
	} catch (error) {
		// To see the set-up is a right of its own, which nothing else needs: the standard fields remain.
		if (error instanceof DestinationError && error.code === 'permission') return [];
		throw error;
	}
}

function sortedBy<Key extends string, Entry extends Record<Key, string>>(
	key: Key,
	entries: Entry[],
): Entry[] {
	return entries.sort((a, b) => a[key].localeCompare(b[key], 'en'));
}
