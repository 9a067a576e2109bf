/** What names, and texts that state something, say of contact: by words, not by letters. */
import { decoded, withLatinLetters } from './asTyped';
import {
	ALLOWING_VALUES,
	CONTACT_CHOICES,
	CONTACT_TOPICS,
	COURTESIES,
	LEAD_SOURCE_NAMES,
	NO_PERMISSION_ENDINGS,
	NO_STATEMENT_ENDINGS,
	OPT_OUT_NAMES,
	OWN_PERMISSION_NAMES,
	PERMISSION_NAMES,
	STATE_NAMES,
} from './contactNames';
import { findHeader, type FieldName } from './fields';
import { DO_NOT_CONTACT, findAction } from './vocabulary';

/** An action is a word or two; what stands further on in a longer text is no action, in characters. */
const MAX_ACTION_LENGTH = 1_000;

/** Names and values further on are not looked at, in characters: flags are short, and reading costs time. */
export const MAX_NAME_LENGTH = 300;

/** Words further on are not looked at: the longest name has six, and others stand around it. */
const MAX_WORDS = 40;

/**
 * What a name says of contact: that its value forbids it (`optOut`) or allows it (`permission`,
 * `ownPermission`), that a clear no to it does (`wish`), that a refusal in words does (`topic`, `choice`),
 * or that its text may say either (`state`, `leadSource`, and `choice` as well).
 */
export type ContactName =
	'choice' | 'leadSource' | 'optOut' | 'ownPermission' | 'permission' | 'state' | 'topic' | 'wish';

/** Letters of Latin taken apart: what stands in nearly all names, and is matched in a fraction of the time. */
const LATIN = /^[\u0300-\u036f -~]*$/;
/** What keyboards have in its place; of an accent that stands alone, NFKD makes a space. */
const APOSTROPHE = /[\u00b4\u02b9\u02bc\u2018\u2019\u2032\uff07]/g;
/** Capitals in a row are one word, and one before small letters begins another. */
const ASCII_WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const WORDS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+|\p{Lu}|\p{Nd}+/gu;

/**
 * Letters and digits as words, lower-cased, without accents and invisible marks: `doNotContact`,
 * `do_not_contact` and "Do Not Contact" alike. "Don't" is one word.
 */
