/**
 * What the REST API saves and deletes: lists of up to 200 records, each with a result of its own,
 * and single ones. By https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
 */
import type { FakeResponse, FakeRequest } from '../fakeServer.ts';
import type { Field, FieldType, FieldValue, LeadRecord } from './fields.ts';
import type { Organisation } from './organisation.ts';
import { SalesforceApiError } from './apiError.ts';

const MAX_RECORDS = 200;
const EMAIL = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/;
const LEAD_ID = /^00Q\w{12}(\w{3})?$/;

/** What the headers of a request ask for. */
interface SaveOptions {
	/** Whether duplicate rules that alert are passed. */
	allowSave: boolean;
	assignOnCreate: boolean;
	assignOnUpdate: boolean;
}

interface SaveResult {
	id?: string;
	success: boolean;
	errors: Array<{ statusCode: string; message: string; fields: string[] }>;
	created?: boolean;
}

/** One record was not saved; the others go on. */
export class NotSaved extends Error {
	readonly statusCode: string;
	readonly fields: string[];

	constructor(statusCode: string, message: string, fields: string[] = []) {
		super(message);
		this.statusCode = statusCode;
		this.fields = fields;
	}
}

export class Saving {
	private readonly organisation: Organisation;
	private readonly now: () => number;

	constructor(organisation: Organisation, now: () => number) {
		this.organisation = organisation;
		this.now = now;
	}

	/** `undefined` for a resource that is not for saving. */
	respond({ method, url, headers, body }: FakeRequest, path: string): FakeResponse | undefined {
		const options = optionsOf(headers);
		const resource = path.replace(/\/$/, '').toLowerCase();
		if (resource === '/composite/sobjects') {
			if (method === 'POST') {
				return this.each(recordsOf(body), (record) => this.create(record, options));
			}
			if (method === 'PATCH') {
				return this.each(recordsOf(body), ({ Id, id = Id, ...record }) =>
					this.update(String(id), record, options),
				);
			}
			if (method === 'DELETE') {
				const ids = url.searchParams.get('ids')?.split(',') ?? [];
				return this.each(ids, (id) => this.remove(id));
			}
		}
		const [, externalId] = /^\/composite\/sobjects\/lead\/(\w+)$/.exec(resource) ?? [];
		if (externalId !== undefined && method === 'PATCH')
			return this.upsert(body, externalId, options);
		if (resource === '/sobjects/lead' && method === 'POST') {
			const record = this.checkedShape({
				attributes: { type: 'Lead' },
				...objectOf(parsed(body)),
			});
			return single(201, () => this.create(record, options));
		}
		const [, id] = /^\/sobjects\/lead\/(00q\w{12,15})$/.exec(resource) ?? [];
		if (id === undefined) return undefined;
		const written = path.split('/')[3] ?? '';
		if (method === 'DELETE') return single(204, () => this.remove(written));
		if (method === 'PATCH') {
			const record = this.checkedShape({
				attributes: { type: 'Lead' },
				...objectOf(parsed(body)),
			});
			return single(204, () => this.update(written, record, options));
		}
		return undefined;
	}

	private each<Entry extends object | string>(
		entries: Entry[],
		save: (entry: Entry) => SaveResult,
	): FakeResponse {
		if (entries.length > MAX_RECORDS) {
			throw new SalesforceApiError(
				400,
				'EXCEEDED_ID_LIMIT',
				`record limit reached. cannot submit more than ${MAX_RECORDS} records into this call`,
			);
		}
		// Names and types are looked at before anything is saved: one wrong record turns all away.
		const checked = entries.map((entry) =>
			typeof entry === 'object' ? (this.checkedShape(entry) as Entry) : entry,
		);
		return { status: 200, body: checked.map((entry) => resultOf(() => save(entry))) };
	}

	private upsert(body: string, name: string, options: SaveOptions): FakeResponse {
		const key = this.organisation
			.visibleFields()
			.find((field) => field.name.toLowerCase() === name && field.externalId);
		if (!key)
			throw new SalesforceApiError(404, 'NOT_FOUND', 'Provided external ID field does not exist');
		const records = recordsOf(body);
		const keys = records.map((record) => folded(record[key.name]));
		return this.each(records, (record) => {
			const own = folded(record[key.name]);
			if (own === '') {
				throw new NotSaved('MISSING_ARGUMENT', `${key.name} not specified`);
			}
			if (keys.filter((other) => other === own).length > 1) {
				throw new NotSaved('DUPLICATE_VALUE', `Duplicate external id specified: ${own}`, [
					key.name,
				]);
			}
			const found = this.organisation.records().find((lead) => folded(lead[key.name]) === own);
			if (!found) return { ...this.create(record, options), created: true };
			return { ...this.update(String(found['Id']), record, options), created: false };
		});
	}

