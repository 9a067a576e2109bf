/**
 * What a partition of the Table service takes: up to 2,000 entities of 1 KiB a second, and beyond that
 * "error code 503 (Server Busy) or error code 500 (Operation Timeout)".
 * https://learn.microsoft.com/azure/storage/tables/scalability-targets
 */
import { serviceError } from './faultProxy/errors.ts';
import { keysOf } from './faultProxy/row.ts';
import type { Row } from './faultProxy/row.ts';
import type { UpstreamResponse } from './faultProxy/upstream.ts';

export interface PartitionRateOptions {
	/** Microsoft's 2,000, scaled down to what a test has of rows. */
	entitiesPerSecond: number;
	/** Epoch milliseconds. */
	now?: () => number;
}

/** What becomes of a request that is too much for a partition. */
export type Throttling =
	/** 503: turned away, nothing of it was carried out. */
	| 'serverBusy'
	/** 500: carried out with what the partition had left, but too late: the caller can't know. */
	| 'operationTimedOut';

/** Of the requests that are too much, every so many-th is carried out all the same. */
const TIMED_OUT = 3;

/** Counts the entities of each partition; a partition takes at most a second's worth at once. */
export class PartitionRates {
	/** Requests that were too much, by what became of them. */
	readonly throttled: Record<Throttling, number> = { serverBusy: 0, operationTimedOut: 0 };
	private readonly perSecond: number;
	private readonly now: () => number;
	/** What each partition takes at the moment; below 0 behind one that was larger than a second's worth. */
	private readonly left = new Map<string, { entities: number; at: number }>();

	constructor({ entitiesPerSecond, now = () => Date.now() }: PartitionRateOptions) {
		this.perSecond = entitiesPerSecond;
		this.now = now;
	}

	/** Asks for so many entities of each partition; `undefined` where there is room for them. */
	take(entities: ReadonlyMap<string, number>): Throttling | undefined {
		const now = this.now();
		const isTooMuch = [...entities].some(
			([partition, count]) => this.leftOf(partition, now) < Math.min(count, this.perSecond),
		);
		if (!isTooMuch) {
			this.charge(entities, now);
			return undefined;
		}
		const so = this.throttled.serverBusy + this.throttled.operationTimedOut + 1;
		const throttling = so % TIMED_OUT === 0 ? 'operationTimedOut' : 'serverBusy';
		this.throttled[throttling] += 1;
		return throttling;
	}

	private charge(entities: ReadonlyMap<string, number>, now: number): void {
		for (const [partition, count] of entities) {
			this.left.set(partition, { entities: this.leftOf(partition, now) - count, at: now });
		}
	}

	private leftOf(partition: string, now: number): number {
		const { entities, at } = this.left.get(partition) ?? { entities: this.perSecond, at: now };
		const since = Math.max(0, now - at) / 1_000;
		return Math.min(this.perSecond, entities + since * this.perSecond);
	}
}

/** The response to a request that was too much. */
export function throttledResponse(throttling: Throttling): UpstreamResponse {
	return serviceError(throttling === 'serverBusy' ? 'ServerBusy' : 'OperationTimedOut');
}

/** The partitions that a request changes or reads a row of, each with how many of its entities. */
export function partitionsIn(path: string, body: string): Map<string, number> {
	const partitions = new Map<string, number>();
	const count = (key: string): void => {
		partitions.set(key, (partitions.get(key) ?? 0) + 1);
	};
	// A request's line, with the keys that it names; one that creates has them in its body.
	const lines = /\$batch$/.test(path) ? body.split(/\r?\n/) : [`POST ${path}`, ...body.split('\n')];
	let isOpen = false;
	for (const line of lines) {
		if (/^(?:DELETE|GET|MERGE|PATCH|POST|PUT) /.test(line)) {
			const [, key] = /PartitionKey='((?:[^']|'')*)'/.exec(decodeURIComponent(line)) ?? [];
			isOpen = key === undefined;
			if (key !== undefined) count(key.replaceAll("''", "'"));
		} else if (isOpen && line.startsWith('{')) {
			isOpen = false;
			const { PartitionKey: key } = JSON.parse(line) as { PartitionKey?: unknown };
			if (typeof key === 'string') count(key);
		}
	}
	return partitions;
}

/** How many of a page's rows are of each partition. */
export function partitionsOf(rows: readonly Row[]): Map<string, number> {
	const partitions = new Map<string, number>();
	for (const row of rows) {
		const { partitionKey } = keysOf(row);
		partitions.set(partitionKey, (partitions.get(partitionKey) ?? 0) + 1);
	}
	return partitions;
}
