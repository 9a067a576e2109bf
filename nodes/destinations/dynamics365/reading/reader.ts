import { createHash } from 'node:crypto';
import type { LeadReader, PageRequest, PolledPage, PolledRow } from '../../../polling/types';
import type { WantedLeads } from '../../contract';
import { DestinationError, type DestinationErrorCode } from '../../destinationError';
import { withoutOptOut, type ColumnSettings } from '../properties';
import { readSearchableColumns } from '../metadata';
import { MAX_PAGE_SIZE, readLeadPage, type LeadPage, type ReadLead } from './page';
import { readPosition, toPosition, type ChainPlace } from './position';
import { FORMATTED_VALUE, toRecord } from './record';
import { MissingColumnError } from '../errors';
import { conditionsFor, toFilter, type QueryCondition } from './query';
import { type DataverseClient, LEADS } from '../connection/client';
import type { CacheKey } from '../../processCache';

/**
 * Milliseconds. createdon is set when a lead's transaction begins, and shows when it is committed:
 * plug-ins may hold it up for two minutes each stage, and servers' clocks differ by seconds.
 */
const OVERLAP = 15 * 60 * 1000;

/**
 * Milliseconds. Searching texts makes the service look at every lead of the time asked for. Where
 * that takes longer, the leads are read without, which always makes progress.
 */
const SEARCH_TIME = 10_000;

/**
 * Statuses with which a query may be rejected that was accepted once: cookies in links are not promised
 * to last, and what a role may search is changed.
 */
const QUERY_REJECTED = new Set(['400', '403', '404', '410', '414', '431', '500']);

/**
 * Milliseconds. Leads of so short a time are few: they are asked for as they are, in one request. What
 * can be left out by conditions takes two more, for what the columns are.
 */
const DIRECT_TIME = 24 * 60 * 60 * 1_000;

/** Of a chain that is to be begun again, with conditions, behind its last row. */
const NO_QUERY = '';

/** Times as many rows: what makes pages of another size worth a chain of their own. */
const WORTH_A_CHAIN = 2;

/**
 * Reads leads in the order of createdon and leadid, along the links the service gives. In them it
 * keeps the last row's values, so rows that come or go meanwhile move nothing. Where it should count
 * rows instead, pages have to be of one size: a chain of links keeps that of its first page.
 */
export class DynamicsReader implements LeadReader {
	readonly maxPageSize = MAX_PAGE_SIZE;
	readonly overlap = OVERLAP;
	readonly selective: boolean;
	private readonly conditions: readonly QueryCondition[];
	/** `$filter` for leads that may be wanted; `undefined` inside for all. Found when first needed. */
	private condition: Promise<string | undefined> | undefined;
	/** Without the opt-out columns that the environment turned out to lack. */
	private columns: ColumnSettings;
	/** The page read last, for a poll that wants less at once than the page has. */
	private last: { key: string; page: Promise<LeadPage> } | undefined;
	/** Where a chain was begun again last: a service that rejects every link is not asked for ever. */
	private begunAgainAt: number | null | undefined;

	constructor(
		private readonly client: DataverseClient,
		private readonly chosen: ColumnSettings,
		wanted: WantedLeads,
		/** `always`: a condition in OData that every lead has to fulfil. */
		private readonly rules: { searchTime?: number; always?: string } = {},
	) {
		this.columns = this.absentColumns().reduce(
			(columns, name) => withoutOptOut(columns, name) ?? columns,
			chosen,
		);
		this.conditions = conditionsFor(wanted, chosen);
		this.selective = this.conditions.length > 0;
	}

	async readPage(request: PageRequest): Promise<PolledPage> {
		const kept = request.position === null ? undefined : readPosition(request.position);
		let place = kept && this.goesOn(kept, request) ? kept : await this.beginChain(kept, request);
		for (;;) {
			try {
				return await this.readPlace(place, request);
			} catch (error) {
				if (request.signal.aborted || !this.hasOtherWay(place, error)) throw error;
				place = await this.beginChain(place, request);
			}
		}
	}

	/** Whether a chain that begins at a place that was rejected may get through. */
	private hasOtherWay(place: ChainPlace, error: unknown): boolean {
		if (error instanceof MissingColumnError) {
			const columns = withoutOptOut(this.columns, error.column);
			if (!columns) return false;
			this.columns = columns;
			this.client.cache.keepMetadata(this.absentKey(), [...this.absentColumns(), error.column]);
			return true;
		}
		// Conditions only spare rows. Besides being slow, they can be rejected for a secured column.
		if (place.restricted && (isSlowQuery(error) || (place.link === null && isRejected(error)))) {
			this.condition = Promise.resolve(undefined);
			return true;
		}
		if (place.link === null || !isRejected(error) || this.begunAgainAt === place.at) return false;
		this.begunAgainAt = place.at;
		return true;
	}

	/** Whether a kept chain still asks for what is wanted, and in pages that are large enough. */
	private goesOn(kept: ChainPlace, { pageSize }: PageRequest): boolean {
		// Filters and columns may have been changed: its link asks for what was set when it began.
		if (kept.query !== this.queryName(kept.restricted)) return false;
		// A new chain begins with the last row's second, of which nothing else should be read again.
		return !(kept.alone && pageSize >= kept.size * WORTH_A_CHAIN);
	}

	/** The beginning of a chain at the last row of a place, or of the scan. */
	private async beginChain(
		place: ChainPlace | undefined,
		request: PageRequest,
	): Promise<ChainPlace> {
		const isDirect = this.isDirect(place, request);
		const restricted = !isDirect && (await this.findCondition(request)) !== undefined;
		return {
			isDirect,
			from: place?.at ?? request.since ?? null,
			link: null,
			size: Math.min(Math.max(request.pageSize, 1), MAX_PAGE_SIZE),
			at: place?.at ?? null,
			after: place?.after ?? null,
			alone: false,
			query: this.queryName(restricted),
			restricted,
		};
	}

