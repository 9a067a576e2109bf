/**
 * What the domain knows of each destination: how its records are told, what names them, and how
 * Microsoft's connector writes the lead source there. A destination that is added needs its entry
 * here; nothing else in this folder names one.
 */
import type { Field, FieldBag } from './fieldBag';
import { isJsonObject } from './objects';
import { compact } from './text';
import type { DestinationName } from './types';

/** Longer than Azure's keys can be, the two together, in UTF-16 units: such a record is no row. */
export const MAX_KEYS_LENGTH = 1_024;

const SALESFORCE_ID = /^[a-z0-9]{15}(?:[a-z0-9]{3})?$/i;

/** What OData services write beside the columns. */
const ODATA = /^@?odata\.|@odata\.type$/i;
const TABLE_MACHINERY = /^(?:timestamp|etag)$|^@?odata\.|@odata\.type$/i;

/** What a Web-to-Lead form sends for Salesforce itself. */
const WEB_FORM = /^(?:encoding|retURL)$/i;

/** What the export of Partner Center calls the time of a lead, and no destination does. */
const PARTNER_CENTER_TIME = /^lead[\s_-]?creation/i;

export interface DestinationShape {
	/** Whether a record is of this shape. Of several that say so, the first of the table has it. */
	matches(fields: FieldBag): boolean;
	/** Takes the fields that name a record there; gives its id, empty for none or an invalid one. */
	takeId(fields: FieldBag): string;
	/** Whether senders name fields as they like, as a table of their own would. */
	hasFreeNames?: boolean;
	/** Whether the field for the lead source may hold something else, and a text the lead source. */
	mayHideLeadSource?: boolean;
	/** Whether a test lead has a real source and action, and not the placeholder. */
	testLeadHasSource?: boolean;
}

/** In the order in which a record is held against them. */
export const SHAPES: Readonly<Record<DestinationName, DestinationShape>> = {
	azureTable: {
		matches: (fields) => fields.has('partitionKey') && fields.has('rowKey'),
		// The service rewrites `Timestamp` and `etag` whenever a row is edited.
		takeId(fields) {
			const [partition, row] = [fields.take('partitionKey'), fields.take('rowKey')];
			fields.drop((name) => TABLE_MACHINERY.test(name));
			const length = idText(partition).length + idText(row).length;
			if (length === 0 || length > MAX_KEYS_LENGTH) return '';
			return `${encodeURIComponent(idText(partition))}/${encodeURIComponent(idText(row))}`;
		},
	},
	dynamics365: {
		matches: (fields) => ownerOfLeadId(fields) === 'dynamics365',
		takeId(fields) {
			const id = idText(fields.take('dynamicsId'));
			fields.drop((name) => ODATA.test(name));
			return id.replace(/^\{|\}$/g, '').toLowerCase();
		},
		// An option number, unless somebody made it a text column.
		mayHideLeadSource: true,
	},
	marketo: {
		matches: (fields) => !fields.has('dynamicsId') && fields.has('marketoId'),
		takeId: (fields) => idText(fields.take('marketoId')),
	},
	https: {
		matches: (fields) =>
			!fields.has('dynamicsId') &&
			fields.containers.some(({ name }) => compact(name) === 'userdetails'),
		takeId: () => '',
		hasFreeNames: true,
		testLeadHasSource: true,
	},
	salesforce: {
		matches: (fields) =>
			fields.has('dynamicsId') ? ownerOfLeadId(fields) === 'salesforce' : isSalesforce(fields),
		takeId(fields) {
			fields.take('salesforceRecord');
			fields.take('salesforceForm');
			fields.drop((name) => WEB_FORM.test(name));
			const names = ['salesforceId', 'dynamicsId'] as const;
			const name = names.find((own) => SALESFORCE_ID.test(idText(fields.peek(own))));
			return name === undefined ? '' : idText(fields.take(name));
		},
	},
};

export const DESTINATION_NAMES = Object.keys(SHAPES) as DestinationName[];

/** "Lead ID" is a column of Dynamics 365, of Salesforce's reports and of Partner Center's export. */
function ownerOfLeadId(fields: FieldBag): DestinationName | undefined {
	if (!fields.has('dynamicsId')) return undefined;
	if (PARTNER_CENTER_TIME.test(fields.peek('createdAt')?.name ?? '')) return undefined;
	return SALESFORCE_ID.test(idText(fields.peek('dynamicsId'))) ? 'salesforce' : 'dynamics365';
}

function isSalesforce(fields: FieldBag): boolean {
	if (fields.has('salesforceForm')) return true;
	if (isJsonObject(fields.peek('salesforceRecord')?.value)) return true;
	return fields.has('leadSource') && SALESFORCE_ID.test(idText(fields.peek('salesforceId')));
}

export function idText(field: Field | undefined): string {
	const value = field?.value;
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
