import {
	DestinationError,
	type DestinationErrorCode,
	type DestinationOperation,
} from '../destinationError';
import { type HttpError, unreachable, WHAT_NEXT } from '../httpClient';
import { unexpectedResponse } from '../unexpectedResponse';
import { shownCode } from '../vendorCodes';

/** What a code of Marketo's means, and what the user can do about it. */
interface Explanation {
	/** `rejected` when absent. */
	code?: DestinationErrorCode;
	message: string;
	/** What becomes of the work comes behind it where `isPassing`. */
	description: string;
	/** Whether it passes without anybody's doing. */
	isPassing?: boolean;
	/** Milliseconds to wait before another attempt; absent where none helps. */
	retryAfter?: number;
	/** What HTTP would have said: Marketo responds with 200, and n8n tells throttling by the status. */
	httpCode?: string;
}

/** Milliseconds. The rate is counted over the last 20 seconds: then it is surely not exceeded. */
const RATE_WINDOW = 20_000;
/** Milliseconds. Ten calls run at once; most end within a second. */
const CONCURRENCY_WAIT = 1_000;
/** Fields that a message names. */
const MAX_NAMES = 5;

const SHARED = 'All integrations share these calls.';
const ALLOWLIST = 'check the allowlist for IP-based API access';
const CHECK_ENDPOINT =
	'Check the Endpoint in the credential: Admin, Integration, Web Services, REST API in Marketo.';
const LOOK_UP_CODE = 'Adobe’s documentation of the Marketo REST API lists what its codes mean.';
const NO_SUCH_THING: Explanation = {
	code: 'notFound',
	message: 'Marketo does not have what was asked for',
	description: 'Check the form that is chosen in the node.',
	httpCode: '404',
};

const PERMISSIONS: Readonly<Record<DestinationOperation, string>> = {
	read: 'Read-Only Activity, Read-Only Person and Read-Only Assets',
	signIn: 'Read-Only Activity, Read-Only Person and Read-Only Assets',
	write: 'Read-Write Person, Read-Only Person, Read-Only Activity and Read-Only Assets',
};

/** Codes of a call: https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes */
const CALLS: Readonly<Record<string, Explanation>> = {
	'600': ofToken('Marketo did not find the access token in the call'),
	'601': ofToken('Marketo does not accept its own access token'),
	'602': ofToken('The access token expired as soon as it was issued'),
	'604': { ...passing('Marketo took too long for the call'), code: 'timeout' },
	'606': {
		code: 'throttled',
		message: 'The Marketo instance has had its 100 calls in 20 seconds',
		description: SHARED,
		isPassing: true,
		retryAfter: RATE_WINDOW,
		httpCode: '429',
	},
	'607': {
		code: 'quota',
		message: 'The daily calls of the Marketo instance are used up',
		description: `${SHARED} They are counted from zero at midnight, US Central Time.`,
		isPassing: true,
		httpCode: '429',
	},
	'608': passing('Marketo is temporarily unavailable'),
	'610': {
		code: 'configuration',
		message: 'There is no Marketo REST API at this address',
		description: CHECK_ENDPOINT,
		httpCode: '404',
	},
	'611': passing('Something went wrong within Marketo'),
	'614': passing('Marketo does not find or reach the subscription'),
	'615': {
		code: 'throttled',
		message: 'The Marketo instance is busy with ten other calls',
		description: SHARED,
		isPassing: true,
		retryAfter: CONCURRENCY_WAIT,
		httpCode: '429',
	},
	'702': NO_SUCH_THING,
	'703': {
		code: 'permission',
		message: 'The Marketo subscription does not include this part of the API',
		description: 'Ask Marketo for it, or use another subscription.',
	},
	'713': passing('Marketo is short of a resource for the moment'),
	'1006': {
		code: 'configuration',
		message: 'A requested field is not a field of persons in Marketo',
		description:
			'Check the lead source field and the additional person fields among the options, by their REST API names.',
	},
	'1013': NO_SUCH_THING,
};

