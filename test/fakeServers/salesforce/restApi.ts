/** The REST API's resources that leads are read and written by. */
import { randomBytes } from 'node:crypto';

import type { FakeResponse, FakeRequest } from '../fakeServer.ts';
import { describeLead } from './describe.ts';
import type { LeadRecord } from './fields.ts';
import { selectFieldDefinitions } from './fieldDefinitions.ts';
import type { Organisation } from './organisation.ts';
import { SalesforceApiError } from './apiError.ts';
import { Saving } from './saving.ts';
import { select } from './soql.ts';
import type { SignIn } from './signIn.ts';

/** Records in a response, as Salesforce bounds them: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm */
const SMALLEST_BATCH = 200;
const LARGEST_BATCH = 2_000;
/** Salesforce's own bound on an address, in bytes. */
const LONGEST_URL = 16_384;

const VERSIONED = /^\/services\/data\/v(\d+\.0)(\/.*)$/;

interface RestOfQuery {
	rows: LeadRecord[];
	aggregate: boolean;
	totalSize: number;
	/** Records a response was asked to hold. */
	batch: number;
}

export class RestApi {
	/** Calls of the last 24 hours, whoever made them, and how many are allowed. */
	readonly usage = { used: 0, limit: 15_000 };
	/** Most records in a response, below what the query asks for: wide records are cut so. */
	mostRecords = LARGEST_BATCH;
	private readonly organisation: Organisation;
	private readonly signIn: SignIn;
	private readonly cursors = new Map<string, RestOfQuery>();

	private readonly saving: Saving;

	constructor(organisation: Organisation, signIn: SignIn, now: () => number) {
		this.organisation = organisation;
		this.signIn = signIn;
		this.saving = new Saving(organisation, now);
	}

	respond(request: FakeRequest): FakeResponse {
		try {
			const response = this.route(request);
			return { ...response, headers: this.limitInfo() };
		} catch (error) {
			if (!(error instanceof SalesforceApiError)) throw error;
			return { status: error.status, headers: this.limitInfo(), body: error.body };
		}
	}

	private route(request: FakeRequest): FakeResponse {
		const { method, url, headers } = request;
		const [, version, resource = ''] = VERSIONED.exec(url.pathname) ?? [];
		if (version === undefined) throw notFound();
		if (url.href.length > LONGEST_URL) return { status: 414, body: '<h1>URI Too Long</h1>' };
		if (!this.signIn.lets(headers['authorization'] ?? '')) {
			throw new SalesforceApiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
		}
		if (!this.organisation.rights.api) {
			throw new SalesforceApiError(403, 'API_CURRENTLY_DISABLED', 'API is disabled for this User');
		}
		if (this.usage.used >= this.usage.limit) {
			throw new SalesforceApiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
		}
		this.usage.used += 1;
		const single = /^\/sobjects\/lead\/(00Q\w{12,15})\/?$/i.exec(resource);
		if (single && method === 'GET') return this.record(single[1]!, url.searchParams, version);
		const saved = this.saving.respond(request, resource);
		if (saved) return saved;
		if (method !== 'GET') throw new SalesforceApiError(405, 'METHOD_NOT_ALLOWED', 'not allowed');
		const soql = url.searchParams.get('q') ?? '';
		if (resource === '/query' || resource === '/query/') {
			return this.query(soql, version, headers['sforce-query-options'] ?? '');
		}
		if (/^\/tooling\/query\/?$/.test(resource)) return this.fieldDefinitions(soql);
		if (resource.startsWith('/query/')) return this.more(resource.slice(7), version);
		if (/^\/sobjects\/lead\/describe\/?$/i.test(resource)) return this.describe(version);
		if (/^\/?$/.test(resource)) {
			const root = `/services/data/v${version}`;
			return { status: 200, body: { sobjects: `${root}/sobjects`, query: `${root}/query` } };
		}
		if (/^\/limits\/?$/.test(resource)) {
			const { used, limit } = this.usage;
			return {
				status: 200,
				body: { DailyApiRequests: { Max: limit, Remaining: Math.max(0, limit - used) } },
			};
		}
		throw notFound();
	}

