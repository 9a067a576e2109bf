import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { deepCopy, NodeOperationError } from 'n8n-workflow';

import type { RepeatLevel } from '../lead';
import { REPEAT_LEVELS } from '../lead';
import type { AskedLead, History } from '../lead/repeats/types';
import { toNodeError } from '../errors';
import { leadOptionFields, readLeadOptions } from '../parameters/leadParameters';
import { continuesOnFail, failedItem } from '../parameters/failedItems';
import { binaryOf, eachItem, ownBinary, readLeadRecords } from '../parameters/readItems';
import { openOutputs, separateOutputsProperty } from '../parameters/separateOutputs';
import { readBoolean } from '../parameters/values';
import {
	askedLead,
	historyScopeOptions,
	historySizeOption,
	olderThanOption,
	openHistories,
	readAsking,
	type ReadLead,
	type Seen,
} from './history';
import { SEPARATE } from './splits';

const show = { operation: ['removeRepeats'] };

const RECORD_TEST_RUNS = 'Record Test Runs';

export const removeRepeatsProperties: INodeProperties[] = [
	{
		displayName: 'Compare By',
		name: 'compareBy',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show },
		options: [
			{
				name: 'Customer',
				value: 'customer',
				description: 'Only the first lead of each customer is new',
			},
			{
				name: 'Customer and Offer',
				value: 'customerAndOffer',
				description: 'Only the first lead of each customer for an offer is new',
			},
			{
				name: 'Lead',
				value: 'lead',
				description: 'Every lead is new, unless this very one has come before',
			},
		],
		default: 'lead',
		description:
			'What must have been seen before for a lead to count as a repeat. The field repeat.seen says what was.',
	},
	separateOutputsProperty(
		'removeRepeats',
		'Whether leads that were seen before go to an output of their own',
	),
	{
		displayName:
			'Test runs count: a lead that was new in one is seen from then on. Add the option "Record Test Runs" and turn it off to leave the history alone while testing.',
		name: 'testRunsNotice',
		type: 'notice',
		displayOptions: { show },
		default: '',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show: { operation: ['removeRepeats'] } },
		default: {},
		options: [
			...historyScopeOptions,
			historySizeOption,
			{
				displayName: RECORD_TEST_RUNS,
				name: 'recordTestRuns',
				type: 'boolean',
				noDataExpression: true,
				default: true,
				description:
					"Whether leads of test runs are noted as seen. When off, a test run changes nothing; since n8n's own history cannot be read without noting, every lead of a test run is then new there.",
			},
			...leadOptionFields,
		],
	},
];

export const clearRepeatsProperties: INodeProperties[] = [
	{
		displayName:
			'Forgets everything that Remove Repeats has seen, and passes the items on. Set "History Scope" as it is set there: the history of a node is cleared in that very node.',
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
		options: [...historyScopeOptions, olderThanOption],
	},
];

/** What the node adds to a lead. */
interface Repeat {
	/** Whether it is a repeat by the parameter "Compare By". */
	isRepeat: boolean;
	seen: Seen;
}

interface Found extends ReadLead {
	itemIndex: number;
	binary: Pick<INodeExecutionData, 'binary'>;
}

/** Leads that are new, and those that were seen before, in this execution or an earlier one. */
export async function removeRepeats(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const compareBy = readCompareBy(context);
	const { outputs, put } = openOutputs(context, SEPARATE.removeRepeats);
	// What cannot be judged must not be acted on.
	const { found, failures } = readFound(context);
	const outcomes = await findRepeats(context, found, compareBy);
	const failed = new Set<number>();
	outcomes.forEach((outcome, index) => {
		const { lead, binary, itemIndex } = found[index] as Found;
		if (outcome instanceof Error) {
			if (!failed.has(itemIndex)) failures.push(failedItem(context, outcome, itemIndex));
			failed.add(itemIndex);
			return;
		}
		put(!outcome.isRepeat, {
			json: { repeat: outcome, ...lead },
			...binary,
			pairedItem: { item: itemIndex },
		});
	});
	for (const failure of failures) put(false, failure);
	return outputs;
}

/** Forgets what was seen, and passes the items on. */
export async function clearRepeats(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const { groups, failures } = await histories(context, [...items.keys()]);
	for (const [history, itemIndexes] of groups) {
		try {
			await history.clear();
		} catch (error) {
			if (!continuesOnFail(context)) throw toNodeError(context.getNode(), error);
			for (const itemIndex of itemIndexes) failures.set(itemIndex, error as Error);
		}
	}
	// Copies: where the next node edits its item, the item of the node before must stay as it was.
	return [
		items.map((item, index) => {
			const failure = failures.get(index);
			if (failure) return failedItem(context, failure, index);
			// Not the whole item: one that has an error from a node before would leave by the error output.
			return { json: deepCopy(item.json), ...ownBinary(item), pairedItem: { item: index } };
		}),
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
			const leads = readLeadRecords(context, item, itemIndex, { ...options, receivedAt });
			for (const read of leads) found.push({ ...read, itemIndex, binary: binaryOf(item, leads) });
		},
		(failed) => failures.push(failed),
	);
	return { found, failures };
}

