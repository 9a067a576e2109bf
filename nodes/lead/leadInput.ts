import { hasMappedField, type FieldMapping } from './fieldMapping';
import { isTellingKey } from './fields';
import { MAX_DEPTH } from './json';
import { parseLeadSource } from './leadSource';
import { isOwnLead } from './ownLead';
import type { JsonValue, LeadInput } from './types';

/** Leads in one request; a larger list is better sent in parts, which can be sent again. */
export const MAX_LEADS = 1_000;

/** Values in one body; a lead has about 20, so this is 1,000 leads with room for ten times that. */
const MAX_VALUES = 250_000;

/** Sentences in one response; the caller corrects the first ones first. */
const MAX_PROBLEMS = 20;

const BOM = /^\ufeff/;
const EXAMPLES = 'UserDetails, LeadSource, ActionCode, …';

/**
 * What a request's body, or an item or field in a workflow, holds: one lead, a list of leads, the
 * same as JSON text (with or without byte order mark, or as a JSON string within JSON), or a lead
 * source string alone. A list with one entry that is no lead is rejected whole, so that the caller
 * can mend it and send it again without doubling the others. Never throws; `problems` are
 * sentences for the caller and repeat nothing of the payload. With a mapping a record of any
 * names is a lead that has one of its fields.
 */
export function readLeadInput(body: unknown, mapping?: FieldMapping): LeadInput {
	try {
		return typeof body === 'string' ? readText(body, true, mapping) : readValue(body, mapping);
	} catch {
		return invalid('The body could not be read. Send one lead or a list of leads as JSON.');
	}
}

function readText(text: string, mayHoldText: boolean, mapping?: FieldMapping): LeadInput {
	const json = text.replace(BOM, '').trim();
	if (json === '') return invalid('The body is empty. Send one lead or a list of leads as JSON.');
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch {
		if (isLeadSource(json)) return { ok: true, records: [json], isList: false };
		return invalid('The body is text, but not JSON. Send one lead or a list of leads as JSON.');
	}
	if (typeof value !== 'string') return readValue(value, mapping);
	if (mayHoldText) return readText(value, false, mapping);
	return invalid('The body is a text within a text. Send one lead or a list of leads as JSON.');
}

function isLeadSource(text: string): boolean {
	const { sourceKnown, actionKnown } = parseLeadSource(text);
	return sourceKnown || actionKnown;
}

function readValue(body: unknown, mapping: FieldMapping | undefined): LeadInput {
	if (body === null || body === undefined) {
		return invalid('The body is empty. Send one lead or a list of leads as JSON.');
	}
	if (typeof body !== 'object') {
		return invalid(`The body is a ${typeof body}. Send one lead or a list of leads as JSON.`);
	}
	const size = measure(body);
	if (size) return invalid(size);
	if (Array.isArray(body)) return readList(body, mapping);
	if (!isLead(body, mapping))
		return invalid(`The body holds none of the fields of a lead (${EXAMPLES}).`);
	return { ok: true, records: [body as JsonValue], isList: false };
}

function readList(list: readonly unknown[], mapping: FieldMapping | undefined): LeadInput {
	if (list.length === 0) return invalid('The list of leads is empty.');
	if (list.length > MAX_LEADS) {
		return invalid(
			`The list has ${list.length} leads, and ${MAX_LEADS} can be taken at once. Send it in parts.`,
		);
	}
	const problems: string[] = [];
	list.forEach((entry, index) => {
		const lead = `Lead ${index + 1} of the list`;
		if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
			problems.push(`${lead} is not an object.`);
		} else if (!isLead(entry, mapping)) {
			problems.push(`${lead} holds none of the fields of a lead (${EXAMPLES}).`);
		}
	});
	if (problems.length > 0) return invalid(...problems);
	return { ok: true, records: list as JsonValue[], isList: true };
}

function isLead(value: object, mapping: FieldMapping | undefined): boolean {
	if (isOwnLead(value) || Object.keys(value).some(isTellingKey)) return true;
	return mapping !== undefined && hasMappedField(value, mapping);
}

/** What makes a body too much to read, if anything. By a stack of its own: recursion overflows. */
function measure(body: object): string | undefined {
	const open: { value: object; depth: number }[] = [{ value: body, depth: 1 }];
	let values = 0;
	for (let next = open.pop(); next; next = open.pop()) {
		if (next.depth > MAX_DEPTH) {
			return `The body is nested more than ${MAX_DEPTH} levels deep.`;
		}
		for (const value of Object.values(next.value) as unknown[]) {
			if (++values > MAX_VALUES) return `The body holds more than ${MAX_VALUES} values.`;
			if (typeof value === 'object' && value !== null) {
				open.push({ value, depth: next.depth + 1 });
			}
		}
	}
	return undefined;
}

function invalid(...problems: string[]): LeadInput {
	if (problems.length <= MAX_PROBLEMS) return { ok: false, problems };
	const more = problems.length - MAX_PROBLEMS;
	return {
		ok: false,
		problems: [...problems.slice(0, MAX_PROBLEMS), `And ${more} more like these.`],
	};
}
