import type { JsonObject } from '../../../lead';
import type { TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { FILL_OUT_FORM, readFillOut, textOf, type FillOut } from '../reading/fillOut';
import { readPersons, SYSTEM_FIELDS } from '../reading/persons';
import { readToken, secondBefore } from '../reading/reader';

/** Addresses in a call: Marketo takes 300, but refuses where more than 1,000 persons have them. */
export const MOST_ADDRESSES = 200;
/** Activities in an answer. */
const PAGE_SIZE = 300;

/** Persons by their e-mail address, in small letters; several may have the same. */
export type PersonsByEmail = ReadonlyMap<string, readonly JsonObject[]>;

/** @param emails at most `MOST_ADDRESSES`, none with a comma */
export async function findPersons(
	client: MarketoClient,
	emails: readonly string[],
	fields: readonly string[],
	limits: TimeLimits,
): Promise<PersonsByEmail> {
	const found = new Map<string, JsonObject[]>();
	const filter = { type: 'email', values: emails, fields: ['id', 'email', ...fields] } as const;
	const persons = await readPersons(client, filter, limits);
	for (const person of persons) {
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

export interface LogSearch {
	formId: number;
	/** Epoch milliseconds. */
	since: number;
	/** Whose fill-outs; everybody's when absent. */
	leadId?: string;
	/** Answers after which the search ends. */
	mostPages: number;
}

/** The fill-outs of a form since a time, in their order, and whether these are all. */
export async function findFillOuts(
	client: MarketoClient,
	{ formId, since, leadId, mostPages }: LogSearch,
	limits: TimeLimits,
): Promise<{ fillOuts: FillOut[]; whole: boolean }> {
	const fillOuts: FillOut[] = [];
	// A start that is still to come by Marketo's clock is no time to ask for.
	const from = Math.min(since, client.serviceTime ?? Date.now());
	const { body } = await client.read(
		'/rest/v1/activities/pagingtoken.json',
		{ sinceDatetime: secondBefore(from) },
		limits,
	);
	let token = readToken(body);
	for (let page = 0; page < mostPages; page += 1) {
		const answer = await client.read(
			'/rest/v1/activities.json',
			{
				nextPageToken: token,
				activityTypeIds: String(FILL_OUT_FORM),
				assetIds: String(formId),
				...(leadId === undefined ? {} : { leadIds: leadId }),
				batchSize: String(PAGE_SIZE),
			},
			limits,
		);
		fillOuts.push(...answer.result.flatMap((entry) => readFillOut(entry, formId) ?? []));
		if (answer.body['moreResult'] !== true) return { fillOuts, whole: true };
		token = readToken(answer.body);
	}
	return { fillOuts, whole: false };
}
