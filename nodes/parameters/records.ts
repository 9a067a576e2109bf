/** Finds the records in an item of a workflow, or in a field of it. */
import type { FieldMapping, LeadInput } from '../lead';
import { pathOf, readLeadInput } from '../lead';
import { statementsAgainstContact } from '../lead/contact';
import { contactName } from '../lead/contactWords';
import { ownValue } from '../lead/objects';

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
	const names = namesIn(json, path);
	return names.length === 0 ? undefined : names.reduce<unknown>(ownValue, json);
}

/** A field that is called so is meant before what stands at the path. */
function namesIn(json: object, path: string): readonly string[] {
	if (Object.hasOwn(json, path)) return [path];
	return path.includes('[') ? pathOf(path) : path.split('.');
}

/** What was found beside a lead stands in it under its name with this before it, which is no lead's. */
const BESIDE = 'item.';
/** An item has some dozens of fields. */
const MAX_BESIDE = 5_000;

/**
 * What an item says against contact beside the lead in one of its fields, as further fields of the lead:
 * `{"data": {…}, "DoNotContact": true}`. Only of what is named so, and above the lead: other objects in the
 * item may be about somebody else, and texts about anything. Empty where nothing does.
 */
export function statementsBeside(json: object, path: string): Record<string, unknown> {
	const beside: Record<string, unknown> = {};
	let holder: unknown = json;
	for (const name of namesIn(json, path)) {
		if (typeof holder !== 'object' || holder === null) break;
		addFlags(beside, holder, name);
		holder = ownValue(holder, name);
	}
	return statementsAgainstContact(beside).length > 0 ? beside : {};
}

/** The same of an item of n8n's own Webhook node: the address it was called by. */
export function statementsInAddress(json: object): Record<string, unknown> {
	if (!isWebhookItem(json)) return {};
	const beside: Record<string, unknown> = {};
	for (const part of ['query', 'params']) {
		const holder = ownValue(json, part);
		if (typeof holder === 'object' && holder !== null) addFlags(beside, holder, '');
	}
	return statementsAgainstContact(beside).length > 0 ? beside : {};
}

function addFlags(beside: Record<string, unknown>, holder: object, own: string): void {
	const names = Object.keys(holder);
	for (const name of names.slice(0, MAX_BESIDE)) {
		if (name === own || contactName(name) === undefined) continue;
		const value = ownValue(holder, name);
		if (typeof value !== 'object') beside[`${BESIDE}${name}`] = value;
	}
	// What is not read may say it, as in a lead with too many fields.
	if (names.length > MAX_BESIDE) beside[`${BESIDE}DoNotContact`] = `${names.length} fields`;
}
