/**
 * Every address of ours, derived from `repository` in package.json: where a page or a picture of this
 * version can be read, where issues go. Changing the repository is changing that one line and running
 * `npm run addresses`.
 */
import path from 'node:path';

/** The part of package.json that addresses come from, and the two that come from it. */
export interface Manifest {
	name: string;
	version: string;
	repository: { type: string; url: string };
	bugs?: { url: string };
	homepage?: string;
	author?: { name: string; email?: string };
	n8n: { credentials: string[]; nodes: string[] };
}

export interface Addresses {
	/** Whether `repository` names a repository that can be there: hosts in `.example` never are. */
	isPublic: boolean;
	homepage: string;
	bugs: { url: string };
	/** The address of a file of the package, by its path from the root, as a page to read. */
	page(file: string): string;
	/** The same of a file as it is, for pictures. */
	raw(file: string): string;
}

/**
 * In full and in no other spelling, as npm compares it with where the package was built. Of an address
 * with a user name or a fragment, that would stand in every link.
 */
const GITHUB = /^git\+https:\/\/github\.com\/([\w-]+\/(?!\.{1,2}\.git$)[\w.-]+)\.git$/;

/**
 * Without a public repository, pages are those of the published package, which unpkg.com serves of any
 * package on npm.
 *
 * @throws Error when `repository` is none of GitHub's and no placeholder
 */
export function addressesOf({ name, version, repository }: Manifest): Addresses {
	const url = URL.parse(repository.url.replace(/^git\+/, ''));
	if (url?.hostname.endsWith('.example')) {
		const served = (file: string) => `https://unpkg.com/${name}@${version}/${file}`;
		return {
			isPublic: false,
			homepage: `https://www.npmjs.com/package/${name}`,
			bugs: { url: `${url.origin}${url.pathname.replace(/\.git$/, '')}/issues` },
			page: served,
			raw: served,
		};
	}
	const [, repositoryPath] = GITHUB.exec(repository.url) ?? [];
	if (repositoryPath === undefined) {
		throw new Error(
			'"repository" in package.json has to be git+https://github.com/OWNER/NAME.git: npm proves where a package was built only for a repository there.',
		);
	}
	const web = `https://github.com/${repositoryPath}`;
	return {
		isPublic: true,
		homepage: `${web}#readme`,
		bugs: { url: `${web}/issues` },
		page: (file) => `${web}/blob/v${version}/${file}`,
		raw: (file) => `https://raw.githubusercontent.com/${repositoryPath}/v${version}/${file}`,
	};
}

/** No address, or one of the domains that are nobody's (RFC 2606). */
const EXAMPLE = /^[^@]*$|[@.](?:example|invalid|localhost|test|example\.(?:com|net|org))$/i;

/** What has to be set before anything is released; `undefined` where all of it is. */
export function placeholderIn(manifest: Manifest): string | undefined {
	if (!addressesOf(manifest).isPublic || /\/OWNER\/|\/NAME\.git$/.test(manifest.repository.url)) {
		return '"repository" in package.json is still a placeholder. Set it to git+https://github.com/OWNER/NAME.git and run npm run addresses.';
	}
	// npm's page shows it, and SECURITY.md names it for whoever has found a hole.
	if (EXAMPLE.test(manifest.author?.email ?? '')) {
		return 'The email address of "author" in package.json is still a placeholder. Set it to one that is read.';
	}
	return undefined;
}

/** What may stand where an address of ours is to stand: one of any version or repository. */
const OUR_PAGE =
	/https:\/\/(?:unpkg\.com\/n8n-nodes-marketplace-leads(?:@[^/\s"']+)?|github\.com\/[\w.-]+\/[\w.-]+\/blob\/[^/\s"']+)\/((?:docs|examples)\/[\w./-]+(?:#[\w-]+)?)/g;

/** A source file with its addresses of our pages as they have to be. */
export function withAddresses(text: string, { page }: Addresses): string {
	return text.replace(OUR_PAGE, (_, file: string) => page(file));
}

/** The files of the package that a source file links to by an absolute address, with their anchors. */
export function ourPages(text: string): string[] {
	return [...text.matchAll(OUR_PAGE)].map(([, file = '']) => file);
}

/** package.json with `bugs` and `homepage` as they have to be, in its own layout. */
export function withManifestAddresses(text: string): string {
	const { bugs: _bugs, homepage: _homepage, ...manifest } = JSON.parse(text) as Manifest;
	const { bugs, homepage } = addressesOf(manifest);
	const entries = Object.entries(manifest).flatMap(([key, value]): Array<[string, unknown]> =>
		key === 'repository'
			? [
					[key, value],
					['bugs', bugs],
					['homepage', homepage],
				]
			: [[key, value]],
	);
	return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/**
 * The README as npm's page needs it, which resolves no relative link of a package without a public
 * repository: every link to a file becomes an address.
 */
export function withAbsoluteLinks(markdown: string, { page, raw }: Addresses): string {
	return markdown.replace(
		/(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)\s]+)\)/gi,
		(_, picture: string, text: string, target: string) => {
			const file = path.posix.normalize(target);
			return `${picture}${text}(${picture ? raw(file) : page(file)})`;
		},
	);
}

/**
 * A page of the package without links that would be dead there: what does not ship is linked to in the
 * repository where there is one, and else only named.
 */
export function withShippedLinks(
	page: string,
	markdown: string,
	isShipped: (file: string) => boolean,
	addresses: Addresses,
): string {
	return markdown.replace(
		/(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)/gi,
		(link: string, text: string, target: string) => {
			const [name = '', anchor] = target.split('#');
			const file = path.posix.join(path.posix.dirname(page), name);
			if (isShipped(file)) return link;
			const inRepository = addresses.page(anchor === undefined ? file : `${file}#${anchor}`);
			return addresses.isPublic ? `[${text}](${inRepository})` : text;
		},
	);
}
