/** What Salesforce's REST API and Web-to-Lead say, in words for the user. Nothing they wrote is repeated but codes and names of fields. */
import { readAs, text } from '../../schemas';
import { object } from '../../vendor/schema';
import {
	DestinationError,
	type DestinationErrorCode,
	type DestinationOperation,
} from '../destinationError';
import { HttpError, type HttpResponse, unreachable, WHAT_NEXT } from '../httpClient';
import { retryAfterOf } from '../timeLimits';
import { describeResponse, unexpectedResponse } from '../unexpectedResponse';
import { shownCode } from '../vendorCodes';

/** What was asked for when an error came up. */
export interface RequestContext {
	/** What the user is doing: leads are also queried while others are written. */
	operation: DestinationOperation;
	/** Whether the request itself creates, changes or deletes leads. */
	isSaving: boolean;
	/** Names that the request had, or leads have, in lower case: a response is quoted with no other. */
	names?: ReadonlySet<string>;
}

interface Explanation {
	code: DestinationErrorCode;
	/** `fields` names the fields in question; empty where Salesforce did not tell. */
	message: string | ((fields: string) => string);
	description: string;
	/** Whether the description begins with what becomes of the work. */
	saysNext?: boolean;
	/** Milliseconds to wait before another attempt, where one may help. */
	retryAfter?: number;
	mayBeDone?: boolean;
}

/** Milliseconds. Other calls of the organisation have to end before ours is let in. */
const CONCURRENCY_WAIT = 1_000;
/** Characters. No message of Salesforce's is longer; what stands in its place can be megabytes. */
const MAX_MESSAGE = 4_000;

const MAY_NOT_READ: Explanation = {
	code: 'permission',
	message: 'The user may not read leads',
	description:
		'Give the user that signs in a permission set with Read and View All Records on Leads (Setup, Permission Sets, Object Settings).',
};
const MAY_NOT_WRITE: Explanation = {
	code: 'permission',
	message: 'The user may not write leads',
	description:
		'Give the user that signs in a permission set with Read, Create and Edit on Leads, and Delete for test leads (Setup, Permission Sets, Object Settings).',
};
const SESSION_NOT_ACCEPTED: Explanation = {
	code: 'authentication',
	message: 'Salesforce does not accept the session that it gave out',
	description:
		'Check that the IP ranges and session policies in the app’s OAuth policies let n8n use the API.',
};
const OVERLOADED: Explanation = {
	code: 'throttled',
	message: 'Salesforce is overloaded or down for maintenance',
	description: 'See status.salesforce.com.',
	saysNext: true,
	retryAfter: 0,
};
const QUERY_TOO_LARGE: Explanation = {
	code: 'queryTooLarge',
	message: 'There are too many leads for Salesforce to search',
	description:
		'Start from a later date, choose one Lead Source or set fewer filters, then try again.',
};

