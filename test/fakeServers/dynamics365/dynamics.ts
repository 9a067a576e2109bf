/**
 * A fake Dynamics 365 environment: the Dataverse Web API (OData v4) on leads, with real
 * tokens of a fake Entra. What it does not know it rejects as Dataverse would.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { EntraAuthority } from '../entra/authority.ts';
import type { LeadToWrite } from '../leadToWrite.ts';
import { FakeServer } from '../fakeServer.ts';
import type { FakeResponse, FakeServerOptions, FakeRequest } from '../fakeServer.ts';
import { readBatch, writeBatch } from './batch.ts';
import type { BatchResponse, BatchedRequest } from './batch.ts';
import { formattedValue, LEAD_COLUMNS } from './columns.ts';
import type { LeadRow, Value } from './columns.ts';
import { malformed, readSkipToken, writeSkipToken } from './cookie.ts';
import { writeCsdl } from './csdl.ts';
import { describe } from './metadata.ts';
import { compareRows, parseQuery } from './query.ts';
import type { LeadQuery } from './query.ts';
import { noProperty, ServiceError } from './errors.ts';
import { LeadTable } from './table.ts';
import { TokenCheck } from './tokens.ts';
import { etagOf, LeadWriting, missing } from './writing.ts';
import type { ApiRequest } from './writing.ts';

const API = '/api/data/v9.2/';
const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
/** Dataverse's own limit, and what it gives unless asked for less. */
const MAX_PAGE_SIZE = 5_000;

type ErrorParts = [status: number, code: string, message: string];

/** How Dataverse turns a caller away whose token is good. */
const CALLERS = {
	member: undefined,
	missing: [403, '0x80072560', 'The user is not a member of the organization.'],
	disabled: [403, '0x80040225', 'The specified user is disabled.'],
	withoutRoles: [403, '0x80042f09', 'The user has not been assigned any roles.'],
	withoutLicense: [403, '0x8004d24b', 'The user does not have any License.'],
} satisfies Record<string, ErrorParts | undefined>;

const STATES = {
	ready: undefined,
	adminMode: [403, '0x80048d0f', 'The organization is in administration mode.'],
	disabled: [403, '0x80041d1c', 'The organization has been disabled.'],
} satisfies Record<string, ErrorParts | undefined>;

export interface DynamicsOptions extends FakeServerOptions {
	/** Plays Entra; it runs for as long as this does. */
	authority: EntraAuthority;
}

export async function startDynamics(options: DynamicsOptions): Promise<FakeDynamics> {
	return await FakeDynamics.start(options);
}

export class FakeDynamics {
	readonly credentialType = 'marketplaceLeadDynamics365Api';
	/** Whether the application may sign in here, and as whom. */
	caller: keyof typeof CALLERS = 'member';
	state: keyof typeof STATES = 'ready';
	mayReadLeads = true;
	/** Whether pages are told by the last row's values or counted, as where an order allows no cookie. */
	paging: 'cookies' | 'counted' = 'cookies';
	/** Whether a search in texts takes the database too long. */
	searchIsSlow = false;
	mayReadColumns = true;
	/** Milliseconds that each operation takes, those of a batch one after the other. */
	operationTime = 0;
	/** Requests at once, and milliseconds of execution in five minutes: more are turned away. */
	protection = { atOnce: 52, executionTime: 1_200_000 };
	/** How many requests at once it advises, where it does. */
	advisedAtOnce: number | undefined;
	/** Columns that this environment has not, though Dynamics 365 Sales brings them. */
	lacks: readonly string[] = [];
	/** A column of column-level security: it is read as null, and must not be searched. */
	securedColumn = '';
	/** Called before a page of leads is responded to; what it gives back is sent instead. */
	beforeLeads: (request: FakeRequest) => FakeResponse | undefined = () => undefined;
	private readonly authority: EntraAuthority;
	private readonly tokens: TokenCheck;
	/** What changes leads, and what it rejects. */
	readonly writing: LeadWriting;
	/** What faults strike: pages of leads, or requests that change some. */
	struck: 'reading' | 'writing' = 'reading';
	/** The same before a request that changes leads, a batch of them too. */
	beforeWriting: (request: FakeRequest) => FakeResponse | undefined = () => undefined;
	/** Called before each request of a batch is carried out; what it gives back is sent instead. */
	beforePart: (request: ApiRequest) => FakeResponse | undefined = () => undefined;
	/** Whether batches stop at the first error, whatever they prefer. */
	stopsOnError = false;
	private readonly table: LeadTable;
	private startedServer: FakeServer | undefined;
	private cookieEpoch = 0;
	private running = 0;
	private mostRunning = 0;
	private executed: Array<{ at: number; time: number }> = [];
	private pages: { records?: number; emptyPages?: number } = {};
	private lastQuery: { text: string; query: LeadQuery } | undefined;

