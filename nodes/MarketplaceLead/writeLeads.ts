/** From prepared leads to the destination's batches, and back to the items they came from. */
import { hash } from 'node:crypto';

import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type {
	DestinationDescription,
	WritableLead,
	WriteResult,
	WrittenLead,
} from '../destinations/contract';
import type { TimeLimits } from '../destinations/timeLimits';
import { toNodeError } from '../errors';
import type { Lead, LeadDestinationName } from '../lead';
import { continuesOnFail, failedItem, firstFailure } from '../parameters/failedItems';
import {
	chosenDestination,
	inputOf,
	resolveDestination,
	type ResolvedDestination,
} from '../parameters/openDestination';
import { writeLeads as writeToDestination } from '../writing/writeLeads';
import { everyItem, pairedTo, type Turn, type Turns } from './turns';
import { additionalFieldsOf, atItem, timeouts } from './writeOptions';

/** What has become of a lead: written, or left out because it must not be contacted. */
export interface Written extends Omit<WrittenLead, 'outcome'> {
	destination: LeadDestinationName;
	outcome: WrittenLead['outcome'] | 'leftOut';
	/** Why it was left out, a sentence without a full stop; empty where it was not. */
	reason: string;
}

/** Where leads are written or marked, the same for all that are sent together. */
export interface Place {
	destination: DestinationDescription;
	input: ResolvedDestination;
	limits: TimeLimits;
}

/** One lead of an item, or of several that it is written once for. */
interface Entry extends Turn {
	item: INodeExecutionData;
	place: Place;
	writable: WritableLead;
	written?: Written;
	failure?: Error;
}

/** A lead of an item. */
export interface Prepared {
	lead: Lead;
	/** Why it is not written and passed on all the same; absent or empty for one to be written. */
	leftOut?: string;
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
	{ turns, failures: unread }: Turns = everyItem(context),
): Promise<INodeExecutionData[]> {
	const placeOf = places(context);
	const entries: Entry[] = [];
	const failures = new Map(unread);
	const turnOf = new Map(turns.map((turn) => [turn.itemIndex, turn]));
	for (const turn of turns) {
		try {
			entries.push(...(await entriesOf(context, turn, { prepare, placeOf })));
		} catch (error) {
			failures.set(turn.itemIndex, toNodeError(context.getNode(), error, turn.itemIndex));
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
	if (failures.size > 0 && !continuesOnFail(context)) {
		const count = context.getInputData().length;
		throw firstFailure(failures, count, wordsFor(failures, entries));
	}
	return itemsOf(
		context,
		entries,
		failures,
		(itemIndex) => turnOf.get(itemIndex)?.items ?? [itemIndex],
	);
}

/** All of an item's parameters are read here, so that one that can't be read fails this item alone. */
async function entriesOf(
	context: IExecuteFunctions,
	{ itemIndex, items }: Turn,
	{ prepare, placeOf }: { prepare: Prepare; placeOf: (itemIndex: number) => Promise<Place> },
): Promise<Entry[]> {
	const place = await placeOf(itemIndex);
	const { destination } = place;
	const item = context.getInputData()[itemIndex] ?? { json: {} };
	const additional = additionalFieldsOf(context, destination, itemIndex);
	return prepare(item, itemIndex, destination).map(({ lead, leftOut, error, binary }): Entry => ({
		itemIndex,
		items,
		item: { json: {}, ...binary },
		place,
		writable: { lead, additional },
		...(leftOut && {
			written: {
				destination: destination.name,
				outcome: 'leftOut' as const,
				reason: leftOut,
				id: '',
				url: '',
			},
		}),
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
			group.map(({ writable }) => writable),
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

function writtenTo({ name }: DestinationDescription, { outcome, id, url }: WrittenLead): Written {
	return { destination: name, outcome, reason: '', id, url };
}

/** What is said of the items that failed, and of all others. */
function wordsFor(
	failures: ReadonlyMap<number, Error>,
	entries: readonly Entry[],
): { what: string; done: string } {
	const isPartly = entries.some(({ itemIndex, written }) => written && failures.has(itemIndex));
	const isAnyLeftOut = entries.some(({ written }) => written?.outcome === 'leftOut');
	return {
		what: isPartly ? 'Not written, or not every lead of them' : 'Not written',
		done: isAnyLeftOut ? 'written or left out' : 'written',
	};
}

function itemsOf(
	context: IExecuteFunctions,
	entries: readonly Entry[],
	failures: ReadonlyMap<number, Error>,
	itemsOfTurn: (itemIndex: number) => readonly number[],
): INodeExecutionData[] {
	const written = entries
		.filter((entry) => entry.written)
		.map((entry): [itemIndex: number, INodeExecutionData] => [
			entry.itemIndex,
			{
				...entry.item,
				json: { written: entry.written, ...entry.writable.lead },
				pairedItem: pairedTo(entry.items),
			},
		]);
	const failed = [...failures].map(
		([itemIndex, failure]): [itemIndex: number, INodeExecutionData] => [
			itemIndex,
			{ ...failedItem(context, failure, itemIndex), pairedItem: pairedTo(itemsOfTurn(itemIndex)) },
		],
	);
	return [...written, ...failed].sort(([a], [b]) => a - b).map(([, item]) => item);
}
