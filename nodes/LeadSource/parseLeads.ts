import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { binaryOf, eachItem, readLeads } from '../parameters/readItems';
import { offerSplit, readOfferOutputs, type Split, splitNamed } from './splits';

const show = { operation: ['parseLeads'] };

export const parseLeadsProperties: INodeProperties[] = [
	{
		displayName: 'Outputs',
		name: 'outputs',
		type: 'options',
		noDataExpression: true,
		// A tool gives an agent its first output only, so there every lead has to go there.
		displayOptions: { show, hide: { '@tool': [true] } },
		options: [
			{ name: 'All Leads in One', value: 'one' },
			{
				name: 'By Contact',
				value: 'contact',
				description: 'Contact allowed, do not contact, and test leads apart',
			},
			{
				name: 'By Offer',
				value: 'offer',
				description: 'One output for each offer or group of offers that you name',
			},
			{ name: 'By Source', value: 'source', description: 'One output for each store' },
			{ name: 'By Stage', value: 'stage', description: 'One output for each stage of a lead' },
		],
		default: 'one',
		description: 'How to split the leads over outputs',
	},
	{
		displayName: 'Offer Outputs',
		name: 'offerOutputs',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Output', sortable: true },
		displayOptions: { show: { ...show, outputs: ['offer'] }, hide: { '@tool': [true] } },
		default: { values: [{ offers: '', outputName: '' }] },
		description:
			'A lead goes to the first output that names its offer. All others go to the last output, Other.',
		options: [
			{
				displayName: 'Output',
				name: 'values',
				values: [
					{
						displayName: 'Offers',
						name: 'offers',
						type: 'string',
						noDataExpression: true,
						required: true,
						default: '',
						placeholder: 'e.g. contoso.*, *CRM add-on*',
						description:
							'Comma-separated offer IDs or titles, without regard to case. An asterisk stands for any characters.',
					},
					{
						displayName: 'Output Name',
						name: 'outputName',
						type: 'string',
						noDataExpression: true,
						default: '',
						placeholder: 'e.g. CRM',
						description: 'Label of the output in the editor. The offers when empty.',
					},
				],
			},
		],
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: leadOptionFields,
	},
];

/** Reads every item into leads, and splits them over the outputs. */
export function parseLeads(context: IExecuteFunctions): INodeExecutionData[][] {
	const split = splitOf(context);
	const outputs: INodeExecutionData[][] = split.outputs.map(() => []);
	eachItem(
		context,
		(item, itemIndex) => {
			const options = readLeadOptions(context.getNodeParameter('options', itemIndex, {}));
			const leads = readLeads(context, item, itemIndex, options);
			for (const lead of leads) {
				outputs[split.outputOf(lead)]?.push({
					json: lead as unknown as IDataObject,
					...binaryOf(item, leads),
					pairedItem: { item: itemIndex },
				});
			}
		},
		(failed) => outputs[split.leftover]?.push(failed),
	);
	return outputs;
}

function splitOf(context: IExecuteFunctions): Split {
	const name = context.getNodeParameter('outputs', 0, 'one') as string;
	if (name === 'offer') {
		const outputs = readOfferOutputs(context.getNodeParameter('offerOutputs', 0, {}));
		const empty = outputs.findIndex(({ offers }) => offers.length === 0);
		if (empty < 0) return offerSplit(outputs);
		throw new NodeOperationError(context.getNode(), `Output ${empty + 1} names no offer`, {
			description: 'Fill in "Offers" of that output, or remove it.',
			itemIndex: 0,
		});
	}
	const split = splitNamed(name);
	if (split !== undefined) return split;
	throw new NodeOperationError(context.getNode(), `"${name}" is not a way to split leads`, {
		description: 'Choose one of the entries of "Outputs"',
		itemIndex: 0,
	});
}
