import { hash } from 'node:crypto';

import type {
	BatchLimits,
	LeadToSend,
	LeadWriter,
	PreparedLead,
	SendResult,
	WritableLead,
} from '../../contract';
import { HttpError, type HttpClient, type HttpResponse } from '../../httpClient';
import { attemptSignals, type TimeLimits } from '../../timeLimits';
import type { Endpoint } from '../connection/endpoint';
import { notReached, responseError } from '../errors';
import { toRecord } from './mapping';

/** Milliseconds for one attempt. Receivers that run a workflow before they respond take long. */
const ATTEMPT_TIMEOUT = 30_000;
/** Hex digits of a digest that are kept: 128 bits, as many as a UUID has. */
const KEY_LENGTH = 32;
/** Characters of an id in a response. */
const MAX_ID = 256;
/** No control characters, which would spoil a log or a list. */
const ID = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+$/u;

/** The key is the idempotency key, so that a receiver can tell the same lead. */
interface PreparedPost extends PreparedLead {
	readonly body: string;
}

/** Posts leads to an HTTPS endpoint as Partner Center does: one request with one lead each. */
export class HttpsWriter implements LeadWriter<PreparedPost> {
	readonly limits: BatchLimits = {
		maxRecords: 1,
		// Few enough for a small receiver, enough that its response time is not waited for one by one.
		concurrency: 5,
		maxFailures: 3,
	};

	/** Out of reach of whoever logs the object: it can hold a secret. */
	readonly #endpoint: Endpoint;

	constructor(
		endpoint: Endpoint,
		private readonly client: HttpClient,
	) {
		this.#endpoint = endpoint;
	}

	prepare(lead: WritableLead): PreparedPost {
		const body = JSON.stringify(toRecord(lead));
		return { key: idempotencyKey(lead.lead.id), content: body, size: body.length, body };
	}

	async send(
		batch: ReadonlyArray<LeadToSend<PreparedPost, never>>,
		limits: TimeLimits,
	): Promise<SendResult[]> {
		const results: SendResult[] = [];
		for (const { prepared } of batch) {
			const response = await this.post(prepared, limits);
			const error = responseError(response);
			if (error) throw error;
			results.push({ status: 'created', id: idOf(response.body) });
		}
		return results;
	}

	private async post({ key, body }: PreparedPost, limits: TimeLimits): Promise<HttpResponse> {
		const { signal, own } = attemptSignals(limits, ATTEMPT_TIMEOUT);
		try {
			return await this.client.send({
				method: 'POST',
				url: this.#endpoint.url.href,
				headers: {
					...this.#endpoint.headers,
					'Content-Type': 'application/json; charset=utf-8',
					Accept: 'application/json',
					'Idempotency-Key': key,
				},
				body,
				signal,
			});
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			throw notReached(error, own.aborted && !limits.signal.aborted);
		}
	}
}

/** A digest, because an id can be anything and a header can't. */
function idempotencyKey(leadId: string): string {
	return hash('sha256', leadId, 'hex').slice(0, KEY_LENGTH);
}

/** The `id` of a JSON response, as our own trigger gives it; empty for any other response. */
function idOf(body: string): string {
	let response: unknown;
	try {
		response = JSON.parse(body);
	} catch {
		// Endpoints respond with what they like; that the lead was taken is said by the status.
		return '';
	}
	if (typeof response !== 'object' || response === null || !Object.hasOwn(response, 'id'))
		return '';
	const { id } = response as { id: unknown };
	if (typeof id === 'number') return Number.isFinite(id) ? String(id) : '';
	return typeof id === 'string' && id.length <= MAX_ID && ID.test(id) ? id : '';
}
