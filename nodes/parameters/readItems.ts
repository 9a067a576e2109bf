/** From the node's items to leads and merged customers, by the parameters "Read Lead From". */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { toNodeError } from '../errors';
import type {
	FieldMapping,
	JsonValue,
	Lead,
	MappableField,
	MergedCustomer,
	ParseContext,
} from '../lead';
import {
	fieldMapping,
	looksMerged,
	MAPPABLE_FIELDS,
	parseLead,
	pathOf,
	readMergedCustomer,
	unknownNames,
} from '../lead';
import { quote } from '../lead/text';
import { continuesOnFail, failedItem } from './failedItems';
import {
	isWebhookItem,
	recordsOfField,
	recordsOfItem,
	statementsBeside,
	statementsInAddress,
	valueOfField,
} from './records';

/** How leads are read, the same for all items of an execution but for what an expression changes. */
type Reading = Required<Pick<ParseContext, 'includeRaw' | 'receivedAt' | 'stageGuide'>>;

/**
 * Does the work for every item. One that cannot be done ends the execution, or with "Continue" goes
 * to `failed` as an item that says so.
 */
export function eachItem(
	context: IExecuteFunctions,
	work: (item: INodeExecutionData, itemIndex: number) => void,
	failed: (item: INodeExecutionData) => void,
): void {
	for (const [itemIndex, item] of context.getInputData().entries()) {
		try {
			work(item, itemIndex);
		} catch (error) {
			if (!continuesOnFail(context)) {
				throw toNodeError(context.getNode(), error, itemIndex);
			}
			failed(failedItem(context, error as Error, itemIndex));
		}
	}
}

/**
 * Does the work for all items. What fails all of them at once, such as a parameter that is read from
 * the first item, ends the execution, or with "Continue" comes out once for each item: were it
 * thrown, n8n would pass the items on as if everything had gone well.
 */
export async function forAllItems(
	context: IExecuteFunctions,
	work: () => INodeExecutionData[][] | Promise<INodeExecutionData[][]>,
	outputOfFailures: () => number = () => 0,
): Promise<INodeExecutionData[][]> {
	try {
		return await work();
	} catch (error) {
		const failure = toNodeError(context.getNode(), error);
		if (!continuesOnFail(context)) throw failure;
		const failed = context.getInputData().map((_item, at) => failedItem(context, failure, at));
		const outputs = Array.from({ length: outputOfFailures() }, (): INodeExecutionData[] => []);
		return [...outputs, failed];
	}
}

/** A file belongs to one lead; copied to each of a list, it would be stored many times. */
export function binaryOf(
	item: INodeExecutionData,
	entries: readonly unknown[],
): Pick<INodeExecutionData, 'binary'> {
	return entries.length === 1 ? ownBinary(item) : {};
}

/** The item's files, of which a later node may change a name without changing it in the item before. */
export function ownBinary({ binary }: INodeExecutionData): Pick<INodeExecutionData, 'binary'> {
	if (binary === undefined) return {};
	const files = Object.entries(binary).map(([name, file]) => [name, { ...file }] as const);
	return { binary: Object.fromEntries(files) };
}

/** @throws NodeOperationError when the item holds no lead */
export function readLeads(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	reading: Partial<Reading>,
): Lead[] {
	return readLeadRecords(context, item, itemIndex, reading).map(({ lead }) => lead);
}

/** The same, each with the record that it was read from. @throws NodeOperationError */
export function readLeadRecords(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	reading: Partial<Reading>,
): Array<{ lead: Lead; record: JsonValue }> {
	const mapping = readMapping(context, item, itemIndex);
	const beside = besideLead(context, item, itemIndex);
	const records = readRecords(context, item, itemIndex, mapping).map((record) =>
		withBeside(record, beside),
	);
	const leads = records.map((record) => ({
		lead: parseLead(record, { ...reading, fieldMapping: mapping }),
		record,
	}));
	if (mapping !== undefined && leads[0] !== undefined) {
		tellUnknown(context, leads[0].lead, mapping);
	}
	return leads;
}

/** Contexts of executions that were told; the rows of a table all have the same fields. */
const TOLD = new WeakSet<IExecuteFunctions>();
const MAX_TOLD = 20;

/** Tells whoever makes the mapping which fields are in nobody's: of the first lead, once. */
function tellUnknown(context: IExecuteFunctions, lead: Lead, mapping: FieldMapping): void {
	if (TOLD.has(context)) return;
	TOLD.add(context);
	const names = unknownNames(lead, mapping);
	if (names.length === 0) return;
	const named = names.slice(0, MAX_TOLD).map(quote);
	const more = names.length > MAX_TOLD ? ` and ${names.length - MAX_TOLD} more` : '';
	context.addExecutionHints({
		message: `Fields that are not mapped are kept as properties of the lead: ${named.join(', ')}${more}`,
		location: 'outputPane',
	});
}

