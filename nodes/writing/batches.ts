import type { BatchLimits, PreparedLead } from '../destinations/contract';
import { pack } from '../destinations/packing';

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

/** How many batches of so many leads are sent at once. */
export function concurrencyFor(
	leads: number,
	{ maxRecords, concurrency, sustainedConcurrency = concurrency }: BatchLimits,
): number {
	return leads > maxRecords * concurrency
		? Math.min(sustainedConcurrency, concurrency)
		: concurrency;
}

/** Leads in as few batches as the limits allow, or in so many that those sent at once are alike. */
export function toBatches<Item extends Holder>(
	items: readonly Item[],
	limits: BatchLimits,
): Item[][] {
	const { maxSize, concurrency, minRecords = limits.maxRecords } = limits;
	const spread = Math.max(minRecords, Math.ceil(items.length / concurrency));
	const maxRecords = Math.min(spread, limits.maxRecords);
	return pack(items, { maxRecords, maxSize }, ({ prepared }) => prepared);
}
