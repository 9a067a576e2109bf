import { countryCode } from '../../../nodes/lead/country';
import { NO_COUNTRY, SPELLINGS } from './countrySpellings';

const spellings = Object.entries(SPELLINGS).flatMap(([code, names]) =>
	names.split('|').map((name) => [name, code] as const),
);

it('knows more than 400 spellings', () => {
	expect(spellings.length).toBeGreaterThan(400);
});

it.each(spellings)('%j is %s', (name, code) => {
	expect(countryCode(name)).toBe(code);
});

it('in capitals, small letters and among spaces that nobody sees as well', () => {
	const wrong = spellings
		.filter(([name]) => /^[ -~]+$/.test(name))
		.flatMap(([name, code]) => [
			[name.toUpperCase(), code],
			[name.toLowerCase(), code],
			[`\u202a ${name.replaceAll(' ', '\u00a0 ')}\u200b\t`, code],
		])
		.filter(([name = '', code]) => countryCode(name) !== code);
	expect(wrong).toEqual([]);
});

it.each(NO_COUNTRY)('%j is no country', (text) => {
	expect(countryCode(text)).toBe('');
});

it('every name that Node.js has in its languages is that country’s, or nobody’s', () => {
	const wrong: string[] = [];
	let known = 0;
	for (const language of ['en', 'es', 'fr', 'de', 'pt', 'it', 'nl', 'pl', 'ja', 'ko', 'zh-Hant']) {
		const names = new Intl.DisplayNames(language, { type: 'region' });
		for (const code of Object.keys(SPELLINGS)) {
			const name = names.of(code) ?? '';
			const found = countryCode(name);
			if (found === code) known += 1;
			else if (found !== '') wrong.push(`${language} ${name}: ${found}, not ${code}`);
		}
	}
	expect(wrong).toEqual([]);
	expect(known).toBeGreaterThan(1_900);
});
