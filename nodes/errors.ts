import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { DestinationError } from './destinations/destinationError';

/**
 * The error as n8n shows it. What goes wrong at a destination becomes a NodeApiError with its status, by
 * which n8n tells throttling and sign-in from the rest; of the request nothing is handed on, since
 * it can hold a secret.
 */
export function toNodeError(node: INode, error: unknown, itemIndex?: number): Error {
	const place = itemIndex === undefined ? {} : { itemIndex };
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		// What was thrown where nobody knew for which item.
		if (itemIndex !== undefined) error.context['itemIndex'] ??= itemIndex;
		return error;
	}
	if (!(error instanceof DestinationError)) {
		return new NodeOperationError(node, error instanceof Error ? error : String(error), place);
	}
	const { message, description, httpCode, code } = error;
	if (code === 'configuration') {
		return new NodeOperationError(node, message, { description, ...place });
	}
	return new NodeApiError(
		node,
		{ message, description },
		{
			message,
			description,
			...(httpCode === undefined ? {} : { httpCode }),
			...place,
		},
	);
}

/** What a thrown value says, for a line in the log. */
export function messageOf(cause: unknown): string {
	return cause instanceof Error ? cause.message : String(cause);
}
