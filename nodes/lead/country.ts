import { COUNTRY_ALIASES } from './countryAliases';
import { nameKey, nameKeys } from './countryName';

type Codes = typeof import('../vendor/countries');
type Names = typeof import('../vendor/countryNames');

/** The longest name of a country in the library's lists has 82 characters. */
const MAX_COUNTRY_LENGTH = 100;

type NameIndex = ReadonlyMap<string, string>;

/** Built on first use and never changed: tables, not state. */
let english: NameIndex | undefined;
let everyLanguage: NameIndex | undefined;

/**
 * The ISO 3166-1 alpha-2 code of a country written as a code (alpha-2, alpha-3, numeric) or by
 * name in any of the library's languages; empty where the text is none, or is the name of
 * different countries in different languages and of none in English.
 */
export function countryCode(text: string): string {
	if (text.length > MAX_COUNTRY_LENGTH) return '';
	// Not imported at the top: leads without a country, and n8n's start, need none of it.
	const codes = require('../vendor/countries') as Codes;
	return fromCode(text.trim().toUpperCase(), codes) || fromName(text.trim(), codes);
}

function fromCode(code: string, codes: Codes): string {
	if (/^[A-Z]{2}$/.test(code)) return codes.alpha2ToAlpha3(code) ? code : '';
	if (/^[A-Z]{3}$/.test(code)) return codes.alpha3ToAlpha2(code) ?? '';
	if (/^\d{1,3}$/.test(code)) return codes.numericToAlpha2(code.padStart(3, '0')) ?? '';
	return '';
}

function fromName(text: string, codes: Codes): string {
	const keys = spellings(text).map(nameKey).filter(Boolean);
	if (keys.length === 0) return '';
	english ??= indexNames([COUNTRY_ALIASES, codes.englishNames()]);
	const inEnglish = find(keys, english);
	if (inEnglish) return inEnglish;
	everyLanguage ??= indexNames(loadEveryLanguage());
	return find(keys, everyLanguage) || fromBrackets(text, codes);
}

/** As written; and the ways in which lists of countries turn and abbreviate names. */
function spellings(text: string): string[] {
	const turned = /^([^,]+),([^,]+)$/.exec(text);
	// "Iran, Islamic Republic of", "Bahamas, The"
	const orders = turned ? [text, `${turned[2]} ${turned[1]}`.trim()] : [text];
	return orders.flatMap((name) => [
		name,
		name.replace(/^the\s+/i, ''),
		name.replace(/^st\.?\s+/i, 'saint '),
	]);
}

function find(keys: readonly string[], index: NameIndex): string {
	// An ambiguous name is found as the empty string: looking on would pick one of its countries.
	return index.get(keys.find((key) => index.has(key)) ?? '') ?? '';
}

/** "Bolivia (Plurinational State of)", "USA (United States)" */
function fromBrackets(text: string, codes: Codes): string {
	const open = text.indexOf('(');
	if (open < 1 || !text.endsWith(')')) return '';
	const before = text.slice(0, open).trim();
	return fromCode(before.toUpperCase(), codes) || fromName(before, codes);
}

function loadEveryLanguage(): ReturnType<Names['namesInEveryLanguage']> {
	// By itself, because it is large and most leads name their country by code or in English.
	return (require('../vendor/countryNames') as Names).namesInEveryLanguage();
}

/** Names by `nameKey`; those that stand for more than one country lead to the empty string. */
function indexNames(
	languages: readonly Readonly<Record<string, string | readonly string[]>>[],
): NameIndex {
	const names: string[] = [];
	const codes: string[] = [];
	for (const language of languages) {
		for (const [code, entry] of Object.entries(language)) {
			for (const name of typeof entry === 'string' ? [entry] : entry) {
				names.push(name);
				codes.push(code);
			}
		}
	}
	const index = new Map<string, string>();
	nameKeys(names).forEach((key, at) => {
		const code = codes[at] ?? '';
		index.set(key, (index.get(key) ?? code) === code ? code : '');
	});
	return index;
}
