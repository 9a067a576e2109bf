import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { deepCopy, NodeOperationError } from 'n8n-workflow';

import type { Lead, RepeatLevel } from '../lead';
import { REPEAT_LEVELS, repeatKeys } from '../lead';
import { toNodeError } from '../errors';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { clearHistory, historyScopeOption, noteKeys } from './history';
import { readSeparate, separateProperty } from './options';
import { binaryOf, eachItem, failedItem, readLeads } from '../parameters/readItems';
import { readNumber } from '../parameters/values';
import { SEPARATE } from './splits';

/** Leads that are remembered unless told otherwise: as many entries as n8n's own node keeps. */
const DEFAULT_HISTORY = 10_000;
/** n8n reads and writes the whole history with every execution: 8 MB at this size. */
const MAX_HISTORY = 100_000;

const show = { operation: ['removeRepeats'] };

const APART = 'Repeats Apart';

export const removeRepeatsProperties: INodeProperties[] = [
	{
		displayName: 'A Repeat Is',
		name: 'repeatKey',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: [
			{
				name: 'The Same Customer',
				value: 'customer',
				description: 'Only the first lead of each customer is new',
			},
			{
				name: 'The Same Customer and Offer',
				value: 'offer',
				description: 'Only the first lead of each customer for an offer is new',
			},
			{
				name: 'The Same Lead',
				value: 'lead',
				description: 'Every lead is new, unless this very one has come before',
			},
		],
		default: 'lead',
		description: 'What must have been seen before. Leads also tell the other two.',
	},
	separateProperty(
		'removeRepeats',
		APART,
		'Whether what was seen before goes to an output of its own',
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show: { operation: ['removeRepeats'] } },
		default: {},
		options: [
			historyScopeOption,
			{
				displayName: 'History Size',
				name: 'historySize',
				type: 'number',
				noDataExpression: true,
				typeOptions: { minValue: 1, maxValue: MAX_HISTORY, numberPrecision: 0 },
				default: DEFAULT_HISTORY,
				description: 'How many leads are remembered. The oldest are forgotten first.',
			},
			...leadOptionFields,
		],
	},
];

export const clearRepeatsProperties: INodeProperties[] = [
	{
		displayName:
			'Forgets everything that Remove Repeats has seen, and passes the items on. Set "History Of" as it is set there: the history of a node is cleared in that very node.',
		name: 'clearNotice',
		type: 'notice',
		displayOptions: { show: { operation: ['clearRepeats'] } },
		default: '',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show: { operation: ['clearRepeats'] } },
		default: {},
		options: [historyScopeOption],
	},
];

/** What the node adds to a lead. */
interface Repeat {
	/** Whether it is a repeat by the parameter "A Repeat Is". */
	isRepeat: boolean;
	/** What was seen before: the very lead, its customer with this offer, or the customer; or nothing. */
	seen: RepeatLevel | '';
}

interface Found {
	lead: Lead;
	itemIndex: number;
	binary: Pick<INodeExecutionData, 'binary'>;
}

/** Leads that are new, and those that were seen before, in this execution or an earlier one. */
export async function removeRepeats(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const repeatKey = readRepeatKey(context);
	const isApart = readSeparate(context, APART);
	const { acted, rest } = SEPARATE.removeRepeats;
	const outputs: INodeExecutionData[][] = isApart ? [[], []] : [[]];
	const put = (isRepeat: boolean, item: INodeExecutionData) =>
		outputs[isApart && isRepeat ? rest : acted]?.push(item);
	// What cannot be judged must not be acted on.
	const { found, failures } = readFound(context);
	let repeats: Repeat[];
	try {
		repeats = await findRepeats(context, found, repeatKey);
	} catch (error) {
		if (!context.continueOnFail()) throw toNodeError(context.getNode(), error);
		const items = new Set(found.map(({ itemIndex }) => itemIndex));
		for (const itemIndex of items) failures.push(failedItem(error as Error, itemIndex));
		repeats = [];
	}
	repeats.forEach((repeat, index) => {
		const { lead, binary, itemIndex } = found[index] as Found;
		put(repeat.isRepeat, {
			json: { ...lead, repeat },
			...binary,
			pairedItem: { item: itemIndex },
		});
	});
	for (const failed of failures) put(true, failed);
	return outputs;
}

/** Forgets what was seen, and passes the items on. */
export async function clearRepeats(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	try {
		await clearHistory(context);
	} catch (error) {
		if (!context.continueOnFail()) throw toNodeError(context.getNode(), error);
		return [items.map((_item, itemIndex) => failedItem(error as Error, itemIndex))];
	}
	// Copies: where the next node edits its item, the item of the node before must stay as it was.
	return [
		items.map((item, index) => ({
			...item,
			json: deepCopy(item.json),
			pairedItem: { item: index },
		})),
	];
}

function readFound(context: IExecuteFunctions): { found: Found[]; failures: INodeExecutionData[] } {
	const found: Found[] = [];
	const failures: INodeExecutionData[] = [];
	const receivedAt = new Date().toISOString();
	eachItem(
		context,
		(item, itemIndex) => {
			const options = readLeadOptions(context.getNodeParameter('options', itemIndex, {}));
			const leads = readLeads(context, item, itemIndex, { ...options, receivedAt });
			for (const lead of leads) found.push({ lead, itemIndex, binary: binaryOf(item, leads) });
		},
		(failed) => failures.push(failed),
	);
	return { found, failures };
}

/** Which of the leads are repeats: of earlier executions by the history, of this one by their order. */
async function findRepeats(
	context: IExecuteFunctions,
	found: readonly Found[],
	repeatKey: RepeatLevel,
): Promise<Repeat[]> {
	const maxEntries = REPEAT_LEVELS.length * readHistorySize(context);
	const keys = found.map(({ lead }) => repeatKeys(lead));
	// Each once: n8n would note a key twice that comes twice.
	const all = [...new Set(keys.flatMap((levels) => Object.values(levels)))];
	if (all.length > maxEntries) {
		context.addExecutionHints({
			message:
				'There are more leads than the history holds, so repeats of the first ones will seem new. Make "History Size" larger.',
			location: 'outputPane',
		});
	}
	const unseen = all.length === 0 ? new Set<string>() : await noteKeys(context, all, maxEntries);
	const atLeast = REPEAT_LEVELS.slice(0, REPEAT_LEVELS.indexOf(repeatKey) + 1);
	return keys.map((levels) => {
		const seen = REPEAT_LEVELS.find((level) => {
			const key = levels[level];
			return key !== undefined && !unseen.has(key);
		});
		for (const key of Object.values(levels)) unseen.delete(key);
		return { isRepeat: seen !== undefined && atLeast.includes(seen), seen: seen ?? '' };
	});
}

/** @throws NodeOperationError for a value that a workflow written by hand may have */
function readRepeatKey(context: IExecuteFunctions): RepeatLevel {
	const value = context.getNodeParameter('repeatKey', 0, 'lead');
	const level = REPEAT_LEVELS.find((name) => name === value);
	if (level !== undefined) return level;
	throw new NodeOperationError(context.getNode(), 'What a repeat is was not understood', {
		description: 'Choose one of the entries of "A Repeat Is".',
		itemIndex: 0,
	});
}

/** In leads, of the first item. @throws UserError for anything but a whole number within the limits */
function readHistorySize(context: IExecuteFunctions): number {
	const size: unknown = context.getNodeParameter('options.historySize', 0, DEFAULT_HISTORY);
	return readNumber(size, 'History Size', {
		otherwise: DEFAULT_HISTORY,
		min: 1,
		max: MAX_HISTORY,
		whole: true,
	});
}
