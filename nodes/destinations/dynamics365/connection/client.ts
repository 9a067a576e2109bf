import type { DestinationOperation } from '../../destinationError';
import { accountOf, type BrowserSignIn, BrowserTokens } from '../../browserSignIn';
import { openEntra, type EntraSignIn } from '../../entra';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	unreachable,
	serviceTimeOf,
} from '../../httpClient';
import { cacheKey, type CacheKey, ProcessCache } from '../../processCache';
import { retried, type TimeLimits } from '../../timeLimits';
import { readJsonObject } from '../../unexpectedResponse';
import { namesIn } from '../../vendorCodes';
import { responseError, slowQuery, type SettingOf, type Subject } from '../errors';
import { readBrowserEnvironment, readEnvironment, type Environment } from './credential';

const SERVICE = 'Dynamics 365';
/** The version whose behaviour is relied on; Microsoft keeps old ones. */
export const API_PATH = '/api/data/v9.2/';
/** The table's name in a path. */
export const LEADS = 'leads';
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A request that is sent once. */
export interface DataverseRequest {
	/** GET unless said. */
	method?: 'DELETE' | 'POST';
	/** Behind the API's path, with its query. */
	path: string;
	/** By lower-case name, besides those of every request. */
	headers?: Readonly<Record<string, string>>;
	body?: string;
	signal: AbortSignal;
	/** Milliseconds a response may take. */
	responseTime?: number;
}

/** A request that reads, and is sent again where that may help. */
export interface DataverseQuery extends TimeLimits {
	/** Behind the API's path, with its query. */
	path: string;
	/** OData preferences of the response. */
	prefer?: string;
	subject: Subject;
	settingOf?: SettingOf;
	/** Milliseconds a response may take. */
	responseTime?: number;
}

export interface DataverseResult {
	body: Readonly<Record<string, unknown>>;
	/** The service's clock, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
}

export interface ClientOptions {
	/** What it is opened for, which its errors tell. */
	operation: DestinationOperation;
	/** Whether to try again what may work at the next attempt; true when absent. */
	retries?: boolean;
	/** Where the token is kept beyond the execution, and what the environment says of its columns. */
	cache?: ProcessCache;
	/** Present where n8n has the tokens. */
	browser?: BrowserSignIn | undefined;
}

/** Where tokens come from. */
interface TokenSource {
	/** The token at hand, or another than the one that was rejected. @throws DestinationError */
	token(signal: AbortSignal, rejected?: string): Promise<string>;
	/** Tells this account from any other, for what is kept between executions. */
	readonly account: unknown;
}

/**
 * The Dataverse Web API (OData v4) of one environment, for one execution. It gets another token when
 * the one at hand is rejected.
 */
export class DataverseClient {
	readonly operation: DestinationOperation;
	/** Nothing of it outlasts the client, unless it was given one that does. */
	readonly cache: ProcessCache;
	private readonly retries: boolean;
	/** Milliseconds by which the service's clock is ahead of ours. */
	private clockAhead = 0;
	private concurrencyHint: number | undefined;

	constructor(
		/** `https://contoso.crm.dynamics.com` */
		readonly origin: string,
		private readonly tokens: TokenSource,
		private readonly http: HttpClient,
		{ operation, retries = true, cache = new ProcessCache() }: ClientOptions,
	) {
		this.operation = operation;
		this.cache = cache;
		this.retries = retries;
	}

	/** Sends nothing yet. @throws DestinationError for a credential that is not filled in */
	static async open(
		credential: Record<string, unknown>,
		options: ClientOptions,
	): Promise<DataverseClient> {
		const { browser, cache = new ProcessCache() } = options;
		const opened = { ...options, cache };
		const http = await openHttp();
		if (browser) {
			const { origin } = readBrowserEnvironment(credential);
			const tokens = new BrowserTokenSource(credential, browser, origin);
			return new DataverseClient(origin, tokens, http, opened);
		}
		const environment = readEnvironment(credential);
		const tokens = new ApplicationTokenSource(environment, cache);
		return new DataverseClient(environment.origin, tokens, http, opened);
	}

	/** Names something that this environment says to this application. */
	cacheKey<Value>(kind: string, ...parts: readonly unknown[]): CacheKey<Value> {
		return cacheKey<Value>(`dynamics365.${kind}`, this.origin, this.tokens.account, parts);
	}

	/** A time of this machine's clock by the service's, epoch milliseconds. */
	toServiceTime(time: number): number {
		return time + this.clockAhead;
	}

