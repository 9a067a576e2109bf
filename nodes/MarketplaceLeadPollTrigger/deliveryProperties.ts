/** When a lead counts as handled: what the editor asks for, and the functions that read it. */
import type { INodeProperties, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { destinationsThatMark, markingProperties } from '../parameters/destinationProperties';
import { readNumber } from '../parameters/values';
import type { DeliveryRules } from '../polling/delivery';

export type AcknowledgedMode =
	'executionFinishes' | 'executionFinishesSuccessfully' | 'markedInWorkflow';
export type HandledWhen = AcknowledgedMode | 'handedOver';

const ACKNOWLEDGED: readonly AcknowledgedMode[] = [
	'executionFinishes',
	'executionFinishesSuccessfully',
	'markedInWorkflow',
];

/** Minutes. */
const REDELIVER_AFTER = 30;
/** Minutes: a week. Azure takes no date behind the year 9999, and nobody would see such a lead again. */
const LONGEST_REDELIVER_AFTER = 10_080;
const MAX_ATTEMPTS = 10;
const MOST_MAX_ATTEMPTS = 1_000;
const REDELIVER_LABEL = 'Redeliver After (Minutes)';
const ATTEMPTS_LABEL = 'Max Attempts';

const marking = destinationsThatMark().map(({ name }) => name);

/** Shown for the modes that mark. */
const whenAcknowledged = { destination: marking, handledWhen: [...ACKNOWLEDGED] };
/** Hidden for them, rather than shown for the other: destinations without marks don't ask. */
export const hiddenWhenAcknowledged = { handledWhen: [...ACKNOWLEDGED] };

export const deliveryProperties: INodeProperties[] = [
	{
		displayName: 'Lead Is Handled When',
		name: 'handledWhen',
		type: 'options',
		noDataExpression: true,
		description:
			'When a lead counts as handled. Until then it is handed over again, except when it is handled as soon as it is handed over.',
		displayOptions: { show: { destination: marking } },
		options: [
			{
				name: 'Execution Finishes',
				value: 'executionFinishes',
				description:
					'After the execution has ended, whether it succeeded or failed. For workflows that say themselves what went wrong.',
			},
			{
				name: 'Execution Finishes Successfully',
				value: 'executionFinishesSuccessfully',
				description:
					'After the execution has succeeded. For workflows whose every step may be repeated for all leads of the execution.',
			},
			{
				name: 'Handed Over',
				value: 'handedOver',
				description:
					'As soon as n8n has stored the execution. Nothing to set up; an execution that crashes is for a person to retry.',
			},
			{
				name: 'Marked in the Workflow',
				value: 'markedInWorkflow',
				description:
					'After a Marketplace Lead node has marked it as handled, each lead by itself. For workflows in which one lead may fail and others succeed, and for those that wait.',
			},
		],
		default: 'handedOver',
	},
	{
		displayName:
			'A lead that is not marked in time is handed over again, and what your workflow did with it before is done again: an email that was sent before the node that failed is sent twice. Put steps that must not be repeated last, or use {{ $json.delivery.attempt }} to tell. For <i>Remove Repeats</i>, a lead that was new is new again.',
		name: 'redeliveryNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: whenAcknowledged },
	},
	{
		displayName:
			'Put a <i>Marketplace Lead</i> node with the operation <i>Mark as Handled</i> at the end of every branch, also of those for repeats, test leads and customers who must not be contacted.',
		name: 'markNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { destination: marking, handledWhen: ['markedInWorkflow'] } },
	},
	...markingProperties(whenAcknowledged),
	{
		displayName: 'Leads Created Since',
		name: 'createdSince',
		type: 'dateTime',
		noDataExpression: true,
		default: '',
		description:
			'Leads created before are left alone, in the time zone of the workflow unless the value names one. Empty for all that are not marked as handled.',
		displayOptions: { show: whenAcknowledged },
	},
];

/** Entries for the node's options. */
export const deliveryOptions: INodeProperties[] = [
	{
		displayName: ATTEMPTS_LABEL,
		name: 'maxAttempts',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: MOST_MAX_ATTEMPTS, numberPrecision: 0 },
		default: MAX_ATTEMPTS,
		description:
			'How often a lead is handed over. After that it goes once to the output Given Up and stays at the destination.',
		displayOptions: { show: { '/handledWhen': [...ACKNOWLEDGED] } },
	},
	{
		displayName: REDELIVER_LABEL,
		name: 'redeliverAfter',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: LONGEST_REDELIVER_AFTER },
		default: REDELIVER_AFTER,
		description:
			'How long to wait before a lead is handed over for the second time. Each further wait is twice as long, up to a day. Set it to more than your longest execution takes.',
		displayOptions: { show: { '/handledWhen': [...ACKNOWLEDGED] } },
	},
];

/** The second output is there only where something can be given up. */
export const outputsExpression =
	'={{ [undefined, "handedOver"].includes($parameter["handledWhen"]) ? ["main"] : [{ type: "main", displayName: "Leads" }, { type: "main", displayName: "Given Up" }] }}';

/** @throws NodeOperationError for a value that the parameter doesn't have */
export function readHandledWhen(context: IPollFunctions): HandledWhen {
	// Hidden for destinations that have nothing to mark.
	const value: unknown = context.getNodeParameter('handledWhen', 'handedOver');
	const destination: unknown = context.getNodeParameter('destination');
	if (value === 'handedOver' || !marking.some((name) => name === destination)) return 'handedOver';
	const mode = ACKNOWLEDGED.find((candidate) => candidate === value);
	if (mode) return mode;
	throw new NodeOperationError(context.getNode(), '"Lead Is Handled When" has an unknown value', {
		description: 'Choose one from the list.',
	});
}

export function isAcknowledgedByExecution(mode: AcknowledgedMode): boolean {
	return mode !== 'markedInWorkflow';
}

/** @throws UserError for what is no number of minutes or attempts */
export function readDeliveryRules(context: IPollFunctions): DeliveryRules {
	const { redeliverAfter, maxAttempts } = {
		...(context.getNodeParameter('options', {}) as Record<string, unknown>),
	};
	const minutes = readNumber(redeliverAfter, REDELIVER_LABEL, {
		otherwise: REDELIVER_AFTER,
		min: 1,
		max: LONGEST_REDELIVER_AFTER,
	});
	return {
		redeliverAfter: minutes * 60_000,
		maxAttempts: readNumber(maxAttempts, ATTEMPTS_LABEL, {
			otherwise: MAX_ATTEMPTS,
			min: 1,
			max: MOST_MAX_ATTEMPTS,
			whole: true,
		}),
	};
}
