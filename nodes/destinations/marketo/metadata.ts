import { compact } from '../../lead/text';
import { entriesAs, flag, readAs, text } from '../../schemas';
import {
	fallback,
	type InferOutput,
	integer,
	minValue,
	number,
	object,
	optional,
	pipe,
	transform,
} from '../../vendor/schema';
import type { ListEntry } from '../contract';
import type { TimeLimits } from '../timeLimits';
import type { MarketoClient } from './connection/client';
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

/** Characters, where it has a length. */
const lengthSchema = fallback(optional(pipe(number(), integer(), minValue(1))), undefined);

const describedField = object({
	rest: object({ name: text, readOnly: flag }),
	soap: fallback(object({ name: text }), { name: '' }),
	displayName: text,
	dataType: text,
	length: lengthSchema,
});

/** `values` of a list to choose from; its first entry is often one that asks to choose. */
const choices = fallback(
	pipe(
		object({ values: entriesAs(object({ value: text, label: text })) }),
		transform(({ values }) =>
			values.flatMap(({ value, label }): ListEntry[] =>
				value === '' ? [] : [{ name: label || value, value }],
			),
		),
	),
	[],
);

const formField = object({
	id: text,
	maxLength: lengthSchema,
	required: flag,
	fieldMetaData: choices,
});

const formSchema = object({ url: text });
type Form = InferOutput<typeof formSchema>;

/** All fields of a person that REST knows. @throws DestinationError */
export async function readPersonFields(
	client: MarketoClient,
	limits: TimeLimits,
): Promise<ReadonlyMap<string, DescribedField>> {
	const { result } = await client.read('/rest/v1/leads/describe.json', {}, limits);
	const fields = new Map<string, DescribedField>();
	for (const entry of result) {
		// A field without a name in REST is one of the SOAP API only.
		const field = readAs(describedField, entry);
		if (!field || field.rest.name === '') continue;
		const { rest, soap, displayName, dataType, length } = field;
		fields.set(rest.name, {
			name: rest.name,
			label: displayName || rest.name,
			type: dataType.toLowerCase(),
			length,
			readOnly: rest.readOnly,
			required: false,
			choices: [],
			soap: soap.name,
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
	const entries = readAs(entriesAs(formField), result) ?? [];
	return { fields: onForm(entries, described), app: originOf(form.url) };
}

function onForm(
	entries: ReadonlyArray<InferOutput<typeof formField>>,
	described: ReadonlyMap<string, DescribedField>,
) {
	// Forms name fields as SOAP does, which differs from REST in casing and underscores at most.
	const byName = new Map<string, DescribedField>();
	for (const field of described.values()) byName.set(compact(field.name), field);
	for (const field of described.values()) if (field.soap) byName.set(compact(field.soap), field);
	const fields = new Map<string, PersonField>();
	for (const { id, maxLength, required, fieldMetaData } of entries) {
		const field = byName.get(compact(id));
		// A button, a text to read, or a field of a program member, which is none of the person's.
		if (!field) continue;
		const length = shorter(field.length, maxLength);
		fields.set(field.name, { ...field, length, required, choices: fieldMetaData });
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

function shorter(one: number | undefined, other: number | undefined): number | undefined {
	const length = Math.min(one ?? Number.POSITIVE_INFINITY, other ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(length) ? length : undefined;
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
): Promise<Form> {
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
): Promise<Form | undefined> {
	try {
		const path = `/rest/asset/v1/form/${formId}.json`;
		const [form] = (await client.read(path, query, limits)).result;
		return readAs(formSchema, form);
	} catch (error) {
		if (error instanceof MarketoError && error.code === 'notFound') return undefined;
		throw error;
	}
}
