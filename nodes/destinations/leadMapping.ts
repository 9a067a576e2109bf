import { formatLeadSource, parseLead, parseLeadSource } from '../lead';
import type { JsonObject, Lead, LeadDestinationName } from '../lead';
import { asAddress } from '../lead/emailAddress';
import { findField, isCustomerField, type FieldName } from '../lead/fields';
import { FreeNames } from '../lead/freeNames';

/** The customer under the names Microsoft gives the seven fields. */
export interface CustomerDetails extends JsonObject {
	FirstName: string;
	LastName: string;
	Email: string;
	Phone: string;
	Country: string;
	Company: string;
	Title: string;
}

/**
 * The customer as it came, where reading that gives the lead's own fields again; a field that was
 * changed since, as it is now.
 */
export function customerDetails({ customer, receivedAt }: Lead): CustomerDetails {
	const { email, phone, country } = customer.original;
	const came = { Email: email, Phone: phone, Country: country };
	const read = parseLead({ UserDetails: came }, { receivedAt }).customer;
	return {
		FirstName: customer.firstName,
		LastName: customer.lastName,
		// Salesforce and others refuse an address with anything around it.
		Email: asAddress(read.email === customer.email ? email : customer.email),
		Phone: read.phone === customer.phone ? phone : customer.phone,
		Country: read.country === customer.country ? country : customer.country,
		Company: customer.company,
		Title: customer.title,
	};
}

/** A name that is known as a whole only; empty where the two names say it. */
export function nameBeside({ customer }: Lead): string {
	const { firstName, lastName, fullName } = customer;
	const isSaid = firstName !== '' && lastName !== '';
	return isSaid || fullName === `${firstName} ${lastName}`.trim() ? '' : fullName;
}

/** A name that came whole, as some CRMs keep it, counts as well. */
export function lastNameOf(lead: Lead): string {
	const { firstName, lastName } = lead.customer;
	const whole = nameBeside(lead);
	if (lastName !== '' || whole === '') return lastName;
	return whole.startsWith(`${firstName} `) ? whole.slice(firstName.length).trim() : whole;
}

/**
 * `Source-Action|Offer` as it came, or made anew where source, action or offer were changed since.
 * Where the whole would be read as something else (a title that looks like an id, a source that is
 * no word), less of it: action and offer stand in columns of their own.
 */
export function leadSourceText({ leadSource, source, action, offer }: Lead): string {
	const noOffer = { source, action, offer: { id: '', title: '' } };
	const texts = [
		leadSource,
		formatLeadSource({ source, action, offer }),
		formatLeadSource(noOffer),
		source.code,
	];
	const saysIt = (text: string): boolean => {
		const parts = parseLeadSource(text);
		return (
			parts.source.code === source.code &&
			(parts.action.code === action.code || parts.action.code === '') &&
			(parts.offer.id === offer.id || parts.offer.id === '')
		);
	};
	return texts.find(saysIt) ?? leadSource;
}

/** What a writer writes itself, so that no property may be taken for it. */
const WRITTEN: ReadonlySet<FieldName> = new Set<FieldName>([
	'userDetails',
	'leadSource',
	'actionCode',
	'offerId',
	'offerTitle',
	'publisherName',
	'description',
	'createdAt',
	'partitionKey',
	'rowKey',
]);
const DISPLACED = 'Original_';

/**
 * The lead's further properties, under names the destination takes (`rename`). One that goes by the
 * name of something that is written itself (a column that contradicted the lead source, say) would
 * be read in its place: it comes after `Original_`.
 */
export function propertiesBeside(
	lead: Lead,
	details: CustomerDetails,
	rename: (name: string) => string = (name) => name,
	maxLength = Infinity,
): JsonObject {
	const { customer } = parseLead({ UserDetails: details }, { receivedAt: lead.receivedAt });
	const isTaken = (name: string): boolean => {
		const field = findField(name)?.field;
		if (field === undefined) return false;
		if (!isCustomerField(field)) return WRITTEN.has(field);
		// A second number or address is told from the first, where there is a first.
		return field === 'fullName' || customer[field as keyof typeof customer] === '';
	};
	const beside: JsonObject = {};
	const names = new FreeNames(DISPLACED, maxLength);
	for (const [name, value] of Object.entries(lead.properties)) {
		const written = rename(name);
		const free = names.free(beside, isTaken(written) ? `${DISPLACED}${written}` : written);
		Object.defineProperty(beside, free, { value, enumerable: true });
	}
	return beside;
}

/**
 * What a record needs besides so that whoever reads it at the destination leaves the customer
 * alone: nothing, where the record says so already.
 */
export function contactBeside(
	{ contactAllowed, receivedAt }: Lead,
	record: JsonObject,
	destination: LeadDestinationName = '',
): JsonObject {
	if (contactAllowed) return {};
	// A name of our making says nothing to whoever else reads the record.
	const own = Object.entries(record).filter(([name]) => !name.startsWith(DISPLACED));
	const read = parseLead(Object.fromEntries(own), { destination, receivedAt });
	return read.contactAllowed ? { DoNotContact: true } : {};
}

/** Whether a record, as it is written, has to say besides that the customer wants to be left alone. */
export function hasToForbidContact(lead: Lead, record: JsonObject): boolean {
	return Object.keys(contactBeside(lead, record)).length > 0;
}
