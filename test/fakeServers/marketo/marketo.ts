/**
 * A fake server of Marketo's REST API as Adobe documents it: tokens that expire, errors with HTTP 200,
 * an activity log that a call looks through 300 activities at a time, persons, forms and usage.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { serialize } from 'php-serialize';

import type { Fault, Traffic } from '../faults.ts';
import type { LeadToWrite } from '../leadToWrite.ts';
import { FakeServer } from '../fakeServer.ts';
import type { FakeResponse, FakeServerOptions, FakeRequest } from '../fakeServer.ts';
import { failed, gatewayPage, succeeded, UNCOUNTED } from './responses.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { PageShape } from './endpoints.ts';
import { FILL_OUT_FORM, MarketoInstance, PERSON_FIELDS } from './instance.ts';
import type { Activity, Attribute, Person } from './instance.ts';
import { WRITE_ENDPOINTS } from './writing.ts';

/** Seconds a new access token is good for. */
const TOKEN_LIFETIME = 3_600;
/** Calls in so many milliseconds, of the whole instance. */
const RATE = { calls: 100, window: 20_000 } as const;
/** Calls that are handled at the same time, of the whole instance. */
const MAX_AT_ONCE = 10;
/** Bytes of an address, beyond which a GET is refused. */
const MAX_URI = 8 * 1_024;
/** Seconds a test may wait: what is asked to wait longer is over the rate, whose window is 20 s. */
const SHORT_WAIT = 2;

/** Bytes of a body, beyond which it is refused. */
const MAX_BODY = 1_024 * 1_024;

export const PERMISSIONS = [
	'Read-Only Activity',
	'Read-Only Person',
	'Read-Only Assets',
	'Read-Write Person',
] as const;

export interface MarketoOptions extends FakeServerOptions {
	formId?: number;
	formName?: string;
}

/** A customer who filled out a form. */
export interface FillOut {
	formId?: number;
	/** What was sent, by the names of the form's fields (those of SOAP); several values as a list. */
	fields: Readonly<Record<string, string | readonly string[]>>;
	/** The attribute "Form Fields" as it is; serialised from the fields when absent. */
	formFields?: string;
	queryParameters?: string;
	/** When, epoch milliseconds; now when absent. */
	at?: number;
	isVisible?: boolean;
}

/** Rejections that a test asks for: of calls to paths that match, so many times. */
interface Scripted {
	path: RegExp;
	response: FakeResponse;
	times: number;
}

export class FakeMarketo {
	readonly instance = new MarketoInstance();
	readonly credentialType = 'marketplaceLeadMarketoApi';
	/** Two custom services, of the same API user. */
	readonly clients = [newClient(), newClient()] as const;
	readonly wrongSecret = newClient().clientSecret;
	readonly formId: number;
	/** What the role of the API user may do. */
	permissions = new Set<string>(PERMISSIONS);
	/** Whether more than 100 calls in 20 seconds are refused. */
	hasRateLimit = false;
	/** Calls a day, of which `callsToday` have been made. */
	dailyQuota = 50_000;
	callsToday = 0;
	/** Calls of the days before, the last one first. */
	callsBefore: readonly number[] = [];
	/** Milliseconds from the submit of a form until the log of activities shows it. */
	commitDelay = 0;
	/** Which calls the faults strike: pages of fill-outs, or what is written. */
	struck: 'reading' | 'writing' = 'reading';
	/** Calls that are being handled, and the most there were at once. */
	atOnce = { now: 0, most: 0 };
	/** Responds to a call that writes in another way, by its path and body. */
	spoil: (path: string, body: string) => FakeResponse | undefined = () => undefined;
	/** The same once it has been written, as where Marketo's own time runs out behind it. */
	belie: (path: string, body: string) => FakeResponse | undefined = () => undefined;
	/** Milliseconds that a call which writes takes. */
	writingTakes = 0;
	shape: PageShape = { most: 300, pauses: 0, window: 300 };
	private startedServer!: FakeServer;
	/** Access tokens: when each ends, and the one a client has. */
	private readonly tokens = new Map<string, number>();
	private readonly tokenOf = new Map<string, string>();
	private scripted: Scripted[] = [];
	private recentCalls: number[] = [];

	constructor({ formId = 1003, formName = 'Microsoft commercial marketplace' }: MarketoOptions) {
		this.formId = formId;
		this.instance.forms.push({ id: formId, name: formName });
	}

