import { forbidsContact } from './contact';
import { textForbids } from './contactText';
import { mayBeJson } from './contactValues';
import { saysDoNotContact } from './contactWords';
import { cleanText, truncate } from './text';
import type { JsonObject, JsonValue } from './types';
import type { Warnings } from './warnings';

/** Levels of nesting that are kept; a lead has three. */
export const MAX_DEPTH = 32;

/**
 * Values of one record that are kept; a lead has about 20, a CRM's record with all its columns some
 * hundreds. Objects shared among each other can stand for more values than memory holds (30 objects
 * that each name the next one twice are a billion).
 */
const MAX_VALUES = 5_000;

/** UTF-16 units of a text that are kept: as many as Salesforce's longest text field has. */
const MAX_TEXT_LENGTH = 131_072;

/** UTF-16 units of a field's name that are kept; questions of a survey come as names. */
const MAX_NAME_LENGTH = 1_000;

/** UTF-16 units behind what is kept that are asked whether they forbid contact. */
const END_OF_TEXT = 2_000;

/** Keys through which a careless reader of the output could reach a prototype. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Keys that were found to need no cleaning, since the same ones come with every lead. Bounded: a
 * sender can make up new ones for ever.
 */
const CLEAN_KEYS = new Set<string>();
const MAX_CLEAN_KEYS = 2_000;
const MAX_CLEAN_KEY_LENGTH = 64;

const WARNING = {
	depth: `Values nested more than ${MAX_DEPTH} levels deep were left out.`,
	count: `Only the first ${MAX_VALUES} values of the record were read.`,
	length: `Texts of more than ${MAX_TEXT_LENGTH} characters were cut.`,
	name: `Names of fields of more than ${MAX_NAME_LENGTH} characters were cut.`,
	twice: 'Of fields whose names differ only in characters that are not valid text, one was read.',
	lost: 'A text holds the sign "\ufffd": characters were lost before the lead came here.',
	keys: 'Fields named "__proto__", "constructor" or "prototype" were left out.',
	text: 'Characters that are not valid text were replaced or removed.',
	unreadable: 'Values that could not be read were left out.',
};

interface Limits {
	depth: number;
	values: number;
	text: number;
	name: number;
}

const RECORD: Limits = {
	depth: MAX_DEPTH,
	values: MAX_VALUES,
	text: MAX_TEXT_LENGTH,
	name: MAX_NAME_LENGTH,
};

/**
 * A lead holds a record's values one level further down, with `raw` twice, and those that came as
 * JSON text taken apart; its lead source can be put together of several texts, and its names can
 * have a prefix. With the limits of a record it would lose some each time it is parsed again.
 */
export const LEAD: Limits = {
	depth: MAX_DEPTH + 1,
	values: 10 * MAX_VALUES,
	text: 4 * MAX_TEXT_LENGTH,
	name: MAX_NAME_LENGTH + 50,
};

/**
 * A copy of anything as plain JSON: own enumerable fields only, no key that names a prototype,
 * well-formed text, 32 levels and 5,000 values at most, texts of 131,072 and names of 1,000
 * characters. Dates and other values that write themselves as text (`toJSON`) become that text,
 * bigint its digits. Never throws; what is left out is told in `warnings`, as a loss.
 */
export function cleanJson(value: unknown, warnings: Warnings, limits = RECORD): JsonValue {
	return new Cleaner(warnings, limits).clean(value, 0) ?? null;
}

class Cleaner {
	private readonly warnings: Warnings;
	private readonly limits: Limits;
	/** Values that may still be read. */
	private left: number;

	constructor(warnings: Warnings, limits: Limits) {
		this.warnings = warnings;
		this.limits = limits;
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
		// What nobody sees first: behind a page of it may stand what counts.
		const isLong = value.length > this.limits.text;
		const start = isLong ? firstVisible(value) : 0;
		const whole = isLong ? value.slice(start).trimEnd() : value;
		const kept = truncate(whole, this.limits.text);
		if (kept.length < whole.length) this.tellCut(whole);
		const clean = cleanText(kept);
		const hidden = value.slice(0, start);
		if (clean !== kept || cleanText(hidden) !== hidden) this.warnings.add(WARNING.text);
		// Of a lead parsed before, the first reading has told.
		else if (this.limits === RECORD && clean.includes('\ufffd')) this.warnings.add(WARNING.lost);
		return clean;
	}

