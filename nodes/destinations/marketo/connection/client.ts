import { DestinationError, type DestinationOperation } from '../../destinationError';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	serviceTimeOf,
} from '../../httpClient';
import {
	cacheKey,
	type CacheKey,
	type Loaded,
	type Loader,
	ProcessCache,
} from '../../processCache';
import { retried, retryAfterOf, type TimeLimits } from '../../timeLimits';
import { MarketoError, noTurn, notReached, signInError, statusError, unexpected } from '../errors';
import type { MarketoAccount } from './account';
import { RateLimiter } from './rateLimiter';
import { textOf } from '../../../schemas';
import { errorCodeOf, type MarketoResponse, readBody, readResponse } from './response';

/**
 * Characters of path and query from which a call is sent as a POST: Marketo accepts no addresses of
 * more than 8 KB (414), of which the host and what a proxy adds are a part.
 */
const MAX_ADDRESS = 6_000;

/** Milliseconds. A token is not used for the last minute of its hour: a request takes time. */
const TOKEN_RESERVE = 60_000;

/** Milliseconds. Calls count for a day. */
const TALLY_LIFETIME = 24 * 60 * 60 * 1_000;

export type MarketoQuery = Readonly<Record<string, string>>;

export interface MarketoOptions {
	rateLimiter?: RateLimiter;
	/** Where the token is kept beyond the execution, and what the instance says of itself. */
	cache?: ProcessCache;
}

/**
 * Makes a client for one execution; loads what it needs for HTTP.
 *
 * @param operation what errors speak of
 */
export async function openMarketo(
	account: MarketoAccount,
	operation: DestinationOperation,
	{ rateLimiter = new RateLimiter(), cache = new ProcessCache() }: MarketoOptions = {},
): Promise<MarketoClient> {
	return new MarketoClient(account, operation, await openHttp(), rateLimiter, cache);
}

/** For what the editor asks: where that fails, there is nothing to do but to try again. */
export async function openForEditor(account: MarketoAccount): Promise<MarketoClient> {
	return await openMarketo(account, 'signIn');
}

/** Calls of one execution; a new access token is asked for when the one at hand has expired. */
export class MarketoClient {
	/** The service's clock as it responded last, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
	private readonly tokenKey: CacheKey<AccessToken>;
	private readonly tally: Tally;
	/** Used for as long as it is accepted: one that is about to end is not kept beyond. */
	private token: AccessToken | undefined;

	constructor(
		private readonly account: MarketoAccount,
		readonly operation: DestinationOperation,
		private readonly http: HttpClient,
		private readonly rateLimiter: RateLimiter,
		/** Nothing of it outlasts the client, unless it was given one that does. */
		readonly cache = new ProcessCache(),
	) {
		this.tokenKey = this.cacheKey('token');
		const key = this.cacheKey<Tally>('tally');
		this.tally = cache.peek(key) ?? { calls: 0, clockAhead: 0 };
		cache.keep(key, this.tally, cache.now() + TALLY_LIFETIME);
	}

	/** Calls that this process has made, those that failed and were made again included. */
	get calls(): number {
		return this.tally.calls;
	}

	/** The service's clock now, by its last response; epoch milliseconds. */
	get serviceNow(): number {
		return Date.now() + this.tally.clockAhead;
	}

	/** Names of fields that persons of this instance turned out not to have. */
	get absentFields(): ReadonlySet<string> {
		return this.cache.peek(this.cacheKey<ReadonlySet<string>>('absentFields')) ?? new Set();
	}

	noteAbsentFields(names: readonly string[]): void {
		const key = this.cacheKey<ReadonlySet<string>>('absentFields');
		this.cache.keepMetadata(key, new Set([...this.absentFields, ...names]));
	}

	/** Names something that this instance says to this custom service. */
	cacheKey<Value>(kind: string, ...parts: readonly unknown[]): CacheKey<Value> {
		return cacheKey<Value>(`marketo.${kind}`, this.account, parts);
	}

	/**
	 * Reads from the API, again where Marketo is short of something for a moment.
	 *
	 * @param path from `/rest` on
	 * @throws DestinationError; `MarketoError` where Marketo responds with a code
	 */
	async read(path: string, query: MarketoQuery, limits: TimeLimits): Promise<MarketoResponse> {
		return await retried(async () => await this.signedIn({ path, query }, limits), limits);
	}

	/**
	 * Writes with the API, once: whoever writes knows whether it may be done again.
	 *
	 * @param path from `/rest` on
	 * @param content of the body, as JSON
	 * @throws as `read` does
	 */
	async write(path: string, content: object, limits: TimeLimits): Promise<MarketoResponse> {
		return await this.signedIn({ path, content: JSON.stringify(content) }, limits);
	}

