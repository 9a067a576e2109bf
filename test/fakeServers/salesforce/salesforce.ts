/**
 * A fake server for Salesforce: token endpoint, REST API and identity service on one address, as a My
 * Domain has them, with one organisation behind it.
 */
import { FakeServer } from '../fakeServer.ts';
import type { FakeResponse, FakeServerOptions, FakeRequest } from '../fakeServer.ts';
import type { Fault, Traffic } from '../faults.ts';
import type { LeadToWrite } from '../leadToWrite.ts';
import type { LeadRecord } from './fields.ts';
import { Organisation } from './organisation.ts';
import type { NewLead } from './organisation.ts';
import { SalesforceApiError } from './apiError.ts';
import { RestApi } from './restApi.ts';
import { SignIn } from './signIn.ts';
import { WebToLead } from './webToLead.ts';

/** Seconds. What is busy for longer is out of calls for the day. */
const SHORT_WAIT = 5;

type Credential = Record<string, string>;

export class FakeSalesforce {
	readonly credentialType = 'marketplaceLeadSalesforceApi';
	readonly organisation = new Organisation();
	readonly signIn: SignIn;
	readonly api: RestApi;
	readonly webToLead: WebToLead;
	/** What faults strike. */
	struck: 'reading' | 'writing' = 'reading';
	readonly parameters = { destination: 'salesforce' };
	/** Responds in the place of Salesforce as it never would; nothing for what it should. */
	spoil: (request: FakeRequest) => FakeResponse | undefined | Promise<FakeResponse | undefined> =
		() => undefined;
	private readonly idByName = new Map<string, string>();
	private running: FakeServer | undefined;

	constructor() {
		this.signIn = new SignIn(
			this.organisation,
			() => this.now(),
			() => this.origin,
		);
		const now = () => this.now();
		this.api = new RestApi(this.organisation, this.signIn, now);
		this.webToLead = new WebToLead(this.organisation, now);
	}

	async start(options: FakeServerOptions): Promise<void> {
		this.running = await FakeServer.start(
			{
				asksForLeads: (request) =>
					this.struck === 'writing' ? asksToWrite(request) : asksForLeads(request),
				respond: async (request) => await this.respond(request),
				refuse,
			},
			options,
		);
	}

	get server(): FakeServer {
		if (!this.running) throw new Error('The fake server is not started');
		return this.running;
	}

	get origin(): string {
		return this.server.origin;
	}

	/** Client credentials on a My Domain. */
	get credential(): Credential {
		return {
			authentication: 'clientCredentials',
			environment: 'myDomain',
			myDomain: this.origin,
			consumerKey: this.signIn.consumerKey,
			consumerSecret: this.signIn.consumerSecret,
		};
	}

	get badCredential(): Credential {
		return { ...this.credential, consumerSecret: `${'0'.repeat(40)}WRONGSECRETWRONGSECRET00` };
	}

	get jwtCredential(): Credential {
		return {
			authentication: 'jwtBearer',
			environment: 'myDomain',
			myDomain: this.origin,
			consumerKey: this.signIn.consumerKey,
			username: this.organisation.username,
			privateKey: this.signIn.privateKey,
		};
	}

	get refreshCredential(): Credential {
		return {
			...this.credential,
			authentication: 'refreshToken',
			refreshToken: this.signIn.refreshToken,
		};
	}

	now(): number {
		return this.server.now();
	}

	pass(milliseconds: number): void {
		this.server.pass(milliseconds);
	}

	/** Writes leads as Microsoft's connector does, by Web-to-Lead. @returns the leads' ids */
	async insert(leads: readonly LeadToWrite[]): Promise<string[]> {
		return leads.map((lead) => this.insertOne(lead, false));
	}

	/** The same, but queries find them only after `showLate`. */
	async insertLate(leads: readonly LeadToWrite[]): Promise<string[]> {
		return leads.map((lead) => this.insertOne(lead, true));
	}

	showLate(): void {
		this.organisation.showLate();
	}

	/** Somebody changes the leads of these names. */
	edit(...names: string[]): void {
		for (const name of names) {
			const id = this.idByName.get(name);
			if (id === undefined) throw new Error(`There is no lead "${name}" here`);
			this.organisation.update(id, { Status: 'Working - Contacted' }, this.now());
		}
	}