/** Codes of the REST API: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	INVALID_SESSION_ID: SESSION_NOT_ACCEPTED,
	INVALID_AUTH_HEADER: SESSION_NOT_ACCEPTED,
	API_CURRENTLY_DISABLED: {
		code: 'permission',
		message: 'The user may not use the API',
		description:
			'Give the user that signs in a profile or permission set with API Enabled (System Permissions).',
	},
	API_DISABLED_FOR_ORG: {
		code: 'permission',
		message: 'The organisation may not use the API',
		description:
			'The API is part of the Enterprise, Unlimited, Performance and Developer editions. Ask Salesforce for it in the others.',
	},
	INVALID_TYPE: MAY_NOT_READ,
	NOT_FOUND: MAY_NOT_READ,
	INSUFFICIENT_ACCESS: MAY_NOT_READ,
	INSUFFICIENT_ACCESS_OR_READONLY: MAY_NOT_READ,
	INVALID_OPERATION_WITH_EXPIRED_PASSWORD: {
		code: 'authentication',
		message: 'The password of the user has expired',
		description: 'Set a new one in Salesforce, or let the profile’s passwords never expire.',
	},
	// Its own word for it is that the request was not carried out.
	SERVER_UNAVAILABLE: { ...OVERLOADED, mayBeDone: false },
	EXCEEDED_ID_LIMIT: QUERY_TOO_LARGE,
	OPERATION_TOO_LARGE: QUERY_TOO_LARGE,
	QUERY_TIMEOUT: QUERY_TOO_LARGE,
};

const QUOTA_USED_UP: Explanation = {
	code: 'quota',
	message: 'The organisation has used up its API calls of the last 24 hours',
	description:
		'See Setup, Company Information, API Requests. Make fewer calls, as by polling less often, or buy more.',
	saysNext: true,
};
const TOO_MANY_AT_ONCE: Explanation = {
	code: 'throttled',
	message: 'The organisation has too many long API calls running at once',
	description: 'Have other integrations make fewer calls at a time.',
	saysNext: true,
	retryAfter: CONCURRENCY_WAIT,
};

const NOT_IN_PICKLIST: Explanation = {
	code: 'configuration',
	message: (fields) => `The value for ${fields || 'a picklist'} is not in its restricted picklist`,
	description:
		'In Setup, Object Manager, Lead, Fields, clear "Restrict picklist to the values defined in the value set" of the field, or add the value. Lead Source has to take any text, because it says which offer the lead is of.',
};

/** Codes of what is saved: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm#statuscode */
const BY_SAVE_CODE: Readonly<Record<string, Explanation>> = {
	REQUIRED_FIELD_MISSING: {
		code: 'configuration',
		message: (fields) => `Salesforce requires a value for ${fields || 'a field'} in every lead`,
		description:
			'Provide it as an additional field, or make the field optional (Setup, Object Manager, Lead, Fields).',
	},
	STRING_TOO_LONG: {
		code: 'rejected',
		message: (fields) => `The value for ${fields || 'a field'} is longer than the field takes`,
		description: 'Shorten it, or make the field longer in Salesforce.',
	},
	DUPLICATES_DETECTED: {
		code: 'duplicate',
		message: 'A duplicate rule of the organisation blocked the lead',
		description:
			'A lead or contact like it is there already. To write it all the same, let the rule alert instead of block (Setup, Duplicate Rules).',
	},
	DUPLICATE_VALUE: {
		code: 'duplicate',
		message: (fields) => `Another lead has the same value for ${fields || 'a unique field'}`,
		description: 'Change the value, or clear Unique in the definition of the field.',
	},
	DUPLICATE_EXTERNAL_ID: {
		code: 'duplicate',
		message: (fields) => `Several leads have the same value for ${fields || 'the External ID'}`,
		description: 'Merge them in Salesforce, and make the field unique so that it does not recur.',
	},
	INVALID_EMAIL_ADDRESS: {
		code: 'rejected',
		message: 'Salesforce does not take the email address of the lead',
		description: 'Correct the address before this node, or write the lead without one.',
	},
	FIELD_CUSTOM_VALIDATION_EXCEPTION: {
		code: 'rejected',
		message: 'A validation rule of the organisation blocked the lead',
		description:
			'Look through Setup, Object Manager, Lead, Validation Rules. Exempt the user that signs in, or provide what the rule asks for as an additional field.',
	},
	FIELD_INTEGRITY_EXCEPTION: {
		code: 'rejected',
		message: (fields) => `Salesforce does not take the value for ${fields || 'a field'}`,
		description:
			'Where it names another record or a country, that has to be there and active in Salesforce.',
	},
	INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: NOT_IN_PICKLIST,
	UNABLE_TO_LOCK_ROW: {
		code: 'other',
		message: 'Somebody else was changing the same records in Salesforce',
		description: WHAT_NEXT.write,
		retryAfter: 0,
	},
	STORAGE_LIMIT_EXCEEDED: {
		code: 'other',
		message: 'The organisation has no room for more records',
		description: 'Delete records or buy more data storage (Setup, Storage Usage).',
	},
	CANNOT_UPDATE_CONVERTED_LEAD: {
		code: 'rejected',
		message: 'The lead has been converted and can’t be changed any more',
		description: 'There is nothing to do: it is an account, a contact or an opportunity now.',
	},
	CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: {
		code: 'rejected',
		message: 'An automation of the organisation blocked the lead',
		description:
			'A flow or trigger on leads stopped. Salesforce sends its administrator an email that says where.',
	},
	INVALID_FIELD_FOR_INSERT_UPDATE: {
		code: 'permission',
		message: (fields) => `The user may not set ${fields || 'a field'} of leads`,
		description:
			'Give the user that signs in Edit Access to the field (permission set, Object Settings, Leads), or leave it out.',
	},
	INSUFFICIENT_ACCESS: MAY_NOT_WRITE,
	INSUFFICIENT_ACCESS_OR_READONLY: MAY_NOT_WRITE,
	INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: {
		code: 'permission',
		message: (fields) => `The user may not use the record that ${fields || 'a field'} names`,
		description: 'Give the user that signs in access to that record, or name another one.',
	},
	CANNOT_EXECUTE_FLOW_TRIGGER: {
		code: 'rejected',
		message: 'A flow of the organisation blocked the lead',
		description: 'Salesforce sends its administrator an email that says where it stopped.',
	},
	TRANSACTION_ROLLEDBACK: {
		code: 'other',
		message: 'Salesforce rolled back the lead together with others of its batch',
		description: WHAT_NEXT.write,
		retryAfter: 0,
	},
};

