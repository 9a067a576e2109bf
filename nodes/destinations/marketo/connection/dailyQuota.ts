import { DestinationError } from '../../contract';
import type { TimeLimits } from '../../timeLimits';
import { MarketoError, unexpected } from '../errors';
import type { MarketoClient } from './client';
import { isObject } from './response';

/** Calls of ours after which Marketo's own count is asked again. */
const CALLS_BETWEEN = 100;

/** Calls a day that every instance has at least, and that is common, by Adobe's best practices. */
const LEAST_QUOTA = 10_000;
const COMMON_QUOTA = 50_000;

export interface QuotaOptions {
	/** Calls a day that the instance may make; 0 to learn it from what it has made. */
	dailyQuota: number;
	/** Percent of them, by all integrations together, from which no more are made. */
	share: number;
}

/**
 * Keeps a part of the instance's daily calls for the other integrations. Asks Marketo's own count,
 * because polls run on many workers and others call as well.
 */
export class DailyQuota {
	private askedAt: number | undefined;
	/** The most calls of a day that are known of. */
	private most = 0;

	constructor(
		private readonly client: MarketoClient,
		private readonly options: QuotaOptions,
	) {}

	/** @throws DestinationError with code `quota` once the share has been used */
	async check(limits: TimeLimits): Promise<void> {
		if (this.askedAt !== undefined && this.client.calls < this.askedAt + CALLS_BETWEEN) return;
		this.askedAt = this.client.calls;
		const used = await this.usedToday(limits);
		if (used === undefined) return;
		const { share } = this.options;
		const isSpent = (quota: number) => used >= (quota * share) / 100;
		let dailyQuota = this.options.dailyQuota || LEAST_QUOTA;
		if (!isSpent(dailyQuota)) return;
		if (this.options.dailyQuota === 0) dailyQuota = await this.learn(used, limits);
		if (!isSpent(dailyQuota)) return;
		throw new DestinationError(
			`The Marketo instance has made ${used} of its ${dailyQuota} calls of today`,
			{
				description: `The option Most of Daily Quota leaves the rest to others (${share} percent). Where the instance may make more, say so in Daily Quota. Marketo counts anew at midnight, US Central Time; nothing is lost until then.`,
				code: 'quota',
				operation: 'read',
				httpCode: '429',
			},
		);
	}

	/**
	 * Marketo tells nobody the quota, but what was made in a day was allowed: more than the least quota
	 * is made in instances of the common one, and more than that in larger ones.
	 */
	private async learn(used: number, limits: TimeLimits): Promise<number> {
		this.most = Math.max(this.most, used);
		if (this.most <= LEAST_QUOTA) {
			const week = await this.totals('/rest/v1/stats/usage/last7days.json', limits);
			this.most = Math.max(this.most, ...(week ?? []));
		}
		if (this.most <= LEAST_QUOTA) return LEAST_QUOTA;
		// Beyond it only Marketo knows, and says 607.
		return this.most <= COMMON_QUOTA ? COMMON_QUOTA : Number.POSITIVE_INFINITY;
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
				const total = isObject(day) ? Number(day['total']) : Number.NaN;
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
