import { readAs } from '../../../schemas';
import { isObject } from '../../../lead/objects';
import { nonEmpty, object, pipe, string } from '../../../vendor/schema';
import type { Connection } from '../../../vendor/jsforce';
import { accountOf, type BrowserSignIn, BrowserTokens } from '../../browserSignIn';
import { DestinationError } from '../../destinationError';
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
import { namesIn } from '../../vendorCodes';
import { readVendorError, restError, unexpected, type RequestContext } from '../errors';
import { signInError } from '../errors/signIn';
import { readUsage, type ApiUsage } from './dailyQuota';
import { browserLoginUrl, mayHaveToken, readSignIn, type SignIn } from './signIn';
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
	/** Present where n8n has the tokens. */
	browser?: BrowserSignIn | undefined;
}

/**
 * One execution's session. The token is one that is kept or asked for at the beginning and, once in a
 * request, again where Salesforce has ended the session.
 */
export class SalesforceSession {
	private constructor(
		private readonly http: HttpClient,
		private readonly tokens: TokenSource,
		private readonly known: KnownOfUser,
		private grant: Grant,
		/** What errors are told for. */
		private readonly operation: 'read' | 'write',
	) {}

	/** Signs in. @throws DestinationError that says which part of the credential is not accepted */
	static async open(
		credential: Record<string, unknown>,
		{
			operation,
			limits = timeLimits(SIGN_IN_TIME),
			cache = new ProcessCache(),
			browser,
		}: SessionOptions,
	): Promise<SalesforceSession> {
		const tokens = browser
			? new BrowserTokenSource(credential, browser)
			: new ApplicationTokenSource(readSignIn(credential), cache, credential);
		const http = await openHttp();
		const grant = await retried(async () => await tokens.grant(http, limits.signal), limits);
		const account = browser ? accountOf(credential) : credential;
		return new SalesforceSession(http, tokens, new KnownOfUser(cache, account), grant, operation);
	}

	/** The organisation's id, the same however one signs in; 15 characters. */
	get organisationId(): string {
		return this.grant.organisationId;
	}

	/** Whether a usual field of leads was found to be hidden from the user. */
	get hidesFields(): boolean {
		return this.known.hidesFields;
	}

	noteHiddenFields(): void {
		this.known.noteHiddenFields();
	}

	/** Where a person looks at a lead. */
	leadUrl(id: string): string {
		return `${this.grant.instanceUrl}/lightning/r/Lead/${id}/view`;
	}

