import { hash } from 'node:crypto';

import type { JsonValue } from '../../../lead';
import { DestinationError, type WritableLead } from '../../contract';
import type { LeadColumn, LeadColumns } from '../metadata';
import { cut } from '../../text';
import { oneLine, paragraphs } from './leadText';
import { forbidsContact, leadValues, withNotes, withPlaceholders } from './mapping';
import { NOT_PROVIDED } from '../reading/record';

export type FieldValue = string | number | boolean | null;

/** A lead as the REST API takes it. */
export interface OutgoingRecord {
	/** By API name in Salesforce's spelling; fields that the lead has nothing for are left out. */
	values: Readonly<Record<string, FieldValue>>;
	/** When the customer acted, else when the lead came in; epoch milliseconds, `undefined` if untold. */
	time: number | undefined;
	/** What makes another lead of the same call this very one. */
	key: string;
}

/** The two checkboxes by which the reader knows that a customer is to be left alone. */
const OPT_OUTS = ['HasOptedOutOfEmail', 'DoNotCall'] as const;

/** A time, in its own zone, of which the day is wanted. */
const DAY = /^(\d{4}-\d\d-\d\d)T/;

const FIELD_NAME = /^[A-Za-z]\w{0,79}$/;

/** Types whose values are texts in JSON. */
const TEXT_TYPE =
	/^(combobox|date|datetime|email|encryptedstring|id|multipicklist|phone|picklist|reference|string|textarea|time|url)$/;
const NUMBER_TYPE = /^(currency|double|int|long|percent)$/;
/** Types that lose their meaning when they are cut: Salesforce shall refuse them. */
const WHOLE_TYPE = /^(date|datetime|email|id|multipicklist|picklist|reference|time|url)$/;

/**
 * The lead as a record of this organisation.
 *
 * @param externalId the field that keeps the lead's id; `undefined` for none
 * @throws DestinationError for an additional field that leads don't have
 */
export function toRecord(
	{ lead, additional }: WritableLead,
	columns: LeadColumns,
	externalId: LeadColumn | undefined,
): OutgoingRecord {
	const values: Record<string, FieldValue> = {};
	for (const [name, text] of Object.entries(standardValues({ lead, additional }, columns))) {
		if (text !== '') values[name] = text;
	}
	if (forbidsContact(lead, leadValues(lead))) {
		for (const name of OPT_OUTS)
			if (columns.get(name.toLowerCase())?.createable) values[name] = true;
	}
	if (externalId) values[externalId.name] = externalIdOf(lead.id, externalId.length);
	for (const [name, value] of Object.entries(additional)) {
		const column = columns.get(name.trim().toLowerCase());
		if (!column?.createable) throw noSuchField(name);
		values[column.name] = fieldValue(value, column);
	}
	const whole = withPlaceholders(values);
	const key = externalId
		? String(whole[externalId.name]).toLowerCase()
		: JSON.stringify([lead.id, Object.entries(whole).sort()]);
	return { values: whole, time: timeOf(lead), key };
}

/** What a record that is there already gets: a placeholder must not take the place of a name. */
export function changesOf({ values }: OutgoingRecord): Record<string, FieldValue> {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== NOT_PROVIDED));
}

/** When the customer acted, else when the lead came in; epoch milliseconds. */
export function timeOf({ createdAt, receivedAt }: WritableLead['lead']): number | undefined {
	const time = Date.parse(createdAt || receivedAt);
	return Number.isNaN(time) ? undefined : time;
}

function standardValues({ lead }: WritableLead, columns: LeadColumns): Record<string, string> {
	const values = leadValues(lead);
	const codes = columns.get('countrycode');
	if (!codes || values.Country === '') return values;
	// With State and Country/Territory Picklists, a country that is not in them is refused.
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
	return cut(hash('sha256', id, 'hex'), length || 64);
}

function fieldValue(value: JsonValue, column: LeadColumn): FieldValue {
	const { name, type, length } = column;
	if (value === null) return null;
	if (typeof value === 'object') {
		if (type !== 'textarea' && type !== 'string') throw wrongKind(name);
		return fieldValue(JSON.stringify(value), column);
	}
	if (type === 'boolean') {
		if (typeof value === 'boolean') return value;
		const text = String(value).trim().toLowerCase();
		if (text === 'true' || text === '1') return true;
		if (text === 'false' || text === '0' || text === '') return false;
		throw wrongKind(name);
	}
	if (NUMBER_TYPE.test(type)) {
		if (typeof value === 'string' && value.trim() === '') return null;
		const number = typeof value === 'boolean' ? Number.NaN : Number(value);
		if (!Number.isFinite(number)) throw wrongKind(name);
		return number;
	}
	if (!TEXT_TYPE.test(type)) throw wrongKind(name);
	// A mapper has times only; of a date Salesforce takes no more than the day.
	const [, day] = (type === 'date' && DAY.exec(String(value).trim())) || [];
	if (day !== undefined) return day;
	const most = length === 0 || WHOLE_TYPE.test(type) ? Number.POSITIVE_INFINITY : length;
	const text = type === 'textarea' ? paragraphs(String(value), most) : oneLine(String(value), most);
	return text === '' ? null : text;
}

function noSuchField(name: string): DestinationError {
	const what = FIELD_NAME.test(name.trim()) ? `the field ${name.trim()}` : 'a field of that name';
	return new DestinationError(`Leads have not ${what} for the user to fill`, {
		description:
			'Give API names as in Campaign__c, and check that the user has Edit Access to the field (permission set, Object Settings, Leads).',
		code: 'configuration',
	});
}

function wrongKind(name: string): DestinationError {
	return new DestinationError(`The value for the field ${name} is not of its type`, {
		description:
			'Give a number for a number, true or false for a checkbox, and a text for the others.',
		code: 'configuration',
	});
}

/** Texts as they can be compared with those that Salesforce keeps. */
export function compared(value: unknown): unknown {
	if (value === '' || value === undefined) return null;
	return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : value;
}
