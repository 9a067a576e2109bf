import { DestinationError, type DestinationErrorCode } from '../contract';
import { type HttpError, type HttpResponse, unreachable } from '../httpClient';
import { retryAfterOf } from '../timeLimits';

interface Explanation {
	reason: DestinationErrorCode;
	message: string;
	description: string;
}

const THROTTLED: Explanation = {
	reason: 'throttled',
	message: 'The endpoint is busy and asks to wait',
	description: 'The lead was not taken. Send it again later, or fewer leads at a time.',
};
/** Said by whatever stands before the receiver. */
const GATEWAY: Explanation = {
	reason: 'unreachable',
	message: 'The endpoint is down or behind a gateway that does not reach it',
	description:
		'Look whether what receives there runs, then send the lead again: its idempotency key stays the same.',
};
const REDIRECTED: Explanation = {
	reason: 'configuration',
	message: 'The endpoint sends on to another address',
	description:
		'Leads are personal data and the address can hold a secret, so they go to no other address by themselves. Put the final address into the credential.',
};
const BY_STATUS: Readonly<Record<number, Explanation>> = {
	401: {
		reason: 'authentication',
		message: 'The endpoint did not accept the secret that came with the lead',
		description:
			'Copy the whole address, its secret included, anew into the credential, and the value of the header where the receiver asks for one.',
	},
	403: {
		reason: 'permission',
		message: 'The endpoint does not let this sender in',
		description:
			'Check the secret in the address or header, and that the endpoint lets the address of n8n through.',
	},
	404: {
		reason: 'notFound',
		message: 'There is nothing that takes leads at this address',
		description:
			'Check the address in the credential, and that what receives there is switched on (in n8n: the workflow is active).',
	},
	405: {
		reason: 'notFound',
		message: 'The address takes no POST requests',
		description: 'Check the address in the credential: leads are sent as POST with JSON.',
	},
	408: THROTTLED,
	410: {
		reason: 'notFound',
		message: 'The endpoint is gone for good',
		description: 'Put the address of the endpoint that takes its place into the credential.',
	},
	413: {
		reason: 'other',
		message: 'The lead is larger than the endpoint takes',
		description: 'Send fewer additional fields, or shorter texts.',
	},
	429: THROTTLED,
	502: GATEWAY,
	503: GATEWAY,
	504: GATEWAY,
};

/** Why the endpoint did not take the lead; `undefined` where it did. Repeats nothing it said. */
export function refusalOf({ status, headers }: HttpResponse): DestinationError | undefined {
	if (status >= 200 && status < 300) return undefined;
	const explanation =
		BY_STATUS[status] ?? (status >= 300 && status < 400 ? REDIRECTED : unexpected(status));
	const { message, description, reason } = explanation;
	const mayPass = status === 408 || status === 429 || status >= 500;
	return new DestinationError(message, {
		description,
		code: reason,
		httpCode: String(status),
		retryAfter: mayPass ? (retryAfterOf(headers['retry-after']) ?? 0) : undefined,
	});
}

function unexpected(status: number): Explanation {
	if (status >= 500) {
		return {
			reason: 'other',
			message: `The endpoint could not take the lead (status ${status})`,
			description:
				'Look into the log of what receives there, then send the lead again: its idempotency key stays the same.',
		};
	}
	return {
		reason: 'other',
		message: `The endpoint refused the lead (status ${status})`,
		description: 'Look into the log of what receives there for the reason.',
	};
}

/** Why there was no connection. */
export function notReached(failure: HttpError): DestinationError {
	const { message, ...others } = unreachable(failure, 'The endpoint');
	// It is named in the middle of some sentences, and at the beginning of others.
	return new DestinationError(message.replace(' The endpoint', ' the endpoint'), others);
}

/** Why there was no answer; `isOurs` where it was our own time for one try that was up. */
export function failureOf(failure: HttpError, isOurs: boolean): DestinationError {
	if (failure.code !== 'ABORTED' && failure.code !== 'ETIMEDOUT') {
		return notReached(failure);
	}
	return new DestinationError('The endpoint did not answer in time', {
		description:
			'It may have taken the lead all the same. Send it again: its idempotency key stays the same.',
		code: 'unreachable',
		// The caller's time is up for good, that of a socket or of one try is not.
		retryAfter: isOurs || failure.code === 'ETIMEDOUT' ? 0 : undefined,
	});
}
