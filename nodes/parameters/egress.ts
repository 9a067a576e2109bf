/** From a node's context to the rules on where its requests may go. */
import type { ICredentialTestFunctions } from 'n8n-workflow';

import { type EgressFilter, isBlocked, keepingTo, keepTo } from '../destinations/egress';

/** From now on, requests of this process keep to n8n's rules, where this n8n tells them (since 2.40). */
export function keepToEgressRules(context: {
	helpers: { getSecureEgressFilter?: () => EgressFilter };
}): void {
	const filter = context.helpers.getSecureEgressFilter?.();
	if (filter) keepTo(filter);
}

/**
 * The same for a credential's test, whose context has no filter but a helper that keeps to one: before
 * a host is asked, n8n is, by a request without time to be sent. Only the rules' verdict of it counts.
 */
export async function testedByEgressRules<T>(
	{ helpers }: ICredentialTestFunctions,
	test: () => Promise<T>,
): Promise<T> {
	const verdicts = new Map<string, Promise<{ ok: boolean }>>();
	const ask = async (origin: string): Promise<{ ok: boolean }> => {
		try {
			await helpers.request({ ...PROBE, uri: origin });
		} catch (error) {
			if (isBlocked(error)) return { ok: false };
			// Anything else says nothing of the rules: the probe has no time to get a response.
		}
		return { ok: true };
	};
	return await keepingTo(
		{
			async validateUrl(url) {
				const { origin } = new URL(url);
				let verdict = verdicts.get(origin);
				if (!verdict) verdicts.set(origin, (verdict = ask(origin)));
				return await verdict;
			},
		},
		test,
	);
}

/** n8n looks at the address before it begins; a millisecond later it gives up. */
const PROBE = {
	method: 'HEAD',
	timeout: 1,
	simple: false,
	followRedirect: false,
	resolveWithFullResponse: true,
} as const;
