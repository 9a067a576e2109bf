/** What the endpoint responds to its caller. Nothing here may throw, or the caller would hang. */
import type { IWebhookResponseData } from 'n8n-workflow';

/** What we use of Node's ServerResponse, which is what n8n hands over. */
export interface ResponseTarget {
	statusCode: number;
	readonly headersSent: boolean;
	readonly writableEnded: boolean;
	setHeader(name: string, value: string): unknown;
	end(body?: string): unknown;
}

/** Carries a lead's id also where n8n itself writes the body of the response. */
const LEAD_ID_HEADER = 'X-Lead-Id';
/** Characters. An id can come with the lead; a longer one could outgrow what proxies let through. */
const MAX_HEADER_VALUE = 256;
const HEADER_VALUE = /^[\x21-\x7e]+$/;

/** What a caller learns of one lead: its id, and whether a filter held it back. */
export interface Receipt {
	id: string;
	filtered?: true;
}

/** Responds with a status and a JSON body by ourselves, and tells n8n to start nothing. */
export function respondWithError(
	response: ResponseTarget,
	status: number,
	body: { message: string } | { errors: string[] },
	headers: Readonly<Record<string, string>> = {},
): IWebhookResponseData {
	// Setting a header after somebody began to respond throws, and ending twice is a late exception.
	if (!response.headersSent && !response.writableEnded) {
		response.statusCode = status;
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
		response.setHeader('Content-Type', 'application/json; charset=utf-8');
		response.end(JSON.stringify(body));
	} else if (!response.writableEnded) {
		response.end();
	}
	return { noWebhookResponse: true };
}

/** Puts the id of a single lead into the header of the response that n8n will write. */
export function setLeadIdHeader(response: ResponseTarget, receipts: readonly Receipt[]): void {
	const [receipt] = receipts;
	if (receipt === undefined || receipts.length > 1 || response.headersSent) return;
	// A lead read a second time keeps its id, so the id can be anything a caller thought of.
	if (receipt.id.length > MAX_HEADER_VALUE || !HEADER_VALUE.test(receipt.id)) return;
	response.setHeader(LEAD_ID_HEADER, receipt.id);
}
