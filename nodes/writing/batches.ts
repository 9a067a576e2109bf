import type { BatchLimits, PreparedLead } from '../destinations/contract';

interface Holder {
	readonly prepared: PreparedLead;
}

/**
 * Leads that may be sent at the same time. Those with one sequence come in different rounds, in their
 * order: the last version of a lead is what is there in the end.
 */
export function toRounds<Item extends Holder>(items: readonly Item[]): Item[][] {
	const rounds: Item[][] = [];
	const turns = new Map<string, number>();
	for (const item of items) {
		const { sequence, key } = item.prepared;
		const turn = turns.get(sequence ?? key) ?? 0;
		turns.set(sequence ?? key, turn + 1);
		(rounds[turn] ??= []).push(item);
	}
	return rounds;
}

/**
 * Leads whose records may be looked up at the same time: of one lead's versions each later one finds
 * what the one before has made. Those with one sequence stay in their order.
 */
export function toLookupRounds<Item extends Holder>(items: readonly Item[]): Item[][] {
	const rounds: Item[][] = [];
	const nextOfKey = new Map<string, number>();
	const latestOfSequence = new Map<string, number>();
	for (const item of items) {
		const { sequence, key } = item.prepared;
		const turn = Math.max(nextOfKey.get(key) ?? 0, latestOfSequence.get(sequence ?? key) ?? 0);
		nextOfKey.set(key, turn + 1);
		latestOfSequence.set(sequence ?? key, turn);
		(rounds[turn] ??= []).push(item);
	}
	return rounds;
}

/** So many in a row. */
export function toChunks<Item>(items: readonly Item[], length: number): Item[][] {
	const chunks: Item[][] = [];
	for (let at = 0; at < items.length; at += length) chunks.push(items.slice(at, at + length));
	return chunks;
}

/** How many batches of so many leads are sent at once. */
export function concurrencyFor(
	leads: number,
	{ maxRecords, concurrency, sustainedConcurrency = concurrency }: BatchLimits,
): number {
	return leads > maxRecords * concurrency
		? Math.min(sustainedConcurrency, concurrency)
		: concurrency;
}

/** As few batches as the limits allow, in the items' order within each group. */
export function toBatches<Item extends Holder>(
	items: readonly Item[],
	limits: BatchLimits,
): Item[][] {
	const {
		maxSize = Number.POSITIVE_INFINITY,
		concurrency,
		minRecords = limits.maxRecords,
	} = limits;
	const spread = Math.max(minRecords, Math.ceil(items.length / concurrency));
	const maxRecords = Math.min(spread, limits.maxRecords);
	const batches: Item[][] = [];
	const open = new Map<string, { batch: Item[]; size: number }>();
	for (const item of items) {
		const { group = '', size, isAlone } = item.prepared;
		if (isAlone) {
			batches.push([item]);
			continue;
		}
		let last = open.get(group);
		if (!last || last.batch.length >= maxRecords || last.size + size > maxSize) {
			last = { batch: [], size: 0 };
			open.set(group, last);
			batches.push(last.batch);
		}
		last.batch.push(item);
		last.size += size;
	}
	return batches;
}
