/** From prepared leads to the destination's batches, and back to the items they came from. */
import { hash } from 'node:crypto';

import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import type {
	DestinationDescription,
	WritableLead,
	WriteResult,
	WrittenLead,
} from '../destinations/contract';
import type { TimeLimits } from '../destinations/timeLimits';
import { toNodeError } from '../errors';
import type { Lead, LeadDestinationName } from '../lead';
import {
	chosenDestination,
	inputOf,
	resolveDestination,
	type ResolvedDestination,
} from '../parameters/openDestination';
import { writeLeads as writeToDestination } from '../writing/writeLeads';
import { failedItem } from '../parameters/readItems';
import { additionalFieldsOf, atItem, timeouts } from './writeOptions';

/** Of the items that are named in a message; the rest is counted. */
const MAX_NAMED = 10;

/** What has become of a lead: written, or left out because it must not be contacted. */
export interface Written extends Omit<WrittenLead, 'outcome'> {
	destination: LeadDestinationName;
	outcome: WrittenLead['outcome'] | 'skipped';
}

/** Where leads are written or marked, the same for all that are sent together. */
export interface Place {
	destination: DestinationDescription;
	input: ResolvedDestination;
	limits: TimeLimits;
}

/** One lead of an item. */
interface Entry {
	itemIndex: number;
	item: INodeExecutionData;
	place: Place;
	outgoing: WritableLead;
	written?: Written;
	failure?: Error;
}

/** A lead of an item. */
export interface Prepared {
	lead: Lead;
	/** Not to be written, and passed on all the same. */
	skipped?: boolean;
	/** Not to be written, and why. */
	error?: Error | undefined;
	/** What is passed on of the item besides its JSON. */
	binary?: Pick<INodeExecutionData, 'binary'>;
}

export type Prepare = (
	item: INodeExecutionData,
	itemIndex: number,
	destination: DestinationDescription,
) => Prepared[];

/**
 * Writes the leads of all items, together where they go to the same place. What goes wrong with one
 * stops no other: only when everything has had its turn the node tells of the first that was not written,
 * or with "Continue" of each.
 */
export async function writeLeads(
	context: IExecuteFunctions,
	prepare: Prepare,
): Promise<INodeExecutionData[]> {
	const placeOf = places(context);
	const entries: Entry[] = [];
	const failures = new Map<number, Error>();
	for (const [itemIndex, item] of context.getInputData().entries()) {
		try {
			entries.push(...(await entriesOf(context, item, itemIndex, { prepare, placeOf })));
		} catch (error) {
			failures.set(itemIndex, toNodeError(context.getNode(), error, itemIndex));
		}
	}
	const groups = new Map<Place, Entry[]>();
	for (const entry of entries) {
		if (entry.written || entry.failure) continue;
		const group = groups.get(entry.place) ?? [];
		groups.set(entry.place, group);
		group.push(entry);
	}
	for (const [place, group] of groups) await writeGroup(context, place, group);
	for (const { itemIndex, failure } of entries) {
		if (failure && !failures.has(itemIndex)) failures.set(itemIndex, failure);
	}
	if (failures.size > 0 && !context.continueOnFail()) {
		throw firstOf(failures, entries, context.getInputData().length);
	}
	return itemsOf(entries, failures);
}

/** All of an item's parameters are read here, so that one that can't be read fails this item alone. */
async function entriesOf(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
	{ prepare, placeOf }: { prepare: Prepare; placeOf: (itemIndex: number) => Promise<Place> },
): Promise<Entry[]> {
	const place = await placeOf(itemIndex);
	const { destination } = place;
	const additional = additionalFieldsOf(context, destination, itemIndex);
	return prepare(item, itemIndex, destination).map(({ lead, skipped, error, binary }): Entry => ({
		itemIndex,
		item: { json: {}, ...binary },
		place,
		outgoing: { lead, additional },
		...(skipped && { written: writtenTo(destination, { outcome: 'skipped', id: '', url: '' }) }),
		...(error && { failure: error }),
	}));
}

/**
 * The place of each item; one object for items whose settings are the same, whatever they were given
 * by: an expression can send each item elsewhere, one within the credential too.
 */
export function places(
	context: IExecuteFunctions,
	use: 'marker' | 'writing' = 'writing',
): (itemIndex: number) => Promise<Place> {
	const known = new Map<string, Place>();
	const limitsOf = timeouts(context);
	return async (itemIndex) => {
		const current = atItem(context, itemIndex);
		const destination = chosenDestination(current);
		const input = await resolveDestination(current, destination, use);
		const limits = limitsOf(itemIndex);
		// A digest: the settings hold the credential, and a key has a way of ending up in a log.
		const key = hash('sha256', JSON.stringify([destination.name, input, limits.deadline]));
		const place = known.get(key) ?? { destination, input, limits };
		known.set(key, place);
		return place;
	};
}

/** Gives every entry of a place what has become of it. */
async function writeGroup(
	context: IExecuteFunctions,
	{ destination, input, limits }: Place,
	group: readonly Entry[],
): Promise<void> {
	const fail = (entry: Entry, error: unknown): void => {
		entry.failure = toNodeError(context.getNode(), error, entry.itemIndex);
	};
	let results: WriteResult[];
	try {
		const writer = await destination.writing.open({
			...inputOf(input),
			execution: context,
		});
		results = await writeToDestination(
			writer,
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
		else fail(entry, result?.error ?? 'The destination gave no result for the lead');
	});
}

function writtenTo(
	{ name }: DestinationDescription,
	{ outcome, id, url }: Omit<Written, 'destination'>,
): Written {
	return { destination: name, outcome, id, url };
}

/** The first error, which says what of the rest was written. Items are counted from 0, as n8n does. */
function firstOf(
	failures: ReadonlyMap<number, Error>,
	entries: readonly Entry[],
	count: number,
): Error {
	const failed = [...failures.keys()].sort((a, b) => a - b);
	const [first = new Error('A lead was not written')] = failed.map((at) => failures.get(at));
	if (count > 1 && (first instanceof NodeApiError || first instanceof NodeOperationError)) {
		const named = failed.slice(0, MAX_NAMED).map((at) => `[item ${at}]`);
		const more = failed.length > MAX_NAMED ? ` and ${failed.length - MAX_NAMED} more` : '';
		const isPartly = entries.some(({ itemIndex, written }) => written && failures.has(itemIndex));
		const what = isPartly ? 'Not written, or not every lead of them' : 'Not written';
		const isSkipped = entries.some(({ written }) => written?.outcome === 'skipped');
		const done = isSkipped ? 'written or left out' : 'written';
		const others = failed.length < count ? ` All others are ${done}.` : '';
		first.description =
			`${first.description ?? ''} ${what}: ${named.join(', ')}${more} of ${count} items.${others}`.trim();
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
