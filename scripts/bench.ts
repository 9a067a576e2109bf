/** `npm run bench [-- parse|slowest|followUp|expressions|idle|drain|crms|write|webhook|start]`: measures the package; see docs/performance.md. */
import { buildPackage } from './bench/builtPackage.ts';
import { drain } from './bench/drain.ts';
import { drainCrms } from './bench/drainCrms.ts';
import { expressions } from './bench/expressions.ts';
import { followUp } from './bench/followUp.ts';
import { idle } from './bench/idle.ts';
import { parse } from './bench/parse.ts';
import type { Part, Result } from './bench/part.ts';
import { printed, writeReport } from './bench/report.ts';
import { slowest } from './bench/slowest.ts';
import { start } from './bench/start.ts';
import { webhook } from './bench/webhook.ts';
import { writeLeads } from './bench/writeLeads.ts';
import { command, step } from './host/terminal.ts';

const PARTS: Record<string, { title: string; part: Part }> = {
	parse: { title: 'Reading leads, against JSON.parse', part: parse },
	slowest: { title: 'The slowest inputs under 1 MB', part: slowest },
	followUp: { title: 'Merging leads and composing follow-ups', part: followUp },
	expressions: {
		title: 'Reading four expressions an item, against asking n8n for them',
		part: expressions,
	},
	idle: { title: 'Polls that find nothing, or one lead', part: idle },
	drain: { title: 'Draining an Azure table, against the bare SDK', part: drain },
	crms: { title: 'Draining CRMs, against their bare clients', part: drainCrms },
	write: { title: 'Writing leads, against the bare clients', part: writeLeads },
	webhook: { title: 'Leads a second in n8n, against a ten-line trigger', part: webhook },
	start: { title: 'What the package adds to the start of n8n', part: start },
};

await command(async () => {
	const wanted = process.argv.slice(2);
	const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
	if (unknown.length > 0) {
		throw new Error(
			`There is no part "${unknown.join('", "')}". The parts are: ${Object.keys(PARTS).join(', ')}.`,
		);
	}
	const chosen = Object.entries(PARTS).filter(
		([name]) => wanted.length === 0 || wanted.includes(name),
	);
	const built = await step('Build the package', buildPackage);
	const results: Result[] = [];
	try {
		for (const [, { title, part }] of chosen) {
			results.push(...(await step(title, (progress) => part({ built, progress }))));
		}
	} finally {
		await built.remove();
	}
	process.stdout.write(`\n${await printed(results)}`);
	// The page shows one whole run, never parts of several.
	if (chosen.length === Object.keys(PARTS).length) {
		process.stdout.write(`\nWritten into ${await writeReport(results)}.\n`);
	}
	return 0;
});
