import { saysDoNotContact } from './contact';
import { toText } from './customer';
import { digest } from './destination';
import { cleanJson, isJsonObject, LEAD } from './json';
import { parseLeadSource, toAction, toSource } from './leadSource';
import { readTime } from './time';
import type { JsonObject, JsonValue, Lead, LeadDestinationName, ParseContext } from './types';
import { stageOf } from './vocabulary';
import { Warnings } from './warnings';

const DESTINATIONS: ReadonlySet<string> = new Set<LeadDestinationName>([
	'azureTable',
	'dynamics365',
	'https',
	'marketo',
	'salesforce',
]);

/** What a lead of ours has and no destination's record: these names, in this casing and type. */
const OBJECT_PARTS = ['source', 'action', 'offer', 'customer'];

/** Whether a value is a lead that `parseLead` gave before, perhaps edited since. Never throws. */
export function isOwnLead(value: unknown): boolean {
	try {
		if (typeof value !== 'object' || value === null) return false;
		if (typeof own(value, 'contactAllowed') !== 'boolean') return false;
		if (typeof own(value, 'leadSource') !== 'string') return false;
		return OBJECT_PARTS.every((name) => isObject(own(value, name)));
	} catch {
		// A getter or a proxy threw: parseLead goes on to read what it can, and says so.
		return false;
	}
}

function own(value: object, name: string): unknown {
	return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
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
	const source = toSource(text(part('source'), 'code'));
	const action = toAction(text(part('action'), 'code'));
	const leadSource = text(earlier, 'leadSource');
	const contactAllowed =
		earlier['contactAllowed'] === true &&
		!parseLeadSource(leadSource).doNotContact &&
		!saysDoNotContact(action.code);
	const stage = stageOf(action.code, context.stageGuide ?? 'cloudPartnerPortal');
	return {
		id: text(earlier, 'id') || digest(earlier),
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
		isTest: earlier['isTest'] === true,
		customer: {
			firstName: text(customer, 'firstName'),
			lastName: text(customer, 'lastName'),
			fullName: text(customer, 'fullName'),
			email: text(customer, 'email'),
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
			readTime(earlier['receivedAt'] ?? '') ||
			readTime(context.receivedAt ?? '') ||
			new Date().toISOString(),
		warnings: warnings.list(),
		...(context.includeRaw ? { raw: readRaw(earlier, value, warnings) } : {}),
	};
}

function readDestination(earlier: JsonObject, context: ParseContext): LeadDestinationName {
	return readDestinationName(text(earlier, 'destination')) || (context.destination ?? '');
}

/** A destination by its name; empty for any other text. */
export function readDestinationName(name: string): LeadDestinationName {
	return DESTINATIONS.has(name) ? (name as LeadDestinationName) : '';
}

/** The record that the lead was made of, where it was kept; else the lead itself. */
function readRaw(earlier: JsonObject, value: unknown, warnings: Warnings): JsonValue {
	return Object.hasOwn(earlier, 'raw') ? (earlier['raw'] ?? null) : cleanJson(value, warnings);
}

function text(parent: JsonObject, name: string): string {
	return toText(parent[name] ?? '') ?? '';
}

function asObject(value: JsonValue | undefined): JsonObject {
	return isJsonObject(value) ? value : {};
}

function isObject(value: unknown): value is object {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
