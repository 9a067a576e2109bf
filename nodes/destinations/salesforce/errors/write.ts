import { DestinationError, type DestinationErrorCode } from '../../contract';
import type { HttpResponse } from '../../httpClient';
import { explainRefusal } from '../errors';
import { refusalCode } from './vendorError';

interface Explanation {
	/** `fields` names the fields in question; empty where Salesforce did not tell. */
	message: (fields: string) => string;
	description: string;
	reason?: DestinationErrorCode;
	/** Milliseconds to wait before another try, where one may help. */
	retryAfter?: number;
}

const MAY_NOT_WRITE: Explanation = {
	message: () => 'The sign-in is right but the user may not write leads',
	description:
		'Give the user that signs in a permission set with Read, Create and Edit on Leads, and Delete for test leads (Setup, Permission Sets, Object Settings).',
	reason: 'permission',
};

const NOT_IN_PICKLIST: Explanation = {
	message: (fields) => `The value for ${fields || 'a picklist'} is not in its restricted picklist`,
	description:
		'In Setup, Object Manager, Lead, Fields, take off "Restrict picklist to the values defined in the value set" of the field, or add the value. Lead Source has to take any text: it says which offer the lead is of.',
	reason: 'configuration',
};

/** Codes of what is saved: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm#statuscode */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	REQUIRED_FIELD_MISSING: {
		message: (fields) => `Salesforce wants a value for ${fields || 'a field'} in every lead`,
		description:
			'Give it one by an additional field, or make the field optional (Setup, Object Manager, Lead, Fields).',
		reason: 'configuration',
	},
	STRING_TOO_LONG: {
		message: (fields) => `The value for ${fields || 'a field'} is longer than the field takes`,
		description: 'Shorten it, or make the field longer in Salesforce.',
	},
	DUPLICATES_DETECTED: {
		message: () => 'A duplicate rule of the organisation keeps the lead out',
		description:
			'A lead or contact like it is there already. To have it all the same, let the rule alert and not block (Setup, Duplicate Rules).',
	},
	DUPLICATE_VALUE: {
		message: (fields) => `Another lead has the same value for ${fields || 'a unique field'}`,
		description: 'Write it again, so that the record that is there is updated.',
		retryAfter: 0,
	},
	DUPLICATE_EXTERNAL_ID: {
		message: (fields) => `Several leads have the same value for ${fields || 'the External ID'}`,
		description: 'Merge them in Salesforce, and make the field unique so that it does not recur.',
	},
	INVALID_EMAIL_ADDRESS: {
		message: () => 'Salesforce does not take the e-mail address of the lead',
		description: 'Correct the address before this node, or write the lead without one.',
	},
	FIELD_CUSTOM_VALIDATION_EXCEPTION: {
		message: () => 'A validation rule of the organisation keeps the lead out',
		description:
			'Look through Setup, Object Manager, Lead, Validation Rules: exempt the user that signs in, or fill what the rule wants by an additional field.',
	},
	FIELD_INTEGRITY_EXCEPTION: {
		message: (fields) => `Salesforce does not take the value for ${fields || 'a field'}`,
		description:
			'Where it names another record or a country, that has to be there and active in Salesforce.',
	},
	INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: NOT_IN_PICKLIST,
	UNABLE_TO_LOCK_ROW: {
		message: () => 'Somebody else was changing the same records in Salesforce',
		description: 'Nothing is lost: write the lead again.',
		reason: 'throttled',
		retryAfter: 0,
	},
	SERVER_UNAVAILABLE: {
		message: () => 'Salesforce is overloaded or down for maintenance',
		description: 'Nothing is lost: write the lead again. See status.salesforce.com.',
		reason: 'throttled',
		retryAfter: 0,
	},
	STORAGE_LIMIT_EXCEEDED: {
		message: () => 'The organisation has no room for more records',
		description: 'Delete records or buy more data storage (Setup, Storage Usage).',
		reason: 'throttled',
	},
	CANNOT_UPDATE_CONVERTED_LEAD: {
		message: () => 'The lead has been converted, and can’t be changed any more',
		description: 'There is nothing to do: it is an account, a contact or an opportunity now.',
	},
	CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: {
		message: () => 'An automation of the organisation keeps the lead out',
		description:
			'A flow or trigger on leads failed: its administrator gets an e-mail from Salesforce that says where.',
	},
	INVALID_FIELD_FOR_INSERT_UPDATE: {
		message: (fields) => `The user may not fill ${fields || 'a field'} of leads`,
		description:
			'Give the user Edit Access to the field (permission set, Object Settings, Leads), or leave it out.',
		reason: 'permission',
	},
	INSUFFICIENT_ACCESS: MAY_NOT_WRITE,
	INSUFFICIENT_ACCESS_OR_READONLY: MAY_NOT_WRITE,
	INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: {
		message: (fields) => `The user may not use the record that ${fields || 'a field'} names`,
		description: 'Give the user access to that record, or name another one.',
		reason: 'permission',
	},
	CANNOT_EXECUTE_FLOW_TRIGGER: {
		message: () => 'A flow of the organisation keeps the lead out',
		description: 'Its administrator gets an e-mail from Salesforce that says where it stopped.',
	},
	TRANSACTION_ROLLEDBACK: {
		message: () => 'Salesforce took back the lead with others of its batch',
		description: 'Nothing is lost: write the lead again.',
		retryAfter: 0,
	},
};

/** What Salesforce says of one record, as it stands in the answer. */
export interface RecordRefusal {
	statusCode?: unknown;
	fields?: unknown;
}

/** In words for the user. Nothing that Salesforce wrote is repeated but its code and its fields. */
export function explainRecord({ statusCode, fields }: RecordRefusal): DestinationError {
	const code = typeof statusCode === 'string' && /^\w{1,60}$/.test(statusCode) ? statusCode : '';
	const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
	if (known) return refusal(known, namesOf(fields), undefined);
	return new DestinationError(`Salesforce did not take the lead${code && ` (${code})`}`, {
		description:
			'Look up the code in Salesforce’s help. The other leads are not affected; write this one again when its cause is gone.',
		code: 'other',
	});
}

/** The same as `explainRefusal`, where it was not reading that was refused. */
export function explainWriteRefusal(
	error: unknown,
	answer: HttpResponse | undefined,
): DestinationError {
	const general = explainRefusal(error, answer);
	// What is no refusal of Salesforce's, or one with nothing behind it, means the same for both.
	if (error instanceof DestinationError || !answer || answer.status < 400) return general;
	const { code } = refusalCode(answer.body);
	const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
	return known ? refusal(known, '', String(answer.status), general.retryAfter) : general;
}

function refusal(
	{ message, description, reason = 'other', retryAfter }: Explanation,
	fields: string,
	httpCode: string | undefined,
	asked = 0,
): DestinationError {
	return new DestinationError(message(fields), {
		description,
		code: reason,
		httpCode,
		...(retryAfter === undefined ? {} : { retryAfter: Math.max(retryAfter, asked) }),
	});
}

function namesOf(fields: unknown): string {
	const names = (Array.isArray(fields) ? fields : []).filter(
		(name): name is string => typeof name === 'string' && /^\w{1,80}$/.test(name),
	);
	return names.slice(0, 5).join(', ');
}
