import { DestinationError, type DestinationErrorCode } from '../../contract';
import { NoTurn, RATE } from '../connection/rateLimiter';
import { MarketoRefusal, NEXT_POLL } from '../errors';

const WRITE_AGAIN =
	'Write the lead again: what Marketo has taken already is found and not made twice.';

/** Codes of what is written, rather than of how. */
const OF_CONTENT = /^(?:1\d{3}|70[14]|709)$/;
/** Of these the codes of where everything is written: another lead would fare no better. */
const OF_PLACE = /^10(?:08|09|13)$/;

/**
 * Codes with which a call has certainly done nothing. The others that mean to try again (604, 611,
 * 713) are also given for what ran out of time on its way.
 */
const NOT_DONE = /^(?:60[0-356789]|610|612|614|615|616|70\d|1\d{3})$/;

/** Whether a call that ended so may have written something. */
export function mayBeDone(error: unknown): boolean {
	if (error instanceof MarketoRefusal) return !NOT_DONE.test(error.vendorCode);
	if (!(error instanceof DestinationError)) return true;
	// A time-out, a cut connection, a gateway's page, an answer that is none.
	return error.mayBeDone || error.code === 'other';
}

/** Whether it is what the lead says that was refused, so that others may be taken. */
export function isOfOneLead(error: unknown): boolean {
	const isOfContent = error instanceof MarketoRefusal && OF_CONTENT.test(error.vendorCode);
	return isOfContent && !OF_PLACE.test(error.vendorCode);
}

/** The same in words for one who writes. */
export function explainWrite(error: DestinationError): DestinationError {
	if (error instanceof MarketoRefusal && OF_CONTENT.test(error.vendorCode)) {
		return explainRecord(error.vendorCode);
	}
	if (error instanceof NoTurn) {
		return new DestinationError('The time was up before this lead had its turn', {
			description: `It was not written: a node makes at most ${RATE.calls} calls in 20 seconds. Run the node again for it, or with fewer leads at a time.`,
			code: 'throttled',
		});
	}
	const { message, code: reason, httpCode, retryAfter } = error;
	const description =
		error instanceof MarketoRefusal && error.vendorCode === '603'
			? 'Give the role of the API-only user the permissions Read-Write Person, Read-Only Person, Read-Only Activity and Read-Only Assets (Access API), and check the allowlist for IP-based API access.'
			: error.description
					.replace(NEXT_POLL, WRITE_AGAIN)
					.replace('Nothing is lost: try again, or wait for the next poll.', WRITE_AGAIN);
	return new DestinationError(message, { description, code: reason, httpCode, retryAfter });
}

interface Explanation {
	message: string;
	description: string;
	reason?: DestinationErrorCode;
}

/** Codes of one record: https://experienceleague.adobe.com/docs/marketo-developer/marketo/rest/error-codes */
const BY_CODE: Readonly<Record<string, Explanation>> = {
	'1001': {
		message: 'A value is not of the type of its field in Marketo',
		description: 'Look at the additional fields that are mapped, and mend the value.',
	},
	'1002': {
		message: 'Marketo misses a field that has to be filled',
		description:
			'Make it optional in the form (Design Studio, Edit Draft, Field Details, Is Required), or give it a value by an additional field.',
		reason: 'configuration',
	},
	'1003': {
		message: 'Marketo does not take what the lead says',
		description:
			'Most often it is the e-mail address or the value of a mapped field. Correct it before this node.',
	},
	'1004': {
		message: 'The person was deleted or merged in Marketo in the meantime',
		description: 'Write the lead again.',
	},
	'1006': {
		message: 'A field is not there in Marketo, or not on the form',
		description:
			'Add it to the form as a hidden field and approve the form, or take it out of the additional fields.',
		reason: 'configuration',
	},
	'1007': {
		message: 'Several persons in Marketo have this e-mail address',
		description: 'Merge them in Marketo, then write the lead again; or use the method Submit Form.',
	},
	'1008': {
		message: 'The API user may not write into the partition of this person',
		description:
			'Give the user a role in the workspace that has the partition, or choose another one under the option Partition.',
		reason: 'permission',
	},
	'1009': {
		message: 'Marketo has several partitions and was not told which one to write into',
		description:
			'Choose one under the option Partition: Admin, Workspaces & Partitions shows those of the API user’s workspace.',
		reason: 'configuration',
	},
	'1010': {
		message: 'The person is in another partition of Marketo',
		description:
			'Choose that one under the option Partition, or move the person in Marketo into the one that is chosen.',
	},
	'1013': {
		message: 'Marketo does not have the form any more',
		description: 'Choose another form, and give Partner Center its ID.',
		reason: 'notFound',
	},
	'1021': {
		message: 'Marketo lets nobody change the company of this person here',
		description:
			'Leave the fields of its company out of Additional Fields, or use the method Submit Form.',
	},
};

/**
 * In words for the user; nothing that Marketo wrote is repeated but the code.
 *
 * @param missing labels of what the form wants and the lead does not have
 */
export function explainRecord(code: string, missing: readonly string[] = []): DestinationError {
	const said = /^\w{1,60}$/.test(code) ? ` (${code})` : '';
	if (missing.length > 0 && !/^10(?:0[46789]|10|13|21)$/.test(code)) {
		const names = missing.slice(0, MOST_NAMES).join(', ');
		return new DestinationError(`The form wants what the lead does not have: ${names}${said}`, {
			description: BY_CODE['1002']?.description ?? '',
			code: 'configuration',
		});
	}
	const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
	return new DestinationError(`${known?.message ?? 'Marketo did not take the lead'}${said}`, {
		description:
			known?.description ??
			'Adobe’s documentation of the Marketo REST API lists what its codes mean. The other leads are not affected.',
		code: known?.reason ?? 'other',
	});
}

const MOST_NAMES = 5;
