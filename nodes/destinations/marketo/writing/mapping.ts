import { hash } from 'node:crypto';

import type { JsonValue, Lead } from '../../../lead';
import { asAddress } from '../../../lead/emailAddress';
import { findField } from '../../../lead/fields';
import { cleanText } from '../../../lead/text';
import { shorten, toLines, toOneLine } from '../../text';
import type { WritableLead } from '../../contract';
import { DestinationError } from '../../destinationError';
import { customerDetails, hasToForbidContact, lastNameOf, leadSourceText } from '../../leadMapping';
import { queryWithKey } from '../reading/fillOut';
import { TYPES, type PersonField, type PersonFields } from '../metadata';

export type FieldValue = string | number | boolean;

/** A lead as Marketo takes it. */
export interface MappedPerson {
	/** By which Marketo tells persons; ASCII. */
	email: string;
	/** By their names in REST; those that the lead has nothing for are left out. */
	fields: Readonly<Record<string, FieldValue>>;
	/** The same for the same lead, whatever else is written with it; 32 hex digits. */
	readonly key: string;
	/** Parameters of the fill-out's address: the key, and what the listing's address had. */
	query: string;
	/** When there was a lead to write, epoch milliseconds. */
	time: number;
	/** Labels of what the form requires and the lead does not have. */
	missing: readonly string[];
}

export interface WritePlace {
	/** What may be written there. */
	fields: PersonFields;
	/** In words, for errors. */
	where: 'form' | 'instance';
	leadSourceField: string;
	/** The field that keeps the lead's id; empty for none. */
	leadIdField: string;
}

/** Hex digits of the digest: 128 bits, as many as a UUID has. */
const KEY_LENGTH = 32;
/** Characters of a text field's value, where its field says nothing. */
const DEFAULT_LENGTH = 255;
/** Characters of the parameters beside the key. The log's field for them has a bound untold. */
const MAX_QUERY = 1_000;
const PARAMETER_NAME = /^[\w.-]{1,40}$/;
/** Marketo takes ASCII only, and several values with commas between where persons are looked for. */
const ADDRESS_CHARACTERS = /^[!-+\--~]*$/;

/**
 * The lead as a person who fills out the form, in the fields that Microsoft's connector fills.
 *
 * What a lead has beyond them is not kept. Read back it is
 *
 * | of the lead                       | read back as                                              |
 * | --------------------------------- | --------------------------------------------------------- |
 * | `id`, `createdAt`                 | `marketoGUID` and time of the fill-out                    |
 * | `offer.title` beside an id        | empty                                                     |
 * | `offer.publisherName`             | empty                                                     |
 * | `properties` of text              | kept as parameters of the address, up to 1,000 characters |
 * | other `properties`                | left out; Additional Fields can carry them                |
 * | `description`                     | empty where the form has no field Description             |
 * | `customer.original`               | trimmed, line breaks as spaces                            |
 * | `customer.fullName` alone         | the last name                                             |
 * | texts longer than their field     | cut                                                       |
 * | what a lead has nothing for       | the person's own: what Marketo knew before                |
 *
 * By Upsert Person, `properties` are left out, and the id is a digest of the person's fields.
 *
 * @throws DestinationError for a lead that can't be written there
 */
export function toPerson({ lead, additional }: WritableLead, place: WritePlace): MappedPerson {
	const { leadSourceField, leadIdField, fields } = place;
	for (const name of ['email', leadSourceField, leadIdField]) {
		if (name !== '' && !isWritable(fields.get(name))) throw noSuchField(name, place);
	}
	const key = keyOfLead(lead);
	const values: Record<string, FieldValue> = {};
	for (const [name, text] of Object.entries(standardValues(lead, leadSourceField))) {
		const field = fields.get(name);
		if (!isWritable(field)) continue;
		const fitted = fit(text, field);
		if (fitted !== '') values[name] = fitted;
	}
	const idField = fields.get(leadIdField);
	if (idField) values[leadIdField] = idFor(lead.id, key, idField);
	for (const [name, value] of Object.entries(additional)) {
		const field = fields.get(name);
		if (!isWritable(field)) throw noSuchField(name, place);
		values[field.name] = fieldValue(value, field);
	}
	// Last: an additional field may stand in the place of the lead source that said it, or say otherwise.
	if (hasToForbidContact(lead, { LeadSource: values[leadSourceField] ?? '' })) {
		if (!isWritable(fields.get('unsubscribed'))) throw cannotForbid(place);
		values['unsubscribed'] = true;
	}
	const email = asAddress(String(values['email'] ?? '')).trim();
	checkEmail(email, fields.get('email')?.length ?? DEFAULT_LENGTH);
	return {
		email,
		fields: { ...values, email },
		key,
		query: queryWithKey(key, parametersOf(lead)),
		time: earliestTime(lead),
		missing: [...fields.values()]
			.filter(({ name, required }) => required && !Object.hasOwn(values, name))
			.map(({ label }) => label),
	};
}

function standardValues(lead: Lead, leadSourceField: string): Record<string, string> {
	const details = customerDetails(lead);
	return {
		// A part of an address is somebody else's, so the address is never cut.
		email: details.Email.trim(),
		firstName: details.FirstName,
		lastName: lastNameOf(lead),
		phone: details.Phone,
		country: details.Country,
		company: details.Company,
		title: details.Title,
		description: lead.description,
		[leadSourceField]: leadSourceText(lead),
	};
}

