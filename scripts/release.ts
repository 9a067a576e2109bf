/**
 * `npm run release -- 1.2.3` makes the commit and the tag of a release; pushing the tag publishes it.
 * `npm run release -- --check v1.2.3 https://github.com/OWNER/NAME` is asked by the workflow that does:
 * whether version, changelog and repository are those of the tag. It writes release-notes.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { npm } from './host/npm.ts';
import { PROJECT_ROOT } from './host/paths.ts';
import { run } from './host/run.ts';
import { command } from './host/terminal.ts';
import { placeholderIn } from './publishing/addresses.ts';
import { released, sectionOf, whyNotNext } from './publishing/changelog.ts';
import { fixtureVersions, writeReleaseFixture } from './publishing/fixtures.ts';
import { filesWithAddresses, readManifest, withCurrentAddresses } from './publishing/sources.ts';

const CHANGELOG = path.join(PROJECT_ROOT, 'CHANGELOG.md');

await command(async () => {
	const [first = '', ...rest] = process.argv.slice(2);
	if (first === '--check') check(rest[0] ?? '', rest[1] ?? '');
	else await release(first);
	return 0;
});

async function release(version: string): Promise<void> {
	const git = async (...args: string[]) =>
		await run('git', args, { cwd: PROJECT_ROOT, name: `git ${args[0] ?? ''}` });
	if ((await git('status', '--porcelain')).trim() !== '') {
		throw new Error('There are changes that are not committed. A release is what is committed.');
	}
	const before = readFileSync(CHANGELOG, 'utf8');
	// Before anything is written: what is half done would have to be taken back by hand.
	const why = whyNotNext(version, before, (await git('tag', '--list')).split('\n'));
	if (why !== undefined) throw new Error(why);
	requirePublic();
	const today = new Date().toISOString().slice(0, 10);
	const changelog = released(before, version, today);
	// The first release is of the version that stands there already.
	const flags = ['--no-git-tag-version', '--allow-same-version'];
	await npm(['version', version, ...flags], { cwd: PROJECT_ROOT });
	writeFileSync(CHANGELOG, changelog);
	for (const file of filesWithAddresses()) writeFileSync(file, withCurrentAddresses(file));
	await writeReleaseFixture();
	await git('add', '--all');
	await git('commit', '--quiet', '--message', `chore: release ${version}`);
	await git('tag', '--annotate', '--message', `Release ${version}`, `v${version}`);
	process.stdout.write(
		`v${version} is made. To publish it: git push --atomic origin HEAD v${version}\n`,
	);
}

function check(tag: string, repository: string): void {
	const manifest = readManifest();
	if (tag !== `v${manifest.version}`) {
		throw new Error(`The tag is ${tag}, and package.json says ${manifest.version}.`);
	}
	requirePublic();
	if (manifest.repository.url !== `git+${repository}.git`) {
		throw new Error(
			`"repository" in package.json is ${manifest.repository.url}, and this one is ${repository}: npm would not take the statement of provenance.`,
		);
	}
	if (!fixtureVersions().includes(manifest.version)) {
		throw new Error(
			`There is no test/fixtures/${manifest.version}: no later version could be tried with what this one leaves in n8n. Run npm run fixtures and commit it.`,
		);
	}
	const notes = sectionOf(readFileSync(CHANGELOG, 'utf8'), manifest.version);
	writeFileSync(path.join(PROJECT_ROOT, 'release-notes.md'), `${notes}\n`);
}

function requirePublic(): void {
	const missing = placeholderIn(readManifest());
	if (missing !== undefined) throw new Error(missing);
}
