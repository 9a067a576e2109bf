/** What was seen in earlier executions: n8n's own de-duplication store, so that all workers share it. */
import type { DeduplicationScope, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

/** Attempts to use the store, when it says that nothing was written. */
const ATTEMPTS = 3;

/**
 * A history that another worker made a moment earlier, and a database that is busy. After any other
 * refusal the keys may have been written: asked again, n8n would find them, and nobody would act on
 * leads that were never new.
 */
const NOTHING_WRITTEN = /unique|duplicate|SQLITE_BUSY|database is locked|deadlock/i;

export const historyScopeOption: INodeProperties = {
	displayName: 'History Of',
	name: 'historyScope',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'This Node', value: 'node', description: 'The node has a history of its own' },
		{
			name: 'This Workflow',
			value: 'workflow',
			description:
				"One history for all nodes of the workflow that are set to this, n8n's Remove Duplicates included",
		},
	],
	default: 'node',
	description: 'Whose history is used',
};

export function readHistoryScope(context: IExecuteFunctions): DeduplicationScope {
	return context.getNodeParameter('options.historyScope', 0, 'node') === 'workflow'
		? 'workflow'
		: 'node';
}

/**
 * The end of each workflow's queue for its histories. Nothing is kept here between executions: an
 * entry goes with the last one that waits.
 */
const turns = new Map<string, Promise<unknown>>();

/**
 * Notes the keys, and gives those that were not noted before. n8n reads the history, and writes it
 * back: of two executions at once both would find the same key new. So executions in one process
 * take turns; those on other workers cannot be waited for.
 * @throws NodeOperationError when n8n refuses its store
 */
export async function noteKeys(
	context: IExecuteFunctions,
	keys: readonly string[],
	maxEntries: number,
): Promise<Set<string>> {
	const scope = readHistoryScope(context);
	const found = await withHistory(context, () =>
		context.helpers.checkProcessedAndRecord([...keys], scope, { mode: 'entries', maxEntries }),
	);
	return new Set(found.new.map(String));
}

/** Forgets everything that was noted. @throws NodeOperationError as above */
export async function clearHistory(context: IExecuteFunctions): Promise<void> {
	const scope = readHistoryScope(context);
	await withHistory(context, () =>
		context.helpers.clearAllProcessedItems(scope, { mode: 'entries' }),
	);
}

async function inTurn<Result>(queue: string, work: () => Promise<Result>): Promise<Result> {
	const result = (turns.get(queue) ?? Promise.resolve()).then(work);
	// Whoever is next waits for the end, however it ends.
	const end = result.then(
		() => undefined,
		() => undefined,
	);
	turns.set(queue, end);
	try {
		return await result;
	} finally {
		if (turns.get(queue) === end) turns.delete(queue);
	}
}

async function withHistory<Result>(
	context: IExecuteFunctions,
	work: () => Promise<Result>,
): Promise<Result> {
	return await inTurn(String(context.getWorkflow().id), () => attempted(context, work));
}

async function attempted<Result>(
	context: IExecuteFunctions,
	work: () => Promise<Result>,
): Promise<Result> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			const { message } = error as Error;
			if (attempt < ATTEMPTS && NOTHING_WRITTEN.test(message)) continue;
			throw new NodeOperationError(context.getNode(), error as Error, {
				message: "n8n's history of what was seen before cannot be used",
				description:
					'Save the workflow and execute it again. If its Remove Duplicates nodes compare by date or number, set "History Of" to "This Node" here. Else look into the n8n log for the reason.',
			});
		}
	}
}
