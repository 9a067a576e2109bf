/** What Dataverse's responses mean, in words for the user. Repeats nothing of them but the name of a column that was asked for. */
import {
	DestinationError,
	type DestinationErrorCode,
	type DestinationOperation,
} from '../destinationError';
import { type HttpResponse, WHAT_NEXT } from '../httpClient';
import { retryAfterOf } from '../timeLimits';
import { unexpectedResponse } from '../unexpectedResponse';
import { shownCode } from '../vendorCodes';

/** What a request was about. */
export type Subject = 'columns' | 'environment' | 'leads';

/** Where a column is set, by its name; to tell the user what to correct. */
export type SettingOf = (column: string) => string | undefined;

export interface ErrorContext {
	operation: DestinationOperation;
	subject: Subject;
	settingOf?: SettingOf;
	/** Names that the request had, in lower case: a response is quoted with no other. */
	names?: ReadonlySet<string>;
}

interface Explanation {
	code: DestinationErrorCode;
	message: string;
	/** What to do next; `WHAT_NEXT` where there is nothing better. */
	description?: string;
}

const APPLICATION_USERS =
	'In the Power Platform admin center open the environment, Settings, Users + permissions, Application users.';

const MISSING_USER: Explanation = {
	code: 'permission',
	message: 'The application has no user in this environment',
	description: `${APPLICATION_USERS} Add the application there, and give it a role with privileges on the table Lead.`,
};
const DISABLED_USER: Explanation = {
	code: 'permission',
	message: 'The application user is disabled in this environment',
	description: `${APPLICATION_USERS} Activate it there.`,
};
const ADMIN_MODE: Explanation = {
	code: 'unreachable',
	message: 'The environment is in administration mode',
	description: 'Turn it off in the Power Platform admin center, or wait until it is.',
};
const DISABLED_ENVIRONMENT: Explanation = {
	code: 'unreachable',
	message: 'The environment is disabled',
	description:
		'Look at its state in the Power Platform admin center: a trial or subscription may have ended.',
};

type Explain = (context: ErrorContext, text: string) => Explanation;

/** Codes of Dataverse: https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes */
const BY_CODE: Readonly<Record<string, Explanation | Explain>> = {
	'0x80072560': MISSING_USER,
	'0x80040204': MISSING_USER,
	'0x80040225': DISABLED_USER,
	'0x80041d1f': DISABLED_USER,
	'0x80040220': missingPrivilege,
	'0x80048306': missingPrivilege,
	'0x80042f09': {
		code: 'permission',
		message: 'The application user has no security role',
		description: `${APPLICATION_USERS} Give it a security role with privileges on the table Lead.`,
	},
	'0x8004d24b': {
		code: 'permission',
		message: 'The user has no license for this environment',
		description: 'Sign in with an application user, which needs none.',
	},
	'0x80095ffe': {
		code: 'permission',
		message: 'The environment’s IP firewall blocks n8n',
		description:
			'Allow the IP address of n8n: Power Platform admin center, environment, Settings, Privacy + Security.',
	},
	'0x80072322': throttled('Too many requests were made with this application in five minutes'),
	'0x80072321': throttled('The requests of this application took too long in five minutes'),
	'0x80072326': throttled('Too many requests of this application ran at once'),
	'0x80044151': {
		code: 'queryTooLarge',
		message: 'The query took Dynamics 365 too long',
	},
};

/** Codes of what is there already: by its id, by an alternate key, by a duplicate detection rule. */
const SAME_ID = '0x80040237';
const SAME_KEY = '0x80060892';
const DUPLICATE = '0x80040333';
const MISSING_LEAD = new Set(['0x80040217', '0x80060891']);

