/** What a text was before something on its way wrote it otherwise, for reading what it states. */

/** Letters of Cyrillic and Greek that a Latin word holds where a keyboard was set to them. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
	['АаВСсЕеНІіЈјКкМОоРрЅѕТтУуХхԛԜԝһ', 'ΑΒΕΖΗΙΚΜΝΟοΡΤΥΧυνιακρ'].flatMap((letters, script) => {
		const latin = ['AaBCcEeHIiJjKkMOoPpSsTtYyXxQqWwh', 'ABEZHIKMNOoPTYXuviakp'][script] ?? '';
		return Array.from(letters).map((letter, at) => [letter, latin.charAt(at)] as const);
	}),
);
const OTHER_SCRIPT = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;
const LATIN = /[A-Za-z]/;
const WORD = /[\p{L}\p{M}]+/gu;

/** Words that mix Latin with look-alikes as the Latin words they are taken for: `DNС` with a Russian С. */
export function withLatinLetters(text: string): string {
	if (!OTHER_SCRIPT.test(text) || !LATIN.test(text)) return text;
	return text.replace(WORD, (word) => {
		if (!LATIN.test(word) || !OTHER_SCRIPT.test(word)) return word;
		return Array.from(word, (letter) => LOOK_ALIKES.get(letter) ?? letter).join('');
	});
}

