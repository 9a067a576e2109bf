import { randomUUID } from 'node:crypto';

import type { UpstreamResponse } from './upstream.ts';

/** Codes, statuses and texts of Azure's "Common REST API" and "Table service error codes". */
const SERVICE_ERRORS = {
	AuthenticationFailed: {
		status: 403,
		text:
			'Server failed to authenticate the request. Make sure the value of Authorization header ' +
			'is formed correctly including the signature.',
	},
	AuthorizationFailure: {
		status: 403,
		text: 'This request is not authorized to perform this operation.',
	},
	InternalError: {
		status: 500,
		text: 'The server encountered an internal error. Please retry the request.',
	},
	InvalidInput: { status: 400, text: 'One of the request inputs is not valid.' },
	OperationTimedOut: {
		status: 500,
		text: 'The operation could not be completed within the permitted time.',
	},
	ResourceNotFound: { status: 404, text: 'The specified resource does not exist.' },
	ServerBusy: {
		status: 503,
		text: 'The server is currently unable to receive requests. Please retry your request.',
	},
	TableNotFound: { status: 404, text: 'The table specified does not exist.' },
	TooManyProperties: { status: 400, text: 'The entity contains more properties than allowed.' },
	/** Not of storage accounts, but of Cosmos DB, which serves the same API and clients. */
	TooManyRequests: { status: 429, text: 'The request rate is too large. Please retry later.' },
} as const;

/** What the client asked is none of what the service takes; it is told 400 InvalidInput. */
export class InvalidInputError extends Error {}

export type ServiceErrorCode = keyof typeof SERVICE_ERRORS;

/** One of the service's errors as OData JSON, with the headers that come with it. */
export function serviceError(
	code: ServiceErrorCode,
	detail = '',
	headers: Record<string, string> = {},
): UpstreamResponse {
	const { status, text } = SERVICE_ERRORS[code];
	const requestId = randomUUID();
	const lines = [text, ...(detail ? [detail] : []), `RequestId:${requestId}`];
	const value = [...lines, `Time:${new Date().toISOString()}`].join('\n');
	return {
		status,
		headers: {
			'content-type': 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8',
			'x-ms-error-code': code,
			'x-ms-request-id': requestId,
			'x-ms-version': '2019-02-02',
			...headers,
		},
		body: Buffer.from(
			JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value } } }),
		),
	};
}
