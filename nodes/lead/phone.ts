import { visible } from './text';

type Library = typeof import('../vendor/phone');
type PhoneNumber = NonNullable<ReturnType<Library['parsePhoneNumberFromString']>>;
type CountryOfPhone = Extract<Parameters<Library['parsePhoneNumberFromString']>[1], string>;

/** "+0049", in which the plus and the zeros say the same. */
const PLUS_ZEROS = /^\+ ?(?=00)/;
/** `491701234567.0`, as a spreadsheet or a program writes a column of numbers. */
const DECIMALS = /^(\+?\d{5,15})[.,]0{1,2}$/;
/** `4.91701E+11`: the digits that it leaves out are nobody's to guess. */
const EXPONENT = /^\d[.,]\d{1,15}e\+?\d{1,2}$/i;

/** What a text was read as. */
export interface PhoneReading {
	/** E.164 (`+16175551234`); empty where no one number is meant. */
	number: string;
	/** The numbers between which the text does not decide; empty where there is no such choice. */
	choice: readonly string[];
}

/** An E.164 number has 15 digits; the rest is for separators and an extension. */
const MAX_PHONE_LENGTH = 64;

/**
 * How a call abroad begins, where no country tells: "00" in most of the world. The others begin with
 * it (Australia; Hong Kong, Korea and Singapore; Taiwan; Taiwan and Nigeria) and so cast doubt on it.
 */
const INTERNATIONAL_PREFIX = '00';
const LONGER_PREFIXES = ['0011', '001', '002', '009'];

/** Digits of a mobile number in most countries, without the code. */
const WHOLE_NUMBER_LENGTH = 10;

const NONE: PhoneReading = { number: '', choice: [] };

/**
 * The phone number in a text. `country` (ISO 3166-1 alpha-2, or empty) is where a number without
 * country code is from, and whose prefix for calls abroad counts. E.164 has no place for an
 * extension.
 */
export function readPhoneNumber(text: string, country: string): PhoneReading {
	if (text.length > MAX_PHONE_LENGTH) return NONE;
	const written = tidy(text);
	if (EXPONENT.test(written)) return NONE;
	const isInternational = written.includes('+');
	if (country === '' && !isInternational && !/^0 ?0/.test(written)) return NONE;
	// A country that the library has no plan for is the same to it as none.
	const parsed = parse(written, country as CountryOfPhone);
	if (!parsed) return readPrefix(written);
	return isInternational ? one(parsed.number) : readNational(parsed, written);
}

/** Without what hides between digits, with one space for any white space, and with European digits. */
function tidy(text: string): string {
	// Nearly all: there is nothing to look for.
	if (/^(?:\+(?! ?00))?[-0-9()](?:[-0-9() ]*[-0-9()])?$/.test(text)) return text;
	return visible(text)
		.normalize('NFKC')
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
		.trim()
		.replace(PLUS_ZEROS, '')
		.replace(DECIMALS, '$1');
}

/** Valid is not meant: the digits may be a whole number that only lacks its plus. */
function readNational(parsed: PhoneNumber, written: string): PhoneReading {
	// Indonesia and Korea have numbers that begin so, and callers from there write calls abroad so.
	if (parsed.nationalNumber.startsWith(INTERNATIONAL_PREFIX)) return readPrefix(written);
	// North America's plan, of which most leads are: no number begins with the 1, and nobody writes it.
	if (parsed.countryCallingCode === '1') return one(parsed.number);
	const digits = withoutExtension(written.replace(/\D/g, ''), parsed);
	const repeatsCode = parsed.nationalNumber.startsWith(parsed.countryCallingCode);
	const isHalfPrefixed = repeatsCode && hasHalfPrefix(parsed, digits, written);
	// With a whole prefix for calls abroad, a trunk prefix or the country code, there is no other reading.
	if (digits !== parsed.nationalNumber && !isHalfPrefixed) return one(parsed.number);
	if (!repeatsCode && isAsWrittenThere(parsed, digits)) return one(parsed.number);
	const abroad = parse(`+${parsed.nationalNumber}`);
	if (!abroad || abroad.number === parsed.number) return one(parsed.number);
	return repeatsCode && !isHalfPrefixed
		? one(abroad.number)
		: { number: '', choice: [parsed.number, abroad.number] };
}

/**
 * "049 170 1234567" may be Leer's area code, 0491, or a country code behind half of its prefix: where
 * the code stands by itself, or so much follows as a whole number has.
 */
function hasHalfPrefix(parsed: PhoneNumber, digits: string, written: string): boolean {
	const { countryCallingCode: code, nationalNumber } = parsed;
	if (digits !== `0${nationalNumber}`) return false;
	const standsAlone = written.startsWith(`0${code}`) && !/^\d/.test(written.slice(code.length + 1));
	return standsAlone || nationalNumber.length - code.length >= WHOLE_NUMBER_LENGTH;
}

function withoutExtension(digits: string, { ext }: PhoneNumber): string {
	return ext && digits.endsWith(ext) ? digits.slice(0, -ext.length) : digits;
}

/** Whether people of the number's own country write it so: in Germany, say, it begins with a zero. */
function isAsWrittenThere(parsed: PhoneNumber, digits: string): boolean {
	return parsed.formatNational().replace(/\D/g, '') === digits;
}

/** A number that begins like a call abroad, though not as from its country. */
function readPrefix(written: string): PhoneReading {
	const text = written.replaceAll(' ', '');
	if (!text.startsWith(INTERNATIONAL_PREFIX)) return NONE;
	const number = behind(INTERNATIONAL_PREFIX, text);
	if (number === '') return NONE;
	const others = LONGER_PREFIXES.map((prefix) => behind(prefix, text));
	const choice = [...new Set([number, ...others.filter((other) => other !== '')])];
	return choice.length === 1 ? one(number) : { number: '', choice };
}

/** The number behind a prefix for calls abroad; empty where the text has no such prefix. */
function behind(prefix: string, text: string): string {
	if (!text.startsWith(prefix)) return '';
	return parse(`+${text.slice(prefix.length)}`)?.number ?? '';
}

function parse(text: string, country?: CountryOfPhone): PhoneNumber | undefined {
	// Not imported at the top: leads without a phone number, and n8n's start, need none of it.
	const { parsePhoneNumberFromString } = require('../vendor/phone') as Library;
	const parsed = parsePhoneNumberFromString(text, country);
	return parsed?.isValid() ? parsed : undefined;
}

function one(number: string): PhoneReading {
	return { number, choice: [] };
}
