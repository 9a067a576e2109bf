import { compact } from '../../lead/text';
import type { ListEntry } from '../contract';
import type { TimeLimits } from '../timeLimits';
import type { MarketoClient } from './connection/client';
import { isObject, textOf } from './connection/response';
import { MarketoError, noSuchForm, notApproved } from './errors';

/** The version that customers fill out; a form can have a draft beside it, or a draft alone. */
export const APPROVED = { status: 'approved' } as const;

/** A field of a person as this instance has it. */
export interface PersonField {
	/** In REST. */
	name: string;
	/** For people. */
	label: string;
	/** Marketo's own word for it, in small letters. */
	type: string;
	/** Characters; `undefined` where it has no length. */
	length: number | undefined;
	readOnly: boolean;
	/** Whether the form wants it. */
	required: boolean;
	/** What the form lets choose from; empty where it takes any value. */
	choices: ListEntry[];
}

/** By their names in REST. */
export type PersonFields = ReadonlyMap<string, PersonField>;

export interface FormLayout {
	fields: PersonFields;
	/** Where people look at persons of this instance, without a slash at its end; empty if untold. */
	app: string;
}

interface DescribedField extends PersonField {
	/** By which a form names it. */
	soap: string;
}

/** All fields of a person that REST knows. @throws DestinationError */
export async function readPersonFields(
	client: MarketoClient,
	limits: TimeLimits,
): Promise<ReadonlyMap<string, DescribedField>> {
	const { result } = await client.read('/rest/v1/leads/describe.json', {}, limits);
	const fields = new Map<string, DescribedField>();
	for (const entry of result) {
		// A field without a name in REST is one of the SOAP API only.
		if (!isObject(entry) || !isObject(entry['rest'])) continue;
		const { rest, soap, length } = entry;
		const name = textOf(rest['name']);
		if (name === '') continue;
		fields.set(name, {
			name,
			label: textOf(entry['displayName']) || name,
			type: textOf(entry['dataType']).toLowerCase(),
			length: lengthOf(length),
			readOnly: rest['readOnly'] === true,
			required: false,
			choices: [],
			soap: isObject(soap) ? textOf(soap['name']) : '',
		});
	}
	return fields;
}

/**
 * Those of the person's fields that a form has: Marketo takes nothing of a submit with any other.
 *
 * @throws DestinationError, with code `notFound` where there is no such form, `configuration` for a
 *   draft
 */
export async function readFormLayout(
	client: MarketoClient,
	formId: number,
	limits: TimeLimits,
): Promise<FormLayout> {
	const described = await readPersonFields(client, limits);
	const form = await readApprovedForm(client, formId, limits);
	const path = `/rest/asset/v1/form/${formId}/fields.json`;
	const { result } = await client.read(path, APPROVED, limits);
	return { fields: onForm(result, described), app: originOf(textOf(form['url'])) };
}

function onForm(entries: readonly unknown[], described: ReadonlyMap<string, DescribedField>) {
	// Forms name fields as SOAP does, which differs from REST in casing and underscores at most.
	const byName = new Map<string, DescribedField>();
	for (const field of described.values()) byName.set(compact(field.name), field);
	for (const field of described.values()) if (field.soap) byName.set(compact(field.soap), field);
	const fields = new Map<string, PersonField>();
	for (const entry of entries) {
		if (!isObject(entry)) continue;
		const field = byName.get(compact(textOf(entry['id'])));
		// A button, a text to read, or a field of a program member, which is none of the person's.
		if (!field) continue;
		fields.set(field.name, {
			...field,
			length: shorter(field.length, lengthOf(entry['maxLength'])),
			required: entry['required'] === true,
			choices: choicesOf(entry['fieldMetaData']),
		});
	}
	return fields;
}

/** Marketo's types that are none of text. */
export const TYPES: ReadonlyMap<string, 'boolean' | 'dateTime' | 'number'> = new Map([
	['boolean', 'boolean'],
	['date', 'dateTime'],
	['datetime', 'dateTime'],
	['currency', 'number'],
	['float', 'number'],
	['integer', 'number'],
	['percent', 'number'],
	['score', 'number'],
] as const);

function lengthOf(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function shorter(one: number | undefined, other: number | undefined): number | undefined {
	const length = Math.min(one ?? Number.POSITIVE_INFINITY, other ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(length) ? length : undefined;
}

/** `values` of a list to choose from; its first entry is often one that asks to choose. */
function choicesOf(metaData: unknown): ListEntry[] {
	const values: unknown = isObject(metaData) ? metaData['values'] : undefined;
	return (Array.isArray(values) ? (values as unknown[]) : []).flatMap((entry): ListEntry[] => {
		if (!isObject(entry)) return [];
		const value = textOf(entry['value']);
		return value === '' ? [] : [{ name: textOf(entry['label']) || value, value }];
	});
}

/** Links are shown to people, so nothing but a web address becomes one. */
function originOf(text: string): string {
	const url = URL.parse(text);
	return url?.protocol === 'https:' ? url.origin : '';
}

/**
 * What Marketo tells of a form that can be filled out.
 *
 * @throws DestinationError, with code `notFound` where there is none, `configuration` for a draft
 */
export async function readApprovedForm(
	client: MarketoClient,
	formId: number,
	limits: TimeLimits,
): Promise<Readonly<Record<string, unknown>>> {
	const approved = await readForm(client, formId, APPROVED, limits);
	if (approved) return approved;
	const draft = await readForm(client, formId, {}, limits);
	throw (draft ? notApproved : noSuchForm)(formId, client.operation);
}

/** `undefined` where there is none. */
async function readForm(
	client: MarketoClient,
	formId: number,
	query: { status?: string },
	limits: TimeLimits,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	try {
		const path = `/rest/asset/v1/form/${formId}.json`;
		const [form] = (await client.read(path, query, limits)).result;
		return isObject(form) ? form : undefined;
	} catch (error) {
		if (error instanceof MarketoError && error.code === 'notFound') return undefined;
		throw error;
	}
}
