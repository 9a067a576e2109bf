/** Finds the records in an item of a workflow, or in a field of it. */
import type { LeadInput } from '../lead';
import { readLeadInput } from '../lead';

/** What n8n's own Webhook node puts out; the lead is its body. */
const WEBHOOK_FIELDS = ['headers', 'params', 'query', 'body'];

/** The records of a whole item. */
export function recordsOfItem(json: object): LeadInput {
	const isWebhook = WEBHOOK_FIELDS.every((name) => Object.hasOwn(json, name));
	return readLeadInput(isWebhook ? ownValue(json, 'body') : json);
}

/**
 * The records in a field given by name or dotted path (`body`, `data.lead`, `leads.0`), or
 * `undefined` when the item has no such field.
 */
export function recordsOfField(json: object, path: string): LeadInput | undefined {
	const value = valueOfField(json, path);
	return value === undefined ? undefined : readLeadInput(value);
}

/** The value of a field given by name or dotted path; `undefined` when there is none. */
export function valueOfField(json: object, path: string): unknown {
	return Object.hasOwn(json, path)
		? ownValue(json, path)
		: path.split('.').reduce<unknown>(ownValue, json);
}

/** Own fields only: "constructor" or "__proto__" in a path must not lead out of the item. */
function ownValue(holder: unknown, name: string): unknown {
	if (typeof holder !== 'object' || holder === null) return undefined;
	return Object.getOwnPropertyDescriptor(holder, name)?.value;
}
