import { keysOf, ticksOf } from './row.ts';
import type { Row, RowKeys } from './row.ts';

/** Which rows clients see, and with which Timestamp. */
export class RowView {
	rewriteTimestamp: ((row: Row) => string | undefined) | undefined;
	private readonly hidden = new Set<string>();

	get isOn(): boolean {
		return this.hidden.size > 0 || this.rewriteTimestamp !== undefined;
	}

	hide(keys: readonly RowKeys[]): void {
		for (const key of keys) this.hidden.add(id(key));
	}

	release(keys?: readonly RowKeys[]): void {
		if (!keys) this.hidden.clear();
		for (const key of keys ?? []) this.hidden.delete(id(key));
	}

	see(row: Row): Row | undefined {
		if (this.hidden.has(id(keysOf(row)))) return undefined;
		const timestamp = this.rewriteTimestamp?.(row);
		if (timestamp === undefined) return row;
		if (ticksOf(timestamp) === undefined) {
			throw new Error(`rewriteTimestamp gave ${timestamp}, which is no time`);
		}
		return { ...row, Timestamp: timestamp };
	}
}

function id({ partitionKey, rowKey }: RowKeys): string {
	return JSON.stringify([partitionKey, rowKey]);
}
