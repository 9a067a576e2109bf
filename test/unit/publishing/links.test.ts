/** Links of the documentation: in the repository, in the package, and from the editor. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PROJECT_ROOT } from '../../../scripts/host/paths.ts';
import {
	addressesOf,
	ourPages,
	withAbsoluteLinks,
	withAddresses,
	withManifestAddresses,
	withShippedLinks,
} from '../../../scripts/publishing/addresses.ts';
import {
	anchorsOf,
	linksOf,
	markdownFiles,
	targetsOf,
	whyDead,
} from '../../../scripts/publishing/links.ts';
import { packedFiles, shippedIn } from '../../../scripts/publishing/pack.ts';
import {
	filesWithAddresses,
	readManifest,
	withCurrentAddresses,
} from '../../../scripts/publishing/sources.ts';

const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
const manifest = readManifest();
const PAGES = markdownFiles(PROJECT_ROOT);
/** They link to tests and scripts. */
const FOR_DEVELOPERS = new Set([
	'CONTRIBUTING.md',
	'docs/architecture.md',
	'docs/live-tests.md',
	'docs/performance.md',
	'docs/vendor-facts.md',
]);
/** What somebody who opens a node's or a credential's documentation wants to read. */
const PAGE_OF = {
	LeadSource: ['docs/lead-source.md'],
	MarketplaceLead: ['docs/marketplace-lead.md'],
	MarketplaceLeadPollTrigger: ['docs/poll-trigger.md'],
	MarketplaceLeadTrigger: ['docs/destinations/https-endpoint.md'],
	MarketplaceLeadAzureTableApi: ['docs/destinations/azure-table.md'],
	MarketplaceLeadDynamics365Api: ['docs/destinations/dynamics-365.md'],
	MarketplaceLeadDynamics365OAuth2Api: ['docs/destinations/dynamics-365.md'],
	MarketplaceLeadHttpsApi: ['docs/destinations/https.md'],
	MarketplaceLeadMarketoApi: ['docs/destinations/marketo.md'],
	MarketplaceLeadSalesforceApi: ['docs/destinations/salesforce.md'],
	MarketplaceLeadSalesforceOAuth2Api: ['docs/destinations/salesforce.md'],
	MarketplaceLeadTriggerApi: ['docs/destinations/https-endpoint.md'],
};
const pageOf = (target: string) => target.split('#')[0];
const published = (url: string) =>
	addressesOf({ ...manifest, version: '1.2.3', repository: { type: 'git', url } });

/** Whatever package.json says by now. */
const WITHOUT_REPOSITORY = published('git+https://git.example/a/b.git');