	private constructor(authority: EntraAuthority) {
		this.authority = authority;
		this.tokens = new TokenCheck(authority);
		this.table = new LeadTable(() => this.server.now());
		this.writing = new LeadWriting(this.table, () => `${this.origin}${API}`);
	}

	static async start({ authority, ...options }: DynamicsOptions): Promise<FakeDynamics> {
		const fake = new FakeDynamics(authority);
		fake.startedServer = await FakeServer.start(
			{
				asksForLeads: (request) =>
					fake.struck === 'writing' ? isForWriting(request) : isForLeads(request),
				respond: async (request) => await fake.respond(request),
				refuse({ why, waitSeconds }): FakeResponse {
					const headers: Record<string, string> =
						waitSeconds === undefined ? {} : { 'retry-after': String(waitSeconds) };
					if (why === 'throttled') {
						const text =
							'Number of requests exceeded the limit of 6000 over time window of 300 seconds.';
						return new ServiceError(429, '0x80072322', text, headers).response;
					}
					return why === 'busy'
						? { status: 503, headers, body: 'The service is unavailable.' }
						: new ServiceError(500, '0x80040216', 'An unexpected error occurred.').response;
				},
			},
			options,
		);
		return fake;
	}

	get server(): FakeServer {
		if (this.startedServer === undefined) throw new Error('The fake server is not started');
		return this.startedServer;
	}

	get origin(): string {
		return this.server.origin;
	}

	/** For n8n's credential: the application with the secret that Entra takes. */
	get credential(): Record<string, string> {
		const { tenantId, clientId, clientSecret } = this.authority.application;
		return {
			environmentUrl: this.origin,
			cloud: 'custom',
			authorityHost: this.authority.host,
			tenantId,
			clientId,
			clientSecret,
		};
	}

	get badCredential(): Record<string, string> {
		return { ...this.credential, clientSecret: `wrong~${this.authority.application.tenantId}` };
	}

	/** Of the node, for leads as `insert` writes them. */
	get parameters(): Record<string, unknown> & { destination: string } {
		return {
			destination: 'dynamics365',
			leadSourceColumn: { __rl: true, mode: 'name', value: 'contoso_leadsource' },
			options: {
				columns: {
					values: [
						{ field: 'OfferTitle', column: 'contoso_offertitle' },
						{ field: 'ActionCode', column: 'contoso_actioncode' },
					],
				},
			},
		};
	}

	/** Tokens that were used so far are turned away from now on. */
	expireTokens(): void {
		this.tokens.expireAll();
	}

	get tokensUsed(): number {
		return this.tokens.used;
	}

	/** The most requests that ran at once so far. */
	get mostAtOnce(): number {
		return this.mostRunning;
	}

	/** Links to next pages that were given out so far are turned away from now on. */
	expireCookies(): void {
		this.cookieEpoch += 1;
	}

	/** Most records in an response, and responses without any before, between and after the others. */
	shapePages(shape: { records?: number; emptyPages?: number }): void {
		this.pages = shape;
	}

