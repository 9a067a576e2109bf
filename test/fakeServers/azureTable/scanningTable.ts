/**
 * An account with tables of any number of old rows, which runs queries by scanning as Azure's own
 * Table service does: a page ends after 1,000 rows looked at or found, or after five seconds, and then
 * carries a continuation token although it may hold nothing. With `rates` it throttles, too. What Azurite never does.
 * https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
 *
 * Old rows are not held, they are made when they are looked at. It only responds to queries for rows.
 */
import { readFileSync } from 'node:fs';

import { FakeServer } from '../fakeServer.ts';
import type { FakeRequest, FakeResponse } from '../fakeServer.ts';
import type { Traffic } from '../faults.ts';
import type { LeadToWrite } from '../leadToWrite.ts';
import { tableRow } from '../leadDestinations.ts';
import { parseFilter } from './faultProxy/filter.ts';
import type { Row } from './faultProxy/row.ts';
import { partitionsOf, throttledResponse } from './partitionRates.ts';
import type { PartitionRates } from './partitionRates.ts';

/** Rows that Azure looks at for one page, and that a page holds. */
const PAGE = 1_000;
/** Milliseconds that Azure looks for rows before it gives what it has. */
const LONGEST_SCAN = 5_000;
const PARTITION = 'leads';
const DIGITS = 12;

export interface ScanningTableOptions {
	/** Rows of long ago, by table. */
	oldRows: Readonly<Record<string, number>>;
	/** Rows that Azure looks at in a second. */
	rowsPerSecond?: number;
	/** Serves HTTPS with these files, in PEM, as a sign-in by Entra needs. */
	tls?: { certFile: string; keyFile: string };
}

interface Table {
	oldRows: number;
	/** By their place among the old ones, which have the even numbers. */
	newRows: Map<number, Row>;
}

export class ScanningTable {
	/** The tokens of Entra that are taken; any sign-in when absent. */
	accepts: ((authorization: string) => boolean) | undefined;
	/** What partitions take; any number of rows when absent. All rows are in one. */
	rates: PartitionRates | undefined;
	/** Milliseconds that Azure would have looked for rows. */
	scanned = 0;
	private readonly tables: Map<string, Table>;
	private readonly rowsPerSecond: number;
	private readonly oldTime: string;
	private server!: FakeServer;

	private constructor({ oldRows, rowsPerSecond = 100_000 }: ScanningTableOptions) {
		this.rowsPerSecond = rowsPerSecond;
		this.oldTime = new Date(Date.now() - 365 * 86_400_000).toISOString();
		this.tables = new Map(
			Object.entries(oldRows).map(([name, count]) => [
				name,
				{ oldRows: count, newRows: new Map() },
			]),
		);
	}

	static async start(options: ScanningTableOptions): Promise<ScanningTable> {
		const account = new ScanningTable(options);
		const { tls } = options;
		account.server = await FakeServer.start(
			{
				asksForLeads: () => true,
				respond: (request) => account.respond(request),
				refuse: () => ({ status: 503 }),
			},
			tls && {
				host: 'localhost',
				tls: {
					cert: readFileSync(tls.certFile, 'utf8'),
					key: readFileSync(tls.keyFile, 'utf8'),
				},
			},
		);
		return account;
	}

	get origin(): string {
		return this.server.origin;
	}

	get connectionString(): string {
		const key = Buffer.alloc(64, 1).toString('base64');
		return `DefaultEndpointsProtocol=http;AccountName=fake;AccountKey=${key};TableEndpoint=${this.origin};`;
	}

	traffic(since?: Traffic): Traffic {
		return this.server.traffic(since);
	}

	pass(milliseconds: number): void {
		this.server.pass(milliseconds);
	}

	async stop(): Promise<void> {
		await this.server.stop();
	}

