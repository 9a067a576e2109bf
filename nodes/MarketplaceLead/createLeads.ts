import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Lead } from '../lead';
import { leadInputProperties } from '../parameters/leadInputProperties';
import { destinationOptions } from '../parameters/destinationProperties';
import { binaryOf, readLeads } from '../parameters/readItems';
import {
	openOutputs,
	separateOutputsProperty,
	type SeparateOutputs,
} from '../parameters/separateOutputs';
import { type Prepared, writeLeads, type Written } from './writeLeads';
import { additionalFieldsProperties, optionsOf, timeoutOption } from './writeOptions';

const show = { operation: ['createLeads'] };

const DO_NOT_CONTACT = [
	{
		name: 'Fail',
		value: 'fail',
		description: 'The item fails; all others are written',
	},
	{
		name: 'Leave Out',
		value: 'leaveOut',
		description: 'The lead is not written, and comes out saying so',
	},
	{
		name: 'Write',
		value: 'write',
		description: 'The lead is written like any other, including that it must not be contacted',
	},
];

const MUST_NOT_BE_CONTACTED = 'The customer must not be contacted';

/** Outputs of the operation, as its parameter Separate Outputs says. */
export const CREATE_LEADS_OUTPUTS = {
	outputs: ['Written', 'Left Out'],
	acted: 0,
	rest: 1,
} as const satisfies SeparateOutputs;

export const createLeadsProperties: INodeProperties[] = [
	...leadInputProperties(show.operation),
	...additionalFieldsProperties('createLeads'),
	separateOutputsProperty(
		'createLeads',
		'Whether leads that are left out because the customer must not be contacted go to an output of their own',
	),
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
				default: 'leaveOut',
				description: 'What to do with leads of customers who must not be contacted',
			},
			timeoutOption,
			...destinationOptions('writing'),
		],
	},
];

/** Writes the leads of the items; each comes out with what has become of it in the field `written`. */
export async function createLeads(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { outputs, put } = openOutputs(context, CREATE_LEADS_OUTPUTS);
	// One time for all: records that are alike and came together are one lead.
	const receivedAt = new Date().toISOString();
	const items = await writeLeads(context, (item, itemIndex) => {
		const leads = readLeads(context, item, itemIndex, { receivedAt });
		const choice = optionsOf(context, itemIndex)['doNotContact'];
		return leads.map((lead) => ({
			lead,
			...held(context, lead, choice, itemIndex),
			binary: binaryOf(item, leads),
		}));
	});
	for (const item of items) put(!isLeftOut(item), item);
	return outputs;
}

function isLeftOut({ json }: INodeExecutionData): boolean {
	return (json['written'] as Written | undefined)?.outcome === 'leftOut';
}

/** What keeps a lead from being written. Any choice but the two others is the safe one. */
function held(
	context: IExecuteFunctions,
	{ contactAllowed }: Lead,
	choice: unknown,
	itemIndex: number,
): Pick<Prepared, 'error' | 'leftOut'> {
	if (contactAllowed || choice === 'write') return {};
	if (choice !== 'fail') return { leftOut: MUST_NOT_BE_CONTACTED };
	const error = new NodeOperationError(context.getNode(), MUST_NOT_BE_CONTACTED, {
		itemIndex,
		description:
			'The lead says so (DNC), so it is not written where people would contact them. To go on without such leads, set the option Do-Not-Contact Leads to Leave Out. To write them all the same, set it to Write.',
	});
	return { error };
}
