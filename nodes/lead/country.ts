import { COUNTRY_ALIASES, NOT_ONE_COUNTRY, PART_OF } from './countryAliases';
import { nameKey, nameKeys } from './countryName';
import { visible } from './text';

type Codes = typeof import('../vendor/countries');
type Names = typeof import('../vendor/countryNames');
type Spellings = typeof import('../vendor/countrySpellings');

/** The longest name of a country in the library's lists has 82 characters. */
const MAX_COUNTRY_LENGTH = 100;

/** Codes of one or two digits by which one calls a country: `44` is no ISO 3166-1 numeric code then. */
const DIALLING_CODE = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])$/;

/** Languages in which ICU's names of countries are looked for besides those of the library. */
const LANGUAGES =
	'ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv th tr uk ur vi zh zh-Hant'.split(
		' ',
	);

/** What lists of countries abbreviate, with a dot or without. */
const ABBREVIATIONS: ReadonlyMap<string, readonly string[]> = new Map([
	['rep', ['republic']],
	['dem', ['democratic']],
	['fed', ['federal', 'federated', 'federation']],
	['sts', ['states']],
	['pr', ["people's republic"]],
	['st', ['saint']],
	['is', ['islands']],
	['isls', ['islands']],
	['islds', ['islands']],
	['islnd', ['islands']],
	['islnds', ['islands']],
	['terr', ['territory', 'territories']],
	['ter', ['territory', 'territories']],
	['brit', ['british']],
	['fr', ['french']],
	['frenc', ['french']],
	['amer', ['american']],
	['afr', ['african', 'africa']],
	['cen', ['central']],
	['utd', ['united']],
	['emir', ['emirates']],
	['herz', ['herzegovina']],
	['dom', ['dominican']],
	['equat', ['equatorial']],
	['eq', ['equatorial']],
	['isl', ['islamic', 'islands']],
	['plur', ['plurinational']],
	['n', ['north', 'northern']],
	['s', ['south']],
	['w', ['west', 'western']],
	['e', ['east']],
]);

/** More than one reading of each abbreviation multiplies; no name has so many. */
const MAX_SPELLINGS = 24;

/** Countries with part of their name in common with another: the rest of the name must not be lost. */
const HAS_NEIGHBOUR: ReadonlySet<string> = new Set(
	'AS CD CG CN CY DM DO GB GE GN GQ GW IE KP KR MD ME MF MK NE NG NL PG PS RO RS SD SS SX TL TW VG VI WS YE'.split(
		' ',
	),
);

