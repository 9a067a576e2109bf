import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Lead } from '../lead';
import { missingLeadFinder, parseLead, repeatInListFinder } from '../lead';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { binaryOf, eachItem, readLeads } from '../parameters/readItems';
import { recordsOfItem } from '../parameters/records';
import { openOutputs, separateOutputsProperty } from '../parameters/separateOutputs';
import { readNumber } from '../parameters/values';
import { secondInput } from './inputs';
import { SEPARATE } from './splits';

const show = { operation: ['findMissingLeads'] };

const WITHIN = 'Within (Hours)';
const DEFAULT_HOURS = 24;
/** A year: whoever wants to compare without regard to time can. */
const MAX_HOURS = 8_784;

export const findMissingLeadsProperties: INodeProperties[] = [
	{
		displayName:
			'Connect the leads that may be missing to the first input, such as an export, and those that are there to the second one, such as a CRM. Leads are the same if customer and offer are, and the times are close.',
		name: 'missingNotice',
		type: 'notice',
		displayOptions: { show },
		default: '',
	},
	{
		displayName: WITHIN,
		name: 'withinHours',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: MAX_HOURS },
		displayOptions: { show },
		default: DEFAULT_HOURS,
		description:
			'How far apart the times of two records of the same lead may be. A day allows for time zones that an export does not tell.',
	},
	separateOutputsProperty(
		'findMissingLeads',
		'Whether leads that are there already go to an output of their own',
	),
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

/** Each lead of the first input with what was found of it in the second, in the field `comparison`. */
export function findMissingLeads(context: IExecuteFunctions): INodeExecutionData[][] {
	const { outputs, put } = openOutputs(context, SEPARATE.findMissingLeads);
	const receivedAt = new Date().toISOString();
	const compare = missingLeadFinder(leadsThere(context, receivedAt));
	const repeatOf = repeatInListFinder();
	eachItem(
		context,
		(item, itemIndex) => {
			const within: unknown = context.getNodeParameter('withinHours', itemIndex, DEFAULT_HOURS);
			const hours = readNumber(within, WITHIN, { min: 0, max: MAX_HOURS });
			const given = context.getNodeParameter('options', itemIndex, {});
			const reading = { ...readLeadOptions(given), receivedAt };
			const leads = readLeads(context, item, itemIndex, reading);
			for (const lead of leads) {
				const compared = compare(lead, hours);
				const comparison = (compared.isMissing ? repeatOf(lead, hours) : undefined) ?? compared;
				put(comparison.isMissing, {
					json: { comparison, ...lead },
					...binaryOf(item, leads),
					pairedItem: { item: itemIndex },
				});
			}
		},
		(failed) => {
			put(false, failed);
		},
	);
	return outputs;
}

/** @throws NodeOperationError where there is nothing to compare with, by which every lead would be missing */
function leadsThere(context: IExecuteFunctions, receivedAt: string): Lead[] {
	const items = secondInput(context);
	if (items.length === 0) {
		throw new NodeOperationError(context.getNode(), 'There is nothing to compare the leads with', {
			description:
				'Connect the leads that are there to the second input. If it may be that there are none, set "Always Output Data" in the settings of the node that fetches them.',
			itemIndex: 0,
		});
	}
	return items.flatMap(({ json }, at) => {
		// What a node puts out that found nothing and always puts out data.
		if (Object.keys(json).length === 0) return [];
		const found = recordsOfItem(json);
		if (found.ok) return found.records.map((record) => parseLead(record, { receivedAt }));
		throw new NodeOperationError(
			context.getNode(),
			`Item ${at} of the second input holds no lead`,
			{
				description: `${found.problems.join(' ')} Put a Lead Source node in between, which reads it by "Field Mapping".`,
				itemIndex: 0,
			},
		);
	});
}
