/** What decides into which batch something fits. */
export interface Packable {
	/** Its share of a batch's `maxSize`. */
	readonly size: number;
	/** Only what is of one group shares a batch; any two do when absent. */
	readonly group?: string;
	/** Whether it needs a batch to itself. */
	readonly isAlone?: boolean;
}

/** As few batches as the limits allow, in the items' order within each group. */
export function pack<Item>(
	items: readonly Item[],
	{
		maxRecords,
		maxSize = Number.POSITIVE_INFINITY,
	}: { maxRecords: number; maxSize?: number | undefined },
	toPackable: (item: Item) => Packable,
): Item[][] {
	const batches: Item[][] = [];
	const open = new Map<string, { batch: Item[]; size: number }>();
	for (const item of items) {
		const { group = '', size, isAlone } = toPackable(item);
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

/** So many in a row. */
export function toChunks<Item>(items: readonly Item[], length: number): Item[][] {
	const chunks: Item[][] = [];
	for (let at = 0; at < items.length; at += length) chunks.push(items.slice(at, at + length));
	return chunks;
}