	/** How many requests the environment advises to have running; `undefined` if untold. */
	get advisedConcurrency(): number | undefined {
		return this.concurrencyHint;
	}

	/**
	 * One attempt, in which any status but that of a sign-in is a response.
	 *
	 * @throws DestinationError when there is no response, or no token for the request; with a
	 * `retryAfter` where Entra is busy or can't be reached
	 */
	async send(request: DataverseRequest): Promise<HttpResponse> {
		const token = await this.tokens.token(request.signal);
		const response = await this.sendWith(token, request);
		// Rejected in the middle: a token lives an hour, or until somebody ends it.
		if (response.status !== 401) return response;
		return await this.sendWith(await this.tokens.token(request.signal, token), request);
	}

	/** @throws DestinationError for any status but 200, and when there is no response */
	async get(query: DataverseQuery): Promise<DataverseResult> {
		return this.retries
			? await retried(async () => await this.attempt(query), query)
			: await this.attempt(query);
	}

	/** The JSON of a response. @throws DestinationError for a body that Dataverse would not give */
	bodyOf(response: HttpResponse): Readonly<Record<string, unknown>> {
		return readJsonObject(response, SERVICE, [], this.operation);
	}

	private async attempt(query: DataverseQuery): Promise<DataverseResult> {
		const { prefer, subject, settingOf, ...request } = query;
		const response = await this.send({ ...request, ...(prefer ? { headers: { prefer } } : {}) });
		if (response.status !== 200) {
			const { operation } = this;
			const names = namesIn(request.path);
			throw responseError(response, {
				operation,
				subject,
				names,
				...(settingOf ? { settingOf } : {}),
			});
		}
		return { body: this.bodyOf(response), serviceTime: serviceTimeOf(response) };
	}

	private async sendWith(token: string, request: DataverseRequest): Promise<HttpResponse> {
		const { method = 'GET', path, headers = {}, body, signal, responseTime } = request;
		try {
			const response = await this.http.send({
				method,
				url: `${this.origin}${API_PATH}${path}`,
				headers: {
					authorization: `Bearer ${token}`,
					accept: 'application/json',
					'odata-version': '4.0',
					'odata-maxversion': '4.0',
					...headers,
				},
				...(body === undefined ? {} : { body }),
				signal:
					responseTime === undefined
						? signal
						: AbortSignal.any([signal, AbortSignal.timeout(responseTime)]),
			});
			const time = serviceTimeOf(response);
			if (time !== undefined) this.clockAhead = time - Date.now();
			// https://learn.microsoft.com/power-apps/developer/data-platform/send-parallel-requests
			const hint = Number(response.headers['x-ms-dop-hint']);
			if (Number.isInteger(hint) && hint > 0) this.concurrencyHint = hint;
			return response;
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			const isSlow = error.code === 'ABORTED' && !signal.aborted;
			throw isSlow ? slowQuery(this.operation) : unreachable(error, SERVICE, this.operation);
		}
	}
}

/** Those of an application, which are kept in the process. */
class ApplicationTokenSource implements TokenSource {
	private entra: Promise<EntraSignIn> | undefined;

	constructor(
		private readonly environment: Environment,
		private readonly cache: ProcessCache,
	) {}

	get account(): unknown {
		return this.environment.application;
	}

	async token(signal: AbortSignal, rejected?: string): Promise<string> {
		const { application, origin } = this.environment;
		// Who asks for the request tries again, within the time there is.
		this.entra ??= openEntra(application, { retries: 0, cache: this.cache });
		const entra = await this.entra;
		if (rejected !== undefined) entra.reject(rejected);
		const { token } = await entra.getToken(`${origin}/.default`, { abortSignal: signal });
		return token;
	}
}

/** Those of a person, which n8n keeps. */
class BrowserTokenSource implements TokenSource {
	readonly account: unknown;
	private readonly tokens: BrowserTokens;

	constructor(
		credential: Record<string, unknown>,
		browser: BrowserSignIn,
		private readonly origin: string,
	) {
		this.account = accountOf(credential);
		this.tokens = new BrowserTokens(credential, browser, SERVICE);
	}

	async token(signal: AbortSignal, rejected?: string): Promise<string> {
		if (rejected === undefined) return this.tokens.accessToken;
		await this.tokens.renewed(rejected, `${this.origin}${API_PATH}WhoAmI`, signal);
		return this.tokens.accessToken;
	}
}
