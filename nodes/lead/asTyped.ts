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

/** Longer texts are no address's parameters and no label of a page, in characters. */
const MAX_ENCODED_LENGTH = 10_000;
const ENCODED = /%[0-7][0-9a-f]|&(?:[a-z]{2,6}|#\d{1,6}|#x[0-9a-f]{1,5});|\\u00[0-7][0-9a-f]/i;
/** ASCII only: it is what codes and the names of flags are made of. */
const PERCENT = /%([0-7][0-9a-f])/gi;
const ESCAPE = /\\u00([0-7][0-9a-f])/gi;
const ENTITY = /&(?:([a-z]{2,6})|#(\d{1,6})|#x([0-9a-f]{1,5}));/gi;
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

/** A text that a link, a page or a program has encoded, without that: `SPZA%2DDNC%7C…`, `do&nbsp;not`. */
export function decoded(text: string): string {
	if (text.length > MAX_ENCODED_LENGTH || !ENCODED.test(text)) return text;
	const character = (code: string) => String.fromCharCode(Number.parseInt(code, 16));
	return withoutEntities(
		text
			.replace(ESCAPE, (_, code: string) => character(code))
			.replace(PERCENT, (_, code: string) => character(code)),
	);
}

/** The same of what a page has encoded: `&lt;kim&#64;contoso.com&gt;`. */
export function withoutEntities(text: string): string {
	return text.replace(ENTITY, (entity, name?: string, decimal?: string, hexadecimal?: string) => {
		if (name !== undefined) return NAMED_ENTITIES.get(name.toLowerCase()) ?? entity;
		const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
		return point > 0 && point < 0x1_0000 ? String.fromCharCode(point) : entity;
	});
}