	/** Whether the leads are so few that each is worth being read. */
	private isDirect(place: ChainPlace | undefined, { since }: PageRequest): boolean {
		if (place !== undefined || since === undefined || this.conditions.length === 0) return false;
		return Date.now() - since <= DIRECT_TIME;
	}

	/** Opt-out columns that the environment was found to lack. */
	private absentColumns(): readonly string[] {
		return this.client.cache.peek(this.absentKey()) ?? [];
	}

	private absentKey(): CacheKey<readonly string[]> {
		return this.client.cacheKey('absentColumns');
	}

	private async readPlace(place: ChainPlace, request: PageRequest): Promise<PolledPage> {
		const { leads, link, serviceTime } = await this.pageAt(place, request);
		const rest = behind(leads, place);
		const taken = rest.slice(0, Math.max(request.pageSize, 1));
		let end = place;
		const rows = taken.map((lead): PolledRow => {
			end = { ...place, at: lead.clock, after: lead.id, alone: end.at !== lead.clock };
			return {
				key: lead.id,
				clock: lead.clock,
				createdAt: undefined,
				position: toPosition(end),
				record: toRecord(lead.row, this.columns),
			};
		});
		if (taken.length < rest.length) return { rows, next: toPosition(end), serviceTime };
		if (link === null) return { rows, next: null, serviceTime };
		// There are more than were thought.
		const next = place.isDirect ? { ...end, query: NO_QUERY } : { ...end, link };
		return { rows, next: toPosition(next), serviceTime };
	}

	private async pageAt(place: ChainPlace, request: PageRequest): Promise<LeadPage> {
		const { from, link, size, query } = place;
		const key = JSON.stringify([from, link, size, query]);
		if (this.last?.key === key) return await this.last.page;
		const page = this.requestPage(place, request);
		this.last = { key, page };
		page.catch(() => {
			if (this.last?.page === page) this.last = undefined;
		});
		return await page;
	}

	private async requestPage(
		{ from, link, size, restricted }: ChainPlace,
		request: PageRequest,
	): Promise<LeadPage> {
		const { signal, deadline } = request;
		const search =
			link ?? this.search(from, restricted ? await this.findCondition(request) : undefined);
		const result = await this.client.get({
			path: `${LEADS}${search}`,
			prefer: `odata.maxpagesize=${size},odata.include-annotations="${FORMATTED_VALUE}"`,
			subject: 'leads',
			settingOf: this.columns.settingOf,
			...(restricted ? { responseTime: this.rules.searchTime ?? SEARCH_TIME } : {}),
			signal,
			deadline,
		});
		return readLeadPage(result);
	}

	private search(from: number | null, condition: string | undefined): string {
		const filter = [
			...(from === null ? [] : [`createdon ge ${new Date(from).toISOString()}`]),
			...this.always(),
			...(condition === undefined ? [] : [condition]),
		].join(' and ');
		return [
			`?$select=${this.columns.select.join(',')}`,
			...(filter === '' ? [] : [`$filter=${encodeURIComponent(filter)}`]),
			'$orderby=createdon,leadid',
		].join('&');
	}

	private async findCondition(limits: PageRequest): Promise<string | undefined> {
		if (this.conditions.length === 0) return undefined;
		if (this.condition === undefined) {
			const condition = this.buildCondition(limits);
			this.condition = condition;
			condition.catch(() => {
				if (this.condition === condition) this.condition = undefined;
			});
		}
		return await this.condition;
	}

	private async buildCondition({ signal, deadline }: PageRequest): Promise<string | undefined> {
		const { select } = this.columns;
		const searched = new Set(this.conditions.flatMap(({ columns }) => columns));
		try {
			const limits = { signal, deadline };
			const searchable = await readSearchableColumns(this.client, select, searched, limits);
			return toFilter(this.conditions, searchable);
		} catch (error) {
			// Leads can be read without knowing what kind their columns are, only more of them.
			if (error instanceof DestinationError && UNNEEDED.has(error.code)) return undefined;
			throw error;
		}
	}

	/** A chain without it has the name that earlier versions gave it. */
	private always(): string[] {
		return this.rules.always === undefined ? [] : [this.rules.always];
	}

	/** By what is set, not by what the service says of its columns, which would have to be asked first. */
	private queryName(restricted: boolean): string {
		const { select } = this.chosen;
		return createHash('sha256')
			.update(JSON.stringify([select, restricted ? this.conditions : null, ...this.always()]))
			.digest('base64url')
			.slice(0, 22);
	}
}

/** Codes with which descriptions of columns are done without. */
const UNNEEDED: ReadonlySet<DestinationErrorCode> = new Set([
	'notFound',
	'other',
	'permission',
	'queryTooLarge',
	'unexpectedResponse',
]);

/** The rows of a page that come behind a place. By row, not by count: rows may have been deleted. */
function behind(leads: readonly ReadLead[], { at, after }: ChainPlace): readonly ReadLead[] {
	const found = leads.findIndex(({ id }) => id === after);
	if (found >= 0) return leads.slice(found + 1);
	return at === null ? leads : leads.filter(({ clock }) => clock >= at);
}

/** Whether the service gave up on a query, or was not waited for any longer. */
function isSlowQuery(error: unknown): boolean {
	return (
		error instanceof DestinationError &&
		(error.code === 'queryTooLarge' || error.code === 'timeout')
	);
}

function isRejected(error: unknown): boolean {
	return error instanceof DestinationError && QUERY_REJECTED.has(error.httpCode ?? '');
}
