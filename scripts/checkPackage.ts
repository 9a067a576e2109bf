/**
 * `npm run check:package [-- --built]`: what npm would get, left in the project's folder. It is built
 * twice, to the same bytes, and n8n's scanner finds nothing in it but what is known. With `--built` the
 * first build is what dist/ holds.
 */
import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';

import { build, withTarball } from './host/build.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { command, step } from './host/terminal.ts';
import { judge } from './publishing/findings.ts';
import { packForNpm } from './publishing/pack.ts';
import { scan } from './publishing/scan.ts';

await command(async () => {
	const tarball = await step('Build and pack', async () => {
		if (!process.argv.includes('--built')) await build();
		return await packForNpm(PROJECT_ROOT);
	});
	await step('Build again, to the same bytes', async () => {
		await build();
		await withTarball(async (second) => {
			const [one, other] = [await hashOf(tarball), await hashOf(second)];
			if (one === other) return;
			const kept = `${tarball}.second`;
			await copyFile(second, kept);
			throw new Error(
				`Two builds of the same source differ. Unpack ${path.basename(tarball)} and ${path.basename(kept)} and compare them.`,
			);
		});
	});
	const findings = await step("n8n's scanner", async () => await scan(tarball));
	const { unknown, stale } = judge(findings);
	for (const { rule, file, message } of unknown) {
		process.stdout.write(`  new: ${rule} ${file}: ${message}\n`);
	}
	for (const { rule, files } of stale) {
		process.stdout.write(`  gone: ${rule} ${files.source}: take it out of findings.ts\n`);
	}
	process.stdout.write(
		`${findings.length} findings, ${unknown.length} of them new.\n${path.basename(tarball)} sha256 ${await hashOf(tarball)}\n`,
	);
	return unknown.length + stale.length > 0 ? 1 : 0;
});

async function hashOf(file: string): Promise<string> {
	return createHash('sha256')
		.update(await readFile(file))
		.digest('hex');
}
