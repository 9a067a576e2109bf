import { existsSync } from 'node:fs';
import path from 'node:path';

import { withTarball } from '../../../scripts/host/build.ts';
import { ensureN8n } from '../../../scripts/host/cache.ts';
import { Environment } from '../../../scripts/host/environment.ts';
import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import { paced } from '../../../scripts/host/terminal.ts';
import { announceHost, shared } from './host.ts';

/** One n8n for all the tests that do not have to stop it. */
export default async function globalSetup(): Promise<void> {
	if (!existsSync(path.join(PROJECT_ROOT, 'dist/types/nodes.json'))) {
		throw new Error('The package is not built. Run: npm run test:e2e');
	}
	const install = await ensureN8n(paced((message) => process.stderr.write(`${message}\n`)));
	const environment = await withTarball((tarball) =>
		Environment.start({ install, tarballs: [tarball] }),
	);
	shared.marketplaceLeadsEnvironment = environment;
	announceHost(environment);
}
