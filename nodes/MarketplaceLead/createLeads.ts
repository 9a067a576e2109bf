import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Lead } from '../lead';
import { leadInputProperties } from '../parameters/leadInputProperties';
import { destinationOptions } from '../parameters/destinationProperties';
import { binaryOf, readLeads } from '../parameters/readItems';
import { writeLeads } from './writeLeads';
import { additionalFieldsProperties, optionsOf, timeoutOption } from './writeOptions';

const show = { operation: ['createLeads'] };

const DO_NOT_CONTACT = [
	{
		name: 'Skip',
		value: 'skip',
		description: 'The lead is passed on and not written',
	},
	{
		name: 'Fail',
		value: 'fail',
		description: 'The item fails; all others are written',
	},
	{
		name: 'Write',
		value: 'write',
		description: 'The lead is written like any other, with what says that it must not be contacted',
	},
];

export const createLeadsProperties: INodeProperties[] = [
	...leadInputProperties(show.operation),
	...additionalFieldsProperties('createLeads'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [
			{
				displayName: 'Do-Not-Contact Leads',
				name: 'doNotContact',
				type: 'options',
				noDataExpression: true,
				options: DO_NOT_CONTACT,
				default: 'fail',
				description: 'What to do with leads of customers who must not be contacted',
			},
			timeoutOption,
			...destinationOptions('writing'),
		],
	},
];

/** Writes the leads of the items; each comes out with what has become of it in the field `written`. */
export async function createLeads(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	// One time for all: records that are alike and came together are one lead.
	const receivedAt = new Date().toISOString();
	return await writeLeads(context, (item, itemIndex) => {
		const leads = readLeads(context, item, itemIndex, { receivedAt });
		const choice = optionsOf(context, itemIndex)['doNotContact'] ?? 'fail';
		return leads.map((lead) => ({
			lead,
			skipped: !lead.contactAllowed && choice === 'skip',
			error: contactError(context, lead, choice, itemIndex),
			binary: binaryOf(item, leads),
		}));
	});
}

/** Any other choice than the two that let it pass is the safe one. */
function contactError(
	context: IExecuteFunctions,
	{ contactAllowed }: Lead,
	choice: unknown,
	itemIndex: number,
): NodeOperationError | undefined {
	if (contactAllowed || choice === 'write' || choice === 'skip') return undefined;
	return new NodeOperationError(context.getNode(), 'The customer must not be contacted', {
		itemIndex,
		description:
			'The lead says so (DNC), so it is not written where people would contact them. To go on without such leads set the option Do-Not-Contact Leads to Skip, or to Write where they are known there as what they are.',
	});
}
