import { DestinationError, type DestinationErrorCode } from '../contract';
import { retryAfterOf } from '../timeLimits';

/** What the service says by its error code, and what the user can do about it. */
interface Explanation {
	reason: DestinationErrorCode;
	message: string;
	description: string;
}

/** Codes of the Table service: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	AuthenticationFailed: {
		reason: 'authentication',
		message: 'Azure did not accept the sign-in to the storage account',
		description:
			'The account key or the signature is wrong, regenerated or expired, or the clock of this machine is off. Copy the key or SAS anew into the credential.',
	},
	AuthorizationFailure: {
		reason: 'authentication',
		message: 'The storage account does not let this sign-in or this address in',
		description:
			'Check that the account key or SAS is right and has not expired, that the account allows key access, and that its firewall (Networking) lets the address of n8n through.',
	},
	AuthorizationPermissionMismatch: {
		reason: 'permission',
		message: 'The sign-in is right but may not read the table',
		description:
			'Give the Entra application the role Storage Table Data Reader on the storage account, or make a SAS with the permissions Read and List for the Table service. A new role takes up to ten minutes to work.',
	},
	AuthorizationResourceTypeMismatch: {
		reason: 'permission',
		message: 'The SAS does not cover tables and their rows',
		description: 'Make a SAS with the resource types Service, Container and Object.',
	},
	AuthorizationServiceMismatch: {
		reason: 'permission',
		message: 'The SAS does not cover the Table service',
		description: 'Make a SAS with Table among its allowed services.',
	},
	AuthorizationProtocolMismatch: {
		reason: 'permission',
		message: 'The SAS allows another protocol only',
		description: 'Use an https address, or make a SAS that allows the protocol in use.',
	},
	AuthorizationSourceIPMismatch: {
		reason: 'permission',
		message: 'The SAS does not allow the address n8n comes from',
		description: 'Make a SAS whose allowed IP addresses hold that of n8n.',
	},
	AccountIsDisabled: {
		reason: 'permission',
		message: 'The storage account is disabled',
		description:
			'Enable it in the Azure portal; a subscription without means disables its accounts.',
	},
	InvalidAuthenticationInfo: {
		reason: 'authentication',
		message: 'Azure could not read the sign-in',
		description: 'Copy the key, SAS or client secret anew into the credential.',
	},
	KeyBasedAuthenticationNotPermitted: {
		reason: 'permission',
		message: 'The storage account does not allow account keys',
		description:
			'Sign in with an Entra application instead, or enable storage account key access in the account’s configuration.',
	},
	// Where the account is part of the address's path, as on Azure Stack Hub and emulators.
	ResourceNotFound: {
		reason: 'notFound',
		message: 'There is no storage account at this address',
		description: 'Check the account name and the table endpoint in the credential.',
	},
	TableNotFound: {
		reason: 'notFound',
		message: 'The table does not exist',
		description: 'Microsoft makes it with the first lead. Check the name if there have been leads.',
	},
};

const SOCKET_CODES = new Set([
	'EAI_AGAIN',
	'ECONNREFUSED',
	'ECONNRESET',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'EPIPE',
	'ETIMEDOUT',
	'REQUEST_SEND_ERROR',
]);

const AFTER_READING = 'Nothing is lost: the next poll goes on where this one stopped.';
const AFTER_WRITING = 'Write the lead again: however often it is written, it makes one row.';

/** What reads otherwise when something was to be written. */
const BY_CODE_IN_WRITING: Readonly<Record<string, Explanation>> = {
	AuthorizationPermissionMismatch: {
		reason: 'permission',
		message: 'The sign-in is right but may not write into the table',
		description:
			'Give the Entra application the role Storage Table Data Contributor on the storage account, or make a SAS with the permissions Read, Write, Add, Update and Delete for the Table service. A new role takes up to ten minutes to work.',
	},
	EntityTooLarge: {
		reason: 'other',
		message: 'The lead is larger than a row of the table can be',
		description: 'A row holds 1 MiB. Write fewer or shorter additional fields.',
	},
	PropertyNameInvalid: {
		reason: 'other',
		message: 'A column of the lead has a name that Azure does not allow',
		description: 'Name additional fields with letters, digits and underscores only.',
	},
	TableBeingDeleted: {
		reason: 'throttled',
		message: 'The table is being deleted at this moment',
		description: 'Azure takes about a minute for it. Write the lead again then.',
	},
	TableNotFound: {
		reason: 'notFound',
		message: 'The table does not exist and could not be made',
		description: 'Make it in the storage account, or check its name.',
	},
};

/** Milliseconds. To delete a table takes the service 40 seconds at least, and tries are four. */
const DELETING_WAIT = 15_000;

/** Codes and names of what passes: no answer came, or the service was not up to it just then. */
const PASSING = /^(?:AbortError|TimeoutError|PARSE_ERROR|TableBeingDeleted|TooManyRequests)$/;

/**
 * The refusal of something that was to be written, with the time after which it may be tried again
 * where that helps.
 */
export function explainWriteRefusal(error: unknown): DestinationError {
	const { name, code, statusCode = 0, retryAfter } = fieldsOf(error);
	const known = Object.hasOwn(BY_CODE_IN_WRITING, code) ? BY_CODE_IN_WRITING[code] : undefined;
	const told = known ? refusal(known, statusCode) : explainRefusal(error, AFTER_WRITING);
	if (told === error) return told;
	const mayPass =
		PASSING.test(name) ||
		PASSING.test(code) ||
		statusCode === 429 ||
		statusCode >= 500 ||
		(SOCKET_CODES.has(code) && code !== 'ENOTFOUND');
	if (!mayPass) return told;
	const { message, description, code: reason, httpCode } = told;
	return new DestinationError(message, {
		description,
		// Nothing that was to be written is at fault, so no other row would fare better.
		code: reason === 'other' ? 'unreachable' : reason,
		httpCode,
		retryAfter: Math.max(
			retryAfterOf(retryAfter) ?? 0,
			code === 'TableBeingDeleted' ? DELETING_WAIT : 0,
		),
	});
}

