/**
 * `$batch`: requests in one multipart message, their responses in another, in the same order
 * (https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api).
 * Without change sets: what is rejected of one request leaves the others as they are.
 */
import { randomUUID } from 'node:crypto';

import type { HttpResponse } from '../../httpClient';
import { API_PATH, type DataverseClient } from '../connection/client';
import { batchError } from '../errors';

export interface BatchRequest {
	method: 'GET' | 'PATCH';
	/** Behind the API's path, with its query. */
	path: string;
	headers?: Readonly<Record<string, string>>;
	body?: string;
}

const LINE_END = '\r\n';

/**
 * Sends requests in one batch, and gives the response to each in their order; none to those that were
 * not carried out. @throws DestinationError where the batch as a whole was not taken
 */
export async function sendBatch(
	client: DataverseClient,
	requests: readonly BatchRequest[],
	signal: AbortSignal,
): Promise<Array<HttpResponse | undefined>> {
	const { contentType, body } = writeBatch(requests);
	const response = await client.send({
		method: 'POST',
		path: '$batch',
		headers: { 'content-type': contentType, prefer: 'odata.continue-on-error' },
		body,
		signal,
	});
	const responses = readBatch(response);
	if (responses === undefined) throw batchError(response);
	return requests.map((_, at) => responses[at]);
}

export function writeBatch(requests: readonly BatchRequest[]): {
	contentType: string;
	body: string;
} {
	const boundary = `batch_${randomUUID()}`;
	const parts = requests.map(({ method, path, headers = {}, body = '' }) =>
		[
			`--${boundary}`,
			'Content-Type: application/http',
			'Content-Transfer-Encoding: binary',
			'',
			`${method} ${API_PATH}${path} HTTP/1.1`,
			...(body === '' ? [] : ['Content-Type: application/json; charset=utf-8']),
			...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
			'',
			body,
			'',
		].join(LINE_END),
	);
	return {
		contentType: `multipart/mixed; boundary="${boundary}"`,
		body: `${parts.join('')}--${boundary}--${LINE_END}`,
	};
}

/**
 * The responses in a batch's response, whatever its own status; `undefined` where it is none. They
 * can be fewer than the requests: a service that stops at a rejected one carries out none behind it.
 */
export function readBatch({ headers, body }: HttpResponse): HttpResponse[] | undefined {
	const type = headers['content-type'] ?? '';
	const boundary = /boundary="?([^";\s]+)"?/i.exec(type)?.[1];
	if (boundary === undefined || !/^multipart\/mixed\b/i.test(type)) return undefined;
	const parts: string[][] = [];
	let part: string[] | undefined;
	// By lines: in JSON a line end is escaped, so no value can look like a boundary.
	for (const line of body.split(/\r?\n/)) {
		const marker = line.trimEnd();
		if (marker === `--${boundary}--`) return readParts(parts);
		if (marker === `--${boundary}`) parts.push((part = []));
		else part?.push(line);
	}
	// Cut short, or something else.
	return undefined;
}

function readParts(parts: readonly string[][]): HttpResponse[] | undefined {
	const responses: HttpResponse[] = [];
	for (const lines of parts) {
		const start = lines.findIndex((line) => line.startsWith('HTTP/'));
		const status = Number(/^HTTP\/\d\.\d (\d{3})\b/.exec(lines[start] ?? '')?.[1]);
		if (!(status >= 100)) return undefined;
		const end = lines.indexOf('', start);
		const head = lines.slice(start + 1, end < 0 ? undefined : end);
		responses.push({
			status,
			headers: Object.fromEntries(
				head.map((line) => {
					const colon = line.indexOf(':');
					return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
				}),
			),
			body:
				end < 0
					? ''
					: lines
							.slice(end + 1)
							.join('\n')
							.trim(),
		});
	}
	return responses;
}
