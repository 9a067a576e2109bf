import type { JsonObject } from '../../../../nodes/lead/types.ts';
import { InvalidInputError, serviceError } from './errors.ts';
import { parseFilter } from './filter.ts';
import type { RowPredicate } from './filter.ts';
import { keysOf, selectedColumns } from './row.ts';
import type { Row } from './row.ts';
import { tokenHeaders, tokenOf } from './token.ts';
import type { Place, Token } from './token.ts';
import type { UpstreamResponse } from './upstream.ts';

/**
 * How pages end. Azurite ends a page at `$top` or 1,000 rows and nowhere else; Azure documents
 * that a query also ends after five seconds and where it crosses a partition boundary, that it may
 * return no results and still a continuation header, and that rows come by PartitionKey and RowKey.
 */
export interface PagingFaults {
	/** Pages shorter than `$top`: at most this many rows (1 on), whatever the client asked for. */
	rowsPerPage?: number;
	/**
	 * The five seconds, in rows (1 on): a page ends once this many were looked at, matching or not,
	 * so that a filter that matches little gives empty pages with a token.
	 */
	rowsScanned?: number;
	/**
	 * A page ends where the PartitionKey changes, although more rows would fit. Its token has no
	 * `NextRowKey`, which Azure leaves out where the next partition starts.
	 */
	breakAtPartitions?: boolean;
	/**
	 * Empty pages with a token: so many before the first page that is read, between each two, and
	 * after the last one. `after: 1` is a token on the very last row that leads to one empty page
	 * without a token.
	 */
	emptyPages?: { before?: number; between?: number; after?: number };
}

export interface ShapedQuery {
	search: URLSearchParams;
	/** Sends the client's own request again with another query, so that its sign-in is checked. */
	send: (search: URLSearchParams) => Promise<UpstreamResponse>;
	/** The row as clients may see it; undefined for a row that is not there yet. */
	view: (row: Row) => Row | undefined;
	faults: PagingFaults;
}

/** Azure's limit on a page, and on `$top`. */
const MAX_ROWS = 1000;
/** What the proxy evaluates itself. */
const REPLACED_OPTIONS = ['$filter', '$select', 'NextPartitionKey', 'NextRowKey'];

/**
 * Responds to a query of entities from Azurite's rows, read in key order from where the client's token
 * leads: filters, selects and pages them itself, for Azurite can neither hide a row, nor filter on
 * another Timestamp, nor end a page early. What Azurite refuses is passed on as it said it.
 */
export async function respondToQuery({
	search,
	send,
	view,
	faults,
}: ShapedQuery): Promise<UpstreamResponse> {
	const reader = new TableReader(search, send);
	try {
		const token = tokenOf(search) ?? { place: {}, emptyPages: faults.emptyPages?.before ?? 0 };
		const filter = search.get('$filter');
		const matches = filter ? parseFilter(filter) : () => true;
		const top = topOf(search);
		if (token.emptyPages > 0) {
			await reader.read(token.place, 1);
			return reader.respond([], { ...token, emptyPages: token.emptyPages - 1 });
		}
		const page = await assemble(reader.rows(token.place), { view, matches, top, faults });
		return reader.respond(
			page.rows.map((row) => selectedColumns(row, search)),
			nextToken(page, token, faults),
		);
	} catch (error) {
		if (error instanceof RefusedRead) return error.response;
		if (error instanceof InvalidInputError) {
			return serviceError('InvalidInput', error.message);
		}
		throw error;
	}
}

interface Page {
	rows: Row[];
	/** Where the rows go on; absent at the end of the table. */
	next?: Place;
	/** The last row looked at, whether or not it matched. */
	last?: Row;
}

interface PageOptions extends Pick<ShapedQuery, 'view' | 'faults'> {
	matches: RowPredicate;
	top: number;
}