/** Codes of a record that is written. */
const RECORDS: Readonly<Record<string, Explanation>> = {
	'1001': {
		message: 'A value does not have the type of its field in Marketo',
		description: 'Correct the value among the additional fields that are mapped.',
	},
	'1002': {
		code: 'configuration',
		message: 'A field that Marketo requires is empty',
		description:
			'Make it optional in the form (Design Studio, Edit Draft, Field Details, Is Required), or give it a value as an additional field.',
	},
	'1003': {
		message: 'Marketo does not accept the data of the lead',
		description:
			'Most often it is the email address or the value of a mapped field. Correct it before this node.',
	},
	'1004': {
		message: 'The person was deleted or merged in Marketo in the meantime',
		description: 'Write the lead again.',
	},
	'1006': {
		code: 'configuration',
		message: 'A field does not exist in Marketo or on the form',
		description:
			'Add it to the form as a hidden field and approve the form, or remove it from the additional fields.',
	},
	'1007': {
		message: 'Several persons in Marketo have this email address',
		description: 'Merge them in Marketo, then write the lead again; or use the method Submit Form.',
	},
	'1008': {
		code: 'permission',
		message: 'The API user may not write into the partition of this person',
		description:
			'Give the user a role in the workspace that has the partition, or choose another one under the option Partition.',
	},
	'1009': {
		code: 'configuration',
		message: 'Marketo has several partitions and was not told which one to write into',
		description:
			'Choose one under the option Partition: Admin, Workspaces & Partitions shows those of the API user’s workspace.',
	},
	'1010': {
		message: 'The person is in another partition of Marketo',
		description:
			'Choose that one under the option Partition, or move the person in Marketo into the one that is chosen.',
	},
	'1013': {
		code: 'notFound',
		message: 'The form no longer exists in Marketo',
		description: 'Choose another form, and give Partner Center its ID.',
	},
	'1021': {
		message: 'Marketo does not let the company of this person be changed',
		description:
			'Remove the fields of its company from Additional Fields, or use the method Submit Form.',
	},
};

/** Codes of what is written, rather than of how. */
const OF_CONTENT = /^(?:1\d{3}|70[14]|709)$/;
/** Of these the codes of where everything is written: another lead would fare no better. */
const OF_PLACE = /^10(?:08|09|13)$/;
/** Codes that say enough, whatever else the form requires. */
const SAYS_ENOUGH = /^10(?:0[46789]|10|13|21)$/;
/** With these, a paging token may be one that Marketo does not know (any more). */
const BAD_TOKEN = /^(?:70[0-9]|1\d{3})$/;
/**
 * Codes with which a call has certainly done nothing. The others that mean to try again (604, 611,
 * 713) are also given for what ran out of time on its way.
 */
const NOT_DONE = /^(?:60[0-356789]|610|612|614|615|616|70\d|1\d{3})$/;

/** A code in the body of a response, with the code itself: of the call as a whole. */
export class MarketoError extends DestinationError {
	constructor(
		readonly vendorCode: string,
		operation: DestinationOperation,
	) {
		const isOfContent = operation === 'write' && OF_CONTENT.test(vendorCode);
		const known = isOfContent
			? explanationOf(RECORDS, vendorCode, UNKNOWN_RECORD)
			: callExplanation(vendorCode, operation);
		const { message, description, isPassing = false, code = 'rejected', ...details } = known;
		const next = isPassing ? [WHAT_NEXT[operation]] : [];
		super(`${message}${shownCode('marketo', vendorCode)}`, {
			...details,
			description: [description, ...next].filter((text) => text !== '').join(' '),
			// Of what one lead of a batch says, whatever it is.
			code: isOfContent && !OF_PLACE.test(vendorCode) ? 'rejected' : code,
			operation,
			mayBeDone: !NOT_DONE.test(vendorCode),
		});
		this.name = 'MarketoError';
	}

	/** Whether a new access token may help. */
	get isOfToken(): boolean {
		return /^60[012]$/.test(this.vendorCode);
	}

	/** Whether it may be the paging token that was not accepted. */
	get isOfPagingToken(): boolean {
		return BAD_TOKEN.test(this.vendorCode);
	}
}

/**
 * Why one record of a call was not written; nothing that Marketo wrote is repeated but the code.
 *
 * @param missing labels of what the form requires and the lead does not have
 */
export function recordError(vendorCode: string, missing: readonly string[] = []): DestinationError {
	const known =
		missing.length > 0 && !SAYS_ENOUGH.test(vendorCode)
			? {
					...RECORDS['1002'],
					message: `The form requires what the lead does not have: ${missing.slice(0, MAX_NAMES).join(', ')}`,
				}
			: explanationOf(RECORDS, vendorCode, UNKNOWN_RECORD);
	return new DestinationError(`${known.message}${shownCode('marketo', vendorCode)}`, {
		description: known.description ?? '',
		code: known.code ?? 'rejected',
		operation: 'write',
		mayBeDone: false,
	});
}

/** The identity service did not accept the sign-in; it says so with a status and a word. */
export function signInError(status: number, word: string): DestinationError {
	const what: Readonly<Record<string, string>> = {
		unauthorized: 'Marketo does not know the Client ID',
		invalid_client: 'The Client Secret is wrong',
	};
	const known = Object.hasOwn(what, word) ? what[word] : undefined;
	return new DestinationError(
		known ?? `Marketo did not accept the sign-in${shownCode('marketo', word)}`,
		{
			description:
				'Copy Client ID and Client Secret again from Marketo: Admin, Integration, LaunchPoint, View Details of the custom service.',
			code: 'authentication',
			operation: 'signIn',
			httpCode: String(status),
		},
	);
}

