/** How each of Marketo's endpoints responds to a caller that is signed in. */
import type { FakeResponse } from '../fakeServer.ts';
import { failed, succeeded } from './responses.ts';
import { ACTIVITY_TYPES, FILL_OUT_FORM, FORM_FIELDS } from './instance.ts';
import type { Activity, Form, FormField, MarketoInstance, Person } from './instance.ts';

/** Most records, values or activities in a call. */
const MOST = 300;
/** The asset API's own. */
const MAX_ASSETS = 200;
const DEFAULT_ASSETS = 20;
/** "Lead activities" takes no more types, and no more persons, than that. */
const MAX_TYPES = 10;
const MAX_LEADS = 30;
/** More persons than that are refused, and not given in part. */
const MAX_RESULTS = 1_000;

export interface PageShape {
	/** Most activities in a response. */
	most: number;
	/** Responses without activities before, between and after those with some. */
	pauses: number;
	/** Activities of all types that one call looks at. */
	window: number;
}

export interface Call {
	path: string;
	/** Of the address and, with `_method=GET`, of the body. */
	query: URLSearchParams;
	instance: MarketoInstance;
	shape: PageShape;
	/** Epoch milliseconds. */
	now: number;
}

type Endpoint = (call: Call) => FakeResponse;

/** By path; the second says which of a role's permissions is needed. */
export const ENDPOINTS: ReadonlyArray<[path: RegExp, permission: string, respond: Endpoint]> = [
	[/^\/rest\/v1\/activities\/types\.json$/, 'Read-Only Activity', activityTypes],
	[/^\/rest\/v1\/activities\/pagingtoken\.json$/, 'Read-Only Activity', pagingToken],
	[/^\/rest\/v1\/activities\.json$/, 'Read-Only Activity', activities],
	[/^\/rest\/v1\/leads\.json$/, 'Read-Only Person', leads],
	[/^\/rest\/v1\/leads\/partitions\.json$/, 'Read-Only Person', partitions],
	[/^\/rest\/v1\/leads\/describe\.json$/, 'Read-Only Person', describeLeads],
	[/^\/rest\/asset\/v1\/forms\.json$/, 'Read-Only Assets', forms],
	[/^\/rest\/asset\/v1\/form\/\d+\.json$/, 'Read-Only Assets', form],
	[/^\/rest\/asset\/v1\/form\/\d+\/fields\.json$/, 'Read-Only Assets', formFields],
];

/** What is told of an activity's type, beside its id and name. */
const FILL_OUT_FORM_TYPE = {
	description: 'User fills out and submits form on web page',
	primaryAttribute: { name: 'Webform ID', dataType: 'integer' },
	attributes: [
		{ name: 'Client IP Address', dataType: 'string' },
		{ name: 'Form Fields', dataType: 'text' },
		{ name: 'Query Parameters', dataType: 'string' },
		{ name: 'Referrer URL', dataType: 'string' },
		{ name: 'User Agent', dataType: 'string' },
		{ name: 'Webpage ID', dataType: 'integer' },
	],
};
const OTHER_TYPE = {
	description: '',
	primaryAttribute: { name: 'Asset ID', dataType: 'integer' },
	attributes: [],
};

function activityTypes(): FakeResponse {
	return succeeded({
		result: [...ACTIVITY_TYPES].map(([id, name]) => ({
			id,
			name,
			...(id === FILL_OUT_FORM ? FILL_OUT_FORM_TYPE : OTHER_TYPE),
		})),
	});
}

function pagingToken({ query, instance, shape, now }: Call): FakeResponse {
	const text = query.get('sinceDatetime');
	if (text === null) return failed('1002', "Missing value for required parameter 'sinceDatetime'");
	const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;
	const since = form.test(text) ? Date.parse(text) : Number.NaN;
	if (Number.isNaN(since)) return failed('704', 'Invalid date format');
	// Not documented, and asked of nobody: a time to come.
	if (since > now) return failed('1003', 'sinceDatetime is in the future');
	// "Occurred after the datetime represented by the paging token": the harder reading of it.
	const position = { at: since, id: Number.MAX_SAFE_INTEGER, pauses: shape.pauses };
	return succeeded({ nextPageToken: instance.toToken(position) });
}

