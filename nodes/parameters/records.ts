/** Finds the records in an item of a workflow, or in a field of it. */
import type { FieldMapping, LeadInput } from '../lead';
import { pathOf, readLeadInput } from '../lead';

/** What n8n's own Webhook node puts out; the lead is its body. */
const WEBHOOK_FIELDS = ['headers', 'params', 'query', 'body'];

/** Whether an item comes from n8n's own Webhook node, so that the lead is its body. */
export function isWebhookItem(json: object): boolean {
	return WEBHOOK_FIELDS.every((name) => Object.hasOwn(json, name));
}

/** The records of a whole item. */
export function recordsOfItem(json: object, mapping?: FieldMapping): LeadInput {
	return readLeadInput(isWebhookItem(json) ? ownValue(json, 'body') : json, mapping);
}

/**
 * The records in a field given by name or path (`body`, `data.lead`, `leads.0`, `['Lead data']`),
 * or `undefined` when the item has no such field.
 */
export function recordsOfField(
	json: object,
	path: string,
	mapping?: FieldMapping,
): LeadInput | undefined {
	const value = valueOfField(json, path);
	return value === undefined ? undefined : readLeadInput(value, mapping);
}

/** The value of a field given by name or path; `undefined` when there is none. */
export function valueOfField(json: object, path: string): unknown {
	if (Object.hasOwn(json, path)) return ownValue(json, path);
	const names = path.includes('[') ? pathOf(path) : path.split('.');
	return names.length === 0 ? undefined : names.reduce<unknown>(ownValue, json);
}

/** Own fields only: "constructor" or "__proto__" in a path must not lead out of the item. */
function ownValue(holder: unknown, name: string): unknown {
	if (typeof holder !== 'object' || holder === null) return undefined;
	return Object.getOwnPropertyDescriptor(holder, name)?.value;
}
