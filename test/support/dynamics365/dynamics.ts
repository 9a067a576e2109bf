/**
 * A stand-in for a Dynamics 365 environment: the Dataverse Web API (OData v4) on leads, with real
 * tokens of a stand-in for Entra. What it does not know it refuses as Dataverse would.
 */
import { randomUUID } from 'node:crypto';

import type { EntraAuthority } from '../entra/authority.ts';
import type { LeadToWrite } from '../pollContract/harness.ts';
import { StandInServer } from '../standIn.ts';
import type { StandInAnswer, StandInOptions, StandInRequest } from '../standIn.ts';
import {
	ATTRIBUTE_PROPERTIES,
	attributeMetadata,
	findColumn,
	formattedValue,
	LEAD_COLUMNS,
} from './columns.ts';
import type { LeadRow, Value } from './columns.ts';
import { malformed, readSkipToken, writeSkipToken } from './cookie.ts';
import { KEY, compareRows, parseQuery } from './query.ts';
import type { LeadQuery } from './query.ts';
import { badQuery, Refused } from './refusal.ts';
import { TokenCheck } from './tokens.ts';

const API = '/api/data/v9.2/';
const CHOICES =
	/^EntityDefinitions\(LogicalName='lead'\)\/Attributes\(LogicalName='(\w+)'\)\/Microsoft\.Dynamics\.CRM\.PicklistAttributeMetadata$/;
const FORMATTED = 'OData.Community.Display.V1.FormattedValue';
/** Dataverse's own limit, and what it gives unless asked for less. */
const MAX_PAGE_SIZE = 5_000;

type Refusal = [status: number, code: string, message: string];

/** How Dataverse turns a caller away whose token is good. */
const CALLERS = {
	member: undefined,
	missing: [403, '0x80072560', 'The user is not a member of the organization.'],
	disabled: [403, '0x80040225', 'The specified user is disabled.'],
	withoutRoles: [403, '0x80042f09', 'The user has not been assigned any roles.'],
	withoutLicense: [403, '0x8004d24b', 'The user does not have any License.'],
} satisfies Record<string, Refusal | undefined>;

const STATES = {
	ready: undefined,
	adminMode: [403, '0x80048d0f', 'The organization is in administration mode.'],
	disabled: [403, '0x80041d1c', 'The organization has been disabled.'],
} satisfies Record<string, Refusal | undefined>;

export interface DynamicsOptions extends StandInOptions {
	/** Plays Entra; it runs for as long as this does. */
	authority: EntraAuthority;
}

interface StoredLead {
	row: Record<string, Value>;
	/** Not committed yet. */
	hidden: boolean;
}

export async function startDynamics(options: DynamicsOptions): Promise<DynamicsStandIn> {
	return await DynamicsStandIn.start(options);
}

export class DynamicsStandIn {
	readonly credentialType = 'marketplaceLeadDynamicsApi';
	/** Whether the application may sign in here, and as whom. */
	caller: keyof typeof CALLERS = 'member';
	state: keyof typeof STATES = 'ready';
	mayReadLeads = true;
	/** Whether pages are told by the last row's values or counted, as where an order allows no cookie. */
	paging: 'cookies' | 'counted' = 'cookies';
	/** Whether a search in texts takes the database too long. */
	searchIsSlow = false;
	mayReadColumns = true;
	/** A column of column-level security: it is read as null, and must not be searched. */
	securedColumn = '';
	/** Called before a page of leads is answered; what it gives back is answered instead. */
	beforeLeads: (request: StandInRequest) => StandInAnswer | undefined = () => undefined;
	readonly #authority: EntraAuthority;
	readonly #tokens: TokenCheck;
	readonly #leads = new Map<string, StoredLead>();
	#server: StandInServer | undefined;
	#version = 1_000_000;
	#cookieEpoch = 0;
	#pages: { records?: number; emptyPages?: number } = {};
	#lastQuery: { text: string; query: LeadQuery } | undefined;
	/** By query, for as long as nothing is written: sorting for every page would be most of a test. */
	#sorted: { query: string; rows: LeadRow[] } | undefined;

	private constructor(authority: EntraAuthority) {
		this.#authority = authority;
		this.#tokens = new TokenCheck(authority);
	}