	private record(id: string, parameters: URLSearchParams, version: string): FakeResponse {
		const record = this.organisation.rights.leads ? this.organisation.find(id) : undefined;
		if (!record) throw notFound();
		const visible = this.organisation.visibleFields().map(({ name }) => name);
		const asked = parameters.get('fields')?.split(',') ?? visible;
		const hidden = asked.find((name) => !visible.includes(name));
		if (hidden !== undefined) {
			throw new SalesforceApiError(
				400,
				'INVALID_FIELD',
				`No such column '${hidden}' on entity 'Lead'.`,
			);
		}
		const row = Object.fromEntries(asked.map((name) => [name, record[name] ?? null]));
		return { status: 200, body: this.shown({ ...row, Id: record['Id']! }, false, version) };
	}

	private query(soql: string, version: string, options: string): FakeResponse {
		if (!this.organisation.rights.leads) {
			throw new SalesforceApiError(400, 'INVALID_TYPE', "sObject type 'Lead' is not supported.");
		}
		const fields = this.organisation.visibleFields();
		const { rows, aggregate } = select(soql, {
			fields: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
			records: this.organisation.records(),
			labels: new Map(this.organisation.leadSources.map(({ value, label }) => [value, label])),
		});
		const asked = Number(/batchSize=(\d+)/.exec(options)?.[1] ?? LARGEST_BATCH);
		const batch = Math.min(Math.max(asked, SMALLEST_BATCH), this.mostRecords);
		return this.page({ rows, aggregate, totalSize: rows.length, batch }, version);
	}

	private fieldDefinitions(soql: string): FakeResponse {
		if (!this.organisation.rights.setup) {
			throw new SalesforceApiError(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights');
		}
		const records = selectFieldDefinitions(soql, this.organisation);
		return {
			status: 200,
			body: { size: records.length, totalSize: records.length, done: true, records },
		};
	}

	private more(locator: string, version: string): FakeResponse {
		const [, id = '', at = ''] = /^(01g\w{15})-(\d+)$/.exec(locator) ?? [];
		const rest = this.cursors.get(id);
		if (!rest) {
			throw new SalesforceApiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
		}
		const left = { ...rest, rows: rest.rows.slice(Number(at)) };
		return this.page(left, version, { id, at: Number(at) });
	}

	private page(
		{ rows, aggregate, totalSize, batch }: RestOfQuery,
		version: string,
		{ id, at } = { id: `01g${randomBytes(8).toString('hex').slice(0, 15)}`, at: 0 },
	): FakeResponse {
		// Groups come all at once.
		const page = aggregate ? rows : rows.slice(0, batch);
		const done = page.length === rows.length;
		if (!done && at === 0) this.cursors.set(id, { rows, aggregate, totalSize, batch });
		const next = `/services/data/v${version}/query/${id}-${at + page.length}`;
		return {
			status: 200,
			...(aggregate ? {} : { records: page.length }),
			body: {
				totalSize,
				done,
				...(done ? {} : { nextRecordsUrl: next }),
				records: page.map((row) => this.shown(row, aggregate, version)),
			},
		};
	}

	private shown(row: LeadRecord, aggregate: boolean, version: string): object {
		const url = `/services/data/v${version}/sobjects/Lead/${String(row['Id'] ?? '')}`;
		return {
			attributes: aggregate ? { type: 'AggregateResult' } : { type: 'Lead', url },
			...Object.fromEntries(
				Object.entries(row).map(([name, value]) => [
					name,
					/(Date|stamp)$/.test(name) && typeof value === 'number'
						? new Date(value).toISOString().replace('Z', '+0000')
						: value,
				]),
			),
		};
	}

	private describe(version: string): FakeResponse {
		// Objects that a user may not read are not there for them.
		if (!this.organisation.rights.leads) throw notFound();
		return { status: 200, body: describeLead(this.organisation, version) };
	}

	private limitInfo(): Record<string, string> {
		return { 'Sforce-Limit-Info': `api-usage=${this.usage.used}/${this.usage.limit}` };
	}
}

function notFound(): SalesforceApiError {
	return new SalesforceApiError(404, 'NOT_FOUND', 'The requested resource does not exist');
}
