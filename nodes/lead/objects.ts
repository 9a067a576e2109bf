import type { JsonObject, JsonValue } from './types';

/** An object that is no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
	return isObject(value);
}

/** An object's own value: "constructor" and "__proto__" lead nowhere. */
export function ownValue(holder: unknown, name: string): unknown {
	if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name))
		return undefined;
	return (holder as Record<string, unknown>)[name];
}
