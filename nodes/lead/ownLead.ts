import { forbidsContact } from './contact';
import { saysDoNotContact } from './contactWords';
import { toText } from './customer';
import { digest } from './destination';
import { DESTINATION_NAMES } from './destinationShapes';
import { emailAddress } from './emailAddress';
import { mappingForbids } from './fieldMapping';
import { cleanJson, LEAD } from './json';
import { isJsonObject, isObject, ownValue } from './objects';
import { parseLeadSource, toAction, toSource } from './leadSource';
import { companyDomain } from './mailboxKind';
import { isTestText } from './testLead';
import { readTime } from './time';
import type { JsonObject, JsonValue, Lead, LeadDestinationName } from './types';
import type { ParseContext } from './parseContext';
import { STAGES, stageOf } from './vocabulary';
import { FORBIDS_CONTACT, Warnings } from './warnings';

/** What a lead of ours has and no destination's record: these names, in this casing and type. */
const OBJECT_PARTS = ['offer', 'customer'];
/** Not in a simplified one, whose lead source tells them. */
const CODE_PARTS = ['source', 'action'];

/** Whether a value is a lead that `parseLead` gave before, perhaps edited since. Never throws. */
export function isOwnLead(value: unknown): boolean {
	try {
		if (typeof value !== 'object' || value === null) return false;
		if (typeof ownValue(value, 'contactAllowed') !== 'boolean') return false;
		if (typeof ownValue(value, 'leadSource') !== 'string') return false;
		if (!OBJECT_PARTS.every((name) => isObject(ownValue(value, name)))) return false;
		if (CODE_PARTS.every((name) => isObject(ownValue(value, name)))) return true;
		return isSimplified(value);
	} catch {
		// A getter or a proxy threw: parseLead goes on to read what it can, and says so.
		return false;
	}
}

function isSimplified(value: object): boolean {
	const hasCodes = CODE_PARTS.some((name) => ownValue(value, name) !== undefined);
	if (hasCodes || !isStage(ownValue(value, 'stage'))) return false;
	return (
		typeof ownValue(value, 'id') === 'string' && typeof ownValue(value, 'isTest') === 'boolean'
	);
}

function isStage(stage: unknown): boolean {
	return STAGES.some(({ code }) => code === stage);
}

/**
 * A lead parsed before, as it was, with its stage by the guide of this call. Its fields may have
 * been edited since, or never have been ours, so each is checked like any other input.
 */
export function reparseLead(value: unknown, context: ParseContext, warnings: Warnings): Lead {
	const earlier = asObject(cleanJson(value, warnings, LEAD));
	warnings.addAll(earlier['warnings']);
	const part = (name: string) => asObject(earlier[name]);
	const [offer, customer] = [part('offer'), part('customer')];
	const original = asObject(customer['original']);
	const leadSource = text(earlier, 'leadSource');
	const told = parseLeadSource(leadSource);
	const code = (name: 'action' | 'source') =>
		name in earlier ? text(part(name), 'code') : told[name].code;
	const source = toSource(code('source'));
	const action = toAction(code('action'));
	const { isFromSender = false } = context;
	const contactAllowed =
		earlier['contactAllowed'] === true &&
		!told.doNotContact &&
		!saysDoNotContact(action.code) &&
		!saysOtherwise(earlier, context, warnings);
	const stage = stageOf(action.code, context.stageGuide ?? 'cloudPartnerPortal');
	return {
		id: (isFromSender ? '' : text(earlier, 'id')) || digest(earlier),
		destination: readDestination(earlier, context),
		leadSource,
		source,
		action,
		offer: {
			id: text(offer, 'id'),
			publisherId: text(offer, 'publisherId'),
			offerId: text(offer, 'offerId'),
			title: text(offer, 'title'),
			publisherName: text(offer, 'publisherName'),
		},
		stage: contactAllowed ? stage : 'doNotContact',
		contactAllowed,
		isTest: earlier['isTest'] === true || (isFromSender && hasTestText(earlier)),
		customer: {
			firstName: text(customer, 'firstName'),
			lastName: text(customer, 'lastName'),
			fullName: text(customer, 'fullName'),
			email: text(customer, 'email'),
			// Leads of versions before had none.
			domain:
				'domain' in customer
					? text(customer, 'domain')
					: companyDomain(emailAddress(text(customer, 'email'))),
			phone: text(customer, 'phone'),
			country: text(customer, 'country'),
			company: text(customer, 'company'),
			title: text(customer, 'title'),
			original: {
				email: text(original, 'email'),
				phone: text(original, 'phone'),
				country: text(original, 'country'),
			},
		},
		description: text(earlier, 'description'),
		campaign: text(earlier, 'campaign'),
		properties: asObject(earlier['properties']),
		createdAt: readTime(earlier['createdAt'] ?? ''),
		receivedAt:
			(isFromSender ? '' : readTime(earlier['receivedAt'] ?? '')) ||
			readTime(context.receivedAt ?? '') ||
			new Date().toISOString(),
		warnings: warnings.list(),
		...(context.includeRaw ? { raw: readRaw(earlier, value, isFromSender) } : {}),
		...(isFromSender ? {} : readDelivery(earlier)),
	};
}

