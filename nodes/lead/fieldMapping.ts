/**
 * What users say their own fields are: the header of a CSV, the field of another CRM, and the field
 * of the lead that it holds. What is mapped wins over what is understood without.
 */
import { forbidsContact, statementsAgainstContact, type ContactStatement } from './contact';
import { contactName } from './contactWords';
import type { Field, FieldBag } from './fieldBag';
import { findHeader, lettersOf, type FieldName } from './fields';
import { quote } from './text';
import type { JsonObject, JsonValue, Lead } from './types';
import type { Warnings } from './warnings';

/** Fields that hold a statement on contact instead of a value of the lead. */
type ContactField = 'contactAllowed' | 'doNotContact';

/** The fields of a lead that can be mapped, by name, as the editor lists them. */
export const MAPPABLE_FIELDS = [
	{ value: 'actionCode', name: 'Action Code' },
	{ value: 'campaign', name: 'Campaign' },
	{ value: 'company', name: 'Company' },
	{ value: 'contactAllowed', name: 'Contact Allowed' },
	{ value: 'country', name: 'Country' },
	{ value: 'createdAt', name: 'Created At' },
	{ value: 'description', name: 'Description' },
	{ value: 'doNotContact', name: 'Do Not Contact' },
	{ value: 'email', name: 'Email' },
	{ value: 'firstName', name: 'First Name' },
	{ value: 'fullName', name: 'Full Name' },
	{ value: 'leadId', name: 'ID' },
	{ value: 'title', name: 'Job Title' },
	{ value: 'lastName', name: 'Last Name' },
	{ value: 'leadSource', name: 'Lead Source' },
	{ value: 'offerId', name: 'Offer ID' },
	{ value: 'offerTitle', name: 'Offer Title' },
	{ value: 'phone', name: 'Phone' },
	{ value: 'publisherName', name: 'Publisher Name' },
] as const satisfies readonly { value: ContactField | FieldName; name: string }[];

export type MappableField = (typeof MAPPABLE_FIELDS)[number]['value'];

const NAMES: ReadonlyMap<MappableField, string> = new Map(
	MAPPABLE_FIELDS.map(({ value, name }) => [value, name]),
);

/**
 * Fields whose value can say not to contact the customer by the field's name alone. They are heard
 * under the lead's own name besides the user's: in a column "Type" nobody looks for `DNC`.
 */
const HEARD: ReadonlySet<MappableField> = new Set<MappableField>([
	'actionCode',
	'contactAllowed',
	'doNotContact',
	'leadSource',
]);

const isContactField = (field: MappableField): field is ContactField =>
	field === 'contactAllowed' || field === 'doNotContact';

interface Entry {
	readonly field: MappableField;
	/** As the user wrote it. */
	readonly from: string;
	/** Where it may stand: from the record, and from the item that holds the record. */
	readonly paths: readonly (readonly string[])[];
}

export interface FieldMapping {
	readonly entries: readonly Entry[];
}

/**
 * @param within where the record stands in the item, since a field that is dragged into the editor
 * is named from there: `body.Email`
 */
export function fieldMapping(
	entries: readonly { from: string; to: MappableField }[],
	within: readonly string[] = [],
): FieldMapping {
	return {
		entries: entries.map(({ from, to }) => {
			const path = pathOf(from);
			const isWithin = within.length > 0 && within.every((name, at) => path[at] === name);
			// The record may be one of a list: `body[0].Email`.
			const inner = isWithin ? path.slice(within.length) : [];
			const inRecord = /^\d+$/.test(inner[0] ?? '') ? inner.slice(1) : inner;
			return {
				field: to,
				from,
				paths: [[from], [from.trim()], path, inRecord].filter((names) => names.length > 0),
			};
		}),
	};
}

