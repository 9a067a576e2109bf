import type { DefaultTreeAdapterTypes } from '../../vendor/html';

type Html = typeof import('../../vendor/html');
type ChildNode = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

/** Where in HTML a value would stand, and so how it has to be escaped; `nowhere` if it cannot be. */
export type HtmlContext = 'attribute' | 'mailbox' | 'nowhere' | 'telephone' | 'text' | 'url';

/** Attributes that a browser follows. */
const URL_ATTRIBUTES: ReadonlySet<string> = new Set(
	'action background cite data formaction href longdesc manifest ping poster src xlink:href'.split(
		' ',
	),
);

/** Attributes that are read as script, style or markup, where no escaping of HTML is enough. */
const CODE_ATTRIBUTE = /^(?:on|content$|srcdoc$|srcset$|style$)/;
const CODE_URL = /^(?:data|javascript|vbscript):/;
const TELEPHONE_URL = /^(?:sms|tel):$/;
/** Of the address itself; behind a question mark stand the fields of a message. */
const MAILBOX_URL = /^mailto:[^?]*$/;

/** Elements whose content is no HTML: nothing is escaped in it. */
const RAW_ELEMENTS: ReadonlySet<string> = new Set(
	'iframe noembed noframes noscript plaintext script style xmp'.split(' '),
);

/** Of them and of the elements of text, those in which nobody looks for tags. */
const NO_MARKUP: ReadonlySet<string> = new Set(['script', 'style']);

const TAG_NAME = /^[a-z][a-z0-9:-]*$/i;

/** What browsers make their way through, and mail programs and filters each in another. */
const UNCLEAR: Readonly<Record<string, string>> = {
	'abrupt-closing-of-empty-comment': 'a comment that is closed as it opens (<!-->)',
	'cdata-in-html-content': 'a CDATA section outside of SVG',
	'duplicate-attribute': 'an attribute twice in one tag',
	'eof-in-comment': 'a comment without an end',
	'eof-in-script-html-comment-like-text': 'a comment in a script',
	'eof-in-tag': 'a tag without an end',
	'incorrectly-closed-comment': 'a comment that ends with --!>',
	'incorrectly-opened-comment': 'a declaration or comment that begins wrongly',
	'missing-attribute-value': 'an attribute without the value behind its equals sign',
	'missing-whitespace-between-attributes': 'no space between two attributes',
	'nested-comment': 'a comment within a comment',
	'unexpected-character-in-attribute-name': 'a quotation mark or "<" in the name of an attribute',
	'unexpected-character-in-unquoted-attribute-value':
		'a quotation mark, "<", "=" or "`" in a value without quotation marks',
	'unexpected-equals-sign-before-attribute-name': 'an attribute without a name',
	'unexpected-null-character': 'a NUL character',
	'unexpected-question-mark-instead-of-tag-name': 'a tag that begins with <?',
	'unexpected-solidus-in-tag': 'a slash within a tag',
};

/**
 * Beginnings of tags. Where they are never closed, each is looked for among all others: more of them
 * than this take longer than a poll has.
 */
const MAX_TAGS = 10_000;

export interface HtmlReading {
	contexts: readonly HtmlContext[];
	/** What others could read in another way, so that the contexts are not to be relied on; or empty. */
	unclear: string;
}

/**
 * What stands around each place between the literal parts of an HTML template, as a browser sees it.
 */
export function readContexts(literals: readonly string[]): HtmlReading {
	const tags = literals.reduce((sum, text) => sum + text.split('<').length - 1, 0);
	if (tags > MAX_TAGS) {
		const unclear = `more than ${MAX_TAGS.toLocaleString('en')} tags`;
		return { contexts: literals.slice(1).map(() => 'text'), unclear };
	}
	const marker = freeMarker(literals);
	const html = literals.map((text, at) => (at === 0 ? text : `${marker}${at}x${text}`)).join('');
	const errors = new Set<string>();
	// Not imported at the top: most follow-ups have no HTML template.
	const { parse } = require('../../vendor/html') as Html;
	const document = parse(html, {
		sourceCodeLocationInfo: true,
		onParseError: ({ code }) => errors.add(code),
	});
	const places = new Places(html, marker);
	places.visit(document);
	// Within SVG a browser takes it, and what knows no SVG has a comment there.
	if (html.includes('<![CDATA[')) places.unclear = 'a CDATA section';
	return {
		contexts: literals.slice(1).map((_text, at) => places.contextOf(at + 1)),
		unclear: [...errors].map((code) => UNCLEAR[code]).find(Boolean) ?? places.unclear,
	};
}

