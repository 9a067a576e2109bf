/** CHANGELOG.md as Keep a Changelog lays it out. */

const UNRELEASED = '## [Unreleased]';

/** What a version's section says, without its heading. @throws Error when there is none, or it is empty */
export function sectionOf(changelog: string, version: string): string {
	const sections = changelog.split(/^(?=## )/m);
	const section = sections.find((text) => text.startsWith(`## [${version}]`));
	const body = section?.split('\n').slice(1).join('\n').trim() ?? '';
	if (body === '') throw new Error(`CHANGELOG.md says nothing of ${version}.`);
	return body;
}

/** The changelog with what is unreleased as the section of a version. `date` is YYYY-MM-DD. */
export function released(changelog: string, version: string, date: string): string {
	sectionOf(changelog, 'Unreleased');
	if (changelog.includes(`## [${version}]`)) {
		throw new Error(`CHANGELOG.md has a section for ${version} already.`);
	}
	return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`);
}
