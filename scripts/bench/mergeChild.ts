/** What memory it takes: `mergeChild.ts PACKAGE COUNT parsed|merged`; prints a {@link MergeReport}. */
import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Domain from '../../nodes/lead/index.ts';
import { journeyLeads } from './journeys.ts';
import { peakMemory } from './peakMemory.ts';

export interface MergeReport {
	/** The most memory this process ever had, in bytes. */
	peakMemory: number;
	/** So that nothing can be left out. */
	characters: number;
}

const [folder = '', count = '', side = ''] = process.argv.slice(2);
const load = createRequire(path.join(folder, 'package.json'));
const { followUpComposer, mergeLeads, parseLead } = load(
	'./dist/nodes/lead/index.js',
) as typeof Domain;

const leads = journeyLeads(Number(count), parseLead);
let characters = 0;
if (side === 'merged') {
	const compose = followUpComposer({ sender: 'Kim Sample, Contoso' });
	const followUps = mergeLeads(leads, 'customer').map(({ customer }) => compose(customer));
	for (const { text } of followUps) characters += text.length;
} else {
	for (const { id } of leads) characters += id.length;
}
const report: MergeReport = {
	peakMemory: peakMemory(),
	characters,
};
process.stdout.write(JSON.stringify(report));
