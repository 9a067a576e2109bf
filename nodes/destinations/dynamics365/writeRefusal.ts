import { DestinationError } from '../contract';
import type { HttpResponse } from '../httpClient';
import { retryAfterOf } from '../timeLimits';
import type { Explanation } from './errors';
import { APPLICATION_USERS, explainRefusal, readRefusal } from './errors';
import type { WebApi, WebApiCall } from './connection/client';

/** Codes of what is there already: by its id, by an alternate key, by a duplicate detection rule. */
const SAME_ID = '0x80040237';
const SAME_KEY = '0x80060892';
const DUPLICATE = '0x80040333';
const MISSING_LEAD = new Set(['0x80040217', '0x80060891']);

const PRIVILEGES: Readonly<Record<string, string>> = {
	create: 'create',
	write: 'change',
	delete: 'delete',
	read: 'read',
};

/** Codes of Dataverse: https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes */
const BY_CODE: Readonly<Record<string, (column: string) => Explanation>> = {
	[DUPLICATE]: () => ({
		reason: 'other',
		message: 'A duplicate detection rule of the environment keeps the lead out',
		description:
			'A lead like it is there already. To have it all the same, turn off the option Detect Duplicates, or change the rule.',
	}),
	[SAME_KEY]: () => ({
		reason: 'other',
		message: 'Another lead has the same value in a column that is a key',
		description: 'Give it another value, or name the column as Lead ID Column to find that lead.',
	}),
	'0x80044331': (column) => ({
		reason: 'other',
		message: `The value for ${column} is longer than the column takes`,
		description: 'Shorten it, or make the column longer in Power Apps.',
	}),
	'0x8004431a': (column) => ({
		reason: 'other',
		message: `The value for ${column} is not one of the column’s choices`,
		description: 'Choose one from the list, or add it to the column in Power Apps.',
	}),
	'0x80048d19': (column) => ({
		reason: 'configuration',
		message: `Dynamics 365 does not take the value for ${column}`,
		description: 'Check that the column is there and that the value is of its type.',
	}),
	'0x80040265': () => ({
		reason: 'other',
		message: 'A plug-in or flow of the environment keeps the lead out',
		description:
			'Look at the plug-in trace log or the flows that run when a lead is created, or fill what they ask for.',
	}),
	'0x8004f507': secured,
	'0x8004f508': secured,
};

/** An answer about leads that are written. @throws DestinationError when there is none */
export async function askToWrite(api: WebApi, call: WebApiCall): Promise<HttpResponse> {
	try {
		return await api.call(call);
	} catch (error) {
		if (!(error instanceof DestinationError) || !call.signal.aborted) throw error;
		throw new DestinationError(error.message, {
			description:
				'It may have done what it was asked for all the same. Write the leads again: none is written twice.',
			code: error.code,
		});
	}
}

/** The refusal of a request that writes, in words for the user. Quotes nothing but a column's name. */
export function explainWriteRefusal(answer: HttpResponse): DestinationError {
	const { code, text } = readRefusal(answer.body);
	const general = explainRefusal(answer, 'writing');
	const explanation = missingPrivilege(text) ?? byCode(code, text);
	if (explanation === undefined || answer.status < 400) return general;
	const { message, description, reason } = explanation;
	const wait =
		answer.status === 429 ? (retryAfterOf(answer.headers['retry-after']) ?? 0) : undefined;
	return new DestinationError(message, {
		description,
		code: reason,
		httpCode: String(answer.status),
		retryAfter: wait,
	});
}

/** Whether a lead of this id is there. */
export function isThere({ status, body }: HttpResponse): boolean {
	const { code } = readRefusal(body);
	if (code === SAME_ID) return true;
	// Older answers to If-None-Match have no code.
	return status === 412 && (code === '' || code === '0x0');
}

export function isDuplicate({ status, body }: HttpResponse): boolean {
	return status >= 400 && readRefusal(body).code === DUPLICATE;
}

/** Whether a lead that was asked for by its id is not there. */
export function isMissing({ status, body }: HttpResponse): boolean {
	if (status !== 404) return false;
	const { code, text } = readRefusal(body);
	return MISSING_LEAD.has(code) || /\bdoes not exist\b/i.test(text);
}

function byCode(code: string, text: string): Explanation | undefined {
	if (!Object.hasOwn(BY_CODE, code)) return undefined;
	const column = /(?:length of the|of|property|for the) '([a-z][a-z0-9_]{0,127})'/i.exec(text)?.[1];
	return BY_CODE[code]?.(column === undefined ? 'a column' : `the column ${column}`);
}

function missingPrivilege(text: string): Explanation | undefined {
	const name = /\bis missing prv(Create|Delete|Read|Write)Lead\b/i.exec(text)?.[1]?.toLowerCase();
	const may = name === undefined ? undefined : PRIVILEGES[name];
	if (may === undefined) return undefined;
	return {
		reason: 'permission',
		message: `The application user may not ${may} leads`,
		description: `${APPLICATION_USERS} Give it a security role with Read, Create and Write on the table Lead, and Delete for test leads.`,
	};
}

function secured(column: string): Explanation {
	return {
		reason: 'permission',
		message: `The application user may not fill ${column}`,
		description:
			'Column-level security keeps it: add the application user to a column security profile that allows it, or leave the column out.',
	};
}

/** A lead that was there, and was deleted before it could be looked at: the next try makes it. */
export function deletedMeanwhile(): DestinationError {
	return passing('The lead was deleted in Dynamics 365 at this moment');
}

/** A request that had no turn, because the service stopped at another one's refusal. */
export function notCarriedOut(): DestinationError {
	return passing('Dynamics 365 stopped before this lead had its turn');
}

/** An answer to a batch that Dataverse would not give. */
export function oddBatchAnswer({ status }: HttpResponse): DestinationError {
	return new DestinationError('Dynamics 365 answered a batch in a form that is not known', {
		description:
			'Check that the Environment URL leads to Dynamics 365 itself, then write the leads again: none is written twice.',
		code: 'other',
		httpCode: String(status),
	});
}

function passing(message: string): DestinationError {
	return new DestinationError(message, {
		description: 'Write it again: where it is there already, nothing is written twice.',
		code: 'throttled',
		retryAfter: 0,
	});
}
