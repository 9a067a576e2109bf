/**
 * How Marketo responds to calls that write persons, as Adobe documents it:
 * https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads
 */
import { serialize } from 'php-serialize';

import type { FakeResponse } from '../fakeServer.ts';
import { failed, succeeded } from './responses.ts';
import { FILL_OUT_FORM, FORM_FIELDS } from './instance.ts';
import type { Form, MarketoInstance, Person } from './instance.ts';

/** Most records in a call. */
const MOST = 300;
/** The page on fields: "only ASCII characters are supported in the email address field". */
const EMAIL = /^[\x21-\x7e]+@[\x21-\x7e]+\.[\x21-\x7e]+$/;

/** Fields of the company, which Marketo shows with its persons. */
const COMPANY_FIELDS = ['company', 'industry', 'website'];

export interface WriteCall {
	body: Readonly<Record<string, unknown>>;
	instance: MarketoInstance;
	/** Epoch milliseconds. */
	now: number;
	/** Milliseconds until an activity shows. */
	commitDelay: number;
	/**
	 * The change after which persons are not seen: "duplicate records may result when making multiple
	 * requests with the same key value if a subsequent call with the same value is made before the
	 * first returns". Taken in its harder sense: records of one call don't see each other either.
	 */
	seen: number;
}

type Fields = Readonly<Record<string, unknown>>;
type Result = Record<string, unknown>;

/** By path; the second says which of a role's permissions is needed. */
export const WRITE_ENDPOINTS: ReadonlyArray<
	[path: RegExp, permission: string, respond: (call: WriteCall) => FakeResponse]
> = [
	[/^\/rest\/v1\/leads\/submitForm\.json$/, 'Read-Write Person', submitForm],
	[/^\/rest\/v1\/leads\/push\.json$/, 'Read-Write Person', pushLeads],
	[/^\/rest\/v1\/leads\/delete\.json$/, 'Read-Write Person', deleteLeads],
	[/^\/rest\/v1\/leads\.json$/, 'Read-Write Person', syncLeads],
];

function submitForm({ body, instance, now, commitDelay, seen }: WriteCall): FakeResponse {
	const { formId, programId } = body;
	const input = recordsOf(body);
	if (formId === undefined) return missing('formId');
	const form = instance.forms.find(({ id }) => id === Number(formId));
	if (form === undefined || form.isApproved === false) return failed('1013', 'Form not found');
	if (programId !== undefined && !Number.isInteger(programId)) return failed('1003');
	// "A single object record is passed in the required input member."
	if (input?.length !== 1) return failed('1003', 'Exactly one record is expected in input');
	const [record = {}] = input;
	const { leadFormFields, visitorData = {} } = record;
	if (typeof leadFormFields !== 'object' || leadFormFields === null) {
		return missing('leadFormFields');
	}
	const fields = leadFormFields as Fields;
	const refused = notOnForm(fields, form, instance) ?? checkRecord(fields, instance);
	if (refused) return succeeded({ result: [refused] });
	const [known] = instance.personsWith('email', fields['email'], seen);
	const person = save(known, fields, instance, now);
	const { queryString = '', leadClientIpAddress = '' } = visitorData as Record<string, string>;
	instance.addLater(
		{
			leadId: person.id,
			typeId: FILL_OUT_FORM,
			primaryId: form.id,
			primaryValue: form.name,
			// An attribute that is empty is left out.
			attributes: [
				{ name: 'Client IP Address', value: leadClientIpAddress },
				{ name: 'Form Fields', value: serialize(byFormName(fields, instance)) },
				{ name: 'Query Parameters', value: queryString },
			].filter(({ value }) => value !== ''),
			at: now,
		},
		now + commitDelay,
	);
	instance.commit(now);
	return succeeded({ result: [{ id: person.id, status: known ? 'updated' : 'created' }] });
}

/** A record with a field that the form does not have is skipped altogether. */
function notOnForm(fields: Fields, form: Form, instance: MarketoInstance): Result | undefined {
	const { fields: formFields = FORM_FIELDS } = form;
	for (const name of Object.keys(fields)) {
		const soap = instance.fields.find(({ rest }) => rest === name)?.soap;
		if (!formFields.some(({ id }) => id === soap))
			return skipped('1006', `Field '${name}' not found`);
	}
	if (isEmpty(fields['email'])) {
		return skipped('1002', "Missing value for required parameter 'email'");
	}
	for (const { id, required } of formFields) {
		const name = instance.fields.find(({ soap }) => soap === id)?.rest ?? '';
		if (required === true && isEmpty(fields[name])) {
			return skipped('1002', `Missing value for required parameter '${name}'`);
		}
	}
	return undefined;
}

function byFormName(fields: Fields, instance: MarketoInstance): Record<string, string> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [
			instance.fields.find(({ rest }) => rest === name)?.soap ?? name,
			String(value ?? ''),
		]),
	);
}

function syncLeads(call: WriteCall): FakeResponse {
	const { body, instance } = call;
	const { action = 'createOrUpdate', lookupField = 'email' } = body;
	const input = recordsOf(body);
	if (input === undefined) return missing('input');
	if (input.length > MOST) return failed('1003', `Too many records, at most ${MOST}`);
	if (!/^(?:createOrUpdate|createOnly|updateOnly|createDuplicate)$/.test(String(action))) {
		return failed('1003', 'Invalid action');
	}
	const isField = instance.fields.some(({ rest }) => rest === lookupField);
	if (!isField || /^(?:firstName|lastName)$/.test(String(lookupField))) {
		return failed('1011', `Field '${String(lookupField)}' not supported`);
	}
	return succeeded({
		result: input.map((record) => sync(record, String(action), String(lookupField), call)),
	});
}

