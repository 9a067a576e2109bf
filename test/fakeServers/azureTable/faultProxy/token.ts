import { InvalidInputError } from './errors.ts';
import type { Headers } from './upstream.ts';

/**
 * Where a listing goes on: at a row, at the start of a partition (no row key), behind a row
 * (`after`), at the start of the table (nothing), or where a token of Azurite's own leads.
 */
export interface Place {
	partitionKey?: string;
	rowKey?: string;
	after?: boolean;
	azurites?: { NextPartitionKey: string; NextRowKey?: string };
}

export interface Token {
	place: Place;
	/** Empty pages that still come before the rows at `place`. */
	emptyPages: number;
	/** The row before it was the table's last when the token was handed out. */
	atEnd?: boolean;
}

/** Tells our tokens from Azurite's, which are plain base64. */
const PREFIX = '1!';

/**
 * The token as response headers. Opaque as Azure's are ("a hash of the next key"); the row key
 * travels in `NextRowKey` alone, so a client that loses that part starts the partition over.
 */
export function tokenHeaders({ place, ...state }: Token): Headers {
	const { rowKey, ...start } = place;
	const headers: Headers = {
		'x-ms-continuation-nextpartitionkey': encode(JSON.stringify({ ...state, place: start })),
	};
	if (rowKey !== undefined) headers['x-ms-continuation-nextrowkey'] = encode(rowKey);
	return headers;
}

/**
 * The token a query came with, ours or Azurite's; undefined on a listing's first page.
 *
 * @throws {InvalidInputError} for a token that was never handed out.
 */
export function tokenOf(search: URLSearchParams): Token | undefined {
	const partition = search.get('NextPartitionKey');
	const row = search.get('NextRowKey') ?? undefined;
	if (partition === null) return undefined;
	if (!partition.startsWith(PREFIX)) {
		const azurites = {
			NextPartitionKey: partition,
			...(row === undefined ? {} : { NextRowKey: row }),
		};
		return { place: { azurites }, emptyPages: 0 };
	}
	const token = parse(partition);
	if (row === undefined) return token;
	return { ...token, place: { ...token.place, rowKey: decode(row) } };
}

export function isOurs(search: URLSearchParams): boolean {
	return search.get('NextPartitionKey')?.startsWith(PREFIX) ?? false;
}

function parse(partition: string): Token {
	const text = decode(partition);
	try {
		const token = JSON.parse(text) as Partial<Token>;
		const { place, emptyPages } = token;
		if (place && typeof emptyPages === 'number') return { ...token, place, emptyPages };
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	throw new InvalidInputError('NextPartitionKey is none that was handed out');
}

function encode(text: string): string {
	return PREFIX + Buffer.from(text, 'utf8').toString('base64url');
}

function decode(text: string): string {
	if (!text.startsWith(PREFIX)) throw new InvalidInputError('Half of a token is not ours');
	return Buffer.from(text.slice(PREFIX.length), 'base64url').toString('utf8');
}
