import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Lead, MergedCustomer, MergeScope } from '../lead';
import { mergeLeads, spansOffers } from '../lead';
import { readLeadOptions } from '../parameters/leadParameters';
import { stageGuideOption } from './options';
import { eachItem, readEntries } from '../parameters/readItems';

const show = { operation: ['mergeLeads'] };

export const mergeLeadsProperties: INodeProperties[] = [
	{
		displayName: 'One Item For',
		name: 'scope',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: [
			{
				name: 'Each Customer',
				value: 'customer',
				description: 'All leads of a customer in one, whatever the offer',
			},
			{
				name: 'Each Customer and Offer',
				value: 'customerAndOffer',
				description: 'All leads of a customer for the same offer in one',
			},
		],
		default: 'customer',
		description: 'Which leads become one item',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [stageGuideOption],
	},
];

const SCOPES: readonly MergeScope[] = ['customer', 'customerAndOffer'];

/** One item a customer, paired with every item that it was made of. */
export function mergeItems(context: IExecuteFunctions): INodeExecutionData[][] {
	const scope = readScope(context);
	// One time for all: records that are alike and came together are one lead.
	const receivedAt = new Date().toISOString();
	const entries: (Lead | MergedCustomer)[] = [];
	const itemOfEntry: number[] = [];
	const failures: INodeExecutionData[] = [];
	eachItem(
		context,
		(item, itemIndex) => {
			const { stageGuide } = readLeadOptions(context.getNodeParameter('options', itemIndex, {}));
			const reading = { stageGuide, receivedAt, includeRaw: false };
			const found = readEntries(context, item, itemIndex, reading);
			for (const entry of found) {
				if (scope === 'customerAndOffer' && 'journey' in entry && spansOffers(entry)) {
					throw new NodeOperationError(
						context.getNode(),
						'The customer was merged over several offers',
						{
							itemIndex,
							description:
								'Set "One Item For" to "Each Customer", or give this node the leads themselves.',
						},
					);
				}
			}
			for (const entry of found) {
				entries.push(entry);
				itemOfEntry.push(itemIndex);
			}
		},
		(failed) => failures.push(failed),
	);
	const merged = mergeLeads(entries, scope).map(({ customer, inputs }): INodeExecutionData => {
		const items = new Set(inputs.map((input) => itemOfEntry[input] ?? 0));
		return {
			json: customer as unknown as IDataObject,
			pairedItem: [...items].map((item) => ({ item })),
		};
	});
	return [[...merged, ...failures]];
}

/** @throws NodeOperationError for a value that a workflow written by hand may have */
function readScope(context: IExecuteFunctions): MergeScope {
	const value = context.getNodeParameter('scope', 0, 'customer');
	const scope = SCOPES.find((name) => name === value);
	if (scope !== undefined) return scope;
	throw new NodeOperationError(context.getNode(), 'What to make one item for was not understood', {
		description: 'Choose one of the entries of "One Item For".',
		itemIndex: 0,
	});
}
