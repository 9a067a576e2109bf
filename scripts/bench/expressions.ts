import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { bundleChild } from './bundleChild.ts';
import type { Part, Result } from './part.ts';
import { count, interleave, ratios, spread } from './statistics.ts';

const ROUNDS = 3;
/** How n8n evaluates expressions, by default and as it did before; with as many items as take seconds. */
const ENGINES = [
	['vm', 200],
	['legacy', 2_000],
] as const;

/** Create Leads with four expressions for each item, against asking n8n for them and nothing else. */
export const expressions: Part = async ({ built, progress }) => {
	const script = await bundleChild('expressionsChild', built.workFolder);
	const results: Result[] = [];
	for (const [engine, items] of ENGINES) {
		const seconds = async (side: 'bare' | 'ours') => {
			progress(`${engine}, ${side}`);
			const printed = await run(serverNode(), [script, built.folder, String(items), engine, side], {
				cwd: PROJECT_ROOT,
				name: 'The process that reads expressions',
			});
			return JSON.parse(printed) as number;
		};
		const { ours, bare } = await interleave(ROUNDS, {
			ours: async () => await seconds('ours'),
			bare: async () => await seconds('bare'),
		});
		results.push({
			measure: `Create Leads, ${count(items)} items, 4 expressions each, engine \`${engine}\``,
			ours: `${spread(ours)} s`,
			other: `\`getNodeParameter\` alone ${spread(bare)} s`,
			ratio: spread(ratios(ours, bare)),
			aim: '',
		});
	}
	return results;
};
