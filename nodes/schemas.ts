/**
 * Forms of what comes from outside, for responses, kept state and parameters. Nothing here throws:
 * what another form means, the caller says.
 */
import type { JsonObject } from './lead';
import { isObject } from './lead/objects';
import { isTime } from './lead/time';
import {
	array,
	boolean,
	custom,
	fallback,
	type GenericSchema,
	type InferOutput,
	pipe,
	safeParse,
	transform,
	unknown,
} from './vendor/schema';

/** The value in this form; `undefined` for one of another. */
export function readAs<Schema extends GenericSchema>(
	schema: Schema,
	value: unknown,
): InferOutput<Schema> | undefined {
	const { success, output } = safeParse(schema, value);
	return success ? output : undefined;
}

/** Text, and numbers as text; empty for anything else. */
export function textOf(value: unknown): string {
	if (typeof value === 'string') return value;
	return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** As JSON has been parsed to, or n8n keeps it. */
export const jsonObject = custom<JsonObject>(isObject);

/** A kept instant, epoch milliseconds. */
export const time = custom<number>(isTime);

/** The same, of a field that may be absent too. */
export const text = fallback(pipe(unknown(), transform(textOf)), '');

/** True for nothing but that. */
export const flag = fallback(boolean(), false);

/** Those of a list's entries that have the form; none of what is no list. */
export function entriesAs<Schema extends GenericSchema>(schema: Schema) {
	return pipe(
		fallback(array(unknown()), []),
		transform((entries): Array<InferOutput<Schema>> =>
			entries.flatMap((entry) => {
				const { success, output } = safeParse(schema, entry);
				return success ? [output] : [];
			}),
		),
	);
}