async function assemble(
	rows: AsyncIterable<Row>,
	{ view, matches, top, faults }: PageOptions,
): Promise<Page> {
	const limit = Math.min(top, faults.rowsPerPage ?? MAX_ROWS);
	const page: Page = { rows: [] };
	let scanned = 0;
	for await (const stored of rows) {
		const row = view(stored);
		if (!row) continue;
		const { partitionKey, rowKey } = keysOf(row);
		if (faults.breakAtPartitions && page.last && page.last['PartitionKey'] !== partitionKey) {
			return { ...page, next: { partitionKey } };
		}
		const next = { partitionKey, rowKey };
		if (scanned === faults.rowsScanned) return { ...page, next };
		scanned++;
		if (matches(row)) {
			// As Azurite: a full page has a token only when a matching row follows it.
			if (page.rows.length === limit) return { ...page, next };
			page.rows.push(row);
		}
		page.last = row;
	}
	return page;
}

function nextToken(page: Page, token: Token, { emptyPages }: PagingFaults): Token | undefined {
	if (page.next) return { place: page.next, emptyPages: emptyPages?.between ?? 0 };
	const after = emptyPages?.after ?? 0;
	// Otherwise the empty pages at the end would go on for ever.
	const wereGiven = token.atEnd && page.rows.length === 0;
	if (after === 0 || wereGiven) return undefined;
	const place = page.last ? behind(page.last) : token.place;
	return { place, emptyPages: after - 1, atEnd: true };
}

class RefusedRead extends Error {
	readonly response: UpstreamResponse;

	constructor(response: UpstreamResponse) {
		super(`Azurite responded with ${response.status}`);
		this.response = response;
	}
}

/** Reads the table behind the client's query, and responds in the shape of what it read last. */
class TableReader {
	private readonly search: URLSearchParams;
	private readonly send: ShapedQuery['send'];
	private shape: { response: UpstreamResponse; envelope: JsonObject } | undefined;

	constructor(search: URLSearchParams, send: ShapedQuery['send']) {
		this.search = search;
		this.send = send;
	}

	/** Every row from `place` on, read as far as the caller goes. */
	async *rows(place: Place): AsyncGenerator<Row> {
		let from = place;
		for (;;) {
			const { rows, isLast } = await this.read(from, MAX_ROWS);
			yield* rows;
			const last = rows.at(-1);
			if (isLast || !last) return;
			from = behind(last);
		}
	}

	async read(place: Place, top: number): Promise<{ rows: Row[]; isLast: boolean }> {
		const search = new URLSearchParams(this.search);
		for (const name of REPLACED_OPTIONS) search.delete(name);
		search.set('$top', String(top));
		const filter = filterFrom(place);
		if (filter) search.set('$filter', filter);
		for (const [name, value] of Object.entries(place.azurites ?? {})) search.set(name, value);
		const response = await this.send(search);
		if (response.status !== 200) throw new RefusedRead(response);
		const { value, ...envelope } = JSON.parse(response.body.toString('utf8')) as JsonObject;
		this.shape = { response, envelope };
		return {
			rows: value as Row[],
			isLast: response.headers['x-ms-continuation-nextpartitionkey'] === undefined,
		};
	}

	respond(rows: Row[], token: Token | undefined): UpstreamResponse {
		if (!this.shape) throw new Error('Nothing was read yet');
		const { response, envelope } = this.shape;
		const headers = { ...response.headers };
		delete headers['x-ms-continuation-nextpartitionkey'];
		delete headers['x-ms-continuation-nextrowkey'];
		return {
			status: response.status,
			headers: { ...headers, ...(token ? tokenHeaders(token) : {}) },
			body: Buffer.from(JSON.stringify({ ...envelope, value: rows })),
		};
	}
}

function behind(row: Row): Place {
	return { ...keysOf(row), after: true };
}

function filterFrom({ partitionKey, rowKey, after }: Place): string | undefined {
	if (partitionKey === undefined) return undefined;
	const partition = quoted(partitionKey);
	if (rowKey === undefined) return `PartitionKey ge ${partition}`;
	const onwards = `RowKey ${after ? 'gt' : 'ge'} ${quoted(rowKey)}`;
	return `PartitionKey gt ${partition} or (PartitionKey eq ${partition} and ${onwards})`;
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** Documented: a `$top` above 1,000 is refused with 400. */
function topOf(search: URLSearchParams): number {
	const text = search.get('$top');
	if (text === null) return MAX_ROWS;
	const top = Number(text);
	if (Number.isInteger(top) && top >= 1 && top <= MAX_ROWS) return top;
	throw new InvalidInputError(`$top is ${text}, but 1 to ${MAX_ROWS} rows fit a page`);
}