	static async start(options: MarketoOptions): Promise<FakeMarketo> {
		const fakeServer = new FakeMarketo(options);
		fakeServer.startedServer = await FakeServer.start(
			{
				asksForLeads: (request) =>
					fakeServer.struck === 'writing'
						? isWriting(request)
						: request.url.pathname === '/rest/v1/activities.json',
				respond: async (request) => await fakeServer.respondInTime(request),
				refuse: (fault) => rejectionFor(fault),
			},
			options,
		);
		return fakeServer;
	}

	get server(): FakeServer {
		return this.startedServer;
	}

	get origin(): string {
		return this.startedServer.origin;
	}

	get credential() {
		return {
			address: 'endpoint',
			endpoint: `${this.origin}/rest`,
			...this.clients[0],
		};
	}

	/** That of the other custom service. */
	get otherCredential() {
		return { ...this.credential, ...this.clients[1] };
	}

	get badCredential() {
		return { ...this.credential, clientSecret: this.wrongSecret };
	}

	get parameters() {
		return {
			destination: 'marketo',
			form: { __rl: true, mode: 'id', value: String(this.formId) },
		};
	}

	/** What must not be read anywhere: secrets, and every access token there was. */
	get secrets(): string[] {
		return [
			...this.clients.map(({ clientSecret }) => clientSecret),
			this.wrongSecret,
			...this.tokens.keys(),
		];
	}

	/** Every request, newest last. */
	get requests(): readonly FakeRequest[] {
		return this.startedServer.requests;
	}

	now(): number {
		return this.startedServer.now();
	}

	pass(milliseconds: number): void {
		this.startedServer.pass(milliseconds);
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.startedServer.fault(fault, options);
	}

	faultsLeft(): number {
		return this.startedServer.faultsLeft();
	}

	traffic(since?: Traffic): Traffic {
		return this.startedServer.traffic(since);
	}

	async stop(): Promise<void> {
		await this.startedServer.stop();
	}

	/** Calls to these paths are refused with a code in the body, or get another response. */
	script(path: RegExp, response: FakeResponse | string, times = 1): void {
		this.scripted.push({
			path,
			response: typeof response === 'string' ? failed(response) : response,
			times,
		});
	}

	/** Tokens of now are none any more. */
	revokeAccess(): void {
		this.tokens.clear();
		this.tokenOf.clear();
	}

	// --- What customers do ------------------------------------------------------------------------

	fillOut(fillOut: FillOut): Activity {
		const { fields, formId = this.formId, at = this.now(), isVisible = true } = fillOut;
		const person = this.instance.upsertPerson(personOf(fields, this.now()));
		return this.fillOutBy(person, { ...fillOut, formId, at, isVisible });
	}

	/** The same by somebody who is known, whose own fields stay as they are. */
	fillOutBy(person: Person, fillOut: FillOut): Activity {
		const { fields, formId = this.formId, at = this.now(), isVisible = true } = fillOut;
		const formFields =
			fillOut.formFields ??
			serialize({ ...fields, formid: String(formId), _mkt_trk: 'id:123-ABC-456&token:_mch-1' });
		const attributes: Attribute[] = [
			{ name: 'Client IP Address', value: '203.0.113.7' },
			{ name: 'Form Fields', value: formFields },
			{ name: 'Query Parameters', value: fillOut.queryParameters ?? '' },
			{ name: 'Webpage ID', value: 4498 },
		];
		return this.instance.addActivity({
			leadId: person.id,
			typeId: FILL_OUT_FORM,
			primaryId: formId,
			primaryValue: this.instance.forms.find(({ id }) => id === formId)?.name ?? 'Form',
			attributes,
			at,
			isVisible,
		});
	}