/** The names along a path: `a.b`, `a[0].b`, `['Customer email']`. */
export function pathOf(path: string): string[] {
	const parts = path.matchAll(/\[(?:"([^"]*)"|'([^']*)'|(\d+))\]|([^.[\]]+)/g);
	return Array.from(parts, ([, double, single, index, plain]) => double ?? single ?? index ?? plain)
		.map((name) => (name ?? '').trim())
		.filter((name) => name !== '');
}

interface Found {
	readonly entry: Entry;
	readonly value: unknown;
	/** The field of the record that holds it; nothing where it stands deeper. */
	readonly key?: string;
}

/** What of the mapping the record has. Own fields only: "constructor" leads nowhere. */
function find(record: object, { entries }: FieldMapping): { found: Found[]; missing: Entry[] } {
	const found: Found[] = [];
	const missing: Entry[] = [];
	let keys: ReadonlyMap<string, string> | undefined;
	for (const entry of entries) {
		const path = entry.paths.find((names) => valueAt(record, names) !== undefined);
		if (path !== undefined) {
			const [key = ''] = path;
			const value = valueAt(record, path);
			found.push(path.length === 1 ? { entry, value, key } : { entry, value });
			continue;
		}
		// As it is written elsewhere: "customer_email " for "Customer email".
		keys ??= keysByLetters(record);
		const key = keys.get(lettersOf(entry.from));
		if (key === undefined) missing.push(entry);
		else found.push({ entry, key, value: valueAt(record, [key]) });
	}
	return { found, missing };
}

/** Longer names are no headers that anybody writes twice, in characters. */
const MAX_HEADER_LENGTH = 200;

function keysByLetters(record: object): ReadonlyMap<string, string> {
	const keys = new Map<string, string>();
	for (const key of Object.keys(record)) {
		const letters = key.length > MAX_HEADER_LENGTH ? '' : lettersOf(key);
		if (letters !== '' && !keys.has(letters)) keys.set(letters, key);
	}
	return keys;
}

function valueAt(record: unknown, path: readonly string[]): unknown {
	let value = record;
	for (const name of path) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = Object.getOwnPropertyDescriptor(value, name)?.value;
	}
	return value;
}

/** Whether the record has any field of the mapping. */
export function hasMappedField(record: object, mapping: FieldMapping): boolean {
	return find(record, mapping).found.length > 0;
}

/** What a mapping makes of a record. */
export interface MappedRecord {
	/** Fields of the record that the mapping took. */
	readonly taken: ReadonlySet<string>;
	readonly statements: readonly ContactStatement[];
}

/**
 * Adds the mapped fields of a record. One that is not there is told of, and where it could have
 * said not to contact the customer, it counts as something that was left out.
 */
export function addMappedFields(
	fields: FieldBag,
	record: JsonObject,
	mapping: FieldMapping,
	warnings: Warnings,
): MappedRecord {
	const { found, missing } = find(record, mapping);
	for (const { field, from } of missing) {
		const sentence = `The field ${quote(from)}, which is mapped to ${NAMES.get(field)}, is not in the record.`;
		if (isContactField(field)) warnings.addLoss(sentence);
		else warnings.add(sentence);
	}
	for (const { entry, value, key } of found) {
		const mapped: Field = { name: key ?? entry.from, value: value as JsonValue };
		if (!isContactField(entry.field)) fields.addMapped(entry.field, mapped);
		// It stays a property, as every statement on contact does.
		else if (key !== undefined) fields.putBack(mapped);
	}
	return {
		taken: new Set(found.flatMap(({ key }) => (key === undefined ? [] : [key]))),
		statements: found.flatMap(statementsOf),
	};
}

function statementsOf({ entry, value, key }: Found): ContactStatement[] {
	if (!HEARD.has(entry.field)) return [];
	const name = NAMES.get(entry.field) ?? '';
	return statementsAgainstContact({ [name]: value }).map((statement) => ({
		...statement,
		name: key ?? entry.from,
	}));
}

/**
 * Whether a mapped field of a lead or customer that was read before forbids contact. Only those
 * that are there: it has its fields already, and no longer those it came with. Never throws.
 */
export function mappingForbids(value: object, mapping: FieldMapping | undefined): boolean {
	if (mapping === undefined) return false;
	try {
		return find(value, mapping).found.some(
			({ entry, value: own }) =>
				HEARD.has(entry.field) && forbidsContact({ [NAMES.get(entry.field) ?? '']: own }),
		);
	} catch {
		// A proxy threw: what it hides may be the one statement.
		return true;
	}
}

/** Names of the lead's properties that neither the mapping nor anything else knows. */
export function unknownNames({ properties }: Lead, { entries }: FieldMapping): string[] {
	const mapped = new Set(entries.map(({ from }) => lettersOf(from)));
	return Object.keys(properties).filter((name) => {
		const contact = contactName(name);
		// What a state says besides contact is kept, and nothing else is made of it.
		const isUnread = contact === undefined || contact === 'state';
		return isUnread && findHeader(name) === undefined && !mapped.has(lettersOf(name));
	});
}