function activities({ query, instance, shape }: Call): FakeResponse {
	const token = query.get('nextPageToken');
	if (token === null) return failed('1002', "Missing value for required parameter 'nextPageToken'");
	const types = numbers(query, 'activityTypeIds');
	const assets = numbers(query, 'assetIds');
	if (types === undefined || types.length === 0 || types.length > MAX_TYPES) {
		return failed('1003', 'Invalid activityTypeIds');
	}
	// "Should only be used when a single activity type is set."
	if (assets === undefined || (assets.length > 0 && types.length > 1)) {
		return failed('1003', 'Invalid assetIds');
	}
	const leads = numbers(query, 'leadIds');
	if (leads === undefined || leads.length > MAX_LEADS) return failed('1003', 'Invalid leadIds');
	const batchSize = batchSizeOf(query);
	if (batchSize === undefined) return badBatchSize();
	const from = instance.fromToken(token);
	if (from === undefined) return failed('1003', 'Invalid nextPageToken');
	if (from.pauses > 0) {
		const pauses = from.pauses - 1;
		const hasMore = instance.scan(from, { types: [], assets: [], most: 1, window: 1 });
		const isLast = pauses === 0 && hasMore.found.length === 0;
		// A response without activities has no result at all.
		return page(instance.toToken({ ...from, pauses }), !isLast, []);
	}
	const most = Math.min(batchSize, shape.most);
	const { found, position, hasMore } = instance.scan(from, {
		types,
		assets,
		leads,
		most,
		window: shape.window,
	});
	const next = { ...position, pauses: shape.pauses };
	return page(instance.toToken(next), hasMore || shape.pauses > 0, found);
}

function page(nextPageToken: string, moreResult: boolean, found: Activity[]): FakeResponse {
	const result = found.map(shownActivity);
	return {
		...succeeded({ nextPageToken, moreResult, ...(result.length === 0 ? {} : { result }) }),
		records: found.length,
	};
}

function shownActivity({ id, leadId, at, typeId, primaryId, primaryValue, attributes }: Activity) {
	return {
		id,
		marketoGUID: String(id),
		leadId,
		activityDate: seconds(at),
		activityTypeId: typeId,
		...(primaryId === undefined ? {} : { primaryAttributeValueId: primaryId }),
		...(primaryValue === undefined ? {} : { primaryAttributeValue: primaryValue }),
		attributes,
	};
}

function leads({ query, instance }: Call): FakeResponse {
	const filterType = query.get('filterType');
	const values = (query.get('filterValues') ?? '').split(',').filter((value) => value !== '');
	if (filterType === null || values.length === 0) {
		return failed('1002', "Missing value for required parameter 'filterValues'");
	}
	const searched = instance.fields.find(({ rest }) => rest === filterType);
	if (!searched || /^(?:firstName|lastName)$/.test(filterType)) {
		return failed('1011', `Field '${filterType}' not supported`);
	}
	if (values.length > MOST) return failed('1003', `Too many values, at most ${MOST}`);
	const names = (query.get('fields') ?? 'id,email,updatedAt,createdAt,firstName,lastName').split(
		',',
	);
	const unknown = names.find((name) => !instance.fields.some(({ rest }) => rest === name));
	if (unknown !== undefined) return failed('1006', `Field '${unknown}' not found`);
	const wanted = new Set(values.map((value) => value.toLowerCase()));
	const found: Person[] = [];
	for (const person of instance.persons.values()) {
		const value = filterType === 'id' ? person.id : (person.fields[filterType] ?? '');
		if (wanted.has(String(value).toLowerCase())) found.push(person);
	}
	if (found.length > MAX_RESULTS) return failed('1003', 'Too many results match the filter');
	const batchSize = batchSizeOf(query);
	if (batchSize === undefined) return badBatchSize();
	const token = query.get('nextPageToken');
	const from = token === null ? 0 : instance.fromOffsetToken(token);
	if (from === undefined) return failed('1003', 'Invalid nextPageToken');
	const to = from + batchSize;
	return succeeded({
		result: found.slice(from, to).map((person) => shownPerson(person, names)),
		// "If the result set is greater than the batch size", and then only.
		...(to < found.length ? { nextPageToken: instance.toToken({ offset: to }) } : {}),
	});
}

/** `undefined` for one that is not taken. */
function batchSizeOf(query: URLSearchParams): number | undefined {
	const size = Number(query.get('batchSize') ?? MOST);
	return Number.isInteger(size) && size >= 1 && size <= MOST ? size : undefined;
}

function badBatchSize(): FakeResponse {
	return failed('1003', `Batch size must be between 1 and ${MOST}`);
}

function shownPerson({ id, fields }: Person, names: readonly string[]) {
	return {
		id,
		...Object.fromEntries(
			names.filter((name) => name !== 'id').map((name) => [name, fields[name] ?? null]),
		),
	};
}

