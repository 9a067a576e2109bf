import type { LeadReader, PageRequest, PolledPage, PolledRow } from '../../../polling/types';
import type { WantedLeads } from '../../contract';
import { retried, type TimeLimits } from '../../timeLimits';
import { isShareReached } from '../connection/dailyQuota';
import type { QueryPage, SalesforceSession } from '../connection/session';
import { HiddenFieldError, quotaShareReached } from '../errors';
import { dependsOnSource, SourceSearch } from './leadSources';
import { readPosition, type KeptSources, type LeadPosition } from './position';
import { leadQuery, type LeadPage } from './query';
import { LEAD_FIELDS, toRow } from './record';

/** Salesforce's own limit. */
const MAX_PAGE_SIZE = 2_000;

/**
 * Milliseconds. A lead shows up in queries once its transaction has ended, which may take ten
 * minutes, and is indexed some time after that; CreatedDate says when the transaction began.
 */
const OVERLAP = 15 * 60 * 1000;

/** Every standard field that the user can see. */
const ALL_STANDARD = 'FIELDS(STANDARD)';

export interface ReaderOptions {
	/** What will be let through; the rest need not be read. */
	wanted: WantedLeads;
	/** Conditions in SOQL on what the user chose. */
	conditions: readonly string[];
	/** Names of fields beside the usual ones. */
	additionalFields: readonly string[];
	/** Percent of the organisation's daily calls at which reading stops. */
	quotaShare: number;
}

/**
 * Reads leads by CreatedDate and Id. Salesforce sets both when a lead is made and never again, so a
 * place behind a lead stays good for ever, and edits make no lead come up anew.
 */
export class SalesforceReader implements LeadReader {
	readonly maxPageSize = MAX_PAGE_SIZE;
	readonly overlap = OVERLAP;
	readonly selective: boolean;
	private readonly sources: SourceSearch;
	/** In lower case: Salesforce takes names in any, and gives them in its own. */
	private readonly fields: ReadonlySet<string>;

	constructor(
		private readonly session: SalesforceSession,
		private readonly options: ReaderOptions,
	) {
		this.fields = new Set(
			[...LEAD_FIELDS, ...options.additionalFields].map((name) => name.toLowerCase()),
		);
		this.sources = new SourceSearch(options, async (soql, limits) => {
			const ask = async () => await session.query(soql, limits.signal);
			return await this.counted(ask, limits);
		});
		this.selective = options.conditions.length > 0 || dependsOnSource(options.wanted);
	}

	async readPage({ since, position, pageSize, ...limits }: PageRequest): Promise<PolledPage> {
		const start = { since, after: readPosition(position) };
		const sources = await this.sources.from(start, limits);
		if (sources.condition === 'none') {
			return { rows: [], next: null, serviceTime: sources.serviceTime };
		}
		const bySource = sources.condition === 'all' ? [] : [sources.condition.only];
		const conditions = [...this.options.conditions, ...bySource];
		const page = await this.counted(
			async () => await this.ask({ ...start, conditions, limit: pageSize }, limits.signal),
			limits,
		);
		const rows = this.toRows(page, start.after, sources.kept);
		// Salesforce cuts a page of wide records short and says that it is not done. A page as long as
		// was asked for is always done, whatever is behind it.
		const isEnd = page.done && rows.length < pageSize;
		return {
			rows,
			next: isEnd ? null : (rows.at(-1)?.position ?? null),
			// A lead that came between the two responses may be of a source that was not asked for.
			serviceTime: sources.serviceTime ?? page.serviceTime,
		};
	}

	/** A page, tried for again where that may help. @throws DestinationError above the quota share */
	private async counted(ask: () => Promise<QueryPage>, limits: TimeLimits): Promise<QueryPage> {
		const { quotaShare } = this.options;
		const page = await retried(ask, limits);
		if (isShareReached(page.usage, quotaShare)) throw quotaShareReached(quotaShare);
		return page;
	}

	private async ask(page: Omit<LeadPage, 'fields'>, signal: AbortSignal): Promise<QueryPage> {
		const { additionalFields } = this.options;
		if (!this.session.hidesFields) {
			try {
				const fields = [...LEAD_FIELDS, ...additionalFields];
				return await this.session.query(leadQuery({ ...page, fields }), signal);
			} catch (error) {
				const isUsual =
					error instanceof HiddenFieldError && !additionalFields.includes(error.field);
				if (!isUsual) throw error;
				// Field-level security hides fields, often the two of consent. Asking which costs a call as
				// well, so the leads are asked for with whatever the user can see.
				this.session.noteHiddenFields();
			}
		}
		const custom = additionalFields.filter((name) => name.includes('__'));
		const fields = [ALL_STANDARD, ...custom];
		return await this.session.query(leadQuery({ ...page, fields }), signal);
	}

	/** @throws DestinationError for a page that can't be read on from */
	private toRows(
		page: QueryPage,
		after: LeadPosition | undefined,
		sources: KeptSources | undefined,
	): PolledRow[] {
		const { done, records } = page;
		this.checkFields(records[0]);
		const rows = records.map((record) => {
			const row = toRow(record, this.fields, sources);
			if (!row) throw page.unexpected();
			return row;
		});
		// Neither may be, and a poll must not turn in circles.
		const last = rows.at(-1);
		if (last ? last.key === after?.id : !done) throw page.unexpected();
		return rows;
	}

	/**
	 * Without the lead source no lead could be told from others, and what the user asked for must not
	 * stay away unnoticed; other fields may.
	 */
	private checkFields(record: unknown): void {
		if (!this.session.hidesFields || typeof record !== 'object' || record === null) return;
		const names = new Set(Object.keys(record).map((name) => name.toLowerCase()));
		const missing = ['LeadSource', ...this.options.additionalFields].find(
			(name) => !names.has(name.toLowerCase()),
		);
		if (missing !== undefined)
			throw new HiddenFieldError(missing, { operation: 'read', isSaving: false });
	}
}
