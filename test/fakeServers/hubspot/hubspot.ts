/**
 * A fake server for HubSpot's CRM: contacts, companies and what associates them, as far as the example
 * goes, by https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide and HubSpot's public
 * definitions (docs/vendor-facts.md). Erasable TypeScript without imports from `nodes`.
 */
import { randomUUID } from 'node:crypto';

import type { FakeRequest, FakeResponse } from '../fakeServer.ts';
import { FakeVendorService } from '../fakeVendorService.ts';
import type { Fault } from '../faults.ts';
import type { Exchange } from '../recordingProxy.ts';

type Properties = Record<string, string>;
export type ObjectType = 'companies' | 'contacts';

export interface HubspotRecord {
	id: string;
	properties: Properties;
	createdAt: string;
	updatedAt: string;
}

/** Those of a new account that an integration may meet; what is not here does not exist. */
const PROPERTIES: Readonly<Record<ObjectType, readonly string[]>> = {
	contacts: [
		...['email', 'firstname', 'lastname', 'phone', 'mobilephone', 'jobtitle', 'company', 'country'],
		...['website', 'message', 'lifecyclestage', 'hs_lead_status', 'hs_email_optout', 'createdate'],
	],
	companies: ['name', 'domain', 'country', 'phone', 'website', 'lifecyclestage', 'createdate'],
};
/** Of HubSpot's alone. */
const READ_ONLY: readonly string[] = ['createdate', 'hs_email_optout'];
const STAGES = [
	...['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity'],
	...['customer', 'evangelist', 'other'],
];
const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}$/i;
const CONTACT_TO_COMPANY = 279;

interface Input {
	id?: string;
	idProperty?: string;
	properties?: Properties;
}

class HubspotError extends Error {
	constructor(
		readonly status: number,
		readonly category: string,
		message: string,
	) {
		super(message);
	}
}

export class FakeHubspot extends FakeVendorService {
	readonly token = `pat-eu1-${randomUUID()}`;
	/** For n8n's credential of the type `hubspotAppToken`. */
	readonly credential = { appToken: this.token };
	readonly records: Readonly<Record<ObjectType, Map<string, HubspotRecord>>> = {
		companies: new Map(),
		contacts: new Map(),
	};
	/** `contact company`, by their ids. */
	readonly associations = new Set<string>();
	readonly exchanges: Exchange[] = [];
	/** Whether searches find what has just been written, which in HubSpot takes some moments. */
	isIndexed = true;
	/** Addresses that HubSpot takes for invalid by rules that it does not tell. */
	readonly invalidEmails = new Set<string>();
	private readonly unindexed = new Set<string>();
	private serial = 51_000;

	protected override refuse({ why, waitSeconds = 1 }: Fault & { kind: 'refused' }): FakeResponse {
		return {
			...failed(
				why === 'throttled' ? 429 : 503,
				'RATE_LIMITS',
				'You have reached your secondly limit.',
			),
			headers: { 'retry-after': String(waitSeconds) },
		};
	}

	/** Somebody makes a record in HubSpot itself, where every property can be set. */
	insert(type: ObjectType, properties: Properties): string {
		return this.create(type, properties).id;
	}

	/** The properties of all records, by id. */
	all(type: ObjectType): Array<Properties & { id: string }> {
		return [...this.records[type].values()].map(({ id, properties }) => ({ id, ...properties }));
	}

	protected override respond(request: FakeRequest): FakeResponse {
		const response = this.responseTo(request);
		const { method, url, headers, body } = request;
		const { status } = response;
		const responseBody = JSON.stringify(response.body ?? '');
		this.exchanges.push({ method, url, headers, body, status, responseBody });
		return response;
	}

