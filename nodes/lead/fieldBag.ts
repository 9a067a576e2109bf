import { findField, isCustomerField, type FieldName } from './fields';
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

/** Fields that can say not to contact the customer: of these, none may be overlooked. */
export type StatementField = 'actionCode' | 'doNotContact' | 'leadSource' | 'leadSourceCode';

/** Added to the rank of a field that is not where it belongs, so that the one in place wins. */
const OUT_OF_PLACE = 100;

/** Azure Table takes empty keys. */
const MAY_BE_EMPTY: ReadonlySet<FieldName> = new Set<FieldName>(['partitionKey', 'rowKey']);

/**
 * The fields of a record by what they mean. A field that occurs under several names is taken from
 * the first name of `fields.ts` that is not empty; everything not taken is a property.
 */
export class FieldBag {
	private readonly fields = new Map<FieldName, Candidate | undefined>();
	private rest: Field[] = [];
	private readonly statements: Record<StatementField, Field[]> = {
		actionCode: [],
		doNotContact: [],
		leadSource: [],
		leadSourceCode: [],
	};
	/** Whether some text is wholly Microsoft's placeholder for test leads. */
	hasTestText = false;

	/** Adds the fields of a record, or with `inContainer` those of its `UserDetails`. */
	addAll(record: JsonObject, inContainer = false): void {
		for (const name of Object.keys(record)) {
			// Keys come from this very object.
			this.add(name, record[name] as JsonValue, inContainer);
		}
	}

	private add(name: string, value: JsonValue, inContainer: boolean): void {
		if (typeof value === 'string' && isTestText(value)) this.hasTestText = true;
		const match = findField(name);
		if (!match) {
			this.rest.push({ name, value });
			return;
		}
		const { field } = match;
		if (field in this.statements) this.statements[field as StatementField].push({ name, value });
		if (isEmpty(value) && !MAY_BE_EMPTY.has(field)) return;
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

	/** Every field of a meaning, under any name, taken or not. */
	all(field: StatementField): readonly Field[] {
		return this.statements[field];
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
		for (const field of this.rest) addProperty(properties, field);
		for (const field of this.fields.values()) if (field) addProperty(properties, field);
		return properties;
	}
}

/** A record and its `UserDetails` can have a name in common; the prefix keeps both. */
function addProperty(properties: JsonObject, { name, value }: Field): void {
	let free = name;
	while (Object.hasOwn(properties, free)) free = `UserDetails.${free}`;
	properties[free] = value;
}

function isEmpty(value: JsonValue): boolean {
	return value === null || (typeof value === 'string' && value.trim() === '');
}
