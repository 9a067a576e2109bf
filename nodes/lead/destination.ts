import { hash } from 'node:crypto';
import type { FieldBag, Field } from './fieldBag';
import { isJsonObject } from './json';
import { compact } from './text';
import type { JsonValue, LeadDestinationName } from './types';

/** Hex digits of a payload's digest that are kept: 128 bits, as many as a UUID has. */
const DIGEST_LENGTH = 32;

/** Longer than Azure's keys can be, the two together, in UTF-16 units: such a record is no row. */
const MAX_KEYS_LENGTH = 1_024;

const SALESFORCE_ID = /^[a-z0-9]{15}(?:[a-z0-9]{3})?$/i;

/** What OData services write beside the columns. */
const ODATA = /^@?odata\.|@odata\.type$/i;
const TABLE_MACHINERY = /^(?:timestamp|etag)$|^@?odata\.|@odata\.type$/i;

/** What a Web-to-Lead form sends for Salesforce itself. */
const WEB_FORM = /^(?:encoding|retURL)$/i;

/** Where a record of this shape was written; empty when the shape does not tell. */
export function guessDestination(fields: FieldBag): LeadDestinationName {
	if (fields.has('partitionKey') && fields.has('rowKey')) return 'azureTable';
	if (fields.has('dynamicsId')) return destinationOfLeadId(fields);
	if (fields.has('marketoId')) return 'marketo';
	if (fields.containers.some(({ name }) => compact(name) === 'userdetails')) return 'https';
	return isSalesforce(fields) ? 'salesforce' : '';
}

/**
 * Whether a record is of nobody's shape, such as a row of an export: only there a header that
 * sounds like a field is taken for it. What a destination itself has beside Microsoft's fields is
 * the publisher's own.
 */
export function mayHaveOtherHeaders(
	fields: FieldBag,
	destination: LeadDestinationName | undefined,
): boolean {
	if (destination && destination !== 'https') return false;
	const guessed = guessDestination(fields);
	if (guessed === '') return true;
	// Labelled as an export is, and not as the API writes it.
	return fields.has('dynamicsId') && fields.peek('dynamicsId')?.name.toLowerCase() !== 'leadid';
}

/** What the export of Partner Center calls the time of a lead, and no destination does. */
const PARTNER_CENTER_TIME = /^lead[\s_-]?creation/i;

/** "Lead ID" is a column of Dynamics 365, of Salesforce's reports and of Partner Center's export. */
function destinationOfLeadId(fields: FieldBag): LeadDestinationName {
	if (PARTNER_CENTER_TIME.test(fields.peek('createdAt')?.name ?? '')) return '';
	return SALESFORCE_ID.test(idText(fields.peek('dynamicsId'))) ? 'salesforce' : 'dynamics365';
}

function isSalesforce(fields: FieldBag): boolean {
	if (fields.has('salesforceForm')) return true;
	if (isJsonObject(fields.peek('salesforceRecord')?.value)) return true;
	return fields.has('leadSource') && SALESFORCE_ID.test(idText(fields.peek('salesforceId')));
}

/**
 * Takes the fields that identify a record at its destination, and gives the lead's id: what the
 * destination itself calls the record, else a digest of the record. Azure Table's `Timestamp` and
 * `etag` are dropped with the keys, because the service rewrites them whenever a row is edited.
 */
export function takeId(
	fields: FieldBag,
	destination: LeadDestinationName,
	record: JsonValue,
): string {
	const mapped = idText(fields.take('leadId'));
	const id = takeOwnId(fields, destination) || digest(record);
	return mapped !== '' && mapped.length <= MAX_KEYS_LENGTH ? mapped : id;
}

/** Empty where the record has none, or no valid one. */
function takeOwnId(fields: FieldBag, destination: LeadDestinationName): string {
	switch (destination) {
		case 'azureTable': {
			const [partition, row] = [fields.take('partitionKey'), fields.take('rowKey')];
			fields.drop((name) => TABLE_MACHINERY.test(name));
			const length = idText(partition).length + idText(row).length;
			if (length === 0 || length > MAX_KEYS_LENGTH) return '';
			return `${encodeURIComponent(idText(partition))}/${encodeURIComponent(idText(row))}`;
		}
		case 'salesforce': {
			fields.take('salesforceRecord');
			fields.take('salesforceForm');
			fields.drop((name) => WEB_FORM.test(name));
			const names = ['salesforceId', 'dynamicsId'] as const;
			const name = names.find((own) => SALESFORCE_ID.test(idText(fields.peek(own))));
			return name === undefined ? '' : idText(fields.take(name));
		}
		case 'dynamics365': {
			const id = idText(fields.take('dynamicsId'));
			fields.drop((name) => ODATA.test(name));
			return id.replace(/^\{|\}$/g, '').toLowerCase();
		}
		case 'marketo':
			return idText(fields.take('marketoId'));
		case '':
			return idText(fields.take('dynamicsId'));
		case 'https':
			return '';
	}
}

function idText(field: Field | undefined): string {
	const value = field?.value;
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * A digest of the content of a record: the order and the casing of its keys make no difference,
 * everything else does.
 */
export function digest(record: JsonValue): string {
	return hash('sha256', canonical(record), 'hex').slice(0, DIGEST_LENGTH);
}

/**
 * Every value with its kind and length before it, so that no two contents are written alike.
 * Recursion is safe: records are `cleanJson`'s, so their depth is bounded.
 */
function canonical(value: JsonValue): string {
	if (typeof value === 'string') return `s${value.length}:${value}`;
	if (Array.isArray(value)) return `a${value.length}:${value.map(canonical).join('')}`;
	if (!isJsonObject(value)) return `v${value};`;
	const fields = Object.keys(value).map((key) => {
		const name = key.toLowerCase();
		// Written before they are sorted: a comparison that writes would write each level twice.
		return { name, text: `${name.length}:${name}${canonical(value[key] as JsonValue)}` };
	});
	// Where two keys differ in nothing but case, their contents decide.
	fields.sort((a, b) => compare(a.name, b.name) || compare(a.text, b.text));
	return `o${fields.length}:${fields.map(({ text }) => text).join('')}`;
}

function compare(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