	/** Writes leads among the old rows: nothing in their keys tells that they are new. */
	async insert(leads: readonly LeadToWrite[], table = 'leads'): Promise<string[]> {
		const { oldRows, newRows } = this.table(table);
		return leads.map((lead) => {
			const at = 2 * Math.floor((oldRows * (newRows.size + 1)) / (newRows.size + 2)) + 1;
			let number = at;
			while (newRows.has(number)) number += 2;
			const { partitionKey: _, rowKey: __, ...columns } = tableRow(lead);
			const time = new Date(lead.writtenAt ?? this.server.now()).toISOString();
			newRows.set(number, { ...keysOf(number), Timestamp: time, ...columns } as Row);
			return `${PARTITION}/${keysOf(number).RowKey}`;
		});
	}

	private table(name: string): Table {
		const table = this.tables.get(name);
		if (!table) throw new Error(`There is no table ${name} here`);
		return table;
	}

	private respond({ method, url, headers }: FakeRequest): FakeResponse {
		const [, name = ''] = /^\/(\w+)(?:\(\))?$/.exec(url.pathname) ?? [];
		if (this.accepts?.(headers['authorization'] ?? '') === false) {
			return failed(401, 'InvalidAuthenticationInfo');
		}
		if (method !== 'GET') return failed(501, 'NotImplemented');
		const table = this.tables.get(name);
		if (!table) return failed(404, 'TableNotFound');
		const filter = url.searchParams.get('$filter');
		const matches = filter === null ? () => true : parseFilter(filter);
		// The old ones differ in nothing but their keys.
		const oldMatch =
			/\b(PartitionKey|RowKey)\b/.test(filter ?? '') || matches(this.oldRow(0))
				? matches
				: () => false;
		const most = Math.min(Number(url.searchParams.get('$top') ?? PAGE), PAGE);
		const mostScanned = Math.min(PAGE, (LONGEST_SCAN / 1_000) * this.rowsPerSecond);
		const found: Row[] = [];
		let number = Number(url.searchParams.get('NextRowKey') ?? 0);
		let looked = 0;
		for (; looked < mostScanned && found.length < most; number += 1) {
			const row = this.rowAt(table, number);
			if (row === 'end') break;
			if (row === undefined) continue;
			looked += 1;
			if ((number % 2 === 0 ? oldMatch : matches)(row)) found.push(row);
		}
		this.scanned += (looked / this.rowsPerSecond) * 1_000;
		const throttling = this.rates?.take(partitionsOf(found));
		if (throttling) {
			const { status, headers, body } = throttledResponse(throttling);
			return {
				status,
				headers: headers as Record<string, string>,
				body: body.toString('utf8'),
			};
		}
		while (this.rowAt(table, number) === undefined) number += 1;
		const isEnd = number >= endOf(table);
		return {
			status: 200,
			headers: {
				'content-type': 'application/json;odata=minimalmetadata',
				'x-ms-version': '2019-02-02',
				...(isEnd ? {} : continuation(number)),
			},
			body: { 'odata.metadata': `${this.origin}/$metadata#${name}`, value: found },
			records: found.length,
		};
	}

	private rowAt(table: Table, number: number): Row | 'end' | undefined {
		if (number >= endOf(table)) return 'end';
		if (number % 2 === 1) return table.newRows.get(number);
		if (number / 2 >= table.oldRows) return undefined;
		return this.oldRow(number);
	}

	private oldRow(number: number): Row {
		return { ...keysOf(number), Timestamp: this.oldTime, CreatedTime: this.oldTime };
	}
}

function endOf({ oldRows, newRows }: Table): number {
	return Math.max(2 * oldRows, ...[...newRows.keys()].map((number) => number + 1));
}

function keysOf(number: number) {
	return { PartitionKey: PARTITION, RowKey: String(number).padStart(DIGITS, '0') };
}

function continuation(number: number): Record<string, string> {
	return {
		'x-ms-continuation-nextpartitionkey': PARTITION,
		'x-ms-continuation-nextrowkey': keysOf(number).RowKey,
	};
}

function failed(status: number, code: string): FakeResponse {
	const body = { 'odata.error': { code, message: { lang: 'en-US', value: code } } };
	return { status, headers: { 'x-ms-error-code': code }, body };
}
