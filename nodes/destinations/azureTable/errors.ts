import {
	DestinationError,
	type DestinationErrorCode,
	type DestinationErrorDetails,
	type DestinationOperation,
} from '../destinationError';
import { HttpError, unreachable, WHAT_NEXT } from '../httpClient';
import { retryAfterOf } from '../timeLimits';
import { isKnownCode } from '../vendorCodes';
import { SERVICE } from './connection/responseCheck';

/** What the service says by its error code, and what the user can do about it. */
interface Explanation {
	code: DestinationErrorCode;
	message: string;
	description: string;
	/** Milliseconds to wait before another attempt; absent where none helps. */
	retryAfter?: number;
}

/** Codes of the Table service: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	AuthenticationFailed: {
		code: 'authentication',
		message: 'Azure did not accept the sign-in to the storage account',
		description:
			'The account key or the signature is wrong, regenerated or expired, or the clock of this machine is off. Copy the key or SAS into the credential again.',
	},
	AuthorizationFailure: {
		code: 'authentication',
		message: 'The storage account does not let this sign-in or this address in',
		description:
			'Check that the account key or SAS is right and has not expired, that the account allows key access, and that its firewall (Networking) lets the address of n8n through.',
	},
	AuthorizationPermissionMismatch: {
		code: 'permission',
		message: 'The sign-in is right but may not read the table',
		description:
			'Give the Entra application the role Storage Table Data Reader on the storage account, or make a SAS with the permissions Read and List for the Table service. A new role takes up to ten minutes to work.',
	},
	AuthorizationResourceTypeMismatch: {
		code: 'permission',
		message: 'The SAS does not cover tables and their rows',
		description: 'Make a SAS with the resource types Service, Container and Object.',
	},
	AuthorizationServiceMismatch: {
		code: 'permission',
		message: 'The SAS does not cover the Table service',
		description: 'Make a SAS with Table among its allowed services.',
	},
	AuthorizationProtocolMismatch: {
		code: 'permission',
		message: 'The SAS allows another protocol only',
		description: 'Use an https address, or make a SAS that allows the protocol in use.',
	},
	AuthorizationSourceIPMismatch: {
		code: 'permission',
		message: 'The SAS does not allow the address n8n comes from',
		description: 'Make a SAS whose allowed IP addresses hold that of n8n.',
	},
	AccountIsDisabled: {
		code: 'permission',
		message: 'The storage account is disabled',
		description:
			'Enable it in the Azure portal; an expired or unpaid subscription disables its accounts.',
	},
	InvalidAuthenticationInfo: {
		code: 'authentication',
		message: 'Azure could not read the sign-in',
		description: 'Copy the key, SAS or client secret into the credential again.',
	},
	KeyBasedAuthenticationNotPermitted: {
		code: 'permission',
		message: 'The storage account does not allow account keys',
		description:
			'Sign in with an Entra application instead, or enable storage account key access in the account’s configuration.',
	},
	// Where the account is part of the address's path, as on Azure Stack Hub and emulators.
	ResourceNotFound: {
		code: 'notFound',
		message: 'There is no storage account at this address',
		description: 'Check the account name and the table endpoint in the credential.',
	},
	TableNotFound: {
		code: 'notFound',
		message: 'The table does not exist',
		description: 'Microsoft makes it with the first lead. Check the name if there have been leads.',
	},
};

/** What reads otherwise when something was to be written. */
const BY_CODE_IN_WRITING: Readonly<Record<string, Explanation>> = {
	AuthorizationPermissionMismatch: {
		code: 'permission',
		message: 'The sign-in is right but may not write into the table',
		description:
			'Give the Entra application the role Storage Table Data Contributor on the storage account, or make a SAS with the permissions Read, Write, Add, Update and Delete for the Table service. A new role takes up to ten minutes to work.',
	},
	EntityTooLarge: {
		code: 'rejected',
		message: 'The lead is larger than a row of the table can be',
		description: 'A row holds 1 MiB. Write fewer or shorter additional fields.',
	},
	PropertyNameInvalid: {
		code: 'rejected',
		message: 'A column of the lead has a name that Azure does not allow',
		description: 'Name additional fields with letters, digits and underscores only.',
	},
	// Deleting takes the service 40 seconds at least, and attempts are four.
	TableBeingDeleted: {
		code: 'throttled',
		message: 'The table is being deleted at this moment',
		description: 'That takes Azure about a minute. Write the lead again afterwards.',
		retryAfter: 15_000,
	},
	TableNotFound: {
		code: 'notFound',
		message: 'The table does not exist and could not be created',
		description: 'Make it in the storage account, or check its name.',
	},
};

