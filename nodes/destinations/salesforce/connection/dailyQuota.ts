/** API calls of a whole organisation within 24 hours, as Salesforce counts them. */
export interface ApiUsage {
	used: number;
	limit: number;
}

/**
 * Reads a `Sforce-Limit-Info` header, as in `api-usage=18/5000`. jsforce reads it too, but takes the
 * calls of one app for those of the organisation where they come first.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
 */
export function readUsage(header: string | undefined): ApiUsage | undefined {
	const [, used, limit] = /(?:^|[\s;,])api-usage=(\d{1,12})\/(\d{1,12})/.exec(header ?? '') ?? [];
	return used === undefined ? undefined : { used: Number(used), limit: Number(limit) };
}

/** Whether the organisation has used this share of its calls; percent. */
export function isShareReached(usage: ApiUsage | undefined, share: number): boolean {
	return usage !== undefined && usage.limit > 0 && usage.used >= (usage.limit * share) / 100;
}
