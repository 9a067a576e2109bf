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
const UTF_8 = 'utf-8';
const NOT_UTF_8 =
	'The body was not in UTF-8 and was read as Windows-1252: letters with accents and those of other scripts may be wrong.';
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
	// and numbers are rounded alike. Parsing the bytes again would double the time for nothing. Of
	// bytes that are not what they are said to be, n8n makes U+FFFD.
	const isParsed = request.contentType === JSON_TYPE;
	if (rawBody === undefined || (isParsed && decoded(rawBody, UTF_8) !== undefined))
		return readLeadInput(request.body);
	// Text goes by its bytes too: n8n keeps a byte order mark in it, which is no JSON.
	const { text, warning } = decode(rawBody, request.encoding ?? UTF_8);
	const input = readLeadInput(text);
	return input.ok && warning !== '' ? { ...input, warnings: [warning] } : input;
}

/** Salesforce's Web-to-Lead is the one form that is a lead; other forms are told how to become one. */
function readForm(body: unknown): LeadInput {
	const input = readLeadInput(body);
	return input.ok ? input : { ok: false, problems: [...input.problems, SEND_JSON] };
}

/**
 * By the charset that the sender names where the bytes are of it, else UTF-8, which JSON is by its
 * own standard, else Windows-1252, in which every byte is a character: what a sender in the West
 * writes who doesn't say. Never throws, and leaves out a byte order mark.
 */
function decode(bytes: Buffer, charset: string): { text: string; warning: string } {
	for (const label of [charset, UTF_8]) {
		const text = decoded(bytes, label);
		if (text !== undefined) return { text, warning: '' };
	}
	return { text: new TextDecoder('windows-1252').decode(bytes), warning: NOT_UTF_8 };
}

/** `undefined` for an unknown charset, and for bytes that are none of its characters. */
function decoded(bytes: Buffer, charset: string): string | undefined {
	try {
		return new TextDecoder(charset, { fatal: true }).decode(bytes);
	} catch {
		return undefined;
	}
}
