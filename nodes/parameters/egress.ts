/** From a node's context to the rules on where its requests may go. */
import type { ICredentialTestFunctions, IHttpRequestMethods } from 'n8n-workflow';

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
 * a host is asked, n8n is, by a request that can't be sent. Only the rules' verdict of it counts.
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
			// Anything else says nothing of the rules.
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

/**
 * n8n looks at the address before it begins. Node.js then refuses the method, before it opens a
 * connection: a host that the test only wants to reach would else get a request more.
 */
const PROBE = {
	method: 'NOT SENT' as IHttpRequestMethods,
	simple: false,
	followRedirect: false,
} as const;
