import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { deepCopy, NodeOperationError } from 'n8n-workflow';

import type { LeadToMark, MarkResult } from '../destinations/contract';
import { toNodeError } from '../errors';
import { quote } from '../lead/text';
import { markerProperties } from '../parameters/destinationProperties';
import { openMarker } from '../parameters/openDestination';
import { continuesOnFail, failedItem, firstFailure } from '../parameters/failedItems';
import { withToolDefault } from '../parameters/leadInputProperties';
import { ownBinary, readText } from '../parameters/readItems';
import { places, type Place } from './writeLeads';
import { atItem, timeoutOption } from './writeOptions';

const show = { operation: ['markAsHandled'] };

export const markAsHandledProperties: INodeProperties[] = [
	...markerProperties('Where the leads are that the trigger handed over', show),
	...withToolDefault(
		{
			displayName: 'Lead ID',
			name: 'leadId',
			type: 'string',
			required: true,
			default: '={{ $json.id }}',
			displayOptions: { show },
			description: 'ID of the lead, as the trigger returned it',
		},
		"={{ $fromAI('leadId', 'ID of the lead, the field id of a lead as it was returned', 'string') }}",
	),
	...withToolDefault(
		{
			displayName: 'Lead Destination',
			name: 'leadDestination',
			type: 'string',
			required: true,
			default: '={{ $json.destination }}',
			displayOptions: { show },
			description:
				'Destination of the lead, as the trigger returned it. Leads of another destination are not marked.',
		},
		"={{ $fromAI('leadDestination', 'Destination of the lead, the field destination of a lead as it was returned', 'string') }}",
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [timeoutOption],
	},
];

interface Entry {
	itemIndex: number;
	lead: LeadToMark;
}

/**
 * Marks the lead of each item. The item comes out as it was, with what has become of its lead in the
 * field `handled`. What fails of one keeps no other from its turn.
 */
export async function markAsHandled(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const placeOf = places(context, 'marker');
	const handledAt = Date.now();
	const handledBy = nameOf(context);
	const failures = new Map<number, Error>();
	const results = new Map<number, MarkResult>();
	const groups = new Map<Place, Entry[]>();
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const place = await placeOf(itemIndex);
			const id = readLeadId(context, place, itemIndex);
			const group = groups.get(place) ?? [];
			groups.set(place, group);
			group.push({ itemIndex, lead: { id, handledAt, handledBy } });
		} catch (error) {
			failures.set(itemIndex, toNodeError(context.getNode(), error, itemIndex));
		}
	}
	for (const [place, group] of groups) {
		for (const [itemIndex, result] of await markGroup(context, place, group)) {
			if (result instanceof Error) failures.set(itemIndex, result);
			else results.set(itemIndex, result);
		}
	}
	if (failures.size > 0 && !continuesOnFail(context)) {
		const count = context.getInputData().length;
		throw firstFailure(failures, count, { what: 'Not marked', done: 'marked' });
	}
	return context.getInputData().map((item, itemIndex): INodeExecutionData => {
		const failure = failures.get(itemIndex);
		if (failure) return failedItem(context, failure, itemIndex);
		const result = results.get(itemIndex);
		const outcome = result?.ok === true ? result.outcome : '';
		const handled = { outcome, at: new Date(handledAt).toISOString() };
		// A copy: where the next node edits its item, the item of the node before must stay as it was.
		const { handled: _before, ...json } = deepCopy(item.json);
		// Not the whole item: one that has an error from a node before would leave by the error output.
		return { json: { handled, ...json }, ...ownBinary(item), pairedItem: { item: itemIndex } };
	});
}

/** What has become of the leads of one place, each sent once. */
async function markGroup(
	context: IExecuteFunctions,
	{ destination, input, limits }: Place,
	group: readonly Entry[],
): Promise<Array<[itemIndex: number, MarkResult | Error]>> {
	const [first] = group;
	if (!first) return [];
	const fail = (error: unknown, itemIndex: number) =>
		toNodeError(context.getNode(), error, itemIndex);
	const leads = [...new Map(group.map(({ lead }) => [lead.id, lead])).values()];
	let byId: Map<string, MarkResult>;
	try {
		const marker = await openMarker(atItem(context, first.itemIndex), destination, input);
		const marked = await marker.mark(leads, limits);
		byId = new Map(leads.flatMap(({ id }, at) => (marked[at] ? [[id, marked[at]] as const] : [])));
	} catch (error) {
		// Whatever it is, it must not keep the leads of other places from being marked.
		return group.map(({ itemIndex }) => [itemIndex, fail(error, itemIndex)]);
	}
	return group.map(({ itemIndex, lead }) => {
		const result = byId.get(lead.id);
		if (!result) return [itemIndex, fail('The destination gave no result for the lead', itemIndex)];
		return [itemIndex, result.ok ? result : fail(result.error, itemIndex)];
	});
}

/** @throws NodeOperationError where the item has none, or one of another destination */
function readLeadId(context: IExecuteFunctions, { destination }: Place, itemIndex: number): string {
	const id = readText(context, 'leadId', itemIndex).trim();
	const name = readText(context, 'leadDestination', itemIndex).trim();
	const missing = [id === '' ? 'id' : '', name === '' ? 'destination' : ''].filter(Boolean);
	if (missing.length > 0) {
		throw new NodeOperationError(
			context.getNode(),
			`The item has no ${missing.map((field) => `"${field}"`).join(' and no ')} of a lead`,
			{
				itemIndex,
				description:
					'Pass both fields on through the nodes before (Edit Fields: Include Other Input Fields), or set "Lead ID" and "Lead Destination" to where they are.',
			},
		);
	}
	if (name !== destination.name) {
		throw new NodeOperationError(
			context.getNode(),
			`The lead is not one of ${destination.displayName}: its destination is ${quote(name)}`,
			{
				itemIndex,
				description:
					'Choose the destination of the trigger that handed it over. Leads of several destinations need a node for each.',
			},
		);
	}
	return id;
}

function nameOf(context: IExecuteFunctions): string {
	const { id, name } = context.getWorkflow();
	return `${name ?? ''} (${id ?? ''})`;
}
