/** `$batch`: a multipart message of requests in, one of responses out. */
import { randomUUID } from 'node:crypto';

import type { FakeResponse } from '../fakeServer.ts';
import { ServiceError } from './errors.ts';

/** Dataverse's own limit. */
const MAX_REQUESTS = 1_000;

export interface BatchedRequest {
	method: string;
	/** As it was written: absolute, from the host's root, or relative to the service's. */
	url: string;
	headers: Readonly<Record<string, string>>;
	body: string;
	contentId: string | undefined;
}

/** A request of its own, or several of one transaction. */
export type BatchItem = { request: BatchedRequest } | { changeSet: BatchedRequest[] };

/** An response of its own, or those of a transaction that went through. */
export type BatchResponse =
	FakeResponse | Array<{ response: FakeResponse; contentId: string | undefined }>;

interface Message {
	headers: Record<string, string>;
	content: string[];
}

/** @throws ServiceError for what is no such message */
export function readBatch(contentType: string | undefined, body: string): BatchItem[] {
	const boundary = boundaryOf(contentType);
	if (boundary === undefined) throw malformed('The content type of a batch is multipart/mixed.');
	let count = 0;
	const read = (message: Message): BatchedRequest => {
		if ((count += 1) > MAX_REQUESTS) {
			throw malformed(
				`The current batch message contains too many parts. A maximum number of '${MAX_REQUESTS}' query operations and change sets are allowed in a batch message.`,
			);
		}
		return readRequest(message);
	};
	return partsOf(body.split(/\r?\n/), boundary).map((lines): BatchItem => {
		const message = readMessage(lines);
		const inner = boundaryOf(message.headers['content-type']);
		if (inner === undefined) return { request: read(message) };
		const changeSet = partsOf(message.content, inner).map((part) => read(readMessage(part)));
		if (changeSet.some(({ method }) => method === 'GET')) {
			throw malformed('A query operation was detected in a change set, where it is not allowed.');
		}
		return { changeSet };
	});
}

export function writeBatch(responses: readonly BatchResponse[]): {
	contentType: string;
	body: string;
} {
	const boundary = `batchresponse_${randomUUID()}`;
	const parts = responses.map((response) => {
		if (!Array.isArray(response)) return writePart(response, undefined);
		const inner = `changesetresponse_${randomUUID()}`;
		const written = response.map((one) => writePart(one.response, one.contentId));
		return `Content-Type: multipart/mixed; boundary=${inner}\r\n\r\n${joined(written, inner)}`;
	});
	return { contentType: `multipart/mixed; boundary=${boundary}`, body: joined(parts, boundary) };
}

function joined(parts: readonly string[], boundary: string): string {
	return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`;
}

function writePart(
	{ status, headers = {}, body }: FakeResponse,
	contentId: string | undefined,
): string {
	const isText = body === undefined || typeof body === 'string';
	const head = [
		'Content-Type: application/http',
		'Content-Transfer-Encoding: binary',
		...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
		'',
		`HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`,
		...(isText ? [] : ['Content-Type: application/json; odata.metadata=minimal']),
		'OData-Version: 4.0',
		...Object.entries(headers).map(([name, value]) => `${HEADERS[name] ?? name}: ${value}`),
		'',
	];
	return `${head.join('\r\n')}\r\n${isText ? (body ?? '') : JSON.stringify(body)}`;
}

const HEADERS: Readonly<Record<string, string>> = {
	location: 'Location',
	'odata-entityid': 'OData-EntityId',
	'preference-applied': 'Preference-Applied',
	'retry-after': 'Retry-After',
};

const REASONS: Readonly<Record<number, string>> = {
	200: 'OK',
	201: 'Created',
	204: 'No Content',
	400: 'Bad Request',
	403: 'Forbidden',
	404: 'Not Found',
	412: 'Precondition Failed',
	429: 'Unknown Status Code',
	500: 'Internal Server Error',
	503: 'Service Unavailable',
};

function readRequest({ headers, content }: Message): BatchedRequest {
	if (!/^application\/http\b/.test(headers['content-type'] ?? '')) {
		throw malformed('The content type of a part is application/http.');
	}
	const [line = '', ...rest] = content;
	const [, method = '', url = ''] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line) ?? [];
	if (method === '') throw malformed(`The request line '${line}' is invalid.`);
	const inner = readMessage(rest);
	return {
		method,
		url,
		headers: inner.headers,
		body: inner.content.join('\n').trim(),
		contentId: headers['content-id'],
	};
}

/** Header lines, an empty one, the content. */
function readMessage(lines: readonly string[]): Message {
	const end = lines.indexOf('');
	const head = end < 0 ? lines : lines.slice(0, end);
	const headers = Object.fromEntries(
		head.map((line) => {
			const colon = line.indexOf(':');
			if (colon < 1) throw malformed(`The header line '${line}' is invalid.`);
			return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
		}),
	);
	return { headers, content: end < 0 ? [] : lines.slice(end + 1) };
}

function partsOf(lines: readonly string[], boundary: string): string[][] {
	const parts: string[][] = [];
	let part: string[] | undefined;
	for (const line of lines) {
		const marker = line.trimEnd();
		if (marker === `--${boundary}--`) return parts;
		if (marker === `--${boundary}`) parts.push((part = []));
		else part?.push(line);
	}
	throw malformed('The end of the stream was reached before the batch ended.');
}

function boundaryOf(contentType: string | undefined): string | undefined {
	if (!/^multipart\/mixed\b/.test(contentType ?? '')) return undefined;
	return /boundary="?([^";\s]+)"?/.exec(contentType ?? '')?.[1];
}

function malformed(message: string): ServiceError {
	return new ServiceError(400, '0x80060888', message);
}