/** A text as its field takes it: well-formed, on one line unless it is a text area, and cut. */
function fit(text: string, { type, length, name }: PersonField): string {
	const hasLines = type === 'text' || type === 'textarea';
	const clean = hasLines ? toLines(text) : toOneLine(text);
	return name === 'email' ? clean : shorten(clean, length ?? DEFAULT_LENGTH);
}

/** The value of an additional field. @throws DestinationError where it is not of the field's type */
function fieldValue(value: JsonValue, field: PersonField): FieldValue {
	const type = TYPES.get(field.type);
	if (type === 'boolean') {
		if (value === true || /^(?:true|yes|1)$/i.test(textValue(value))) return true;
		if (value === false || /^(?:false|no|0)$/i.test(textValue(value))) return false;
		throw notOfType(field, 'true or false');
	}
	if (type === 'number') {
		const number = typeof value === 'number' ? value : Number(textValue(value).trim() || 'none');
		if (Number.isFinite(number)) return number;
		throw notOfType(field, 'a number');
	}
	if (field.type === 'date') return textValue(value).trim().slice(0, 'YYYY-MM-DD'.length);
	return fit(textValue(value), field);
}

/** Several values of one field have semicolons between them in Marketo. */
function textValue(value: JsonValue): string {
	if (typeof value === 'string') return value;
	if (Array.isArray(value)) return value.map(textValue).join(';');
	return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}

function keyOfLead({ id }: Lead): string {
	return hash('sha256', cleanText(id), 'hex').slice(0, KEY_LENGTH);
}

/** The id itself, or its key where the field is too short for it. */
function idFor(id: string, key: string, field: PersonField): string {
	const clean = fit(id, { ...field, length: Number.POSITIVE_INFINITY });
	return clean !== '' && clean.length <= (field.length ?? DEFAULT_LENGTH) ? clean : key;
}

/** What the listing's address had, as it came to Microsoft: texts under plain names. */
function parametersOf({ properties }: Lead): URLSearchParams {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(properties)) {
		const field = findField(name)?.field;
		const isOne =
			typeof value === 'string' &&
			value.length <= MAX_QUERY &&
			PARAMETER_NAME.test(name) &&
			(field === undefined || field === 'campaign');
		if (!isOne || value.trim() === '') continue;
		parameters.append(name, cleanText(value));
		if (parameters.toString().length > MAX_QUERY) parameters.delete(name);
	}
	return parameters;
}

/** The earlier of when the customer acted and when the lead came in. */
function earliestTime({ createdAt, receivedAt }: Lead): number {
	const times = [createdAt, receivedAt].map((time) => Date.parse(time));
	return Math.min(...times.filter((time) => !Number.isNaN(time)), Date.now());
}

function checkEmail(email: string, length: number): void {
	if (email.length <= length && isAddress(email)) return;
	if (email === '') {
		throw new DestinationError('The lead has no email address', {
			description:
				'Marketo identifies persons by it, and accepts none without. Write such leads elsewhere (Microsoft withholds the address of some customers), or map the field email in Additional Fields.',
			code: 'rejected',
			operation: 'write',
		});
	}
	throw new DestinationError('Marketo does not accept the email address of the lead', {
		description: `It has to be in the form name@host, in ASCII letters and without commas, of at most ${length} characters. Correct it before this node.`,
		code: 'rejected',
		operation: 'write',
	});
}

/** Something on both sides of an `@`. A text that is none takes no longer than one that is. */
function isAddress(text: string): boolean {
	const at = text.lastIndexOf('@');
	return at > 0 && at < text.length - 1 && ADDRESS_CHARACTERS.test(text);
}

function isWritable(field: PersonField | undefined): field is PersonField {
	return field !== undefined && !field.readOnly;
}

function noSuchField(name: string, { where }: WritePlace): DestinationError {
	const said = /^\w{1,100}$/.test(name) ? ` ${name}` : '';
	return where === 'form'
		? new DestinationError(`The form has no field${said}`, {
				description:
					'In Marketo, add it to the form as a hidden field and approve the form, or leave it out here. Names are those of the REST API.',
				code: 'configuration',
				operation: 'write',
			})
		: new DestinationError(`Persons in this Marketo instance have no field${said} to write`, {
				description:
					'Check its REST API name (Admin, Field Management, Export Field Names), and that it is not read-only.',
				code: 'configuration',
				operation: 'write',
			});
}

function cannotForbid(place: WritePlace): DestinationError {
	const { message } = noSuchField('unsubscribed', place);
	return new DestinationError(message, {
		description:
			'This customer must not be contacted, and nothing would say so in Marketo. Add Unsubscribed to the form as a hidden field, or choose the method Upsert Person.',
		code: 'configuration',
		operation: 'write',
	});
}

function notOfType({ name }: PersonField, wanted: string): DestinationError {
	return new DestinationError(`The value for the field ${name} is not ${wanted}`, {
		description: 'Correct it in Additional Fields, or map another field.',
		code: 'configuration',
		operation: 'write',
	});
}
