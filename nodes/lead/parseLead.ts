import {
	MAX_HEARD_OF_RECORD,
	statementsAgainstContact,
	type ContactStatement,
	type OpenedTexts,
} from './contact';
import { readJson } from './contactValues';
import { takeCustomer, takeText, toText } from './customer';
import { guessDestination, mayHaveOtherHeaders, takeId } from './destination';
import { FieldBag } from './fieldBag';
import { addMappedFields, type MappedRecord } from './fieldMapping';
import { cleanJson } from './json';
import { isJsonObject } from './objects';
import { takeLeadSource } from './leadSourceFields';
import { isOwnLead, reparseLead } from './ownLead';
import { isTestText, testLeadTime } from './testLead';
import { quote } from './text';
import { readTime } from './time';
import type { JsonObject, JsonValue, Lead } from './types';
import type { ParseContext } from './parseContext';
import { DO_NOT_CONTACT, stageOf } from './vocabulary';
import { FORBIDS_CONTACT, Warnings } from './warnings';

const CAMPAIGNS = /^campaigns?\s*:/i;

/** Containers of one record that are opened, and texts within texts within them. */
const MAX_CONTAINERS = 4;
const MAX_TEXT_LEVELS = 8;

const NOTHING_MAPPED: MappedRecord = { taken: new Set(), statements: [] };

/**
 * The lead in a record of any destination, in a lead source string, or in a lead that this
 * function gave before (which comes out the same, its stage by the guide of this call). Never
 * throws: whatever is missing is empty, whatever is odd is told in `warnings`.
 */
export function parseLead(record: unknown, context: ParseContext = {}): Lead {
	const warnings = new Warnings();
	for (const sentence of context.warnings ?? []) warnings.add(sentence);
	if (isOwnLead(record)) return reparseLead(record, context, warnings);

	const received = cleanJson(record, warnings);
	const content = toRecord(received, warnings);
	const fields = new FieldBag();
	const mapped = context.fieldMapping
		? addMappedFields(fields, content, context.fieldMapping, warnings)
		: NOTHING_MAPPED;
	fields.addAll(content, false, mapped.taken);
	if (mayHaveOtherHeaders(fields, context.destination)) fields.addLikely();
	const destination = context.destination || guessDestination(fields);
	const id = takeId(fields, destination, content);
	const opened = openContainers(fields, warnings);

	const lead = takeLeadSource(fields, destination, warnings);
	const { source, action, offer } = lead;
	// A list is no record, and yet not to be passed over where it forbids contact.
	const isHeard = isJsonObject(received) || typeof received === 'string';
	// All of it, under its own names too: no mapping takes a statement out of it.
	const heardIn = isHeard ? content : received;
	const heard = statementsAgainstContact(heardIn, opened, MAX_HEARD_OF_RECORD);
	const statements = mapped.statements.length > 0 ? [...heard, ...mapped.statements] : heard;
	tellStatements(statements, action.code, warnings);
	const isForbidden = statements.length > 0 || lead.doNotContact;
	const contactAllowed = !warnings.mayHideStatement() && !isForbidden;
	const testText =
		fields.testText || ([source.code, action.code, offer.title].find(isTestText) ?? '');
	const isTest = testText !== '';
	const customer = takeCustomer(fields, isTest, warnings);
	const description = takeText(fields, 'description', warnings).trim();
	const createdAt = takeCreatedAt(fields, warnings) || testLeadTime(testText);
	const stage = stageOf(action.code, context.stageGuide ?? 'cloudPartnerPortal');
	return {
		id,
		destination,
		leadSource: lead.leadSource,
		source,
		action,
		offer,
		stage: contactAllowed ? stage : 'doNotContact',
		contactAllowed,
		isTest,
		customer,
		description,
		campaign: readCampaign(description, fields),
		properties: fields.properties(),
		createdAt,
		receivedAt: readReceivedAt(context),
		warnings: warnings.list(),
		...(context.includeRaw ? { raw: cleanJson(received, new Warnings()) } : {}),
	};
}

/** ISO 8601 in UTC; now where the caller says nothing. */
export function readReceivedAt(context: ParseContext): string {
	return readTime(context.receivedAt ?? '') || new Date().toISOString();
}

function toRecord(received: JsonValue, warnings: Warnings): JsonObject {
	if (isJsonObject(received)) return received;
	if (typeof received === 'string') return { LeadSource: received };
	warnings.add('The record is not an object, so nothing could be read from it.');
	return {};
}

/**
 * `UserDetails` is an object, `CustomerInfo` the same as JSON text, perhaps written as text twice.
 * A record can have both, or a list of one.
 */
function openContainers(fields: FieldBag, warnings: Warnings): OpenedTexts {
	const opened = new Map<string, JsonValue>();
	fields.containers.forEach((field, index) => {
		const entries = index < MAX_CONTAINERS ? entriesOf(field.value, warnings) : [];
		for (const entry of entries) fields.addAll(entry, true);
		if (entries.length > 0) {
			if (typeof field.value === 'string') opened.set(field.value, entries);
			return;
		}
		warnings.add(`The field ${quote(field.name)} could not be read. It was kept as a property.`);
		fields.putBack(field);
	});
	return opened;
}

function entriesOf(container: JsonValue, warnings: Warnings): JsonObject[] {
	let value: unknown = container;
	for (let level = 0; level < MAX_TEXT_LEVELS && typeof value === 'string'; level++) {
		value = readJson(value);
	}
	const clean = typeof container === 'string' ? cleanJson(value, warnings) : container;
	const entries = Array.isArray(clean) ? clean : [clean];
	return entries.every(isJsonObject) ? entries : [];
}

function tellStatements(
	statements: readonly ContactStatement[],
	actionCode: string,
	warnings: Warnings,
): void {
	for (const { name, value, how } of statements) {
		if (how === 'codes') {
			// The action says it itself.
			if (actionCode !== DO_NOT_CONTACT) {
				warnings.add(`The action code or the lead source ${FORBIDS_CONTACT}`);
			}
		} else if (how === 'clearly') {
			warnings.add(`The field ${quote(name)} ${FORBIDS_CONTACT}`);
		} else {
			const held = toText(value as JsonValue) ?? 'a list, an object or nothing';
			warnings.add(
				`The field ${quote(name)} holds ${quote(held)}, which is neither a known yes nor a known no. It was read as "do not contact".`,
			);
		}
	}
}

function readCampaign(description: string, fields: FieldBag): string {
	const [label] = CAMPAIGNS.exec(description) ?? [];
	const inDescription = label ? (description.slice(label.length).split('\n', 1)[0] ?? '') : '';
	return inDescription.trim() || (toText(fields.peek('campaign')?.value ?? '') ?? '').trim();
}

function takeCreatedAt(fields: FieldBag, warnings: Warnings): string {
	const field = fields.take('createdAt');
	if (!field) return '';
	const createdAt = readTime(field.value);
	if (createdAt === '') {
		warnings.add(`The time in ${quote(field.name)} could not be read. It was kept as a property.`);
		fields.putBack(field);
	}
	return createdAt;
}
