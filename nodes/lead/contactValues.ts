/** What the values of flags say, as JSON, a form or an export in any language writes them. */
import {
	ALLOWING_VALUES,
	EMPTY_VALUES,
	NO_VALUES,
	NO_WORDS,
	NONE_VALUES,
	REFUSING_VALUES,
	YES_VALUES,
} from './contactNames';
import { ownValue } from './objects';
import { keyOf, keysOf, MAX_NAME_LENGTH, remembered, type ContactName } from './contactWords';

/** Texts that are JSON within JSON within JSON …; each level is read once. */
export const MAX_TEXT_LEVELS = 8;

const NO = keysOf(NO_VALUES);
const YES = keysOf(YES_VALUES);
const ALLOWING = keysOf(ALLOWING_VALUES);
const EMPTY = keysOf(EMPTY_VALUES);
const REFUSING = keysOf(REFUSING_VALUES);
/** What somebody says who is asked. */
const REFUSALS: ReadonlySet<string> = new Set([...keysOf(NO_WORDS), ...REFUSING]);
const NONE = keysOf(NONE_VALUES);

type Answer = 'no' | 'nothing' | 'unclear' | 'yes';
export type Flag = Exclude<ContactName, 'choice' | 'leadSource' | 'state' | 'topic'>;

const ANSWERS: Readonly<Record<Flag, Map<string, Answer>>> = {
	optOut: new Map(),
	ownPermission: new Map(),
	permission: new Map(),
	wish: new Map(),
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
	const visible = text
		.slice(0, MAX_NAME_LENGTH)
		.normalize('NFKC')
		.replace(/[\p{Cf}\p{Z}\p{Cc}]+/gu, '');
	if (visible === '') return text.length > MAX_NAME_LENGTH ? 'unclear' : 'nothing';
	if (/^[+-]?\d{1,15}(?:[.,]\d{1,15})?$/.test(visible)) {
		return answerOf(Number(visible.replace(',', '.')), flag);
	}
	// A dash or an empty box, as exports fill a cell.
	if (/^(?:[-‐-―−☐✗✘❌×]|\(\)|\[\])$/u.test(visible)) return 'no';
	const json = levels < MAX_TEXT_LEVELS ? readJson(text) : undefined;
	if (json !== undefined) return answerOf(json, flag, levels + 1);
	// A box that is ticked.
	if (/^[☑✓✔✅]$/u.test(visible)) return 'yes';
	const key = keyOf(visible);
	if (NO.has(key)) return 'no';
	if (REFUSING.has(key)) return flag === 'optOut' ? 'unclear' : 'no';
	if (EMPTY.has(key)) return 'nothing';
	if (ALLOWING.has(key)) return flag === 'optOut' ? 'no' : 'yes';
	if (YES.has(key)) return 'yes';
	// "true, true", as a summary of several rows.
	const parts = levels < MAX_TEXT_LEVELS ? text.split(/[,;|]/, MAX_PARTS + 1) : [];
	if (parts.length < 2 || parts.length > MAX_PARTS) return 'unclear';
	return answerOfEntries(parts, flag, levels + 1);
}
const MAX_PARTS = 20;

/** One voice counts against all others: `no` only where every entry says so or nothing. */
function answerOfEntries(value: object, flag: Flag, levels: number): Answer {
	if (levels > MAX_TEXT_LEVELS) return 'unclear';
	const answers = answersOfEntries(value, flag, levels);
	if (answers.has('unclear') || (answers.has('yes') && answers.has('no'))) return 'unclear';
	if (answers.has('yes')) return 'yes';
	return answers.has('no') ? 'no' : 'nothing';
}

const VALUE_NAMES = ['value', 'Value', '_', '#text', 'checkbox', 'checked', 'BOOL', 'booleanValue'];

function answersOfEntries(value: object, flag: Flag, levels: number): ReadonlySet<Answer> {
	// {"value": "false", "timestamp": …}, as HubSpot has it, and `_` of XML: the value is what counts.
	const names = Array.isArray(value)
		? []
		: VALUE_NAMES.filter((name) => Object.hasOwn(value, name));
	const entries: unknown[] =
		names.length === 0 ? Object.values(value) : names.map((name) => ownValue(value, name));
	return new Set(entries.map((entry) => answerOf(entry, flag, levels + 1)));
}

/**
 * Whether a text refuses what its field is about, in words: a `false` is a box that nobody ticked.
 * `--None--`, as Salesforce shows it, is a choice that nobody made.
 */
export function refuses(kind: ContactName | undefined, value: unknown): boolean {
	if (kind !== 'choice' && kind !== 'topic') return false;
	if (Array.isArray(value)) {
		return value
			.slice(0, MAX_PARTS)
			.some((entry) => typeof entry === 'string' && refuses(kind, entry));
	}
	if (kind === 'choice' && typeof value === 'object' && value !== null) {
		// `{"email": false, "phone": false}`: no way at all.
		const ways: unknown[] = Object.values(value);
		return ways.length > 0 && ways.every((way) => answerOf(way, 'optOut') === 'no');
	}
	if (typeof value !== 'string' || value.length > MAX_REFUSAL_LENGTH) return false;
	const key = keyOf(value.normalize('NFKC'));
	return REFUSALS.has(key) || (kind === 'choice' && NONE.has(key) && !value.startsWith('-'));
}
const MAX_REFUSAL_LENGTH = 60;

/** Whether a flag forbids contact, and whether it does so in so many words. */
export function flagForbids(kind: Flag, value: unknown): 'clearly' | 'unclear' | undefined {
	const answer = answerOf(value, kind);
	if (kind === 'optOut') {
		if (answer === 'no' || answer === 'nothing') return undefined;
		return answer === 'yes' ? 'clearly' : 'unclear';
	}
	if (answer === 'yes') return undefined;
	if (answer === 'no') return 'clearly';
	if (kind === 'ownPermission') return 'unclear';
	if (answer === 'nothing' || kind === 'wish') return undefined;
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
