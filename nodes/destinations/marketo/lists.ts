import { entriesAs, readAs, text } from '../../schemas';
import { object } from '../../vendor/schema';
import type { DestinationInput, ListEntry, WritableField } from '../contract';
import { editorLimits } from '../timeLimits';
import { readAccount } from './connection/account';
import { openForEditor, type MarketoClient } from './connection/client';
import { APPROVED, readFormLayout, readPersonFields, TYPES, type PersonFields } from './metadata';

/** The asset API's own limit of a page. */
const FORMS_PER_PAGE = 200;
/** Nobody scrolls further. */
const MAX_LISTED = 2_000;

/** The approved forms: nobody can fill out another. */
export async function searchForms({ credential }: DestinationInput): Promise<ListEntry[]> {
	const client = await openForEditor(readAccount(credential));
	const limits = editorLimits();
	const entries: ListEntry[] = [];
	for (let offset = 0; offset < MAX_LISTED; offset += FORMS_PER_PAGE) {
		const { result } = await client.read(
			'/rest/asset/v1/forms.json',
			{ ...APPROVED, maxReturn: String(FORMS_PER_PAGE), offset: String(offset) },
			limits,
		);
		for (const { id, name } of readAs(entriesAs(object({ id: text, name: text })), result) ?? []) {
			if (id !== '') entries.push({ name: `${name} (${id})`, value: id });
		}
		if (result.length < FORMS_PER_PAGE) break;
	}
	return byName(entries);
}

export async function searchPartitions({ credential }: DestinationInput): Promise<ListEntry[]> {
	const client = await openForEditor(readAccount(credential));
	const { result } = await client.read('/rest/v1/leads/partitions.json', {}, editorLimits());
	const partitions = readAs(entriesAs(object({ name: text })), result) ?? [];
	return byName(partitions.flatMap(({ name }) => (name === '' ? [] : [{ name, value: name }])));
}

/** By their names in REST. */
export async function searchPersonFields({ credential }: DestinationInput): Promise<ListEntry[]> {
	const client = await openForEditor(readAccount(credential));
	const fields = await readPersonFields(client, editorLimits());
	return byName(
		[...fields.values()].map(({ name, label }) => ({ name: `${label} (${name})`, value: name })),
	);
}

/** The fields of a form, for the editor's mapper. */
export async function writableFormFields(
	client: MarketoClient,
	formId: number,
): Promise<WritableField[]> {
	return toWritableFields((await readFormLayout(client, formId, editorLimits())).fields);
}

/** The fields of a person, for the editor's mapper. */
export async function writablePersonFields(client: MarketoClient): Promise<WritableField[]> {
	return toWritableFields(await readPersonFields(client, editorLimits()));
}

/** What can be written, by label. */
function toWritableFields(fields: PersonFields): WritableField[] {
	return [...fields.values()]
		.filter(({ readOnly }) => !readOnly)
		.map(({ name, label, type, choices }): WritableField => {
			if (choices.length > 0) return { name, label, type: 'options', choices };
			return { name, label, type: TYPES.get(type) ?? 'string' };
		})
		.sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

function byName(entries: ListEntry[]): ListEntry[] {
	return entries.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