/** A word that a template does not have, by which the places are found again. */
function freeMarker(literals: readonly string[]): string {
	let longest = 0;
	for (const text of literals) {
		for (const [found] of text.matchAll(/placez*/gi)) longest = Math.max(longest, found.length);
	}
	return longest === 0 ? 'place' : `place${'z'.repeat(longest + 1 - 'place'.length)}`;
}

class Places {
	unclear = '';
	private readonly found = new Map<number, Set<HtmlContext>>();
	private readonly html: string;
	private readonly pattern: RegExp;

	constructor(html: string, marker: string) {
		this.html = html;
		this.pattern = new RegExp(`${marker}(\\d+)x`, 'g');
	}

	/** The one context of a place; a browser that moves or doubles it may give it several. */
	contextOf(place: number): HtmlContext {
		const [context = 'nowhere', ...others] = this.found.get(place) ?? [];
		return others.length === 0 ? context : 'nowhere';
	}

	/** By a list of its own: recursion overflows. */
	visit(document: ParentNode): void {
		const open: { node: ChildNode; isRaw: boolean }[] = [];
		const addAll = ({ childNodes }: ParentNode, isRaw: boolean) => {
			for (const node of childNodes) open.push({ node, isRaw });
		};
		addAll(document, false);
		for (let next = open.pop(); next; next = open.pop()) {
			const { node, isRaw } = next;
			if (node.nodeName === '#text' && 'value' in node) {
				for (const [, place] of node.value.matchAll(this.pattern)) {
					this.add(place, isRaw ? 'nowhere' : 'text');
				}
			}
			if (!('tagName' in node)) continue;
			this.readElement(node);
			const isRawInside = isRaw || RAW_ELEMENTS.has(node.tagName);
			addAll(node, isRawInside);
			if ('content' in node) addAll(node.content, isRawInside);
		}
	}

	private readElement(element: Element): void {
		const { tagName, attrs } = element;
		if (!TAG_NAME.test(tagName)) {
			this.unclear = 'a tag whose name has other characters than letters, digits and hyphens';
		}
		const isText = tagName === 'title' || tagName === 'textarea' || RAW_ELEMENTS.has(tagName);
		const texts = element.childNodes.map((child) => ('value' in child ? child.value : ''));
		const text = texts.join('');
		if (isText && tagName !== 'style' && text.includes('<!--')) {
			this.unclear = `a comment within <${tagName}>`;
		} else if (isText && !NO_MARKUP.has(tagName) && /<[a-z/!?]/i.test(text)) {
			// Without scripts, or by another scanner, it is a tag, which may end elsewhere.
			this.unclear = `a tag within <${tagName}>`;
		}
		for (const { name, prefix, value } of attrs) {
			const fullName = (prefix ? `${prefix}:${name}` : name).toLowerCase();
			const isSafe = this.isQuoted(element, fullName) && !this.hasSchemeOfLead(fullName, value);
			for (const { 1: place, index } of value.matchAll(this.pattern)) {
				this.add(place, isSafe ? attributeContext(fullName, value.slice(0, index)) : 'nowhere');
			}
		}
	}

	/** Whether a lead would say what the link is: `[[company]]:…` could be `javascript:…`. */
	private hasSchemeOfLead(name: string, value: string): boolean {
		const [scheme = '', ...rest] = value.split(':');
		if (!URL_ATTRIBUTES.has(name) || rest.length === 0 || /[/?#]/.test(scheme)) return false;
		return scheme.search(this.pattern) >= 0;
	}

	private isQuoted({ sourceCodeLocation }: Element, name: string): boolean {
		const place = sourceCodeLocation?.attrs?.[name];
		const source = place ? this.html.slice(place.startOffset, place.endOffset) : '';
		return /^[^=]+=\s*["']/.test(source);
	}

	private add(place: string | undefined, context: HtmlContext): void {
		const contexts = this.found.get(Number(place)) ?? new Set();
		this.found.set(Number(place), contexts.add(context));
	}
}

function attributeContext(name: string, before: string): HtmlContext {
	if (CODE_ATTRIBUTE.test(name)) return 'nowhere';
	if (!URL_ATTRIBUTES.has(name)) return 'attribute';
	// A browser reads over these, wherever in the scheme they stand.
	const url = before.replace(/^[\0-\x20]+|[\t\n\r]/g, '').toLowerCase();
	if (CODE_URL.test(url)) return 'nowhere';
	if (TELEPHONE_URL.test(url)) return 'telephone';
	return MAILBOX_URL.test(url) ? 'mailbox' : 'url';
}
