import { isFlagSet, saysDoNotContact } from './contact';
import { takeCustomer, takeText, toText } from './customer';
import { guessDestination, takeId } from './destination';
import { FieldBag } from './fieldBag';
import { cleanJson, isJsonObject } from './json';
import { takeLeadSource } from './leadSourceFields';
import { isOwnLead, reparseLead } from './ownLead';
import { isTestText } from './testLead';
import { quote } from './text';
import { readTime } from './time';
import type { CodeAndName, JsonObject, JsonValue, Lead, ParseContext } from './types';
import { DO_NOT_CONTACT, stageOf } from './vocabulary';
import { Warnings } from './warnings';

const CAMPAIGNS = /^campaigns?\s*:/i;
const BOM = /^\ufeff/;

/**
 * The lead in a record of any destination, in a lead source string, or in a lead that this
 * function gave before (which comes out the same, its stage by the guide of this call). Never
 * throws: whatever is missing is empty, whatever is odd is told in `warnings`.
 */
export function parseLead(record: unknown, context: ParseContext = {}): Lead {
	const warnings = new Warnings();
	if (isOwnLead(record)) return reparseLead(record, context, warnings);

	const received = cleanJson(record, warnings);
	const content = toRecord(received, warnings);
	const fields = new FieldBag();
	fields.addAll(content);
	const destination = context.destination || guessDestination(fields);
	const id = takeId(fields, destination, content);
	openUserDetails(fields, warnings);

	const lead = takeLeadSource(fields, destination, warnings);
	const { source, action, offer } = lead;
	const contactAllowed = isContactAllowed(fields, action, lead.doNotContact, warnings);
	const isTest = fields.hasTestText || [source.code, action.code, offer.title].some(isTestText);
	const customer = takeCustomer(fields, isTest, warnings);
	const description = takeText(fields, 'description', warnings).trim();
	const createdAt = takeCreatedAt(fields, warnings);
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
		...(context.includeRaw ? { raw: cleanJson(received, warnings) } : {}),
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

/** `UserDetails` is an object, `CustomerInfo` the same as JSON text. */
function openUserDetails(fields: FieldBag, warnings: Warnings): void {
	const field = fields.take('userDetails');
	if (!field) return;
	const { name, value } = field;
	const details = typeof value === 'string' ? parseJson(value, warnings) : value;
	if (isJsonObject(details)) {
		fields.addAll(details, true);
	} else {
		warnings.add(`The field ${quote(name)} could not be read. It was kept as a property.`);
		fields.putBack(field);
	}
}

function parseJson(text: string, warnings: Warnings): JsonValue {
	try {
		const value: unknown = JSON.parse(text.replace(BOM, ''));
		return cleanJson(value, warnings);
	} catch {
		// Told by the caller, which knows the field's name.
		return null;
	}
}

/** One voice against is enough, wherever in the record it speaks. */
function isContactAllowed(
	fields: FieldBag,
	action: CodeAndName,
	sourceForbids: boolean,
	warnings: Warnings,
): boolean {
	const flags = fields.all('doNotContact').filter(({ value }) => isFlagSet(value));
	for (const { name } of flags) {
		warnings.add(`The field ${quote(name)} says not to contact the customer.`);
	}
	const forbids =
		sourceForbids ||
		fields
			.all('actionCode')
			.some(({ value }) => saysDoNotContact(toText(value) ?? JSON.stringify(value)));
	if (forbids && action.code !== DO_NOT_CONTACT) {
		warnings.add('The action code or the lead source says not to contact the customer.');
	}
	return !forbids && flags.length === 0;
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
