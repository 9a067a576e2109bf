/** What runs have counted: one line of JSON a run, and their sum as tables. */
import { appendFile, readFile } from 'node:fs/promises';

import CliTable from 'cli-table3';

/** What became of the leads of one workflow. */
export interface Count {
	destination: string;
	handledWhen: string;
	acknowledged: boolean;
	sent: number;
	/** Hand-overs: by the destination's own count, or by what the sink was told. */
	handedOver: number | undefined;
	/** Different ids that the sink took. */
	atSink: number;
	/** Taken by the sink once more, for each time. */
	again: number;
	/** Behind Remove Repeats: leads of which the sink has two. */
	doubled: number | undefined;
	marked: number | undefined;
	pending: number | undefined;
	/** Sent, and neither they nor a repeat of them at the sink. */
	lost: number;
	lostAfterRetry: number | undefined;
	/** Of posted leads: got no 200, so that their sender knows. */
	refused?: number;
	/** Of posted leads: got a 200 from an n8n that was only starting. */
	notTaken?: number;
}

export interface Run {
	n8n: 'queue' | 'regular';
	seed: number;
	kills: Record<string, number>;
	faults: Record<string, number>;
	counts: Count[];
}

export async function append(file: string, run: Run): Promise<void> {
	await appendFile(file, `${JSON.stringify(run)}\n`);
}

export async function readRuns(file: string): Promise<Run[]> {
	const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
	return lines.map((line) => JSON.parse(line) as Run);
}

/** Whether acknowledged delivery kept what it promises. */
export function isKept({ counts }: Run): boolean {
	return counts
		.filter(({ acknowledged }) => acknowledged)
		.every(({ lost, pending, doubled = 0 }) => lost === 0 && pending === 0 && doubled === 0);
}

const COLUMNS = [
	'sent',
	'handedOver',
	'atSink',
	'again',
	'doubled',
	'marked',
	'pending',
	'lost',
	'lostAfterRetry',
	'refused',
	'notTaken',
] as const;

/** Tables of what all runs counted together. */
export function summary(runs: readonly Run[]): string {
	const rows = new Map<string, Count>();
	for (const { n8n, counts } of runs) {
		for (const count of counts) {
			const key = [n8n, count.destination, count.handledWhen].join('\n');
			const sum = rows.get(key);
			rows.set(key, sum ? added(sum, count) : count);
		}
	}
	const leads = new CliTable({
		head: ['n8n', 'destination', 'handled when', ...COLUMNS],
		// Colours would be in the way in a log.
		style: { head: [], border: [] },
	});
	for (const [key, count] of rows) {
		leads.push([...key.split('\n'), ...COLUMNS.map((column) => String(count[column] ?? ''))]);
	}
	const list = (of: 'faults' | 'kills') => {
		const sums = new Map<string, number>();
		for (const run of runs) {
			for (const [name, times] of Object.entries(run[of])) {
				sums.set(name, (sums.get(name) ?? 0) + times);
			}
		}
		const total = [...sums.values()].reduce((sum, times) => sum + times, 0);
		const each = [...sums].map(([name, times]) => `${name} ${times}`).join(', ');
		return `${total} ${of}${each === '' ? '' : `: ${each}`}`;
	};
	return `${leads.toString()}\n${list('kills')}\n${list('faults')}`;
}

function added(sum: Count, count: Count): Count {
	const total = { ...sum };
	for (const column of COLUMNS) {
		const [one, other] = [sum[column], count[column]];
		// Not counted in one of them is not counted in both.
		Object.assign(total, {
			[column]: one === undefined || other === undefined ? undefined : one + other,
		});
	}
	return total;
}