const FORM =
	/^(?:the )?(?:(?:arab|democratic|federal|islamic|people['’]s|socialist) )*(?:commonwealth|emirate|kingdom|principality|republic|state|sultanate) of (?:the )?(.+)$/i;
const FORM_BEHIND =
	/^(.+?) ?[,(] ?(?:the )?(?:(?:arab|democratic|federal|islamic|people['’]s|socialist) )*(?:commonwealth|emirate|kingdom|principality|republic|state|sultanate)(?: of)?(?: the)?\)?$/i;
/** Names that two governments claim, so that the form of government tells them apart. */
const HAS_RIVAL: ReadonlySet<string> = new Set(['CN', 'KP', 'KR', 'TW']);

/** Regional indicator symbols, the letters of flags. */
const FLAG = /[\u{1f1e6}-\u{1f1ff}]{2}/gu;
const FLAG_A = 0x1f1e6;

/** Beside a name, as the country of a phone number is chosen: "Germany (+49)", "+1 United States". */
const DIALLED =
	/(?<=\p{L}\s?[([]?)\+\d{1,4}(?:[- ]\d{3})?[)\]]?$|^[([]?\+\d{1,4}(?:-\d{3})?[)\]]?(?=\s?\p{L})/u;

type NameIndex = ReadonlyMap<string, string>;

/** Built on first use and never changed: tables, not state. */
let english: NameIndex | undefined;
let everyLanguage: NameIndex | undefined;

/**
 * The ISO 3166-1 alpha-2 code of a country written as a code (alpha-2, alpha-3, numeric) or by
 * name in any of the library's languages, also as the World Bank, the United Nations or a CRM
 * writes it; empty where the text is none, or is the name of different countries.
 */
export function countryCode(text: string): string {
	if (text.length > MAX_COUNTRY_LENGTH) return '';
	const known = KNOWN.get(text);
	if (known !== undefined) return known;
	const code = readCountry(text);
	if (KNOWN.size >= MAX_KNOWN) KNOWN.clear();
	KNOWN.set(text, code);
	return code;
}

/**
 * What was found, since leads are from few countries, and some of their names take long. Bounded: a
 * sender can make up new ones for ever.
 */
const KNOWN = new Map<string, string>();
const MAX_KNOWN = 2_000;

function readCountry(text: string): string {
	// Not imported at the top: leads without a country, and n8n's start, need none of it.
	const codes = require('../vendor/countries') as Codes;
	// As most leads have it, without a look at what may hide in it.
	const code = fromCode(text.trim().toUpperCase(), codes);
	if (code !== '') return code;
	const name = withoutFlags(visible(text))
		.normalize('NFKC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(DIALLED, '')
		.trim();
	return (
		fromCode(name.toUpperCase(), codes) ||
		fromName(name, codes) ||
		fromForm(name, codes) ||
		fromParts(name, codes)
	);
}

/** A flag is two letters of its own alphabet; alone they are the code, beside a name they say the same. */
function withoutFlags(text: string): string {
	const flags = text.match(FLAG) ?? [];
	const [flag = ''] = flags;
	if (flags.length !== 1) return text;
	const rest = text.replace(FLAG, ' ').trim();
	if (rest !== '') return rest;
	return Array.from(flag, (sign) =>
		String.fromCharCode((sign.codePointAt(0) ?? 0) - FLAG_A + 0x41),
	).join('');
}

function fromCode(code: string, codes: Codes): string {
	if (/^[A-Z]{2}$/.test(code)) return codes.alpha2ToAlpha3(code) ? code : '';
	if (/^[A-Z]{3}$/.test(code)) return codes.alpha3ToAlpha2(code) ?? '';
	if (!/^\d{1,3}$/.test(code) || DIALLING_CODE.test(code)) return '';
	return codes.numericToAlpha2(code.padStart(3, '0')) ?? '';
}

function fromName(text: string, codes: Codes): string {
	const names = spellings(text);
	const keys = names.map(nameKey).filter(Boolean);
	if (keys.length === 0 || keys.some((key) => NOT_ONE_COUNTRY.has(key))) return '';
	english ??= indexNames([COUNTRY_ALIASES, codes.englishNames(), ...namesOfIcu(['en'])]);
	const inEnglish = find(keys, english) ?? fromSpellings(names);
	if (inEnglish !== undefined) return inEnglish;
	everyLanguage ??= indexNames([...loadEveryLanguage(), ...namesOfIcu(LANGUAGES)]);
	// Two or three Latin letters are a code or an abbreviation, which others use for other things.
	const words = keys.filter((key) => !/^[a-z]{1,3}$/.test(key));
	return find(words, everyLanguage) ?? '';
}

function fromSpellings(names: readonly string[]): string | undefined {
	// By itself: most leads name their country by a code or its usual name.
	const { countryToAlpha2 } = require('../vendor/countrySpellings') as Spellings;
	for (const name of names) {
		// It takes a code for one as well, which was looked for before.
		const code = nameKey(name).length > 3 ? countryToAlpha2(name) : null;
		if (code) return code;
	}
	return undefined;
}

/** As written; and the ways in which lists of countries turn and abbreviate names. */
function spellings(text: string): string[] {
	// "Iran, Islamic Republic of", "Bahamas, The", "Korea (North)"
	const [first = '', second = ''] = (/^([^,()]+)[,(]([^,()]+)\)?$/.exec(text) ?? [])
		.slice(1)
		.map((part) => part.trim());
	// "Antigua/Barbuda", but not "n/a".
	const whole = text.replace(/(?<=\p{L}{3})\/(?=\p{L}{3})/gu, ' and ');
	const orders =
		first === '' ? [text, whole] : [text, `${second} ${first}`, `${second} of ${first}`];
	const names = orders.flatMap((name) => [name, name.replace(/^the\s+/i, ''), ...expanded(name)]);
	return [...new Set(names)];
}

/** "Korea, Dem. People's Rep." in whole words; every reading of what can be read in two ways. */
function expanded(name: string): string[] {
	const words = name
		.replace(/\b(\p{L})\. ?(\p{L})\./gu, '$1$2.')
		.replace(/\.(?=\S)/g, '. ')
		.split(/[\s,()/-]+/)
		.filter(Boolean);
	let readings = [''];
	let isShortened = false;
	for (const word of words) {
		const short = word.toLowerCase().replace(/\.$/, '');
		// A single letter is an abbreviation only where it says so.
		const isWhole = short.length < 2 && !word.endsWith('.');
		const whole = (isWhole ? undefined : ABBREVIATIONS.get(short)) ?? [word];
		isShortened ||= whole[0] !== word;
		readings = readings.flatMap((reading) => whole.map((next) => `${reading} ${next}`.trim()));
		if (readings.length > MAX_SPELLINGS) return [];
	}
	return isShortened ? readings : [];
}

/** The country of the first key that is known; empty where it is the name of several. */
function find(keys: readonly string[], index: NameIndex): string | undefined {
	// An ambiguous name is found as the empty string: looking on would pick one of its countries.
	const key = keys.find((candidate) => index.has(candidate));
	return key === undefined ? undefined : index.get(key);
}

/** "Republic of Angola", "Angola, Republic of": most countries have one government only. */
function fromForm(text: string, codes: Codes): string {
	const names = spellings(text).map((name) => (FORM.exec(name) ?? FORM_BEHIND.exec(name))?.[1]);
	const found = names.map((name) => fromName(name ?? '', codes));
	const code = found.find(Boolean) ?? '';
	return HAS_RIVAL.has(code) ? '' : code;
}

/**
 * "US - United States", "USA (United States)", "Hong Kong, China", "Bolivia (Plurinational State
 * of)": the one country that the parts name, or the part of it that one of them is.
 */
function fromParts(text: string, codes: Codes): string {
	const parts = text.split(/\s[-–—]\s|[,;:/|()[\]]|\s-|-\s/).map((part) => part.trim());
	const named = parts.filter((part) => part !== '');
	if (named.length < 2 || named.length > 3) return '';
	const found = named.map((part) => fromCode(part.toUpperCase(), codes) || fromName(part, codes));
	const countries = [...new Set(found.filter(Boolean))];
	const [one = '', other] = countries;
	if (other === undefined) {
		const isWhole = found.every(Boolean);
		// What stands in brackets explains a name, unless it tells a country from its neighbour.
		const isExplained =
			found[0] !== '' && /^[^()]+\([^()]+\)$/.test(text) && !HAS_NEIGHBOUR.has(one);
		return isWhole || isExplained ? one : '';
	}
	if (countries.length > 2) return '';
	if (PART_OF.get(one) === other) return one;
	return PART_OF.get(other) === one ? other : '';
}

function loadEveryLanguage(): ReturnType<Names['namesInEveryLanguage']> {
	// By itself, because it is large and most leads name their country by code or in English.
	return (require('../vendor/countryNames') as Names).namesInEveryLanguage();
}

/** Names that come with Node.js, by code. */
function namesOfIcu(languages: readonly string[]): Record<string, string[]>[] {
	const codes = require('../vendor/countries') as Codes;
	return Intl.DisplayNames.supportedLocalesOf(languages).map((language) => {
		const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
		return Object.fromEntries(
			Object.keys(codes.englishNames()).map((code) => [code, [names.of(code) ?? '']]),
		);
	});
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
				names.push(name.replaceAll('\n', ' '));
				codes.push(code);
			}
		}
	}
	const index = new Map<string, string>();
	nameKeys(names).forEach((key, at) => {
		if (key === '') return;
		const code = codes[at] ?? '';
		index.set(key, (index.get(key) ?? code) === code ? code : '');
	});
	return index;
}
