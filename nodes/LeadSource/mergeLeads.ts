import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Lead, MergedCustomer, GroupBy } from '../lead';
import { mergeLeads, spansOffers } from '../lead';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { eachItem, readEntries } from '../parameters/readItems';

const show = { operation: ['mergeLeads'] };

export const mergeLeadsProperties: INodeProperties[] = [
	{
		displayName: 'Group By',
		name: 'groupBy',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: [
			{
				name: 'Customer',
				value: 'customer',
				description: 'One item for each customer, whatever the offers',
			},
			{
				name: 'Customer and Offer',
				value: 'customerAndOffer',
				description: 'One item for each offer that a customer is interested in',
			},
		],
		default: 'customer',
		description: 'Which leads are merged into one item',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		// No lead comes out, so there is no use for the other options of reading one.
		options: leadOptionFields.filter(({ name }) => name === 'stageGuide'),
	},
];

const GROUPINGS: readonly GroupBy[] = ['customer', 'customerAndOffer'];

/** One item a customer, paired with every item that it was made of. */
export function mergeItems(context: IExecuteFunctions): INodeExecutionData[][] {
	const groupBy = readGroupBy(context);
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
				if (groupBy === 'customerAndOffer' && 'journey' in entry && spansOffers(entry)) {
					throw new NodeOperationError(
						context.getNode(),
						'The customer was merged over several offers',
						{
							itemIndex,
							description: 'Set "Group By" to "Customer", or give this node the leads themselves.',
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
	const merged = mergeLeads(entries, groupBy).map(({ customer, inputs }): INodeExecutionData => {
		const items = new Set(inputs.map((input) => itemOfEntry[input] ?? 0));
		return {
			json: customer as unknown as IDataObject,
			pairedItem: [...items].map((item) => ({ item })),
		};
	});
	return [[...merged, ...failures]];
}

/** @throws NodeOperationError for a value that a workflow written by hand may have */
function readGroupBy(context: IExecuteFunctions): GroupBy {
	const value = context.getNodeParameter('groupBy', 0, 'customer');
	const groupBy = GROUPINGS.find((name) => name === value);
	if (groupBy !== undefined) return groupBy;
	throw new NodeOperationError(context.getNode(), '"Group By" has a value that it does not offer', {
		description: 'Choose one of the entries of "Group By".',
		itemIndex: 0,
	});
}