	private create(
		record: Record<string, unknown>,
		{ allowSave, assignOnCreate }: SaveOptions,
	): SaveResult {
		const { rights, rules } = this.organisation;
		if (!rights.create) {
			throw new NotSaved(
				'INSUFFICIENT_ACCESS_OR_READONLY',
				'insufficient access rights on object id',
			);
		}
		if (rules.storageFull) throw new NotSaved('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded');
		const values = this.values(record);
		const missing = this.organisation
			.everyField()
			.filter(({ name, required }) => required && (values[name] ?? null) === null)
			.map(({ name }) => name);
		if (missing.length > 0) {
			throw new NotSaved(
				'REQUIRED_FIELD_MISSING',
				`Required fields are missing: [${missing.join(', ')}]`,
				missing,
			);
		}
		this.check(values, undefined);
		this.lock();
		this.checkDuplicates(values, allowSave);
		if (assignOnCreate) values['OwnerId'] = rules.assignment(values);
		const id = this.organisation.insert({ createdDate: this.now(), values });
		return { id, success: true, errors: [] };
	}

	private update(
		id: string,
		record: Record<string, unknown>,
		{ assignOnUpdate }: SaveOptions,
	): SaveResult {
		const found = this.organisation.find(id);
		if (!found) throw new NotSaved('ENTITY_IS_DELETED', 'entity is deleted');
		if (found['IsConverted'] === true) {
			throw new NotSaved('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
		}
		const values = this.values(record);
		this.check(values, id);
		this.lock();
		if (assignOnUpdate) {
			values['OwnerId'] = this.organisation.rules.assignment({ ...found, ...values });
		}
		this.organisation.update(String(found['Id']), values, this.now());
		return { id: String(found['Id']), success: true, errors: [] };
	}

	private remove(id: string): SaveResult {
		const found = LEAD_ID.test(id) ? this.organisation.find(id) : undefined;
		if (!this.organisation.rights.remove) {
			throw new NotSaved(
				'INSUFFICIENT_ACCESS_OR_READONLY',
				'insufficient access rights on object id',
			);
		}
		if (!found) throw new NotSaved('ENTITY_IS_DELETED', 'entity is deleted');
		this.organisation.remove(String(found['Id']));
		return { id: String(found['Id']), success: true, errors: [] };
	}

	/** A record whose every field is one that the user may set, to a value of its kind. */
	private checkedShape(record: object): Record<string, unknown> {
		const { attributes, ...values } = record as Record<string, unknown>;
		if ((attributes as { type?: unknown } | undefined)?.type !== 'Lead') {
			throw new SalesforceApiError(400, 'INVALID_TYPE', 'type not specified or not supported here');
		}
		const fields = this.organisation.visibleFields();
		for (const [name, value] of Object.entries(values)) {
			const field = fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
			if (!field) {
				throw new SalesforceApiError(
					400,
					'INVALID_FIELD',
					`No such column '${name}' on sobject of type Lead`,
				);
			}
			const wanted = JSON_TYPES[field.type] ?? 'string';
			const isInvalid = typeof value === 'string' && TEXT_FORMS[field.type]?.test(value) === false;
			if (value !== null && (typeof value !== wanted || isInvalid)) {
				throw new SalesforceApiError(
					400,
					'JSON_PARSER_ERROR',
					`Cannot deserialize instance of ${field.type} from VALUE_${typeof value} value`,
				);
			}
		}
		return values;
	}

	private values(record: Record<string, unknown>): LeadRecord {
		const { countries } = this.organisation;
		const fields = this.organisation.everyField();
		const values: LeadRecord = {};
		for (const [name, value] of Object.entries(record)) {
			const field = fields.find(
				(candidate) => candidate.name.toLowerCase() === name.toLowerCase(),
			)!;
			if (!field.createable) {
				throw new NotSaved(
					'INVALID_FIELD_FOR_INSERT_UPDATE',
					`Unable to create/update fields: ${field.name}. Please check the security settings of this field`,
					[field.name],
				);
			}
			values[field.name] = keptValue(value as FieldValue, field);
		}
		const code = values['CountryCode'];
		if (countries && typeof code === 'string') {
			values['Country'] = countries.get(code.toUpperCase()) ?? code;
		}
		return values;
	}

	private check(values: LeadRecord, id: string | undefined): void {
		const { rules, leadSources, countries } = this.organisation;
		for (const field of this.organisation.everyField()) {
			const value = values[field.name];
			if (typeof value !== 'string') continue;
			if (field.length > 0 && value.length > field.length) {
				throw new NotSaved(
					'STRING_TOO_LONG',
					`${field.label}: data value too large: ${value.slice(0, 40)} (max length=${field.length})`,
					[field.name],
				);
			}
			if (field.type === 'email' && !EMAIL.test(value)) {
				throw new NotSaved('INVALID_EMAIL_ADDRESS', `Email: invalid email address: ${value}`, [
					field.name,
				]);
			}
			if (field.externalId) {
				const other = this.organisation
					.records()
					.find((lead) => folded(lead[field.name]) === folded(value) && lead['Id'] !== id);
				if (other) throw new NotSaved('DUPLICATE_VALUE', 'duplicate value found', [field.name]);
			}
		}
		const { LeadSource: source, Country: country } = values;
		const isListed = leadSources.some(
			({ value, active }) => active && value.toLowerCase() === folded(source),
		);
		if (rules.leadSourceRestricted && typeof source === 'string' && !isListed) {
			throw new NotSaved(
				'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
				`Lead Source: bad value for restricted picklist field: ${source}`,
				['LeadSource'],
			);
		}
		const names = [...(countries?.values() ?? [])].map((name) => name.toLowerCase());
		if (countries && typeof country === 'string' && !names.includes(country.toLowerCase())) {
			throw new NotSaved(
				'FIELD_INTEGRITY_EXCEPTION',
				"There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Country",
				['Country'],
			);
		}
		const offence = rules.validation(values);
		if (offence !== undefined) throw new NotSaved('FIELD_CUSTOM_VALIDATION_EXCEPTION', offence);
	}

	private lock(): void {
		const { rules } = this.organisation;
		if (rules.locked <= 0) return;
		rules.locked -= 1;
		throw new NotSaved('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record');
	}

	private checkDuplicates({ Email: email = null }: LeadRecord, allowSave: boolean): void {
		const { duplicates } = this.organisation.rules;
		if (duplicates === 'allow' || (duplicates === 'alert' && allowSave) || email === null) return;
		const others = this.organisation
			.records()
			.filter(({ Email }) => folded(Email) === folded(email));
		if (others.length > 0) throw new NotSaved('DUPLICATES_DETECTED', 'Use one of these records?');
	}
}

/** What a value of a field is in JSON, where it is no text. */
const JSON_TYPES: Partial<Record<FieldType, string>> = { boolean: 'boolean', currency: 'number' };

/** How a text has to look. */
const TEXT_FORMS: Partial<Record<FieldType, RegExp>> = {
	date: /^\d{4}-\d\d-\d\d$/,
	datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/,
};

/** A value as it is kept: trimmed, email addresses in small letters, line ends as Windows has them. */
export function keptValue(value: FieldValue, { type }: Field): FieldValue {
	if (typeof value !== 'string') return value;
	const text = value.trim();
	if (text === '') return null;
	if (type === 'email') return text.toLowerCase();
	return type === 'textarea' ? text.replace(/\r\n|\r|\n/g, '\r\n') : text;
}

function resultOf(save: () => SaveResult): SaveResult {
	try {
		return save();
	} catch (cause) {
		if (!(cause instanceof NotSaved)) throw cause;
		const { statusCode, message, fields } = cause;
		return { success: false, errors: [{ statusCode, message, fields }] };
	}
}

/**
 * Assignment rules run for what is created and what is updated unless a request says otherwise; one
 * that is named by its id runs for what is created.
 * https://developer.salesforce.com/docs/platform/api-rest/guide/headers-autoassign.html
 */
function optionsOf(headers: FakeRequest['headers']): SaveOptions {
	const assignment = headers['sforce-auto-assign'] ?? 'TRUE';
	return {
		allowSave: /allowSave=true/i.test(headers['sforce-duplicate-rule-header'] ?? ''),
		assignOnCreate: !/^false$/i.test(assignment),
		assignOnUpdate: /^true$/i.test(assignment),
	};
}

function single(status: number, save: () => SaveResult): FakeResponse {
	try {
		const result = save();
		return status === 204 ? { status } : { status, body: result };
	} catch (cause) {
		if (!(cause instanceof NotSaved)) throw cause;
		const code = cause.statusCode;
		const refused =
			code === 'ENTITY_IS_DELETED' ? 404 : code.startsWith('INSUFFICIENT') ? 403 : 400;
		throw new SalesforceApiError(refused, code, cause.message);
	}
}

function recordsOf(body: string): Array<Record<string, unknown>> {
	const { records } = objectOf(parsed(body));
	if (!Array.isArray(records)) {
		throw new SalesforceApiError(400, 'JSON_PARSER_ERROR', 'The request has no records');
	}
	return records.map(objectOf);
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		throw new SalesforceApiError(400, 'JSON_PARSER_ERROR', 'Unexpected character');
	}
}

function objectOf(value: unknown): Record<string, unknown> {
	return typeof value === 'object' && value !== null ? { ...value } : {};
}

function folded(value: unknown): string {
	return typeof value === 'string' ? value.trim().toLowerCase() : '';
}
