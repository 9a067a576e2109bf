import { isObject } from '../lead/objects';
import { DestinationError, type DestinationOperation } from './destinationError';

/** A response as it came, whoever sent it. */
export interface ReceivedResponse {
	status: number;
	/** By lower-case name. */
	headers: Readonly<Record<string, string>>;
	body: string;
}

const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const HTML = /^\s*<(?:!doctype html|html|head|body)\b/i;

/**
 * For a response that the service would not send: of a proxy, a sign-in page or another service.
 * Taken for an empty page it would end a scan early, and leads would be lost unnoticed.
 *
 * @param service as in "Salesforce"
 * @param what follows a colon: "it is an HTML page"
 */
export function unexpectedResponse(
	service: string,
	what: string,
	status?: number,
	operation?: DestinationOperation,
): DestinationError {
	return new DestinationError(`Unexpected response from ${service}: ${what}`, {
		description: `Something else may have responded in place of ${service}, such as a proxy, a sign-in page or a maintenance page. Check the address in the credential, and the proxy settings where n8n is started (HTTPS_PROXY, NO_PROXY).`,
		code: 'unexpectedResponse',
		operation,
		httpCode: status === undefined ? undefined : String(status),
	});
}

/** Those that stand in JSON's place. Of any other type the name can be whatever somebody put there. */
const TYPES =
	/^(?:text\/(?:css|csv|html|javascript|plain|xml)|application\/(?:atom\+xml|javascript|octet-stream|pdf|soap\+xml|x-www-form-urlencoded|xhtml\+xml|xml|zip)|multipart\/(?:form-data|mixed))$/i;

/** What a response is that should have been something else, without repeating any of it. */
export function describeResponse({ headers, body }: ReceivedResponse): string {
	const contentType = headers['content-type'] ?? '';
	if (body.trim() === '') return 'it is empty';
	const value = parsed(body);
	if (value === undefined) {
		if (/^text\/html\b/i.test(contentType) || HTML.test(body)) return 'it is an HTML page';
		return /^\s*[[{]/.test(body) ? 'its JSON is cut off or damaged' : 'it is not JSON';
	}
	if (!isJson(contentType)) {
		const [type = ''] = contentType.split(';');
		return TYPES.test(type.trim())
			? `its content type is ${type.trim().toLowerCase()} instead of JSON`
			: 'its content type is not JSON';
	}
	return isObject(value) ? 'it is JSON of another form' : 'it is JSON, but not an object';
}

/**
 * The JSON object of a response.
 *
 * @throws DestinationError for anything else, and for an object that lacks one of these fields
 */
export function readJsonObject(
	response: ReceivedResponse,
	service: string,
	fields: readonly string[] = [],
	operation?: DestinationOperation,
): Record<string, unknown> {
	const { status, headers, body } = response;
	const value = isJson(headers['content-type'] ?? '') ? parsed(body) : undefined;
	if (!isObject(value))
		throw unexpectedResponse(service, describeResponse(response), status, operation);
	const missing = fields.find((name) => !Object.hasOwn(value, name));
	if (missing !== undefined) {
		throw unexpectedResponse(service, `it has no field "${missing}"`, status, operation);
	}
	return value;
}

/** Whether a content type is that of JSON. One that is missing may be: the content decides then. */
function isJson(contentType: string): boolean {
	return contentType.trim() === '' || JSON_TYPE.test(contentType.trim());
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