function describeLeads({ instance }: Call): FakeResponse {
	return succeeded({
		result: instance.fields.map((field, at) => {
			const { displayName, dataType, length, rest, soap, readOnly = false } = field;
			return {
				id: at + 2,
				displayName,
				dataType,
				...(length === undefined ? {} : { length }),
				rest: { name: rest, readOnly },
				soap: { name: soap, readOnly },
			};
		}),
	});
}

function partitions({ instance }: Call): FakeResponse {
	return succeeded({
		result: instance.partitions.map((name, at) => ({
			id: at + 1,
			name,
			description: at === 0 ? 'Initial system lead partition' : '',
		})),
	});
}

function forms({ query, instance }: Call): FakeResponse {
	const maxReturn = Number(query.get('maxReturn') ?? DEFAULT_ASSETS);
	const offset = Number(query.get('offset') ?? 0);
	if (!Number.isInteger(maxReturn) || maxReturn < 1 || maxReturn > MAX_ASSETS) {
		return failed('701', `maxReturn must be between 1 and ${MAX_ASSETS}`);
	}
	const versions = instance.forms.flatMap((one) => versionsOf(one, query));
	const found = versions.slice(offset, offset + maxReturn);
	if (found.length === 0) {
		return succeeded({
			errors: [],
			warnings: ['No assets found for the given search criteria.'],
		});
	}
	return succeeded({ errors: [], warnings: [], result: found });
}

function form({ path, query, instance }: Call): FakeResponse {
	const id = Number(/\d+/.exec(path.slice(path.lastIndexOf('/')))?.[0]);
	const found = instance.forms.find((candidate) => candidate.id === id);
	const [version] = found ? versionsOf(found, query) : [];
	if (version === undefined) return failed('702', 'Form not found');
	return succeeded({ errors: [], warnings: [], result: [version] });
}

function formFields({ path, query, instance }: Call): FakeResponse {
	const id = Number(/form\/(\d+)\//.exec(path)?.[1]);
	const found = instance.forms.find((candidate) => candidate.id === id);
	const [version] = found ? versionsOf(found, query) : [];
	if (found === undefined || version === undefined) return failed('702', 'Form not found');
	const { fields = FORM_FIELDS, draft = fields } = found;
	const result = (version.status === 'draft' ? draft : fields).map(shownFormField);
	return succeeded({ errors: [], warnings: [], result });
}

/** Approved and draft of a form as far as they are asked for, the approved one first. */
function versionsOf({ id, name, isApproved = true, draft }: Form, query: URLSearchParams) {
	const versions = [
		...(isApproved ? ['approved'] : []),
		...(draft !== undefined || !isApproved ? ['draft'] : []),
	];
	const wanted = query.get('status');
	const shown = wanted === null ? versions.slice(0, 1) : versions.filter((one) => one === wanted);
	return shown.map((status) => ({
		id,
		name,
		description: '',
		createdAt: '2016-05-24T17:05:54Z+0000',
		updatedAt: '2016-05-24T17:05:54Z+0000',
		url: `https://app.marketo.example/#FO${id}B2`,
		status,
		...FORM_LOOKS,
	}));
}

/** What else every form is told with. */
const FORM_LOOKS = {
	theme: 'simple',
	language: 'English',
	locale: 'en_US',
	progressiveProfiling: true,
	labelPosition: 'left',
	fontFamily: 'Helvetica',
	fontSize: '13px',
	folder: { type: 'Folder', value: 293, folderName: 'Forms' },
	knownVisitor: { type: 'form', template: null },
	thankYouList: [{ followupType: 'none', followupValue: null, default: true }],
	buttonLocation: 120,
	buttonLabel: 'Submit',
	waitingLabel: 'Please Wait',
};

function shownFormField(field: FormField, at: number) {
	const { id, dataType, maxLength, required = false, values } = field;
	const place = { id, dataType, rowNumber: at, columnNumber: 0 };
	if (dataType === 'profiling') return place;
	return {
		...place,
		label: `${id}:`,
		validationMessage: 'This field is required.',
		...(maxLength === undefined ? {} : { maxLength }),
		...(values === undefined ? {} : { fieldMetaData: { multiSelect: false, values } }),
		required,
		formPrefill: true,
		visibilityRules: { ruleType: 'alwaysShow' },
	};
}

/** Parameters may be repeated or hold several values with commas between. */
function numbers(query: URLSearchParams, name: string): number[] | undefined {
	const texts = query.getAll(name).flatMap((text) => text.split(','));
	return texts.every((text) => /^\d{1,12}$/.test(text)) ? texts.map(Number) : undefined;
}

function seconds(at: number): string {
	return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