	static async start({ authority, ...options }: DynamicsOptions): Promise<DynamicsStandIn> {
		const standIn = new DynamicsStandIn(authority);
		standIn.#server = await StandInServer.start(
			{
				asksForLeads: isForLeads,
				answer: async (request) => await standIn.#answer(request),
				refuse({ why, waitSeconds }): StandInAnswer {
					const headers: Record<string, string> =
						waitSeconds === undefined ? {} : { 'retry-after': String(waitSeconds) };
					if (why === 'throttled') {
						const text =
							'Number of requests exceeded the limit of 6000 over time window of 300 seconds.';
						return new Refused(429, '0x80072322', text, headers).answer;
					}
					return why === 'busy'
						? { status: 503, headers, body: 'The service is unavailable.' }
						: new Refused(500, '0x80040216', 'An unexpected error occurred.').answer;
				},
			},
			options,
		);
		return standIn;
	}

	get server(): StandInServer {
		if (this.#server === undefined) throw new Error('The stand-in is not started');
		return this.#server;
	}

	get origin(): string {
		return this.server.origin;
	}

	/** For n8n's credential: the application with the secret that Entra takes. */
	get credential(): Record<string, string> {
		const { tenantId, clientId, clientSecret } = this.#authority.application;
		return {
			environmentUrl: this.origin,
			cloud: 'custom',
			authorityHost: this.#authority.host,
			tenantId,
			clientId,
			clientSecret,
		};
	}

	get badCredential(): Record<string, string> {
		return { ...this.credential, clientSecret: `wrong~${this.#authority.application.tenantId}` };
	}

	/** Of the node, for leads as `insert` writes them. */
	get parameters(): Record<string, unknown> & { destination: string } {
		return {
			destination: 'dynamics365',
			leadSourceColumn: { __rl: true, mode: 'name', value: 'contoso_leadsource' },
			options: {
				columns: {
					column: [
						{ field: 'OfferTitle', column: 'contoso_offertitle' },
						{ field: 'ActionCode', column: 'contoso_actioncode' },
					],
				},
			},
		};
	}

	/** Tokens that were used so far are turned away from now on. */
	expireTokens(): void {
		this.#tokens.expireAll();
	}

	get tokensUsed(): number {
		return this.#tokens.used;
	}

	/** Links to next pages that were given out so far are turned away from now on. */
	expireCookies(): void {
		this.#cookieEpoch += 1;
	}

	/** Most records in an answer, and answers without any before, between and after the others. */
	shapePages(shape: { records?: number; emptyPages?: number }): void {
		this.#pages = shape;
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
		for (const lead of this.#leads.values()) lead.hidden = false;
		this.#sorted = undefined;
	}

	/** Makes one row of these columns. @returns its id */
	write(
		columns: Readonly<Record<string, Value>>,
		createdAt = this.server.now(),
		hidden = false,
	): string {
		for (const name of Object.keys(columns)) {
			if (!findColumn(name)) throw new Error(`Leads have no column "${name}" here`);
		}
		const id = randomUUID();
		const createdon = toSeconds(createdAt);
		const row = {
			[KEY]: id,
			createdon,
			modifiedon: createdon,
			statecode: 0,
			...DEFAULTS,
			...columns,
		};
		this.#leads.set(id, { row: { ...row, versionnumber: (this.#version += 1) }, hidden });
		this.#sorted = undefined;
		return id;
	}

	/** Changes columns of the leads with these last names, as a person does. */
	edit(names: readonly string[], changes: Readonly<Record<string, Value>>): void {
		for (const { row } of this.#leads.values()) {
			if (!names.includes(String(row['lastname']))) continue;
			Object.assign(row, changes, {
				modifiedon: toSeconds(this.server.now()),
				versionnumber: (this.#version += 1),
			});
		}
		this.#sorted = undefined;
	}

	remove(id: string): void {
		this.#leads.delete(id);
		this.#sorted = undefined;
	}

	async stop(): Promise<void> {
		await this.#server?.stop();
	}

	async #answer(request: StandInRequest): Promise<StandInAnswer> {
		try {
			const answer = await this.#authorized(request);
			const headers = { 'odata-version': '4.0', ...LIMITS, ...answer.headers };
			return { ...answer, headers };
		} catch (error) {
			if (error instanceof Refused) return error.answer;
			throw error;
		}
	}

	async #authorized(request: StandInRequest): Promise<StandInAnswer> {
		if (isForLeads(request)) {
			const instead = this.beforeLeads(request);
			if (instead !== undefined) return instead;
		}
		const { authorization } = request.headers;
		const client = await this.#tokens.clientOf(authorization, this.origin);
		if (client === undefined) {
			const challenge = `Bearer authorization_uri=${this.#tokens.authorizationUri}, resource_id=${this.origin}/`;
			return { status: 401, headers: { 'www-authenticate': challenge } };
		}
		const turnedAway: Refusal | undefined = STATES[this.state] ?? CALLERS[this.caller];
		if (turnedAway !== undefined) throw new Refused(...turnedAway);
		const { method, url } = request;
		if (/^EntityDefinitions/.test(url.pathname.slice(API.length)) && !this.mayReadColumns) {
			const text = 'Principal user is missing prvReadAttribute privilege.';
			throw new Refused(403, '0x80040220', text);
		}
		if (!url.pathname.startsWith(API)) return { status: 404, body: 'Not Found' };
		const path = decodeURIComponent(url.pathname.slice(API.length));
		if (method === 'GET' && /^WhoAmI(\(\))?$/.test(path))
			return { status: 200, body: this.#whoAmI() };
		if (method === 'GET' && path === 'leads') return this.#readLeads(request);
		if (method === 'GET' && path === "EntityDefinitions(LogicalName='lead')/Attributes") {
			return { status: 200, body: this.#attributes(url.searchParams) };
		}
		const choices = CHOICES.exec(path)?.[1];
		if (method === 'GET' && choices !== undefined) {
			return { status: 200, body: this.#choices(choices, url.searchParams) };
		}
		throw new Refused(404, '0x80060888', `Resource not found for the segment '${path}'.`);
	}

	#whoAmI(): object {
		return {
			'@odata.context': `${this.origin}${API}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
			BusinessUnitId: ORGANIZATION,
			UserId: ORGANIZATION,
			OrganizationId: ORGANIZATION,
		};
	}

	#attributes(parameters: URLSearchParams): object {
		for (const name of parameters.keys()) {
			if (name !== '$select') throw badQuery(`The query parameter ${name} is not supported`);
		}
		const select = parameters.get('$select')?.split(',') ?? ATTRIBUTE_PROPERTIES;
		for (const property of select) {
			if (!ATTRIBUTE_PROPERTIES.includes(property)) {
				throw badQuery(
					`Could not find a property named '${property}' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'.`,
				);
			}
		}
		return {
			'@odata.context': `${this.origin}${API}$metadata#EntityDefinitions('lead')/Attributes`,
			value: LEAD_COLUMNS.map((column) => attributeMetadata(column, select)),
		};
	}

	#choices(name: string, parameters: URLSearchParams): object {
		const column = findColumn(name);
		if (column?.type !== 'Picklist') {
			const text = `Could not find an attribute with specified name: ${name} for entity Lead`;
			throw new Refused(404, '0x80041102', text);
		}
		const options = Object.entries(column.options ?? {}).map(([value, text]) => {
			const label = { Label: text, LanguageCode: 1033, IsManaged: true, MetadataId: null };
			return {
				Value: Number(value),
				Label: { LocalizedLabels: [label], UserLocalizedLabel: label },
			};
		});
		// Sets that several tables share come under the other name.
		const isExpanded = /OptionSet/.test(parameters.get('$expand') ?? '');
		return {
			LogicalName: name,
			...(isExpanded ? { OptionSet: { Options: options }, GlobalOptionSet: null } : {}),
		};
	}

	#readLeads({ url, headers }: StandInRequest): StandInAnswer {
		if (!this.mayReadLeads) {
			const text = `Principal user (Id=${ORGANIZATION}, type=8, roleCount=1) is missing prvReadLead privilege on OTC=4 for entity 'lead'.`;
			throw new Refused(403, '0x80040220', text);
		}
		const query = this.#parsed(url.searchParams);
		const filter = url.searchParams.get('$filter') ?? '';
		if (this.securedColumn !== '' && filter.includes(this.securedColumn)) {
			const text = 'Caller user does not have read permission on a secured field.';
			throw new Refused(403, '0x8004f508', text);
		}
		if (this.searchIsSlow && /contains\(/.test(filter)) {
			throw new Refused(500, '0x80044151', 'SQL timeout expired.');
		}
		const { size, isFormatted } = preferences(headers['prefer']);
		const token =
			query.skipToken === undefined
				? { page: 1, after: undefined, empty: 0, epoch: this.#cookieEpoch }
				: readSkipToken(query.skipToken);
		if (token.epoch !== this.#cookieEpoch) throw malformed();

		const all = this.#sortedRows(url.searchParams, query);
		const { emptyPages = 0, records = size } = this.#pages;
		const { after } = token;
		const from =
			after === undefined
				? (token.page - 1) * Math.min(size, records)
				: firstBehind(all, (row) => compareRows(query.order, row, after));
		const isEmpty = token.empty < emptyPages;
		const most = Math.min(query.top ?? size, size, records);
		const rows = isEmpty ? [] : all.slice(from, from + most);
		const end = from + rows.length;
		// Where answers without rows are wanted, they come behind the last row too.
		const isDone = !isEmpty && end >= all.length && (emptyPages === 0 || rows.length === 0);
		const isLast = query.top !== undefined || isDone;
		const counted = this.paging === 'counted';
		const next = writeSkipToken(
			{
				page: token.page + (isEmpty ? 0 : 1),
				after: counted ? undefined : (rows.at(-1) ?? after),
				empty: isEmpty ? token.empty + 1 : 0,
				epoch: this.#cookieEpoch,
			},
			query.order,
		);
		return {
			status: 200,
			headers: { 'preference-applied': `odata.maxpagesize=${size}` },
			records: rows.length,
			body: {
				'@odata.context': `${this.origin}${API}$metadata#leads(${query.select.map(({ name }) => name).join(',')})`,
				value: rows.map((row) => this.#shown(row, query.select, isFormatted)),
				...(isLast ? {} : { '@odata.nextLink': this.#nextLink(url, next) }),
			},
		};
	}

	#parsed(parameters: URLSearchParams): LeadQuery {
		const token = parameters.get('$skiptoken') ?? undefined;
		const rest = new URLSearchParams(parameters);
		rest.delete('$skiptoken');
		const text = rest.toString();
		if (this.#lastQuery?.text !== text) this.#lastQuery = { text, query: parseQuery(rest) };
		return { ...this.#lastQuery.query, skipToken: token };
	}

	#sortedRows(parameters: URLSearchParams, query: LeadQuery): LeadRow[] {
		const key = JSON.stringify([parameters.get('$filter'), parameters.get('$orderby')]);
		if (this.#sorted?.query !== key) {
			const rows = [...this.#leads.values()]
				.filter(({ hidden, row }) => !hidden && query.lets(row))
				.map(({ row }): LeadRow => row)
				.sort((a, b) => compareRows(query.order, a, b));
			this.#sorted = { query: key, rows };
		}
		return this.#sorted.rows;
	}

	#shown(row: LeadRow, select: LeadQuery['select'], isFormatted: boolean): object {
		const shown: Record<string, Value> = { '@odata.etag': `W/"${row['versionnumber']}"` };
		for (const column of select) {
			const value = column.name === this.securedColumn ? null : (row[column.name] ?? null);
			const formatted = isFormatted ? formattedValue(column, value) : undefined;
			if (formatted !== undefined) shown[`${column.name}@${FORMATTED}`] = formatted;
			shown[column.name] = value;
		}
		return shown;
	}

	#nextLink(url: URL, token: string): string {
		const options = [...url.searchParams].filter(([name]) => name !== '$skiptoken');
		return `${this.origin}${url.pathname}?${[...options, ['$skiptoken', token]]
			.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
			.join('&')}`;
	}
}

function isForLeads({ method, url }: StandInRequest): boolean {
	return method === 'GET' && url.pathname === `${API}leads`;
}

const ORGANIZATION = randomUUID();

const LIMITS = {
	'x-ms-ratelimit-burst-remaining-xrm-requests': '5999',
	'x-ms-ratelimit-time-remaining-xrm-requests': '1,199.90',
};

const DEFAULTS = { donotemail: false, donotphone: false, donotbulkemail: false };

function preferences(header = ''): { size: number; isFormatted: boolean } {
	const size = Number(/odata\.maxpagesize=(\d+)/.exec(header)?.[1] ?? MAX_PAGE_SIZE);
	const annotations = /odata\.include-annotations="([^"]*)"/.exec(header)?.[1] ?? '';
	return {
		// More than the most is not refused but passed over.
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
	company = 'Fabrikam',
	leadSource,
	offerTitle,
	isTest,
}: LeadToWrite): Record<string, Value> {
	return {
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

/** Dataverse keeps no parts of a second. */
function toSeconds(time: number): string {
	return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
