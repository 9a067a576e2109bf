import type { JsonObject, JsonValue } from '../../../lead';
import type {
	LeadReader,
	Mark,
	PageRequest,
	Position,
	PolledPage,
	PolledRow,
} from '../../../polling/types';
import { flag, textOf, time } from '../../../schemas';
import {
	fallback,
	minValue,
	nonEmpty,
	number,
	object,
	optional,
	parse,
	pipe,
	safeInteger,
	string,
} from '../../../vendor/schema';
import type { MarketoClient } from '../connection/client';
import type { DailyQuota } from '../connection/dailyQuota';
import type { MarketoResponse } from '../connection/response';
import { MarketoError, unexpected } from '../errors';
import { readApprovedForm } from '../metadata';
import { EARLIEST, MAX_ACTIVITIES, openLog, readLogPage, readPagingToken } from './activityLog';
import { readFillOut, type FillOut } from './fillOut';
import { readPersons, SYSTEM_FIELDS } from './persons';
import { toRecord } from './record';

/**
 * Milliseconds. An activity bears the time the customer acted and shows when it is committed, which
 * Marketo does not bound. In practice it is minutes; a longer overlap is read again in every poll,
 * with all other activities of the instance in it.
 */
const OVERLAP = 30 * 60 * 1_000;

/** Milliseconds. Marketo's times are whole seconds, and a log is asked for from the second before. */
const CLOCK_UNIT = 1_000;

/** Fields of a person that a lead is made of, in every instance; by their names in REST. */
export const PERSON_FIELDS = [
	'id',
	'email',
	'firstName',
	'lastName',
	'phone',
	'country',
	'company',
	'title',
] as const;

export interface ReaderOptions {
	formId: number;
	/** By its name in REST. */
	leadSourceField: string;
	/** Further fields of the person, by their names in REST. */
	additionalPersonFields: readonly string[];
}

/**
 * Where a page begins: a paging token, as Marketo gave it. Behind a row it is the row's own page,
 * whose rows up to there are known when it comes again; so an activity that is committed into the
 * page in the meantime is not passed over, as it would be by counting.
 */
interface LogPosition {
	token?: string | undefined;
	/** Rows of the page that have been passed on: so many more are asked for. */
	passed: number;
	/** Marketo looked through few activities and found less than asked for: look through more. */
	wide: boolean;
	/** The clock of the last row, epoch milliseconds: where to begin again without the token. */
	at?: number | undefined;
}

/**
 * Reads the fill-outs of one form from the log of all activities, in the order of the log, which is
 * by time. A call looks through 300 activities of all types, so a response may be empty and go on.
 */
export class MarketoReader implements LeadReader {
	readonly maxPageSize = MAX_ACTIVITIES;
	readonly overlap = OVERLAP;
	/**
	 * Of all that is looked through, the fill-outs of one form are few. By their times alone, every
	 * poll would look through everything since the last of them.
	 */
	readonly selective = true;
	/** Whether nothing was read yet: a poll that finds nothing stays at one call. */
	private isFirst = true;

	constructor(
		private readonly client: MarketoClient,
		private readonly quota: DailyQuota,
		private readonly options: ReaderOptions,
	) {}

	async readPage(request: PageRequest): Promise<PolledPage> {
		await this.quota.check(request, this.isFirst);
		this.isFirst = false;
		const position = parse(positionSchema, request.position);
		const page = (await this.goOn(position, request)) ?? (await this.beginAt(position.at, request));
		const fillOuts = page.response.result.flatMap(
			(entry) => readFillOut(entry, this.options.formId) ?? [],
		);
		const records = await this.recordsOf(fillOuts, request);
		const { since = 0 } = request;
		let last = position.at;
		const rows = fillOuts.flatMap((fillOut, index): PolledRow[] => {
			// A scan that begins at a mark comes by what is older, and may have been forgotten.
			if (fillOut.at !== undefined && fillOut.at < since - CLOCK_UNIT) return [];
			// A time that can't be read is taken for that of the row before.
			const clock = fillOut.at ?? last ?? since;
			last = Math.max(clock, last ?? 0);
			const place = { token: page.token, passed: index + 1, wide: false, at: last };
			return [
				{
					key: fillOut.guid,
					clock,
					createdAt: fillOut.at,
					position: toPosition(place),
					record: records.get(fillOut.guid),
				},
			];
		});
		return {
			rows,
			next: nextPosition(page, last),
			serviceTime: page.serviceTime,
			marks: marksOf(page),
		};
	}

	/** The page of a token that was kept; `undefined` without one, or with one that is rejected. */
	private async goOn(
		{ token, passed, wide }: LogPosition,
		request: PageRequest,
	): Promise<LogPage | undefined> {
		if (token === undefined) return undefined;
		const asked = wide ? MAX_ACTIVITIES : Math.min(request.pageSize + passed, MAX_ACTIVITIES);
		try {
			return await this.readLog(token, asked, request);
		} catch (error) {
			// It may be one that Marketo does not know any more, or damaged. The pass then begins again
			// a little before the last row, which loses nothing: what has been passed on is remembered.
			if (error instanceof MarketoError && error.isOfPagingToken) return undefined;
			throw error;
		}
	}

