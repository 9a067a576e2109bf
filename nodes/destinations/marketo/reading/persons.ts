import type { JsonObject } from '../../../lead';
import type { TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { textOf } from '../../../schemas';
import { isObject } from '../../../lead/objects';
import { MarketoError, unexpected } from '../errors';
import { readPersonFields } from '../metadata';
import { SOURCE_SYSTEM_NAME } from './record';

/** Addresses in a call: Marketo takes 300, but none where more than 1,000 persons have them. */
export const MAX_ADDRESSES = 200;

/** Persons in a page, Marketo's own limit: several persons may have one of the values asked for. */
const PAGE_SIZE = 300;
/** Marketo finds at most 1,000 persons for a filter; what goes on beyond twice as many pages has no end. */
const MAX_PAGES = 8;
/** "The filter matches more than 1,000 persons" comes with the code for invalid data. */
const TOO_MANY = '1003';
/** "Field not found". */
const NO_FIELD = '1006';

/**
 * Marketo's system fields that say not to contact a person, and the one that Microsoft's guide lets
 * the lead source be mapped to, by their names in REST. They can be hidden from the API user, and
 * are no reason then to read nobody.
 */
export const SYSTEM_FIELDS = [
	'unsubscribed',
	'blackListed',
	'marketingSuspended',
	SOURCE_SYSTEM_NAME,
] as const;

export interface PersonFilter {
	/** By its name in REST. */
	type: 'email' | 'id';
	/** At most 300, none with a comma. */
	values: readonly string[];
	/** By their names in REST. */
	fields: readonly string[];
	/** Further ones, which an instance need not have. */
	optional?: readonly string[];
}

/**
 * All persons with one of the values, page by page. A filter that matches more persons than Marketo
 * gives is asked in halves.
 *
 * @throws DestinationError; `MarketoError` with code 1006 where one of `fields` is not a person's
 */
export async function readPersons(
	client: MarketoClient,
	filter: PersonFilter,
	limits: TimeLimits,
): Promise<JsonObject[]> {
	const { fields, optional = [] } = filter;
	const asked = () => ({
		...filter,
		fields: [...fields, ...optional.filter((name) => !client.absentFields.has(name))],
	});
	try {
		return await readInParts(client, asked(), limits);
	} catch (error) {
		if (!(error instanceof MarketoError) || error.vendorCode !== NO_FIELD) throw error;
		const described = await readPersonFields(client, limits);
		const absent = optional.filter((name) => !described.has(name) && !fields.includes(name));
		if (absent.every((name) => client.absentFields.has(name))) throw error;
		client.noteAbsentFields(absent);
		return await readInParts(client, asked(), limits);
	}
}

async function readInParts(
	client: MarketoClient,
	filter: PersonFilter,
	limits: TimeLimits,
): Promise<JsonObject[]> {
	try {
		return await readPages(client, filter, limits);
	} catch (error) {
		const { values } = filter;
		const isTooMany = error instanceof MarketoError && error.vendorCode === TOO_MANY;
		if (!isTooMany || values.length < 2) throw error;
		const middle = values.length >> 1;
		const halves = [values.slice(0, middle), values.slice(middle)];
		const persons: JsonObject[] = [];
		for (const half of halves) {
			persons.push(...(await readInParts(client, { ...filter, values: half }, limits)));
		}
		return persons;
	}
}

async function readPages(
	client: MarketoClient,
	{ type, values, fields }: PersonFilter,
	limits: TimeLimits,
): Promise<JsonObject[]> {
	const persons: JsonObject[] = [];
	const query = {
		filterType: type,
		filterValues: values.join(','),
		fields: [...new Set(fields)].join(','),
		batchSize: String(PAGE_SIZE),
	};
	let token = '';
	for (let page = 0; page < MAX_PAGES; page += 1) {
		const { body, result } = await client.read(
			'/rest/v1/leads.json',
			token === '' ? query : { ...query, nextPageToken: token },
			limits,
		);
		for (const person of result) {
			if (!isObject(person)) throw unexpected('a person is no object', client.operation);
			// What JSON was parsed from is JSON.
			persons.push(person as JsonObject);
		}
		const next = textOf(body['nextPageToken']);
		// Marketo gives a token where there is more. Some of its pages carry one at their end as well.
		if (next === '' || (body['moreResult'] === false && result.length < PAGE_SIZE)) return persons;
		if (next === token) break;
		token = next;
	}
	throw unexpected('its pages of persons do not end', client.operation);
}

/** Persons by their email address, in small letters; several may have the same. */
export type PersonsByEmail = ReadonlyMap<string, readonly JsonObject[]>;

/** @param emails at most `MAX_ADDRESSES`, none with a comma */
export async function findPersons(
	client: MarketoClient,
	emails: readonly string[],
	fields: readonly string[],
	limits: TimeLimits,
): Promise<PersonsByEmail> {
	const filter = { type: 'email', values: emails, fields: ['id', 'email', ...fields] } as const;
	const found = new Map<string, JsonObject[]>();
	for (const person of await readPersons(client, filter, limits)) {
		const email = textOf(person['email']).toLowerCase();
		found.set(email, [...(found.get(email) ?? []), person]);
	}
	return found;
}

/**
 * With the system fields that say not to contact the person; `undefined` for one who is not there.
 *
 * @param fields further ones, by their names in REST
 */
export async function findPerson(
	client: MarketoClient,
	id: string,
	fields: readonly string[],
	limits: TimeLimits,
): Promise<JsonObject | undefined> {
	const filter = {
		type: 'id',
		values: [id],
		fields: ['id', 'email', ...fields],
		optional: SYSTEM_FIELDS,
	} as const;
	const persons = await readPersons(client, filter, limits);
	return persons.find((person) => textOf(person['id']) === id);
}
