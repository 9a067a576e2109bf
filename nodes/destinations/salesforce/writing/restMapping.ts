import { hash } from 'node:crypto';

import type { JsonValue } from '../../../lead';
import type { WritableLead } from '../../contract';
import { DestinationError } from '../../destinationError';
import { hasToForbidContact } from '../../leadMapping';
import { shorten } from '../../text';
import type { LeadField, LeadFields } from '../metadata';
import {
	oneLine,
	paragraphs,
	standardValues,
	createdOrReceived,
	withNotes,
	withPlaceholders,
	type FieldValue,
	type MappedLead,
} from './mapping';

/** The two checkboxes by which the reader knows that a customer is to be left alone. */
const OPT_OUTS = ['HasOptedOutOfEmail', 'DoNotCall'] as const;

/** A time, in its own zone, of which the day is wanted. */
const DAY = /^(\d{4}-\d\d-\d\d)T/;

const FIELD_NAME = /^[A-Za-z]\w{0,79}$/;

/** Types whose values are texts in JSON. */
const TEXT_TYPE =
	/^(combobox|date|datetime|email|encryptedstring|id|multipicklist|phone|picklist|reference|string|textarea|time|url)$/;
const NUMBER_TYPE = /^(currency|double|int|long|percent)$/;
/** Types that lose their meaning when they are cut: Salesforce is to reject them. */
const WHOLE_TYPE = /^(date|datetime|email|id|multipicklist|picklist|reference|time|url)$/;

/**
 * The lead as a record of this organisation. Fields that the lead has nothing for are left out.
 *
 * @param externalId the field that keeps the lead's id; `undefined` for none
 * @throws DestinationError for an additional field that leads don't have
 */
export function toRecord(
	{ lead, additional }: WritableLead,
	fields: LeadFields,
	externalId: LeadField | undefined,
): MappedLead {
	const values: Record<string, FieldValue> = {};
	for (const [name, text] of Object.entries(withCountry(lead, fields))) {
		if (text !== '') values[name] = text;
	}
	if (externalId) values[externalId.name] = externalIdOf(lead.id, externalId.length);
	for (const [name, value] of Object.entries(additional)) {
		const field = fields.get(name.trim().toLowerCase());
		if (!field?.createable) throw noSuchField(name);
		values[field.name] = fieldValue(value, field);
	}
	// Last: an additional field may stand in the place of the lead source that said it, or say otherwise.
	const { LeadSource = '' } = values;
	if (hasToForbidContact(lead, { LeadSource })) forbidContact(values, fields);
	const whole = withPlaceholders(values);
	const content = JSON.stringify(Object.entries(whole).sort());
	return {
		key: externalId
			? String(whole[externalId.name]).toLowerCase()
			: JSON.stringify([lead.id, content]),
		content,
		size: content.length,
		values: whole,
		time: createdOrReceived(lead),
	};
}

/** @throws DestinationError where nothing would say it */
function forbidContact(values: Record<string, FieldValue>, fields: LeadFields): void {
	const names = OPT_OUTS.filter((name) => fields.get(name.toLowerCase())?.createable);
	for (const name of names) values[name] = true;
	if (names.length > 0) return;
	throw new DestinationError(`Lead has no field ${OPT_OUTS.join(' or ')} that this user can edit`, {
		description:
			'This customer must not be contacted, and nothing would say so in Salesforce. Give the user Edit Access to one of the two fields (permission set, Object Settings, Leads), or set the option Do-Not-Contact Leads to Leave Out.',
		code: 'configuration',
		operation: 'write',
	});
}

/** The country as the organisation takes it. */
function withCountry(lead: WritableLead['lead'], fields: LeadFields): Record<string, string> {
	const values = standardValues(lead);
	const codes = fields.get('countrycode');
	if (!codes || values.Country === '') return values;
	// With State and Country/Territory Picklists, a country that is not in them is rejected.
	const { Country: country, ...others } = values;
	const code = codes.choices.find(({ value }) => value === lead.customer.country)?.value;
	return code === undefined
		? { ...others, Description: withNotes(values.Description, [`Country: ${country}`]) }
		: { ...others, [codes.name]: code };
}

/** The lead's id as a field of this length takes it: a long one by its digest, so that it stays one. */
function externalIdOf(id: string, length: number): string {
	const text = oneLine(id, Number.POSITIVE_INFINITY);
	if (text === id && (length === 0 || text.length <= length)) return text;
	return shorten(hash('sha256', id, 'hex'), length || 64);
}

function fieldValue(value: JsonValue, field: LeadField): FieldValue {
	const { name, type, length } = field;
	if (value === null) return null;
	if (typeof value === 'object') {
		if (type !== 'textarea' && type !== 'string') throw wrongType(name);
		return fieldValue(JSON.stringify(value), field);
	}
	if (type === 'boolean') {
		if (typeof value === 'boolean') return value;
		const text = String(value).trim().toLowerCase();
		if (text === 'true' || text === '1') return true;
		if (text === 'false' || text === '0' || text === '') return false;
		throw wrongType(name);
	}
	if (NUMBER_TYPE.test(type)) {
		if (typeof value === 'string' && value.trim() === '') return null;
		const number = typeof value === 'boolean' ? Number.NaN : Number(value);
		if (!Number.isFinite(number)) throw wrongType(name);
		return number;
	}
	if (!TEXT_TYPE.test(type)) throw wrongType(name);
	// A mapper has times only; of a date Salesforce takes no more than the day.
	const [, day] = (type === 'date' && DAY.exec(String(value).trim())) || [];
	if (day !== undefined) return day;
	const most = length === 0 || WHOLE_TYPE.test(type) ? Number.POSITIVE_INFINITY : length;
	const text = type === 'textarea' ? paragraphs(String(value), most) : oneLine(String(value), most);
	return text === '' ? null : text;
}

function noSuchField(name: string): DestinationError {
	const what = FIELD_NAME.test(name.trim()) ? `no field ${name.trim()}` : 'no field of that name';
	return new DestinationError(`Lead has ${what} that this user can edit`, {
		description:
			'Give API names as in Campaign__c, and check that the user has Edit Access to the field (permission set, Object Settings, Leads).',
		code: 'configuration',
		operation: 'write',
	});
}

function wrongType(name: string): DestinationError {
	return new DestinationError(`The value for the field ${name} is not of its type`, {
		description:
			'Give a number for a number, true or false for a checkbox, and a text for all others.',
		code: 'configuration',
		operation: 'write',
	});
}
