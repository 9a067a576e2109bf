/**
 * Finds the leads in a request to the endpoint. Microsoft sends JSON; other senders label it in
 * many ways, or not at all, and n8n parses a body only under a few labels.
 */
import type { LeadInput } from '../lead';
import { readLeadInput } from '../lead';

/** What n8n's server gives of a request: Node's, with n8n's additions. */
export interface DeliveredRequest {
	/** As n8n parsed it, for JSON, text, forms and XML. */
	body?: unknown;
	/** The bytes, decompressed. */
	rawBody?: Buffer;
	/** Media type in lower case, without its parameters. */
	contentType?: string;
	/** The charset of the content type in lower case; n8n fills in utf-8. */
	encoding?: string;
	/** Fills `rawBody` where n8n has not read the request yet. */
	readRawBody?: () => Promise<void>;
}

/** Media types whose content cannot be a lead, however hard one looks. */
const UNREADABLE_TYPE = /^multipart\/|[/+]xml$/;
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const SEND_JSON = 'Send the lead as JSON, with the header "Content-Type: application/json".';

/** The records in the request's body, or what is wrong with it, in sentences for the caller. */
export async function readLeadsOf(request: DeliveredRequest): Promise<LeadInput> {
	const type = request.contentType?.trim() ?? '';
	if (UNREADABLE_TYPE.test(type)) {
		return { ok: false, problems: [`The body is of the type ${type}. ${SEND_JSON}`] };
	}
	if (request.rawBody === undefined) await request.readRawBody?.();
	const { rawBody } = request;
	if (rawBody !== undefined && rawBody.length === 0) {
		return { ok: false, problems: [`The request has no body. ${SEND_JSON}`] };
	}
	// By the type as it came: n8n parses only under exactly these, white space included.
	if (request.contentType === FORM_TYPE) return readForm(request.body);
	// n8n has parsed this with JSON.parse, as we would: a key "__proto__" is an own field in both,
	// and numbers are rounded alike. Parsing the bytes again would double the time for nothing.
	if (request.contentType === JSON_TYPE) return readLeadInput(request.body);
	// Text goes by its bytes too: n8n keeps a byte order mark in it, which is no JSON.
	return readLeadInput(
		rawBody === undefined ? request.body : decode(rawBody, request.encoding ?? 'utf-8'),
	);
}

/** Salesforce's Web-to-Lead is the one form that is a lead; other forms are told how to become one. */
function readForm(body: unknown): LeadInput {
	const input = readLeadInput(body);
	return input.ok ? input : { ok: false, problems: [...input.problems, SEND_JSON] };
}

/** Never throws: unreadable bytes become U+FFFD, and a byte order mark is left out. */
function decode(bytes: Buffer, charset: string): string {
	try {
		return new TextDecoder(charset).decode(bytes);
	} catch {
		// An unknown label says nothing about the bytes, and JSON is UTF-8 by its own standard.
		return new TextDecoder().decode(bytes);
	}
}
