/** What becomes of items that can't be done. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

/** Of the items that are named in a message; the rest is counted. */
const MAX_NAMED = 10;

/** Whether an AI agent calls the node. The type is the only thing that tells it in every agent. */
function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool');
}

/**
 * Whether an item that can't be done comes out as one that says so, instead of ending the execution: as
 * _On Error_ says. In a tool it does unless somebody chose to stop: of what is thrown there, agents before
 * version 3 tell their model nothing, and later ones only the message.
 */
export function continuesOnFail(context: IExecuteFunctions): boolean {
	if (context.continueOnFail()) return true;
	return isTool(context) && context.getNode().onError !== 'stopWorkflow';
}

/**
 * As n8n's own nodes put out an item that could not be done. A model is told what to do about it too,
 * which the editor shows beside a node's error.
 */
export function failedItem(
	context: IExecuteFunctions,
	error: Error & { description?: string | null | undefined },
	itemIndex: number,
): INodeExecutionData {
	const { message, description } = error;
	const isTold = isTool(context) && typeof description === 'string' && description !== '';
	return {
		json: { error: message, ...(isTold && { details: description }) },
		pairedItem: { item: itemIndex },
	};
}

/**
 * The first error, to throw for all `failures` of `count` items: its description names them, counted from 0
 * as n8n does, behind `what`, and says that all others are `done`.
 */
export function firstFailure(
	failures: ReadonlyMap<number, Error>,
	count: number,
	{ what, done }: { what: string; done: string },
): Error {
	const failed = [...failures.keys()].sort((a, b) => a - b);
	const [first = new Error(what)] = failed.map((at) => failures.get(at));
	if (count > 1 && (first instanceof NodeApiError || first instanceof NodeOperationError)) {
		const named = failed.slice(0, MAX_NAMED).map((at) => `[item ${at}]`);
		const more = failed.length > MAX_NAMED ? ` and ${failed.length - MAX_NAMED} more` : '';
		const others = failed.length < count ? ` All others are ${done}.` : '';
		first.description =
			`${first.description ?? ''} ${what}: ${named.join(', ')}${more} of ${count} items.${others}`.trim();
	}
	return first;
}
