import { type HttpClient, type HttpResponse, openHttp } from '../../httpClient';
import { retried, type TimeLimits, timeLimits } from '../../timeLimits';
import { readTimeHeader, readUsage, type ApiUsage } from './quota';
import { explainRefusal, oddAnswer } from '../errors';
import { mayHaveToken, readSignIn, type SignIn } from './signIn';
import { explainSignIn } from '../errors/signIn';
import { openTransport } from './transport';

/** Of spring 2024: old enough for every organisation, and Salesforce keeps versions for years. */
const API_VERSION = '60.0';

/** A token and where it is good. */
interface Grant {
	accessToken: string;
	instanceUrl: string;
	/** 15 characters. */
	organisationId: string;
}

/** An answer of the REST API that is no refusal. */
export interface ApiAnswer {
	/** Of no known shape: whoever asked checks it. */
	body: unknown;
	/** Salesforce's clock as it answered, epoch milliseconds; `undefined` if untold. */
	serviceTime: number | undefined;
	/** The organisation's calls of the last 24 hours; `undefined` if untold. */
	usage: ApiUsage | undefined;
	/** What to name where the body is not as it should be. */
	raw: HttpResponse;
}

export interface ApiRequest {
	method: 'DELETE' | 'GET' | 'PATCH' | 'POST';
	/** Below the API's version, as in `/limits`. */
	path: string;
	headers?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	body?: unknown;
	/** Says what a refusal means; by what reading leads needs where it is absent. */
	explain?: typeof explainRefusal;
}

/** Milliseconds. Of a poll or an execution, what the sign-in may take. */
const SIGN_IN_TIME = 15_000;

/**
 * One execution's session. The token is asked for at the beginning and, once in a request, again
 * where Salesforce has ended the session.
 */
export class SalesforceSession {
	private constructor(
		private readonly http: HttpClient,
		private readonly signIn: SignIn,
		private grant: Grant,
	) {}

	/** Signs in. @throws DestinationError that says which part of the credential is refused */
	static async open(
		credential: Record<string, unknown>,
		limits: TimeLimits = timeLimits(SIGN_IN_TIME),
	): Promise<SalesforceSession> {
		const signIn = readSignIn(credential);
		const http = await openHttp();
		const grant = await retried(
			async () => await requestToken(http, signIn, limits.signal),
			limits,
		);
		return new SalesforceSession(http, signIn, grant);
	}

	/** The organisation's id, the same however one signs in; 15 characters. */
	get organisationId(): string {
		return this.grant.organisationId;
	}

	/** Where a person looks at a lead. */
	leadUrl(id: string): string {
		return `${this.grant.instanceUrl}/lightning/r/Lead/${id}/view`;
	}

	/**
	 * Asks a resource by its path below the API's version, as in `/limits`.
	 *
	 * @throws DestinationError
	 */
	async get(path: string, signal: AbortSignal): Promise<ApiAnswer> {
		return await this.send({ method: 'GET', path }, signal);
	}

	/** @throws DestinationError */
	async send(
		{ method, path, headers = {}, body: sent, explain = explainRefusal }: ApiRequest,
		signal: AbortSignal,
	): Promise<ApiAnswer> {
		const { Connection } = await import('../../../vendor/jsforce');
		let answer: HttpResponse | undefined;
		let renewal: { refusal?: unknown } | undefined;
		const connection = new Connection({
			instanceUrl: this.grant.instanceUrl,
			accessToken: this.grant.accessToken,
			version: API_VERSION,
			refreshFn: (_connection, done) => {
				// jsforce renews for as long as it is answered 401, which may be for ever.
				if (renewal) {
					done(new Error('The session was renewed already'));
					return;
				}
				const begun: { refusal?: unknown } = (renewal = {});
				requestToken(this.http, this.signIn, signal).then(
					(grant) => {
						this.grant = grant;
						done(null, grant.accessToken);
					},
					(refusal: unknown) => {
						begun.refusal = refusal;
						// jsforce makes another error of it.
						done(new Error('The session could not be renewed'));
					},
				);
			},
		});
		connection._transport = await openTransport(this.http, signal, (received) => {
			answer = received;
		});
		try {
			const body = await connection.request({
				method,
				url: path,
				...(sent === undefined
					? { headers: { ...headers } }
					: {
							headers: { 'content-type': 'application/json', ...headers },
							body: JSON.stringify(sent),
						}),
			});
			if (!answer) throw oddAnswer(undefined);
			return {
				body,
				serviceTime: readTimeHeader(answer.headers['date']),
				usage: readUsage(answer.headers['sforce-limit-info']),
				raw: answer,
			};
		} catch (error) {
			throw explain(renewal?.refusal ?? error, answer);
		}
	}
}

/** The records of a query's answer. @throws DestinationError for a body that is none */
export function queryResult({ body, raw }: ApiAnswer): { done: boolean; records: unknown[] } {
	// jsforce leaves what is not JSON as text.
	if (typeof body !== 'object' || body === null || Array.isArray(body)) throw oddAnswer(raw);
	const { done, records } = body as Partial<Record<string, unknown>>;
	if (typeof done !== 'boolean') throw oddAnswer(raw, 'it has no field "done"');
	if (!Array.isArray(records)) throw oddAnswer(raw, 'it has no field "records"');
	return { done, records };
}

/** @throws DestinationError */
async function requestToken(http: HttpClient, signIn: SignIn, signal: AbortSignal): Promise<Grant> {
	const { OAuth2 } = await import('../../../vendor/jsforce');
	let answer: HttpResponse | undefined;
	let token: unknown;
	try {
		const oauth2 = new OAuth2({ loginUrl: signIn.loginUrl });
		oauth2._transport = await openTransport(http, signal, (received) => {
			answer = received;
		});
		token = await oauth2.requestToken(await signIn.parameters());
	} catch (error) {
		throw explainSignIn(error, answer, signIn.authentication);
	}
	const { access_token, instance_url, id } = fieldsOf(token);
	const [, organisationId] = /\/id\/(00D[a-zA-Z0-9]{12})/.exec(id) ?? [];
	const isWhole = access_token !== '' && organisationId !== undefined;
	if (!isWhole || !mayHaveToken(instance_url, signIn.loginUrl)) throw oddAnswer(answer);
	return {
		accessToken: access_token,
		instanceUrl: new URL(instance_url).origin,
		organisationId,
	};
}

function fieldsOf(token: unknown): Record<'access_token' | 'id' | 'instance_url', string> {
	const fields = (typeof token === 'object' && token !== null ? token : {}) as Record<
		string,
		unknown
	>;
	const text = (name: string) => {
		const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
		return typeof value === 'string' ? value : '';
	};
	return {
		access_token: text('access_token'),
		id: text('id'),
		instance_url: text('instance_url'),
	};
}
