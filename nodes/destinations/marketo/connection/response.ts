import { DestinationError, type DestinationOperation } from '../../destinationError';
import type { HttpResponse } from '../../httpClient';
import { readAs, text } from '../../../schemas';
import { array, fallback, object, pipe, transform, unknown } from '../../../vendor/schema';
import { readJsonObject } from '../../unexpectedResponse';
import { MarketoError, unexpected } from '../errors';

/** What a call gave. */
export interface MarketoResponse {
	/** The fields of the body. */
	readonly body: Readonly<Record<string, unknown>>;
	/** `result`, which Marketo leaves out where there is nothing. */
	readonly result: readonly unknown[];
}

/** What Marketo says of a record that was written. */
export interface RecordResult {
	/** The person's; absent for a record that was not written. */
	id?: string;
	status: string;
	/** Why it was not written. */
	code: string;
}

/** Of a list of codes with their messages; empty where there is none. */
const firstCode = fallback(
	pipe(
		array(unknown()),
		transform(([first]) => first),
		object({ code: text }),
		transform(({ code }) => code),
	),
	'',
);

const recordResult = object({ id: text, status: text, reasons: firstCode });

/** @throws DestinationError for what is no JSON object */
export function readBody(
	response: HttpResponse,
	operation: DestinationOperation,
): Record<string, unknown> {
	try {
		return readJsonObject(response, 'Marketo');
	} catch (error) {
		throw error instanceof DestinationError ? error.with({ operation }) : error;
	}
}

/** @throws DestinationError; `MarketoError` where the body has a code instead of a result */
export function readResponse(
	response: HttpResponse,
	operation: DestinationOperation,
): MarketoResponse {
	const body = readBody(response, operation);
	// Whether it went well is said in the body only.
	if (body['success'] !== true) {
		const code = errorCodeOf(body);
		throw code === undefined
			? unexpected('it says neither success nor a code', operation)
			: new MarketoError(code, operation);
	}
	const { result = [] } = body;
	if (!Array.isArray(result)) throw unexpected('its result is no list', operation);
	return { body, result };
}

/** The first code of a body's `errors`, a number in quotes. */
export function errorCodeOf({ errors }: Readonly<Record<string, unknown>>): string | undefined {
	return readAs(firstCode, errors) || undefined;
}

/** One for each record of a call that writes, in their order. @throws DestinationError */
export function readRecordResults({ result }: MarketoResponse, count: number): RecordResult[] {
	if (result.length !== count) throw unexpected('it does not tell of each record', 'write');
	return result.map((entry) => {
		const told = readAs(recordResult, entry);
		if (!told) throw unexpected('a record’s result is no object', 'write');
		const { id, status, reasons: code } = told;
		const isDone = /^(?:created|deleted|updated)$/.test(status) && /^\d{1,20}$/.test(id);
		// Neither done nor skipped is nothing that can be told.
		if (!isDone && status !== 'skipped' && code === '') {
			throw unexpected('a record’s result says neither what was done nor why not', 'write');
		}
		return isDone ? { id, status, code } : { status, code };
	});
}