/** Names of fields as Salesforce quotes them. */
const QUOTED_FIELD = /(?:column|field) '([A-Za-z]\w{0,79})'/i;

/** A query or a record named a field that leads don't have, or that the user has no access to. */
export class HiddenFieldError extends DestinationError {
	constructor(
		/** Its API name; empty where Salesforce did not tell. */
		readonly field: string,
		{ operation, isSaving }: RequestContext,
	) {
		const name = field === '' ? 'a field of leads that is needed' : `the field ${field} of leads`;
		super(`The user can't see ${name}`, {
			description:
				'Give the user that signs in Read Access to the field (permission set, Object Settings, Leads). It may also be an additional field that was deleted.',
			// Of a record it may be a field that no other lead of the batch has.
			code: isSaving ? 'rejected' : 'permission',
			operation: isSaving ? operation : 'read',
			httpCode: '400',
		});
	}
}

/**
 * Why a request to the REST API did not give what was asked for.
 *
 * @param thrown by jsforce or the HTTP client
 * @param response the last one that came
 */
export function restError(
	thrown: unknown,
	response: HttpResponse | undefined,
	context: RequestContext,
): DestinationError {
	if (thrown instanceof DestinationError) return thrown;
	const { operation, isSaving } = context;
	if (thrown instanceof HttpError) return unreachable(thrown, 'Salesforce', operation);
	if (!response) return unexpected(undefined, operation);
	const { status } = response;
	const vendor = readVendorError(response.body);
	if (vendor.code === 'INVALID_FIELD') {
		const [, name = ''] = QUOTED_FIELD.exec(vendor.message) ?? [];
		return new HiddenFieldError(namesOf([name], context), context);
	}
	const known = explanationOf(vendor, response, isSaving);
	if (known) return explained(known, { ...context, response });
	// A page instead of a response: of a proxy, or of Salesforce for a host that has no organisation.
	if (vendor.code === '' && status < 500) return unexpected(response, operation);
	if (isSaving && status < 500) return notTaken(vendor.code, String(status));
	return explained(
		{
			code: status >= 500 ? 'unreachable' : 'other',
			message: `Salesforce did not carry out the request: status ${status}${shownCode('salesforce', vendor.code)}`,
			description: WHAT_NEXT[operation],
			...(status >= 500 ? { retryAfter: 0 } : {}),
		},
		{ ...context, response },
	);
}

/** What Salesforce says of a record that it did not save. */
export interface RecordError {
	readonly statusCode: string;
	readonly fields: readonly string[];
}

/** Why a record was not saved. `names` are those of fields that leads have, as in `RequestContext`. */
export function recordError(
	{ statusCode, fields }: RecordError,
	names?: ReadonlySet<string>,
): DestinationError {
	const code = codeOf(statusCode);
	const known = ownEntry(BY_SAVE_CODE, code) ?? ownEntry(BY_CODE, code);
	if (!known) return notTaken(code);
	const context = { operation: 'write', isSaving: true, ...(names && { names }) } as const;
	return explained(known, { ...context, fields: namesOf(fields, context) });
}

/** A response that is nothing Salesforce sends. */
export function unexpected(
	response: HttpResponse | undefined,
	operation: DestinationOperation,
	what = response ? describeResponse(response) : 'there is none',
): DestinationError {
	return unexpectedResponse('Salesforce', what, response?.status).with({ operation });
}

/** The organisation's calls have reached the share that the user set; percent. */
export function quotaShareReached(share: number): DestinationError {
	return new DestinationError(
		`The organisation has used ${share} % of its API calls of the last 24 hours`,
		{
			description:
				'Polling waits so that the rest is left for others, and goes on by itself where it stopped. The share is set by the option Max Daily Quota Share.',
			code: 'quota',
			operation: 'read',
		},
	);
}

/** What Salesforce says of an error; `code` is empty where a body says nothing of the kind. */
export interface VendorError {
	/** Safe to repeat: letters, digits and underscores. */
	code: string;
	/** In Salesforce's words, at most 4,000 characters: they can quote what was sent, so they are looked into, never repeated. */
	message: string;
}