	/**
	 * Half of a text that is JSON can't be read; of any other, the beginning says what it is about, and the
	 * end what was added last.
	 */
	private tellCut(text: string): void {
		const end = text.slice(-END_OF_TEXT);
		const isLoss =
			mayBeJson(text) || textForbids(text) || saysDoNotContact(end) || forbidsContact(end);
		if (isLoss) this.warnings.addLoss(WARNING.length);
		else this.warnings.add(WARNING.length);
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
			this.warnings.addLoss(WARNING.unreadable);
			return undefined;
		}
	}

	private list(value: readonly unknown[], depth: number): JsonValue[] | undefined {
		if (depth >= this.limits.depth) {
			this.warnings.addLoss(WARNING.depth);
			return undefined;
		}
		const copy: JsonValue[] = [];
		// By index and bounded: `new Array(4e9)` has no values but a length.
		for (let i = 0; i < value.length && this.left > 0; i++) {
			copy.push(this.clean(value[i], depth + 1) ?? null);
		}
		if (copy.length < value.length) this.warnings.addLoss(WARNING.count);
		return copy;
	}

	private fields(value: object, depth: number): JsonObject | undefined {
		if (depth >= this.limits.depth) {
			this.warnings.addLoss(WARNING.depth);
			return undefined;
		}
		const copy: JsonObject = {};
		let isChanged = false;
		for (const key of Object.keys(value)) {
			if (this.left <= 0) {
				this.warnings.addLoss(WARNING.count);
				break;
			}
			const name = CLEAN_KEYS.has(key) ? key : this.name(key);
			if (name === undefined) {
				this.tellUnsafe(value, key);
				continue;
			}
			isChanged ||= name !== key;
			if (isChanged && Object.hasOwn(copy, name)) {
				this.warnings.addLoss(WARNING.twice);
				continue;
			}
			const clean = this.field(value, key, depth);
			if (clean !== undefined) copy[name] = clean;
		}
		return copy;
	}

	/** Nobody names a field so but an attacker, who may hide in it what the customer said. */
	private tellUnsafe(value: object, key: string): void {
		const isForbidding = forbidsContact(Object.getOwnPropertyDescriptor(value, key)?.value);
		if (isForbidding) this.warnings.addLoss(WARNING.keys);
		else this.warnings.add(WARNING.keys);
	}

	/** `undefined` for one that must not be kept. */
	private name(key: string): string | undefined {
		if (UNSAFE_KEYS.has(key)) return undefined;
		const start = truncate(key, this.limits.name);
		if (start.length < key.length) this.warnings.add(WARNING.name);
		const name = this.text(start);
		// Cleaning a key can make it an unsafe one: `__proto__` with a NUL in it.
		if (name !== key) return UNSAFE_KEYS.has(name) ? undefined : name;
		if (key.length <= MAX_CLEAN_KEY_LENGTH && !key.includes('\ufffd')) {
			if (CLEAN_KEYS.size >= MAX_CLEAN_KEYS) CLEAN_KEYS.clear();
			CLEAN_KEYS.add(key);
		}
		return name;
	}

	/** One unreadable field must not take its neighbours with it. */
	private field(value: object, key: string, depth: number): JsonValue | undefined {
		try {
			return this.clean((value as Record<string, unknown>)[key], depth + 1);
		} catch {
			this.warnings.addLoss(WARNING.unreadable);
			return undefined;
		}
	}
}

const VISIBLE = /[^\s\p{C}]/u;

function firstVisible(text: string): number {
	const first = text.search(VISIBLE);
	return first < 0 ? text.length : first;
}
