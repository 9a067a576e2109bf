import { DestinationError, type DestinationErrorCode } from '../destinationError';
import { unreachable, type HttpError, type HttpResponse } from '../httpClient';
import { retryAfterOf } from '../timeLimits';

interface Explanation {
	code: DestinationErrorCode;
	message: string;
	description: string;
}

const SEND_AGAIN =
	'It may have taken the lead all the same. Send it again: its idempotency key stays the same.';

const THROTTLED: Explanation = {
	code: 'throttled',
	message: 'The endpoint is busy and asks to wait',
	description: 'The lead was not taken. Send it again later, or fewer leads at a time.',
};
/** Said by whatever stands before the receiver. */
const GATEWAY: Explanation = {
	code: 'unreachable',
	message: 'The endpoint is down or behind a gateway that does not reach it',
	description: `Check that the receiver is running. ${SEND_AGAIN}`,
};
const REDIRECTED: Explanation = {
	code: 'configuration',
	message: 'The endpoint redirects to another address',
	description:
		'Redirects are not followed, because leads are personal data and the address can hold a secret. Enter the final address in the credential.',
};
const BY_STATUS: Readonly<Record<number, Explanation>> = {
	401: {
		code: 'authentication',
		message: 'The endpoint did not accept the secret that came with the lead',
		description:
			'Copy the whole address, including its secret, into the credential again, and the value of the header if the receiver asks for one.',
	},
	403: {
		code: 'permission',
		message: 'The endpoint does not let this sender in',
		description:
			'Check the secret in the address or header, and that the endpoint allows the IP address of n8n.',
	},
	404: {
		code: 'notFound',
		message: 'Nothing at this address takes leads',
		description:
			'Check the address in the credential, and that the receiver is switched on (in n8n: the workflow is published).',
	},
	405: {
		code: 'notFound',
		message: 'The address takes no POST requests',
		description: 'Check the address in the credential: leads are sent as POST with JSON.',
	},
	408: THROTTLED,
	410: {
		code: 'notFound',
		message: 'The endpoint is gone for good',
		description: 'Enter the address of the endpoint that has taken its place in the credential.',
	},
	413: {
		code: 'rejected',
		message: 'The lead is larger than the endpoint takes',
		description: 'Send fewer additional fields, or shorter texts.',
	},
	429: THROTTLED,
	502: GATEWAY,
	503: GATEWAY,
	504: GATEWAY,
};

/** Why the endpoint did not take the lead; `undefined` where it did. Repeats nothing it said. */
export function responseError({ status, headers }: HttpResponse): DestinationError | undefined {
	if (status >= 200 && status < 300) return undefined;
	const explanation =
		BY_STATUS[status] ?? (status >= 300 && status < 400 ? REDIRECTED : unexpected(status));
	const { message, description, code } = explanation;
	const mayPass = status === 408 || status === 429 || status >= 500;
	return new DestinationError(message, {
		description,
		code,
		operation: 'write',
		httpCode: String(status),
		retryAfter: mayPass ? (retryAfterOf(headers['retry-after']) ?? 0) : undefined,
	});
}

function unexpected(status: number): Explanation {
	if (status >= 500) {
		return {
			// Receivers break at what one lead says; another one may be taken.
			code: 'rejected',
			message: `The endpoint could not take the lead (status ${status})`,
			description: `Look for the reason in the log of the receiver. ${SEND_AGAIN}`,
		};
	}
	return {
		code: 'rejected',
		message: `The endpoint did not take the lead (status ${status})`,
		description: 'Look for the reason in the log of the receiver.',
	};
}

/** Why there was no response; `isOurs` where it was our own time for one attempt that was up. */
export function notReached(error: HttpError, isOurs = false): DestinationError {
	if (error.code !== 'ABORTED' && error.code !== 'ETIMEDOUT') {
		return unreachable(error, 'the endpoint', 'write');
	}
	return new DestinationError('The endpoint did not respond in time', {
		description: SEND_AGAIN,
		code: 'timeout',
		operation: 'write',
		// The caller's time is up for good, that of a socket or of one attempt is not.
		retryAfter: isOurs || error.code === 'ETIMEDOUT' ? 0 : undefined,
	});
}