/** What this node keeps within an execution; n8n keeps it with the execution's data. */
interface Memory {
	/** Leads that it has judged, each by the beginning of its key. */
	leads?: string[];
	/** Whether it began to ask the history, and has not ended. */
	isAsking?: boolean;
}

/** Of a lead's key, as much as tells the leads of one execution apart. */
const SHORT_KEY = 12;

/**
 * Which of the leads are repeats: of earlier executions by the history, of this one by their order. With
 * "Continue" an error in the place of those that can't be judged.
 */
async function findRepeats(
	context: IExecuteFunctions,
	found: readonly Found[],
	compareBy: RepeatLevel,
): Promise<(Repeat | Error)[]> {
	const isNoted = readIsNoted(context, found.length);
	const { groups, failures } = await histories(
		context,
		found.map(({ itemIndex }) => itemIndex),
	);
	const memory = context.getContext('node') as Memory;
	const asking = readAsking(context, memory.isAsking === true);
	const judged = new Set(memory.leads);
	const asked = found.map((read) => {
		const lead = askedLead(read, asking);
		// In a loop, or behind two branches: what comes again in one execution is no other hand-over.
		const isAgain = judged.has(lead.keys.lead.slice(0, SHORT_KEY));
		return isAgain ? { ...lead, earlier: [], isUntold: false } : lead;
	});
	const atLeast: readonly Seen[] = REPEAT_LEVELS.slice(0, REPEAT_LEVELS.indexOf(compareBy) + 1);
	const outcomes = new Map<number, Repeat | Error>(failures);
	let isEveryAsked = true;
	if (isNoted) memory.isAsking = true;
	for (const [history, indexes] of groups) {
		const leads = indexes.map((index) => asked[index] as AskedLead);
		try {
			const verdicts = isNoted ? await history.judge(leads) : await history.look(leads);
			verdicts.forEach((seen, at) => {
				outcomes.set(indexes[at] as number, { isRepeat: atLeast.includes(seen), seen });
			});
			for (const { keys } of leads) judged.add(keys.lead.slice(0, SHORT_KEY));
		} catch (error) {
			if (!continuesOnFail(context)) throw toNodeError(context.getNode(), error);
			isEveryAsked = false;
			for (const index of indexes) outcomes.set(index, error as Error);
		}
	}
	if (isNoted && isEveryAsked) delete memory.isAsking;
	memory.leads = [...judged];
	return found.map((_read, index) => outcomes.get(index) as Repeat | Error);
}

/** Positions in a list of items by the history that is theirs; with "Continue" those that have none. */
async function histories(
	context: IExecuteFunctions,
	itemIndexes: readonly number[],
): Promise<{ groups: Map<History, number[]>; failures: Map<number, Error> }> {
	const groups = new Map<History, number[]>();
	const failures = new Map<number, Error>();
	const historyOf = await openHistories(context);
	for (const [index, itemIndex] of itemIndexes.entries()) {
		try {
			const history = await historyOf(itemIndex);
			const group = groups.get(history) ?? [];
			groups.set(history, group);
			group.push(index);
		} catch (error) {
			const failure = toNodeError(context.getNode(), error, itemIndex);
			if (!continuesOnFail(context)) throw failure;
			failures.set(index, failure);
		}
	}
	return { groups, failures };
}

/** Whether the history is told what it is asked. */
function readIsNoted(context: IExecuteFunctions, count: number): boolean {
	return count > 0 && (context.getMode() !== 'manual' || readRecordTestRuns(context));
}

/** Of the first item. @throws UserError for anything that is neither on nor off */
function readRecordTestRuns(context: IExecuteFunctions): boolean {
	const value: unknown = context.getNodeParameter('options.recordTestRuns', 0, true);
	return readBoolean(value, RECORD_TEST_RUNS, true);
}

/** @throws NodeOperationError for a value that a workflow written by hand may have */
function readCompareBy(context: IExecuteFunctions): RepeatLevel {
	const value = context.getNodeParameter('compareBy', 0, 'lead');
	const level = REPEAT_LEVELS.find((name) => name === value);
	if (level !== undefined) return level;
	throw new NodeOperationError(
		context.getNode(),
		'"Compare By" has a value that it does not offer',
		{
			description: 'Choose one of the entries of "Compare By".',
			itemIndex: 0,
		},
	);
}
