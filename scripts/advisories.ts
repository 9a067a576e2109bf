/**
 * `npm run advisories`: asks npm which known advisories there are for what is bundled, and writes a bill
 * of materials that says so beside the tarball. Leaves with 1 for one that is high or critical.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { npm } from './host/npm.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { command } from './host/terminal.ts';
import { packagesOf, withAdvisories } from './publishing/advisories.ts';
import type { Advisories, BillOfMaterials } from './publishing/advisories.ts';
import { readManifest } from './publishing/sources.ts';

await command(async () => {
	const file = path.join(PROJECT_ROOT, 'dist', 'sbom.cdx.json');
	const bill = JSON.parse(readFileSync(file, 'utf8')) as BillOfMaterials;
	const registry = (await npm(['config', 'get', 'registry'], { cwd: PROJECT_ROOT })).trim();
	const response = await fetch(new URL('-/npm/v1/security/advisories/bulk', registry), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(packagesOf(bill)),
		signal: AbortSignal.timeout(60_000),
	});
	if (!response.ok) {
		throw new Error(
			`npm's registry did not tell the advisories (status ${response.status}). Try again later: a release needs them.`,
		);
	}
	const advisories = (await response.json()) as Advisories;
	const { name, version } = readManifest();
	const told = withAdvisories(bill, advisories, new Date().toISOString());
	const out = path.join(PROJECT_ROOT, `${name}-${version}.cdx.json`);
	writeFileSync(out, `${JSON.stringify(told, null, 2)}\n`);
	const serious = (told.vulnerabilities ?? []).filter(({ ratings }) =>
		ratings.some(({ severity }) => severity === 'high' || severity === 'critical'),
	);
	for (const { id, description } of serious) process.stdout.write(`  ${id}: ${description}\n`);
	process.stdout.write(
		`${told.vulnerabilities?.length ?? 0} known advisories, ${serious.length} of them high or critical.\n`,
	);
	return serious.length > 0 ? 1 : 0;
});
