/** `npm run test:faults [-- --seed=N --kills=N --leads=N]`: kills a real n8n, and counts what became of the leads. */
import { parseArgs } from 'node:util';

import CliTable from 'cli-table3';

import { deliverUnderKills } from './faults/delivery.ts';
import { build, withTarball } from './host/build.ts';
import { ensureN8n } from './host/cache.ts';
import { Environment } from './host/environment.ts';
import { command, step } from './host/terminal.ts';

await command(async () => {
	const { values } = parseArgs({
		options: {
			seed: { type: 'string', default: '1' },
			kills: { type: 'string', default: '12' },
			leads: { type: 'string', default: '25' },
		},
	});
	const [seed, kills, leadsPerLife] = [values.seed, values.kills, values.leads].map(Number) as [
		number,
		number,
		number,
	];
	await step('Build', build);
	const install = await step('n8n', ensureN8n);
	const environment = await withTarball(
		async (tarball) => await Environment.start({ install, tarballs: [tarball] }),
	);
	try {
		const tell = (line: string) => process.stdout.write(`${line}\n`);
		const counts = await deliverUnderKills(environment, { seed, kills, leadsPerLife, tell });
		const table = new CliTable({ head: Object.keys(counts[0] ?? {}) });
		for (const count of counts) table.push(Object.values(count).map(String));
		tell(`Seed ${seed}, ${kills} kills:\n${table.toString()}`);
		return counts.every(({ lost, stuck }) => lost === 0 && stuck === 0) ? 0 : 1;
	} finally {
		await environment.stop();
	}
});
