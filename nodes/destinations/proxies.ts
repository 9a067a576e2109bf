import { isPlainLoopback } from './addresses';

/**
 * Tells for each address which proxy HTTPS_PROXY, HTTP_PROXY and NO_PROXY name; empty where it is asked directly.
 * So is an http address of this machine, whatever they name: the proxy would read what nothing encrypts.
 */
export async function openProxies(): Promise<(url: string) => string> {
	const { getProxyForUrl } = await import('../vendor/proxyAgents');
	return (url) => (isPlainLoopback(new URL(url)) ? '' : getProxyForUrl(url));
}
