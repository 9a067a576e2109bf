import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, platform, totalmem } from 'node:os';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { N8N_VERSION } from '../host/cache.ts';
import { PROJECT_ROOT } from '../host/paths.ts';
import { betweenMarks } from './page.ts';
import type { Result } from './part.ts';

const PAGE = path.join(PROJECT_ROOT, 'docs', 'performance.md');
const BYTES_PER_GB = 1024 ** 3;

/** The table as Markdown, its columns aligned. */
export async function printed(results: readonly Result[]): Promise<string> {
	return await format(table(results), { parser: 'markdown' });
}

/** Puts the results and the machine they were measured on into the page; gives its path. */
export async function writeReport(results: readonly Result[]): Promise<string> {
	const page = await readFile(PAGE, 'utf8');
	const text = betweenMarks(page, `${machine()}\n\n${table(results)}`);
	const style = await resolveConfig(PAGE);
	await writeFile(PAGE, await format(text, { ...style, parser: 'markdown' }));
	return path.relative(PROJECT_ROOT, PAGE);
}

function machine(): string {
	const cores = availableParallelism();
	const memory = Math.round(totalmem() / BYTES_PER_GB);
	const [cpu] = cpus();
	return [
		`Measured on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node}`,
		`and n8n ${N8N_VERSION}, on ${cores} cores (${cpu?.model.trim() || process.arch}), ${memory} GB,`,
		`${platform()}.`,
	].join(' ');
}

function table(results: readonly Result[]): string {
	const rows = results.map(({ measure, ours, other, ratio, aim }) => [
		measure,
		ours,
		other,
		ratio,
		aim,
	]);
	const head = ['Measure', 'This package', 'Compared with', 'Ratio', 'Aim'];
	return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
