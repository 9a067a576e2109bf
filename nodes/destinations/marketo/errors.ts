import { DestinationError, type DestinationErrorCode } from '../contract';
import { unexpectedResponse } from '../unexpectedResponse';

/** What Marketo says by a code, and what the user can do about it. */
interface Explanation {
	code: DestinationErrorCode;
	message: string;
	description: string;
	/** Milliseconds to wait before another try; absent where none helps. */
	retryAfter?: number;
	/** What HTTP would have said: Marketo refuses with 200, and n8n tells throttling by the status. */
	httpCode?: string;
}

/** Milliseconds. The rate is counted over the last 20 seconds: then it is surely not exceeded. */
const RATE_WINDOW = 20_000;
/** Milliseconds. Ten calls run at once; most end within a second. */
const CONCURRENCY_WAIT = 1_000;

export const NEXT_POLL = 'Nothing is lost: the next poll goes on where this one stopped.';
const PERMISSIONS = 'Read-Only Activity, Read-Only Person and Read-Only Assets';

/** https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	'600': signIn('Marketo did not find the access token in the call'),
	'601': signIn('Marketo does not accept its own access token'),
	'602': signIn('The access token ran out as soon as it was given'),
	'603': {
		code: 'permission',
		message: 'The sign-in is right but may not make this call',
		description: `Give the role of the API-only user the permissions ${PERMISSIONS} (Access API), and check the allowlist for IP-based API access.`,
		httpCode: '403',
	},
	'604': passing('Marketo took too long for the call'),
	'606': {
		code: 'throttled',
		message: 'The Marketo instance has had its 100 calls in 20 seconds',
		description: `All integrations share them. ${NEXT_POLL}`,
		retryAfter: RATE_WINDOW,
		httpCode: '429',
	},
	'607': {
		code: 'throttled',
		message: 'The daily calls of the Marketo instance are used up',
		description: `All integrations share them; they are counted anew at midnight, US Central Time. ${NEXT_POLL}`,
		httpCode: '429',
	},
	'608': passing('Marketo is not available for the moment'),
	'610': {
		code: 'configuration',
		message: 'There is no Marketo REST API at this address',
		description:
			'Check the Endpoint in the credential: Admin, Integration, Web Services, REST API in Marketo.',
		httpCode: '404',
	},
	'611': passing('Marketo has trouble of its own'),
	'614': passing('Marketo does not find or reach the subscription'),
	'615': {
		code: 'throttled',
		message: 'The Marketo instance is busy with ten other calls',
		description: `All integrations share them. ${NEXT_POLL}`,
		retryAfter: CONCURRENCY_WAIT,
		httpCode: '429',
	},
	'702': {
		code: 'notFound',
		message: 'Marketo does not have what was asked for',
		description: 'Check the form that is chosen in the node.',
		httpCode: '404',
	},
	'703': {
		code: 'permission',
		message: 'The Marketo subscription does not have this part of the API',
		description: 'Ask Marketo for it, or use another subscription.',
	},
	'713': passing('Marketo lacks a resource for the moment'),
	'1006': {
		code: 'configuration',
		message: 'A field that is asked for is not one of a person in Marketo',
		description:
			'Check the lead source field and the additional person fields among the options, by their REST API names.',
	},
	'1013': {
		code: 'notFound',
		message: 'Marketo does not have what was asked for',
		description: 'Check the form that is chosen in the node.',
		httpCode: '404',
	},
};

/** Refused with these, a paging token is not one that Marketo knows (any more). */
const BAD_TOKEN = /^(?:70[0-9]|1\d{3})$/;

/** What Marketo refused by a code in the body of its answer, with the code itself. */
export class MarketoRefusal extends DestinationError {
	readonly vendorCode: string;

	constructor(code: string) {
		const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
		const said = /^\w{1,60}$/.test(code) ? ` (${code})` : '';
		const { message, ...details } = known ?? {
			code: 'other' as const,
			message: `Marketo refused the call${said}`,
			description: `Adobe’s documentation of the Marketo REST API lists what its codes mean. ${NEXT_POLL}`,
		};
		super(known ? `${message}${said}` : message, details);
		this.name = 'MarketoRefusal';
		this.vendorCode = code;
	}

	/** Whether a new access token may help. */
	get isOfToken(): boolean {
		return /^60[012]$/.test(this.vendorCode);
	}

	/** Whether it may be the paging token that was refused. */
	get isOfRequest(): boolean {
		return BAD_TOKEN.test(this.vendorCode);
	}
}

/** The identity service turned the client away; it says so with a status and a word. */
export function refusedSignIn(status: number, word: string): DestinationError {
	const what: Readonly<Record<string, string>> = {
		unauthorized: 'The Client ID is not one that Marketo knows',
		invalid_client: 'The Client Secret is wrong',
	};
	const known = Object.hasOwn(what, word) ? what[word] : undefined;
	const said = /^\w{1,60}$/.test(word) ? ` (${word})` : '';
	return new DestinationError(known ?? `Marketo refused the sign-in${said}`, {
		description:
			'Copy Client ID and Client Secret anew from Marketo: Admin, Integration, LaunchPoint, View Details of the custom service.',
		code: 'authentication',
		httpCode: String(status),
	});
}

/** An answer that is none of the API's: of a gateway, a proxy, or another service altogether. */
export function refusedByStatus(status: number, retryAfter: number | undefined): DestinationError {
	const httpCode = String(status);
	if (status === 429) {
		return new DestinationError('Marketo asks to wait', {
			description: NEXT_POLL,
			code: 'throttled',
			httpCode,
			retryAfter: retryAfter ?? RATE_WINDOW,
		});
	}
	if (status >= 500) {
		return new DestinationError(`Marketo is not available for the moment (status ${status})`, {
			description: NEXT_POLL,
			code: 'unreachable',
			httpCode,
			retryAfter: retryAfter ?? 0,
		});
	}
	if (status === 401 || status === 403) {
		return new DestinationError(`Marketo does not let the call in (status ${status})`, {
			description:
				'Check the address in the credential, and the allowlist for IP-based API access in Marketo.',
			code: 'permission',
			httpCode,
		});
	}
	if ((status >= 300 && status < 400) || status === 404) {
		return new DestinationError(`There is no Marketo REST API at this address (status ${status})`, {
			description:
				'Check the address in the credential: Admin, Integration, Web Services, REST API in Marketo.',
			code: 'configuration',
			httpCode,
		});
	}
	return new DestinationError(`Marketo refused the call with status ${status}`, {
		description: NEXT_POLL,
		code: 'other',
		httpCode,
	});
}

/** Something else than the API documents: `what` says which part of the answer. */
export function oddAnswer(what: string): DestinationError {
	return unexpectedResponse('Marketo', what);
}

function signIn(message: string): Explanation {
	return {
		code: 'authentication',
		message,
		description:
			'Check whether a proxy changes the header Authorization, and the clock of what stands in between.',
		httpCode: '401',
	};
}

function passing(message: string): Explanation {
	return { code: 'unreachable', message, description: NEXT_POLL, retryAfter: 0 };
}
