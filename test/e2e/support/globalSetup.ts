import { existsSync } from 'node:fs';
import path from 'node:path';

import { withTarball } from '../../../scripts/host/build.ts';
import { ensureN8n } from '../../../scripts/host/cache.ts';
import { COMPAT_N8N, COMPAT_NODE } from '../../../scripts/host/compat.ts';
import { Environment } from '../../../scripts/host/environment.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { freePort } from '../../../scripts/host/ports.ts';
import { exitOnSignals, throttled } from '../../../scripts/host/terminal.ts';
import { startAzurite } from '../../fakeServers/azureTable/azurite.ts';
import type { Azurite } from '../../fakeServers/azureTable/azurite.ts';
import { startEntraAuthority } from '../../fakeServers/entra/authority.ts';
import { startForwardProxy } from '../../fakeServers/forwardProxy.ts';
import { announceHost, shared, VENDORS } from './host.ts';
import type { Outside } from './host.ts';

/** One n8n for all the tests that do not have to stop it. */
export default async function globalSetup(): Promise<void> {
	if (!existsSync(path.join(PROJECT_ROOT, 'dist/types/nodes.json'))) {
		throw new Error('The package is not built. Run: npm run test:e2e');
	}
	const progress = throttled((message) => process.stderr.write(`${message}\n`));
	const install = await ensureN8n(progress, { version: COMPAT_N8N });
	exitOnSignals();
	const stops: Array<() => Promise<void>> = (shared.marketplaceLeadsStops = []);
	const authority = await startEntraAuthority(['*.leads.example', ...VENDORS]);
	stops.push(authority.stop);
	const ports: Record<string, number> = {};
	for (const vendor of VENDORS) ports[vendor] = await freePort();
	const proxy = await startForwardProxy(
		Object.fromEntries(VENDORS.map((vendor) => [`${vendor}:443`, ports[vendor] ?? 0])),
	);
	stops.push(proxy.stop);
	const storage = await startAzurite({ tls: authority.tls });
	stops.push(storage.stop);
	// As in a company: out by a proxy with a sign-in only, and a certificate authority of its own.
	const environment = await withTarball((tarball) =>
		Environment.start({
			install,
			...(COMPAT_NODE && { node: COMPAT_NODE }),
			tarballs: [tarball],
			env: {
				HTTP_PROXY: proxy.url,
				HTTPS_PROXY: proxy.url,
				NO_PROXY: '127.0.0.1',
				NODE_EXTRA_CA_CERTS: authority.tls.certFile,
			},
		}),
	);
	stops.push(() => environment.stop());
	const { host, application, tls } = authority;
	announceHost(environment, {
		authority: { host, application, tls },
		storage: underOutsideName(storage),
		storageHere: withoutStop(storage),
		proxyLog: proxy.logFile,
		vendorPorts: ports as Outside['vendorPorts'],
	});
}

const withoutStop = ({ accountName, accountKey, endpoint }: Azurite) => ({
	accountName,
	accountKey,
	endpoint,
});

/** Azurite takes the account from a host's name. */
function underOutsideName(storage: Azurite): Outside['storage'] {
	const { accountName, accountKey, port } = storage;
	const endpoint = `https://${accountName}.leads.example:${port}`;
	const connectionString = `AccountName=${accountName};AccountKey=${accountKey};TableEndpoint=${endpoint};`;
	return { accountName, accountKey, endpoint, connectionString };
}
