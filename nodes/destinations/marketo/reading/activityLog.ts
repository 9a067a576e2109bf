import type { TimeLimits } from '../../timeLimits';
import type { MarketoClient } from '../connection/client';
import { textOf } from '../../../schemas';
import type { MarketoResponse } from '../connection/response';
import { unexpected } from '../errors';
import { FILL_OUT_FORM, readFillOut, type FillOut } from './fillOut';

/** Activities in a page, Marketo's own limit. */
export const MAX_ACTIVITIES = 300;
/**
 * Before Marketo's first activity. It purges most of them after some time, so "all" is all it kept.
 * https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/lead-database/activities
 */
export const EARLIEST = Date.UTC(2006, 0, 1);

/** A paging token for the log of all activities from a time on, epoch milliseconds. */
export async function openLog(
	client: MarketoClient,
	since: number,
	limits: TimeLimits,
): Promise<string> {
	// A start that is still to come by Marketo's clock is no time to ask for.
	const from = Math.min(since, client.serviceNow);
	const { body } = await client.read(
		'/rest/v1/activities/pagingtoken.json',
		{ sinceDatetime: secondBefore(from) },
		limits,
	);
	return readPagingToken(body);
}

/** A page of the log, of which only a form's fill-outs are given. */
export async function readLogPage(
	client: MarketoClient,
	{ token, formId, leadId, size }: { token: string; formId: number; leadId?: string; size: number },
	limits: TimeLimits,
): Promise<MarketoResponse> {
	return await client.read(
		'/rest/v1/activities.json',
		{
			nextPageToken: token,
			activityTypeIds: String(FILL_OUT_FORM),
			assetIds: String(formId),
			...(leadId === undefined ? {} : { leadIds: leadId }),
			batchSize: String(size),
		},
		limits,
	);
}

export interface LogSearch {
	formId: number;
	/** Epoch milliseconds. */
	since: number;
	/** Whose fill-outs; everybody's when absent. */
	leadId?: string;
	/** Pages after which the search ends. */
	maxPages: number;
}

/** The fill-outs of a form since a time, in their order, and whether these are all. */
export async function findFillOuts(
	client: MarketoClient,
	{ since, maxPages, ...whose }: LogSearch,
	limits: TimeLimits,
): Promise<{ fillOuts: FillOut[]; isWhole: boolean }> {
	const fillOuts: FillOut[] = [];
	let token = await openLog(client, since, limits);
	for (let page = 0; page < maxPages; page += 1) {
		const { result, body } = await readLogPage(
			client,
			{ ...whose, token, size: MAX_ACTIVITIES },
			limits,
		);
		fillOuts.push(...result.flatMap((entry) => readFillOut(entry, whose.formId) ?? []));
		if (body['moreResult'] !== true) return { fillOuts, isWhole: true };
		token = readPagingToken(body);
	}
	return { fillOuts, isWhole: false };
}

export function readPagingToken(body: Readonly<Record<string, unknown>>): string {
	const token = textOf(body['nextPageToken']);
	if (token === '') throw unexpected('it holds no paging token');
	return token;
}

/**
 * A second earlier than the time, because "after" may leave out the very second; and whole ones,
 * which is what Marketo writes.
 */
function secondBefore(time: number): string {
	const date = new Date(Math.max(time - 1_000, EARLIEST));
	return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
