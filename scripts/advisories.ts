/**
 * `npm run advisories`: asks npm which known advisories there are for what is bundled, and writes a bill
 * of materials that says so beside the tarball. Leaves with 1 for one that is high or critical.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { npm } from './host/npm.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { command } from './host/terminal.ts';
import { askAdvisories, seriousOf, withAdvisories } from './publishing/advisories.ts';
import type { BillOfMaterials } from './publishing/advisories.ts';
import { readManifest } from './publishing/sources.ts';

await command(async () => {
	const file = path.join(PROJECT_ROOT, 'dist', 'sbom.cdx.json');
	const bill = JSON.parse(readFileSync(file, 'utf8')) as BillOfMaterials;
	const registry = (await npm(['config', 'get', 'registry'], { cwd: PROJECT_ROOT })).trim();
	const advisories = await askAdvisories(registry, bill);
	const { name, version } = readManifest();
	const told = withAdvisories(bill, advisories, new Date().toISOString());
	const out = path.join(PROJECT_ROOT, `${name}-${version}.cdx.json`);
	writeFileSync(out, `${JSON.stringify(told, null, 2)}\n`);
	const serious = seriousOf(told);
	for (const { id, description } of serious) process.stdout.write(`  ${id}: ${description}\n`);
	process.stdout.write(
		`${told.vulnerabilities.length} known advisories, ${serious.length} of them high or critical.\n`,
	);
	return serious.length > 0 ? 1 : 0;
});
