/** CHANGELOG.md as Keep a Changelog lays it out. */
import MarkdownIt from 'markdown-it';
import semver from 'semver';

const UNRELEASED = 'Unreleased';

interface Section {
	/** As in `## [1.2.3] - 2026-01-31`: 1.2.3. */
	version: string;
	/** Without the heading. */
	body: string;
	/** Of the heading, counted from 0. */
	line: number;
}

/** What a version's section says, without its heading. @throws Error when there is none, or it is empty */
export function sectionOf(changelog: string, version: string): string {
	const { body = '' } = sectionsOf(changelog).find((one) => one.version === version) ?? {};
	if (!saysSomething(body)) throw new Error(`CHANGELOG.md says nothing of ${version}.`);
	return body;
}

/** The changelog with what is unreleased as the section of a version. `date` is YYYY-MM-DD. */
export function released(changelog: string, version: string, date: string): string {
	sectionOf(changelog, UNRELEASED);
	const sections = sectionsOf(changelog);
	if (sections.some((one) => one.version === version)) {
		throw new Error(`CHANGELOG.md has a section for ${version} already.`);
	}
	const lines = changelog.split('\n');
	const [end = ''] = /\r?$/.exec(lines[0] ?? '') ?? [];
	const { line = 0 } = sections.find((one) => one.version === UNRELEASED) ?? {};
	lines.splice(line + 1, 0, end, `## [${version}] - ${date}${end}`);
	return lines.join('\n');
}

/**
 * Why a version can't be the next one, or nothing. npm takes no version twice, and gives the newest to
 * everybody: an older one after it would be what they get.
 *
 * @param tags git's, of which those of versions begin with a v
 */
export function whyNotNext(
	version: string,
	changelog: string,
	tags: readonly string[],
): string | undefined {
	if (semver.valid(version) !== version) {
		return `"${version}" is no version. Say which: npm run release -- 1.2.3`;
	}
	const known = [...sectionsOf(changelog).map((one) => one.version), ...tags]
		.map((name) => semver.valid(name))
		.filter((name) => name !== null);
	const [newest] = semver.rsort(known);
	return newest === undefined || semver.gt(version, newest)
		? undefined
		: `${version} does not come after ${newest}, which was released already.`;
}

function sectionsOf(changelog: string): Section[] {
	const lines = changelog.split(/\r?\n/);
	// By a parser: in a block of code, what looks like a heading is none.
	const headings = new MarkdownIt()
		.parse(changelog, {})
		.filter(({ type, tag, level }) => type === 'heading_open' && tag === 'h2' && level === 0)
		.map(({ map }) => map?.[0] ?? 0);
	return headings.map((line, at) => ({
		version: /^## \[([^\]]+)\]/.exec(lines[line] ?? '')?.[1] ?? '',
		body: lines
			.slice(line + 1, headings[at + 1])
			.join('\n')
			.trim(),
		line,
	}));
}

/** Whether there is more than headings, comments and the addresses of links. */
function saysSomething(body: string): boolean {
	return new MarkdownIt()
		.parse(body.replace(/<!--[^]*?-->/g, ''), {})
		.some(
			({ type, level }, at, all) => type === 'inline' && (level > 1 || all[at - 1]?.tag === 'p'),
		);
}
