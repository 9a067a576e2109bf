import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import type { TableServiceClientOptions } from '../vendor/dataTables';
import { checkEgress, secureLookup } from './egress';
import { openProxies } from './proxies';

type AdditionalPolicies = NonNullable<TableServiceClientOptions['additionalPolicies']>;
type Agent = HttpAgent | HttpsAgent;

/**
 * Sends the requests of Azure's SDKs the way all others of ours go: through the proxy that
 * HTTPS_PROXY or HTTP_PROXY names for the address, directly where NO_PROXY does. The SDKs' own
 * reading of these knows neither `*.example.com` nor ports in NO_PROXY, and asks HTTPS_PROXY for
 * http addresses. And it keeps to n8n's rules on where requests may go.
 */
export async function environmentProxy(): Promise<AdditionalPolicies> {
	const { HttpProxyAgent, HttpsProxyAgent } = await import('../vendor/proxyAgents');
	const proxyFor = await openProxies();
	// One agent each way, so that the pages of a poll share a connection.
	const agents = new Map<string, Agent>();
	const agentFor = (url: string): Agent => {
		const proxy = proxyFor(url);
		const isSecure = url.startsWith('https:');
		const way = `${String(isSecure)} ${proxy}`;
		let agent = agents.get(way);
		if (!agent) {
			// What a proxy is asked for, it looks up itself.
			const options = { keepAlive: true, ...(proxy ? {} : secureLookup()) };
			if (isSecure) agent = proxy ? new HttpsProxyAgent(proxy, options) : new HttpsAgent(options);
			else agent = proxy ? new HttpProxyAgent(proxy, options) : new HttpAgent(options);
			agents.set(way, agent);
		}
		return agent;
	};
	return [
		{
			position: 'perCall',
			policy: {
				name: 'environmentProxy',
				async sendRequest(request, next) {
					// The SDK leaves a request alone that has an agent.
					request.agent = agentFor(request.url);
					await checkEgress(request.url);
					return await next(request);
				},
			},
		},
	];
}

/**
 * For every client of Azure's SDKs, which follow redirects by themselves: where one leads is not checked,
 * and the request's secrets are for the host they were given for.
 */
export const WITHOUT_REDIRECTS = { redirectOptions: { maxRetries: 0 } } as const;
