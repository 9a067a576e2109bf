/** What the editor lists: columns to choose from, and fields to map. */
import type { DestinationInput, ListEntry, WritableField, WriteInput } from '../contract';
import { editorLimits } from '../timeLimits';
import { DataverseClient } from './connection/client';
import { readAllChoices, readColumns, readWritableColumns, type ColumnKind } from './metadata';

/** Columns that can hold a part of a lead. @throws DestinationError */
export async function searchColumns({
	credential,
	browser,
}: DestinationInput): Promise<ListEntry[]> {
	const client = await DataverseClient.open(credential, { operation: 'read', browser });
	const columns = await readColumns(client, editorLimits());
	return columns
		.filter(({ kind }) => kind !== 'other')
		.map(({ name, label }) => ({ name: `${label} (${name})`, value: name }))
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Columns that can say whether a lead is handled. @throws DestinationError */
export async function searchHandledColumns({
	credential,
	browser,
}: WriteInput): Promise<ListEntry[]> {
	const client = await DataverseClient.open(credential, { operation: 'read', browser });
	const columns = await readWritableColumns(client, editorLimits());
	return [...columns.values()]
		.filter(({ kind, updatable }) => updatable && MARKS.has(kind))
		.map(({ name, label }) => ({ name: `${label} (${name})`, value: name }))
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

const MARKS: ReadonlySet<ColumnKind> = new Set(['boolean', 'choice', 'dateTime']);

const TYPES: Readonly<Partial<Record<ColumnKind, WritableField['type']>>> = {
	boolean: 'boolean',
	choice: 'options',
	date: 'dateTime',
	dateTime: 'dateTime',
	integer: 'number',
	memo: 'string',
	number: 'number',
	text: 'string',
};

/** The columns that can be written, by their labels. @throws DestinationError */
export async function writableFields({
	credential,
	browser,
}: WriteInput): Promise<WritableField[]> {
	const client = await DataverseClient.open(credential, { operation: 'read', browser });
	const limits = editorLimits();
	const [columns, choices] = await Promise.all([
		readWritableColumns(client, limits),
		readAllChoices(client, limits),
	]);
	return [...columns.values()]
		.flatMap(({ name, label, kind }): WritableField[] => {
			const type = TYPES[kind];
			if (type === undefined) return [];
			const field = { name, label, type };
			if (type !== 'options') return [field];
			const entries = (choices.get(name) ?? []).map(({ value, labels }) => ({
				name: labels[0] ?? String(value),
				value: String(value),
			}));
			return [{ ...field, choices: entries }];
		})
		.sort((a, b) => a.label.localeCompare(b.label, 'en') || a.name.localeCompare(b.name, 'en'));
}