/** Codes of the same list that say something of the lead that was written. */
const OF_WRITING: Readonly<Record<string, Explanation | Explain>> = {
	[DUPLICATE]: {
		code: 'duplicate',
		message: 'A duplicate detection rule of the environment blocked the lead',
		description:
			'A lead like it is there already. To write it all the same, turn off the option Detect Duplicates, or change the rule.',
	},
	[SAME_KEY]: {
		code: 'duplicate',
		message: 'Another lead has the same value in a column that is a key',
		description: 'Give it another value, or name the column as Lead ID Column to find that lead.',
	},
	// A transaction that waited for others until its time was over, and was rolled back: no query of ours.
	'0x80044151': {
		code: 'other',
		message: 'Dynamics 365 did not get through with the lead in time',
	},
	'0x80044331': (context, text) => ({
		code: 'rejected',
		message: `The value for ${namedColumn(context, text)} is longer than the column takes`,
		description: 'Shorten it, or make the column longer in Power Apps.',
	}),
	'0x8004431a': (context, text) => ({
		code: 'rejected',
		message: `The value for ${namedColumn(context, text)} is not one of the column’s choices`,
		description: 'Choose one from the list, or add it to the column in Power Apps.',
	}),
	'0x80048d19': (context, text) => ({
		code: 'rejected',
		message: `Dynamics 365 does not take the value for ${namedColumn(context, text)}`,
		description: 'Check that the column exists and that the value is of its type.',
	}),
	'0x80040265': {
		code: 'rejected',
		message: 'A plug-in or flow of the environment rejected the lead',
		description:
			'Look at the plug-in trace log or the flows that run when a lead is created, or fill in what they ask for.',
	},
	'0x8004f507': securedColumn,
	'0x8004f508': securedColumn,
};

/** States of an environment, whose codes are not documented: told by what the response says. */
const BY_TEXT: ReadonlyArray<readonly [said: RegExp, explanation: Explanation | Explain]> = [
	[/\badmin(istration|istrator)?[- ]mode\b/i, ADMIN_MODE],
	[/\b(organization|environment|instance)\b.{0,40}\bdisabled\b/i, DISABLED_ENVIRONMENT],
	[/\buser\b.{0,80}\bdisabled\b/i, DISABLED_USER],
	[/not a member of the organization/i, MISSING_USER],
	[/\bis missing prv[a-z0-9]{1,64} privilege/i, missingPrivilege],
];

/** Statuses that may well be another one at the next attempt. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
/** Codes that may pass: a role that lacks a privilege will lack it, and a slow query be slow. */
const MAY_PASS: ReadonlySet<DestinationErrorCode> = new Set(['other', 'throttled', 'unreachable']);
/** Statuses that say something of the record that was written. */
const OF_THE_RECORD = new Set([400, 409, 412, 413, 422]);

/** A column was named that the table Lead does not have. */
export class MissingColumnError extends DestinationError {
	constructor(
		readonly column: string,
		...details: ConstructorParameters<typeof DestinationError>
	) {
		super(...details);
	}
}

/** What a response means that is not the one that was asked for. */
export function responseError(response: HttpResponse, context: ErrorContext): DestinationError {
	const { status } = response;
	const { operation, settingOf } = context;
	const { code, text } = readError(response.body);
	const known = status >= 400 ? explanationOf(code, text, context) : undefined;
	const column = known ? undefined : missingColumn(context, text);
	const told =
		known ??
		(column === undefined ? undefined : missingColumnIn(column, settingOf)) ??
		byStatus(status, shownCode('dynamics365', code), operation);
	const details = {
		code: told.code,
		description: told.description ?? WHAT_NEXT[operation],
		operation,
		httpCode: String(status),
		retryAfter:
			PASSING.has(status) && MAY_PASS.has(told.code)
				? (retryAfterOf(response.headers['retry-after']) ?? 0)
				: undefined,
	};
	return column === undefined
		? new DestinationError(told.message, details)
		: new MissingColumnError(column, told.message, details);
}

/** The same of a batch as a whole: any of its requests may be what was not taken. */
export function batchError(response: HttpResponse): DestinationError {
	const { status } = response;
	if (status < 300) return unexpectedBatch(response);
	const error = responseError(response, { operation: 'write', subject: 'leads' });
	return status === 400 || status === 413 ? error.with({ code: 'rejected' }) : error;
}

/** For a response to a batch that Dataverse would not give. */
export function unexpectedBatch({ status }: HttpResponse): DestinationError {
	return unexpectedResponse('Dynamics 365', 'it is no response to a batch', status, 'write');
}