	/** Asks a query, of the API or of one below it, as in `/tooling`. @throws DestinationError */
	async query(soql: string, signal: AbortSignal, api: '/tooling' | '' = ''): Promise<QueryPage> {
		// jsforce's own query lays events and streams around this one request.
		const url = `${api}/query?q=${encodeURIComponent(soql)}`;
		const response = await this.ask(
			async (connection) => await connection.request(url),
			{ operation: this.operation, isSaving: false, names: namesIn(soql) },
			signal,
		);
		const { body } = response;
		// jsforce leaves what is not JSON as text.
		if (!isObject(body)) throw response.unexpected();
		const { done, records } = body;
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

	/**
	 * Has jsforce create, change or delete something.
	 *
	 * @param names of fields that leads have, in lower case, which errors may name
	 * @throws DestinationError
	 */
	async save(
		ask: (connection: Connection) => Promise<unknown>,
		signal: AbortSignal,
		names: ReadonlySet<string> = new Set(),
	): Promise<ApiResponse> {
		return await this.ask(ask, { operation: this.operation, isSaving: true, names }, signal);
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
				this.tokens.grant(this.http, signal, grant).then(
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
		connection._transport = await openTransport(this.http, signal, (received) => {
			last = received;
		});
		try {
			const body = await ask(connection);
			const response = last;
			if (!response) throw unexpected(undefined, context.operation);
			// jsforce takes a redirect for a response like any other.
			if (isNotThere(undefined, response)) this.tokens.forget(grant);
			return {
				body,
				serviceTime: serviceTimeOf(response),
				usage: readUsage(response.headers['sforce-limit-info']),
				unexpected: (what) => unexpected(response, context.operation, what),
			};
		} catch (error) {
			// Only a sign-in tells where the organisation is, and it may have moved since the last one.
			if (isNotThere(error, last)) this.tokens.forget(grant);
			throw restError(renewal?.error ?? error, last, context);
		}
	}
}

/** Of Salesforce's edge, for a host that it has no route to (any more), or that is another's. */
const NOT_ROUTED = new Set([420, 421]);

/**
 * Whether an organisation may not be at the address that the sign-in named: after a change of My
 * Domain or instance the old host is not known, redirects, or responds with a page.
 */
function isNotThere(error: unknown, response: HttpResponse | undefined): boolean {
	if (error instanceof HttpError) return error.code === 'ENOTFOUND';
	if (!response) return false;
	const { status, body } = response;
	if (NOT_ROUTED.has(status) || (status >= 300 && status < 400)) return true;
	return (status === 404 || status === 410) && readVendorError(body).code === '';
}

/** What is known of the user who signed in. */
class KnownOfUser {
	private readonly hiddenKey: CacheKey<boolean>;

	constructor(
		private readonly cache: ProcessCache,
		account: unknown,
	) {
		this.hiddenKey = cacheKey<boolean>('salesforce.hidesFields', account);
	}

	get hidesFields(): boolean {
		return this.cache.peek(this.hiddenKey) ?? false;
	}

	noteHiddenFields(): void {
		this.cache.keepMetadata(this.hiddenKey, true);
	}
}

/** The tokens of one credential. */
interface TokenSource {
	/** One that is good, as far as is known: not the one that has ended. @throws DestinationError */
	grant(http: HttpClient, signal: AbortSignal, ended?: Grant): Promise<Grant>;
	/** Has the next execution sign in anew. */
	forget(grant: Grant): void;
}

/** Those of a person, which n8n keeps. */
class BrowserTokenSource implements TokenSource {
	private readonly loginUrl: string;
	private readonly tokens: BrowserTokens;

	/** @throws DestinationError for a credential that is not filled in */
	constructor(credential: Record<string, unknown>, browser: BrowserSignIn) {
		this.loginUrl = browserLoginUrl(credential);
		this.tokens = new BrowserTokens(credential, browser, 'Salesforce');
	}

	/** What n8n keeps of a sign-in is renewed by a person only. */
	forget(): void {
		return undefined;
	}

	async grant(_http: HttpClient, signal: AbortSignal, ended?: Grant): Promise<Grant> {
		const data = ended
			? await this.tokens.renewed(
					ended.accessToken,
					// The list of versions beside it needs no token.
					`${ended.instanceUrl}/services/data/v${API_VERSION}/`,
					signal,
				)
			: this.tokens.data;
		const grant = readGrant(data, this.loginUrl);
		if (grant) return grant;
		throw new DestinationError('The sign-in gave no access to an organisation of Salesforce', {
			description:
				'Open the credential in n8n, check Environment and My Domain, and reconnect it. The app needs the scope "Manage user data via APIs (api)".',
			code: 'configuration',
			operation: 'signIn',
			mayBeDone: false,
		});
	}
}

/** Those of an application, which are kept in the process. */
class ApplicationTokenSource implements TokenSource {
	private readonly key: CacheKey<Grant>;

	constructor(
		private readonly signIn: SignIn,
		private readonly cache: ProcessCache,
		credential: Record<string, unknown>,
	) {
		this.key = cacheKey<Grant>('salesforce.grant', credential);
	}

	forget(grant: Grant): void {
		this.cache.drop(this.key, grant);
	}

	async grant(http: HttpClient, signal: AbortSignal, ended?: Grant): Promise<Grant> {
		if (ended) this.forget(ended);
		return await this.cache.get(
			this.key,
			{
				load: async (whenEnded) => ({
					value: await requestToken(http, this.signIn, whenEnded),
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
	const grant = readGrant(token, signIn.loginUrl);
	if (!grant) throw unexpected(response, 'signIn');
	return grant;
}

/** What a token endpoint gave; `undefined` where a part is missing, or where it may not be sent. */
function readGrant(token: unknown, loginUrl: string): Grant | undefined {
	const granted = readAs(tokenSchema, token);
	const [, organisationId] = /\/id\/(00D[a-zA-Z0-9]{12})/.exec(granted?.id ?? '') ?? [];
	if (!granted || organisationId === undefined) return undefined;
	const { access_token: accessToken, instance_url: url } = granted;
	if (!mayHaveToken(url, loginUrl)) return undefined;
	return { accessToken, instanceUrl: new URL(url).origin, organisationId };
}

const tokenSchema = object({
	access_token: pipe(string(), nonEmpty()),
	instance_url: string(),
	id: string(),
});