	fault(fault: Fault, options?: { page?: number; times?: number }): void {
		this.server.fault(fault, options);
	}

	traffic(since?: Traffic): Traffic {
		return this.server.traffic(since);
	}

	/** The SOQL of every query so far. */
	get queries(): string[] {
		return this.server.requests.flatMap(({ url }) => url.searchParams.get('q') ?? []);
	}

	async stop(): Promise<void> {
		await this.running?.stop();
	}

	private insertOne(lead: LeadToWrite, late: boolean): string {
		const id = this.organisation.insert(this.record(lead), { late });
		this.idByName.set(lead.name, id);
		return id;
	}

	private record(lead: LeadToWrite): NewLead {
		const { name, id, company = 'Fabrikam', leadSource, isTest = false } = lead;
		const { createdAt, writtenAt } = lead;
		const values: LeadRecord = {
			FirstName: 'Kim',
			LastName: name,
			Email: 'kim.sample@fabrikam.example',
			Phone: '4255550100',
			Country: 'US',
			Company: company,
			Title: 'Buyer',
			Description: isTest ? 'MSFT_TEST_636573304831318844' : ' ',
			LeadSource: leadSource ?? 'AzureMarketplace-INS|fabrikam.widget-1',
		};
		const createdDate = writtenAt ?? createdAt ?? this.now();
		return { createdDate, values, ...(id === undefined ? {} : { id }) };
	}

	private async respond(request: FakeRequest): Promise<FakeResponse> {
		const spoilt = await this.spoil(request);
		if (spoilt) return spoilt;
		const { method, url, headers, body } = request;
		this.webToLead.work();
		if (url.pathname === '/servlet/servlet.WebToLead') return this.webToLead.respond(request);
		if (url.pathname === '/services/oauth2/token') {
			if (method !== 'POST') return { status: 405, body: '' };
			return await this.signIn.token(new URLSearchParams(body));
		}
		const { id, userId, username } = this.organisation;
		const identity = { organization_id: id, user_id: userId, preferred_username: username };
		if (url.pathname === '/services/oauth2/userinfo' || url.pathname === `/id/${id}/${userId}`) {
			return this.signIn.lets(headers['authorization'] ?? '')
				? { status: 200, body: identity }
				: { status: 403, body: 'Bad_OAuth_Token' };
		}
		return this.api.respond(request);
	}
}

/** Starts an organisation without leads. */
export async function startSalesforce(options: FakeServerOptions = {}): Promise<FakeSalesforce> {
	const salesforce = new FakeSalesforce();
	await salesforce.start(options);
	return salesforce;
}

function asksForLeads({ url }: FakeRequest): boolean {
	if (!/^\/services\/data\/v[\d.]+\/query/.test(url.pathname)) return false;
	return !/\bGROUP BY\b/i.test(url.searchParams.get('q') ?? '');
}

function asksToWrite({ method, url }: FakeRequest): boolean {
	return method !== 'GET' && /\/(composite|sobjects|servlet)\//.test(`${url.pathname}/`);
}

/** Salesforce's own words; only where it is overloaded does it say how long to wait. */
function refuse({ why, waitSeconds = 0 }: Fault & { kind: 'refused' }): FakeResponse {
	if (why === 'throttled') {
		const limit = waitSeconds > SHORT_WAIT ? 'TotalRequests' : 'ConcurrentPerOrgLongTxn';
		const error = new SalesforceApiError(403, 'REQUEST_LIMIT_EXCEEDED', `${limit} Limit exceeded.`);
		return { status: error.status, body: error.body };
	}
	if (why === 'busy') {
		const error = new SalesforceApiError(503, 'SERVER_UNAVAILABLE', 'server is overloaded');
		return {
			status: error.status,
			headers: { 'retry-after': String(waitSeconds) },
			body: error.body,
		};
	}
	const error = new SalesforceApiError(
		500,
		'UNKNOWN_EXCEPTION',
		'An unexpected error occurred. Please include this ErrorId if you contact support: 0-0',
	);
	return { status: error.status, body: error.body };
}
