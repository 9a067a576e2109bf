import type { Connection } from '../../../vendor/jsforce';
import type { DestinationError } from '../../contract';
import {
	type HttpClient,
	HttpError,
	type HttpResponse,
	openHttp,
	unreachable,
	serviceTimeOf,
} from '../../httpClient';
import { cacheKey, type CacheKey, ProcessCache } from '../../processCache';
import { retried, type TimeLimits, timeLimits } from '../../timeLimits';
import { restError, unexpected, type RequestContext } from '../errors';
import { signInError } from '../errors/signIn';
import { readUsage, type ApiUsage } from './quota';
import { mayHaveToken, readSignIn, type SignIn } from './signIn';
import { openTransport } from './transport';

/** Of spring 2024: old enough for every organisation, and Salesforce keeps versions for years. */
const API_VERSION = '60.0';
/** Milliseconds. Of a poll or an execution, what the sign-in may take. */
const SIGN_IN_TIME = 15_000;
/**
 * Milliseconds. Salesforce does not tell when a session ends: two hours after its last use unless an
 * administrator chose another time. One that has ended earlier is renewed when that shows.
 */
const GRANT_LIFETIME = 2 * 60 * 60 * 1_000;

/** A token and where it is good. */
interface Grant {
	accessToken: string;
	instanceUrl: string;
	/** 15 characters. */
	organisationId: string;
}

/** A response of the REST API that tells of no error. */
export interface ApiResponse {
	/** Of no known shape: whoever asked checks it. */
	body: unknown;
	/** Salesforce's clock as it responded, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
	/** The organisation's calls of the last 24 hours; `undefined` if untold. */
	usage: ApiUsage | undefined;
	/** What to throw where the body is not as it should be; `what` says how it is. */
	unexpected(what?: string): DestinationError;
}

/** The response to a query. */
export interface QueryPage extends ApiResponse {
	/** Whether nothing is left of what was asked for. */
	done: boolean;
	records: unknown[];
}

export interface SessionOptions {
	/** What errors are told for. */
	operation: 'read' | 'write';
	limits?: TimeLimits;
	/** Where the token is kept beyond the execution; nowhere when absent. */
	cache?: ProcessCache;
}

/**
 * One execution's session. The token is one that is kept or asked for at the beginning and, once in a
 * request, again where Salesforce has ended the session.
 */
export class SalesforceSession {
	private constructor(
		private readonly tokens: TokenSource,
		private grant: Grant,
		/** What errors are told for. */
		private readonly operation: 'read' | 'write',
	) {}

	/** Signs in. @throws DestinationError that says which part of the credential is not accepted */
	static async open(
		credential: Record<string, unknown>,
		{ operation, limits = timeLimits(SIGN_IN_TIME), cache = new ProcessCache() }: SessionOptions,
	): Promise<SalesforceSession> {
		const signIn = readSignIn(credential);
		const tokens = new TokenSource(await openHttp(), signIn, cache, credential);
		const grant = await retried(async () => await tokens.grant(limits.signal), limits);
		return new SalesforceSession(tokens, grant, operation);
	}

	/** The organisation's id, the same however one signs in; 15 characters. */
	get organisationId(): string {
		return this.grant.organisationId;
	}

	/** Whether a usual field of leads was found to be hidden from the user. */
	get hidesFields(): boolean {
		return this.tokens.hidesFields;
	}

	noteHiddenFields(): void {
		this.tokens.noteHiddenFields();
	}

	/** Where a person looks at a lead. */
	leadUrl(id: string): string {
		return `${this.grant.instanceUrl}/lightning/r/Lead/${id}/view`;
	}

	/** Asks a query, of the API or of one below it, as in `/tooling`. @throws DestinationError */
	async query(soql: string, signal: AbortSignal, api: '/tooling' | '' = ''): Promise<QueryPage> {
		// jsforce's own query lays events and streams around this one request.
		const url = `${api}/query?q=${encodeURIComponent(soql)}`;
		const response = await this.read(async (connection) => await connection.request(url), signal);
		const { body } = response;
		// jsforce leaves what is not JSON as text.
		if (typeof body !== 'object' || body === null || Array.isArray(body)) {
			throw response.unexpected();
		}
		const { done, records } = body as Partial<Record<string, unknown>>;
		if (typeof done !== 'boolean') throw response.unexpected('it has no field "done"');
		if (!Array.isArray(records)) throw response.unexpected('it has no field "records"');
		return { ...response, done, records };
	}

	/** Has jsforce read something. @throws DestinationError */
	async read(
		ask: (connection: Connection) => Promise<unknown>,
		signal: AbortSignal,
	): Promise<ApiResponse> {
		return await this.ask(ask, { operation: this.operation, isSaving: false }, signal);
	}

