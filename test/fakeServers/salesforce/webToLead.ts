/**
 * The Web-to-Lead servlet: takes any form with 200, and makes a lead of it a moment later, or not.
 * What becomes of a form is told to the organisation's people by email, never to the sender.
 */
import type { FakeResponse, FakeRequest } from '../fakeServer.ts';
import type { FieldValue, LeadRecord } from './fields.ts';
import type { Organisation } from './organisation.ts';
import { keptValue } from './saving.ts';

/** Forms of 24 hours, as organisations begin with; further ones wait for the next day. */
const DAILY_LIMIT = 500;
const DAY = 24 * 60 * 60 * 1000;
/** What Salesforce puts into fields that a lead can't be without. */
const NOT_PROVIDED = '[not provided]';

const COLUMNS: Readonly<Record<string, string>> = {
	first_name: 'FirstName',
	last_name: 'LastName',
	email: 'Email',
	company: 'Company',
	title: 'Title',
	phone: 'Phone',
	country: 'Country',
	country_code: 'CountryCode',
	description: 'Description',
	lead_source: 'LeadSource',
	URL: 'Website',
};

/** A form that has come in and is no lead yet. */
interface Waiting {
	form: URLSearchParams;
	/** Of the address; `null` for one of an older form, which has none. */
	orgId: string | null;
	/** Epoch milliseconds. */
	due: number;
}

export class WebToLead {
	readonly settings = {
		/** Switched on in Setup. */
		enabled: true,
		/** Milliseconds until a form has become a lead. */
		delay: 100,
		/** Whether leads vanish, as they do where a rule of the organisation is against them. */
		dropping: false,
		/** The name in the form of a picklist that has to be filled in. */
		mandatory: '',
		dailyLimit: DAILY_LIMIT,
	};
	/** API names of custom fields, by their ids in forms. */
	readonly customFields = new Map<string, string>();
	/** Forms that came in, newest last. */
	readonly forms: URLSearchParams[] = [];
	/** Why forms did not become leads, as the people in charge are told. */
	readonly letters: string[] = [];
	private readonly organisation: Organisation;
	private readonly now: () => number;
	private waiting: Waiting[] = [];
	private made: number[] = [];

	constructor(organisation: Organisation, now: () => number) {
		this.organisation = organisation;
		this.now = now;
	}

	respond({ method, url, headers, body }: FakeRequest): FakeResponse {
		if (method !== 'POST') return { status: 405, body: '' };
		const isForm = /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '');
		const form = new URLSearchParams(isForm ? body : '');
		this.forms.push(form);
		const orgId = url.searchParams.get('orgId');
		this.waiting.push({ form, orgId, due: this.now() + this.settings.delay });
		return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' };
	}

	/** Makes leads of the forms whose time has come. */
	work(): void {
		const now = this.now();
		this.made = this.made.filter((made) => made > now - DAY);
		this.waiting = this.waiting.filter(({ form, orgId, due }) => {
			if (due > now) return true;
			if (this.made.length >= this.settings.dailyLimit) return true;
			const rejection = this.rejectionOf(form, orgId);
			if (rejection !== undefined) this.letters.push(rejection);
			else {
				const values = this.values(form);
				const OwnerId = this.organisation.rules.assignment(values);
				this.organisation.insert({ createdDate: due, values: { ...values, OwnerId } });
				this.made.push(now);
			}
			return false;
		});
	}

	private rejectionOf(form: URLSearchParams, orgId: string | null): string | undefined {
		const { enabled, dropping, mandatory } = this.settings;
		const oid = form.get('oid') ?? '';
		const ownId = this.organisation.id.slice(0, 15);
		if (oid.slice(0, 15) !== ownId) return 'no such organisation';
		if (orgId !== null && orgId.slice(0, 15) !== ownId) return 'the address is another’s';
		if (!enabled || dropping) return 'not taken';
		if (mandatory !== '' && (form.get(mandatory) ?? '') === '') return `${mandatory} is missing`;
		const values = this.values(form);
		const fields = this.organisation.everyField();
		const long = fields.find(({ name, length }) => {
			const value = values[name];
			return length > 0 && typeof value === 'string' && value.length > length;
		});
		if (long) return `${long.name} is too long`;
		return this.organisation.rules.validation(values);
	}

	private values(form: URLSearchParams): LeadRecord {
		const fields = this.organisation.everyField();
		const values: LeadRecord = { LastName: NOT_PROVIDED, Company: NOT_PROVIDED };
		for (const [name, text] of form) {
			const column =
				(Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined) ??
				this.customFields.get(name) ??
				fieldOf(this.organisation, name);
			const field = fields.find((candidate) => candidate.name === column);
			if (!field) continue;
			const value: FieldValue = keptValue(text, field);
			if (value !== null) values[field.name] = value;
		}
		const { countries } = this.organisation;
		const code = values['CountryCode'];
		if (typeof code === 'string') values['Country'] = countries?.get(code) ?? code;
		return values;
	}
}

/** The custom field of this id. */
function fieldOf({ fieldIds }: Organisation, id: string): string | undefined {
	return [...fieldIds].find(([, own]) => own === id)?.[0];
}