	/** The page from a time on: that of the last row, less the overlap, or the beginning. */
	private async beginAt(at: number | undefined, request: PageRequest): Promise<LogPage> {
		const { since, pageSize } = request;
		// A form that is not there has no fill-outs, which would look like waiting for the first one.
		if (since === undefined && at === undefined) {
			await readApprovedForm(this.client, this.options.formId, request);
		}
		const from = Math.max(since ?? EARLIEST, (at ?? EARLIEST) - OVERLAP);
		const page = await this.readLog(await openLog(this.client, from, request), pageSize, request);
		return { ...page, from };
	}

	private async readLog(token: string, asked: number, request: PageRequest): Promise<LogPage> {
		const { formId } = this.options;
		const page = { token, formId, size: asked };
		const response = await readLogPage(this.client, page, request);
		return { token, asked, response, serviceTime: this.client.serviceTime };
	}

	/** The records of the rows that somebody will look into, by the fill-outs' GUIDs. */
	private async recordsOf(
		fillOuts: readonly FillOut[],
		request: PageRequest,
	): Promise<ReadonlyMap<string, JsonValue>> {
		const unknown = fillOuts.filter(({ guid }) => !request.isKnown(guid));
		if (unknown.length > 0) await this.quota.check(request);
		const ids = [...new Set(unknown.map(({ leadId }) => leadId))].filter((id) => id !== '');
		const persons = await this.personsOf(ids, request);
		const { leadSourceField } = this.options;
		return new Map(
			unknown.map((fillOut) => {
				const person = fillOut.leadId === '' ? undefined : persons.get(fillOut.leadId);
				return [fillOut.guid, toRecord(fillOut, person, leadSourceField)];
			}),
		);
	}

	/** Those who are still there: a person may have been deleted or merged into another since. */
	private async personsOf(
		ids: readonly number[],
		request: PageRequest,
	): Promise<ReadonlyMap<number, JsonObject>> {
		const persons = new Map<number, JsonObject>();
		if (ids.length === 0) return persons;
		const { leadSourceField, additionalPersonFields } = this.options;
		const filter = {
			type: 'id',
			values: ids.map(String),
			fields: [...PERSON_FIELDS, leadSourceField, ...additionalPersonFields],
			optional: SYSTEM_FIELDS,
		} as const;
		for (const person of await readPersons(this.client, filter, request)) {
			const id = Number(person['id']);
			if (!ids.includes(id)) throw unexpected('a person is none of those asked for');
			persons.set(id, person);
		}
		return persons;
	}
}

interface LogPage {
	/** The one it was read with. */
	token: string;
	/** Activities it was asked for. */
	asked: number;
	/** The time its token was asked for, epoch milliseconds; absent for one that was kept. */
	from?: number;
	response: MarketoResponse;
	/** The service's clock as it responded, epoch milliseconds. */
	serviceTime: number | undefined;
}

/**
 * Where later scans may begin: at the page, where it was found by its time, and at the end of the log,
 * behind which comes whatever happens from now on. A page always has a token for the next one.
 */
function marksOf({ token, from, response, serviceTime }: LogPage): Mark[] {
	const marks: Mark[] = [];
	if (from !== undefined) marks.push({ time: from, position: { token } });
	const end = textOf(response.body['nextPageToken']);
	if (response.body['moreResult'] === false && end !== '' && serviceTime !== undefined) {
		marks.push({ time: serviceTime, position: { token: end } });
	}
	return marks;
}

/** Only `moreResult` says whether there is more. */
function nextPosition(
	{ token, asked, response }: LogPage,
	at: number | undefined,
): Position | null {
	const { body, result } = response;
	// Without it, what is no response of Marketo's would pass for the last page.
	if (typeof body['moreResult'] !== 'boolean') throw unexpected('it has no field "moreResult"');
	if (!body['moreResult']) return null;
	const next = readPagingToken(body);
	// It would be asked for the same for ever.
	if (next === token) throw unexpected('its next page is the same page');
	return toPosition({ token: next, passed: 0, wide: result.length < asked, at });
}

function toPosition({ token, passed, wide, at }: LogPosition): Position {
	return {
		...(token === undefined ? {} : { token }),
		...(passed === 0 ? {} : { passed }),
		...(wide ? { wide } : {}),
		...(at === undefined ? {} : { at }),
	};
}

/** What is damaged is left out: beginning earlier only reads again. */
const positionSchema = fallback(
	object({
		token: fallback(optional(pipe(string(), nonEmpty())), undefined),
		passed: fallback(pipe(number(), safeInteger(), minValue(0)), 0),
		wide: flag,
		at: fallback(optional(time), undefined),
	}),
	{ token: undefined, passed: 0, wide: false, at: undefined },
);
