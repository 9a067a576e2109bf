/** Looks for links in Markdown that lead nowhere. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

/** A link of a page, as it is written. */
export interface Link {
	/** The file it is in, from the root. */
	from: string;
	target: string;
	/** The file it leads to, from the root; the page itself for an anchor alone. */
	file: string;
	anchor: string | undefined;
}

/** Not written by a person, or not ours. */
const IGNORED = /^(?:node_modules|dist|coverage|test)\//;

export function markdownFiles(root: string): string[] {
	const patterns = ['*.md', '.github/**/*.md', 'docs/**/*.md'];
	return patterns
		.flatMap((pattern) => globSync(pattern, { cwd: root }))
		.map((file) => file.split(path.sep).join('/'))
		.filter((file) => !IGNORED.test(file))
		.sort();
}

/** Links of a page to files and anchors; addresses of elsewhere are left out. */
export function linksOf(from: string, markdown: string): Link[] {
	return targetsOf(markdown)
		.filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
		.map((target) => {
			const [name = '', anchor] = target.split('#');
			const file = name === '' ? from : path.posix.join(path.posix.dirname(from), name);
			return { from, target, file: decodeURIComponent(file), anchor };
		});
}

/** What a page's links and pictures point to, as it is written. */
export function targetsOf(markdown: string): string[] {
	const targets: string[] = [];
	const collect = (tokens: ReturnType<InstanceType<typeof MarkdownIt>['parse']>): void => {
		for (const token of tokens) {
			const target = token.attrGet('href') ?? token.attrGet('src');
			if (target !== null) targets.push(String(target));
			if (/^html_/.test(token.type)) targets.push(...targetsOfHtml(token.content));
			if (token.children) collect(token.children);
		}
	};
	collect(new MarkdownIt({ html: true }).parse(markdown, {}));
	return targets;
}

function targetsOfHtml(html: string): string[] {
	const attributes = html.matchAll(/\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi);
	return [...attributes].map(([, ...values]) => values.find((value) => value !== undefined) ?? '');
}

/** The anchors that GitHub gives a page's headings. */
export function anchorsOf(markdown: string): Set<string> {
	const slugger = new GithubSlugger();
	const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
	const anchors = new Set<string>();
	tokens.forEach((token, at) => {
		if (token.type !== 'heading_open') return;
		const text = (tokens[at + 1]?.children ?? [])
			.filter((child) => child.type === 'text' || child.type === 'code_inline')
			.map((child) => child.content)
			.join('');
		anchors.add(slugger.slug(text));
	});
	return anchors;
}

/** Why a link leads nowhere, or nothing. */
export function whyDead(root: string, { from, target, file, anchor }: Link): string | undefined {
	const place = path.join(root, file);
	if (!existsSync(place)) return `${from}: ${target} is not there`;
	if (anchor === undefined || !file.endsWith('.md')) return undefined;
	if (anchorsOf(readFileSync(place, 'utf8')).has(anchor)) return undefined;
	return `${from}: ${target} names no heading`;
}
