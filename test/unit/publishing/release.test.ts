import { placeholderIn } from '../../../scripts/publishing/addresses.ts';
import { packagesOf, withAdvisories } from '../../../scripts/publishing/advisories.ts';
import { released, sectionOf, whyNotNext } from '../../../scripts/publishing/changelog.ts';
import { judge } from '../../../scripts/publishing/findings.ts';

const CHANGELOG = `# Changelog

## [Unreleased]

### Fixed

- One.

## [0.1.0] - 2026-01-01

- First.
`;

describe('the changelog', () => {
	it('turns what is unreleased into the section of a version', () => {
		const text = released(CHANGELOG, '0.2.0', '2026-02-03');
		expect(sectionOf(text, '0.2.0')).toBe('### Fixed\n\n- One.');
		expect(sectionOf(text, '0.1.0')).toBe('- First.');
		expect(text).toContain('## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n');
	});

	it('lets no release out that says nothing, or that is there already', () => {
		expect(() => released(CHANGELOG, '0.1.0', '2026-02-03')).toThrow('already');
		const again = released(CHANGELOG, '0.2.0', '2026-02-03');
		expect(() => released(again, '0.3.0', '2026-02-03')).toThrow('says nothing of Unreleased');
		expect(() => sectionOf(CHANGELOG, '0.10.0')).toThrow('says nothing of 0.10.0');
	});

	it.each([
		['headings', '### Added\n\n### Fixed\n'],
		['a comment', '<!-- Nothing yet. -->\n'],
		['addresses of links', '[Unreleased]: https://github.com/a/b/compare\n'],
	])('says nothing by %s alone', (_, body) => {
		const empty = `# Changelog\n\n## [Unreleased]\n\n${body}\n## [0.1.0]\n\n- First.\n`;
		expect(() => released(empty, '0.2.0', '2026-02-03')).toThrow('says nothing of Unreleased');
	});

	it('takes no heading out of a text or a block of code for one of its own', () => {
		const code = '```\n## [9.9.9]\n```';
		const text = `# Changelog\n\nWrite below \`## [Unreleased]\`.\n\n## [Unreleased]\n\n- One.\n\n${code}\n\n- Two.\n`;
		const next = released(text, '0.2.0', '2026-02-03');
		expect(next).toContain('.\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n- One.');
		expect(sectionOf(next, '0.2.0')).toBe(`- One.\n\n${code}\n\n- Two.`);
	});

	it('keeps the line ends that it has', () => {
		const text = released(CHANGELOG.replaceAll('\n', '\r\n'), '0.2.0', '2026-02-03');
		expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
		expect(text.replaceAll('\r\n', '\n')).toBe(released(CHANGELOG, '0.2.0', '2026-02-03'));
	});
});

describe('the next version', () => {
	const tags = ['v0.1.0', 'v0.2.0-rc.1', 'a-note', ''];

	it.each(['0.2.0-rc.2', '0.2.0', '1.0.0', '0.10.0-beta-2.x'])('can be %s', (version) => {
		expect(whyNotNext(version, CHANGELOG, tags)).toBeUndefined();
	});

	it('can be any where none was released', () => {
		const nothing = '# Changelog\n\n## [Unreleased]\n\n- One.\n';
		expect(whyNotNext('0.1.0-rc.1', nothing, [''])).toBeUndefined();
	});

	it.each([
		'',
		'v1.2.3',
		'1.2',
		'01.2.3',
		'1.2.3-',
		'1.2.3-a..b',
		'1.2.3-a_b',
		'1.2.3+4',
		' 1.2.3',
	])('is not "%s", which npm would not take or would write otherwise', (version) => {
		expect(whyNotNext(version, CHANGELOG, tags)).toContain('is no version');
	});

	it.each(['0.0.9', '0.1.0', '0.1.1', '0.2.0-rc.1'])(
		'is not %s, by what was released',
		(version) => {
			expect(whyNotNext(version, CHANGELOG, tags)).toContain('does not come after 0.2.0-rc.1');
		},
	);

	it('is none that the changelog has, where git has no tags', () => {
		expect(whyNotNext('0.1.0', CHANGELOG, [])).toContain('does not come after 0.1.0');
	});
});