/** For a response that was not waited for any longer. */
export function slowQuery(operation: DestinationOperation): DestinationError {
	return new DestinationError('The query took Dynamics 365 too long', {
		code: 'timeout',
		description: WHAT_NEXT[operation],
		operation,
	});
}

/** For a request that had no turn, because the service stopped at another one's response. */
export function notCarriedOut(): DestinationError {
	return new DestinationError('Dynamics 365 stopped before this lead had its turn', {
		code: 'throttled',
		description: WHAT_NEXT.write,
		operation: 'write',
		retryAfter: 0,
		// Told by a response that is not there, which may have been cut off.
		mayBeDone: true,
	});
}

/** For a sign-in that may not read the descriptions of columns, where writing needs them. */
export function needsMetadata(error: DestinationError): DestinationError {
	return error.with({
		description: `${APPLICATION_USERS} Give it a security role with Read on the customizations Entity and Attribute: they tell how long a text each column takes.`,
	});
}

/** Whether a lead of this id is there. */
export function isThere({ status, body }: HttpResponse): boolean {
	const { code } = readError(body);
	if (code === SAME_ID) return true;
	// Older responses to If-None-Match have no code.
	return status === 412 && (code === '' || code === '0x0');
}

export function isDuplicate({ status, body }: HttpResponse): boolean {
	return status >= 400 && readError(body).code === DUPLICATE;
}

/** Whether a lead that was asked for by its id is not there. */
export function isMissing({ status, body }: HttpResponse): boolean {
	if (status !== 404) return false;
	const { code, text } = readError(body);
	return MISSING_LEAD.has(code) || /\bdoes not exist\b/i.test(text);
}

function explanationOf(code: string, text: string, context: ErrorContext): Explanation | undefined {
	const isWriting = context.operation === 'write' && context.subject === 'leads';
	const found =
		(isWriting ? own(OF_WRITING, code) : undefined) ??
		own(BY_CODE, code) ??
		BY_TEXT.find(([said]) => said.test(text))?.[1];
	return typeof found === 'function' ? found(context, text) : found;
}

function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
	return Object.hasOwn(values, name) ? values[name] : undefined;
}

const PRIVILEGES: Readonly<Record<string, string>> = {
	create: 'create',
	write: 'change',
	delete: 'delete',
	read: 'read',
};

function missingPrivilege({ operation, subject }: ErrorContext, text: string): Explanation {
	const code = 'permission';
	if (subject === 'columns') {
		return {
			code,
			message: 'The application user may not read which columns there are',
			description: `${APPLICATION_USERS} Give it a security role with Read on the customizations Entity and Attribute, or name the column yourself.`,
		};
	}
	if (operation !== 'write') {
		return {
			code,
			message: 'The application user may not read leads',
			description: `${APPLICATION_USERS} Give it a security role with the privilege Read on the table Lead, for the whole organization.`,
		};
	}
	const name = /\bis missing prv(Create|Delete|Read|Write)Lead\b/i.exec(text)?.[1]?.toLowerCase();
	if (name === undefined) {
		return {
			code,
			message: 'The application user lacks a privilege that writing leads needs',
			description: `${APPLICATION_USERS} Give it a security role with Read, Create and Write on the table Lead, and Append and Append To where a plug-in asks for them.`,
		};
	}
	return {
		code,
		message: `The application user may not ${PRIVILEGES[name] ?? name} leads`,
		description: `${APPLICATION_USERS} Give it a security role with Read, Create and Write on the table Lead, and Delete for test leads.`,
	};
}

function securedColumn(context: ErrorContext, text: string): Explanation {
	return {
		code: 'permission',
		message: `The application user may not write ${namedColumn(context, text)}`,
		description:
			'Column-level security protects it: add the application user to a column security profile that allows it, or leave the column out.',
	};
}

/** The column that a response names, as far as the request had it. */
function namedColumn(context: ErrorContext, text: string): string {
	const [, name] = /(?:length of the|of|property|for the) '(\w{1,128})'/i.exec(text) ?? [];
	return isOfRequest(name, context) ? `the column ${name}` : 'a column';
}

