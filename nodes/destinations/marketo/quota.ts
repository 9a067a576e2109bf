import type { RetryLimits } from '../retry';
import { DestinationError } from '../types';
import type { MarketoClient } from './client';
import { isObject } from './fillOut';
import { MarketoRefusal, oddAnswer } from './refusal';

/** Calls of ours after which Marketo's own count is asked again. */
const CALLS_BETWEEN = 100;

export interface QuotaOptions {
	/** Calls a day that the instance may make. */
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

	constructor(
		private readonly client: MarketoClient,
		private readonly options: QuotaOptions,
	) {}

	/** @throws DestinationError with reason `throttled` once the share has been used */
	async check(limits: RetryLimits): Promise<void> {
		if (this.askedAt !== undefined && this.client.calls < this.askedAt + CALLS_BETWEEN) return;
		this.askedAt = this.client.calls;
		const used = await this.usedToday(limits);
		const { dailyQuota, share } = this.options;
		if (used === undefined || used < (dailyQuota * share) / 100) return;
		throw new DestinationError(
			`The Marketo instance has made ${used} of its ${dailyQuota} calls of today`,
			{
				description: `The option Most of Daily Quota leaves the rest to others (${share} percent). Marketo counts anew at midnight, US Central Time; nothing is lost until then.`,
				reason: 'throttled',
				httpCode: '429',
			},
		);
	}

	/** `undefined` where the sign-in may not know. */
	private async usedToday(limits: RetryLimits): Promise<number | undefined> {
		try {
			const { result } = await this.client.read('/rest/v1/stats/usage.json', {}, limits);
			const [today] = result;
			// Nothing has been counted yet just after midnight.
			if (today === undefined) return 0;
			const total = isObject(today) ? Number(today['total']) : Number.NaN;
			if (!(total >= 0)) throw oddAnswer('the usage of today has no total');
			return total;
		} catch (error) {
			// Not a permission the trigger needs: Marketo itself refuses when all calls are used.
			if (error instanceof MarketoRefusal && error.code === '603') return undefined;
			throw error;
		}
	}
}