/** By it a later node tells a lead that is handed over again from one that comes anew. */
function readDelivery({ delivery }: JsonObject): Pick<Lead, 'delivery'> {
	const { attempt, firstHandedOverAt } = asObject(delivery);
	const first = readTime(firstHandedOverAt ?? '');
	if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1) return {};
	return first === '' ? {} : { delivery: { attempt, firstHandedOverAt: first } };
}

function readDestination(earlier: JsonObject, context: ParseContext): LeadDestinationName {
	const own = context.isFromSender ? '' : readDestinationName(text(earlier, 'destination'));
	return own || (context.destination ?? '');
}

/** Whether anything but its own flag forbids contact: a field that was added or edited since. */
function saysOtherwise(
	earlier: JsonObject,
	{ fieldMapping }: ParseContext,
	warnings: Warnings,
): boolean {
	// Warnings quote what was read already, and may run it together.
	const heard = { ...earlier, offer: withoutSaid(earlier), warnings: null };
	const isForbidden = forbidsContact(heard) || mappingForbids(earlier, fieldMapping);
	if (isForbidden) warnings.add(`A field of the lead ${FORBIDS_CONTACT}`);
	return warnings.mayHideStatement() || isForbidden;
}

/**
 * The offer without what was taken from the lead source: that is heard as one, and its offer's name is
 * nobody's statement, however long.
 */
function withoutSaid({ offer, leadSource }: JsonObject): JsonValue | undefined {
	if (!isJsonObject(offer) || typeof leadSource !== 'string') return offer;
	const said = parseLeadSource(leadSource).offer;
	const { id, publisherId, offerId, ...rest } = offer;
	const isSaid = id === said.id && publisherId === said.publisherId && offerId === said.offerId;
	return isSaid ? rest : offer;
}

/** Whether a field of the lead or of its customer is the placeholder of Microsoft's test leads. */
function hasTestText(earlier: JsonObject): boolean {
	const values = [earlier, asObject(earlier['customer'])].flatMap((part) => Object.values(part));
	return values.some((value) => typeof value === 'string' && isTestText(value));
}

/** A destination by its name; empty for any other text. */
export function readDestinationName(name: string): LeadDestinationName {
	return DESTINATION_NAMES.find((known) => known === name) ?? '';
}

/** The record that the lead was made of, where it was kept; else the lead itself, as a sender's is. */
function readRaw(earlier: JsonObject, value: unknown, isFromSender: boolean): JsonValue {
	const isKept = !isFromSender && Object.hasOwn(earlier, 'raw');
	return isKept ? (earlier['raw'] ?? null) : cleanJson(value, new Warnings());
}

function text(parent: JsonObject, name: string): string {
	return toText(parent[name] ?? '') ?? '';
}

function asObject(value: JsonValue | undefined): JsonObject {
	return isJsonObject(value) ? value : {};
}