function sync(
	record: Fields,
	action: string,
	lookupField: string,
	{ body, instance, now, seen }: WriteCall,
): Result {
	const { partitions } = instance;
	const { partitionName } = body;
	if (partitionName === undefined && partitions.length > 1) {
		return skipped('1009', 'Partition name must be specified');
	}
	const [first = ''] = partitions;
	const partition = partitionName === undefined ? first : String(partitionName);
	if (!partitions.includes(partition)) {
		return skipped('1008', `Access to partition '${partition}' denied`);
	}
	// "The id field can only be included as a parameter when using the updateOnly action."
	if ('id' in record && action !== 'updateOnly') return skipped('1003', 'Invalid data');
	const refused = checkRecord(record, instance);
	if (refused) return refused;
	if (action !== 'createDuplicate' && isEmpty(record[lookupField])) {
		return skipped('1003', `Value for required field '${lookupField}' not specified`);
	}
	const matches =
		action === 'createDuplicate'
			? []
			: instance.personsWith(lookupField, record[lookupField], seen);
	const [match] = matches;
	if (matches.length > 1) return skipped('1007', 'Multiple lead match lookup criteria');
	if (match && action === 'createOnly') return skipped('1005', 'Lead already exists');
	if (!match && action === 'updateOnly') return skipped('1004', 'Lead not found');
	if (match && (match.partition ?? first) !== partition) {
		return skipped('1010', 'Partition update not allowed');
	}
	const changed = COMPANY_FIELDS.filter((name) => !isEmpty(record[name]));
	const isSame = changed.every((name) => match?.fields[name] === record[name]);
	if (match && instance.companyIsFixed && !isSame) {
		return skipped('1021', 'Company update not allowed');
	}
	const person = save(match, record, instance, now);
	if (!match) person.partition = partition;
	return { id: person.id, status: match ? 'updated' : 'created' };
}

function pushLeads(call: WriteCall): FakeResponse {
	const { body } = call;
	const { programName, lookupField = 'email' } = body;
	const input = recordsOf(body);
	if (isEmpty(programName)) return missing('programName');
	if (input === undefined) return missing('input');
	if (input.length > MOST) return failed('1003', `Too many records, at most ${MOST}`);
	return succeeded({
		warnings: [],
		result: input.map((record) => sync(record, 'createOrUpdate', String(lookupField), call)),
	});
}

function deleteLeads({ body, instance }: WriteCall): FakeResponse {
	const input = recordsOf(body);
	if (input === undefined) return missing('input');
	if (input.length > MOST) return failed('1003', `Too many records, at most ${MOST}`);
	return succeeded({
		result: input.map(({ id }) =>
			instance.persons.delete(Number(id))
				? { id, status: 'deleted' }
				: { id, ...skipped('1004', 'Lead not found') },
		),
	});
}

/** What a record is skipped for, whoever it is of; `undefined` for a sound one. */
function checkRecord(record: Fields, instance: MarketoInstance): Result | undefined {
	if (instance.rejects(record)) return skipped('1003', 'Invalid data');
	for (const [name, value] of Object.entries(record)) {
		const field = instance.fields.find(({ rest }) => rest === name);
		if (!field) return skipped('1006', `Field '${name}' not found`);
		const { dataType, length = Number.POSITIVE_INFINITY, readOnly } = field;
		if (readOnly === true && name !== 'id') return skipped('1003', 'Invalid data');
		if (isEmpty(value)) continue;
		const isOfType =
			dataType === 'boolean'
				? /^(?:true|false|0|1)$/.test(String(value))
				: /^(?:integer|score|float|currency)$/.test(dataType)
					? Number.isFinite(Number(value))
					: typeof value === 'string' || typeof value === 'number';
		if (!isOfType) {
			return skipped('1001', `Invalid value '${String(value)}'. Required of type '${dataType}'`);
		}
		if (String(value).length > length) return skipped('1003', `Value too long for '${name}'`);
		if (dataType === 'email' && !EMAIL.test(String(value))) {
			return skipped('1003', 'Invalid email address');
		}
	}
	return undefined;
}

function save(
	known: Person | undefined,
	fields: Fields,
	instance: MarketoInstance,
	now: number,
): Person {
	const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
	const person =
		known ?? instance.addPerson({ createdAt: time, updatedAt: time, unsubscribed: false });
	const { id: _, ...values } = fields;
	Object.assign(person.fields, values, { updatedAt: time });
	return person;
}

/** `undefined` where there is no list of records. */
function recordsOf({ input }: WriteCall['body']): Fields[] | undefined {
	if (!Array.isArray(input) || input.length === 0) return undefined;
	return input.map((record: unknown) => Object(record) as Fields);
}

function skipped(code: string, message: string): Result {
	return { status: 'skipped', reasons: [{ code, message }] };
}

function missing(name: string): FakeResponse {
	return failed('1002', `Missing value for required parameter '${name}'`);
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}