function missingColumn(context: ErrorContext, text: string): string | undefined {
	const [, name] = /property named '(\w{1,128})' on type '[\w.]{0,128}\.lead'/i.exec(text) ?? [];
	return isOfRequest(name, context) ? name : undefined;
}

/** Else the word can be anything that was sent, or that somebody has put there. */
function isOfRequest(name: string | undefined, { names }: ErrorContext): name is string {
	return name !== undefined && names !== undefined && names.has(name.toLowerCase());
}

function missingColumnIn(column: string, settingOf?: SettingOf): Explanation {
	const setting = settingOf?.(column);
	return {
		code: 'configuration',
		message: `The table Lead has no column "${column}" that can be read`,
		description:
			setting === undefined
				? 'Check the names of columns in the node.'
				: `Choose another one under ${setting} in the node.`,
	};
}

function byStatus(status: number, code: string, operation: DestinationOperation): Explanation {
	if (status === 401) {
		return {
			code: 'authentication',
			message: 'Dynamics 365 did not accept the sign-in',
			description:
				'Check that the Environment URL is right and that the environment belongs to the tenant of the application.',
		};
	}
	if (status === 403) {
		return {
			code: 'permission',
			message: `Dynamics 365 denied access${code}`,
			description: `${APPLICATION_USERS} Check that the application is there, active, and has a role with privileges on the table Lead.`,
		};
	}
	if (status === 429) return throttled('Dynamics 365 is limiting the requests of this application');
	if (PASSING.has(status) && status !== 500) {
		return throttled('Dynamics 365 is busy and asks to wait');
	}
	if (status === 404 || (status >= 300 && status < 400)) {
		return {
			code: 'notFound',
			message: 'There is no Dynamics 365 environment at this address',
			description:
				'Check the Environment URL in the credential: it is the one the browser shows when Dynamics 365 is open.',
		};
	}
	return {
		code: operation === 'write' && OF_THE_RECORD.has(status) ? 'rejected' : 'other',
		message: `Dynamics 365 rejected the request with status ${status}${code}`,
	};
}

function throttled(message: string): Explanation {
	return { code: 'throttled', message };
}

/** Characters. Dataverse's messages have some hundred; a response can have any number. */
const MAX_ERROR_TEXT = 2_000;

/** The code as Dataverse's lists have it, whether it was written as one or as a signed number. */
function readError(body: string): { code: string; text: string } {
	const { code, message } = errorIn(body);
	const text = (typeof message === 'string' ? message : body).slice(0, MAX_ERROR_TEXT);
	if (typeof code !== 'string' && typeof code !== 'number') return { code: '', text };
	const written = String(code).trim().toLowerCase();
	if (!/^-\d{1,10}$/.test(written)) return { code: written, text };
	return { code: `0x${(Number(written) >>> 0).toString(16).padStart(8, '0')}`, text };
}

function errorIn(body: string): { code?: unknown; message?: unknown } {
	try {
		const { error } = (JSON.parse(body) ?? {}) as { error?: unknown };
		return typeof error === 'object' && error !== null ? error : {};
	} catch {
		// Gateways before Dataverse respond in HTML or text.
		return {};
	}
}

/** Of an id that no lead in Dynamics 365 can have. */
export function notALeadId(): DestinationError {
	return new DestinationError('The ID of the lead is not that of a lead in Dynamics 365', {
		code: 'rejected',
		operation: 'write',
		description: 'Pass on the field "id" as the trigger gave it.',
	});
}

/** Of a lead that is to be marked. */
export function noSuchLead(): DestinationError {
	return new DestinationError('The lead is not in Dynamics 365 any more', {
		code: 'notFound',
		operation: 'write',
		description: 'It was deleted or merged, or the application user may not see it.',
	});
}

/** Of a column that can't mark leads as it was said to. */
export function wrongHandledColumn(name: string): DestinationError {
	return new DestinationError(
		`The table Lead has no column "${name}" of that type which can be changed`,
		{
			code: 'configuration',
			operation: 'write',
			description:
				'Make it in Power Apps (Tables, Lead, Columns), publish the table, and choose under "Leads Are Marked By" what it is.',
		},
	);
}