/** A status that the API does not use: of a gateway, a proxy, or another service altogether. */
export function statusError(
	status: number,
	retryAfter: number | undefined,
	operation: DestinationOperation,
): DestinationError {
	const next = WHAT_NEXT[operation];
	const told = (
		code: DestinationErrorCode,
		message: string,
		description: string,
		wait?: number,
	): DestinationError =>
		new DestinationError(message, {
			code,
			description,
			operation,
			httpCode: String(status),
			retryAfter: wait,
		});
	if (status === 429) {
		return told('throttled', 'Marketo asks to wait', next, retryAfter ?? RATE_WINDOW);
	}
	if (status >= 500) {
		const message = `Marketo is temporarily unavailable (status ${status})`;
		return told('unreachable', message, next, retryAfter ?? 0);
	}
	if (status === 401 || status === 403) {
		return told(
			'permission',
			`Marketo does not allow the call (status ${status})`,
			`Check the address in the credential, and ${ALLOWLIST} in Marketo.`,
		);
	}
	if ((status >= 300 && status < 400) || status === 404) {
		const message = `There is no Marketo REST API at this address (status ${status})`;
		return told('configuration', message, CHECK_ENDPOINT);
	}
	const isOfContent = operation === 'write' && /^(?:400|413|422)$/.test(String(status));
	const message = `Marketo did not accept the call (status ${status})`;
	return told(isOfContent ? 'rejected' : 'other', message, next);
}

/** No response came. */
export function notReached(error: HttpError, operation: DestinationOperation): DestinationError {
	const told = unreachable(error, 'Marketo', operation);
	if (error.code !== 'ENOTFOUND') return told;
	// Every instance has a host of its own name.
	return told.with({
		message: 'There is no Marketo instance at this address',
		description:
			'Check the Munchkin ID or the Endpoint in the credential, and that n8n can resolve names.',
	});
}

/** Something else than the API documents: `what` says which part of the response. */
export function unexpected(
	what: string,
	operation: DestinationOperation = 'read',
): DestinationError {
	return unexpectedResponse('Marketo', what).with({ operation });
}

/** A call that would have begun too late; `calls` is how many begin within 20 seconds. */
export function noTurn(calls: number, operation: DestinationOperation): DestinationError {
	const limit = `At most ${calls} calls are made in 20 seconds, as Adobe advises.`;
	return operation === 'write'
		? new DestinationError('The time was up before this lead had its turn', {
				description: `It was not written. ${limit} Run the node again for it, or with fewer leads at a time.`,
				code: 'timeUp',
				operation,
			})
		: new DestinationError('The time was up before Marketo could be asked for more', {
				description: `${limit} ${WHAT_NEXT[operation]}`,
				code: 'throttled',
				operation,
			});
}

export function noSuchForm(formId: number, operation: DestinationOperation): DestinationError {
	return new DestinationError(`There is no form ${formId} in this Marketo instance`, {
		description:
			'Choose the form whose ID Partner Center was given, and check that it is in the API user’s workspace.',
		code: 'notFound',
		operation,
		httpCode: '404',
	});
}

export function notApproved(formId: number, operation: DestinationOperation): DestinationError {
	return new DestinationError(`The form ${formId} is a draft that was never approved`, {
		description:
			'Nobody can fill it out, not even Microsoft. Approve it in Marketo: Design Studio, Forms, Form Actions, Approve.',
		code: 'configuration',
		operation,
	});
}

const UNKNOWN_RECORD: Explanation = {
	message: 'Marketo did not accept the lead',
	description: `${LOOK_UP_CODE} The other leads are not affected.`,
};

function callExplanation(vendorCode: string, operation: DestinationOperation): Explanation {
	if (vendorCode === '603') {
		return {
			code: 'permission',
			message: 'The sign-in works, but may not make this call',
			description: `Give the role of the API-only user the permissions ${PERMISSIONS[operation]} (Access API), and ${ALLOWLIST}.`,
			httpCode: '403',
		};
	}
	return explanationOf(CALLS, vendorCode, {
		code: 'other',
		message: 'Marketo did not accept the call',
		description: LOOK_UP_CODE,
		isPassing: true,
	});
}

function explanationOf(
	explanations: Readonly<Record<string, Explanation>>,
	vendorCode: string,
	otherwise: Explanation,
): Explanation {
	const known = Object.hasOwn(explanations, vendorCode) ? explanations[vendorCode] : undefined;
	return known ?? otherwise;
}

function ofToken(message: string): Explanation {
	return {
		code: 'authentication',
		message,
		description: 'Check whether a proxy changes the header Authorization, and the proxy’s clock.',
		httpCode: '401',
	};
}

function passing(message: string): Explanation {
	return { code: 'unreachable', message, description: '', isPassing: true, retryAfter: 0 };
}