	/** Activities of other types, one a second up to now. */
	addForeign(count: number, { at = this.now() }: { at?: number } = {}): void {
		for (let number = count; number > 0; number -= 1) {
			this.instance.addActivity({
				leadId: 1,
				typeId: [1, 6, 12, 13][number % 4]!,
				primaryId: this.formId,
				primaryValue: 'foreign',
				attributes: [],
				at: at - number * 1_000,
			});
		}
	}

	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return leads.map((lead) => String(this.write(lead, true).id));
	}

	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return leads.map((lead) => String(this.write(lead, false).id));
	}

	showLate(): void {
		for (const activity of this.instance.activities()) activity.isVisible = true;
	}

	/** A person's field is changed: their fill-outs stay as they are. */
	async edit(...names: string[]): Promise<void> {
		for (const name of names) {
			const persons = [...this.instance.persons.values()];
			const person = persons.find(({ fields }) => fields['lastName'] === name);
			if (person === undefined) throw new Error(`There is no person "${name}" here`);
			person.fields['phone'] = '+14255550199';
			person.fields['updatedAt'] = seconds(this.now());
			this.instance.addActivity({
				leadId: person.id,
				typeId: 13,
				attributes: [{ name: 'Source', value: 'Web service API' }],
				at: this.now(),
			});
		}
	}

	private write(lead: LeadToWrite, isVisible: boolean): Activity {
		const { name, company = 'Fabrikam', offerTitle, isTest } = lead;
		const { leadSource = 'AzureMarketplace-INS|contoso.offer' } = lead;
		const fields = {
			FirstName: 'Kim',
			LastName: name,
			Email: `${randomUUID()}@fabrikam.example`,
			Phone: '4255550100',
			Country: 'US',
			Company: company,
			Title: 'Buyer',
			LeadSource: leadSource,
			...(offerTitle === undefined ? {} : { OfferTitle: offerTitle }),
			...(isTest === true ? { Description: 'MSFT_TEST_636573304831318844' } : {}),
		};
		// A person of their own: looking for the address among some thousand takes long.
		const person = this.instance.addPerson(personOf(fields, this.now()));
		return this.fillOutBy(person, {
			fields,
			at: lead.writtenAt ?? lead.createdAt ?? this.now(),
			isVisible,
		});
	}

	// --- How the API responds ---------------------------------------------------------------------

	private async respondInTime(request: FakeRequest): Promise<FakeResponse> {
		this.atOnce.now += 1;
		this.atOnce.most = Math.max(this.atOnce.most, this.atOnce.now);
		try {
			const { changes } = this.instance;
			if (isWriting(request) && this.writingTakes > 0) await sleep(this.writingTakes);
			const isApi = request.url.pathname.startsWith('/rest/');
			if (isApi && this.atOnce.now > MAX_AT_ONCE) return failed('615');
			return this.respond(request, changes);
		} finally {
			this.atOnce.now -= 1;
		}
	}

	private respond(request: FakeRequest, seen: number): FakeResponse {
		const { url } = request;
		this.instance.commit(this.now());
		if (url.pathname === '/identity/oauth/token') return this.signIn(request);
		const address = `${url.pathname}${url.search}`;
		if (address.length > MAX_URI) return gatewayPage(414, 'Request-URI Too Long');
		const response = this.limited() ?? this.admitted(request) ?? this.call(request, seen);
		const code = codeOf(response);
		if (code === undefined || !UNCOUNTED.has(code)) {
			this.callsToday += 1;
			this.recentCalls.push(this.now());
		}
		return response;
	}

	private signIn({ method, url }: FakeRequest): FakeResponse {
		if (method !== 'GET' && method !== 'POST') return failed('605', 'HTTP Method not supported');
		const parameter = (name: string) => url.searchParams.get(name) ?? '';
		if (parameter('grant_type') !== 'client_credentials') {
			return refusedSignIn(400, 'invalid_grant', 'Unsupported grant type');
		}
		const client = this.clients.find(({ clientId }) => clientId === parameter('client_id'));
		if (client === undefined) {
			const said = `No client with requested id: ${parameter('client_id')}`;
			return refusedSignIn(401, 'unauthorized', said);
		}
		if (parameter('client_secret') !== client.clientSecret) {
			return refusedSignIn(401, 'invalid_client', 'Bad client credentials');
		}
		// The same token until it ends, with what is left of its time.
		let token = this.tokenOf.get(client.clientId) ?? '';
		if ((this.tokens.get(token) ?? 0) <= this.now()) {
			token = `${randomUUID()}:sj`;
			this.tokens.set(token, this.now() + TOKEN_LIFETIME * 1_000);
			this.tokenOf.set(client.clientId, token);
		}
		const left = (this.tokens.get(token) ?? 0) - this.now();
		return {
			status: 200,
			body: {
				access_token: token,
				token_type: 'bearer',
				expires_in: Math.floor(left / 1_000),
				scope: 'apis@contoso.example',
			},
		};
	}

	private limited(): FakeResponse | undefined {
		if (this.callsToday >= this.dailyQuota) return failed('607');
		if (!this.hasRateLimit) return undefined;
		this.recentCalls = this.recentCalls.filter((at) => at > this.now() - RATE.window);
		return this.recentCalls.length >= RATE.calls ? failed('606') : undefined;
	}

	private admitted({ headers }: FakeRequest): FakeResponse | undefined {
		// The parameter access_token is not taken any more.
		const token = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
		if (token === undefined) return failed('600');
		const endsAt = this.tokens.get(token);
		if (endsAt === undefined) return failed('601');
		return endsAt <= this.now() ? failed('602') : undefined;
	}

	private call({ method, url, headers, body }: FakeRequest, seen: number): FakeResponse {
		const path = url.pathname;
		const scripted = this.scripted.find((entry) => entry.times > 0 && entry.path.test(path));
		if (scripted) {
			scripted.times -= 1;
			return scripted.response;
		}
		const query = new URLSearchParams(url.searchParams);
		const isLongGet = method === 'POST' && query.get('_method') === 'GET';
		if (isLongGet) {
			if (headers['content-type'] !== 'application/x-www-form-urlencoded') {
				return failed('612', 'Invalid Content Type');
			}
			for (const [name, value] of new URLSearchParams(body)) query.append(name, value);
		}
		if (method !== 'GET' && !isLongGet) return this.change({ path, headers, body, seen });
		if (path === '/rest/v1/stats/usage.json') return this.usage([this.callsToday]);
		if (path === '/rest/v1/stats/usage/last7days.json') {
			return this.usage([this.callsToday, ...this.callsBefore].slice(0, 7));
		}
		const endpoint = ENDPOINTS.find(([pattern]) => pattern.test(path));
		if (endpoint === undefined) return failed('610');
		const [, permission, respond] = endpoint;
		if (!this.permissions.has(permission)) return failed('603');
		return respond({ path, query, instance: this.instance, shape: this.shape, now: this.now() });
	}

	private change({ path, headers, body, seen }: Change): FakeResponse {
		if (Buffer.byteLength(body) > MAX_BODY) return gatewayPage(413, 'Request Entity Too Large');
		const endpoint = WRITE_ENDPOINTS.find(([pattern]) => pattern.test(path));
		if (endpoint === undefined) return failed('605', 'HTTP Method not supported');
		const [, permission, respond] = endpoint;
		if (!this.permissions.has(permission)) return failed('603');
		const spoilt = this.spoil(path, body);
		if (spoilt !== undefined) return spoilt;
		if (!/^application\/json\b/.test(headers['content-type'] ?? '')) {
			return failed('612', 'Invalid Content Type');
		}
		let content: unknown;
		try {
			content = JSON.parse(body);
		} catch {
			return failed('609', 'Invalid JSON');
		}
		const { instance, commitDelay } = this;
		const told = respond({ body: Object(content), instance, now: this.now(), commitDelay, seen });
		return this.belie(path, body) ?? told;
	}

	private usage(totals: readonly number[]): FakeResponse {
		return succeeded({
			result: totals.map((total, before) => ({
				date: seconds(this.now() - before * 86_400_000).slice(0, 10),
				total,
				users: [{ userId: 'apis@contoso.example', count: total }],
			})),
		});
	}
}

