/** Which hand-over of a lead an item is: the marks by which it is known when it comes again. */
import type { IExecuteFunctions } from 'n8n-workflow';

import { digest } from '../../lead/destination';
import { isOwnLead } from '../../lead/ownLead';
import { readTime } from '../../lead/time';
import { repeatKeys, type JsonValue, type Lead } from '../../lead';
import type { AskedLead } from '../../lead/repeats/types';

/** A lead with the record that it was read from. */
export interface ReadLead {
	lead: Lead;
	record: JsonValue;
}

/** The execution, as far as it tells a hand-over. */
export interface Asking {
	/** Names the node among all that share a history: what is new for one need not be for another. */
	place: readonly string[];
	executionId: string;
	/** Whether the execution is a retry of another one. */
	isRetry: boolean;
	/** The execution that this one is a retry of; empty where n8n doesn't say. */
	retryOf: string;
	/** Whether the node asked in this execution before and ended with an error, as with Retry On Fail. */
	isSecondTry: boolean;
}

export function readAsking(context: IExecuteFunctions, isSecondTry: boolean): Asking {
	const { id = '' } = context.getWorkflow();
	return {
		place: [context.getInstanceId(), id, context.getNode().id],
		executionId: context.getExecutionId(),
		isRetry: context.getMode() === 'retry',
		retryOf: retriedExecution(context),
		isSecondTry,
	};
}

/**
 * n8n tells nodes that an execution is a retry, but not of which; its lifecycle hooks know. Where a
 * version of n8n keeps it elsewhere, the lead's own time tells the hand-over, and without one it
 * counts as new: rather twice than never.
 */
function retriedExecution(context: IExecuteFunctions): string {
	const { additionalData } = context as { additionalData?: { hooks?: { retryOf?: unknown } } };
	const retryOf = additionalData?.hooks?.retryOf;
	return typeof retryOf === 'string' || typeof retryOf === 'number' ? String(retryOf) : '';
}

/**
 * A lead of acknowledged delivery is handed over until it is handled, so all its hand-overs are one:
 * the memory of the trigger may be lost, and then the second comes as the first. Any other hand-over
 * is told by the time at which a trigger received the lead, which it keeps whatever is between, and
 * by the execution, because a lead that is first parsed in the middle of it has a new time each time.
 */
export function askedLead({ lead, record }: ReadLead, asking: Asking): AskedLead {
	const keys = repeatKeys(lead);
	const mark = (...parts: string[]): string => digest([...asking.place, keys.lead, ...parts]);
	if (isDelivered(record)) {
		const marks = [mark('delivery')];
		return { keys, marks, earlier: marks };
	}
	const receivedAt = receivedAtOf(record);
	const received = receivedAt === '' ? [] : [mark('received', receivedAt)];
	const execution = (id: string): string[] => (id === '' ? [] : [mark('execution', id)]);
	const marks = [...received, ...execution(asking.executionId)];
	if (asking.isRetry) {
		const earlier = [...received, ...execution(asking.retryOf)];
		// The same execution's own, where it has been begun and ended badly before.
		const own = asking.isSecondTry ? execution(asking.executionId) : [];
		return { keys, marks, earlier: [...earlier, ...own], isUntold: earlier.length === 0 };
	}
	return { keys, marks, earlier: asking.isSecondTry ? execution(asking.executionId) : [] };
}

function isDelivered(record: JsonValue): boolean {
	const { delivery } = Object(record) as { delivery?: unknown };
	const { attempt } = Object(delivery) as { attempt?: unknown };
	return isOwnLead(record) && Number.isSafeInteger(attempt);
}

/** Of a lead that was read before this node; empty for a record, which is read here. */
function receivedAtOf(record: JsonValue): string {
	if (!isOwnLead(record)) return '';
	const { receivedAt } = record as { receivedAt?: JsonValue };
	return readTime(receivedAt ?? '');
}
