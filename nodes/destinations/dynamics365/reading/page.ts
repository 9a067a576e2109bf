import { readAs } from '../../../schemas';
import { isObject } from '../../../lead/objects';
import {
	minValue,
	object,
	pipe,
	regex,
	string,
	toLowerCase,
	transform,
} from '../../../vendor/schema';
import type { DestinationError } from '../../destinationError';
import { unexpectedResponse } from '../../unexpectedResponse';
import { API_PATH, GUID, LEADS, type DataverseResult } from '../connection/client';

/** Rows, the service's own limit: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/page-results */
export const MAX_PAGE_SIZE = 5_000;

export interface ReadLead {
	/** leadid, in lower case. */
	id: string;
	/** createdon, epoch milliseconds of a whole second. */
	clock: number;
	row: Readonly<Record<string, unknown>>;
}

export interface LeadPage {
	leads: ReadLead[];
	/** Query of the link to the next page, beginning with `?`; `null` at the end. */
	link: string | null;
	serviceTime: number | undefined;
}

const keysSchema = object({
	leadid: pipe(string(), toLowerCase(), regex(GUID)),
	createdon: pipe(
		string(),
		transform((text) => Date.parse(text)),
		minValue(0),
	),
});

/** @throws DestinationError when the response is not one that the Web API gives */
export function readLeadPage({ body, serviceTime }: DataverseResult): LeadPage {
	const { value, '@odata.context': context } = body;
	if (!Array.isArray(value)) throw unexpected('it has no field "value" with a list');
	const link = readLink(body['@odata.nextLink']);
	// The end is told by a link that is not there: anything with a list could pass for a last page.
	if (link === null && (typeof context !== 'string' || !/\$metadata#leads\b/i.test(context))) {
		throw unexpected('its "@odata.context" does not name leads');
	}
	return {
		leads: value.map(readLead),
		link,
		serviceTime,
	};
}

function readLead(row: unknown): ReadLead {
	if (!isObject(row)) throw unexpected('a lead is not an object');
	const keys = readAs(keysSchema, row);
	if (!keys) throw unexpected('a lead lacks its leadid or createdon');
	return { id: keys.leadid, clock: keys.createdon, row };
}

/** Of a link only its query is taken: the token goes to the environment's own address or nowhere. */
function readLink(link: unknown): string | null {
	if (link === undefined || link === null) return null;
	const url = typeof link === 'string' ? URL.parse(link) : null;
	if (url === null || !isLinkQuery(url.search)) throw unexpected('its next link is not one');
	if (url.pathname.toLowerCase() !== `${API_PATH}${LEADS}`) {
		throw unexpected('its next link is not one to leads');
	}
	return url.search;
}

/** Whether it is the query of a link to a next page: without a token it would be another list of leads. */
export function isLinkQuery(text: string): boolean {
	return text.startsWith('?') && /[?&](\$|%24)skiptoken=/i.test(text);
}

function unexpected(what: string): DestinationError {
	return unexpectedResponse('Dynamics 365', what, undefined, 'read');
}