const ENCODED = /%[0-9a-f]{2}|&(?:[a-z]{2,6}|#\d{1,6}|#x[0-9a-f]{1,5});|\\u[0-9a-f]{4}/i;
/** A link in a link is encoded twice. */
const MAX_ENCODINGS = 3;
/** One character of at most four bytes; what is none is let be. */
const PERCENT = /%[0-7][0-9a-f]|%[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3}/gi;
const ESCAPE = /\\u([0-9a-f]{4})/gi;
const ENTITY = /&(?:([a-z]{2,6})|#(\d{1,6})|#x([0-9a-f]{1,5}));/gi;
/** `&eacute;`: a letter and what stands on it. */
const ACCENTED = /^([a-z])(acute|cedil|circ|grave|ring|slash|tilde|uml|caron)$/i;
const ACCENTS: ReadonlyMap<string, string> = new Map([
	['acute', '\u0301'],
	['caron', '\u030c'],
	['cedil', '\u0327'],
	['circ', '\u0302'],
	['grave', '\u0300'],
	['ring', '\u030a'],
	['tilde', '\u0303'],
	['uml', '\u0308'],
]);
const NAMED_ENTITIES: ReadonlyMap<string, string> = new Map([
	['nbsp', ' '],
	['ensp', ' '],
	['emsp', ' '],
	['dash', '-'],
	['hyphen', '-'],
	['ndash', '-'],
	['mdash', '-'],
	['minus', '-'],
	['vert', '|'],
	['verbar', '|'],
	['equals', '='],
	['colon', ':'],
	['quot', '"'],
	['apos', "'"],
	['lt', '<'],
	['gt', '>'],
	['amp', '&'],
	['commat', '@'],
]);

/** A text that a link, a page or a program has encoded, without that: `SPZA%2DDNC%7C…`, `do&nbsp;not`. Linear. */
export function decoded(text: string): string {
	let plain = text;
	for (let round = 0; round < MAX_ENCODINGS && ENCODED.test(plain); round++) {
		plain = withoutEntities(
			plain
				.replace(ESCAPE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
				.replace(PERCENT, characterOf),
		);
	}
	return plain;
}

function characterOf(bytes: string): string {
	if (bytes.length === 3) return String.fromCharCode(Number.parseInt(bytes.slice(1), 16));
	try {
		return decodeURIComponent(bytes);
	} catch {
		// No UTF-8: in another encoding it could be any letter.
		return bytes;
	}
}

/** Of the first letter: no text begins with a character that others can't see. */
const BASE64 = /^[C-Za-fw-z0-9+/][\w+/-]+(?:\r?\n[\w+/-]+)*={0,2}$/;
/** Shorter ones are words and numbers, in characters. */
const SHORTEST_BASE64 = 12;
/** `data:application/json;base64,`, in characters. */
const MAX_DATA_HEAD = 100;
const NO_TEXT = /[^\P{Cc}\t\r\n]/u;

/** An object or a list in JSON in Base64, within a link or a token. */
const JSON_IN_BASE64 = /(?<![\w+/-])(?:ey|W[3y])[\w+/-]{10,}/g;
/** A word of a mail's header, RFC 2047. */
const MAIL_WORD = /=\?[\w-]{1,40}\?([bq])\?([^?\s]+)\?=/gi;
/** A mail's text with its letters by number, RFC 2045. */
const QUOTED_PRINTABLE = /=(?:20|3D|2E|\r?\n)/i;
const QUOTED = /=([0-9a-f]{2})|=\r?\n/gi;

/** What a text is or holds in the encodings of mails, links and tokens, each by itself. Linear. */
export function unpacked(text: string): readonly string[] {
	const isWhole = isBase64(text);
	if (!isWhole && !text.includes(TOKEN) && !text.includes('=')) return NOTHING;
	const found = [isWhole ? fromBase64(text) : undefined, fromMail(text)];
	if (text.includes('ey') || text.includes('W')) {
		found.push(
			...(text.match(JSON_IN_BASE64) ?? []).slice(0, MAX_TOKENS).filter(isBase64).map(fromBase64),
		);
	}
	// The same text again would be read for ever.
	return found.filter((inner): inner is string => inner !== undefined && inner !== text);
}
const MAX_TOKENS = 20;
const NOTHING: readonly string[] = [];

function fromMail(text: string): string | undefined {
	if (!text.includes('=')) return undefined;
	if (text.includes('=?')) {
		return text.replace(MAIL_WORD, (_, encoding: string, word: string) =>
			/b/i.test(encoding)
				? Buffer.from(word, 'base64').toString('utf8')
				: fromQuoted(word.replaceAll('_', ' ')),
		);
	}
	return QUOTED_PRINTABLE.test(text) ? fromQuoted(text) : undefined;
}

function fromQuoted(text: string): string {
	// By the bytes, of which a letter can have several.
	return decoded(text.replace(QUOTED, (_, digits?: string) => (digits ? `%${digits}` : '')));
}

/** Whether a text has nothing but the letters of Base64, perhaps as a data URL, or a token of JSON. */
export function mayBeBase64(text: string): boolean {
	return isBase64(text) || (text.length >= SHORTEST_BASE64 && text.includes(TOKEN));
}
/** How JSON begins in Base64. */
const TOKEN = 'eyJ';

function isBase64(text: string): boolean {
	return text.length >= SHORTEST_BASE64 && BASE64.test(withoutDataHead(text).trimEnd());
}

function withoutDataHead(text: string): string {
	if (!text.startsWith('data:')) return text;
	return text.slice(text.slice(0, MAX_DATA_HEAD).indexOf(',') + 1);
}

/** The text that stands for another in Base64; `undefined` where it stands for none. Linear. */
function fromBase64(text: string): string | undefined {
	const plain = Buffer.from(withoutDataHead(text), 'base64').toString('utf8');
	// Names, numbers and words have those letters as well, and stand for no text.
	return plain.includes('\ufffd') || NO_TEXT.test(plain) ? undefined : plain;
}

/** The same of what a page has encoded: `&lt;kim&#64;contoso.com&gt;`. */
export function withoutEntities(text: string): string {
	return text.replace(ENTITY, (entity, name?: string, decimal?: string, hexadecimal?: string) => {
		if (name !== undefined)
			return NAMED_ENTITIES.get(name.toLowerCase()) ?? accented(name) ?? entity;
		const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
		return point > 0 && point < 0x1_0000 ? String.fromCharCode(point) : entity;
	});
}

function accented(name: string): string | undefined {
	const [, letter = '', accent = ''] = ACCENTED.exec(name) ?? [];
	const mark = ACCENTS.get(accent.toLowerCase());
	return mark === undefined ? undefined : (letter + mark).normalize('NFC');
}
