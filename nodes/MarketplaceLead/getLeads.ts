import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { TimeLimits } from '../destinations/timeLimits';
import { type Period, readPeriod } from '../polling/period';
import { toNodeError } from '../errors';
import { type Lead, simplifiedWithTime } from '../lead';
import { countText } from '../lead/text';
import { openForReading } from '../parameters/openDestination';
import { destinationFilters, destinationOptions } from '../parameters/destinationProperties';
import { leadFilterProperty, leadOptionFields } from '../parameters/leadParameters';
import { readDateParameter } from '../parameters/dateParameter';
import { continuesOnFail, failedItem } from '../parameters/failedItems';
import { readBoolean, readNumber } from '../parameters/values';
import { atItem, timeoutOption, timeouts } from './writeOptions';

const show = { operation: ['getLeads'] };

/** As the parameter has it. */
const DEFAULT_LIMIT = 50;

export const getLeadsProperties: INodeProperties[] = [
	{
		displayName: 'Created After',
		name: 'createdAfter',
		type: 'dateTime',
		displayOptions: { show },
		default: '',
		description:
			'Start of the period, in the time zone of the workflow unless the value names one. Leave empty to begin with the oldest lead.',
	},
	{
		displayName: 'Created Before',
		name: 'createdBefore',
		type: 'dateTime',
		displayOptions: { show },
		default: '',
		description: 'End of the period, which itself is not in it. Leave empty for now.',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		displayOptions: { show },
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { ...show, returnAll: [false] } },
		default: 50,
		description: 'Max number of results to return',
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		displayOptions: { show },
		default: true,
		description: 'Whether to return a simplified version of the lead instead of all its fields',
	},
	{ ...leadFilterProperty(destinationFilters()), displayOptions: { show } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show },
		default: {},
		options: [...leadOptionFields, timeoutOption, ...destinationOptions('reading')],
	},
];

/** Fetches the leads of a period, for each item. */
export async function getLeads(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const limitsOf = timeouts(context);
	const items: INodeExecutionData[] = [];
	for (const itemIndex of context.getInputData().keys()) {
		try {
			const isSimple = readBoolean(
				context.getNodeParameter('simplify', itemIndex, true),
				'Simplify',
				true,
			);
			for (const lead of await leadsOf(context, itemIndex, limitsOf)) {
				const fields = isSimple ? simplifiedWithTime(lead) : lead;
				items.push({ json: fields, pairedItem: { item: itemIndex } });
			}
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, itemIndex);
			if (!continuesOnFail(context)) throw failure;
			items.push(failedItem(context, failure, itemIndex));
		}
	}
	return items;
}

async function leadsOf(
	context: IExecuteFunctions,
	itemIndex: number,
	limitsOf: (itemIndex: number) => TimeLimits,
): Promise<Lead[]> {
	const limits = limitsOf(itemIndex);
	const period = readPeriodOf(context, itemIndex);
	const limit = readLimit(context, itemIndex);
	const { reader, accept } = await openForReading(atItem(context, itemIndex));
	const { leads, timeUp } = await readPeriod(reader, period, limit, accept, limits);
	if (!timeUp) return leads;
	throw new NodeOperationError(
		context.getNode(),
		`The time was up after ${countText(leads.length, 'lead')}, and there may be more`,
		{
			itemIndex,
			description:
				'Fetch a shorter period or set a lower limit, or give the node more time with the option Timeout.',
		},
	);
}

function readPeriodOf(context: IExecuteFunctions, itemIndex: number): Period {
	const from = momentOf(context, 'createdAfter', 'Created After', itemIndex);
	const to = momentOf(context, 'createdBefore', 'Created Before', itemIndex);
	if (from !== undefined && to !== undefined && to <= from) {
		throw new NodeOperationError(context.getNode(), 'The period ends before it begins', {
			itemIndex,
			description: 'Set Created Before to a later moment than Created After.',
		});
	}
	return { from, to };
}

function momentOf(
	context: IExecuteFunctions,
	name: string,
	label: string,
	itemIndex: number,
): number | undefined {
	const value = context.getNodeParameter(name, itemIndex, '') as unknown;
	if (value === '' || value === null || value === undefined) return undefined;
	try {
		return readDateParameter(value, context.getTimezone());
	} catch {
		throw new NodeOperationError(context.getNode(), `"${label}" is not a date`, {
			itemIndex,
			description: 'Choose one, or give it as 2026-01-31T00:00:00Z.',
		});
	}
}

function readLimit(context: IExecuteFunctions, itemIndex: number): number {
	if (readBoolean(context.getNodeParameter('returnAll', itemIndex, false), 'Return All')) {
		return Number.POSITIVE_INFINITY;
	}
	// Hidden, where the workflow was written by hand: the default then, as in the editor.
	const limit: unknown = context.getNodeParameter('limit', itemIndex, DEFAULT_LIMIT);
	return readNumber(limit, 'Limit', { min: 1, whole: true, hint: 'Or turn on Return All.' });
}
