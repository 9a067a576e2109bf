import {
	ALLOWING_VALUES,
	EMPTY_VALUES,
	LEAD_SOURCE_NAMES,
	NO_PERMISSION_ENDINGS,
	NO_STATEMENT_ENDINGS,
	NO_VALUES,
	OPT_OUT_NAMES,
	OWN_PERMISSION_NAMES,
	PERMISSION_NAMES,
	STATE_NAMES,
	YES_VALUES,
} from './contactNames';
import { DO_NOT_CONTACT, findAction } from './vocabulary';

/** An action is a word or two; what stands further on in a longer text is no action, in characters. */
const MAX_ACTION_LENGTH = 1_000;

/** Names and values further on are not looked at, in characters: flags are short, and reading costs time. */
const MAX_NAME_LENGTH = 300;

/** Words further on are not looked at: the longest name has six, and others stand around it. */
const MAX_WORDS = 40;

/** Texts that are JSON within JSON within JSON …; each level is read once. */
const MAX_TEXT_LEVELS = 8;

/** Levels of nesting, those within texts included; what is deeper can't be told to say nothing. */
const MAX_LEVELS = 64;

/**
 * Fields, objects and lists that are read: a record has far fewer, and objects shared among each
 * other can stand for billions. What is beyond can't be told to say nothing either.
 */
const MAX_HEARD = 100_000;
/** The same of a record, which has 5,000 values at most; the rest is for those of JSON in its texts. */
export const MAX_HEARD_OF_RECORD = 20_000;

/**
 * What a name says of contact: that its value forbids it (`optOut`) or allows it (`permission`,
 * `ownPermission`), or that its text may say either.
 */
export type ContactName = 'leadSource' | 'optOut' | 'ownPermission' | 'permission' | 'state';

/** Capitals in a row are one word, and one before small letters begins another. */
const ASCII_WORDS = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const WORDS = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+|\p{Lu}|\p{Nd}+/gu;

/**
 * Letters and digits as words, lower-cased, without accents and invisible marks: `doNotContact`,
 * `do_not_contact` and "Do Not Contact" alike. "Don't" is one word.
 */
