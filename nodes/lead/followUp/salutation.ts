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
const INITIAL = /^\p{Script=Latin}\.?$/u;

/** What forms and systems write in place of a name. */
const NO_NAMES: ReadonlySet<string> = new Set(
	'admin anonymous customer guest info none null private redacted test undefined unknown user withheld'.split(
		' ',
	),
);

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
	const name = value(text);
	const words = name.split(' ');
	if (name.length > maxLength || words.length > maxWords) return '';
	if (!NAME.test(name) || HOST_NAME.test(name) || INITIAL.test(name)) return '';
	if (isTestText(name) || NO_NAMES.has(name.toLowerCase())) return '';
	return isShouted(name) ? words.map(capitalized).join(' ') : name;
}

/** "KIM" and "kim" are typed in haste; "DJ" and "van Berg" may be meant. */
function isShouted(name: string): boolean {
	const isOneCase = name === name.toLowerCase() || name === name.toUpperCase();
	return isOneCase && (name.length > 2 || name !== name.toUpperCase());
}

function capitalized(word: string): string {
	return word
		.toLowerCase()
		.replace(
			/(^|[-'\u2019])(\p{L})/gu,
			(_all, before: string, letter: string) => before + letter.toUpperCase(),
		);
}
