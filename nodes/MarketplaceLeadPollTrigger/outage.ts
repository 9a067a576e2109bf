import type { IPollFunctions, WorkflowActivateMode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { DestinationError } from '../destinations/destinationError';
import { toNodeError } from '../errors';
import { countText } from '../lead/text';

/** Nobody publishes: n8n starts, or another of its main instances takes over. */
const AT_START: readonly WorkflowActivateMode[] = ['init', 'leadershipChange'];

/** Milliseconds. An hour, less what polls of a minute may be apart from it. */
const REMIND_AFTER = 60 * 60_000 - 30_000;

/** Kinds of error kept of one outage; a further one takes the place of the one told longest ago. */
const MAX_KINDS = 20;

interface Outage {
	/** ISO 8601. */
	since: string;
	failedPolls: number;
	/** When each kind of error was told last, by the process's own clock in milliseconds. */
	told: Map<string, number>;
}

/**
 * What is known of a trigger between its polls. n8n makes one context when it activates a node and
 * hands it to each of its polls, so this goes with the activation. n8n's scheduler makes a context
 * for each poll, has a back-off of its own, and so is told every error.
 */
const activations = new WeakMap<IPollFunctions, { outage?: Outage }>();

/**
 * Runs a poll, which is told whether it is the one of n8n's start, and decides what becomes of its error:
 * - it is thrown when a person publishes the workflow, which n8n then refuses;
 * - it is logged when n8n starts: n8n gives up for good on a trigger that throws there five times
 *   within seconds, and the workflow would look active and never poll again;
 * - it is thrown, and so one execution and one run of n8n's error workflow, when an outage begins,
 *   when it turns into another kind and every hour; what comes between is logged for debugging.
 *
 * @throws NodeApiError or NodeOperationError
 */
export async function tellingOutages<Output>(
	context: IPollFunctions,
	poll: (isAtStart: boolean) => Promise<Output>,
): Promise<Output | null> {
	const activation = activations.get(context);
	if (!activation) activations.set(context, {});
	const isAtStart = !activation && AT_START.includes(context.getActivationMode());
	let output: Output;
	try {
		output = await poll(isAtStart);
	} catch (cause) {
		const error = toNodeError(context.getNode(), cause);
		if (activation) {
			activation.outage ??= { since: new Date().toISOString(), failedPolls: 0, told: new Map() };
			if (!isToBeTold(activation.outage, kindOf(cause))) {
				context.logger.debug(`${titleOf(context)} still cannot poll: ${error.message}`);
				return null;
			}
			throw withBeginning(error, activation.outage);
		}
		if (!isAtStart) throw error;
		context.logger.warn(
			`${titleOf(context)} could not poll as n8n started, and tries again at its next poll time: ${error.message}`,
		);
		return null;
	}
	if (activation?.outage) {
		const { since, failedPolls } = activation.outage;
		delete activation.outage;
		context.logger.info(
			`${titleOf(context)} polls again. Since ${since}, ${countText(failedPolls, 'poll')} had failed.`,
		);
	}
	return output;
}

/** Whether the error is news; counts the poll. */
function isToBeTold(outage: Outage, kind: string): boolean {
	outage.failedPolls += 1;
	const now = performance.now();
	const toldAt = outage.told.get(kind);
	if (toldAt !== undefined && now - toldAt < REMIND_AFTER) return false;
	outage.told.delete(kind);
	outage.told.set(kind, now);
	const [oldest] = outage.told.keys();
	if (outage.told.size > MAX_KINDS && oldest !== undefined) outage.told.delete(oldest);
	return true;
}

/** Without what differs from poll to poll: messages can hold an address, a time or a request's id. */
function kindOf(cause: unknown): string {
	if (cause instanceof DestinationError) {
		return cause.code === 'other' ? `other ${cause.httpCode ?? ''}` : cause.code;
	}
	if (cause instanceof NodeOperationError) return cause.message;
	return cause instanceof Error ? cause.name : typeof cause;
}

function withBeginning(error: Error, { since, failedPolls }: Outage): Error {
	const isNodeError = error instanceof NodeApiError || error instanceof NodeOperationError;
	if (isNodeError && failedPolls > 1) {
		error.description = `${error.description ?? ''} No poll has succeeded since ${since}.`.trim();
	}
	return error;
}

function titleOf(context: IPollFunctions): string {
	const { id, name } = context.getWorkflow();
	return `"${context.getNode().name}" of workflow "${name ?? ''}" (${id ?? 'not saved'})`;
}
