/** From prepared leads to the destination's batches, and back to the items they came from. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type {
	DestinationDescription,
	WritingDescription,
} from '../destinations/destination.description';
import type { RetryLimits } from '../destinations/retry';
import type { OutgoingLead, WriteResult, WrittenLead } from '../destinations/writing';
import { toNodeError } from '../errors';
import type { Lead, LeadDestinationName } from '../lead';
import { chosenDestination, destinationInput } from '../parameters/destinationMethods';
import { failedItem } from '../parameters/readItems';
import { additionalFieldsOf, atItem, limitsOf } from './writeOptions';

/** Of the items that are named in a refusal; the rest is counted. */
const MOST_NAMED = 10;

/** What has become of a lead: written, or left out because it must not be contacted. */
export interface Written extends Omit<WrittenLead, 'outcome'> {
	destination: LeadDestinationName;
	outcome: WrittenLead['outcome'] | 'leftOut';
}

/** One lead of an item. */
interface Entry {
	itemIndex: number;
	item: INodeExecutionData;
	outgoing: OutgoingLead;
	written?: Written;
	failure?: Error;
}

/** A lead of an item. */
export interface Prepared {
	lead: Lead;
	/** Not to be written, and passed on all the same. */
	leftOut?: boolean;
	/** Not to be written, and why. */
	refusal?: Error | undefined;
	/** What is passed on of the item besides its JSON. */
	binary?: Pick<INodeExecutionData, 'binary'>;
}

export type Prepare = (
	item: INodeExecutionData,
	itemIndex: number,
	destination: DestinationDescription,
) => Prepared[];

/**
 * Writes the leads of all items, together where they go to the same place. What is refused of one
 * stops no other: only when everything has had its turn the node tells of the first that was refused,
 * or with "Continue" of each.
 */
export async function writeLeads(
	context: IExecuteFunctions,
	prepare: Prepare,
): Promise<INodeExecutionData[]> {
	const destination = chosenDestination(atItem(context, 0));
	const { writing } = destination;
	const limits = limitsOf(context);
	const entries: Entry[] = [];
	const failures = new Map<number, Error>();
	for (const [itemIndex, item] of context.getInputData().entries()) {
		try {
			const additional = additionalFieldsOf(context, destination, itemIndex);
			for (const { lead, leftOut, refusal, binary } of prepare(item, itemIndex, destination)) {
				const outgoing = { lead, additional };
				const entry: Entry = { itemIndex, item: { json: {}, ...binary }, outgoing };
				if (leftOut)
					entry.written = writtenTo(destination, { outcome: 'leftOut', id: '', url: '' });
				if (refusal) entry.failure = refusal;
				entries.push(entry);
			}
		} catch (error) {
			failures.set(itemIndex, toNodeError(context.getNode(), error, itemIndex));
		}
	}
	const open = entries.filter(({ written, failure }) => !written && !failure);
	for (const group of byPlace(context, writing, open)) {
		await writeGroup(context, destination, writing, group, limits);
	}
	for (const { itemIndex, failure } of entries) {
		if (failure && !failures.has(itemIndex)) failures.set(itemIndex, failure);
	}
	if (failures.size > 0 && !context.continueOnFail()) {
		throw firstOf(failures, context.getInputData().length);
	}
	return itemsOf(entries, failures);
}

/** Leads whose items have the same settings; an expression can send each item elsewhere. */
function byPlace(
	context: IExecuteFunctions,
	{ properties, options }: WritingDescription,
	entries: readonly Entry[],
): Entry[][] {
	const names = new Set([
		...properties.map(({ name }) => name),
		...(options.length > 0 ? ['options'] : []),
	]);
	const keys = new Map<number, string>();
	const groups = new Map<string, Entry[]>();
	for (const entry of entries) {
		const { itemIndex } = entry;
		const key =
			keys.get(itemIndex) ??
			JSON.stringify([...names].map((name) => context.getNodeParameter(name, itemIndex, null)));
		keys.set(itemIndex, key);
		const group = groups.get(key) ?? [];
		groups.set(key, group);
		group.push(entry);
	}
	return [...groups.values()];
}

/** Gives every entry what has become of it. */
async function writeGroup(
	context: IExecuteFunctions,
	destination: DestinationDescription,
	writing: WritingDescription,
	group: readonly Entry[],
	limits: RetryLimits,
): Promise<void> {
	const fail = (entry: Entry, error: unknown): void => {
		entry.failure = toNodeError(context.getNode(), error, entry.itemIndex);
	};
	let results: WriteResult[];
	try {
		const input = await destinationInput(atItem(context, group[0]?.itemIndex ?? 0), destination);
		const writer = await writing.open(input);
		results = await writer.write(
			group.map(({ outgoing }) => outgoing),
			limits,
		);
	} catch (error) {
		// Whatever it is, it must not keep the leads of other places from being written.
		for (const entry of group) fail(entry, error);
		return;
	}
	group.forEach((entry, at) => {
		const result = results[at];
		if (result?.ok) entry.written = writtenTo(destination, result.written);
		else fail(entry, result?.refusal ?? 'The destination gave no result for the lead');
	});
}

function writtenTo(
	{ name }: DestinationDescription,
	{ outcome, id, url }: Omit<Written, 'destination'>,
): Written {
	return { destination: name, outcome, id, url };
}

/** The first refusal, which says what of the rest was written. */
function firstOf(failures: ReadonlyMap<number, Error>, count: number): Error {
	const failed = [...failures.keys()].sort((a, b) => a - b);
	const [first = new Error('A lead was not written')] = failed.map((at) => failures.get(at));
	if (count > 1 && (first instanceof NodeApiError || first instanceof NodeOperationError)) {
		const named = failed.slice(0, MOST_NAMED).join(', ');
		const more = failed.length > MOST_NAMED ? ` and ${failed.length - MOST_NAMED} more` : '';
		first.description =
			`${first.description ?? ''} Not written: item ${named}${more} of ${count}. All others are written.`.trim();
	}
	return first;
}

function itemsOf(
	entries: readonly Entry[],
	failures: ReadonlyMap<number, Error>,
): INodeExecutionData[] {
	const items = entries
		.filter(({ written }) => written)
		.map(({ itemIndex, item, outgoing, written }): INodeExecutionData => ({
			...item,
			json: { ...outgoing.lead, written },
			pairedItem: { item: itemIndex },
		}));
	for (const [itemIndex, failure] of failures) items.push(failedItem(failure, itemIndex));
	const itemOf = ({ pairedItem }: INodeExecutionData): number =>
		(pairedItem as { item: number }).item;
	return items.sort((a, b) => itemOf(a) - itemOf(b));
}