describe('the check', () => {
	it('finds a file that is missing and a heading that is none, and nothing else', () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'links-'));
		try {
			const text =
				'# Top\n\n## `Code`, and more\n\n[a](#code-and-more) [b](#top-1) [c](b.md)\n\n![d](x.png) <https://example.com>\n\n<p><a href="c.md">e</a> <img alt="f" src=\'y.png\'></p>\n\nIn a line <a href=d.md>g</a>, `<a href="no.md">` and [h][i].\n\n[i]: e.md "Title"\n';
			writeFileSync(path.join(folder, 'a.md'), text);
			const dead = linksOf('a.md', text).map((link) => whyDead(folder, link));
			expect(dead).toEqual([
				undefined,
				'a.md: #top-1 names no heading',
				'a.md: b.md is not there',
				'a.md: x.png is not there',
				'a.md: c.md is not there',
				'a.md: y.png is not there',
				'a.md: d.md is not there',
				'a.md: e.md is not there',
			]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('gives headings of one text different anchors, as GitHub does', () => {
		expect([...anchorsOf('# A\n\n## B\n\n## B\n')]).toEqual(['a', 'b', 'b-1']);
	});
});

it.each(PAGES)('no link of %s is dead', (page) => {
	const dead = linksOf(page, read(page)).map((link) => whyDead(PROJECT_ROOT, link));
	expect(dead.filter(Boolean)).toEqual([]);
});

it('names no test that is not there', () => {
	const named = [...read('SECURITY.md').matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file!);
	expect(named.length).toBeGreaterThan(10);
	expect(named.filter((file) => !existsSync(path.join(PROJECT_ROOT, file)))).toEqual([]);
});

it('leaves no page of the package with a link to what does not ship', async () => {
	const shipped = await packedFiles();
	const isShipped = shippedIn(shipped);
	const pages = PAGES.filter((page) => shipped.includes(page));
	const dead = (page: string, markdown: string) =>
		linksOf(page, markdown).filter(({ file }) => !isShipped(file));
	for (const addresses of [WITHOUT_REPOSITORY, published('git+https://github.com/a/b.git')]) {
		for (const page of pages) {
			expect(dead(page, withShippedLinks(page, read(page), isShipped, addresses))).toEqual([]);
		}
	}
	// What users read leads nowhere else to begin with.
	const forUsers = pages.filter((page) => !FOR_DEVELOPERS.has(page));
	expect(forUsers.flatMap((page) => dead(page, read(page)))).toEqual([]);
	expect(forUsers.length).toBeGreaterThan(10);
	expect(shipped).toContain('docs/images/workflow.png');
});

it('names what does not ship, and links to it where there is a repository', () => {
	const text = 'See [a test](../test/a.ts#x) and [b](b.md).';
	const isShipped = (file: string) => file === 'docs/b.md';
	expect(withShippedLinks('docs/a.md', text, isShipped, WITHOUT_REPOSITORY)).toBe(
		'See a test and [b](b.md).',
	);
	const repository = published('git+https://github.com/a/b.git');
	expect(withShippedLinks('docs/a.md', text, isShipped, repository)).toBe(
		'See [a test](https://github.com/a/b/blob/v1.2.3/test/a.ts#x) and [b](b.md).',
	);
});

it('leaves no relative link in the README of the package', () => {
	for (const addresses of [WITHOUT_REPOSITORY, published('git+https://github.com/a/b.git')]) {
		const targets = targetsOf(withAbsoluteLinks(read('README.md'), addresses));
		expect(targets.filter((target) => !/^(?:https:|#)/.test(target))).toEqual([]);
		// One for one: none was lost on the way.
		expect(targets).toHaveLength(targetsOf(read('README.md')).length);
	}
});

describe('addresses', () => {
	it('are those that follow from "repository"; npm run addresses writes them', () => {
		for (const file of filesWithAddresses()) {
			expect({ file, text: withCurrentAddresses(file) }).toEqual({
				file,
				text: readFileSync(file, 'utf8'),
			});
		}
	});

	it('lead from each node and credential to a page that is there', () => {
		const files = filesWithAddresses().filter((file) =>
			/\.credentials\.ts$|\.node\.json$/.test(file),
		);
		expect(files).toHaveLength(manifest.n8n.nodes.length + manifest.n8n.credentials.length);
		for (const file of files) {
			const pages = ourPages(readFileSync(file, 'utf8'));
			expect({ file, pages: pages.length }).not.toEqual({ file, pages: 0 });
		}
	});

	it('lead to the page of that very node or credential', () => {
		const led = filesWithAddresses()
			.filter((file) => /\.credentials\.ts$|\.node\.json$/.test(file))
			.map((file) => {
				const [, name = ''] = /(\w+)\.(?:credentials\.ts|node\.json)$/.exec(file) ?? [];
				return [name, [...new Set(ourPages(readFileSync(file, 'utf8')).map(pageOf))]];
			});
		expect(Object.fromEntries(led)).toEqual(PAGE_OF);
	});

	it('lead to a page and a heading that are there, wherever they stand', () => {
		const links = filesWithAddresses().flatMap((from) =>
			ourPages(readFileSync(from, 'utf8')).map((target) => {
				const [file = '', anchor] = target.split('#');
				return { from, target, file, anchor };
			}),
		);
		expect(links.length).toBeGreaterThan(
			manifest.n8n.nodes.length + manifest.n8n.credentials.length,
		);
		expect(links.map((link) => whyDead(PROJECT_ROOT, link)).filter(Boolean)).toEqual([]);
	});

	it('become those of a repository once there is one, and of its tag', () => {
		const addresses = published('git+https://github.com/contoso/leads.git');
		const { page, raw, bugs, homepage } = addresses;
		expect([page('docs/a.md'), raw('docs/a.png'), bugs.url, homepage]).toEqual([
			'https://github.com/contoso/leads/blob/v1.2.3/docs/a.md',
			'https://raw.githubusercontent.com/contoso/leads/v1.2.3/docs/a.png',
			'https://github.com/contoso/leads/issues',
			'https://github.com/contoso/leads#readme',
		]);
		const before =
			"documentationUrl = 'https://unpkg.com/n8n-nodes-marketplace-leads@0.1.0/docs/a.md'";
		const after = withAddresses(before, addresses);
		expect(after).toBe(
			"documentationUrl = 'https://github.com/contoso/leads/blob/v1.2.3/docs/a.md'",
		);
		expect(withAddresses(after, published('git+https://git.example/a/b.git'))).toBe(
			before.replace('0.1.0', '1.2.3'),
		);
	});

	it.each([
		'git+https://gitlab.com/a/b.git',
		'git+https://user:token@github.com/a/b.git',
		'git+https://token@github.com/a/b.git',
		'git+http://github.com/a/b.git',
		'git+ssh://git@github.com/a/b.git',
		'git@github.com:a/b.git',
		'git+https://GitHub.com/a/b.git',
		'git+https://github.com/a/b.git#main',
		'git+https://github.com/a/b.git/',
		'git+https://github.com/a/...git',
		'https://github.com/a/b',
		'github:a/b',
		'',
	])('are not made of %s, of which npm can prove nothing', (url) => {
		expect(() => published(url)).toThrow('github.com/OWNER/NAME');
	});

	it('are made of unusual names, too', () => {
		const { page, raw } = published('git+https://github.com/octo_corp/n8n.leads-2.git');
		expect([page('a.md'), raw('b.png')]).toEqual([
			'https://github.com/octo_corp/n8n.leads-2/blob/v1.2.3/a.md',
			'https://raw.githubusercontent.com/octo_corp/n8n.leads-2/v1.2.3/b.png',
		]);
	});

	it('stand in package.json where they stood', () => {
		const text = read('package.json').replace(
			/"url": "git\+[^"]*"/,
			'"url": "git+https://github.com/contoso/leads.git"',
		);
		const changed = JSON.parse(withManifestAddresses(text)) as typeof manifest;
		expect(changed.bugs).toEqual({ url: 'https://github.com/contoso/leads/issues' });
		expect(Object.keys(changed)).toEqual(Object.keys(manifest));
	});
});
