import type { Position } from '../../../polling/types';
import { readAs, time } from '../../../schemas';
import {
	boolean,
	check,
	integer,
	maxValue,
	minValue,
	nullable,
	number,
	object,
	pipe,
	string,
} from '../../../vendor/schema';
import { isLinkQuery, MAX_PAGE_SIZE } from './page';

/**
 * A place in a chain of pages. A chain is one query followed by its links; the place is behind a row
 * of a page, or behind the page.
 */
export interface ChainPlace {
	/** Lower bound of createdon that the chain began with, epoch milliseconds; `null` for none. */
	from: number | null;
	/** Query of the link to the page, beginning with `?`; `null` for the chain's first page. */
	link: string | null;
	/** Rows a page was asked to have: pages of one chain have to be of one size. */
	size: number;
	/** createdon of the last row before the place, epoch milliseconds; `null` while there was none. */
	at: number | null;
	/** leadid of that row. */
	after: string | null;
	/** Whether that row is known to be the only one of its second so far. */
	alone: boolean;
	/** Names what the chain asks for, but for `from`. */
	query: string;
	/** Whether the chain leaves out rows that are not wanted. */
	restricted: boolean;
	/** Whether it does not although it could; of its first page only, and forgotten when it is kept. */
	isDirect?: boolean;
}

export function toPosition(place: ChainPlace): Position {
	return { ...place };
}

const placeSchema = object({
	from: nullable(time),
	link: nullable(pipe(string(), check(isLinkQuery))),
	size: pipe(number(), integer(), minValue(1), maxValue(MAX_PAGE_SIZE)),
	at: nullable(time),
	after: nullable(string()),
	alone: boolean(),
	query: string(),
	restricted: boolean(),
});

/**
 * The place that was kept; `undefined` when it is not one, or damaged. Then the pass begins again,
 * and what was passed on is known.
 */
export function readPosition(position: Position): ChainPlace | undefined {
	return readAs(placeSchema, position);
}
