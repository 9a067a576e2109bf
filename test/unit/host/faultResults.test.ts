/** What `npm run test:faults` says of its runs, and when it fails. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
	append,
	isKept,
	readRuns,
	summary,
	type Count,
	type Run,
} from '../../../scripts/faults/results.ts';

const acknowledged: Count = {
	destination: 'Azure Table',
	handledWhen: 'Finishes',
	acknowledged: true,
	sent: 30,
	handedOver: 45,
	atSink: 30,
	again: 11,
	doubled: undefined,
	marked: 30,
	pending: 0,
	lost: 0,
	lostAfterRetry: undefined,
};
const handedOver: Count = {
	...acknowledged,
	handledWhen: 'Handed Over',
	acknowledged: false,
	handedOver: undefined,
	marked: undefined,
	pending: undefined,
	lost: 7,
	lostAfterRetry: 1,
};
const run = (...counts: Count[]): Run => ({
	n8n: 'regular',
	seed: 1,
	kills: { n8n: 3 },
	faults: { 'disk full': 2 },
	counts,
});

describe('isKept', () => {
	it('holds when nothing is lost that was to be acknowledged', () => {
		expect(isKept(run(acknowledged, handedOver))).toBe(true);
	});

	it.each([{ lost: 1 }, { pending: 1 }, { doubled: 1 }])('does not hold with %j', (changes) => {
		expect(isKept(run(handedOver, { ...acknowledged, ...changes }))).toBe(false);
	});
});

describe('summary', () => {
	it('adds up runs, and leaves empty what was not counted in one of them', () => {
		const other = run({ ...handedOver, lost: 5, lostAfterRetry: undefined });
		const text = summary([run(acknowledged, handedOver), other]);
		const cells = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
		const rowOf = (name: string) => cells.find((row) => row[3]?.includes(name));
		expect(rowOf('Finishes')?.slice(4, 13)).toEqual([
			'30',
			'45',
			'30',
			'11',
			'',
			'30',
			'0',
			'0',
			'',
		]);
		expect(rowOf('Handed Over')?.slice(4, 13)).toEqual([
			'60',
			'',
			'60',
			'22',
			'',
			'',
			'',
			'12',
			'',
		]);
		expect(text).toContain('6 kills: n8n 6');
		expect(text).toContain('4 faults: disk full 4');
	});

	it('keeps runs in a file that they are added to', async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
		try {
			const file = path.join(folder, 'results.jsonl');
			await append(file, run(acknowledged));
			await append(file, run(handedOver));
			const runs = await readRuns(file);
			expect(runs.map(({ counts }) => counts[0]?.handledWhen)).toEqual(['Finishes', 'Handed Over']);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
