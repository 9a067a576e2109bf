import { hash } from 'node:crypto';

import {
	DestinationError,
	type DirectWriter,
	type WritableLead,
	type WriteResult,
	type WrittenLead,
} from '../contract';
import { type HttpClient, HttpError, openHttp } from '../httpClient';
import { atMost, retried, timeIsUp, type TimeLimits } from '../timeLimits';
import { readEndpoint, type Endpoint, type EndpointOptions } from './endpoint';
import { toRecord } from './record';
import { failureOf, refusalOf } from './refusal';

/** Few enough for a small receiver, enough that its answering time is not waited for one by one. */
const REQUESTS_AT_ONCE = 5;
/** Milliseconds for one try. Receivers that run a workflow before they answer take long. */
const TRY_TIMEOUT = 30_000;
/** Leads in a row that are refused for what is no lead's own fault, before the others are not sent. */
const MOST_STRIKES = 3;
/** Hex digits of a digest that are kept: 128 bits, as many as a UUID has. */
const KEY_LENGTH = 32;
/** Characters of an id in an answer. */
const MAX_ID = 256;
/** No control characters, which would spoil a log or a list. */
const ID = /^[^\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+$/u;

/** One lead, all its copies in this batch: they are sent one after the other under the same key. */
interface Sending {
	key: string;
	copies: { at: number; body: string }[];
}

/** Posts leads to an HTTPS endpoint as Partner Center does: one request with one lead each. */
export class HttpsWriter implements DirectWriter {
	readonly #endpoint: Endpoint;
	readonly #client: HttpClient;

	private constructor(endpoint: Endpoint, client: HttpClient) {
		this.#endpoint = endpoint;
		this.#client = client;
	}

	/** @throws DestinationError with reason `configuration` that repeats neither address nor header */
	static async open(
		credential: Record<string, unknown>,
		options: EndpointOptions = {},
	): Promise<HttpsWriter> {
		return new HttpsWriter(readEndpoint(credential, options), await openHttp());
	}

	async write(leads: readonly WritableLead[], limits: TimeLimits): Promise<WriteResult[]> {
		const results: WriteResult[] = [];
		const endpoint = new Strikes();
		await atMost(REQUESTS_AT_ONCE, toSendings(leads), async ({ key, copies }) => {
			const sent = new Map<string, WrittenLead>();
			for (const { at, body } of copies) {
				const before = sent.get(body);
				const result: WriteResult = before
					? { ok: true, written: { ...before, outcome: 'unchanged' } }
					: await this.#sendOne(key, body, limits, endpoint);
				if (result.ok) sent.set(body, result.written);
				results[at] = result;
			}
		});
		return results;
	}

	async #sendOne(
		key: string,
		body: string,
		limits: TimeLimits,
		endpoint: Strikes,
	): Promise<WriteResult> {
		// The time first: what the requests it cut off say is not what became of this lead.
		const refusal = timeIsUp(limits) ?? endpoint.givenUp;
		if (refusal) return { ok: false, error: refusal };
		try {
			const id = await retried(async () => await this.#post(key, body, limits), limits);
			endpoint.took();
			return { ok: true, written: { outcome: 'created', id, url: '' } };
		} catch (error) {
			if (error instanceof DestinationError) {
				endpoint.refused(error);
				return { ok: false, error: error };
			}
			// The signal can end between the look at it above and the first try.
			const late = timeIsUp(limits);
			if (late) return { ok: false, error: late };
			throw error;
		}
	}

	async #post(key: string, body: string, { signal, deadline }: TimeLimits): Promise<string> {
		const ownTime = Math.max(1, Math.min(TRY_TIMEOUT, deadline - Date.now()));
		const own = AbortSignal.timeout(ownTime);
		let answer;
		try {
			answer = await this.#client.send({
				method: 'POST',
				url: this.#endpoint.url.href,
				headers: {
					...this.#endpoint.headers,
					'Content-Type': 'application/json; charset=utf-8',
					Accept: 'application/json',
					'Idempotency-Key': key,
				},
				body,
				signal: AbortSignal.any([signal, own]),
			});
		} catch (error) {
			if (error instanceof HttpError) throw failureOf(error, own.aborted && !signal.aborted);
			throw error;
		}
		const refusal = refusalOf(answer);
		if (refusal) throw refusal;
		return idOf(answer.body);
	}
}

/**
 * Counts refusals in a row that say something about the endpoint and nothing about the lead: when
 * it is gone, trying again for each of 500 leads takes hours.
 */
class Strikes {
	givenUp: DestinationError | undefined;
	#inARow = 0;

	took(): void {
		this.#inARow = 0;
	}

	refused(refusal: DestinationError): void {
		// Of the lead's content: the next one may be taken.
		this.#inARow = refusal.code === 'other' ? 0 : this.#inARow + 1;
		if (refusal.code === 'configuration' || this.#inARow >= MOST_STRIKES) {
			this.givenUp ??= refusal;
		}
	}
}

function toSendings(leads: readonly WritableLead[]): Sending[] {
	const sendings = new Map<string, Sending>();
	leads.forEach((outgoing, at) => {
		const key = idempotencyKey(outgoing.lead.id);
		const sending = sendings.get(key) ?? { key, copies: [] };
		sendings.set(key, sending);
		sending.copies.push({ at, body: JSON.stringify(toRecord(outgoing)) });
	});
	return [...sendings.values()];
}

/** A digest, because an id can be anything and a header can't. */
function idempotencyKey(leadId: string): string {
	return hash('sha256', leadId, 'hex').slice(0, KEY_LENGTH);
}

/** The `id` of a JSON answer, as our own trigger gives it; empty for any other answer. */
function idOf(body: string): string {
	let answer: unknown;
	try {
		answer = JSON.parse(body);
	} catch {
		// Endpoints answer what they like; that the lead was taken is said by the status.
		return '';
	}
	if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, 'id')) return '';
	const { id } = answer as { id: unknown };
	if (typeof id === 'number') return Number.isFinite(id) ? String(id) : '';
	return typeof id === 'string' && id.length <= MAX_ID && ID.test(id) ? id : '';
}
