import path from 'node:path';

import type * as Domain from '../../nodes/lead/index.ts';
import type { Lead } from '../../nodes/lead/types.ts';
import { PROJECT_ROOT, serverNode } from '../host/paths.ts';
import { run } from '../host/run.ts';
import { journeyLeads } from './journeys.ts';
import type { MergeReport } from './mergeChild.ts';
import type { Part, Result } from './part.ts';
import { count, interleave, ratios, spread, threeDigits } from './statistics.ts';

/** The most leads that one run is made for. */
const LEADS = 100_000;
/** Held against it: were merging more than linear, the rate would be higher for few. */
const FEW_LEADS = 10_000;
const CUSTOMERS = 2_000;
const ROUNDS = 5;
const BYTES_PER_MB = 1024 ** 2;

/** Merging leads into customers and composing follow-ups. */
export const followUp: Part = async ({ built, progress }) => {
	const { followUpComposer, mergeLeads, parseLead } =
		built.load<typeof Domain>('nodes/lead/index.js');
	const results: Result[] = [];
	progress(`parsing ${count(LEADS)} leads`);
	const leads = journeyLeads(LEADS, parseLead);
	const few = leads.slice(0, FEW_LEADS);

	progress('merging');
	const merging = {
		all: () => rate(LEADS, () => mergeLeads(leads, 'customer').length),
		few: () => rate(FEW_LEADS, () => mergeLeads(few, 'customer').length),
		grouped: () => rate(LEADS, () => groupedByEmail(leads).size),
	};
	await interleave(1, merging);
	const merged = await interleave(ROUNDS, merging);
	results.push(
		{
			measure: `Merging ${count(LEADS)} leads`,
			ours: `${spread(merged.all, threeDigits)} leads/s`,
			other: `${count(FEW_LEADS)} leads: ${spread(merged.few, threeDigits)} leads/s`,
			ratio: spread(ratios(merged.all, merged.few)),
			aim: 'linear: about 1',
		},
		{
			measure: `Merging ${count(LEADS)} leads`,
			ours: `${spread(merged.all, threeDigits)} leads/s`,
			other: `a \`Map\` of lists by email ${spread(merged.grouped, threeDigits)} leads/s`,
			ratio: spread(ratios(merged.all, merged.grouped)),
			aim: '',
		},
	);

	progress('composing');
	const customers = mergeLeads(leads, 'customer')
		.slice(0, CUSTOMERS)
		.map(({ customer }) => customer);
	const compose = followUpComposer({ sender: 'Kim Sample, Contoso' });
	const texts = few.slice(0, CUSTOMERS).map((lead) => JSON.stringify(lead));
	const composing = {
		composed: () =>
			rate(CUSTOMERS, () => total(customers.map((each) => compose(each).text.length))),
		parsed: () =>
			rate(CUSTOMERS, () => total(texts.map((text) => parseLead(JSON.parse(text)).id.length))),
	};
	await interleave(2, composing);
	const composed = await interleave(ROUNDS, composing);
	results.push({
		measure: 'Composing follow-ups',
		ours: `${spread(composed.composed, threeDigits)}/s`,
		other: `reading as many leads again ${spread(composed.parsed, threeDigits)}/s`,
		ratio: spread(ratios(composed.composed, composed.parsed)),
		aim: '',
	});

	progress('memory');
	const memoryOf = async (side: 'merged' | 'parsed') => {
		const script = path.join(import.meta.dirname, 'mergeChild.ts');
		const printed = await run(serverNode(), [script, built.folder, String(LEADS), side], {
			cwd: PROJECT_ROOT,
			name: 'The process that merges leads',
		});
		return (JSON.parse(printed) as MergeReport).peakMemory / BYTES_PER_MB;
	};
	const [parsed, all] = [await memoryOf('parsed'), await memoryOf('merged')];
	results.push({
		measure: `Peak memory, merging and composing ${count(LEADS)} leads`,
		ours: `${Math.round(all)} MB`,
		other: `the leads alone ${Math.round(parsed)} MB`,
		ratio: (all / parsed).toFixed(2),
		aim: '',
	});
	return results;
};

/** The least that de-duplicating does. */
function groupedByEmail(leads: readonly Lead[]): Map<string, Lead[]> {
	const groups = new Map<string, Lead[]>();
	for (const lead of leads) {
		const { email } = lead.customer;
		const group = groups.get(email);
		if (group) group.push(lead);
		else groups.set(email, [lead]);
	}
	return groups;
}

/** Entries a second; what `use` gives has to be something, or V8 might leave the work out. */
function rate(entries: number, use: () => number): number {
	const started = performance.now();
	if (use() === 0) throw new Error('Nothing was done.');
	return entries / ((performance.now() - started) / 1_000);
}

function total(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0);
}