function wordsOf(text: string): string[] {
	const start = text.slice(0, MAX_ACTION_LENGTH);
	// Most names are plain, and reading them so takes a fraction of the time.
	const words = /^[ -~]*$/.test(start)
		? start.replace(/['`]/g, '').match(ASCII_WORDS)
		: start
				.normalize('NFKD')
				.replace(/[\p{M}\p{Cf}'’`]+/gu, '')
				.match(WORDS);
	return (words ?? []).slice(0, MAX_WORDS).map((word) => word.toLowerCase());
}

/** The words of a text as one: what names and values are compared by. */
const keyOf = (text: string): string => wordsOf(text).join('');
const keysOf = (texts: readonly string[]): ReadonlySet<string> => new Set(texts.map(keyOf));

const OPT_OUTS = OPT_OUT_NAMES.flatMap(({ names }) => names).map(keyOf);
const KINDS: ReadonlyMap<string, ContactName> = new Map<string, ContactName>([
	...PERMISSION_NAMES.flatMap(({ names }) => names).map(
		(name) => [keyOf(name), 'permission'] as const,
	),
	...OWN_PERMISSION_NAMES.map((name) => [keyOf(name), 'ownPermission'] as const),
	...OPT_OUTS.map((name) => [name, 'optOut'] as const),
]);
const STATES = STATE_NAMES.map(keyOf);
const LEAD_SOURCES = LEAD_SOURCE_NAMES.map(keyOf);
const NO = keysOf(NO_VALUES);
const YES = keysOf(YES_VALUES);
const ALLOWING = keysOf(ALLOWING_VALUES);
const EMPTY = keysOf(EMPTY_VALUES);
const ENDINGS = keysOf(NO_STATEMENT_ENDINGS);
const PERMISSION_ENDINGS = keysOf(NO_PERMISSION_ENDINGS);

/** Every beginning of a name, so that a run of words that begins none is given up at once. */
const BEGINNINGS: ReadonlySet<string> = new Set(
	[...KINDS.keys()].flatMap((name) => Array.from(name, (_, at) => name.slice(0, at + 1))),
);

/** Before a permission these forbid, before an opt-out they allow. */
const NEGATIONS: ReadonlySet<string> = new Set(['no', 'non', 'not', 'never', 'without', 'dont']);
/** Words that make the opposite of a permission, before or behind it. */
const WITHDRAWN: ReadonlySet<string> = new Set(
	'withdrawn withdraw withdrew withdrawal revoked revocation denied declined refused'.split(' '),
);

/** Long enough to be meant wherever they stand, also where a spreadsheet has run words together. */
const CERTAIN_OPT_OUTS = OPT_OUTS.filter((name) =>
	/^(?:donot|dontcontact|unsubscribed|blacklisted|hasoptedout|emailoptout|marketingsus)/.test(name),
);
/** One look at a text instead of one for each of them. */
const CERTAIN_OPT_OUT = new RegExp(CERTAIN_OPT_OUTS.join('|'));

/** Any of Microsoft's sources with a dash behind it, anywhere in a text, and what follows. */
const SOURCE_AND_ACTION =
	/(?:azure\s?marketplace|azure\s?portal|test\s?drive|spza|appsource)\)?\s{0,4}[-\u2010-\u2015\u2212]([^|\r\n&=;,?"<>(){}[\]]{1,40})/gi;
/** The shortest texts that say something by themselves: `SPZA-DNC` and `{"dnc":1}`. */
const SHORTEST = 8;

/** A quick look: a text that is JSON, begins with "do not", or can hold one of the sources. */
const MAY_SAY = /^[\ufeff\s]*(?:[[{"]|do)|azure|drive|spza|source|[\uff01-\uff5e]/i;
const DASH = /[-\u2010-\u2015\u2212\uff0d]/;

/** What Dataverse shows for an opt-out, which some of its forms label "Email" or "Phone". */
const FORBIDDING_LABEL = /^\s*do[ _-]?not[ _-]?(?:allow|send)\s*$/i;
const MAX_LABEL_LENGTH = 40;

/** As many full-width letters as there are: `ＤＮＣ` is written so in Japan. */
const FULL_WIDTH = /[\uff01-\uff5e]/;

/**
 * Whether a text that states an action says not to contact the customer: `DNC`, or any name of an
 * opt-out, as words of their own. Deliberately wide: a customer contacted against their will weighs
 * more than a lead looked at once more. `ADNCloud` only holds the letters.
 */
export function saysDoNotContact(text: string): boolean {
	return remembered(ACTIONS_HEARD, text, actionForbids);
}

function actionForbids(text: string): boolean {
	const known = findAction(text);
	if (known) return known.code === DO_NOT_CONTACT;
	const words = wordsOf(text);
	// "Not unsubscribed", say.
	if (words.length === 0 || ALLOWING.has(words.join(''))) return false;
	return hasCertainOptOut(words) || findRuns(words).optOut !== undefined || words.some(isJoinedDnc);
}

function hasCertainOptOut(words: readonly string[]): boolean {
	return CERTAIN_OPT_OUT.test(words.join(''));
}

/** `PLTDNC`: another action run together with it. `DNC2` is two words. */
function isJoinedDnc(word: string): boolean {
	if (word.endsWith('dnc')) return findAction(word.slice(0, -3)) !== undefined;
	return word.startsWith('dnc') && findAction(word.slice(3)) !== undefined;
}

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
			if (kind) runs[kind] ??= { start, end: end + 1 };
		}
	}
	return runs;
}

/** What is known of a name. */
interface NameMeaning {
	readonly kind: ContactName | undefined;
	/** Whether it can be the beginning of a longer one, as "email" is of "email opt out". */
	readonly begins: boolean;
	/** Whether it is the one or the other field of a pair of name and value. */
	readonly isName: boolean;
	readonly isValue: boolean;
}

/** How the two fields of a pair are called: `attrName`, "Key", `property_1`. Looked for at the end. */
const NAME_KEY = /(?:name|key|field|property|label|attribute|id)[\W_]{0,2}\d{0,3}\W{0,2}$/i;
const VALUE_KEY = /value[\W_]{0,2}\d{0,3}\W{0,2}$/i;
const MAX_ENDING = 16;

/**
 * What was found of names and of actions, since the same ones come with every lead. Bounded: a
 * sender can make up new ones for ever.
 */
const MEANINGS = new Map<string, NameMeaning>();
const ACTIONS_HEARD = new Map<string, boolean>();
const MAX_KNOWN = 2_000;
const MAX_KNOWN_LENGTH = 64;

function remembered<T>(known: Map<string, T>, text: string, find: (text: string) => T): T {
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
	return remembered(MEANINGS, name, meaningOf).kind;
}

function meaningOf(name: string): NameMeaning {
	const words = wordsOf(name.slice(0, MAX_NAME_LENGTH));
	const isShort = name.length <= MAX_KNOWN_LENGTH;
	const begins = isShort && words.some((_, at) => BEGINNINGS.has(words.slice(at).join('')));
	const end = name.slice(-MAX_ENDING);
	return {
		kind: kindOfWords(words),
		begins,
		isName: NAME_KEY.test(end),
		isValue: VALUE_KEY.test(end),
	};
}

function kindOfWords(words: readonly string[]): ContactName | undefined {
	const [first = '', ...others] = words;
	// A spreadsheet or database that knows no capitals makes isunsubscribed of isUnsubscribed.
	const unprefixed = /^(?:is|has)(?=[a-z]{6})/.test(first)
		? [first.replace(/^(?:is|has)/, ''), ...others]
		: words;
	return flagOf(words) ?? (unprefixed === words ? undefined : flagOf(unprefixed)) ?? wordyOf(words);
}

function flagOf(words: readonly string[]): ContactName | undefined {
	const runs = findRuns(words);
	const permission = runs.ownPermission ?? runs.permission;
	// "Do not allow emails" holds "allow emails".
	if (permission && !(runs.optOut && runs.optOut.start <= permission.start)) {
		return permissionOf(words, permission, runs.ownPermission !== undefined);
	}
	if (runs.optOut) return optOutOf(words, runs.optOut);
	if (hasCertainOptOut(words)) return 'optOut';
	// "Contact not permitted": what is denied in the middle of a permission.
	const affirmed = words.filter((word) => word !== 'not');
	if (affirmed.length < words.length && findRuns(affirmed).permission) return 'optOut';
	return words.join('').includes('contactallowed') ? 'ownPermission' : undefined;
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
	return STATES.some((name) => unnumbered.endsWith(name)) ? 'state' : undefined;
}

type Answer = 'no' | 'nothing' | 'unclear' | 'yes';
type Flag = Exclude<ContactName, 'leadSource' | 'state'>;

const ANSWERS: Readonly<Record<Flag, Map<string, Answer>>> = {
	optOut: new Map(),
	ownPermission: new Map(),
	permission: new Map(),
};

/** What the value of a flag says, as JSON, a form or an export in any language writes it. */
function answerOf(value: unknown, flag: Flag, levels = 0): Answer {
	switch (typeof value) {
		case 'boolean':
			return value ? 'yes' : 'no';
		case 'number':
			if (value === 0) return 'no';
			return value === 1 ? 'yes' : 'unclear';
		case 'string':
			return answerOfText(value, flag, levels);
		case 'object':
			return value === null ? 'nothing' : answerOfEntries(value, flag, levels);
		case 'undefined':
			return 'nothing';
		default:
			return 'unclear';
	}
}

function answerOfText(text: string, flag: Flag, levels: number): Answer {
	// JSON within JSON counts its levels, so what was found of it elsewhere does not hold here.
	if (levels > 0 && mayBeJson(text)) return readAnswer(text, flag, levels);
	return remembered(ANSWERS[flag], text, (own) => readAnswer(own, flag, levels));
}

function readAnswer(text: string, flag: Flag, levels: number): Answer {
	const visible = text.slice(0, MAX_NAME_LENGTH).replace(/[\p{Cf}\p{Z}\p{Cc}]+/gu, '');
	if (visible === '') return text.length > MAX_NAME_LENGTH ? 'unclear' : 'nothing';
	if (/^[+-]?\d{1,15}(?:[.,]\d{1,15})?$/.test(visible)) {
		return answerOf(Number(visible.replace(',', '.')), flag);
	}
	// A dash or an empty box, as exports fill a cell.
	if (/^[-‐-―−☐✗✘❌×]$/u.test(visible)) return 'no';
	const json = levels < MAX_TEXT_LEVELS ? readJson(text) : undefined;
	if (json !== undefined) return answerOf(json, flag, levels + 1);
	const key = keyOf(visible);
	if (NO.has(key)) return 'no';
	if (EMPTY.has(key)) return 'nothing';
	if (ALLOWING.has(key)) return flag === 'optOut' ? 'no' : 'yes';
	return YES.has(key) ? 'yes' : 'unclear';
}

/** One voice counts against all others: `no` only where every entry says so or nothing. */
function answerOfEntries(value: object, flag: Flag, levels: number): Answer {
	if (levels > MAX_TEXT_LEVELS) return 'unclear';
	const answers = answersOfEntries(value, flag, levels);
	if (answers.has('unclear') || (answers.has('yes') && answers.has('no'))) return 'unclear';
	if (answers.has('yes')) return 'yes';
	return answers.has('no') ? 'no' : 'nothing';
}

function answersOfEntries(value: object, flag: Flag, levels: number): ReadonlySet<Answer> {
	// {"value": "false", "timestamp": …}, as HubSpot has it: the value is what counts.
	const own = ownValue(value, 'value');
	const entries: unknown[] = own === undefined ? Object.values(value) : [own];
	return new Set(entries.map((entry) => answerOf(entry, flag, levels + 1)));
}

function ownValue(holder: object, name: string): unknown {
	return Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined;
}

/** Whether a flag forbids contact, and whether it does so in so many words. */
function flagForbids(kind: Flag, value: unknown): 'clearly' | 'unclear' | undefined {
	const answer = answerOf(value, kind);
	if (kind === 'optOut') {
		if (answer === 'no' || answer === 'nothing') return undefined;
		return answer === 'yes' ? 'clearly' : 'unclear';
	}
	if (answer === 'yes') return undefined;
	if (answer === 'no') return 'clearly';
	if (kind === 'ownPermission') return 'unclear';
	if (answer === 'nothing') return undefined;
	// The text that was consented to, when and where: only what is refused in it counts.
	const forms: unknown[] = Array.isArray(value) ? value : [value];
	const areForms = forms.every(
		(form) => typeof form === 'object' && form !== null && !Array.isArray(form),
	);
	if (areForms && !forms.some((form) => answersOfEntries(form as object, kind, 0).has('no'))) {
		return undefined;
	}
	return 'unclear';
}

const BOM = /^\ufeff/;
const JSON_START = /^[\ufeff\s]*[[{"]/;

/** Whether a text begins like an object, a list or a text in JSON. */
export function mayBeJson(text: string): boolean {
	// Most texts don't, which their first character tells.
	if (text.charCodeAt(0) > 0x7b && !text.startsWith('\ufeff')) return false;
	return JSON_START.test(text);
}

const JSON_ENDS: ReadonlyMap<string | undefined, string> = new Map([
	['{', '}'],
	['[', ']'],
	['"', '"'],
]);

/** Thousands of texts that only begin like JSON would take a parser's time for each, to throw. */
function endsAsItBegins(text: string): boolean {
	const inner = text.trim();
	return JSON_ENDS.get(inner[0]) === inner.at(-1);
}

/** The object, list or text that a text is as JSON; `undefined` for any other text. */
export function readJson(text: string): unknown {
	if (!mayBeJson(text) || !endsAsItBegins(text)) return undefined;
	try {
		return JSON.parse(text.replace(BOM, '')) as unknown;
	} catch {
		// A text that only begins like JSON is a text.
		return undefined;
	}
}

/** Texts that are JSON and have been read already, with what they hold. */
export type OpenedTexts = ReadonlyMap<string, unknown>;

/** One is enough; more of them are told, but no more than anybody reads. */
const MAX_STATEMENTS = 50;

/** A field that says not to contact the customer. */
export interface ContactStatement {
	/** As it came. */
	readonly name: string;
	readonly value: unknown;
	/** `codes` for lead source and action; `unclear` for a value that is neither a yes nor a no. */
	readonly how: 'clearly' | 'codes' | 'unclear';
}

/**
 * Everything in a record that says not to contact the customer, wherever it stands: in any
 * container, in lists, in texts that are JSON, as a pair of name and value, in a lead source string
 * in whatever field. At most 50. `opened` spares it reading texts a second time. Linear in the size of the record.
 */
export function statementsAgainstContact(
	record: unknown,
	opened?: OpenedTexts,
	most = MAX_HEARD,
): ContactStatement[] {
	const hearing = new Hearing(opened, most);
	hearing.hear(record, '', '', undefined);
	return hearing.statements;
}

/** Whether anything in a value forbids contact, or the value can't be read through. Never throws. */
export function forbidsContact(value: unknown): boolean {
	try {
		return statementsAgainstContact(value).length > 0;
	} catch {
		// A getter or a proxy threw: what it hides may be the one statement.
		return true;
	}
}

/** What holds for whatever stands in a field, however deep. */
type Within = 'leadSource' | 'state' | undefined;

class Hearing {
	readonly statements: ContactStatement[] = [];
	private readonly opened: OpenedTexts | undefined;
	private left: number;
	/** Where in the record it is: levels of nesting, and of texts among them. */
	private levels = 0;
	private textLevels = 0;

	constructor(opened: OpenedTexts | undefined, most: number) {
		this.opened = opened;
		this.left = most;
	}

	/**
	 * @param name of the field that the value stands in
	 * @param parent the same where it can be the beginning of a name
	 */
	hear(value: unknown, name: string, parent: string, within: Within): void {
		if (typeof value === 'string') this.hearText(value, name, parent, within);
		else if (typeof value === 'object' && value !== null) {
			this.left -= 1;
			if (this.levels >= MAX_LEVELS || this.left < 0) {
				this.add(name, value, 'unclear');
				return;
			}
			this.levels += 1;
			if (Array.isArray(value)) for (const entry of value) this.hear(entry, name, parent, within);
			else this.hearFields(value, parent, within);
			this.levels -= 1;
		}
	}

	private hearFields(value: object, parent: string, within: Within): void {
		let valueKey: string | undefined;
		const keys = Object.keys(value);
		this.left -= keys.length;
		for (const key of keys) {
			const meaning = remembered(MEANINGS, key, meaningOf);
			const own = (value as Record<string, unknown>)[key];
			if (meaning.isValue) valueKey ??= key;
			// Nearly every field: its name says nothing, and its text can't.
			const isPlain = meaning.kind === undefined && parent === '' && within === undefined;
			if (isPlain && typeof own === 'string' && saysNothing(own)) continue;
			this.hearField(key, meaning, own, parent, within);
		}
		if (valueKey !== undefined) this.hearPair(value, valueKey, within);
	}

	private hearField(
		key: string,
		meaning: NameMeaning,
		value: unknown,
		parent: string,
		within: Within,
	): void {
		// `{"email": {"optOut": true}}` says as much as `emailOptOut`.
		const kind = meaning.kind ?? (parent === '' ? undefined : contactName(`${parent} ${key}`));
		if (kind === undefined) {
			this.hear(value, key, meaning.begins ? key : '', within);
		} else if (kind === 'leadSource' || kind === 'state') {
			this.hear(value, key, meaning.begins ? key : '', kind);
		} else {
			const how = flagForbids(kind, value);
			if (how) this.add(key, value, how);
			// What allows contact at large may forbid it in part.
			else this.hear(value, key, '', within);
		}
	}

	/** `{"name": "DoNotContact", "value": true}`, as lists of fields are written. */
	private hearPair(value: object, valueKey: string, within: Within): void {
		for (const [key, name] of Object.entries(value) as [string, unknown][]) {
			if (typeof name !== 'string' || !remembered(MEANINGS, key, meaningOf).isName) continue;
			const meaning = remembered(MEANINGS, name, meaningOf);
			if (meaning.kind) this.hearField(name, meaning, ownValue(value, valueKey), '', within);
		}
	}

	private hearText(text: string, name: string, parent: string, within: Within): void {
		if (within === undefined && saysNothing(text)) return;
		// Looked up only where it can be there: each look-up goes through the whole text.
		const json = mayBeJson(text) ? (this.opened?.get(text) ?? readJson(text)) : undefined;
		if (json !== undefined && this.textLevels >= MAX_TEXT_LEVELS) {
			this.add(name, text, 'unclear');
		} else if (json !== undefined) {
			this.textLevels += 1;
			this.hear(json, name, parent, within);
			this.textLevels -= 1;
		} else if (isForbidding(text, within)) {
			this.add(name, text, within ? 'codes' : 'clearly');
		}
	}

	private add(name: string, value: unknown, how: ContactStatement['how']): void {
		if (this.statements.length < MAX_STATEMENTS) this.statements.push({ name, value, how });
	}
}

function saysNothing(text: string): boolean {
	return text.length < SHORTEST || !MAY_SAY.test(text);
}

function isForbidding(text: string, within: Within): boolean {
	if (within === 'state' && saysDoNotContact(text)) return true;
	if (within === 'leadSource') {
		const bar = text.indexOf('|');
		if (saysDoNotContact(bar < 0 ? text : text.slice(0, bar))) return true;
	}
	return textForbids(text);
}

/** Whether a text forbids contact in whatever field it stands: it holds a lead source that does. */
export function textForbids(text: string): boolean {
	if (text.length <= MAX_LABEL_LENGTH && FORBIDDING_LABEL.test(text)) return true;
	if (!DASH.test(text)) return false;
	const plain = FULL_WIDTH.test(text) ? text.normalize('NFKC') : text;
	// Not by matchAll, which makes a new expression for each text.
	SOURCE_AND_ACTION.lastIndex = 0;
	for (let found = SOURCE_AND_ACTION.exec(plain); found; found = SOURCE_AND_ACTION.exec(plain)) {
		if (saysDoNotContact(found[1] ?? '')) return true;
	}
	return false;
}
