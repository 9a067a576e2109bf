/** The forms that Marketo's responses have: https://experienceleague.adobe.com/docs/marketo-developer */
import { randomBytes } from 'node:crypto';

import type { FakeResponse } from '../fakeServer.ts';

/** Codes with which a call counts neither towards the daily quota nor towards the rate limit. */
export const UNCOUNTED: ReadonlySet<string> = new Set(['600', '601', '602', '604', '608', '611']);

const MESSAGES: Readonly<Record<string, string>> = {
	'600': 'Empty access token',
	'601': 'Access token invalid',
	'602': 'Access token expired',
	'603': 'Access denied',
	'604': 'Request timed out',
	'606': "Max rate limit '100' exceeded with in '20' secs",
	'607': 'Daily quota reached',
	'608': 'API Temporarily Unavailable',
	'610': 'Requested resource not found',
	'611': 'System error',
	'615': 'Concurrent access limit reached',
	'702': 'No data found for a given search scenario',
	'713': 'Transient Error',
};

/** A call that went well; `rest` stands beside `success`, as `result` and `nextPageToken` do. */
export function succeeded(rest: Record<string, unknown>): FakeResponse {
	return { status: 200, body: { requestId: requestId(), success: true, ...rest } };
}

/** A call that did not: HTTP says 200 all the same. */
export function failed(code: string, message = MESSAGES[code] ?? 'Invalid data'): FakeResponse {
	return {
		status: 200,
		body: { requestId: requestId(), success: false, errors: [{ code, message }] },
	};
}

/** What stands before Marketo responds in HTML. */
export function gatewayPage(status: number, title: string): FakeResponse {
	return {
		status,
		headers: { 'content-type': 'text/html' },
		body: `<html>\n<head><title>${status} ${title}</title></head>\n<body><center><h1>${status} ${title}</h1></center></body>\n</html>\n`,
	};
}

function requestId(): string {
	return `${randomBytes(2).toString('hex')}#${randomBytes(6).toString('hex').slice(0, 11)}`;
}
