import { findField, findHeader, isCustomerField, type FieldName } from './fields';
import { FreeNames } from './freeNames';
import { isTestText } from './testLead';
import type { JsonObject, JsonValue } from './types';

export interface Field {
	/** The key it came under. */
	readonly name: string;
	readonly value: JsonValue;
}

interface Candidate extends Field {
	readonly rank: number;
}

/** Added to the rank of a field that is not where it belongs, so that the one in place wins. */
const OUT_OF_PLACE = 100;
/** Of what the user mapped, which wins over all others. */
const MAPPED = -1_000;

/** Azure Table takes empty keys. */
const MAY_BE_EMPTY: ReadonlySet<FieldName> = new Set<FieldName>(['partitionKey', 'rowKey']);

/**
 * The fields of a record by what they mean. A field that occurs under several names is taken from
 * the first name of `fields.ts` that is not empty; everything not taken is a property.
 */
export class FieldBag {
	private readonly fields = new Map<FieldName, Candidate | undefined>();
	private rest: Field[] = [];
	private readonly ownContainers: (Field & { rank: number })[] = [];
	/** A text that is wholly Microsoft's placeholder for test leads; empty where there is none. */
	testText = '';

	/**
	 * Adds the fields of a record, or with `inContainer` those of its `UserDetails`, but for those
	 * `without` names, which were mapped.
	 */
	addAll(record: JsonObject, inContainer = false, without?: ReadonlySet<string>): void {
		for (const name of Object.keys(record)) {
			if (without?.has(name)) continue;
			// Keys come from this very object.
			this.add(name, record[name] as JsonValue, inContainer);
		}
	}

	/** Adds what the user mapped to a field; of several the first that is not empty is taken. */
	addMapped(field: FieldName, mapped: Field): void {
		if (typeof mapped.value === 'string' && isTestText(mapped.value)) {
			this.testText ||= mapped.value;
		}
		if (isEmpty(mapped.value)) return;
		if (this.has(field)) this.putBack(mapped);
		else this.fields.set(field, { ...mapped, rank: MAPPED });
	}

	private add(name: string, value: JsonValue, inContainer: boolean): void {
		if (typeof value === 'string' && isTestText(value)) this.testText ||= value;
		const match = findField(name);
		if (!match) {
			this.rest.push({ name, value });
			return;
		}
		const { field } = match;
		if (isEmpty(value) && !MAY_BE_EMPTY.has(field)) return;
		if (field === 'userDetails' && !inContainer) {
			this.ownContainers.push({ name, value, rank: match.rank });
			return;
		}
		const rank = match.rank + (isCustomerField(field) === inContainer ? 0 : OUT_OF_PLACE);
		const other = this.fields.get(field);
		if (!other) {
			this.fields.set(field, { name, value, rank });
		} else if (rank < other.rank) {
			this.fields.set(field, { name, value, rank });
			this.putBack(other);
		} else if (value !== other.value || !isCustomerField(field)) {
			this.putBack({ name, value });
		}
	}

	/**
	 * Takes what other systems' headers are likely to mean, for fields that nothing else holds. What
	 * merely sounds like a field is one only where it holds what a field can: a text or a number.
	 */
	addLikely(): void {
		const found = new Map<FieldName, Candidate>();
		for (const { name, value } of this.rest) {
			const match = findHeader(name);
			if (!match?.isLikely || this.has(match.field)) continue;
			if (typeof value !== 'number' && (typeof value !== 'string' || isEmpty(value))) continue;
			const { field, rank } = match;
			const other = found.get(field);
			if (!other || rank < other.rank) found.set(field, { name, value, rank });
		}
		if (found.size === 0) return;
		const taken = new Set(Array.from(found.values(), ({ name }) => name));
		this.rest = this.rest.filter(({ name }) => !taken.has(name));
		for (const [field, candidate] of found) this.fields.set(field, candidate);
	}

	has(field: FieldName): boolean {
		return this.fields.get(field) !== undefined;
	}

	/** The field, which then is no property any more. */
	take(field: FieldName): Field | undefined {
		const found = this.fields.get(field);
		// Not deleted: a map that shrinks is rebuilt, which takes longer than the rest of this class.
		if (found) this.fields.set(field, undefined);
		return found;
	}

	/** The field, which stays a property. */
	peek(field: FieldName): Field | undefined {
		return this.fields.get(field);
	}

	/** `UserDetails` and `CustomerInfo`, under any name, none of which is a property. */
	get containers(): readonly Field[] {
		return this.ownContainers.sort((one, other) => one.rank - other.rank);
	}

	/** Forgets what the destination's own machinery adds to a record. */
	drop(isMachinery: (name: string) => boolean): void {
		this.rest = this.rest.filter(({ name }) => !isMachinery(name));
	}

	putBack(field: Field): void {
		this.rest.push({ name: field.name, value: field.value });
	}

	/** What was not taken, by the name it came under. */
	properties(): JsonObject {
		const properties: JsonObject = {};
		// A record and its `UserDetails` can have a name in common; the prefix keeps both.
		const names = new FreeNames('UserDetails.');
		for (const { name, value } of this.rest) properties[names.free(properties, name)] = value;
		for (const field of this.fields.values()) {
			if (field) properties[names.free(properties, field.name)] = field.value;
		}
		return properties;
	}
}

function isEmpty(value: JsonValue): boolean {
	return value === null || (typeof value === 'string' && value.trim() === '');
}