	/** Has jsforce create, change or delete something. @throws DestinationError */
	async save(
		ask: (connection: Connection) => Promise<unknown>,
		signal: AbortSignal,
	): Promise<ApiResponse> {
		return await this.ask(ask, { operation: this.operation, isSaving: true }, signal);
	}

	private async ask(
		ask: (connection: Connection) => Promise<unknown>,
		context: RequestContext,
		signal: AbortSignal,
	): Promise<ApiResponse> {
		const { Connection } = await import('../../../vendor/jsforce');
		let last: HttpResponse | undefined;
		let renewal: { error?: unknown } | undefined;
		// Another request may renew it meanwhile, and the new one is not what has ended.
		const { grant } = this;
		const connection = new Connection({
			instanceUrl: grant.instanceUrl,
			accessToken: grant.accessToken,
			version: API_VERSION,
			refreshFn: (_connection, done) => {
				// jsforce renews for as long as the response is 401, which may be for ever.
				if (renewal) {
					done(new Error('The session was renewed already'));
					return;
				}
				const begun: { error?: unknown } = (renewal = {});
				this.tokens.grant(signal, grant).then(
					(renewed) => {
						this.grant = renewed;
						done(null, renewed.accessToken);
					},
					(error: unknown) => {
						begun.error = error;
						// jsforce makes another error of it.
						done(new Error('The session could not be renewed'));
					},
				);
			},
		});
		connection._transport = await openTransport(this.tokens.http, signal, (received) => {
			last = received;
		});
		try {
			const body = await ask(connection);
			const response = last;
			if (!response) throw unexpected(undefined, context.operation);
			return {
				body,
				serviceTime: serviceTimeOf(response),
				usage: readUsage(response.headers['sforce-limit-info']),
				unexpected: (what) => unexpected(response, context.operation, what),
			};
		} catch (error) {
			throw restError(renewal?.error ?? error, last, context);
		}
	}
}

/** The tokens of one credential, and what is known of its user. */
class TokenSource {
	private readonly key: CacheKey<Grant>;
	private readonly hiddenKey: CacheKey<boolean>;

	constructor(
		readonly http: HttpClient,
		private readonly signIn: SignIn,
		private readonly cache: ProcessCache,
		credential: Record<string, unknown>,
	) {
		this.key = cacheKey<Grant>('salesforce.grant', credential);
		this.hiddenKey = cacheKey<boolean>('salesforce.hidesFields', credential);
	}

	get hidesFields(): boolean {
		return this.cache.peek(this.hiddenKey) ?? false;
	}

	noteHiddenFields(): void {
		this.cache.keepMetadata(this.hiddenKey, true);
	}

	/** One that is good, as far as is known: not the one that has ended. @throws DestinationError */
	async grant(signal: AbortSignal, ended?: Grant): Promise<Grant> {
		if (ended) this.cache.drop(this.key, ended);
		return await this.cache.get(
			this.key,
			{
				load: async (whenEnded) => ({
					value: await requestToken(this.http, this.signIn, whenEnded),
					until: this.cache.now() + GRANT_LIFETIME,
				}),
				timedOut: () =>
					// Whatever the sign-in was for was not sent.
					unreachable(new HttpError('ABORTED'), 'Salesforce', 'signIn').with({ mayBeDone: false }),
			},
			signal,
		);
	}
}

/** @throws DestinationError */
async function requestToken(http: HttpClient, signIn: SignIn, signal: AbortSignal): Promise<Grant> {
	const { OAuth2 } = await import('../../../vendor/jsforce');
	let response: HttpResponse | undefined;
	let token: unknown;
	try {
		const oauth2 = new OAuth2({ loginUrl: signIn.loginUrl });
		oauth2._transport = await openTransport(http, signal, (received) => {
			response = received;
		});
		token = await oauth2.requestToken(await signIn.parameters());
	} catch (error) {
		throw signInError(error, response, signIn.authentication);
	}
	const { access_token: accessToken, instance_url: url, id } = Object(token) as TokenFields;
	const [, organisationId] =
		/\/id\/(00D[a-zA-Z0-9]{12})/.exec(typeof id === 'string' ? id : '') ?? [];
	const isWhole = typeof accessToken === 'string' && accessToken !== '' && typeof url === 'string';
	if (!isWhole || organisationId === undefined || !mayHaveToken(url, signIn.loginUrl)) {
		throw unexpected(response, 'signIn');
	}
	return { accessToken, instanceUrl: new URL(url).origin, organisationId };
}

type TokenFields = Partial<Record<'access_token' | 'id' | 'instance_url', unknown>>;
