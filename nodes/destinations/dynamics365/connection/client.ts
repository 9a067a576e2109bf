import { openEntra } from '../../entra';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	unreachable,
} from '../../httpClient';
import { retried, type TimeLimits } from '../../timeLimits';
import { readJsonObject } from '../../unexpectedResponse';
import { readEnvironment, type Environment } from './credential';
import { explainRefusal, slowQuery, type SettingOf, type Subject } from '../errors';

const SERVICE = 'Dynamics 365';
/** The version whose behaviour is relied on; Microsoft keeps old ones. */
export const API_PATH = '/api/data/v9.2/';

export interface WebApiCall {
	/** GET unless said. */
	method?: 'DELETE' | 'POST';
	/** Behind the API's path, with its query. */
	path: string;
	/** By lower-case name, besides those of every request. */
	headers?: Readonly<Record<string, string>>;
	body?: string;
	signal: AbortSignal;
	/** Milliseconds an answer may take; `isSlowQuery` knows what is thrown after that. */
	answerTime?: number;
}

export interface WebApiRequest extends TimeLimits {
	/** Behind the API's path, with its query. */
	path: string;
	/** OData preferences of the answer. */
	prefer?: string;
	subject: Subject;
	settingOf?: SettingOf;
	/** Milliseconds an answer may take; `isSlowQuery` knows what is thrown after that. */
	answerTime?: number;
}

export interface WebApiAnswer {
	body: Readonly<Record<string, unknown>>;
	/** The service's clock, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
}

export interface WebApiOptions {
	/** Whether to try again what may work at the next try. */
	retries?: boolean;
}

/**
 * The Dataverse Web API (OData v4) of one environment, for one execution: it keeps its token, and
 * gets another one when that is turned away.
 */
export class WebApi {
	private token: Promise<string> | undefined;
	private readonly retries: boolean;
	/** Milliseconds by which the service's clock is ahead of ours. */
	private clockAhead = 0;
	private atOnceHint: number | undefined;

	constructor(
		private readonly environment: Environment,
		private readonly http: HttpClient,
		{ retries = true }: WebApiOptions = {},
	) {
		this.retries = retries;
	}

	/** Ready to ask; nothing is asked yet. @throws DestinationError for a credential that is not filled in */
	static async open(credential: Record<string, unknown>, options?: WebApiOptions): Promise<WebApi> {
		return new WebApi(readEnvironment(credential), await openHttp(), options);
	}

	/** `https://contoso.crm.dynamics.com` */
	get origin(): string {
		return this.environment.origin;
	}

	/** The service's clock by its last answer, epoch milliseconds. */
	serviceNow(): number {
		return Date.now() + this.clockAhead;
	}

	/** How many requests the environment advises to have running; `undefined` if untold. */
	get advisedAtOnce(): number | undefined {
		return this.atOnceHint;
	}

	/**
	 * One try, in which any status but that of a sign-in is an answer.
	 *
	 * @throws DestinationError when there is no answer, or no token for the question; with a
	 * `retryAfter` where Entra is busy or can't be reached
	 */
	async call(request: WebApiCall): Promise<HttpResponse> {
		const token = await this.currentToken(request.signal);
		const answer = await this.send(request, token);
		// Turned away in the middle: a token lives an hour, or until somebody ends it.
		if (answer.status !== 401) return answer;
		return await this.send(request, await this.currentToken(request.signal, token));
	}

	/** @throws DestinationError for whatever the service refuses, or when it can't be reached */
	async get(request: WebApiRequest): Promise<WebApiAnswer> {
		return this.retries
			? await retried(async () => await this.attempt(request), request)
			: await this.attempt(request);
	}

	private async attempt(request: WebApiRequest): Promise<WebApiAnswer> {
		const { prefer, ...call } = request;
		const answer = await this.call({ ...call, ...(prefer ? { headers: { prefer } } : {}) });
		if (answer.status !== 200) {
			throw explainRefusal(answer, request.subject, request.settingOf);
		}
		return { body: readBody(answer), serviceTime: serviceTimeOf(answer) };
	}

	private async send(request: WebApiCall, token: string): Promise<HttpResponse> {
		const { method = 'GET', path, headers = {}, body, signal, answerTime } = request;
		try {
			const answer = await this.http.send({
				method,
				url: `${this.environment.origin}${API_PATH}${path}`,
				headers: {
					authorization: `Bearer ${token}`,
					accept: 'application/json',
					'odata-version': '4.0',
					'odata-maxversion': '4.0',
					...headers,
				},
				...(body === undefined ? {} : { body }),
				signal:
					answerTime === undefined
						? signal
						: AbortSignal.any([signal, AbortSignal.timeout(answerTime)]),
			});
			const time = serviceTimeOf(answer);
			if (time !== undefined) this.clockAhead = time - Date.now();
			// https://learn.microsoft.com/power-apps/developer/data-platform/send-parallel-requests
			const hint = Number(answer.headers['x-ms-dop-hint']);
			if (Number.isInteger(hint) && hint > 0) this.atOnceHint = hint;
			return answer;
		} catch (error) {
			if (!(error instanceof HttpError)) throw error;
			const isSlow = error.code === 'ABORTED' && !signal.aborted;
			throw isSlow ? slowQuery() : unreachable(error, SERVICE);
		}
	}

	/** The token at hand, or a new one where there is none or only the one that was turned away. */
	private async currentToken(signal: AbortSignal, refused?: string): Promise<string> {
		if (refused !== undefined && (await this.token) === refused) this.token = undefined;
		if (this.token === undefined) {
			const token = this.fetchToken(signal);
			this.token = token;
			// The next try must not be answered by the refusal of this one.
			token.catch(() => {
				if (this.token === token) this.token = undefined;
			});
		}
		return await this.token;
	}

	private async fetchToken(signal: AbortSignal): Promise<string> {
		const { application, origin } = this.environment;
		// Made anew for each token, since its memory would give the old one again. Who asks for the
		// request tries again, within the time there is.
		const signIn = await openEntra(application, { retries: 0 });
		const { token } = await signIn.getToken(`${origin}/.default`, { abortSignal: signal });
		return token;
	}
}

/** The service's clock, epoch milliseconds; `undefined` if untold. */
function serviceTimeOf({ headers }: HttpResponse): number | undefined {
	const time = Date.parse(headers['date'] ?? '');
	return time >= 0 ? time : undefined;
}

/** @throws DestinationError for a body that Dataverse would not give */
export function readBody(response: HttpResponse): Readonly<Record<string, unknown>> {
	return readJsonObject(response, SERVICE);
}