it('nothing is released with an address of ours that nobody can reach', () => {
	const manifest = {
		name: 'n8n-nodes-marketplace-leads',
		version: '1.0.0',
		repository: { type: 'git', url: 'git+https://github.com/owner/name.git' },
		author: { name: 'Maintainers', email: 'maintainers@vendor.com' },
		n8n: { credentials: [], nodes: [] },
	};
	expect(placeholderIn(manifest)).toBeUndefined();
	const repository = { type: 'git', url: 'git+https://git.example/owner/name.git' };
	expect(placeholderIn({ ...manifest, repository })).toContain('"repository"');
	const ours = { type: 'git', url: 'git+https://github.com/OWNER/NAME.git' };
	expect(placeholderIn({ ...manifest, repository: ours })).toContain('"repository"');
	const emails = ['', 'nobody', 'a@b.example', 'a@example.com', 'a@mail.example.org', 'a@b.test'];
	const authors = emails.map((email) => ({ name: 'A', email }));
	for (const author of [undefined, { name: 'A' }, ...authors]) {
		expect(placeholderIn({ ...manifest, author })).toContain('"author"');
	}
	for (const email of ['a@examples.com', 'a@testing.org', 'me@my-example.com']) {
		expect(placeholderIn({ ...manifest, author: { name: 'A', email } })).toBeUndefined();
	}
});

describe('findings of the scanner', () => {
	const known = [{ rule: 'a', files: /^dist\//, messages: /fs/, why: 'It is so.' }];

	it('are let through as far as they are known', () => {
		const finding = { rule: 'a', file: 'dist/x.js', message: 'fs is used' };
		expect(judge([finding], known)).toEqual({ unknown: [], stale: [] });
		for (const change of [{ rule: 'b' }, { file: 'nodes/x.js' }, { message: 'vm is used' }]) {
			const other = { ...finding, ...change };
			expect(judge([finding, other], known)).toEqual({ unknown: [other], stale: [] });
		}
	});

	it('are taken off the list once they are gone', () => {
		expect(judge([], known)).toEqual({ unknown: [], stale: known });
	});
});

describe('advisories', () => {
	const component = (name: string, version: string, group?: string) => ({
		'bom-ref': `${name}@${version}`,
		name,
		version,
		...(group && { group }),
	});
	const bill = {
		metadata: {},
		components: [
			component('axios', '1.2.3'),
			component('core', '2.0.0', '@azure'),
			component('core', '2.0.0', '@azure'),
			component('core', '3.0.0', '@azure'),
		],
	};
	const advisory = (range: string, severity: string) => ({
		id: 7,
		url: 'https://github.com/advisories/7',
		title: 'Bad',
		severity,
		vulnerable_versions: range,
	});

	it('are asked for every version that is bundled', () => {
		expect(packagesOf(bill)).toEqual({ axios: ['1.2.3'], '@azure/core': ['2.0.0', '3.0.0'] });
	});

	it('are noted for the versions that they are about', () => {
		const { vulnerabilities, metadata } = withAdvisories(
			bill,
			{ axios: [advisory('<1.0.0', 'high')], '@azure/core': [advisory('>=3', 'moderate')] },
			'2026-02-03T04:05:06.000Z',
		);
		expect(vulnerabilities).toEqual([
			expect.objectContaining({
				ratings: [{ severity: 'medium' }],
				affects: [{ ref: 'core@3.0.0' }],
			}),
		]);
		expect(metadata.properties).toEqual([
			expect.objectContaining({ value: '2026-02-03T04:05:06.000Z' }),
		]);
	});
});
