import { DestinationError } from '../../contract';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	unreachable,
} from '../../httpClient';
import { retried, retryAfterOf, type TimeLimits } from '../../timeLimits';
import { readJsonObject } from '../../unexpectedResponse';
import type { MarketoAccount } from './account';
import { Pace } from './rateLimiter';
import { MarketoRefusal, oddAnswer, refusedByStatus, refusedSignIn } from '../errors';

/**
 * Characters of path and query from which a call is sent as a POST: Marketo refuses addresses of
 * more than 8 KB (414), of which the host and what a proxy adds are a part.
 */
const LONGEST_ADDRESS = 6_000;

export type MarketoQuery = Readonly<Record<string, string>>;

/** What a call gave. */
export interface MarketoAnswer {
	/** The fields of the body. */
	readonly body: Readonly<Record<string, unknown>>;
	/** `result`, which Marketo leaves out where there is nothing. */
	readonly result: readonly unknown[];
}

/** Makes a client for one execution; loads what it needs for HTTP. */
export async function openMarketo(
	account: MarketoAccount,
	pace = new Pace(),
): Promise<MarketoClient> {
	return new MarketoClient(account, await openHttp(), pace);
}

/** Calls of one execution; its access token is asked for once, and again when it has run out. */
export class MarketoClient {
	/** Calls made so far, those that were refused and tried again included. */
	calls = 0;
	/** The service's clock as it answered last, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
	/** Names of fields that persons of this instance turned out not to have. */
	readonly absentFields = new Set<string>();
	private token: string | undefined;

	constructor(
		readonly account: MarketoAccount,
		private readonly http: HttpClient,
		/** Of all calls, those that are made again included. */
		private readonly pace: Pace,
	) {}

	/**
	 * Reads from the API, again where Marketo is short of something for a moment.
	 *
	 * @param path from `/rest` on
	 * @throws DestinationError; `MarketoRefusal` for what Marketo refused by a code
	 */
	async read(path: string, query: MarketoQuery, limits: TimeLimits): Promise<MarketoAnswer> {
		return await retried(async () => await this.signedIn({ path, query }, limits), limits);
	}

	/**
	 * Writes with the API, once: whoever writes knows whether it may be done again.
	 *
	 * @param path from `/rest` on
	 * @param content of the body, as JSON
	 * @throws as `read` does
	 */
	async write(path: string, content: object, limits: TimeLimits): Promise<MarketoAnswer> {
		return await this.signedIn({ path, content: JSON.stringify(content) }, limits);
	}

	private async signedIn(call: Call, limits: TimeLimits): Promise<MarketoAnswer> {
		const token = this.token ?? (await this.signIn(limits.signal));
		try {
			return await this.call(call, token, limits);
		} catch (error) {
			if (!(error instanceof MarketoRefusal && error.isOfToken)) throw error;
		}
		// Another call may have got a new one in the meantime.
		const { token: latest = token } = this;
		const renewed = latest === token ? await this.signIn(limits.signal) : latest;
		// It ran out between two calls, or somebody took it back: a new one, once.
		return await this.call(call, renewed, limits);
	}

	/** The secret is in the address because that is the only way Adobe documents. */
	private async signIn(signal: AbortSignal): Promise<string> {
		const { url, clientId, clientSecret } = this.account;
		const query = new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: clientId,
			client_secret: clientSecret,
		});
		const answer = await this.send(
			{ url: `${url}/identity/oauth/token?${query.toString()}` },
			signal,
		);
		if (answer.status === 400 || answer.status === 401) {
			throw refusedSignIn(answer.status, wordOf(answer));
		}
		if (answer.status !== 200) throw refusalOf(answer);
		const { access_token: token, errors } = jsonOf(answer);
		const code = codeIn(errors);
		// Where the address is wrong, the sign-in arrives at the API, which misses a token.
		if (code !== undefined) throw new MarketoRefusal(code === '600' ? '610' : code);
		// A header takes nothing else, and what doesn't fit is no token.
		if (typeof token !== 'string' || !/^[\x21-\x7e]{1,1000}$/.test(token)) {
			throw oddAnswer('it holds no access token');
		}
		this.token = token;
		return token;
	}

	private async call(call: Call, token: string, limits: TimeLimits): Promise<MarketoAnswer> {
		await this.pace.turn(limits);
		this.calls += 1;
		const answer = await this.send(this.requestOf(call, token), limits.signal);
		if (answer.status !== 200) throw refusalOf(answer);
		const body = jsonOf(answer);
		// Whether it went well is said in the body only.
		if (body['success'] !== true) {
			const code = codeIn(body['errors']);
			throw code === undefined
				? oddAnswer('it says neither success nor a code')
				: new MarketoRefusal(code);
		}
		const { result = [] } = body;
		if (!Array.isArray(result)) throw oddAnswer('its result is no list');
		return { body, result };
	}

	private requestOf({ path, query = {}, content }: Call, token: string): Request {
		const address = `${this.account.url}${path}`;
		const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
		if (content !== undefined) {
			const json = { ...headers, 'content-type': 'application/json' };
			return { method: 'POST', url: address, headers: json, body: content };
		}
		const text = new URLSearchParams(query).toString();
		if (path.length + text.length > LONGEST_ADDRESS) {
			const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
			return { method: 'POST', url: `${address}?_method=GET`, headers: form, body: text };
		}
		return { url: text === '' ? address : `${address}?${text}`, headers };
	}

	private async send(request: Request, signal: AbortSignal): Promise<HttpResponse> {
		try {
			const answer = await this.http.send({ method: 'GET', ...request, signal });
			const date = Date.parse(answer.headers['date'] ?? '');
			this.serviceTime = date >= 0 ? date : undefined;
			return answer;
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			if (error.code === 'ENOTFOUND') throw noSuchInstance();
			throw unreachable(error, 'Marketo');
		}
	}
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
}

/** Every instance has a host of its own name. */
function noSuchInstance(): DestinationError {
	return new DestinationError('There is no Marketo instance at this address', {
		description:
			'Check the Munchkin ID or the Endpoint in the credential, and that n8n may resolve names.',
		code: 'unreachable',
	});
}

function refusalOf({ status, headers }: HttpResponse): DestinationError {
	return refusedByStatus(status, retryAfterOf(headers['retry-after']));
}

function jsonOf(response: HttpResponse): Record<string, unknown> {
	return readJsonObject(response, 'Marketo');
}

/** The identity service's word for why; empty where the answer has none. */
function wordOf(answer: HttpResponse): string {
	try {
		const { error } = jsonOf(answer);
		return typeof error === 'string' ? error : '';
	} catch {
		return '';
	}
}

/** The first code of `errors`, a number in quotes. */
function codeIn(errors: unknown): string | undefined {
	if (!Array.isArray(errors)) return undefined;
	const [first] = errors as unknown[];
	if (typeof first !== 'object' || first === null || !('code' in first)) return undefined;
	return typeof first.code === 'string' || typeof first.code === 'number'
		? String(first.code)
		: undefined;
}