/** The refusal of a table that was missing and was to be made. */
export function explainTableRefusal(error: unknown): DestinationError {
	const told = explainWriteRefusal(error);
	// It was accepted a moment ago, for the table that is missing: what is refused is the making. A
	// SAS of one table is refused so, being no signature for the list of tables at all.
	if (told.code !== 'permission' && told.code !== 'authentication') return told;
	return new DestinationError('The table does not exist, and the sign-in may not make it', {
		description:
			'Make the table in the storage account, or let the sign-in do it: an Entra application with the role Storage Table Data Contributor, or a SAS of the account (not of one table) with the permission Write and the resource type Container.',
		code: 'permission',
		httpCode: told.httpCode,
	});
}

/** The refusal of a table that is missing and is not to be made. */
export function missingTable(): DestinationError {
	return new DestinationError('The table does not exist', {
		description:
			'Check its name, make it in the storage account, or turn on the option Create Table.',
		code: 'notFound',
		httpCode: '404',
	});
}

/** Whether a request may have been carried out although it was not answered as it should be. */
export function leavesDoubt(error: unknown): boolean {
	const { name, code, statusCode = 0 } = fieldsOf(error);
	if (statusCode === 503) return false;
	return (
		statusCode >= 500 || SOCKET_CODES.has(code) || PASSING.test(name) || code === 'PARSE_ERROR'
	);
}

/** Whether there is a row of these keys already. */
export function isExistingRow(error: unknown): boolean {
	return fieldsOf(error).code === 'EntityAlreadyExists';
}

/** Whether there is no row of these keys, or no table to hold it. */
export function isMissingRow(error: unknown): boolean {
	return fieldsOf(error).statusCode === 404;
}

/** Which row of a transaction was refused, from 0; `undefined` where none is named. */
export function refusedRow(error: unknown): number | undefined {
	const [, at] = /^(\d{1,3}):/.exec(error instanceof Error ? error.message : '') ?? [];
	return at === undefined ? undefined : Number(at);
}

/**
 * The same refusal in words for the user; never repeats what the SDK says, which can hold a SAS.
 * `next` tells what becomes of the work where nothing better can be told.
 */
export function explainRefusal(error: unknown, next = AFTER_READING): DestinationError {
	if (error instanceof DestinationError) return error;
	const { name, code, statusCode } = fieldsOf(error);
	const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
	if (known) return refusal(known, statusCode);
	if (statusCode === 429 || statusCode === 503) {
		return refusal(
			{
				reason: 'throttled',
				message: 'Azure Table Storage is busy and asks to wait',
				description: next,
			},
			statusCode,
		);
	}
	if (name === 'AbortError' || name === 'TimeoutError') {
		return refusal({
			reason: 'unreachable',
			message: 'Azure Table Storage did not answer in time',
			description: next,
		});
	}
	// The SDK tries again by itself after a lost connection, but not in the middle of an answer.
	if (code === 'PARSE_ERROR') {
		return refusal({
			reason: 'unreachable',
			message:
				'Unexpected response from Azure Table Storage: it broke off or could not be decompressed',
			description: next,
		});
	}
	if (SOCKET_CODES.has(code)) {
		return refusal({
			reason: 'unreachable',
			message: 'The storage account could not be reached',
			description:
				'Check the account name and endpoint in the credential, and that n8n may reach it (network, proxy, firewall).',
		});
	}
	if (statusCode === 401 || statusCode === 403) {
		return refusal(
			{
				reason: 'permission',
				message: 'Azure Table Storage refused access',
				description: 'Check the sign-in in the credential and what it may do.',
			},
			statusCode,
		);
	}
	const status = statusCode === undefined ? '' : ` with status ${statusCode}`;
	const said = /^\w{1,60}$/.test(code) ? ` (${code})` : '';
	return refusal(
		{
			reason: 'other',
			message: `Azure Table Storage refused the request${status}${said}`,
			description: next,
		},
		statusCode,
	);
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

function refusal(explanation: Explanation, statusCode?: number): DestinationError {
	const { message, description, reason } = explanation;
	return new DestinationError(message, { description, code: reason, httpCode: asText(statusCode) });
}

function asText(statusCode: number | undefined): string | undefined {
	return statusCode === undefined ? undefined : String(statusCode);
}

interface ErrorFields {
	name: string;
	/** The Table service's own code where there is one, else the socket's. */
	code: string;
	statusCode: number | undefined;
	/** Of the header, where there was one. */
	retryAfter: string | undefined;
}

function fieldsOf(error: unknown): ErrorFields {
	if (!(error instanceof Error)) {
		return { name: '', code: '', statusCode: undefined, retryAfter: undefined };
	}
	const { code, statusCode, details, response } = error as Error & {
		code?: unknown;
		statusCode?: unknown;
		details?: { odataError?: { code?: unknown }; errorCode?: unknown };
		response?: { headers?: { get(name: string): string | undefined } };
	};
	// An answer in XML has its code in a header only, which the SDK puts beside the body's fields;
	// not so for a transaction, whose answer it reads itself.
	const serviceCode =
		details?.odataError?.code ??
		details?.errorCode ??
		code ??
		response?.headers?.get('x-ms-error-code');
	return {
		name: error.name,
		code: typeof serviceCode === 'string' ? serviceCode : '',
		statusCode: typeof statusCode === 'number' ? statusCode : undefined,
		retryAfter: response?.headers?.get('retry-after'),
	};
}
