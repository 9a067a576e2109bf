import { existsSync } from 'node:fs';
import path from 'node:path';

import { withTarball } from '../../../scripts/host/build.ts';
import { ensureN8n } from '../../../scripts/host/cache.ts';
import { Environment } from '../../../scripts/host/environment.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { exitOnSignals, paced } from '../../../scripts/host/terminal.ts';
import { startAzurite } from '../../support/azurite.ts';
import { startEntraAuthority } from '../../support/entra/authority.ts';
import { announceHost, shared } from './host.ts';

/** One n8n for all the tests that do not have to stop it. */
export default async function globalSetup(): Promise<void> {
	if (!existsSync(path.join(PROJECT_ROOT, 'dist/types/nodes.json'))) {
		throw new Error('The package is not built. Run: npm run test:e2e');
	}
	const install = await ensureN8n(paced((message) => process.stderr.write(`${message}\n`)));
	exitOnSignals();
	const stops: Array<() => Promise<void>> = (shared.marketplaceLeadsStops = []);
	const authority = await startEntraAuthority();
	stops.push(authority.stop);
	const entraStorage = await startAzurite({ tls: authority.tls });
	stops.push(entraStorage.stop);
	const environment = await withTarball((tarball) =>
		Environment.start({
			install,
			tarballs: [tarball],
			env: { NODE_EXTRA_CA_CERTS: authority.tls.certFile },
		}),
	);
	stops.push(() => environment.stop());
	announceHost(environment, {
		authorityHost: authority.host,
		endpoint: entraStorage.endpoint,
		application: authority.application,
	});
}
