/** The workflows whose leads are counted, one for each way in which a lead counts as handled. */
import { PACKAGE } from '../host/demo.ts';
import type { CredentialRef, WorkflowFile, WorkflowNode } from '../host/rest.ts';
import { tableOf } from './azureTables.ts';
import type { LeadStore } from './stores.ts';

export type HandledWhen =
	'executionFinishes' | 'executionFinishesSuccessfully' | 'handedOver' | 'markedInWorkflow';

export interface DeliveryWay {
	/** Names its table and its path at the sink. */
	name: string;
	/** In the words of the docs. */
	label: string;
	handledWhen: HandledWhen;
	/** Where Remove Repeats, before the sink, keeps its history. */
	history?: 'azureTable' | 'n8n';
}

export const WAYS: readonly DeliveryWay[] = [
	{ name: 'Finishes', label: 'Finishes', handledWhen: 'executionFinishes' },
	{
		name: 'Successfully',
		label: 'Finishes Successfully',
		handledWhen: 'executionFinishesSuccessfully',
	},
	{ name: 'Marked', label: 'Marked in the Workflow', handledWhen: 'markedInWorkflow' },
	{
		name: 'Repeats',
		label: 'Marked, behind Remove Repeats',
		handledWhen: 'markedInWorkflow',
		history: 'azureTable',
	},
	{ name: 'HandedOver', label: 'Handed Over', handledWhen: 'handedOver' },
	{
		name: 'HandedOverRepeats',
		label: 'Handed Over, behind Remove Repeats',
		handledWhen: 'handedOver',
		history: 'n8n',
	},
];

/** Polls a minute: n8n's least interval is a minute, but a trigger may have several. */
const POLLS = [5, 15, 25, 35, 45, 55];

/** An execution must have a chance to end before the next kill, however many leads are pending. */
const MAX_LEADS = 100;

/**
 * A workflow that finishes whatever happens deals with a sink that is away by itself: it tries again
 * for longer than the sink is.
 */
export const TRIES = { retryOnFail: true, maxTries: 5, waitBetweenTries: 4_000 };

export function workflowOf(
	way: DeliveryWay,
	store: LeadStore,
	credential: CredentialRef,
	url: string,
): WorkflowFile {
	const { handledWhen, history } = way;
	const credentials = { [credential.type]: { id: credential.id, name: credential.name } };
	const node = (
		name: string,
		[type, typeVersion]: readonly [string, number],
		parameters: object,
		more: object = {},
	): WorkflowNode => ({
		id: `${way.name}-${name}`,
		...{ name, type, typeVersion, position: [0, 0], parameters: { ...parameters } },
		...more,
	});
	const ours = (name: string): readonly [string, number] => [`${PACKAGE}.${name}`, 1];
	const isAcknowledged = handledWhen !== 'handedOver';
	const marks = handledWhen === 'markedInWorkflow';
	const trigger = node(
		'Trigger',
		ours('marketplaceLeadPollTrigger'),
		{
			...store.parameters,
			pollTimes: {
				item: POLLS.map((second) => ({
					mode: 'custom',
					cronExpression: `${second} * * * * *`,
				})),
			},
			handledWhen,
			maxLeads: MAX_LEADS,
			...(isAcknowledged
				? { ...store.marking, options: { redeliverAfter: 1, maxAttempts: 1_000 } }
				: { startFrom: 'all' }),
		},
		{ credentials },
	);
	const sink = node(
		'Sink',
		['n8n-nodes-base.httpRequest', 4.2],
		{
			...{ method: 'POST', url, sendBody: true, specifyBody: 'json', options: {} },
			jsonBody:
				'={{ JSON.stringify({ id: $json.id, destination: $json.destination, attempt: $json.delivery?.attempt }) }}',
		},
		handledWhen === 'executionFinishes' ? TRIES : marks ? { onError: 'continueErrorOutput' } : {},
	);
	const repeats = node(
		'Repeats',
		ours('leadSource'),
		{
			...{ operation: 'removeRepeats', compareBy: 'customerAndOffer' },
			...(history === 'azureTable'
				? { historyStore: history, historyTable: tableOf(`History${way.name}`) }
				: {}),
		},
		history === 'azureTable' ? { credentials } : {},
	);
	const mark = node(
		'Mark',
		ours('marketplaceLead'),
		{
			...{ operation: 'markAsHandled', destination: store.destination },
			...(store.destination === 'azureTable' ? store.parameters : store.marking),
		},
		{ credentials },
	);
	const to = (...names: string[]) => names.map((name) => ({ node: name, type: 'main', index: 0 }));
	const first = history ? 'Repeats' : 'Sink';
	return {
		name: `Delivery: ${store.displayName}, ${way.label}`,
		nodes: [trigger, sink, ...(history ? [repeats] : []), ...(marks ? [mark] : [])],
		connections: {
			Trigger: { main: [to(first)] },
			...(history ? { Repeats: { main: [to('Sink'), marks ? to('Mark') : []] } } : {}),
			...(marks ? { Sink: { main: [to('Mark'), []] } } : {}),
		},
	};
}
