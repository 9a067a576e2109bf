/**
 * The database behind n8n's de-duplication, in memory. It does what n8n's server does with its table
 * (n8n 2.40, `deduplication-helper`): one row for each workflow and node that is read, changed and
 * written back without a lock, digests of the values, the oldest cut off, and an insert that fails
 * where the row is there already. Each access takes a turn of the event loop, as a database would.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { DataDeduplicationService } from 'n8n-core';
import type {
	DeduplicationItemTypes,
	DeduplicationScope,
	ICheckProcessedContextData,
	ICheckProcessedOptions,
	IDataDeduplicator,
	IDeduplicationOutput,
} from 'n8n-workflow';

interface Row {
	mode: string;
	data: string[];
}

export class ProcessedStore implements IDataDeduplicator {
	rows = new Map<string, Row>();
	/** What the next accesses throw. */
	readonly faults: Error[] = [];
	/** How many of the next writes are overwritten by another worker, which read before them. */
	overwritten = 0;
	/** What the next accesses throw that write, when they have written. */
	readonly faultsAfterWriting: Error[] = [];

	/** For all nodes that run in this test file, as n8n does at its start. */
	static async open(): Promise<ProcessedStore> {
		const store = new ProcessedStore();
		await DataDeduplicationService.init(store);
		return store;
	}

	async checkProcessedAndRecord(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		context: ICheckProcessedContextData,
		{ mode, maxEntries = Infinity }: ICheckProcessedOptions,
	): Promise<IDeduplicationOutput> {
		const key = keyOf(scope, context);
		const row = await this.find(key);
		const digests = items.map(digestOf);
		if (row === undefined) {
			await this.insert(key, { mode, data: digests.slice(-maxEntries) });
			return { new: items, processed: [] };
		}
		if (row.mode !== mode) throw new Error('Deduplication data was saved with another setting');
		const known = new Set(row.data);
		const found: IDeduplicationOutput = { new: [], processed: [] };
		items.forEach((item, index) => {
			if (known.has(digests[index]!)) {
				found.processed.push(item);
			} else {
				found.new.push(item);
				row.data.push(digests[index]!);
			}
		});
		await this.update(key, { mode, data: row.data.slice(-maxEntries) });
		return found;
	}

	async clearAllProcessedItems(
		scope: DeduplicationScope,
		context: ICheckProcessedContextData,
	): Promise<void> {
		await this.access();
		this.rows.delete(keyOf(scope, context));
	}

	async removeProcessed(
		items: DeduplicationItemTypes[],
		scope: DeduplicationScope,
		context: ICheckProcessedContextData,
	): Promise<void> {
		const key = keyOf(scope, context);
		const row = await this.find(key);
		if (row === undefined) return;
		for (const item of items) {
			const at = row.data.indexOf(digestOf(item));
			if (at >= 0) row.data.splice(at, 1);
		}
		await this.update(key, row);
	}

	async getProcessedDataCount(): Promise<number> {
		throw new Error('Not part of these tests');
	}

	private async access(): Promise<void> {
		await setImmediate();
		const fault = this.faults.shift();
		if (fault) throw fault;
	}

	private async find(key: string): Promise<Row | undefined> {
		await this.access();
		return structuredClone(this.rows.get(key));
	}

	private async insert(key: string, row: Row): Promise<void> {
		await this.access();
		if (this.rows.has(key)) throw new Error('UNIQUE constraint failed: processed_data');
		this.write(key, row);
	}

	private async update(key: string, row: Row): Promise<void> {
		await this.access();
		this.write(key, row);
	}

	private write(key: string, row: Row): void {
		const before = this.rows.get(key);
		if (this.overwritten > 0 && before !== undefined) this.overwritten -= 1;
		else this.rows.set(key, row);
		const fault = this.faultsAfterWriting.shift();
		if (fault) throw fault;
	}
}

function digestOf(item: DeduplicationItemTypes): string {
	return createHash('md5').update(String(item)).digest('base64');
}

function keyOf(scope: DeduplicationScope, { node, workflow }: ICheckProcessedContextData): string {
	return `${workflow.id} ${scope === 'node' ? `n:${node?.id}` : ''}`;
}