	/** Writes leads as Microsoft's connector is taken to. @returns their ids */
	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		const now = this.server.now();
		return leads.map((lead) => this.write(rowOf(lead), timeOf(lead) ?? now));
	}

	/** Writes leads that keep their time of now, but are committed only by `showLate`. */
	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return leads.map((lead) => this.write(rowOf(lead), timeOf(lead), true));
	}

	showLate(): void {
		this.table.showLate();
	}

	/** Makes one row of these columns. @returns its id */
	write(columns: Readonly<Record<string, Value>>, createdAt?: number, hidden = false): string {
		return this.table.insert(columns, { createdAt, hidden });
	}

	/** Changes columns of the leads with these last names, as a person does. */
	edit(names: readonly string[], changes: Readonly<Record<string, Value>>): void {
		for (const row of this.table.rows()) {
			if (names.includes(String(row['lastname'])))
				this.table.change(String(row['leadid']), changes);
		}
	}

	remove(id: string): void {
		this.table.remove(id);
	}

	/** Every row, in the order they were made. */
	rows(): LeadRow[] {
		return this.table.rows();
	}

	/** `$metadata`, of the columns that there are. */
	get csdl(): string {
		const columns = LEAD_COLUMNS.filter(({ name }) => !this.lacks.includes(name));
		return writeCsdl(columns, this.writing.alternateKeys);
	}

	async stop(): Promise<void> {
		await this.startedServer?.stop();
	}

	private async respond(request: FakeRequest): Promise<FakeResponse> {
		this.running += 1;
		this.mostRunning = Math.max(this.mostRunning, this.running);
		try {
			this.protect();
			const response = await this.authorized(request);
			await this.execute(request);
			const hint = this.advisedAtOnce;
			const headers = {
				'odata-version': '4.0',
				...LIMITS,
				...(hint === undefined ? {} : { 'x-ms-dop-hint': String(hint) }),
				...response.headers,
			};
			return { ...response, headers };
		} catch (error) {
			if (error instanceof ServiceError) return error.response;
			throw error;
		} finally {
			this.running -= 1;
		}
	}

	/** The service protection limits: https://learn.microsoft.com/power-apps/developer/data-platform/api-limits */
	private protect(): void {
		const { atOnce, executionTime } = this.protection;
		const headers = { 'retry-after': '1' };
		if (this.running > atOnce) {
			const text = `Number of concurrent requests exceeded the limit of ${atOnce}.`;
			throw new ServiceError(429, '0x80072326', text, headers);
		}
		const since = this.server.now() - WINDOW;
		this.executed = this.executed.filter(({ at }) => at > since);
		if (this.executed.reduce((sum, { time }) => sum + time, 0) > executionTime) {
			const text = `Combined execution time of incoming requests exceeded limit of ${executionTime} milliseconds over time window of 300 seconds.`;
			throw new ServiceError(429, '0x80072321', text, headers);
		}
	}

	/** Operations of a batch are carried out one after the other; none waits for another batch's. */
	private async execute({ url, body }: FakeRequest): Promise<void> {
		if (this.operationTime === 0) return;
		const isBatch = url.pathname.endsWith('/$batch');
		const operations = isBatch ? (body.match(/^[A-Z]+ \S+ HTTP\/1\.1\r?$/gm)?.length ?? 0) : 1;
		const time = operations * this.operationTime;
		this.executed.push({ at: this.server.now(), time });
		await sleep(time);
	}

	private async authorized(request: FakeRequest): Promise<FakeResponse> {
		if (isForLeads(request)) {
			const instead = this.beforeLeads(request);
			if (instead !== undefined) return instead;
		}
		if (isForWriting(request)) {
			const instead = this.beforeWriting(request);
			if (instead !== undefined) return instead;
		}
		const { authorization } = request.headers;
		const client = await this.tokens.clientOf(authorization, this.origin);
		if (client === undefined) {
			const challenge = `Bearer authorization_uri=${this.tokens.authorizationUri}, resource_id=${this.origin}/`;
			return { status: 401, headers: { 'www-authenticate': challenge } };
		}
		const turnedAway: ErrorParts | undefined = STATES[this.state] ?? CALLERS[this.caller];
		if (turnedAway !== undefined) throw new ServiceError(...turnedAway);
		const { method, url, headers, body } = request;
		if (!url.pathname.startsWith(API)) return { status: 404, body: 'Not Found' };
		const path = decodeURIComponent(url.pathname.slice(API.length));
		if (method === 'POST' && path === '$batch') return this.batch(request);
		return this.carryOut({ method, path, search: url.searchParams, headers, body });
	}

	private carryOut(request: ApiRequest): FakeResponse {
		const { method, path, search } = request;
		if (/^EntityDefinitions/.test(path) && !this.mayReadColumns) {
			const text = 'Principal user is missing prvReadAttribute privilege.';
			throw new ServiceError(403, '0x80040220', text);
		}
		if (method === 'GET') {
			if (/^WhoAmI(\(\))?$/.test(path)) return { status: 200, body: this.whoAmI() };
			if (path === '$metadata') {
				return { status: 200, headers: { 'content-type': 'application/xml' }, body: this.csdl };
			}
			if (path === 'leads') return this.readLeads(request);
			const named = this.writing.named(path);
			if (named !== undefined) return this.readLead(request, named.row);
			const described = describe(path, search, this.lacks);
			if (described !== undefined) return { status: 200, body: described };
		}
		const written = this.writing.respond(request);
		if (written !== undefined) return written;
		throw new ServiceError(404, '0x80060888', `Resource not found for the segment '${path}'.`);
	}

	private batch({ headers, body }: FakeRequest): FakeResponse {
		const items = readBatch(headers['content-type'], body);
		const goesOn = !this.stopsOnError && /odata\.continue-on-error/.test(headers['prefer'] ?? '');
		const responses: BatchResponse[] = [];
		let status = 200;
		for (const item of items) {
			const response = 'request' in item ? this.part(item.request) : this.changeSet(item.changeSet);
			responses.push(response);
			if (!Array.isArray(response) && response.status >= 400 && !goesOn) {
				status = response.status;
				break;
			}
		}
		const written = writeBatch(responses);
		return { status, headers: { 'content-type': written.contentType }, body: written.body };
	}

	private part({ method, url, headers, body }: BatchedRequest): FakeResponse {
		const { pathname, searchParams } = new URL(url, `${this.origin}${API}`);
		const path = decodeURIComponent(pathname.slice(API.length));
		const request = { method, path, search: searchParams, headers, body };
		try {
			return this.beforePart(request) ?? this.carryOut(request);
		} catch (error) {
			if (error instanceof ServiceError) return error.response;
			throw error;
		}
	}

	/** All of it or nothing: where one is rejected, its error is the response. */
	private changeSet(requests: readonly BatchedRequest[]): BatchResponse {
		const putBack = this.table.snapshot();
		const responses = [];
		for (const request of requests) {
			const response = this.part(request);
			if (response.status >= 400) {
				putBack();
				return response;
			}
			responses.push({ response, contentId: request.contentId });
		}
		return responses;
	}

	private whoAmI(): object {
		return {
			'@odata.context': `${this.origin}${API}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
			BusinessUnitId: ORGANIZATION,
			UserId: ORGANIZATION,
			OrganizationId: ORGANIZATION,
		};
	}

	private mustReadLeads(): void {
		if (this.mayReadLeads) return;
		const text = `Principal user (Id=${ORGANIZATION}, type=8, roleCount=1) is missing prvReadLead privilege on OTC=4 for entity 'lead'.`;
		throw new ServiceError(403, '0x80040220', text);
	}

	private mustHave(search: URLSearchParams): void {
		const names = new Set(`${search.get('$select')} ${search.get('$filter')}`.match(/\w+/g));
		const missing = this.lacks.find((name) => names.has(name));
		if (missing !== undefined) throw noProperty(missing);
	}

	private readLead({ path, search, headers }: ApiRequest, row: LeadRow | undefined): FakeResponse {
		this.mustReadLeads();
		this.mustHave(search);
		const { select } = parseQuery(search);
		if (row === undefined) throw missing(path);
		const { isFormatted } = preferences(headers['prefer']);
		return { status: 200, body: this.shown(row, select, isFormatted) };
	}

	private readLeads({ search, headers }: ApiRequest): FakeResponse {
		this.mustReadLeads();
		this.mustHave(search);
		const query = this.parsed(search);
		const filter = search.get('$filter') ?? '';
		if (this.securedColumn !== '' && filter.includes(this.securedColumn)) {
			const text = 'Caller user does not have read permission on a secured field.';
			throw new ServiceError(403, '0x8004f508', text);
		}
		if (this.searchIsSlow && /contains\(/.test(filter)) {
			throw new ServiceError(500, '0x80044151', 'SQL timeout expired.');
		}
		const { size, isFormatted } = preferences(headers['prefer']);
		const token =
			query.skipToken === undefined
				? { page: 1, after: undefined, empty: 0, epoch: this.cookieEpoch }
				: readSkipToken(query.skipToken);
		if (token.epoch !== this.cookieEpoch) throw malformed();

		const key = JSON.stringify([search.get('$filter'), search.get('$orderby')]);
		const all = this.table.sorted(key, query);
		const { emptyPages = 0, records = size } = this.pages;
		const { after } = token;
		const from =
			after === undefined
				? (token.page - 1) * Math.min(size, records)
				: firstBehind(all, (row) => compareRows(query.order, row, after));
		const isEmpty = token.empty < emptyPages;
		const most = Math.min(query.top ?? size, size, records);
		const rows = isEmpty ? [] : all.slice(from, from + most);
		const end = from + rows.length;
		// Where responses without rows are wanted, they come behind the last row too.
		const isDone = !isEmpty && end >= all.length && (emptyPages === 0 || rows.length === 0);
		const isLast = query.top !== undefined || isDone;
		const counted = this.paging === 'counted';
		const next = writeSkipToken(
			{
				page: token.page + (isEmpty ? 0 : 1),
				after: counted ? undefined : (rows.at(-1) ?? after),
				empty: isEmpty ? token.empty + 1 : 0,
				epoch: this.cookieEpoch,
			},
			query.order,
		);
		return {
			status: 200,
			headers: { 'preference-applied': `odata.maxpagesize=${size}` },
			records: rows.length,
			body: {
				'@odata.context': `${this.origin}${API}$metadata#leads(${query.select.map(({ name }) => name).join(',')})`,
				value: rows.map((row) => this.shown(row, query.select, isFormatted)),
				...(isLast ? {} : { '@odata.nextLink': this.nextLink(search, next) }),
			},
		};
	}

	private parsed(parameters: URLSearchParams): LeadQuery {
		const token = parameters.get('$skiptoken') ?? undefined;
		const rest = new URLSearchParams(parameters);
		rest.delete('$skiptoken');
		const text = rest.toString();
		if (this.lastQuery?.text !== text) this.lastQuery = { text, query: parseQuery(rest) };
		return { ...this.lastQuery.query, skipToken: token };
	}

	private shown(row: LeadRow, select: LeadQuery['select'], isFormatted: boolean): object {
		const shown: Record<string, Value> = { '@odata.etag': etagOf(row) };
		for (const column of select) {
			const value = column.name === this.securedColumn ? null : (row[column.name] ?? null);
			const formatted = isFormatted ? formattedValue(column, value) : undefined;
			if (formatted !== undefined) shown[`${column.name}@${FORMATTED}`] = formatted;
			shown[column.name] = value;
		}
		return shown;
	}

	private nextLink(search: URLSearchParams, token: string): string {
		const options = [...search].filter(([name]) => name !== '$skiptoken');
		return `${this.origin}${API}leads?${[...options, ['$skiptoken', token]]
			.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
			.join('&')}`;
	}
}

