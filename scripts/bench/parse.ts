import type * as Domain from '../../nodes/lead/index.ts';
import { httpsLead, tableRow } from './leads.ts';
import type { Part, Result } from './part.ts';
import { interleave, ratios, spread } from './statistics.ts';

/** Different leads a round. */
const LEADS = 2_000;
const ROUNDS = 25;
/** Before the rounds that count: V8 compiles what runs often while it runs. */
const WARM_UP_ROUNDS = 10;

const KINDS: Record<string, { destination: 'azureTable' | 'https'; lead(index: number): object }> =
	{
		'HTTPS payload with phone': { destination: 'https', lead: httpsLead },
		'HTTPS payload without phone': {
			destination: 'https',
			lead: (index) => {
				const { UserDetails, ...lead } = httpsLead(index);
				return { UserDetails: { ...UserDetails, Phone: '' }, ...lead };
			},
		},
		'Azure table row with phone': { destination: 'azureTable', lead: tableRow },
		'Azure table row without phone': {
			destination: 'azureTable',
			lead: (index) => {
				const customer = { ...httpsLead(index).UserDetails, Phone: '' };
				return { ...tableRow(index), CustomerInfo: JSON.stringify(customer) };
			},
		},
	};

/** How fast a record becomes a lead, against how fast its text becomes a record. */
export const parse: Part = async ({ built, progress }) => {
	const { parseLead } = built.load<typeof Domain>('nodes/lead/index.js');
	const results: Result[] = [];
	for (const [kind, { destination, lead }] of Object.entries(KINDS)) {
		progress(kind);
		const texts = Array.from({ length: LEADS }, (_, index) => JSON.stringify(lead(index)));
		const records = texts.map((text) => JSON.parse(text) as object);
		const context = { destination, receivedAt: new Date().toISOString() };
		const sides = {
			ours: () => microseconds(records, (record) => parseLead(record, context).id.length),
			json: () => microseconds(texts, (text) => Object.keys(JSON.parse(text) as object).length),
		};
		await interleave(WARM_UP_ROUNDS, sides);
		const { ours, json } = await interleave(ROUNDS, sides);
		results.push({
			measure: `\`parseLead\`, ${kind}`,
			ours: `${spread(ours, (value) => value.toFixed(1))} µs`,
			other: `\`JSON.parse\` ${spread(json)} µs`,
			ratio: `rate ${spread(ratios(json, ours))}`,
			aim: '',
		});
	}
	return results;
};

/** Microseconds an entry; what `use` gives is summed up, or V8 might leave the work out. */
function microseconds<T>(entries: readonly T[], use: (entry: T) => number): number {
	let sum = 0;
	const started = performance.now();
	for (const entry of entries) sum += use(entry);
	const elapsed = performance.now() - started;
	if (sum === 0) throw new Error('Nothing was parsed.');
	return (elapsed * 1_000) / entries.length;
}