export function wordsOf(text: string): string[] {
	const start = text.slice(0, MAX_ACTION_LENGTH).replace(APOSTROPHE, "'").normalize('NFKD');
	const words = LATIN.test(start)
		? start.replace(/[\u0300-\u036f]|['`]/g, '').match(ASCII_WORDS)
		: withLatinLetters(start.replace(/[\p{M}\p{Cf}'’`]+/gu, '')).match(WORDS);
	// The Turkish "ı" has the capital of "i".
	return (words ?? []).slice(0, MAX_WORDS).map((word) => word.toLowerCase().replaceAll('ı', 'i'));
}

/** The words of a text as one: what names and values are compared by. */
export const keyOf = (text: string): string => wordsOf(text).join('');
export const keysOf = (texts: readonly string[]): ReadonlySet<string> => new Set(texts.map(keyOf));

const OPT_OUTS = OPT_OUT_NAMES.flatMap(({ names }) => names).map(keyOf);
const KINDS: ReadonlyMap<string, ContactName> = new Map<string, ContactName>([
	...PERMISSION_NAMES.flatMap(({ names }) => names).map(
		(name) => [keyOf(name), 'permission'] as const,
	),
	...OWN_PERMISSION_NAMES.map((name) => [keyOf(name), 'ownPermission'] as const),
	...OPT_OUTS.map((name) => [name, 'optOut'] as const),
]);
const STATES = STATE_NAMES.map(keyOf);
const CHOICES = CONTACT_CHOICES.map(keyOf);
const TOPICS = keysOf(CONTACT_TOPICS.flatMap(({ names }) => names));
const LEAD_SOURCES = LEAD_SOURCE_NAMES.map(keyOf);
const ALLOWING = keysOf(ALLOWING_VALUES);
const ENDINGS = keysOf(NO_STATEMENT_ENDINGS);
/** Words of courtesy by themselves. */
export const COURTESY = keysOf(COURTESIES);
const PERMISSION_ENDINGS = keysOf(NO_PERMISSION_ENDINGS);

/** Every beginning of a name, so that a run of words that begins none is given up at once. */
const BEGINNINGS: ReadonlySet<string> = new Set(
	[...KINDS.keys(), ...CHOICES].flatMap((name) =>
		Array.from(name, (_, at) => name.slice(0, at + 1)),
	),
);

/** Before a permission these forbid, before an opt-out they allow. */
const NEGATIONS: ReadonlySet<string> = new Set(['no', 'non', 'not', 'never', 'without', 'dont']);
/** Words that make the opposite of a permission, before or behind it. */
const WITHDRAWN: ReadonlySet<string> = new Set(
	'withdrawn withdraw withdrew withdrawal revoked revocation denied declined refused'.split(' '),
);

/**
 * Long enough to be meant wherever they stand, also where a spreadsheet has run words together, or in
 * scripts that have no spaces.
 */
const CERTAIN_OPT_OUTS = OPT_OUTS.filter((name) =>
	/^(?:donot|dontcontact|unsubscribed|blacklisted|hasoptedout|emailoptout|marketingsus)|^[\u0e00-\u0eff\u1100-\uffff]/.test(
		name,
	),
);
const WITHOUT_SPACES = OPT_OUTS.filter((name) => /^[\u0e00-\u0eff\u1100-\uffff]/.test(name));

/** Whether words run together hold a name of a script that has no spaces, where any place is a word's. */
export function isCertain(joined: string): boolean {
	return WITHOUT_SPACES.some((name) => joined.includes(name));
}

/** `gdproptout`: as the last of what was run together. */
const RUN_TOGETHER = /opt(?:ed)?outs?$/;
/** One look at a text instead of one for each of them. */
const CERTAIN_OPT_OUT = new RegExp(CERTAIN_OPT_OUTS.join('|'));

/**
 * Whether a text that states an action says not to contact the customer: `DNC`, or any name of an
 * opt-out, as words of their own. Deliberately wide: a customer contacted against their will weighs
 * more than a lead looked at once more. `ADNCloud` only holds the letters.
 */
export function saysDoNotContact(text: string): boolean {
	if (remembered(ACTIONS_HEARD, text, actionForbids)) return true;
	// An action is what a lead source ends with, however long its source is.
	const isLong = text.length > ACTION_AT_END;
	return isLong && remembered(ACTIONS_HEARD, text.slice(-ACTION_AT_END), actionForbids);
}
/** Longer than any action, in characters. */
const ACTION_AT_END = 120;

/** Whether a text is another of Microsoft's actions and nothing else, which says all there is to it. */
export function isOtherAction(text: string): boolean {
	const action = findAction(text);
	return action !== undefined && action.code !== DO_NOT_CONTACT;
}

function actionForbids(text: string): boolean {
	const known = findAction(text);
	if (known) return known.code === DO_NOT_CONTACT;
	const words = wordsOf(text);
	const joined = words.join('');
	// "Not unsubscribed", say.
	if (joined === '' || ALLOWING.has(joined)) return false;
	if (CERTAIN_OPT_OUT.test(joined) || words.some(isJoinedDnc)) return true;
	const runs = findRuns(words);
	// "No consent" is the opposite of a permission.
	return runs.optOut !== undefined || flagOf(words, joined, runs) === 'optOut';
}

/** `PLTDNC`: another action run together with it. `DNC2` is two words. */
function isJoinedDnc(word: string): boolean {
	if (word.endsWith('dnc')) return findAction(word.slice(0, -3)) !== undefined;
	return word.startsWith('dnc') && findAction(word.slice(3)) !== undefined;
}

const NOTED: ReadonlySet<string> = new Set(
	'made yet person persons attempt attempts attempted history info established'.split(' '),
);

interface Run {
	start: number;
	/** Index behind its last word. */
	end: number;
}

/** For each kind the first words side by side that together are one of its names. */
function findRuns(words: readonly string[]): Partial<Record<ContactName, Run>> {
	const runs: Partial<Record<ContactName, Run>> = {};
	for (let start = 0; start < words.length; start++) {
		let joined = '';
		for (let end = start; end < words.length; end++) {
			joined += words[end] ?? '';
			if (!BEGINNINGS.has(joined)) break;
			const kind = KINDS.get(joined);
			// "No contact made" is what a seller notes.
			const isNoted = joined === 'nocontact' && NOTED.has(words[end + 1] ?? '');
			if (kind && !isNoted) runs[kind] ??= { start, end: end + 1 };
		}
	}
	return runs;
}

/** What is known of a name. */
export interface NameMeaning {
	readonly kind: ContactName | undefined;
	/** Whether it can be the beginning of a longer one, as "email" is of "email opt out". */
	readonly begins: boolean;
	/** Whether it is the one or the other field of a pair of name and value. */
	readonly isName: boolean;
	readonly isValue: boolean;
	/** Whether it is one of a lead's fields of a few words, in which nobody writes a sentence. */
	readonly isShort: boolean;
}

/** How the two fields of a pair are called: `attrName`, "Question", `property_1`. Looked for at the end. */
const NAME_KEY =
	/(?:name|key|field|property|label|attribute|id|question|title|column|header|code|ref|flag|option|param|parameter|variable|type|channel|purpose|topic|(?:^|[\W_])k)[\W_]{0,2}\d{0,3}\W{0,2}$/i;
const VALUE_KEY =
	/(?:value|val|answer|content|response|checked|selected|enabled|boolean|choice|(?:^|[\W_])v)[\W_]{0,2}\d{0,3}\W{0,2}$/i;
const MAX_ENDING = 16;

const SHORT_FIELDS: ReadonlySet<FieldName | undefined> = new Set<FieldName>([
	...(['company', 'country', 'createdAt', 'email', 'firstName', 'fullName', 'lastName'] as const),
	...(['offerId', 'offerTitle', 'phone', 'publisherName', 'title'] as const),
]);

/**
 * What was found of names and of actions, since the same ones come with every lead. Bounded: a
 * sender can make up new ones for ever.
 */
const MEANINGS = new Map<string, NameMeaning>();
const ACTIONS_HEARD = new Map<string, boolean>();
const MAX_KNOWN = 2_000;
const MAX_KNOWN_LENGTH = 64;

export function remembered<T>(known: Map<string, T>, text: string, find: (text: string) => T): T {
	const found = known.get(text);
	if (found !== undefined) return found;
	const value = find(text);
	if (text.length <= MAX_KNOWN_LENGTH) {
		if (known.size >= MAX_KNOWN) known.clear();
		known.set(text, value);
	}
	return value;
}

/** What the name of a field says of contact, in whatever casing and with whatever around it. */
export function contactName(name: string): ContactName | undefined {
	return meaning(name).kind;
}

/** The same, with what it can be besides. */
export function meaning(name: string): NameMeaning {
	return remembered(MEANINGS, name, meaningOf);
}

function meaningOf(name: string): NameMeaning {
	const words = wordsOf(decoded(name.slice(0, MAX_NAME_LENGTH)));
	const isKept = name.length <= MAX_KNOWN_LENGTH;
	const begins = isKept && words.some((_, at) => BEGINNINGS.has(words.slice(at).join('')));
	const end = name.slice(-MAX_ENDING);
	return {
		kind: kindOfWords(words) ?? (isTopic(words, name) ? 'topic' : undefined),
		begins,
		isName: NAME_KEY.test(end),
		isValue: VALUE_KEY.test(end),
		isShort: SHORT_FIELDS.has(findHeader(name)?.field),
	};
}

function kindOfWords(words: readonly string[]): ContactName | undefined {
	const [first = '', ...others] = words;
	// A spreadsheet or database that knows no capitals makes isunsubscribed of isUnsubscribed.
	const unprefixed = /^(?:is|has)(?=[a-z]{6})/.test(first)
		? [first.replace(/^(?:is|has)/, ''), ...others]
		: words;
	return (
		flagOf(words) ??
		(unprefixed === words ? undefined : flagOf(unprefixed)) ??
		(isWish(words) ? 'wish' : wordyOf(words))
	);
}

/** Whether a name asks for a contact: "May we call you?", `wantsToBeContacted`, "Contact me". */
function isWish(words: readonly string[]): boolean {
	if (words.length > MAX_WISH_WORDS) return false;
	const name = `${words.join(' ')} `;
	return WISH.test(name) || ASKED.test(name);
}
const MAX_WISH_WORDS = 12;

/** Whether a name is about contact itself: "Newsletter?", "Contact by phone", but no "Contact email" or "Contact info". */
function isTopic(words: readonly string[], name: string): boolean {
	if (words.length > MAX_WISH_WORDS || words.includes('info')) return false;
	if (TOPICS.has(words.join(''))) return true;
	const topic = words.filter((word) => !COURTESY.has(word)).join('');
	return TOPICS.has(topic) && findHeader(name) === undefined;
}
const WISH =
	/(?:^| )(?:may|can|could|ok|okay|allow|allows|allowed|agrees?|agreed|accepts?|accepted|consents?|consented|permission|permits?|permitted|willing|happy|(?:wants?|wish|wishes|like|prefers?) to be|(?:wants?|wish|wishes|like) to receive|authori[sz]ed?|approved?) (?:(?:we|you|i|us|to|be|being|receive|receiving|get|by|from|for|marketing|our|your|further|any|more) ){0,4}(?:contact|contacted|contacting|calls?|called|phone|phoned|emails?|emailed|e mails?|mails?|mailed|mailings?|texts?|texted|sms|messages?|messaged|newsletters?|communications?|promotions|advertising) (?:(?:me|us|you|him|her|them|customer|client|lead|by|via|per|phone|email|e|mail|sms|from|about|marketing|purposes|\d|c) ){0,4}$/;
const ASKED =
	/^(?:please )?(?:contact|call|e ?mail|phone|mail) (?:me|us) $|^(?:contact requested|wants? contact) $/;

function flagOf(
	words: readonly string[],
	joined = words.join(''),
	runs = findRuns(words),
): ContactName | undefined {
	const permission = runs.ownPermission ?? runs.permission;
	// "Do not allow emails" holds "allow emails".
	if (permission && !(runs.optOut && runs.optOut.start <= permission.start)) {
		return permissionOf(words, permission, runs.ownPermission !== undefined);
	}
	if (runs.optOut) return optOutOf(words, runs.optOut);
	if (CERTAIN_OPT_OUT.test(joined) || words.some((word) => RUN_TOGETHER.test(word)))
		return 'optOut';
	// "Contact not permitted": what is denied in the middle of a permission.
	const affirmed = words.filter((word) => word !== 'not');
	if (affirmed.length < words.length && findRuns(affirmed).permission) return 'optOut';
	return joined.includes('contactallowed') ? 'ownPermission' : undefined;
}

function permissionOf(words: readonly string[], run: Run, isOwn: boolean): ContactName | undefined {
	if (words.slice(0, run.start).some((word) => NEGATIONS.has(word))) return 'optOut';
	if (words.some((word) => WITHDRAWN.has(word))) return 'optOut';
	if (words.slice(run.end).some((word) => PERMISSION_ENDINGS.has(word))) return undefined;
	if (words.includes('cookie') || words.includes('cookies')) return undefined;
	return isOwn ? 'ownPermission' : 'permission';
}

function optOutOf(words: readonly string[], run: Run): ContactName | undefined {
	if (words.slice(run.end).some((word) => ENDINGS.has(word))) return undefined;
	const before = words[run.start - 1];
	return before === 'not' || before === 'never' ? 'permission' : 'optOut';
}

/**
 * By the last words, behind which a Merge node may have put a number. Where a spreadsheet has run
 * them together, by the last letters: only its text decides.
 */
function wordyOf(words: readonly string[]): ContactName | undefined {
	const joined = words.join('');
	if (LEAD_SOURCES.some((name) => joined.includes(name))) return 'leadSource';
	const unnumbered = joined.replace(/\d{1,9}$/, '');
	if (CHOICES.some((name) => unnumbered.endsWith(name))) return 'choice';
	return STATES.some((name) => unnumbered.endsWith(name)) ? 'state' : undefined;
}