const vendorError = object({
	errorCode: text,
	message: text,
	error: text,
	error_description: text,
});

/** Reads the REST API's `[{ errorCode, message }]` and OAuth's `{ error, error_description }`. */
export function readVendorError(body: string): VendorError {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return { code: '', message: '' };
	}
	const told = readAs(vendorError, Array.isArray(parsed) ? parsed[0] : parsed);
	return {
		code: codeOf(told?.errorCode || told?.error),
		message: (told?.message || told?.error_description || '').slice(0, MAX_MESSAGE),
	};
}

function explanationOf(
	{ code, message }: VendorError,
	{ status }: HttpResponse,
	isSaving: boolean,
): Explanation | undefined {
	if (code === 'REQUEST_LIMIT_EXCEEDED') {
		return /concurrent/i.test(message) ? TOO_MANY_AT_ONCE : QUOTA_USED_UP;
	}
	const known = (isSaving ? ownEntry(BY_SAVE_CODE, code) : undefined) ?? ownEntry(BY_CODE, code);
	if (known) return known;
	if (status === 401) return SESSION_NOT_ACCEPTED;
	return status === 429 || status === 503 ? OVERLOADED : undefined;
}

function explained(
	explanation: Explanation,
	{
		operation,
		isSaving,
		response,
		fields = '',
	}: RequestContext & { response?: HttpResponse; fields?: string },
): DestinationError {
	const { code, message, description, saysNext, retryAfter, mayBeDone } = explanation;
	const asked = retryAfterOf(response?.headers['retry-after']);
	const isOfReading = !isSaving || explanation === MAY_NOT_READ;
	return new DestinationError(typeof message === 'string' ? message : message(fields), {
		description: saysNext ? `${WHAT_NEXT[operation]} ${description}` : description,
		code,
		// Leads are read before they are written, which is a right of its own.
		operation: code === 'permission' && isOfReading ? 'read' : operation,
		httpCode: response && String(response.status),
		// Where another attempt is of no use, waiting is not either.
		retryAfter: retryAfter === undefined ? undefined : Math.max(retryAfter, asked ?? 0),
		mayBeDone,
	});
}

function notTaken(code: string, httpCode?: string): DestinationError {
	const shown = shownCode('salesforce', code);
	const look =
		shown === ''
			? 'Look for the reason in a debug log of the user'
			: 'Look up the code in Salesforce’s help';
	return new DestinationError(`Salesforce did not take the lead${shown}`, {
		description: `${look}, correct the lead and write it again. The other leads are not affected.`,
		code: 'rejected',
		operation: 'write',
		httpCode,
	});
}

function ownEntry<Entry>(
	entries: Readonly<Record<string, Entry>>,
	code: string,
): Entry | undefined {
	return Object.hasOwn(entries, code) ? entries[code] : undefined;
}

function codeOf(value: unknown): string {
	return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : '';
}

/** Of these names those that are known; else they can be anything that was sent, or that somebody put there. */
function namesOf(fields: readonly string[], { names }: RequestContext): string {
	const known = fields.filter((name) => /^\w{1,80}$/.test(name) && names?.has(name.toLowerCase()));
	return known.slice(0, 5).join(', ');
}

/** Of an id that no lead in Salesforce can have. */
export function notALeadId(): DestinationError {
	return new DestinationError('The ID of the lead is not that of a lead in Salesforce', {
		code: 'rejected',
		operation: 'write',
		description: 'Pass on the field "id" as the trigger gave it.',
	});
}

/** Of a lead that is to be marked. */
export function noSuchLead(): DestinationError {
	return new DestinationError('The lead is not in Salesforce any more', {
		code: 'notFound',
		operation: 'write',
		description: 'It was deleted or merged, or the user that signs in may not see it.',
	});
}

/** Of a field that can't mark leads as it was said to. */
export function wrongHandledField(
	name: string,
	expected: string,
	isReadOnly: boolean,
): DestinationError {
	return new DestinationError(
		isReadOnly
			? `The user may not change the field ${name} of leads`
			: `Leads have no field ${name} that is a ${expected}`,
		{
			code: isReadOnly ? 'permission' : 'configuration',
			operation: 'write',
			description: isReadOnly
				? 'In Setup, give the user Edit Access to the field in a permission set.'
				: 'Make it in Setup, Object Manager, Lead, Fields & Relationships, give the user Edit Access to it, and choose under "Leads Are Marked By" what it is.',
		},
	);
}
