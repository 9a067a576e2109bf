import { hash } from 'node:crypto';
import { DESTINATION_NAMES, idText, MAX_KEYS_LENGTH, SHAPES } from './destinationShapes';
import type { FieldBag } from './fieldBag';
import { isJsonObject } from './objects';
import type { JsonValue, LeadDestinationName } from './types';

/** Hex digits of a payload's digest that are kept: 128 bits, as many as a UUID has. */
const DIGEST_LENGTH = 32;

/** Where a record of this shape was written; empty when the shape does not tell. */
export function guessDestination(fields: FieldBag): LeadDestinationName {
	return DESTINATION_NAMES.find((name) => SHAPES[name].matches(fields)) ?? '';
}

/**
 * Whether a record is of nobody's shape, such as a row of an export: only there a header that
 * sounds like a field is taken for it. What a destination itself has beside Microsoft's fields is
 * the publisher's own.
 */
export function mayHaveOtherHeaders(
	fields: FieldBag,
	destination: LeadDestinationName | undefined,
): boolean {
	if (destination && !SHAPES[destination].hasFreeNames) return false;
	const guessed = guessDestination(fields);
	if (guessed === '') return true;
	// Labelled as an export is, and not as the API writes it.
	return fields.has('dynamicsId') && fields.peek('dynamicsId')?.name.toLowerCase() !== 'leadid';
}

/**
 * Takes the fields that identify a record at its destination, and gives the lead's id: what the
 * destination itself calls the record, else a digest of the record.
 */
export function takeId(
	fields: FieldBag,
	destination: LeadDestinationName,
	record: JsonValue,
): string {
	const mapped = idText(fields.take('leadId'));
	const own =
		destination === '' ? idText(fields.take('dynamicsId')) : SHAPES[destination].takeId(fields);
	const id = own || digest(record);
	return mapped !== '' && mapped.length <= MAX_KEYS_LENGTH ? mapped : id;
}

/**
 * A digest of the content of a record: the order and the casing of its keys make no difference,
 * everything else does.
 */
export function digest(record: JsonValue): string {
	return hash('sha256', canonical(record), 'hex').slice(0, DIGEST_LENGTH);
}

/**
 * Every value with its kind and length before it, so that no two contents are written alike.
 * Recursion is safe: records are `cleanJson`'s, so their depth is bounded.
 */
function canonical(value: JsonValue): string {
	if (typeof value === 'string') return `s${value.length}:${value}`;
	if (Array.isArray(value)) return `a${value.length}:${value.map(canonical).join('')}`;
	if (!isJsonObject(value)) return `v${value};`;
	const fields = Object.keys(value).map((key) => {
		const name = key.toLowerCase();
		// Written before they are sorted: a comparison that writes would write each level twice.
		return { name, text: `${name.length}:${name}${canonical(value[key] as JsonValue)}` };
	});
	// Where two keys differ in nothing but case, their contents decide.
	fields.sort((a, b) => compare(a.name, b.name) || compare(a.text, b.text));
	return `o${fields.length}:${fields.map(({ text }) => text).join('')}`;
}

function compare(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