function isForLeads({ method, url }: FakeRequest): boolean {
	return method === 'GET' && url.pathname === `${API}leads`;
}

function isForWriting({ method, url, body }: FakeRequest): boolean {
	if (method === 'GET' || !url.pathname.startsWith(API)) return false;
	return !url.pathname.endsWith('/$batch') || /^(DELETE|PATCH|POST) /m.test(body);
}

/** Milliseconds over which the service protection limits count. */
const WINDOW = 300_000;

const ORGANIZATION = randomUUID();

const LIMITS = {
	'x-ms-ratelimit-burst-remaining-xrm-requests': '5999',
	'x-ms-ratelimit-time-remaining-xrm-requests': '1,199.90',
};

function preferences(header = ''): { size: number; isFormatted: boolean } {
	const size = Number(/odata\.maxpagesize=(\d+)/.exec(header)?.[1] ?? MAX_PAGE_SIZE);
	const annotations = /odata\.include-annotations="([^"]*)"/.exec(header)?.[1] ?? '';
	return {
		// More than the most is not rejected but passed over.
		size: size > 0 && size <= MAX_PAGE_SIZE ? size : MAX_PAGE_SIZE,
		isFormatted: annotations.split(',').some((name) => name === '*' || name === FORMATTED),
	};
}

/** Where the rows begin that `compare` puts behind, in rows that it sorts. */
function firstBehind(rows: readonly LeadRow[], compare: (row: LeadRow) => number): number {
	let [low, high] = [0, rows.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (compare(rows[middle] as LeadRow) > 0) high = middle;
		else low = middle + 1;
	}
	return low;
}

/** Leads have no other time than the one they were written at. */
function timeOf({ createdAt, writtenAt }: LeadToWrite): number | undefined {
	return writtenAt ?? createdAt;
}

function rowOf({
	name,
	id,
	company = 'Fabrikam',
	leadSource,
	offerTitle,
	isTest,
}: LeadToWrite): Record<string, Value> {
	return {
		...(id === undefined ? {} : { leadid: id }),
		firstname: 'Kim',
		lastname: name,
		fullname: `Kim ${name}`,
		emailaddress1: 'kim.sample@fabrikam.example',
		telephone1: '4255550100',
		address1_country: 'US',
		companyname: company,
		jobtitle: 'Buyer',
		contoso_leadsource: leadSource ?? 'AzureMarketplace-INS|contoso.widget',
		contoso_offertitle: offerTitle ?? null,
		description: isTest ? 'MSFT_TEST_636573304831318844' : null,
	};
}
