/** Letters that Unicode does not take apart into a plain letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = {
	ı: 'i',
	ł: 'l',
	đ: 'd',
	ø: 'o',
	ß: 'ss',
	æ: 'ae',
	œ: 'oe',
	'&': 'and',
};

/**
 * What two spellings of a country's name have in common: no case, no accents, no spaces, no
 * punctuation.
 */
export function nameKey(name: string): string {
	return nameKeys([name.replaceAll('\n', ' ')])[0] ?? '';
}

/** The same for many names; as one text, because name by name it takes twice as long. */
export function nameKeys(names: readonly string[]): string[] {
	return names
		.join('\n')
		.toLowerCase()
		.normalize('NFKD')
		.replace(/[ıłđøßæœ&]/g, (letter) => PLAIN[letter] ?? letter)
		.replace(/[\u0300-\u036f]|[^\p{L}\p{M}\p{N}\n]/gu, '')
		.split('\n');
}