	private responseTo({ method, url, headers, body }: FakeRequest): FakeResponse {
		if (headers['authorization'] !== `Bearer ${this.token}`) {
			return failed(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.');
		}
		try {
			const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
			const object = /^\/crm\/v3\/objects\/(contacts|companies)(\/.*)?$/.exec(url.pathname);
			if (object) return this.object(method, object[1] as ObjectType, object[2] ?? '', given);
			const pair =
				/^\/crm\/v4\/objects\/contacts?\/([^/]+)\/associations\/default\/compan(?:y|ies)\/([^/]+)$/.exec(
					url.pathname,
				);
			if (pair && method === 'PUT') return this.associate(pair[1]!, pair[2]!);
			throw new HubspotError(404, 'OBJECT_NOT_FOUND', `There is no ${method} ${url.pathname}`);
		} catch (error) {
			if (!(error instanceof HubspotError)) throw error;
			return failed(error.status, error.category, error.message);
		}
	}

	private object(
		method: string,
		type: ObjectType,
		rest: string,
		given: Record<string, unknown>,
	): FakeResponse {
		const properties = (given['properties'] ?? {}) as Properties;
		if (method === 'POST' && rest === '') {
			return { status: 201, body: asSent(this.make(type, properties)) };
		}
		if (method === 'PATCH') {
			const record = this.records[type].get(rest.slice(1));
			if (!record) throw notFound(rest.slice(1));
			return { status: 200, body: asSent(this.update(type, record, properties)) };
		}
		if (method === 'POST' && rest === '/search') return this.search(type, given);
		if (method === 'POST' && rest === '/batch/read') return this.read(type, given);
		if (method === 'POST' && rest === '/batch/upsert') return this.upsert(type, given);
		throw new HubspotError(405, 'METHOD_NOT_ALLOWED', `There is no ${method} ${rest}`);
	}

	private search(type: ObjectType, given: Record<string, unknown>): FakeResponse {
		const groups = given['filterGroups'] as Array<{
			filters: Array<{ propertyName: string; operator: string; value: string }>;
		}>;
		const found = [...this.records[type].values()].filter(
			({ id, properties }) =>
				!this.unindexed.has(id) &&
				groups.some(({ filters }) =>
					filters.every(({ propertyName, operator, value }) => {
						if (operator !== 'EQ') throw new Error(`This knows no operator ${operator}`);
						// Searches pay no regard to case.
						return properties[propertyName]?.toLowerCase() === value.toLowerCase();
					}),
				),
		);
		const asked = given['properties'] as string[];
		const limit = Number(given['limit']);
		const results = found.slice(0, limit).map((record) => asSent(record, asked));
		return { status: 200, body: { total: found.length, results } };
	}

	private read(type: ObjectType, given: Record<string, unknown>): FakeResponse {
		const { inputs, idProperty, properties } = given as unknown as {
			inputs: Input[];
			idProperty?: string;
			properties: string[];
		};
		const found = inputs.map(({ id }) => this.find(type, id, idProperty));
		const missing = inputs.filter((_, at) => found[at] === undefined);
		return batch(
			found.flatMap((record) => (record ? asSent(record, properties) : [])),
			missing.length === 0
				? []
				: [
						standardError(
							404,
							'OBJECT_NOT_FOUND',
							'Could not get some objects, they may be deleted or not exist. Check that ids are valid.',
							{ ids: missing.map(({ id }) => String(id)) },
						),
					],
		);
	}

	private upsert(type: ObjectType, given: Record<string, unknown>): FakeResponse {
		const errors: object[] = [];
		const results = (given['inputs'] as Input[]).flatMap((input) => {
			const { id, idProperty, properties = {} } = input;
			try {
				const record = this.find(type, id, idProperty);
				if (record) return { ...asSent(this.update(type, record, properties)), new: false };
				const named = idProperty === undefined ? {} : { [idProperty]: String(id) };
				return { ...asSent(this.make(type, { ...named, ...properties })), new: true };
			} catch (error) {
				if (!(error instanceof HubspotError)) throw error;
				errors.push(standardError(error.status, error.category, error.message, {}));
				return [];
			}
		});
		return batch(results, errors);
	}

	private associate(contact: string, company: string): FakeResponse {
		if (!this.records.contacts.has(contact)) throw notFound(contact);
		if (!this.records.companies.has(company)) throw notFound(company);
		this.associations.add(`${contact} ${company}`);
		const associationSpec = {
			associationCategory: 'HUBSPOT_DEFINED',
			associationTypeId: CONTACT_TO_COMPANY,
		};
		const to = [
			{ from: { id: contact }, to: { id: company }, associationSpec },
			{
				from: { id: company },
				to: { id: contact },
				associationSpec: { ...associationSpec, associationTypeId: CONTACT_TO_COMPANY + 1 },
			},
		];
		return batch(to, []);
	}

	private find(
		type: ObjectType,
		id: string | undefined,
		idProperty?: string,
	): HubspotRecord | undefined {
		if (idProperty === undefined) return this.records[type].get(String(id));
		if (type !== 'contacts' || idProperty !== 'email') {
			throw new HubspotError(400, 'VALIDATION_ERROR', `${idProperty} is not a unique property`);
		}
		const email = String(id).toLowerCase();
		return [...this.records.contacts.values()].find(
			({ properties }) => properties['email'] === email,
		);
	}

	private check(type: ObjectType, properties: Properties): void {
		check(type, properties);
		const { email = '' } = properties;
		if (this.invalidEmails.has(email)) {
			throw new HubspotError(400, 'VALIDATION_ERROR', `Email address ${email} is invalid`);
		}
	}

	private make(type: ObjectType, properties: Properties): HubspotRecord {
		this.check(type, properties);
		const email = properties['email']?.toLowerCase();
		if (type === 'contacts' && email !== undefined && this.find(type, email, 'email')) {
			throw new HubspotError(409, 'CONFLICT', 'Contact already exists.');
		}
		return this.create(type, properties);
	}

	private create(type: ObjectType, properties: Properties): HubspotRecord {
		const id = String((this.serial += 50));
		const at = new Date(this.now()).toISOString();
		const record: HubspotRecord = {
			id,
			properties: { lifecyclestage: 'lead', ...cleaned(properties), createdate: at },
			createdAt: at,
			updatedAt: at,
		};
		this.records[type].set(id, record);
		if (!this.isIndexed) this.unindexed.add(id);
		return record;
	}

	private update(type: ObjectType, record: HubspotRecord, properties: Properties): HubspotRecord {
		if (Object.keys(properties).length === 0) {
			throw new HubspotError(400, 'VALIDATION_ERROR', 'No properties found to update.');
		}
		this.check(type, properties);
		const { lifecyclestage: stage, ...others } = cleaned(properties);
		Object.assign(record.properties, others);
		// A stage goes forward only, and nothing is said of one that does not.
		const [now, asked] = [record.properties['lifecyclestage'] ?? '', stage ?? ''].map((name) =>
			STAGES.indexOf(name),
		) as [number, number];
		if (stage !== undefined && asked > now) record.properties['lifecyclestage'] = stage;
		record.updatedAt = new Date(this.now()).toISOString();
		return record;
	}
}

/** @throws HubspotError */
function check(type: ObjectType, properties: Properties): void {
	for (const [name, value] of Object.entries(properties)) {
		if (!PROPERTIES[type].includes(name)) {
			throw new HubspotError(400, 'VALIDATION_ERROR', `Property "${name}" does not exist`);
		}
		if (READ_ONLY.includes(name)) {
			throw new HubspotError(400, 'VALIDATION_ERROR', `"${name}" is a read only property`);
		}
		if (name === 'email' && !EMAIL.test(value)) {
			throw new HubspotError(400, 'VALIDATION_ERROR', `Email address ${value} is invalid`);
		}
		if (name === 'lifecyclestage' && !STAGES.includes(value)) {
			throw new HubspotError(
				400,
				'VALIDATION_ERROR',
				`${value} was not one of the allowed options`,
			);
		}
	}
}

const cleaned = (properties: Properties): Properties =>
	'email' in properties ? { ...properties, email: properties['email']!.toLowerCase() } : properties;

const notFound = (id: string) =>
	new HubspotError(404, 'OBJECT_NOT_FOUND', `No object with the id ${id} was found`);

function asSent(record: HubspotRecord, asked?: readonly string[]) {
	const { id, createdAt, updatedAt } = record;
	const names = asked && [...asked, 'createdate'];
	const shown = Object.entries(record.properties).filter(
		([name]) => !names || names.includes(name),
	);
	return { id, properties: Object.fromEntries(shown), createdAt, updatedAt, archived: false };
}

function batch(results: object[], errors: object[]): FakeResponse {
	const at = new Date().toISOString();
	const body = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
	return errors.length === 0
		? { status: 200, body }
		: { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

const standardError = (
	status: number,
	category: string,
	message: string,
	context: Record<string, string[]>,
) => ({ status: String(status), category, message, context, errors: [], links: {} });

function failed(status: number, category: string, message: string): FakeResponse {
	return { status, body: { status: 'error', message, correlationId: randomUUID(), category } };
}
