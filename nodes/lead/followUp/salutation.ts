import { isNoName } from '../noNames';
import { isTestText } from '../testLead';
import type { KnownCustomer } from '../merge/types';
import { value } from './escape';

/** Longer ones are a message that somebody wants to have sent in our name, in characters. */
const MAX_FIRST_NAME = 40;
const MAX_FULL_NAME = 60;
const MAX_FIRST_WORDS = 3;
const MAX_FULL_WORDS = 5;

/** Letters of any script, and what stands within names. */
const NAME = /^\p{L}(?:[\p{L}\p{M}'\u2019\u02bc.\u00b7\u30fb -]|\u200c|\u200d)*$/u;
/** Mail programs make a link of it. */
const HOST_NAME = /\.\p{L}{2}/u;
/** "K.", "J.R.", "K. J.": letters of alphabets, one by one; of other scripts one may be a whole name. */
const INITIALS =
	/^(?:[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Hebrew}\p{Script=Arabic}]\p{M}?(?:[. -]|$){1,2}){1,4}$/u;
/** More marks on one letter than any script's writing has, or a line through it. */
const DEFACED = /\p{Script=Latin}\p{M}{3}|\p{M}{6}|[\u0334-\u0338]/u;
/** Capitals of two letters, which begin a name as one capital and one small letter. */
const DIGRAPHS = /[\u01c4\u01c7\u01ca\u01f1](?=\p{Ll})/gu;

/** Titles that are nobody's first name. */
const TITLES: ReadonlySet<string> = new Set(
	[
		'mr mrs ms miss mx dr prof professor doctor sir madam dame lord rev reverend esq phd',
		'herr frau fräulein hr fr doktor professorin rer dipl habil',
		'monsieur madame mademoiselle mme mlle docteur professeur',
		'señor señora señorita sr sra srta dra doctora profesor profesora',
		'senhor senhora doutor doutora',
		'signor signora signorina dott dottore dottoressa dottssa avv',
		'heer mevrouw dhr mevr mw drs',
		'herra rouva fru frk bay bayan',
		'mudr judr mvdr paeddr phdr rndr pharmdr mgr bc ir adv dña doña gospodin gospođa',
		'pan pani panie panna shri smt kumari bapak ibu puan encik datuk sheikh haji',
		'господин госпожа доктор профессор гн гжа пан пані г др',
		'κύριος κυρία κος κα δρ',
		'السيد السيدة الدكتور الدكتورة الأستاذ الأستاذة المهندس المهندسة د',
		'מר גב גברת דר פרופ',
		'श्री श्रीमती डॉ คุณ นาย นาง นางสาว ดร',
		'先生 女士 小姐 太太 博士 教授 様 さん 殿 씨 님',
	].flatMap((titles) => titles.split(' ')),
);
/** Those that are somebody's name without their dot. */
const SHORT_TITLES: ReadonlySet<string> = new Set(
	'arq capt cmdr col cpt eng gen hon ing jur lic lt mag maj med nat phil sgt sig ra rag ssa ктн'.split(
		' ',
	),
);

/** Scripts whose first letter is a capital in names; Georgian, say, has capitals for headlines only. */
const WITH_CAPITALS = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}]/u;

/**
 * How a message begins: by the first name, else by the whole name, else by nobody's. A last name
 * alone takes a Mr or Ms that nobody told us. What does not look like a name is not repeated: forms
 * are filled in with links and offers, in the hope that somebody sends them on.
 */
export function salutation(
	customer: Pick<KnownCustomer, 'firstName' | 'fullName' | 'lastName'>,
): string {
	const name = readName(customer.firstName, MAX_FIRST_NAME, MAX_FIRST_WORDS) || wholeName(customer);
	return name === '' ? 'Hello,' : `Hello ${name},`;
}

function wholeName(customer: Pick<KnownCustomer, 'firstName' | 'fullName' | 'lastName'>): string {
	// With a first name that was refused, the whole name holds the same.
	if (customer.firstName !== '' || customer.fullName === customer.lastName) return '';
	const name = readName(customer.fullName, MAX_FULL_NAME, MAX_FULL_WORDS);
	return name.includes(' ') ? name : '';
}

function readName(text: string, maxLength: number, maxWords: number): string {
	// A ligature has no capital of its own, and other forms of a letter look odd in a greeting.
	const name = value(text)
		.replace(DIGRAPHS, (letters) => String.fromCharCode(letters.charCodeAt(0) + 1))
		.normalize('NFKC');
	const words = name.split(' ');
	if (name.length > maxLength || words.length > maxWords) return '';
	if (!NAME.test(name) || HOST_NAME.test(name) || INITIALS.test(name) || isTitle(name)) return '';
	if (DEFACED.test(name)) return '';
	if (isTestText(name) || isNoName(name)) return '';
	const shown = isShouted(name) ? words.map(capitalized).join(' ') : name;
	// A full stop that ends no abbreviation.
	return shown.replace(/^(\p{L}{3,})\.$/u, '$1');
}

/** Whether there is nothing but titles: "Dr.", "Prof. Dr." */
function isTitle(name: string): boolean {
	const isDotted = name.includes('.');
	const isOne = (word: string) => TITLES.has(word) || (isDotted && SHORT_TITLES.has(word));
	const words = lowerCase(name).split(/[ .-]+/);
	// "Г-н", "к.т.н."
	return isOne(words.join('')) || words.filter((word) => word !== '').every(isOne);
}

/** "KIM" and "kim" are typed in haste; "DJ" and "van Berg" may be meant. */
function isShouted(name: string): boolean {
	const isOneCase = name === name.toLowerCase() || name === name.toUpperCase();
	return isOneCase && (name.length > 2 || name !== name.toUpperCase());
}

function capitalized(word: string): string {
	return word.replace(
		/(\p{L})([^-'\u2019]*)/gu,
		(_all, first: string, rest: string) => capital(first) + lowerCase(rest),
	);
}

function capital(letter: string): string {
	if (!WITH_CAPITALS.test(letter)) return lowerCase(letter);
	const [first = '', ...rest] = letter.toUpperCase();
	// "ß" has two letters as a capital, of which only the first is one.
	return first + rest.join('').toLowerCase();
}

/** As in a name: of the Turkish "İ" JavaScript makes an "i" with a second dot. */
function lowerCase(text: string): string {
	return text.toLowerCase().replaceAll('i\u0307', 'i');
}
