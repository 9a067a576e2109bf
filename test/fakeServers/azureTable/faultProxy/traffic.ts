import type { IncomingMessage } from 'node:http';

import type { RowKeys } from './row.ts';

/** `query` lists rows of a table, `row` reads one by its keys, `tables` lists tables. */
export type RequestKind = 'query' | 'row' | 'tables' | 'batch' | 'other';
export type AuthKind = 'none' | 'SAS' | 'SharedKey' | 'SharedKeyLite' | 'Bearer' | 'unknown';

/** A request as it came and what became of it. Holds no header and no signature. */
export interface SeenRequest {
	/** From 1, in order of arrival. */
	number: number;
	kind: RequestKind;
	method: string;
	/** Decoded, without the query. */
	path: string;
	query: Record<string, string>;
	auth: AuthKind;
	table?: string;
	/** The row asked for, when `kind` is `row`. */
	key?: RowKeys;
	/** Name of the fault that struck it. */
	fault?: string;
	/** The status sent; absent as long as there is none, and when the connection was cut first. */
	status?: number;
	/** Rows in a query's response that was sent whole. */
	rows?: number;
}

export interface Counts {
	requests: number;
	/** Requests that list rows, with a response or without. */
	queries: number;
	/** Of these, the ones that got a page, sent whole. */
	pages: number;
	emptyPages: number;
	/** Rows in those pages. */
	rows: number;
	/** Requests struck by a scripted fault. */
	faults: number;
}

const REDACTED = 'REDACTED';
const TABLE_PATH = /^\/[^/]+\/([A-Za-z][A-Za-z0-9]{2,62})(\(.*\))?$/s;
const KEYS = /^\(PartitionKey='((?:[^']|'')*)',\s*RowKey='((?:[^']|'')*)'\)$/s;

/** What went over the wire, for tests that assert how much was read and how often. */
export class Traffic {
	readonly log: SeenRequest[] = [];

	open(incoming: IncomingMessage): SeenRequest {
		const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
		const method = incoming.method ?? 'GET';
		const path = decodeURIComponent(pathname);
		const request: SeenRequest = {
			number: this.log.length + 1,
			...target(method, path, searchParams),
			method,
			path,
			query: redacted(searchParams),
			auth: authKind(incoming.headers.authorization, searchParams),
		};
		this.log.push(request);
		return request;
	}

	/** Counts in total, or since an earlier result of this method. */
	counts(since?: Counts): Counts {
		const pages = this.log.filter(({ rows }) => rows !== undefined);
		const total: Counts = {
			requests: this.log.length,
			queries: this.log.filter(({ kind }) => kind === 'query').length,
			pages: pages.length,
			emptyPages: pages.filter(({ rows }) => rows === 0).length,
			rows: pages.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
			faults: this.log.filter(({ fault }) => fault !== undefined).length,
		};
		if (!since) return total;
		const difference = (name: keyof Counts) => total[name] - since[name];
		return {
			requests: difference('requests'),
			queries: difference('queries'),
			pages: difference('pages'),
			emptyPages: difference('emptyPages'),
			rows: difference('rows'),
			faults: difference('faults'),
		};
	}
}

function target(
	method: string,
	path: string,
	search: URLSearchParams,
): Pick<SeenRequest, 'kind' | 'table' | 'key'> {
	if (path.endsWith('/$batch')) return { kind: 'batch' };
	const [, table, argument] = TABLE_PATH.exec(path) ?? [];
	if (table === undefined) return { kind: 'other' };
	if (table === 'Tables') return { kind: method === 'GET' && !argument ? 'tables' : 'other' };
	if (method !== 'GET' || search.has('comp')) return { kind: 'other', table };
	if (argument === undefined || argument === '()') return { kind: 'query', table };
	const [, partitionKey, rowKey] = KEYS.exec(argument) ?? [];
	if (partitionKey === undefined || rowKey === undefined) return { kind: 'other', table };
	const key = {
		partitionKey: partitionKey.replaceAll("''", "'"),
		rowKey: rowKey.replaceAll("''", "'"),
	};
	return { kind: 'row', table, key };
}

function redacted(search: URLSearchParams): Record<string, string> {
	const entries = [...search].map(([name, value]) => [name, name === 'sig' ? REDACTED : value]);
	return Object.fromEntries(entries) as Record<string, string>;
}

function authKind(authorization: string | undefined, search: URLSearchParams): AuthKind {
	if (authorization === undefined) return search.has('sig') ? 'SAS' : 'none';
	const scheme = authorization.split(' ')[0]?.toLowerCase();
	const known: AuthKind[] = ['SharedKey', 'SharedKeyLite', 'Bearer'];
	return known.find((kind) => kind.toLowerCase() === scheme) ?? 'unknown';
}
