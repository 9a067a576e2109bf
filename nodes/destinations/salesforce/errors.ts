import { DestinationError, type DestinationErrorCode } from '../contract';
import { HttpError, type HttpResponse, unreachable } from '../httpClient';
import { retryAfterOf } from '../timeLimits';
import { describeResponse, unexpectedResponse } from '../unexpectedResponse';
import { refusalCode, type RefusalCode } from './errors/vendorError';

/** What Salesforce says by its code, and what the user can do about it. */
interface Explanation {
	reason: DestinationErrorCode;
	message: string;
	description: string;
	/** Milliseconds to wait before another try, where one may help. */
	retryAfter?: number;
}

const NOTHING_LOST = 'Nothing is lost: try again, or wait for the next poll.';

/** Milliseconds. Other calls of the organisation have to end before ours is let in. */
const CONCURRENCY_WAIT = 1_000;

const MAY_NOT_READ: Explanation = {
	reason: 'permission',
	message: 'The sign-in is right but the user may not read leads',
	description:
		'Give the user that signs in a permission set with Read and View All Records on Leads (Setup, Permission Sets, Object Settings).',
};

const SESSION_REFUSED: Explanation = {
	reason: 'authentication',
	message: 'Salesforce does not accept the session that it gave out',
	description:
		'Check in the app’s OAuth policies that its IP ranges and session policies let n8n use the API.',
};

/** Codes of the REST API: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	INVALID_SESSION_ID: SESSION_REFUSED,
	INVALID_AUTH_HEADER: SESSION_REFUSED,
	API_CURRENTLY_DISABLED: {
		reason: 'permission',
		message: 'The user may not use the API',
		description:
			'Give the user that signs in a profile or permission set with API Enabled (System Permissions).',
	},
	API_DISABLED_FOR_ORG: {
		reason: 'permission',
		message: 'The organisation may not use the API',
		description:
			'The API is part of the Enterprise, Unlimited, Performance and Developer editions; ask Salesforce for it in the others.',
	},
	INVALID_TYPE: MAY_NOT_READ,
	NOT_FOUND: MAY_NOT_READ,
	INSUFFICIENT_ACCESS: MAY_NOT_READ,
	INSUFFICIENT_ACCESS_OR_READONLY: MAY_NOT_READ,
	INVALID_OPERATION_WITH_EXPIRED_PASSWORD: {
		reason: 'authentication',
		message: 'The password of the user has expired',
		description: 'Set a new one in Salesforce, or let the profile’s passwords never expire.',
	},
	SERVER_UNAVAILABLE: {
		reason: 'throttled',
		message: 'Salesforce is overloaded or down for maintenance',
		description: `${NOTHING_LOST} See status.salesforce.com.`,
		retryAfter: 0,
	},
};

const CALLS_SPENT: Explanation = {
	reason: 'throttled',
	message: 'The organisation has used up its API calls of the last 24 hours',
	description: `${NOTHING_LOST} See Setup, Company Information, API Requests; poll less often, or buy more calls.`,
};

const TOO_MANY_AT_ONCE: Explanation = {
	reason: 'throttled',
	message: 'The organisation has too many long API calls running at once',
	description: `${NOTHING_LOST} Have other integrations make fewer calls at a time.`,
	retryAfter: CONCURRENCY_WAIT,
};

/**
 * The refusal in words for the user. `error` is what jsforce or the HTTP client threw, `answer`
 * what came last from Salesforce. Nothing that Salesforce wrote is repeated but its code.
 */
export function explainRefusal(error: unknown, answer: HttpResponse | undefined): DestinationError {
	if (error instanceof DestinationError) return error;
	if (error instanceof HttpError) return unreachable(error, 'Salesforce');
	if (!answer) return oddAnswer(undefined);
	const refused = refusalCode(answer.body);
	if (refused.code === 'INVALID_FIELD') {
		return new HiddenField(QUOTED_FIELD.exec(refused.message)?.[1] ?? '');
	}
	if (TOO_MUCH.has(refused.code)) return new TooMuchToSearch(answer);
	const known = explanationOf(refused, answer);
	if (known) return refusal(known, answer);
	// A page instead of an answer: of a proxy, or of Salesforce for a host that has no organisation.
	if (refused.code === '' && answer.status < 500) return oddAnswer(answer);
	return refusal(
		{
			reason: answer.status >= 500 ? 'unreachable' : 'other',
			message: `Salesforce refused the request with status ${answer.status}${shown(refused.code)}`,
			description: NOTHING_LOST,
			...(answer.status >= 500 ? { retryAfter: 0 } : {}),
		},
		answer,
	);
}

function explanationOf(
	{ code, message }: RefusalCode,
	{ status }: HttpResponse,
): Explanation | undefined {
	if (code === 'REQUEST_LIMIT_EXCEEDED') {
		return /concurrent/i.test(message) ? TOO_MANY_AT_ONCE : CALLS_SPENT;
	}
	if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
	if (status === 401) return SESSION_REFUSED;
	if (status === 429 || status === 503) return BY_CODE['SERVER_UNAVAILABLE'];
	return undefined;
}

/** A query named a field that leads don't have, or that the user may not see or ask by. */
export class HiddenField extends DestinationError {
	/** Its API name; empty where Salesforce did not tell. */
	readonly field: string;

	constructor(field: string) {
		super(
			field === ''
				? "The user can't see a field of leads that is needed"
				: `The user can't see the field ${field} of leads`,
			{
				description:
					'Give the user Read Access to the field (permission set, Object Settings, Leads); one of the option Additional Fields may also have been deleted.',
				code: 'permission',
				httpCode: '400',
			},
		);
		this.field = field;
	}
}

/** Codes for queries that are too much for Salesforce, however often they are asked. */
const TOO_MUCH = new Set(['EXCEEDED_ID_LIMIT', 'OPERATION_TOO_LARGE', 'QUERY_TIMEOUT']);

/** Salesforce gave up on a query. */
export class TooMuchToSearch extends DestinationError {
	constructor({ status }: HttpResponse) {
		super('There are too many leads for Salesforce to search', {
			description:
				'Start from a later date, choose one Lead Source or set fewer filters, then try again.',
			code: 'other',
			httpCode: String(status),
		});
	}
}

/** Names of fields as Salesforce quotes them. */
const QUOTED_FIELD = /(?:column|field) '([A-Za-z]\w{0,79})'/i;

/** What came is nothing that Salesforce answers. */
export function oddAnswer(answer: HttpResponse | undefined, what?: string): DestinationError {
	const isWhat = what ?? (answer ? describeResponse(answer) : 'there is none');
	return unexpectedResponse('Salesforce', isWhat, answer?.status);
}

/** The organisation's calls have reached the share that the user set; percent. */
export function quotaShareReached(share: number): DestinationError {
	return new DestinationError(
		`The organisation has used ${share} % of its API calls of the last 24 hours`,
		{
			description:
				'Polling waits so that the rest is left for others; it goes on by itself where it stopped. The share is set by the option Most of Daily Quota.',
			code: 'throttled',
		},
	);
}

function refusal(
	{ message, description, reason, retryAfter }: Explanation,
	{ status, headers }: HttpResponse,
): DestinationError {
	const asked = retryAfterOf(headers['retry-after']);
	return new DestinationError(message, {
		description,
		code: reason,
		httpCode: String(status),
		// Where trying again is of no use, waiting is not either.
		...(retryAfter === undefined ? {} : { retryAfter: Math.max(retryAfter, asked ?? 0) }),
	});
}

function shown(code: string): string {
	return code === '' ? '' : ` (${code})`;
}
