import { readAs, text } from '../../../schemas';
import { object } from '../../../vendor/schema';
import { DestinationError } from '../../destinationError';
import type { TimeLimits } from '../../timeLimits';
import { MarketoError, unexpected } from '../errors';
import type { MarketoClient } from './client';

/** Calls of ours after which Marketo's own count is asked again, since others call as well. */
const CALLS_BETWEEN = 100;
/** Milliseconds after which it is asked again however few calls of ours there were. */
const TIME_BETWEEN = 60 * 60 * 1_000;
/** Milliseconds. What has been used up stays so until midnight, or until somebody allows more. */
const SPENT_TIME = 10 * 60 * 1_000;
/** Milliseconds. A day's calls are of no use for longer. */
const DAY = 24 * 60 * 60 * 1_000;

/** Calls a day that every instance has at least, and that is common, by Adobe's best practices. */
const LEAST_QUOTA = 10_000;
const COMMON_QUOTA = 50_000;

export interface QuotaOptions {
	/** Calls a day that the instance may make; 0 to learn it from what it has made. */
	dailyQuota: number;
	/** Percent of them, by all integrations together, from which no more are made. */
	share: number;
}

/** What is known of an instance's calls, by all in this process that sign in to it alike. */
interface Usage {
	/** Marketo's count of today when it was asked; `undefined` where the sign-in may not know. */
	used: number | undefined;
	/** When it was asked, epoch milliseconds; `undefined` for not yet. */
	askedAt: number | undefined;
	/** Calls of ours by then. */
	callsThen: number;
	/** The most calls of a day that are known of. */
	most: number;
	/** When the days before were asked for, epoch milliseconds. */
	weekAskedAt: number | undefined;
}

/**
 * Keeps a part of the instance's daily calls for the other integrations. Asks Marketo's own count,
 * because polls run on many workers and others call as well; but only every so often, because a poll
 * that finds nothing is one call, and asking is another.
 */
export class DailyQuota {
	constructor(
		private readonly client: MarketoClient,
		private readonly options: QuotaOptions,
	) {}

	/**
	 * @param isFirst whether it is for the one call of a poll that may find nothing
	 * @throws DestinationError with code `quota` once the share has been used
	 */
	async check(limits: TimeLimits, isFirst = false): Promise<void> {
		const usage = this.usage();
		const isDue = this.isDue(usage, isFirst);
		if (isDue) await this.ask(usage, limits);
		if (!this.isSpent(usage)) return;
		// It may be midnight by now, or what is known is what we have made ourselves.
		const isSure =
			isDue || (this.callsSince(usage) === 0 && !this.isOld(usage.askedAt, SPENT_TIME));
		if (!isSure) await this.ask(usage, limits);
		if (this.options.dailyQuota === 0 && this.isSpent(usage)) await this.learn(usage, limits);
		if (!this.isSpent(usage)) return;
		const { share } = this.options;
		throw new DestinationError(
			`The Marketo instance has made ${usage.used} of its ${this.quota(usage)} calls for today`,
			{
				description: `The option Max Daily Quota Share leaves the rest to others (${share} percent). Where the instance may make more, say so in Daily Quota. Marketo starts counting again at midnight, US Central Time; nothing is lost until then.`,
				code: 'quota',
				operation: 'read',
				httpCode: '429',
			},
		);
	}

	private usage(): Usage {
		const { cache } = this.client;
		const key = this.client.cacheKey<Usage>('usage');
		const usage = cache.peek(key) ?? {
			used: undefined,
			askedAt: undefined,
			callsThen: this.client.calls,
			most: 0,
			weekAskedAt: undefined,
		};
		cache.keep(key, usage, cache.now() + DAY);
		return usage;
	}

	/** Calls of ours that Marketo's count may not have. */
	private callsSince({ callsThen }: Usage): number {
		return this.client.calls - callsThen;
	}

	private isDue(usage: Usage, isFirst: boolean): boolean {
		if (this.callsSince(usage) >= CALLS_BETWEEN) return true;
		const { askedAt } = usage;
		return askedAt === undefined ? !isFirst : this.isOld(askedAt, TIME_BETWEEN);
	}

	private isOld(time: number | undefined, age: number): boolean {
		return time === undefined || Math.abs(this.client.cache.now() - time) >= age;
	}

	private isSpent(usage: Usage): boolean {
		if (usage.used === undefined) return false;
		return usage.used + this.callsSince(usage) >= (this.quota(usage) * this.options.share) / 100;
	}

	/**
	 * Calls a day. Marketo tells nobody, but what was made in a day was allowed: more than the least
	 * quota is made in instances of the common one, and more than that in larger ones, where only
	 * Marketo knows the end, and says 607.
	 */
	private quota({ most }: Usage): number {
		if (this.options.dailyQuota > 0) return this.options.dailyQuota;
		if (most <= LEAST_QUOTA) return LEAST_QUOTA;
		return most <= COMMON_QUOTA ? COMMON_QUOTA : Number.POSITIVE_INFINITY;
	}

	private async ask(usage: Usage, limits: TimeLimits): Promise<void> {
		usage.used = await this.usedToday(limits);
		usage.most = Math.max(usage.most, usage.used ?? 0);
		usage.askedAt = this.client.cache.now();
		usage.callsThen = this.client.calls;
	}

	/** By what was made in the days before. */
	private async learn(usage: Usage, limits: TimeLimits): Promise<void> {
		if (usage.most > LEAST_QUOTA || !this.isOld(usage.weekAskedAt, SPENT_TIME)) return;
		const week = await this.totals('/rest/v1/stats/usage/last7days.json', limits);
		usage.most = Math.max(usage.most, ...(week ?? []));
		usage.weekAskedAt = this.client.cache.now();
		usage.callsThen = this.client.calls;
	}

	/** `undefined` where the sign-in may not know. */
	private async usedToday(limits: TimeLimits): Promise<number | undefined> {
		const totals = await this.totals('/rest/v1/stats/usage.json', limits);
		// Nothing has been counted yet just after midnight.
		return totals && (totals[0] ?? 0);
	}

	/** Calls of each day; `undefined` where the sign-in may not know. */
	private async totals(path: string, limits: TimeLimits): Promise<number[] | undefined> {
		try {
			const { result } = await this.client.read(path, {}, limits);
			return result.map((day) => {
				const total = Number(readAs(object({ total: text }), day)?.total || Number.NaN);
				if (!(total >= 0)) throw unexpected('the usage of a day has no total');
				return total;
			});
		} catch (error) {
			// Not a permission the trigger needs: Marketo itself says so when all calls are used.
			if (error instanceof MarketoError && error.vendorCode === '603') return undefined;
			throw error;
		}
	}
}
