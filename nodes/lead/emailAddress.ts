import { withoutEntities } from './asTyped';
import { visible } from './text';

/** Longest text that is searched for an address, in characters: a display name and an address. */
const MAX_TEXT_LENGTH = 500;

/** RFC 5321: octets before the @, and characters behind it that a name server takes. */
const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

/** Most addresses, in which nothing has to be cleaned. */
const PLAIN =
	/^[a-z0-9_+-]{1,32}(?:\.[a-z0-9_+-]{1,15}){0,2}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,3}[a-z]{2,63}$/i;

/** Dot-separated atoms of RFC 5322 and 6532, without the `*` by which withheld addresses are masked. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'+/=?^_`{|}~-]+)*$/u;
const DOMAIN =
	/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/** What a link encodes, and no address has unencoded: white space, brackets and quotation marks. */
const ENCODED_AROUND = /%(?:0[9ad]|2[02c]|3[abce]|5[bd]|c2%a0|e2%80%8[b-f])/gi;
/** What is left of a line break where JSON was written as text twice. */
const ESCAPED_BREAK = /\\[nrt]/g;
const CODE = /%[0-9a-f]{2}/i;
const TAG = /<[a-z/][^<>@]*>/gi;
/** `<a href="mailto:kim@contoso.com">kim</a>` */
const LINK = /<a\s/i;
const LINK_END = /<\/a>/i;
const LINKED = /mailto:[^<>"' ]*/i;

/** What people and address books write before an address. */
const LABEL = /^(?:e-?mail|mail|smtp|to) ?: ?/i;
const MAILTO = /^mailto:/i;
/** `[mailto:kim@contoso.com]`, `(kim@contoso.com)`, `"kim@contoso.com"` */
const WRAPPED =
	/^(?:<(.*)>|\[(.*)\]|\((.*)\)|«(.*)»|"(.*)"|'(.*)'|`(.*)`|[“”„](.*)[“”]|[‘’‚](.*)[‘’])$/;
/** `Kim Sample <kim@contoso.com>` and `Kim Sample [mailto:kim@contoso.com]`, whatever the name says. */
const NAMED =
	/^(?:[^<>[\]]*(?:<([^<>]*)>|\[(mailto:[^[\]]*)\])|[^<>[\]()@]*\(([^()@]*@[^()@]*)\))$/i;
/** `kim@contoso.com (Kim Sample)`, `(work) kim@contoso.com` */
const COMMENT = /^\([^()@]*\) ?(?=[^ ])| ?\([^()]*\)$/;

const SPACE = /[\s\p{Cc}]+/gu;

/** Google's two names for one service, where dots and anything from a plus on name no other mailbox. */
const GMAIL: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * The one email address in a text, fit to be written to: lower-cased, without surrounding space,
 * quotes, brackets, `mailto:`, display name and what nobody sees; a domain of other letters in its
 * ASCII form. Empty where there is none, more than one, or one that no mail server takes. Holds no
 * white space, no control characters and none of `<>()[]",;:\`, so it cannot leave the header it is
 * put in. Linear, however long the text.
 */
export function emailAddress(text: string): string {
	if (text.length > MAX_TEXT_LENGTH) return '';
	const start = text.trim();
	if (PLAIN.test(start)) return start.toLowerCase();
	const found = new Set(unwrap(start).split(/[;,]/).map(readOne));
	const [address = '', ...others] = [...found].filter((piece) => piece !== undefined);
	return others.length === 0 ? address : '';
}

/** A text that holds an address, as others take it: just as it is where it is one but for its case. */
export function asAddress(text: string): string {
	const address = emailAddress(text);
	return address === '' || text.trim().toLowerCase() === address ? text : address;
}

/** What is behind the @ of an address that `emailAddress` gave. */
export function domainOf(address: string): string {
	return address.slice(address.lastIndexOf('@') + 1);
}

/**
 * What all addresses of one mailbox have in common, for addresses that `emailAddress` gave. Only
 * what the mailbox's service itself says to be the same: elsewhere a dot or a plus may well tell
 * two people apart.
 */
export function mailbox(address: string): string {
	if (!GMAIL.has(domainOf(address))) return address;
	const [name = ''] = address.slice(0, address.lastIndexOf('@')).split('+', 1);
	const letters = name.replaceAll('.', '');
	return letters === '' ? address : `${letters}@gmail.com`;
}

/** The text without everything that stands around its address. */
function unwrap(text: string): string {
	let rest = visible(withoutMarkup(text)).normalize('NFKC').replace(SPACE, ' ');
	let before;
	do {
		before = rest;
		rest = trimmed(rest).replace(LABEL, '');
		const named = NAMED.exec(rest) ?? WRAPPED.exec(rest) ?? [];
		rest = named.slice(1).find(Boolean) ?? rest.replace(COMMENT, '');
		if (MAILTO.test(rest)) rest = ofLink(rest);
		else if (!rest.includes('@')) rest = decoded(rest);
	} while (rest !== before);
	return rest;
}

/** Links to write to somebody as the addresses that they lead to. */
function withoutLinks(text: string): string {
	const pieces = text.split(LINK_END).map((piece) => {
		const at = piece.search(LINK);
		const [linked] = at < 0 ? [] : (LINKED.exec(piece.slice(at)) ?? []);
		return linked === undefined ? piece : `${piece.slice(0, at)}${linked}`;
	});
	return pieces.join(pieces.length > 2 ? ', ' : ' ');
}

/** Without what a page, a link or a program has encoded, and without tags. */
function withoutMarkup(text: string): string {
	const plain = text.includes('&') ? withoutEntities(text) : text;
	const unescaped = plain.includes('\\') ? plain.replace(ESCAPED_BREAK, ' ') : plain;
	const untagged = unescaped.includes('<') ? withoutLinks(unescaped).replace(TAG, ' ') : unescaped;
	if (!untagged.includes('%')) return untagged;
	return untagged.replace(ENCODED_AROUND, (encoded) => decoded(encoded));
}

/** Without spaces, and without what stands between addresses or ends a sentence. */
function trimmed(text: string, before = ' ,;:', behind = ' ,;:.!?'): string {
	// By hand: a pattern for the end would be tried at every place.
	let [start, end] = [0, text.length];
	while (start < end && before.includes(text.charAt(start))) start += 1;
	while (start < end && behind.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

/** The addresses of a link by RFC 6068: percent-encoded, and a question mark ends them. */
function ofLink(link: string): string {
	// As if it were the address of a page.
	const [addresses = ''] = link.slice('mailto:'.length).replace(/^\/\//, '').split('?', 1);
	return visible(decoded(addresses)).normalize('NFKC');
}

function decoded(text: string): string {
	if (!text.includes('%')) return text;
	try {
		return decodeURIComponent(text);
	} catch {
		// Not percent-encoded after all: a percent sign is a letter like any other.
		return text;
	}
}

/** One address; empty where the text is none, `undefined` where there is no text. */
function readOne(text: string): string | undefined {
	// A bracket or quotation mark whose other half was lost is no part of it either.
	const address = trimmed(text, ' ,;:<([{"', ' ,;:.!?<>()[]{}"');
	if (address === '') return undefined;
	const at = address.lastIndexOf('@');
	const local = lowerCase(withoutCode(address.slice(0, Math.max(at, 0))));
	const domain = asciiDomain(lowerCase(address.slice(at + 1)));
	// Some mail programs would decode it into another address.
	if (local.includes('=?')) return '';
	if (!LOCAL.test(local) || Buffer.byteLength(local) > MAX_LOCAL_LENGTH) return '';
	if (!DOMAIN.test(domain) || domain.length > MAX_DOMAIN_LENGTH) return '';
	return `${local}@${domain}`;
}

/** Nobody's name holds a percent sign with two digits of hexadecimal behind it: it was in a link once. */
function withoutCode(local: string): string {
	if (!CODE.test(local)) return local;
	const plain = decoded(local);
	// Encoded twice, and so perhaps three times.
	return plain !== local && CODE.test(plain) ? '' : plain;
}

/**
 * Letter by letter, because the rules for words change letters: a Turkish `İ` would become an `i`
 * with a dot above it, and a sigma at the end another sigma. Either is another mailbox.
 */
function lowerCase(text: string): string {
	return Array.from(text, (letter) => letter.toLowerCase())
		.join('')
		.replaceAll('i\u0307', 'i')
		.normalize('NFKC');
}

/** As mail servers write it, for addresses in one's own letters: `bücher.example` by its ACE form. */
function asciiDomain(domain: string): string {
	// ASCII is left alone: a URL's host is more than a domain (`0x7f.1` is an address there).
	if (/^[\x20-\x7e]*$/.test(domain)) return domain;
	// What a URL would take for the end of its host, or drop, or decode.
	if (/[\s/?#@:%\\\p{Cc}]/u.test(domain)) return '';
	const url = `http://${domain}`;
	return URL.canParse(url) ? new URL(url).hostname : '';
}
