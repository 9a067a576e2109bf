/**
 * A fake server for Zoho CRM: the module Leads, as far as the example goes, by
 * https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html and search-records.html there.
 * Erasable TypeScript without imports from `nodes`.
 */
import { randomBytes } from 'node:crypto';

import type { FakeRequest, FakeResponse } from '../fakeServer.ts';
import { FakeVendorService } from '../fakeVendorService.ts';

export type ZohoLead = Record<string, string>;

/** API names of a new account's layout, as far as an integration may meet them. */
const FIELDS: readonly string[] = [
	...['Email', 'First_Name', 'Last_Name', 'Company', 'Phone', 'Mobile', 'Designation', 'Country'],
	...['Website', 'Lead_Source', 'Lead_Status', 'Description', 'Email_Opt_Out'],
];
const REQUIRED: readonly string[] = ['Last_Name', 'Company'];
const EMAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}$/i;

export class FakeZoho extends FakeVendorService {
	readonly accessToken = `1000.${randomBytes(16).toString('hex')}`;
	/** By id. */
	readonly leads = new Map<string, ZohoLead>();
	/** Addresses that Zoho takes for invalid by rules that it does not tell. */
	readonly invalidEmails = new Set<string>();
	private serial = 554_023_000_000_527_000;

	protected override refuse(): FakeResponse {
		return failed(429, 'TOO_MANY_REQUESTS', 'too many requests fired');
	}

	insert(lead: ZohoLead): string {
		const id = String((this.serial += 1_000));
		this.leads.set(id, { ...lead });
		return id;
	}

	protected override respond({ method, url, headers, body }: FakeRequest): FakeResponse {
		if (!/^(?:Bearer|Zoho-oauthtoken) /.test(headers['authorization'] ?? '')) {
			return failed(401, 'AUTHENTICATION_FAILURE', 'Authentication failed');
		}
		if (!headers['authorization']?.endsWith(` ${this.accessToken}`)) {
			return failed(401, 'INVALID_TOKEN', 'invalid oauth token');
		}
		if (method === 'GET' && url.pathname === '/crm/v8/Leads/search') {
			return this.search(url.searchParams);
		}
		if (method === 'POST' && url.pathname === '/crm/v8/Leads/upsert') {
			return this.upsert(
				JSON.parse(body) as { data: ZohoLead[]; duplicate_check_fields?: string[] },
			);
		}
		return failed(
			404,
			'INVALID_URL_PATTERN',
			'Please check if the URL trying to access is a correct one',
		);
	}

	private search(query: URLSearchParams): FakeResponse {
		const email = query.get('email')?.toLowerCase() ?? '';
		const names = (query.get('fields') ?? '').split(',');
		const found = [...this.leads].filter(([, { Email }]) => Email?.toLowerCase() === email);
		// Nothing is no content at all.
		if (found.length === 0) return { status: 204 };
		const data = found.map(([id, lead]) => ({
			id,
			...Object.fromEntries(names.map((name) => [name, lead[name] ?? null])),
		}));
		return { status: 200, body: { data, info: { count: data.length, more_records: false } } };
	}

	private upsert({
		data,
		duplicate_check_fields: keys = ['Email'],
	}: {
		data: ZohoLead[];
		duplicate_check_fields?: string[];
	}): FakeResponse {
		const results = data.map((given) => this.write(given, keys));
		const isAnyWrong = results.some(({ status }) => status === 'error');
		return { status: isAnyWrong ? 202 : 200, body: { data: results } };
	}

	private write(given: ZohoLead, keys: readonly string[]) {
		const wrong = (code: string, message: string, name: string) => ({
			...{ code, message, status: 'error' },
			details: { api_name: name },
		});
		const unknown = Object.keys(given).find((name) => !FIELDS.includes(name));
		if (unknown !== undefined) return wrong('INVALID_DATA', 'invalid field', unknown);
		const missing = REQUIRED.find((name) => !given[name]);
		if (missing !== undefined) {
			return wrong('MANDATORY_NOT_FOUND', 'required field not found', missing);
		}
		const { Email = '' } = given;
		if (Email !== '' && (!EMAIL.test(Email) || this.invalidEmails.has(Email))) {
			return wrong('INVALID_DATA', 'invalid data', 'Email');
		}
		const same = [...this.leads].find(([, lead]) =>
			keys.some((key) => given[key] && lead[key]?.toLowerCase() === given[key].toLowerCase()),
		);
		const id = same?.[0] ?? this.insert({});
		Object.assign(this.leads.get(id)!, given);
		return {
			...{ code: 'SUCCESS', status: 'success' },
			...{ duplicate_field: same ? keys[0] : null, action: same ? 'update' : 'insert' },
			...{ message: same ? 'record updated' : 'record added', details: { id } },
		};
	}
}

function failed(status: number, code: string, message: string): FakeResponse {
	return { status, body: { code, details: {}, message, status: 'error' } };
}