	private async signedIn(call: Call, limits: TimeLimits): Promise<MarketoResponse> {
		const token = await this.accessToken(limits.signal);
		try {
			return await this.call(call, token.value, limits);
		} catch (error) {
			if (!(error instanceof MarketoError && error.isOfToken)) throw error;
		}
		// It expired between two calls, or somebody revoked it: a new one, once.
		this.cache.drop(this.tokenKey, token);
		if (this.token === token) this.token = undefined;
		return await this.call(call, (await this.accessToken(limits.signal)).value, limits);
	}

	private async accessToken(signal: AbortSignal): Promise<AccessToken> {
		if (this.token) return this.token;
		const loader: Loader<AccessToken> = {
			load: async (whenEnded) => await this.requestToken(whenEnded),
			timedOut: () => notReached(new HttpError('ABORTED'), 'signIn'),
		};
		try {
			this.token = await this.cache.get(this.tokenKey, loader, signal);
			return this.token;
		} catch (error) {
			// Nothing was written yet.
			throw error instanceof DestinationError ? error.with({ mayBeDone: false }) : error;
		}
	}

	/** The secret is in the address because that is the only way Adobe documents. */
	private async requestToken(signal: AbortSignal): Promise<Loaded<AccessToken>> {
		const { url, clientId, clientSecret } = this.account;
		const query = new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: clientId,
			client_secret: clientSecret,
		});
		const request = { url: `${url}/identity/oauth/token?${query.toString()}`, signal };
		const askedAt = this.cache.now();
		const response = await this.send(request, 'signIn');
		const { status, headers } = response;
		if (status === 400 || status === 401) throw signInError(status, wordOf(response));
		if (status !== 200) throw statusError(status, retryAfterOf(headers['retry-after']), 'signIn');
		const body = readBody(response, 'signIn');
		const code = errorCodeOf(body);
		// Where the address is wrong, the sign-in arrives at the API, which misses a token.
		if (code !== undefined) throw new MarketoError(code === '600' ? '610' : code, 'signIn');
		const token = body['access_token'];
		// A header takes nothing else, and what doesn't fit is no token.
		if (typeof token !== 'string' || !/^[\x21-\x7e]{1,1000}$/.test(token)) {
			throw unexpected('it holds no access token', 'signIn');
		}
		// Whoever asks while a token is good gets the same one, with what is left of its hour.
		const seconds = Number(body['expires_in']);
		const lifetime = seconds > 0 ? seconds * 1_000 - TOKEN_RESERVE : 0;
		return { value: { value: token }, until: askedAt + lifetime };
	}

	private async call(call: Call, token: string, limits: TimeLimits): Promise<MarketoResponse> {
		const { operation, rateLimiter, account } = this;
		const integration = `${account.url} ${account.clientId}`;
		if (!(await rateLimiter.waitForTurn(integration, limits))) {
			throw noTurn(rateLimiter.rate.calls, operation);
		}
		this.tally.calls += 1;
		const request = { ...this.requestOf(call, token), signal: limits.signal };
		const response = await this.send(request, operation);
		const { status, headers } = response;
		if (status !== 200) throw statusError(status, retryAfterOf(headers['retry-after']), operation);
		return readResponse(response, operation);
	}

	private requestOf({ path, query = {}, content }: Call, token: string): Omit<Request, 'signal'> {
		const address = `${this.account.url}${path}`;
		const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
		if (content !== undefined) {
			const json = { ...headers, 'content-type': 'application/json' };
			return { method: 'POST', url: address, headers: json, body: content };
		}
		const text = new URLSearchParams(query).toString();
		if (path.length + text.length > MAX_ADDRESS) {
			const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
			return { method: 'POST', url: `${address}?_method=GET`, headers: form, body: text };
		}
		return { url: text === '' ? address : `${address}?${text}`, headers };
	}

	private async send(request: Request, operation: DestinationOperation): Promise<HttpResponse> {
		try {
			const response = await this.http.send({ method: 'GET', ...request });
			const time = serviceTimeOf(response);
			this.serviceTime = time;
			if (time !== undefined) this.tally.clockAhead = time - Date.now();
			return response;
		} catch (error) {
			throw error instanceof HttpError ? notReached(error, operation) : error;
		}
	}
}

/** Of all clients of one custom service in this process. */
interface Tally {
	calls: number;
	/** Milliseconds by which the service's clock is ahead of ours. */
	clockAhead: number;
}

/** An object of its own for each that was handed out, also where Marketo gives the same text again. */
interface AccessToken {
	readonly value: string;
}

interface Call {
	path: string;
	query?: MarketoQuery;
	/** JSON; absent for a call that reads. */
	content?: string;
}

interface Request {
	method?: 'GET' | 'POST';
	url: string;
	headers?: Readonly<Record<string, string>>;
	body?: string;
	signal: AbortSignal;
}

/** The identity service's word for why; empty where the response has none. */
function wordOf(response: HttpResponse): string {
	try {
		return textOf(readBody(response, 'signIn')['error']);
	} catch {
		// Of a gateway: the status says enough.
		return '';
	}
}
