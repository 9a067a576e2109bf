/**
 * A fake server for Pipedrive: persons, organizations and notes, as far as the example goes, by
 * https://developers.pipedrive.com/docs/api/v1 (version 2 of the API; notes are in version 1 only).
 * Erasable TypeScript without imports from `nodes`.
 */
import { randomBytes } from 'node:crypto';

import type { FakeRequest, FakeResponse } from '../fakeServer.ts';
import { FakeVendorService } from '../fakeVendorService.ts';
import type { Fault } from '../faults.ts';

interface Channel {
	value: string;
	primary: boolean;
	label: string;
}

export interface PipedrivePerson {
	id: number;
	name: string;
	emails: Channel[];
	phones: Channel[];
	org_id: number | null;
}

export interface PipedriveOrganization {
	id: number;
	name: string;
}

export interface PipedriveNote {
	id: number;
	person_id: number;
	content: string;
}

type Json = Record<string, unknown>;

/** What each of them may be given. */
const FIELDS = {
	organizations: ['name'],
	persons: ['name', 'emails', 'phones', 'org_id'],
	notes: ['content', 'person_id'],
} as const;

class PipedriveError extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

export class FakePipedrive extends FakeVendorService {
	readonly token = randomBytes(20).toString('hex');
	/** For n8n's credential of the type `pipedriveApi`. */
	readonly credential = { apiToken: this.token };
	readonly persons = new Map<number, PipedrivePerson>();
	readonly organizations = new Map<number, PipedriveOrganization>();
	readonly notes = new Map<number, PipedriveNote>();
	private serial = 100;

	protected override refuse({ why }: Fault & { kind: 'refused' }): FakeResponse {
		return failed(why === 'throttled' ? 429 : 503, 'request over limit');
	}

	addPerson(person: Partial<PipedrivePerson> & { name: string }): number {
		const id = (this.serial += 1);
		this.persons.set(id, { emails: [], phones: [], org_id: null, ...person, id });
		return id;
	}

	addOrganization(name: string): number {
		const id = (this.serial += 1);
		this.organizations.set(id, { id, name });
		return id;
	}

	protected override respond({ method, url, body }: FakeRequest): FakeResponse {
		if (url.searchParams.get('api_token') !== this.token) {
			return failed(401, 'unauthorized access');
		}
		try {
			const given = body === '' ? {} : (JSON.parse(body) as Json);
			const [, kind, rest] =
				/^\/api\/v2\/(persons|organizations)(\/\w+)?$/.exec(url.pathname) ?? [];
			if (kind === 'persons' || kind === 'organizations') {
				if (method === 'GET' && rest === '/search') return this.search(kind, url.searchParams);
				if (method === 'POST' && rest === undefined) {
					return done(
						201,
						kind === 'persons' ? this.makePerson(given) : this.makeOrganization(given),
					);
				}
				if (method === 'PATCH' && rest !== undefined) {
					return done(200, this.update(kind, Number(rest.slice(1)), given));
				}
			}
			if (url.pathname === '/v1/notes' && method === 'GET') {
				const person = Number(url.searchParams.get('person_id'));
				const found = [...this.notes.values()].filter(({ person_id }) => person_id === person);
				// The map has them in the order of their making.
				const sort = url.searchParams.get('sort') ?? 'add_time ASC';
				if (!/^add_time (ASC|DESC)$/.test(sort)) throw new PipedriveError(400, `Bad sort: ${sort}`);
				if (sort.endsWith('DESC')) found.reverse();
				const page = found.slice(0, Number(url.searchParams.get('limit') ?? 100));
				// Version 1 says nothing by null.
				return done(200, page.length === 0 ? null : page);
			}
			if (url.pathname === '/v1/notes' && method === 'POST') return done(201, this.makeNote(given));
			throw new PipedriveError(404, 'Unknown method .');
		} catch (error) {
			if (!(error instanceof PipedriveError)) throw error;
			return failed(error.status, error.message);
		}
	}

	private search(kind: 'organizations' | 'persons', query: URLSearchParams): FakeResponse {
		const [term, exact, fields, limit] = ['term', 'exact_match', 'fields', 'limit'].map(
			(name) => query.get(name) ?? '',
		) as [string, string, string, string];
		if (term === '') throw new PipedriveError(400, 'term is required');
		if (exact !== 'true') throw new Error('This knows exact searches only');
		const isAsked = (texts: readonly string[]) =>
			texts.some((text) => text.toLowerCase() === term.toLowerCase());
		const items =
			kind === 'organizations'
				? [...this.organizations.values()]
						.filter(({ name }) => fields === 'name' && isAsked([name]))
						.map(({ id, name }) => ({ id, type: 'organization', name }))
				: [...this.persons.values()]
						.filter(({ emails }) => fields === 'email' && isAsked(emails.map(({ value }) => value)))
						.map(({ id, name, emails, phones, org_id: organization }) => ({
							...{ id, type: 'person', name },
							emails: emails.map(({ value }) => value),
							phones: phones.map(({ value }) => value),
							organization: organization === null ? null : this.organizations.get(organization),
						}));
		const found = items.slice(0, Number(limit) || 100);
		return done(200, { items: found.map((item) => ({ result_score: 1, item })) });
	}

	private makePerson(given: Json): PipedrivePerson {
		checked('persons', given);
		return this.persons.get(this.addPerson(given as unknown as PipedrivePerson))!;
	}

	private makeOrganization(given: Json): PipedriveOrganization {
		checked('organizations', given);
		return this.organizations.get(this.addOrganization(String(given['name'])))!;
	}

	private update(kind: 'organizations' | 'persons', id: number, given: Json): object {
		const record = this[kind].get(id);
		if (!record) throw new PipedriveError(404, `${kind} not found`);
		checked(kind, given);
		return Object.assign(record, given);
	}

	private makeNote(given: Json): PipedriveNote {
		checked('notes', given);
		const { person_id: person, content } = given as unknown as PipedriveNote;
		if (!this.persons.has(person)) throw new PipedriveError(400, 'Person not found');
		const id = (this.serial += 1);
		const note = { id, person_id: person, content };
		this.notes.set(id, note);
		return note;
	}
}

/** @throws PipedriveError */
function checked(kind: keyof typeof FIELDS, given: Json): void {
	const known: readonly string[] = FIELDS[kind];
	const unknown = Object.keys(given).find((name) => !known.includes(name));
	if (unknown !== undefined) throw new PipedriveError(400, `Unknown field: ${unknown}`);
	const named = kind === 'notes' ? given['content'] : given['name'];
	if (typeof named !== 'string' || named === '') {
		throw new PipedriveError(400, `Validation failed: ${kind} need a name`);
	}
	for (const list of [given['emails'], given['phones']]) {
		const isFit =
			list === undefined ||
			(Array.isArray(list) && list.every((one) => typeof (one as Channel).value === 'string'));
		if (!isFit) throw new PipedriveError(400, 'Validation failed: emails, phones');
	}
	const organization = given['org_id'];
	if (organization !== undefined && !Number.isInteger(organization)) {
		throw new PipedriveError(400, 'Validation failed: org_id');
	}
}

const done = (status: number, data: unknown): FakeResponse => ({
	status,
	body: { success: true, data },
});
const failed = (status: number, error: string): FakeResponse => ({
	status,
	body: { success: false, error, code: 'ERR' },
});
