import { cleanText } from './text';
import type { JsonObject, JsonValue } from './types';
import type { Warnings } from './warnings';

/** Levels of nesting that are kept; a lead has three. */
export const MAX_DEPTH = 32;

/**
 * Values of one record that are kept. Objects shared among each other can stand for more values
 * than memory holds (30 objects that each name the next one twice are a billion).
 */
const MAX_VALUES = 250_000;

/** Keys through which a careless reader of the output could reach a prototype. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const WARNING = {
	depth: `Values nested more than ${MAX_DEPTH} levels deep were left out.`,
	count: `Only the first ${MAX_VALUES} values of the record were read.`,
	keys: 'Fields named "__proto__", "constructor" or "prototype" were left out.',
	text: 'Characters that are not valid text were replaced or removed.',
	unreadable: 'Values that could not be read were left out.',
};

interface Limits {
	depth: number;
	values: number;
}

const RECORD: Limits = { depth: MAX_DEPTH, values: MAX_VALUES };

/**
 * A lead holds a record's values one level further down, and with `raw` twice. With the limits of
 * a record it would lose a level each time it is parsed again.
 */
export const LEAD: Limits = { depth: MAX_DEPTH + 1, values: 3 * MAX_VALUES };

/**
 * A copy of anything as plain JSON: own enumerable fields only, no key that names a prototype,
 * well-formed text, 32 levels and 250,000 values at most. Dates and other values that write
 * themselves as text (`toJSON`) become that text, bigint its digits. Never throws; what is left
 * out is told in `warnings`.
 */
export function cleanJson(value: unknown, warnings: Warnings, limits = RECORD): JsonValue {
	return new Cleaner(warnings, limits).clean(value, 0) ?? null;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Cleaner {
	private readonly warnings: Warnings;
	private readonly maxDepth: number;
	/** Values that may still be read. */
	private left: number;

	constructor(warnings: Warnings, limits: Limits) {
		this.warnings = warnings;
		this.maxDepth = limits.depth;
		this.left = limits.values;
	}

	/** `undefined` for what has no place in JSON. */
	clean(value: unknown, depth: number): JsonValue | undefined {
		this.left--;
		switch (typeof value) {
			case 'string':
				return this.text(value);
			case 'boolean':
				return value;
			case 'number':
				// `|| 0` makes -0 a 0, as JSON would.
				return Number.isFinite(value) ? value || 0 : null;
			case 'bigint':
				return value.toString();
			case 'object':
				return value === null ? null : this.object(value, depth);
			default:
				return undefined;
		}
	}

	private text(value: string): string {
		const clean = cleanText(value);
		if (clean !== value) this.warnings.add(WARNING.text);
		return clean;
	}

	/** Getters and proxies of values made inside n8n can throw anything, at any touch. */
	private object(value: object, depth: number): JsonValue | undefined {
		try {
			if (Array.isArray(value)) return this.list(value, depth);
			const { toJSON } = value as { toJSON?: unknown };
			if (typeof toJSON === 'function') {
				const written: unknown = Reflect.apply(toJSON, value, ['']);
				return typeof written === 'string' ? this.text(written) : null;
			}
			return this.fields(value, depth);
		} catch {
			this.warnings.add(WARNING.unreadable);
			return undefined;
		}
	}

	private list(value: readonly unknown[], depth: number): JsonValue[] | undefined {
		if (depth >= this.maxDepth) {
			this.warnings.add(WARNING.depth);
			return undefined;
		}
		const copy: JsonValue[] = [];
		// By index and bounded: `new Array(4e9)` has no values but a length.
		for (let i = 0; i < value.length && this.left > 0; i++) {
			copy.push(this.clean(value[i], depth + 1) ?? null);
		}
		if (copy.length < value.length) this.warnings.add(WARNING.count);
		return copy;
	}

	private fields(value: object, depth: number): JsonObject | undefined {
		if (depth >= this.maxDepth) {
			this.warnings.add(WARNING.depth);
			return undefined;
		}
		const copy: JsonObject = {};
		for (const key of Object.keys(value)) {
			if (this.left <= 0) {
				this.warnings.add(WARNING.count);
				break;
			}
			if (UNSAFE_KEYS.has(key)) {
				this.warnings.add(WARNING.keys);
				continue;
			}
			const name = this.text(key);
			// Cleaning a key can make it an unsafe one (`__proto__` with a NUL in it) or a double.
			if (name !== key && (UNSAFE_KEYS.has(name) || Object.hasOwn(copy, name))) continue;
			const clean = this.field(value, key, depth);
			if (clean !== undefined) copy[name] = clean;
		}
		return copy;
	}

	/** One unreadable field must not take its neighbours with it. */
	private field(value: object, key: string, depth: number): JsonValue | undefined {
		try {
			return this.clean((value as Record<string, unknown>)[key], depth + 1);
		} catch {
			this.warnings.add(WARNING.unreadable);
			return undefined;
		}
	}
}