/** The same, and customers that were merged before. @throws NodeOperationError */
export function readEntries(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	reading: Reading,
): (Lead | MergedCustomer)[] {
	const values = mergedValues(context, item, itemIndex);
	if (values.length === 0) return readLeads(context, item, itemIndex, reading);
	const mapping = readMapping(context, item, itemIndex);
	const beside = besideLead(context, item, itemIndex);
	return values.map((value) => {
		const whole = withBeside(value as JsonValue, beside);
		const customer = readMergedCustomer(whole, reading.stageGuide, mapping);
		if (customer !== undefined) return customer;
		throw new NodeOperationError(context.getNode(), 'The item is not a whole merged customer', {
			itemIndex,
			description:
				'Pass on every field that Merge Leads gave it: "journey", "identity" and "groupedBy" are needed to merge it again.',
		});
	});
}

/** What the item says against contact outside of its lead, by names that no lead has. */
function besideLead(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Record<string, unknown> {
	const input = readInput(context, itemIndex);
	if (input === 'field') {
		return statementsBeside(item.json, readText(context, 'field', itemIndex));
	}
	return input === 'item' ? statementsInAddress(item.json) : {};
}

function withBeside(record: JsonValue, beside: Record<string, unknown>): JsonValue {
	if (Object.keys(beside).length === 0) return record;
	const fields = typeof record === 'string' ? { LeadSource: record } : record;
	const isObject = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
	return isObject ? { ...fields, ...(beside as Record<string, JsonValue>) } : record;
}

/** Merged customers in the item; none where it holds leads or anything else. */
function mergedValues(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): unknown[] {
	const input = readInput(context, itemIndex);
	if (input === 'text' || input === 'fields') return [];
	const value =
		input === 'item' ? item.json : valueOfField(item.json, readText(context, 'field', itemIndex));
	const values: unknown[] = Array.isArray(value) ? value : [value];
	// A list that holds both is no list of leads: those that are none are told of as customers.
	return values.some(looksMerged) ? values : [];
}

function readRecords(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	mapping: FieldMapping | undefined,
): JsonValue[] {
	const noLead = (message: string, description: string) =>
		new NodeOperationError(context.getNode(), message, { itemIndex, description });

	const input = readInput(context, itemIndex);
	if (input === 'fields') {
		const fields = filledIn(context.getNodeParameter('leadFields', itemIndex, {}));
		if (Object.keys(fields).length > 0) return [fields];
		throw noLead(
			'No field of the lead is filled in',
			'Fill in "Lead Fields", at least an email address or a name',
		);
	}
	if (input === 'text') {
		const text = readText(context, 'leadSource', itemIndex).trim();
		if (text === '') {
			throw noLead(
				'The lead source is empty',
				'Fill in "Lead Source", or map a field of the item that holds one',
			);
		}
		return [text];
	}
	if (input === 'item') {
		const found = recordsOfItem(item.json, mapping);
		if (found.ok) return found.records;
		const merged = looksMerged(item.json);
		throw noLead(
			'The item holds no lead',
			merged
				? 'It is a customer with all leads in one, which only Merge Leads and Compose Follow-Up take. Put this operation before Merge Leads.'
				: `${found.problems.join(' ')} If the lead is in a field of the item, set "Read Lead From" to "A Field". If its fields have names of their own, add them to "Field Mapping".`,
		);
	}
	const path = readText(context, 'field', itemIndex);
	if (path.trim() === '') {
		throw noLead(
			'"Field" is empty',
			'Fill in the name of the field that holds the lead. If it is an expression, it has to give the name of a field, not its value.',
		);
	}
	const found = recordsOfField(item.json, path, mapping);
	if (found === undefined) {
		throw noLead(
			`The item has no field ${quote(path)}`,
			'Set "Field" to the name of the field that holds the lead, with dots for fields within fields',
		);
	}
	if (found.ok) return found.records;
	throw noLead(`The field ${quote(path)} holds no lead`, found.problems.join(' '));
}

const INPUTS = ['field', 'fields', 'item', 'text'] as const;
type Input = (typeof INPUTS)[number];

/** @throws NodeOperationError for a value that the parameter does not offer */
function readInput(context: IExecuteFunctions, itemIndex: number): Input {
	const value: unknown = context.getNodeParameter('readLeadFrom', itemIndex);
	const input = INPUTS.find((known) => known === value);
	if (input !== undefined) return input;
	throw new NodeOperationError(context.getNode(), '"Read Lead From" has an unknown value', {
		itemIndex,
		description: 'Choose one from the list.',
	});
}

/** The fields that say something, by their names in the parameter. */
function filledIn(fields: unknown): Record<string, JsonValue> {
	return Object.fromEntries(
		Object.entries(Object(fields) as Record<string, JsonValue | undefined>).filter(
			(entry): entry is [string, JsonValue] => {
				const [, value] = entry;
				const isEmpty = typeof value === 'string' && value.trim() === '';
				return value !== null && value !== undefined && !isEmpty;
			},
		),
	);
}

/** By the names of the fields, which are nearly always the same for all items. */
const MAPPINGS_OF_FIELDS = new Map<string, FieldMapping>();

/** Of those that are filled in alone: a statement on contact that is mapped and missing forbids it. */
function mappingOfFields(fields: Readonly<Record<string, JsonValue>>): FieldMapping {
	const names = MAPPABLE_FIELDS.filter(({ value }) => Object.hasOwn(fields, value));
	const key = names.map(({ value }) => value).join();
	const known = MAPPINGS_OF_FIELDS.get(key);
	if (known !== undefined) return known;
	const mapping = fieldMapping(names.map(({ value }) => ({ from: value, to: value })));
	if (MAPPINGS_OF_FIELDS.size < MAX_PLACES) MAPPINGS_OF_FIELDS.set(key, mapping);
	return mapping;
}

interface MappingEntry {
	from: string;
	to: MappableField;
}

/** What was read of a parameter's value, which is the same for all items unless it has expressions. */
const ENTRIES = new WeakMap<object, MappingEntry[]>();
const MAPPINGS = new WeakMap<MappingEntry[], Map<string, FieldMapping>>();

/** `undefined` where nothing is mapped. @throws NodeOperationError for an entry that is not whole */
function readMapping(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): FieldMapping | undefined {
	const input = readInput(context, itemIndex);
	if (input === 'text') return undefined;
	if (input === 'fields') {
		return mappingOfFields(filledIn(context.getNodeParameter('leadFields', itemIndex, {})));
	}
	const given: unknown = context.getNodeParameter('fieldMapping', itemIndex, {});
	if (typeof given !== 'object' || given === null || Object.keys(given).length === 0) {
		return undefined;
	}
	const entries = ENTRIES.get(given) ?? readEntriesOfMapping(context, given, itemIndex);
	ENTRIES.set(given, entries);
	if (entries.length === 0) return undefined;
	const place = placeOf(context, item, itemIndex);
	const mappings = MAPPINGS.get(entries) ?? new Map<string, FieldMapping>();
	MAPPINGS.set(entries, mappings);
	const mapping = mappings.get(place) ?? fieldMapping(entries, pathOf(place));
	// One place for each item at most, and of thousands of items nearly always the same.
	if (mappings.size < MAX_PLACES) mappings.set(place, mapping);
	return mapping;
}

const MAX_PLACES = 100;

/** Where in the item the record stands, as a path. */
function placeOf(context: IExecuteFunctions, item: INodeExecutionData, itemIndex: number): string {
	if (readInput(context, itemIndex) === 'field') return readText(context, 'field', itemIndex);
	return isWebhookItem(item.json) ? 'body' : '';
}

function readEntriesOfMapping(
	context: IExecuteFunctions,
	given: object,
	itemIndex: number,
): MappingEntry[] {
	const { values = [] } = given as { values?: unknown };
	const entries: unknown[] = Array.isArray(values) ? values : [values];
	return entries.map((entry, index) => {
		const { from, to } = (entry ?? {}) as { from?: unknown; to?: unknown };
		const field = MAPPABLE_FIELDS.find(({ value }) => value === to);
		const name = typeof from === 'number' ? String(from) : from;
		if (field !== undefined && typeof name === 'string' && name.trim() !== '') {
			return { from: name, to: field.value };
		}
		const message =
			field === undefined
				? `Field ${index + 1} of "Field Mapping" has no lead field`
				: `Field ${index + 1} of "Field Mapping" has no name`;
		throw new NodeOperationError(context.getNode(), message, {
			itemIndex,
			description:
				field === undefined
					? 'Choose one of the entries of "Lead Field".'
					: 'Fill in "Your Field", or remove the entry. If it is an expression, it has to give the name of a field, not its value.',
		});
	});
}

/** An expression can give anything; a number is a text here, and nothing an empty one. */
export function readText(context: IExecuteFunctions, name: string, itemIndex: number): string {
	const value = context.getNodeParameter(name, itemIndex, '');
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
