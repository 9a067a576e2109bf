/** Longest text that is searched for an address, in characters: a display name and an address. */
const MAX_TEXT_LENGTH = 500;

/** RFC 5321: octets before the @, and characters behind it that a name server takes. */
const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

/** What copying from a web page or a document leaves between letters: zero-width and direction marks. */
const INVISIBLE = /\p{Cf}/gu;

/** Dot-separated atoms of RFC 5322 and 6532, without the `*` by which withheld addresses are masked. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'+/=?^_`{|}~-]+)*$/u;
const DOMAIN =
	/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/** Google's two names for one service, where dots and anything from a plus on name no other mailbox. */
const GMAIL: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/**
 * The one e-mail address in a text, fit to be written to: lower-cased, without surrounding space,
 * quotes, `mailto:`, display name and angle brackets; a domain of other letters in its ASCII form.
 * Empty where there is none, more than one, or one that no mail server takes. Holds no white space,
 * no control characters and none of `<>()[]",;:\`, so it cannot leave the header it is put in.
 */
export function mailAddress(text: string): string {
	if (text.length > MAX_TEXT_LENGTH) return '';
	let rest = text.normalize('NFKC').replace(INVISIBLE, '').trim();
	// The address of `Kim Sample <kim@contoso.com>` is the one in brackets, whatever the name says.
	const [, bracketed] = /^[^<>]*<([^<>]*)>$/.exec(rest) ?? [];
	rest = (bracketed ?? rest).trim();
	const [, , quoted] = /^(["'])(.*)\1$/.exec(rest) ?? [];
	rest = (quoted ?? rest).trim();
	// A question mark is a letter like any other, but not in a link.
	if (/^mailto:/i.test(rest)) rest = rest.slice('mailto:'.length).split('?', 1)[0] ?? '';
	rest = rest
		.replace(/[.,;]+$/, '')
		.toLowerCase()
		.normalize('NFKC');
	const at = rest.lastIndexOf('@');
	const [local, domain] = [rest.slice(0, Math.max(at, 0)), asciiDomain(rest.slice(at + 1))];
	if (!LOCAL.test(local) || Buffer.byteLength(local) > MAX_LOCAL_LENGTH) return '';
	if (!DOMAIN.test(domain) || domain.length > MAX_DOMAIN_LENGTH) return '';
	return `${local}@${domain}`;
}

/**
 * What all addresses of one mailbox have in common, for addresses that `mailAddress` gave. Only
 * what the mailbox's service itself says to be the same: elsewhere a dot or a plus may well tell
 * two people apart.
 */
export function mailbox(address: string): string {
	const at = address.lastIndexOf('@');
	if (!GMAIL.has(address.slice(at + 1))) return address;
	const [name = ''] = address.slice(0, at).split('+', 1);
	const letters = name.replaceAll('.', '');
	return letters === '' ? address : `${letters}@gmail.com`;
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