/** Said of what was sent: another lead may be taken. */
const OF_CONTENT: ReadonlySet<number> = new Set([400, 409, 411, 412, 413, 414, 415, 422]);

/**
 * What the SDK threw, in words for the user; never repeats what it says, which can hold a SAS. Where
 * something was to be written, with the time after which another attempt may help.
 */
export function explainError(error: unknown, operation: DestinationOperation): DestinationError {
	if (error instanceof DestinationError) {
		return error.operation === undefined ? error.with({ operation }) : error;
	}
	if (error instanceof HttpError) return unreachable(error, SERVICE, operation);
	const fields = fieldsOf(error);
	const told = explain(fields, operation);
	// Reading is tried again by the SDK and by the next poll.
	if (operation !== 'write') return told.with({ retryAfter: undefined });
	const { statusCode = 0 } = fields;
	const mayPass = told.retryAfter !== undefined || statusCode === 429 || statusCode >= 500;
	if (!mayPass) return told;
	const wait = Math.max(told.retryAfter ?? 0, retryAfterOf(fields.retryAfter) ?? 0);
	return told.with({ retryAfter: wait });
}

function explain(fields: ErrorFields, operation: DestinationOperation): DestinationError {
	const { name, code, statusCode, recordIndex } = fields;
	const told = (
		explanation: Explanation,
		details: Partial<DestinationErrorDetails> = {},
	): DestinationError =>
		new DestinationError(explanation.message, {
			code: explanation.code,
			description: explanation.description,
			operation,
			httpCode: statusCode === undefined ? undefined : String(statusCode),
			retryAfter: explanation.retryAfter,
			recordIndex,
			...details,
		});
	const known = byCode(code, operation);
	if (known) return told(known);
	if (statusCode === 429 || statusCode === 503) {
		return told(
			{
				code: 'throttled',
				message: `${SERVICE} is busy and asks to wait`,
				description: WHAT_NEXT[operation],
			},
			// Turned away: nothing of it was carried out.
			{ mayBeDone: false },
		);
	}
	// What a partition with too much to do says as well. Unlike above, it may have been carried out.
	if (code === 'OperationTimedOut') {
		return told({
			code: 'throttled',
			message: `${SERVICE} did not get through with the request in time`,
			description: WHAT_NEXT[operation],
		});
	}
	if (name === 'AbortError' || name === 'TimeoutError') {
		return unreachable(new HttpError('ABORTED'), SERVICE, operation).with({ retryAfter: 0 });
	}
	// The SDK tries again by itself after a lost connection, but not in the middle of a response.
	if (code === 'PARSE_ERROR') {
		return told({
			code: 'unexpectedResponse',
			message: `Unexpected response from ${SERVICE}: it broke off or could not be decompressed`,
			description: WHAT_NEXT[operation],
			retryAfter: 0,
		});
	}
	if (statusCode === 407) {
		return unreachable(new HttpError('PROXY_AUTHENTICATION'), SERVICE, operation);
	}
	if (statusCode === undefined && name === 'RestError' && code !== '') {
		return unreachable(new HttpError(code), SERVICE, operation);
	}
	if (statusCode === 401 || statusCode === 403) {
		return told({
			code: 'permission',
			message: `${SERVICE} denied access`,
			description: 'Check the sign-in in the credential and what it may do.',
		});
	}
	const said = [
		...(statusCode === undefined ? [] : [`status ${statusCode}`]),
		...(isKnownCode('azureTable', code) ? [code] : []),
	].join(', ');
	const inBrackets = said === '' ? '' : ` (${said})`;
	if (operation === 'write' && OF_CONTENT.has(statusCode ?? 0)) {
		return told({
			code: 'rejected',
			message: `${SERVICE} did not accept the lead${inBrackets}`,
			description:
				'Check the additional fields and properties of the lead: their names, their number and the length of their texts.',
		});
	}
	return told({
		code: 'other',
		message: `${SERVICE} did not carry out the request${inBrackets}`,
		description: WHAT_NEXT[operation],
	});
}

function byCode(code: string, operation: DestinationOperation): Explanation | undefined {
	if (operation === 'write' && Object.hasOwn(BY_CODE_IN_WRITING, code)) {
		return BY_CODE_IN_WRITING[code];
	}
	return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}

/**
 * Of a row that is looked at because of one that is written: no poll goes on with it, but a right
 * that is missing is the right to read.
 */
export function explainLookup(error: unknown): DestinationError {
	const told = explainError(error, 'write');
	return told.code === 'permission' ? explainError(error, 'read') : told;
}

