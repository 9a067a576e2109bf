/** The rows of the lead table, with their versions, in the order that queries ask for. */
import { randomUUID } from 'node:crypto';

import { findColumn } from './columns.ts';
import type { LeadRow, Value } from './columns.ts';
import { compareRows, KEY } from './query.ts';
import type { LeadQuery } from './query.ts';

interface StoredLead {
	row: Record<string, Value>;
	/** Not committed yet. */
	hidden: boolean;
}

const DEFAULTS = {
	donotemail: false,
	donotphone: false,
	donotbulkemail: false,
	donotpostalmail: false,
	donotfax: false,
	donotsendmm: false,
};

export class LeadTable {
	private readonly leads = new Map<string, StoredLead>();
	private readonly now: () => number;
	private version = 1_000_000;
	/** By query, for as long as nothing is written: sorting for every page would be most of a test. */
	private lastSorted: { query: string; rows: LeadRow[] } | undefined;

	constructor(now: () => number) {
		this.now = now;
	}

	find(id: string): LeadRow | undefined {
		return this.leads.get(id)?.row;
	}

	/** In the order they were made. */
	rows(): LeadRow[] {
		return [...this.leads.values()].map(({ row }) => row);
	}

	/** Makes one row of these columns. @returns its id */
	insert(
		columns: Readonly<Record<string, Value>>,
		{
			createdAt = this.now(),
			hidden = false,
		}: { createdAt?: number | undefined; hidden?: boolean },
	): string {
		for (const name of Object.keys(columns)) {
			if (!findColumn(name)) throw new Error(`Leads have no column "${name}" here`);
		}
		const id = String(columns[KEY] ?? randomUUID());
		const createdon = toSeconds(createdAt);
		const row: Record<string, Value> = {
			createdon,
			modifiedon: createdon,
			statecode: 0,
			...DEFAULTS,
			...columns,
			[KEY]: id,
			versionnumber: (this.version += 1),
		};
		this.leads.set(id, { row: { ...row, ...fullName(row) }, hidden });
		this.lastSorted = undefined;
		return id;
	}

	change(id: string, changes: Readonly<Record<string, Value>>): void {
		const row = this.leads.get(id)?.row;
		if (row === undefined) throw new Error(`There is no lead ${id} here`);
		Object.assign(row, changes, {
			modifiedon: toSeconds(this.now()),
			versionnumber: (this.version += 1),
		});
		Object.assign(row, fullName(row));
		this.lastSorted = undefined;
	}

	/** Whether there was one. */
	remove(id: string): boolean {
		this.lastSorted = undefined;
		return this.leads.delete(id);
	}

	showLate(): void {
		for (const lead of this.leads.values()) lead.hidden = false;
		this.lastSorted = undefined;
	}

	/** Those that a query finds; `key` tells the query from others. */
	sorted(key: string, query: LeadQuery): LeadRow[] {
		if (this.lastSorted?.query !== key) {
			const rows = [...this.leads.values()]
				.filter(({ hidden, row }) => !hidden && query.lets(row))
				.map(({ row }): LeadRow => row)
				.sort((a, b) => compareRows(query.order, a, b));
			this.lastSorted = { query: key, rows };
		}
		return this.lastSorted.rows;
	}

	/** What has to be put back where a transaction is given up. */
	snapshot(): () => void {
		const kept = [...this.leads].map(([id, { row, hidden }]): [string, StoredLead] => [
			id,
			{ row: { ...row }, hidden },
		]);
		return () => {
			this.leads.clear();
			for (const [id, lead] of kept) this.leads.set(id, lead);
			this.lastSorted = undefined;
		};
	}
}

function fullName({ firstname, lastname }: Record<string, Value>): { fullname: string } {
	return { fullname: [firstname, lastname].filter((name) => name).join(' ') };
}

/** Dataverse keeps no parts of a second. */
function toSeconds(time: number): string {
	return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