interface Change extends Pick<FakeRequest, 'body' | 'headers'> {
	path: string;
	seen: number;
}

function newClient() {
	return { clientId: randomUUID(), clientSecret: randomUUID().replaceAll('-', '') };
}

/** A Marketo instance with one form, on a free port. */
export async function startMarketo(options: MarketoOptions = {}): Promise<FakeMarketo> {
	return await FakeMarketo.start(options);
}

function isWriting({ method, url }: FakeRequest): boolean {
	const isLongGet = url.searchParams.get('_method') === 'GET';
	return method !== 'GET' && !isLongGet && url.pathname.startsWith('/rest/v1/leads');
}

/** Over the rate, whose window is 20 s; too many at once; not available; a gateway's page. */
function rejectionFor(fault: Fault & { kind: 'refused' }): FakeResponse {
	if (fault.why === 'broken') return gatewayPage(502, 'Bad Gateway');
	if (fault.why === 'busy') return failed('608');
	return failed((fault.waitSeconds ?? 0) > SHORT_WAIT ? '606' : '615');
}

function refusedSignIn(status: number, error: string, description: string): FakeResponse {
	return { status, body: { error, error_description: description } };
}

function codeOf({ body }: FakeResponse): string | undefined {
	const { errors } = (body ?? {}) as { errors?: Array<{ code: string }> };
	return errors?.[0]?.code;
}

/** A form's fields under the person's names. */
function personOf(fields: FillOut['fields'], now: number): Person['fields'] {
	const time = seconds(now);
	const person: Person['fields'] = { createdAt: time, updatedAt: time, unsubscribed: false };
	for (const [name, value] of Object.entries(fields)) {
		const field = PERSON_FIELDS.find(({ soap }) => soap === name);
		if (field) person[field.rest] = typeof value === 'string' ? value : value.join(';');
	}
	return person;
}

function seconds(at: number): string {
	return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