/** Of a table that was missing and was to be made. */
export function explainTableCreation(error: unknown): DestinationError {
	const told = explainError(error, 'write');
	// The sign-in was accepted a moment ago, for the table that is missing: what it lacks is the right
	// to make one. For a SAS of one table this is no signature for the list of tables at all.
	if (told.code !== 'permission' && told.code !== 'authentication') return told;
	return told.with({
		message: 'The table does not exist, and the sign-in may not create it',
		description:
			'Make the table in the storage account, or let the sign-in do it: an Entra application with the role Storage Table Data Contributor, or a SAS of the account (not of one table) with the permission Write and the resource type Container.',
		code: 'permission',
	});
}

/** Of a table that is missing and is not to be made. */
export function missingTable(): DestinationError {
	return new DestinationError('The table does not exist', {
		description:
			'Check its name, make it in the storage account, or turn on the option Create Table.',
		code: 'notFound',
		operation: 'write',
		httpCode: '404',
	});
}

/** Whether there is a row of these keys already. */
export function isExistingRow(error: unknown): boolean {
	return fieldsOf(error).code === 'EntityAlreadyExists';
}

/** Whether the row was changed since it was read. */
export function isChangedRow(error: unknown): boolean {
	const { code, statusCode } = fieldsOf(error);
	return statusCode === 412 || code === 'UpdateConditionNotSatisfied';
}

/** Of an id that no row of a table can have. */
export function notAKey(): DestinationError {
	return new DestinationError('The ID of the lead is not that of a row in Azure Table Storage', {
		code: 'rejected',
		operation: 'write',
		description: 'Pass on the field "id" as the trigger gave it.',
	});
}

/** Of a lead that is to be marked and is not there. */
export function noSuchRow(table: string, handled?: string): DestinationError {
	const where =
		handled === undefined ? `in the table ${table}` : `in the table ${table} nor in ${handled}`;
	return new DestinationError(`The lead is ${handled === undefined ? 'not' : 'neither'} ${where}`, {
		code: 'notFound',
		operation: 'write',
		description:
			'Check that the credential and the table are those of the trigger, and that nothing else takes rows out of it.',
	});
}

/** Of a lead whose row was changed each time between its copy and its deletion. */
export function keepsChanging(): DestinationError {
	return new DestinationError('The row was changed each time it was about to be moved', {
		code: 'rejected',
		operation: 'write',
		description:
			'Something writes to this row all the time. It stays where it is, with a copy in the other table. Find what writes to it, then mark the lead again.',
	});
}

/** Whether there is no row of these keys, or no table to hold it. */
export function isMissingRow(error: unknown): boolean {
	return fieldsOf(error).statusCode === 404;
}

/** Whether the table is simply not there yet. */
export function isMissingTable(error: unknown): boolean {
	const { code, statusCode } = fieldsOf(error);
	return statusCode === 404 && code === 'TableNotFound';
}

/** Whether the SDK could not read a continuation token, or the service did not give it out. */
export function isBadToken(error: unknown): boolean {
	const { name, statusCode } = fieldsOf(error);
	return statusCode === 400 || name === 'SyntaxError' || name === 'TypeError';
}

interface ErrorFields {
	name: string;
	/** The Table service's own code where there is one, else the socket's. */
	code: string;
	statusCode?: number | undefined;
	/** Of the header, where there was one. */
	retryAfter?: string | undefined;
	/** Which row of a transaction was at fault, from 0: Azure begins its message with it. */
	recordIndex?: number | undefined;
}

function fieldsOf(error: unknown): ErrorFields {
	if (!(error instanceof Error)) return { name: '', code: '' };
	const { code, statusCode, details, response } = error as Error & {
		code?: unknown;
		statusCode?: unknown;
		details?: { odataError?: { code?: unknown }; errorCode?: unknown };
		response?: { headers?: { get(name: string): string | undefined } };
	};
	// A response in XML has its code in a header only, which the SDK puts beside the body's fields;
	// not so for a transaction, whose response it reads itself.
	const serviceCode =
		details?.odataError?.code ??
		details?.errorCode ??
		code ??
		response?.headers?.get('x-ms-error-code');
	const [, index] = /^(\d{1,3}):/.exec(error.message) ?? [];
	return {
		name: error.name,
		code: typeof serviceCode === 'string' ? serviceCode : '',
		statusCode: typeof statusCode === 'number' ? statusCode : undefined,
		retryAfter: response?.headers?.get('retry-after'),
		recordIndex: index === undefined ? undefined : Number(index),
	};
}
